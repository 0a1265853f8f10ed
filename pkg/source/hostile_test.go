// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// forge writes objects that git itself would refuse to make.
type forge struct {
	t     testing.TB
	dir   string
	store *filesystem.Storage
}

func newForge(t testing.TB) forge {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "r.git")
	git(t, filepath.Dir(dir), "init", "-q", "--bare", "-b", "main", dir)
	return forge{t, dir, filesystem.NewStorage(osfs.New(dir), cache.NewObjectLRUDefault())}
}

func (f forge) put(kind plumbing.ObjectType, content string) plumbing.Hash {
	f.t.Helper()
	o := f.store.NewEncodedObject()
	o.SetType(kind)
	w, err := o.Writer()
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		f.t.Fatal(err)
	}
	h, err := f.store.SetEncodedObject(o)
	if err != nil {
		f.t.Fatal(err)
	}
	return h
}

func (f forge) blob(content string) plumbing.Hash { return f.put(plumbing.BlobObject, content) }

// entry is one entry of a tree; mode as in Git, such as "100644".
type entry struct {
	mode, name string
	hash       plumbing.Hash
}

func treeContent(entries ...entry) string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%s %s\x00%s", e.mode, e.name, e.hash[:])
	}
	return b.String()
}

func (f forge) tree(entries ...entry) plumbing.Hash {
	return f.put(plumbing.TreeObject, treeContent(entries...))
}

func commitContent(tree plumbing.Hash) string {
	const who = "A <a@example.com> 1767323045 +0000"
	return "tree " + tree.String() + "\nauthor " + who + "\ncommitter " + who + "\n\nmessage\n"
}

// main commits a tree to the branch main.
func (f forge) main(tree plumbing.Hash) plumbing.Hash {
	f.t.Helper()
	h := f.put(plumbing.CommitObject, commitContent(tree))
	if err := f.store.SetReference(plumbing.NewHashReference("refs/heads/main", h)); err != nil {
		f.t.Fatal(err)
	}
	return h
}

func TestHostileTrees(t *testing.T) {
	file := func(name string) func(f forge) plumbing.Hash {
		return func(f forge) plumbing.Hash { return f.tree(entry{"100644", name, f.blob("x")}) }
	}
	link := func(target string) func(f forge) plumbing.Hash {
		return func(f forge) plumbing.Hash {
			sub := f.tree(entry{"120000", "l", f.blob(target)})
			return f.tree(entry{"100644", "f", f.blob("x")}, entry{"40000", "s", sub})
		}
	}
	tests := map[string]struct {
		tree   func(f forge) plumbing.Hash
		limits source.Limits
		want   error
		text   string
	}{
		".git":          {file(".git"), source.Limits{}, source.ErrName, ".git: "},
		".Git":          {file(".Git"), source.Limits{}, source.ErrName, ".Git: "},
		".git.":         {file(".git. ."), source.Limits{}, source.ErrName, ""},
		".git stream":   {file(".git::$INDEX_ALLOCATION"), source.Limits{}, source.ErrName, ""},
		"git~1":         {file("git~1"), source.Limits{}, source.ErrName, "git~1: "},
		"zero width":    {file(".g\u200cit"), source.Limits{}, source.ErrName, ""},
		"dot dot":       {file(".."), source.Limits{}, source.ErrName, ""},
		"dot":           {file("."), source.Limits{}, source.ErrName, ""},
		"slash":         {file("../../etc/passwd"), source.Limits{}, source.ErrName, "slash"},
		"backslash":     {file(`..\x`), source.Limits{}, source.ErrName, "backslash"},
		"control":       {file("a\nb"), source.Limits{}, source.ErrName, `a\nb: `},
		"not UTF-8":     {file("a\xff"), source.Limits{}, source.ErrName, `a\xff: `},
		"no name":       {file(""), source.Limits{}, source.ErrCorrupt, ""},
		"gitlink":       {func(f forge) plumbing.Hash { return f.tree(entry{"160000", "sub", f.blob("")}) }, source.Limits{}, source.ErrSubmodule, "sub: "},
		"gitmodules":    {file(".gitmodules"), source.Limits{}, source.ErrSubmodule, ".gitmodules"},
		"link out":      {link("../../x"), source.Limits{}, source.ErrSymlinkEscape, "s/l: "},
		"link absolute": {link("/etc/passwd"), source.Limits{}, source.ErrSymlinkEscape, "s/l: "},
		"link empty":    {link(""), source.Limits{}, source.ErrSymlinkEscape, "s/l: "},
		"link dangling": {link("none"), source.Limits{}, source.ErrSymlinkDangling, "s/l: "},
		"link drive":    {link(`C:\windows`), source.Limits{}, source.ErrSymlinkDangling, "s/l: "},
		"link NUL":      {link("a\x00b"), source.Limits{}, source.ErrSymlinkDangling, "s/l: "},
		"link loop":     {link("../s/l"), source.Limits{}, source.ErrSymlinkLoop, "s/l: "},
		"link long":     {link(strings.Repeat("../s/", 300) + "l"), source.Limits{}, source.ErrTooLarge, "MaxPathBytes"},
		"twice": {func(f forge) plumbing.Hash {
			return f.tree(entry{"100644", "a", f.blob("x")}, entry{"100644", "a", f.blob("y")})
		}, source.Limits{}, source.ErrCorrupt, "a: the tree lists the same name twice"},
		"bad mode":      {func(f forge) plumbing.Hash { return f.put(plumbing.TreeObject, "xyz a\x00") }, source.Limits{}, source.ErrCorrupt, ""},
		"cut short":     {func(f forge) plumbing.Hash { return f.put(plumbing.TreeObject, "100644 a\x00abc") }, source.Limits{}, source.ErrCorrupt, ""},
		"blob as tree":  {func(f forge) plumbing.Hash { return f.blob("x") }, source.Limits{}, source.ErrCorrupt, ""},
		"tree as blob":  {func(f forge) plumbing.Hash { return f.tree(entry{"120000", "a", f.tree()}) }, source.Limits{}, source.ErrCorrupt, "a: "},
		"missing tree":  {func(f forge) plumbing.Hash { return plumbing.NewHash(strings.Repeat("ab", 20)) }, source.Limits{}, source.ErrCorrupt, "missing"},
		"missing blob":  {func(f forge) plumbing.Hash { return f.tree(entry{"100644", "a", plumbing.NewHash("ab")}) }, source.Limits{}, source.ErrCorrupt, "a: the object ab"},
		"bomb":          {bomb, source.Limits{}, source.ErrTooLarge, "MaxFiles"},
		"deep":          {nested, source.Limits{}, source.ErrTooLarge, "MaxDepth"},
		"large file":    {file("a"), source.Limits{MaxFileBytes: 1}, source.ErrTooLarge, ""},
		"large listing": {nested, source.Limits{MaxFileBytes: 20}, source.ErrTooLarge, "MaxFileBytes"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			f := newForge(t)
			f.main(tc.tree(f))
			if name == "large file" {
				f.main(f.tree(entry{"100644", "a", f.blob(strings.Repeat("large", 20))}))
				tc.limits.MaxFileBytes = 80
			}
			_, err := source.Git(t.Context(), source.GitOptions{URL: fileURL(f.dir), Limits: tc.limits})
			wantError(t, err, tc.want, tc.text)
			if strings.ContainsAny(err.Error(), "\n\x1b\x00") {
				t.Errorf("error %q contains control characters", err)
			}
		})
	}
}

