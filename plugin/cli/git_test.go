// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

// git runs git in dir, away from the user's configuration.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.invalid", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.invalid")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// repository is the starter repository with two commits: v1.0.0 and, on main,
// one that raises the chart version.
func repository(t *testing.T) (dir, first string) {
	t.Helper()
	dir = quickstart(t)
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "one")
	git(t, dir, "tag", "v1.0.0")
	first = git(t, dir, "rev-parse", "HEAD")
	data, err := os.ReadFile(filepath.Join(dir, "base/platform.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"base/platform.yaml": strings.Replace(string(data), "version: 0.9.0", "version: 1.0.0", 1)})
	git(t, dir, "commit", "-q", "-am", "two")
	git(t, dir, "branch", "release/1.x")
	return dir, first
}

func TestRevisions(t *testing.T) {
	dir, first := repository(t)
	tests := []struct {
		name, revision string
		old            bool // whether the first commit is meant
	}{
		{"default branch", "", false},
		{"branch", "main", false},
		{"branch, said so", "branch:main", false},
		{"branch that looks like a range", "branch:release/1.x", false},
		{"tag", "v1.0.0", true},
		{"tag, said so", "tag:v1.0.0", true},
		{"version without v", "1.0.0", true},
		{"range", ">=1.0.0 <2.0.0", true},
		{"range with x", "1.x", true},
		{"range, said so", "semver:1.0.x", true},
		{"commit", first, true},
		{"commit, said so", "commit:" + first, true},
		{"full name", "refs/tags/v1.0.0", true},
		{"HEAD", "HEAD", false},
	}
	h := harness{dir: t.TempDir()}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := []string{"generate", "file://" + dir, "--path", "clusters/dev"}
			if tt.revision != "" {
				args = append(args, "--revision", tt.revision)
			}
			r := h.run(t, args...).want(t, cli.ExitOK)
			if got := strings.Contains(r.out, "version: 0.9.0"); got != tt.old {
				t.Errorf("the first commit was taken: %v, want %v", got, tt.old)
			}
		})
	}
}

// TestRevisionOfDirectory: a revision of a cluster's own directory.
func TestRevisionOfDirectory(t *testing.T) {
	dir, _ := repository(t)
	write(t, dir, map[string]string{"base/models.yaml": "broken: [\n"}) // not committed
	h := harness{dir: dir}
	h.run(t, "generate", "clusters/dev").want(t, cli.ExitRefused)
	r := h.run(t, "generate", "clusters/dev", "--revision", "v1.0.0").want(t, cli.ExitOK)
	if !strings.Contains(r.out, "version: 0.9.0") {
		t.Error("another commit was taken")
	}
	r = h.run(t, "validate", ".", "--path", "clusters/dev", "--revision", "main").want(t, cli.ExitOK)
	if !strings.HasPrefix(r.err, "valid at main@sha1:") {
		t.Errorf("stderr: %q", r.err)
	}
}

const token = "t0ken-never-to-be-seen"

