// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yaml", "a: 1\n")
	write(t, dir, "sub/deep/b.yaml", "b: 2\n")
	write(t, dir, ".git/config", "secret")
	write(t, dir, "sub/.git/config", "secret")
	write(t, dir, ".gitignore", "a.yaml")
	symlink(t, dir, "sub/deep", "here")
	symlink(t, dir, "here/b.yaml", "b.yaml")
	symlink(t, dir, "../sub/../a.yaml", "sub/up.yaml")
	symlink(t, dir, ".", "self")

	c, err := source.Directory(dir, source.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, c)
	if c.Revision != "" || c.URL != dir {
		t.Errorf("revision %q, URL %q", c.Revision, c.URL)
	}
	for name, want := range map[string]string{
		"a.yaml": "a: 1\n", "here/b.yaml": "b: 2\n", "b.yaml": "b: 2\n",
		"sub/up.yaml": "a: 1\n", "self/self/a.yaml": "a: 1\n",
	} {
		if got := readFile(t, c.FS, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	checkWalk(t, c.FS)
	checkLinks(t, c.FS)
}

func checkWalk(t *testing.T, fsys fs.FS) {
	t.Helper()
	var names []string
	if err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		names = append(names, p)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{".", ".gitignore", "a.yaml", "b.yaml", "here", "self", "sub", "sub/deep", "sub/deep/b.yaml", "sub/up.yaml"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func checkLinks(t *testing.T, fsys fs.FS) {
	t.Helper()
	if target, err := fs.ReadLink(fsys, "b.yaml"); err != nil || target != "here/b.yaml" {
		t.Errorf("ReadLink: %q, %v", target, err)
	}
	if st, err := fs.Lstat(fsys, "here"); err != nil || st.Mode().Type() != fs.ModeSymlink || st.Name() != "here" {
		t.Errorf("Lstat: %v, %v", st, err)
	}
	if st, err := fs.Stat(fsys, "here"); err != nil || !st.IsDir() || st.Name() != "here" || st.Sys() != nil {
		t.Errorf("Stat: %v, %v", st, err)
	}
}

func TestDirectoryIsFS(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yaml", "a: 1\n")
	write(t, dir, "sub/b.yaml", "b: 2\n")
	symlink(t, dir, "sub/b.yaml", "link.yaml")
	symlink(t, dir, "sub", "linked")
	c, err := source.Directory(dir, source.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, c)
	if err := fstest.TestFS(c.FS, "a.yaml", "sub/b.yaml", "link.yaml", "linked"); err != nil {
		t.Fatal(err)
	}
}

func TestDirectoryErrorsOfFS(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yaml", "a")
	write(t, dir, ".git/config", "x")
	c, err := source.Directory(dir, source.Limits{MaxFileBytes: 10})
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "a.yaml", "it has grown a lot")
	write(t, dir, "new.yaml", "came later")
	readDir := func(name string) error { _, err := fs.ReadDir(c.FS, name); return err }
	read := func(name string) error { _, err := fs.ReadFile(c.FS, name); return err }
	link := func(name string) error { _, err := fs.ReadLink(c.FS, name); return err }
	for name, tc := range map[string]struct {
		err  error
		want error
	}{
		"grown":       {read("a.yaml"), source.ErrTooLarge},
		"later":       {read("new.yaml"), fs.ErrNotExist},
		"hidden":      {read(".git/config"), fs.ErrNotExist},
		"outside":     {read("../etc/passwd"), fs.ErrInvalid},
		"absolute":    {read("/etc/passwd"), fs.ErrInvalid},
		"through":     {read("a.yaml/b"), fs.ErrNotExist},
		"no link":     {link("a.yaml"), fs.ErrInvalid},
		"link absent": {link("none"), fs.ErrNotExist},
		"dir absent":  {readDir("none"), fs.ErrNotExist},
	} {
		if !errors.Is(tc.err, tc.want) {
			t.Errorf("%s: %v, want %v", name, tc.err, tc.want)
		}
	}
	if read(".") == nil || readDir("a.yaml") == nil {
		t.Error("a directory was read as a file, or a file as a directory")
	}
	if err := os.Remove(filepath.Join(dir, "a.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := read("a.yaml"); !errors.Is(err, source.ErrNotFound) {
		t.Errorf("removed file: %v", err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "a.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := read("a.yaml"); !errors.Is(err, source.ErrCorrupt) {
		t.Errorf("file replaced by a pipe: %v", err)
	}
	if err := errors.Join(c.Close(), c.Close()); err != nil {
		t.Fatal(err)
	}
	if err := read("a.yaml"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestDirectoryRefused(t *testing.T) {
	deep := strings.Repeat("d/", 70) + "f"
	outside := t.TempDir()
	write(t, outside, "secret", "s")
	tests := map[string]struct {
		make   func(dir string)
		limits source.Limits
		want   error
		text   string
	}{
		"link out":      {func(d string) { symlink(t, d, "../x", "l") }, source.Limits{}, source.ErrSymlinkEscape, ": l: "},
		"link out deep": {func(d string) { write(t, d, "s/f", ""); symlink(t, d, "../../x", "s/l") }, source.Limits{}, source.ErrSymlinkEscape, "s/l"},
		"link absolute": {func(d string) { symlink(t, d, filepath.Join(outside, "secret"), "l") }, source.Limits{}, source.ErrSymlinkEscape, "absolute"},
		"link out via dir": {func(d string) {
			write(t, d, "a/b/c/f", "")
			symlink(t, d, "a/b/c", "j")
			symlink(t, d, "j/../../../../x", "l")
		}, source.Limits{}, source.ErrSymlinkEscape, ": l: "},
		"link dangling":   {func(d string) { symlink(t, d, "none", "l") }, source.Limits{}, source.ErrSymlinkDangling, ": l: "},
		"link to .git":    {func(d string) { write(t, d, ".git/config", ""); symlink(t, d, ".git/config", "l") }, source.Limits{}, source.ErrSymlinkDangling, ": l: "},
		"link into file":  {func(d string) { write(t, d, "f", ""); symlink(t, d, "f/x", "l") }, source.Limits{}, source.ErrSymlinkDangling, "file"},
		"link to itself":  {func(d string) { symlink(t, d, "l", "l") }, source.Limits{}, source.ErrSymlinkLoop, ": l: "},
		"links in circle": {func(d string) { symlink(t, d, "b", "a"); symlink(t, d, "a/x", "b") }, source.Limits{}, source.ErrSymlinkLoop, ": a: "},
		"long chain": {func(d string) {
			write(t, d, "l00", "")
			for i := range 50 {
				symlink(t, d, "l"+two(i), "l"+two(i+1))
			}
		}, source.Limits{}, source.ErrSymlinkLoop, "40"},
		"pipe":       {func(d string) { _ = syscall.Mkfifo(filepath.Join(d, "p"), 0o600) }, source.Limits{}, source.ErrSpecialFile, ": p: "},
		"socket":     {func(d string) { listenUnix(t, filepath.Join(d, "s")) }, source.Limits{}, source.ErrSpecialFile, ": s: "},
		"submodules": {func(d string) { write(t, d, ".gitmodules", "") }, source.Limits{}, source.ErrSubmodule, ".gitmodules"},
		".GIT":       {func(d string) { write(t, d, "s/.GIT/config", "") }, source.Limits{}, source.ErrName, "s/.GIT"},
		"git~1":      {func(d string) { write(t, d, "GIT~1", "") }, source.Limits{}, source.ErrName, "GIT~1"},
		"backslash":  {func(d string) { write(t, d, `a\b`, "") }, source.Limits{}, source.ErrName, "backslash"},
		"escape":     {func(d string) { write(t, d, "a\x1b[2J", "") }, source.Limits{}, source.ErrName, `a\x1b[2J`},
		"not UTF-8":  {func(d string) { write(t, d, "a\xff", "") }, source.Limits{}, source.ErrName, "UTF-8"},
		"large file": {func(d string) { write(t, d, "f", "12345") }, source.Limits{MaxFileBytes: 4}, source.ErrTooLarge, "MaxFileBytes"},
		"large sum":  {func(d string) { write(t, d, "f", "123"); write(t, d, "g", "123") }, source.Limits{MaxTotalBytes: 5}, source.ErrTooLarge, "MaxTotalBytes"},
		"many":       {func(d string) { write(t, d, "f", ""); write(t, d, "g", "") }, source.Limits{MaxFiles: 1}, source.ErrTooLarge, "MaxFiles"},
		"deep":       {func(d string) { write(t, d, deep, "") }, source.Limits{}, source.ErrTooLarge, "MaxDepth"},
		"long path":  {func(d string) { write(t, d, strings.Repeat("x", 200), "") }, source.Limits{MaxPathBytes: 100}, source.ErrTooLarge, "MaxPathBytes"},
		"negative":   {func(string) {}, source.Limits{MaxFiles: -1}, source.ErrInvalid, "MaxFiles"},
		"negative64": {func(string) {}, source.Limits{MaxFetchBytes: -1}, source.ErrInvalid, "MaxFetchBytes"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			tc.make(dir)
			_, err := source.Directory(dir, tc.limits)
			e := wantError(t, err, tc.want, tc.text)
			if errors.Is(err, source.ErrTooLarge) && !strings.Contains(e.Fix, "raise "+e.Limit) {
				t.Errorf("the fix %q does not say which limit to raise", e.Fix)
			}
		})
	}
}

func two(i int) string { return string([]byte{byte('0' + i/10), byte('0' + i%10)}) }

func listenUnix(t *testing.T, path string) {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Skip("no unix sockets here: ", err)
	}
	t.Cleanup(func() { l.Close() })
}

func TestDirectoryIgnoreSubmodules(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, ".gitmodules", "x")
	c, err := source.Directory(dir, source.Limits{IgnoreSubmodules: true})
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, c)
	if got := readFile(t, c.FS, ".gitmodules"); got != "x" {
		t.Errorf("got %q", got)
	}
}

func TestDirectoryAbsent(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "file", "")
	_, err := source.Directory(filepath.Join(dir, "none"), source.Limits{})
	wantError(t, err, source.ErrNotFound, filepath.Join(dir, "none"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	_, err = source.Directory(filepath.Join(dir, "file"), source.Limits{})
	wantError(t, err, source.ErrInvalid, "file")
	if os.Geteuid() == 0 {
		return // root may read everything
	}
	if err := os.Chmod(filepath.Join(dir, "file"), 0); err != nil {
		t.Fatal(err)
	}
	c, err := source.Directory(dir, source.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, c)
	if _, err := fs.ReadFile(c.FS, "file"); !errors.Is(err, source.ErrUnauthorized) {
		t.Errorf("unreadable file: %v", err)
	}
}

func TestLFSPointer(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "big.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")
	write(t, dir, "text.yaml", "version https://git-lfs.github.com/spec/v1 is a format\n")
	c, err := source.Directory(dir, source.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, c)
	_, err = c.FS.Open("big.yaml")
	e := wantError(t, err, source.ErrLFSPointer, "git lfs")
	var pe *fs.PathError
	if !errors.As(err, &pe) || pe.Path != "big.yaml" || e.Path != "big.yaml" || strings.Count(err.Error(), "big.yaml") != 1 {
		t.Errorf("error %q does not name the file once", err)
	}
	if got := readFile(t, c.FS, "text.yaml"); got == "" {
		t.Error("a text about LFS is not a pointer")
	}
}

func TestConcurrentReads(t *testing.T) {
	h := newHistory(t)
	for _, loc := range []string{h.dir, fileURL(h.dir)} {
		c, err := source.Open(t.Context(), source.Options{Location: loc})
		if err != nil {
			t.Fatal(err)
		}
		closeAtEnd(t, c)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if data, err := fs.ReadFile(c.FS, "link.yaml"); err != nil || string(data) != "b\n" {
					t.Errorf("%q, %v", data, err)
				}
			})
		}
		wg.Wait()
	}
}
