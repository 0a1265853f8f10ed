// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// gitEnv keeps git away from the configuration of whoever runs the tests.
func gitEnv(extra ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=/nonexistent",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z",
		"GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.com", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z",
	}, extra...)
}

// git runs git in dir and returns its output without the last newline.
func git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("git is not installed; the tests need it")
	}
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, gitEnv()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t testing.TB, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func symlink(t testing.TB, dir, target, name string) {
	t.Helper()
	if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func commit(t testing.TB, dir, message string) string {
	t.Helper()
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", message)
	return git(t, dir, "rev-parse", "HEAD")
}

// history is a repository with three commits on main, a branch and tags:
//
//	first   a.yaml=1                      v1.0.0 (light), v1.1.0 (annotated)
//	second  a.yaml=2, sub/b.yaml, link    v2.0.0-rc.1
//	third   a.yaml=3                      main
//	side    side.yaml                     branch team/side
type history struct {
	dir                        string
	first, second, third, side string
}

func newHistory(t testing.TB) history {
	t.Helper()
	h := history{dir: t.TempDir()}
	git(t, h.dir, "init", "-q", "-b", "main")
	write(t, h.dir, "a.yaml", "1\n")
	h.first = commit(t, h.dir, "first")
	git(t, h.dir, "tag", "v1.0.0")
	git(t, h.dir, "tag", "-a", "-m", "one", "v1.1.0")
	write(t, h.dir, "a.yaml", "2\n")
	write(t, h.dir, "sub/b.yaml", "b\n")
	symlink(t, h.dir, "sub/b.yaml", "link.yaml")
	h.second = commit(t, h.dir, "second")
	git(t, h.dir, "tag", "v2.0.0-rc.1")
	git(t, h.dir, "tag", "not-a-version")
	git(t, h.dir, "checkout", "-q", "-b", "team/side")
	write(t, h.dir, "side.yaml", "s\n")
	h.side = commit(t, h.dir, "side")
	git(t, h.dir, "update-ref", "refs/pull/7/head", h.side)
	git(t, h.dir, "checkout", "-q", "main")
	write(t, h.dir, "a.yaml", "3\n")
	h.third = commit(t, h.dir, "third")
	return h
}

// backend serves the repositories below root by git http-backend.
func backend(t testing.TB, root string) http.Handler {
	t.Helper()
	exe, err := exec.LookPath("git")
	if err != nil {
		t.Fatal("git is not installed; the tests need it")
	}
	return &cgi.Handler{
		Path: exe, Args: []string{"http-backend"}, Stderr: io.Discard,
		Env: append(gitEnv(), "GIT_PROJECT_ROOT="+root, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_COUNT=1",
			"GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"),
	}
}

// serve starts a TLS server and returns its URL and certificate.
func serve(t testing.TB, h http.Handler) (string, []byte) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
}

func readFile(t testing.TB, fsys fs.FS, name string) string {
	t.Helper()
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func closeAtEnd(t testing.TB, c *source.Checkout) {
	t.Helper()
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

// wantError checks kind, detail and text of an error, and that it is complete.
func wantError(t testing.TB, err, kind error, parts ...string) *source.Error {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("error is %v, want one of kind %v", err, kind)
	}
	var e *source.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %T is not a *source.Error", err)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q lacks %q", err, p)
		}
	}
	if e.Reason == "" {
		t.Errorf("error %q has no reason", err)
	}
	return e
}

func fileURL(dir string) string { return "file://" + filepath.ToSlash(dir) }

func servePlain(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}