// server serves the repositories below root with git http-backend, to those who
// know the token.
func server(t *testing.T, root string) string {
	t.Helper()
	backend := filepath.Join(git(t, root, "--exec-path"), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Fatal("git http-backend is not installed; it is part of git")
	}
	handler := &cgi.Handler{Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		if password != token && r.Header.Get("Authorization") != "Bearer "+token {
			w.Header().Set("WWW-Authenticate", "Basic")
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestOverHTTP(t *testing.T) {
	dir, _ := repository(t)
	url := server(t, filepath.Dir(dir)) + "/" + filepath.Base(dir) + "/.git"
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	work := t.TempDir()
	write(t, work, map[string]string{"token": token + "\n", "wrong": "not-the-token", "empty": " \n"})
	withToken := map[string]string{"DYNAMO_GITOPS_GIT_TOKEN": token}
	tests := []struct {
		name   string
		env    map[string]string
		args   []string
		status int
		want   string // part of stderr
	}{
		{"token from the environment", withToken, nil, cli.ExitOK, ""},
		{"token from a file", nil, []string{"--token-file", "token"}, cli.ExitOK, ""},
		{"with a user", withToken, []string{"--username", "robot"}, cli.ExitOK, ""},
		{"bearer", withToken, []string{"--bearer"}, cli.ExitOK, ""},
		{"no token", nil, nil, cli.ExitRefused, "DYNAMO_GITOPS_GIT_TOKEN"},
		{"wrong token", nil, []string{"--token-file", "wrong"}, cli.ExitRefused, "--token-file"},
		{"empty token file", nil, []string{"--token-file", "empty"}, cli.ExitRefused, "is empty"},
		{"missing token file", nil, []string{"--token-file", "none"}, cli.ExitRefused, "no such file"},
		{"no such revision", withToken, []string{"--revision", "mian"}, cli.ExitRefused, "main"},
		{"no such commit", withToken, []string{"--revision", strings.Repeat("a", 40)}, cli.ExitRefused, "aaaa"},
		{"no such directory", withToken, []string{"--path", "clusters/nope"}, cli.ExitRefused, "clusters/nope"},
		{"a limit", withToken, []string{"--max-files", "3"}, cli.ExitRefused, "--max-files"},
		{"not signed", withToken, []string{"--verify-keyring", "token"}, cli.ExitRefused, "error: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := harness{dir: work, env: tt.env}
			args := append([]string{"generate", url, "--allow-insecure-http", "--path", "clusters/dev"}, tt.args...)
			r := h.run(t, args...).want(t, tt.status)
			if (r.out == "") != (tt.status != cli.ExitOK) {
				t.Errorf("stdout has %d bytes", len(r.out))
			}
			if !strings.Contains(r.err, tt.want) {
				t.Errorf("stderr is %q, want %q in it", r.err, tt.want)
			}
			if strings.Contains(r.out+r.err, token) || strings.Contains(r.err, "not-the-token") {
				t.Error("a token is shown")
			}
			if left := tree(t, temp); len(left) > 0 {
				t.Errorf("left in the temporary directory: %v", left)
			}
		})
	}
	r := harness{dir: work}.run(t, "generate", url).want(t, cli.ExitRefused)
	if !strings.Contains(r.err, "http") {
		t.Errorf("stderr: %q", r.err)
	}
}

func TestBadRemotes(t *testing.T) {
	dir, _ := repository(t)
	half := filepath.Join(t.TempDir(), "half")
	git(t, dir, "clone", "-q", "--bare", "--no-local", dir, half)
	packs, err := filepath.Glob(filepath.Join(half, "objects/pack/*.pack"))
	if err != nil || len(packs) == 0 {
		t.Fatalf("packs: %v, %v", packs, err)
	}
	if err := os.Chmod(packs[0], 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(packs[0], 100); err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	for name, url := range map[string]string{
		"half-fetched clone": "file://" + half,
		"unreachable":        "https://" + closed + "/r.git",
		"not there":          "file://" + dir + "-nope",
		"no repository":      "file://" + t.TempDir(),
		"scheme":             "ftp://example.invalid/r.git",
		"query":              "https://example.invalid/r.git?ref=main",
	} {
		t.Run(name, func(t *testing.T) {
			r := harness{dir: t.TempDir()}.run(t, "generate", url, "--timeout", "20s").want(t, cli.ExitRefused)
			if r.out != "" {
				t.Errorf("stdout: %q", r.out)
			}
			if !strings.HasPrefix(r.err, "error: ") || strings.Count(r.err, "\n") != 1 || !strings.Contains(r.err, "; ") {
				t.Errorf("stderr is not one line with problem and fix: %q", r.err)
			}
			if left := tree(t, temp); len(left) > 0 {
				t.Errorf("left in the temporary directory: %v", left)
			}
		})
	}
}

func TestProgressOnTerminalsOnly(t *testing.T) {
	dir, _ := repository(t)
	for _, terminal := range []bool{true, false} {
		h := harness{dir: t.TempDir(), terminal: terminal, build: func(context.Context, pipeline.Options) (*pipeline.Plan, error) {
			return &pipeline.Plan{}, nil
		}}
		r := h.run(t, "validate", "file://"+dir).want(t, cli.ExitOK)
		if got := strings.HasPrefix(r.err, "reading file://"); got != terminal {
			t.Errorf("terminal %v: stderr is %q", terminal, r.err)
		}
	}
}