// bomb is ten trees that unfold to ten billion files.
func bomb(f forge) plumbing.Hash {
	h, mode := f.blob("boom"), "100644"
	for range 10 {
		var entries []entry
		for i := range 10 {
			entries = append(entries, entry{mode, fmt.Sprint(i), h})
		}
		h, mode = f.tree(entries...), "40000"
	}
	return h
}

func nested(f forge) plumbing.Hash {
	h := f.tree(entry{"100644", "f", f.blob("x")})
	for range 100 {
		h = f.tree(entry{"40000", "d", h})
	}
	return h
}

func TestHostileTreesOverHTTPS(t *testing.T) {
	for name, tc := range map[string]struct {
		tree func(f forge) plumbing.Hash
		want error
	}{
		"bomb":    {bomb, source.ErrTooLarge},
		".git":    {func(f forge) plumbing.Hash { return f.tree(entry{"100644", ".git", f.blob("x")}) }, source.ErrName},
		"gitlink": {func(f forge) plumbing.Hash { return f.tree(entry{"160000", "s", f.blob("x")}) }, source.ErrSubmodule},
	} {
		f := newForge(t)
		f.main(tc.tree(f))
		url, ca := serve(t, backend(t, filepath.Dir(f.dir)))
		_, err := source.Git(t.Context(), source.GitOptions{URL: url + "/r.git", CABundle: ca})
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIgnoredSubmoduleIsEmpty(t *testing.T) {
	f := newForge(t)
	f.main(f.tree(entry{"100644", ".gitmodules", f.blob("x")}, entry{"160000", "sub", f.blob("x")}))
	c, err := source.Git(t.Context(), source.GitOptions{URL: fileURL(f.dir), Limits: source.Limits{IgnoreSubmodules: true}})
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, c)
	st, err := c.FS.Open("sub")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := st.Stat(); err != nil || !info.IsDir() {
		t.Errorf("%v, %v", info, err)
	}
}

func TestRevisionThatIsNoCommit(t *testing.T) {
	f := newForge(t)
	blob := f.blob("x")
	f.main(f.tree())
	tag := f.put(plumbing.TagObject, "object "+blob.String()+"\ntype blob\ntag t\ntagger A <a@example.com> 1767323045 +0000\n\nm\n")
	if err := f.store.SetReference(plumbing.NewHashReference("refs/tags/t", tag)); err != nil {
		t.Fatal(err)
	}
	_, err := source.Git(t.Context(), source.GitOptions{URL: fileURL(f.dir), Ref: source.Ref{Tag: "t"}})
	wantError(t, err, source.ErrInvalid, "blob")
	_, err = source.Git(t.Context(), source.GitOptions{URL: fileURL(f.dir), Ref: source.Ref{Commit: blob.String()}})
	wantError(t, err, source.ErrNotFound, "no commit")
}

func TestDamagedRepository(t *testing.T) {
	for name, tc := range map[string]struct {
		damage func(t *testing.T, h history)
		want   error
	}{
		"loose object cut": {func(t *testing.T, h history) {
			hash := git(t, h.dir, "rev-parse", "HEAD^{tree}")
			truncate(t, filepath.Join(h.dir, ".git/objects", hash[:2], hash[2:]))
		}, source.ErrCorrupt},
		"object removed": {func(t *testing.T, h history) {
			hash := git(t, h.dir, "rev-parse", "HEAD:a.yaml")
			remove(t, filepath.Join(h.dir, ".git/objects", hash[:2], hash[2:]))
		}, source.ErrCorrupt},
		"objects removed": {func(t *testing.T, h history) {
			remove(t, filepath.Join(h.dir, ".git/objects"))
			write(t, h.dir, ".git/objects/info/x", "")
		}, source.ErrCorrupt},
		"pack cut": {func(t *testing.T, h history) {
			git(t, h.dir, "gc", "-q")
			packs, err := filepath.Glob(filepath.Join(h.dir, ".git/objects/pack/*.pack"))
			if err != nil || len(packs) != 1 {
				t.Fatal(packs, err)
			}
			truncate(t, packs[0])
		}, source.ErrCorrupt},
		"index cut": {func(t *testing.T, h history) {
			git(t, h.dir, "gc", "-q")
			packs, err := filepath.Glob(filepath.Join(h.dir, ".git/objects/pack/*.idx"))
			if err != nil || len(packs) != 1 {
				t.Fatal(packs, err)
			}
			truncate(t, packs[0])
		}, source.ErrCorrupt},
		"bad config": {func(t *testing.T, h history) { write(t, h.dir, ".git/config", "[core\n=") }, source.ErrCorrupt},
		"bad ref":    {func(t *testing.T, h history) { write(t, h.dir, ".git/HEAD", "") }, source.ErrCorrupt},
		"sha256": {func(t *testing.T, h history) {
			write(t, h.dir, ".git/config", "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n")
		}, source.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHistory(t)
			tc.damage(t, h)
			_, err := source.Git(t.Context(), source.GitOptions{URL: fileURL(h.dir)})
			wantError(t, err, tc.want, fileURL(h.dir))
		})
	}
}

func TestDamageFoundOnReading(t *testing.T) {
	h := newHistory(t)
	hash := git(t, h.dir, "rev-parse", "HEAD:a.yaml")
	other := git(t, h.dir, "rev-parse", "HEAD~1:a.yaml")
	objects := filepath.Join(h.dir, ".git/objects")
	data, err := os.ReadFile(filepath.Join(objects, other[:2], other[2:]))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(objects, hash[:2], hash[2:])
	remove(t, path)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := source.Git(t.Context(), source.GitOptions{URL: fileURL(h.dir)})
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, c)
	_, err = c.FS.Open("a.yaml")
	wantError(t, err, source.ErrCorrupt, "a.yaml")
}

func truncate(t *testing.T, path string) {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(path, 0o600), os.Truncate(path, st.Size()/2)); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

// TestTransferCutShort is a server that hangs up in the middle of the pack.
func TestTransferCutShort(t *testing.T) {
	h := newHistory(t)
	git := backend(t, filepath.Dir(h.dir))
	for _, keep := range []int{0, 4, 20, 60, 200} {
		url, ca := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				git.ServeHTTP(w, r)
				return
			}
			rec := httptest.NewRecorder()
			git.ServeHTTP(rec, r)
			body := rec.Body.Bytes()
			w.Header().Set("Content-Type", rec.Header().Get("Content-Type"))
			_, _ = w.Write(body[:min(keep, len(body)-1)])
		}))
		_, err := source.Git(t.Context(), source.GitOptions{URL: url + "/" + filepath.Base(h.dir) + "/.git", CABundle: ca})
		if !errors.Is(err, source.ErrCorrupt) {
			t.Errorf("after %d bytes: %v", keep, err)
		}
	}
}

func TestObjectDirs(t *testing.T) {
	h := newHistory(t)
	bare := filepath.Join(t.TempDir(), "r.git")
	git(t, h.dir, "clone", "-q", "--bare", h.dir, bare)
	write(t, h.dir, "a.yaml", "pushed\n")
	pushed := commit(t, h.dir, "pushed")
	quarantine := filepath.Join(t.TempDir(), "quarantine")
	if err := os.CopyFS(quarantine, os.DirFS(filepath.Join(h.dir, ".git/objects"))); err != nil {
		t.Fatal(err)
	}
	opts := source.Options{Location: bare, Ref: source.Ref{Commit: pushed}}
	_, err := source.Open(t.Context(), opts)
	wantError(t, err, source.ErrNotFound)
	opts.ObjectDirs = []string{quarantine}
	c, err := source.Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, c)
	if got := readFile(t, c.FS, "a.yaml"); got != "pushed\n" {
		t.Errorf("got %q", got)
	}
}
