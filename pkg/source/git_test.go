// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// refCases are the ways to name a revision of a history.
func refCases(h history) map[string]struct {
	ref      source.Ref
	revision string
	content  string
} {
	type c = struct {
		ref      source.Ref
		revision string
		content  string
	}
	return map[string]c{
		"default":         {source.Ref{}, "main@sha1:" + h.third, "3\n"},
		"branch":          {source.Ref{Branch: "team/side"}, "team/side@sha1:" + h.side, "2\n"},
		"tag":             {source.Ref{Tag: "v1.0.0", Branch: "main"}, "v1.0.0@sha1:" + h.first, "1\n"},
		"annotated tag":   {source.Ref{Tag: "v1.1.0"}, "v1.1.0@sha1:" + h.first, "1\n"},
		"range":           {source.Ref{SemVer: ">=1.0.0", Tag: "v1.0.0"}, "v1.1.0@sha1:" + h.first, "1\n"},
		"range with pre":  {source.Ref{SemVer: ">=1.0.0-0"}, "v2.0.0-rc.1@sha1:" + h.second, "2\n"},
		"commit at tip":   {source.Ref{Commit: h.side}, "sha1:" + h.side, "2\n"},
		"commit inside":   {source.Ref{Commit: h.first, Name: "refs/heads/main"}, "sha1:" + h.first, "1\n"},
		"commit, upper":   {source.Ref{Commit: strings.ToUpper(h.second)}, "sha1:" + h.second, "2\n"},
		"commit, branch":  {source.Ref{Commit: h.second, Branch: "main"}, "main@sha1:" + h.second, "2\n"},
		"commit, its tip": {source.Ref{Commit: h.third, Branch: "main"}, "main@sha1:" + h.third, "3\n"},
		"name":            {source.Ref{Name: "refs/pull/7/head", Branch: "main"}, "refs/pull/7/head@sha1:" + h.side, "2\n"},
		"HEAD by name":    {source.Ref{Name: "HEAD"}, "HEAD@sha1:" + h.third, "3\n"},
	}
}

// absentCases are revisions that a history does not have.
func absentCases(h history) map[string]struct {
	ref  source.Ref
	text string
} {
	type c = struct {
		ref  source.Ref
		text string
	}
	return map[string]c{
		"branch":           {source.Ref{Branch: "team/sied"}, "did you mean team/side?"},
		"far branch":       {source.Ref{Branch: "unheard-of"}, "there is main, team/side"},
		"short commit":     {source.Ref{Branch: "0c96971"}, "write all 40 digits"},
		"branch is tag":    {source.Ref{Branch: "v1.0.0"}, "ask for the tag"},
		"tag":              {source.Ref{Tag: "v1.0.1"}, "did you mean v1.0.0"},
		"tag is branch":    {source.Ref{Tag: "main"}, "ask for the branch"},
		"range":            {source.Ref{SemVer: ">=3.0.0"}, "no tag"},
		"name":             {source.Ref{Name: "refs/pull/8/head"}, "did you mean refs/pull/7/head"},
		"short name":       {source.Ref{Name: "main"}, "refs/"},
		"commit":           {source.Ref{Commit: strings.Repeat("12", 20)}, "no commit"},
		"commit elsewhere": {source.Ref{Commit: h.side, Branch: "main"}, "does not lie on this branch"},
		"commit, branch":   {source.Ref{Commit: h.first, Branch: "mian"}, "did you mean main?"},
	}
}

func checkRefs(t *testing.T, h history, opts source.GitOptions) {
	for name, tc := range refCases(h) {
		t.Run(name, func(t *testing.T) {
			opts := opts
			opts.Ref = tc.ref
			c, err := source.Git(t.Context(), opts)
			if err != nil {
				t.Fatal(err)
			}
			closeAtEnd(t, c)
			if c.Revision.String() != tc.revision {
				t.Errorf("revision is %s, want %s", c.Revision, tc.revision)
			}
			if got := readFile(t, c.FS, "a.yaml"); got != tc.content {
				t.Errorf("a.yaml is %q, want %q", got, tc.content)
			}
			if want := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC); !c.CommitTime.Equal(want) {
				t.Errorf("commit time is %v", c.CommitTime)
			}
		})
	}
	for name, tc := range absentCases(h) {
		t.Run("absent "+name, func(t *testing.T) {
			opts := opts
			opts.Ref = tc.ref
			_, err := source.Git(t.Context(), opts)
			e := wantError(t, err, source.ErrNotFound, tc.text)
			if e.Ref == "" || e.URL == "" || e.Fix == "" {
				t.Errorf("%#v is not complete", e)
			}
		})
	}
}

func TestGitFile(t *testing.T) {
	h := newHistory(t)
	checkRefs(t, h, source.GitOptions{URL: fileURL(h.dir)})
}

func TestGitFileBarePacked(t *testing.T) {
	h := newHistory(t)
	bare := filepath.Join(t.TempDir(), "r.git")
	git(t, h.dir, "clone", "-q", "--mirror", h.dir, bare)
	git(t, bare, "gc", "-q")
	checkRefs(t, h, source.GitOptions{URL: "file://localhost" + bare})
}

func TestGitHTTPS(t *testing.T) {
	h := newHistory(t)
	url, ca := serve(t, backend(t, filepath.Dir(h.dir)))
	checkRefs(t, h, source.GitOptions{URL: url + "/" + filepath.Base(h.dir) + "/.git", CABundle: ca})
}

func TestGitFileVariants(t *testing.T) {
	h := newHistory(t)
	work := t.TempDir()
	linked, shared, detached := filepath.Join(work, "linked"), filepath.Join(work, "shared"), filepath.Join(work, "detached")
	git(t, h.dir, "worktree", "add", "-q", linked, "team/side")
	git(t, work, "clone", "-q", "--shared", h.dir, shared)
	git(t, work, "clone", "-q", h.dir, detached)
	git(t, detached, "checkout", "-q", h.first)
	relative := filepath.Join(work, "relative")
	git(t, work, "clone", "-q", "--shared", detached, relative)
	git(t, detached, "gc", "-q")
	write(t, relative, ".git/objects/info/alternates", "# packed\n../../../detached/.git/objects\n")
	for dir, want := range map[string]string{
		linked: "team/side@sha1:" + h.side, shared: "main@sha1:" + h.third, detached: "sha1:" + h.first, relative: "sha1:" + h.first,
	} {
		c, err := source.Git(t.Context(), source.GitOptions{URL: fileURL(dir)})
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(dir), err)
			continue
		}
		closeAtEnd(t, c)
		if c.Revision.String() != want {
			t.Errorf("%s: revision %s, want %s", filepath.Base(dir), c.Revision, want)
		}
		readFile(t, c.FS, "a.yaml")
	}
}

func TestGitIsFS(t *testing.T) {
	h := newHistory(t)
	c, err := source.Git(t.Context(), source.GitOptions{URL: fileURL(h.dir)})
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(c.FS, "a.yaml", "sub/b.yaml", "link.yaml"); err != nil {
		t.Fatal(err)
	}
	data, err := fs.ReadFile(c.FS, "a.yaml")
	if err != nil {
		t.Fatal(err)
	}
	data[0] = 'x' // the bytes are the caller's
	if got := readFile(t, c.FS, "a.yaml"); got != "3\n" {
		t.Errorf("content changed to %q", got)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.FS.Open("a.yaml"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestOpen(t *testing.T) {
	h := newHistory(t)
	write(t, h.dir, "a.yaml", "uncommitted\n")
	bare := filepath.Join(t.TempDir(), "r.git")
	git(t, h.dir, "clone", "-q", "--bare", h.dir, bare)
	plain := t.TempDir()
	write(t, plain, "a.yaml", "plain\n")
	for name, tc := range map[string]struct {
		opts     source.Options
		revision string
		content  string
	}{
		"working tree": {source.Options{Location: h.dir}, "", "uncommitted\n"},
		"revision":     {source.Options{Location: h.dir, Ref: source.Ref{Branch: "main"}}, "main@sha1:" + h.third, "3\n"},
		"bare":         {source.Options{Location: bare}, "main@sha1:" + h.third, "3\n"},
		"file":         {source.Options{Location: fileURL(h.dir)}, "main@sha1:" + h.third, "3\n"},
		"plain":        {source.Options{Location: plain}, "", "plain\n"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := source.Open(t.Context(), tc.opts)
			if err != nil {
				t.Fatal(err)
			}
			closeAtEnd(t, c)
			if got := readFile(t, c.FS, "a.yaml"); got != tc.content || c.Revision.String() != tc.revision {
				t.Errorf("got %q at %q", got, c.Revision)
			}
		})
	}
	_, err := source.Open(t.Context(), source.Options{Location: plain, Ref: source.Ref{Branch: "main"}})
	wantError(t, err, source.ErrNotFound, plain+": branch main: there is no Git repository")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = source.Open(cancelled, source.Options{Location: plain})
	wantError(t, err, context.Canceled)
}

func TestInvalid(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "file", "")
	for name, tc := range map[string]struct {
		opts source.GitOptions
		text string
	}{
		"empty":          {source.GitOptions{}, "no location"},
		"directory":      {source.GitOptions{URL: dir}, "file:///"},
		"plain http":     {source.GitOptions{URL: "http://127.0.0.1/x"}, "not encrypted"},
		"git protocol":   {source.GitOptions{URL: "git://127.0.0.1/x"}, "not supported"},
		"query":          {source.GitOptions{URL: "https://127.0.0.1/x?private_token=hunter2"}, "query"},
		"fragment":       {source.GitOptions{URL: "https://127.0.0.1/x#main"}, "fragment"},
		"no host":        {source.GitOptions{URL: "https:///x"}, "host"},
		"no path":        {source.GitOptions{URL: "https://127.0.0.1/"}, "path"},
		"option host":    {source.GitOptions{URL: "ssh://-oProxyCommand=x/y"}, "host"},
		"control":        {source.GitOptions{URL: "https://127.0.0.1/\x1b[2J"}, "control"},
		"bad URL":        {source.GitOptions{URL: "https://user:hunter2@[::1/x"}, "understood"},
		"file host":      {source.GitOptions{URL: "file://server/x"}, "three slashes"},
		"file no path":   {source.GitOptions{URL: "file://"}, "path"},
		"file is file":   {source.GitOptions{URL: fileURL(dir) + "/file"}, "not a repository"},
		"scp no path":    {source.GitOptions{URL: "git@host:"}, "git@host:path"},
		"scp odd host":   {source.GitOptions{URL: "git@[::1]:x"}, "ssh://"},
		"commit":         {source.GitOptions{URL: "https://127.0.0.1/x", Ref: source.Ref{Commit: "abc"}}, "40"},
		"zero commit":    {source.GitOptions{URL: "https://127.0.0.1/x", Ref: source.Ref{Commit: strings.Repeat("0", 40)}}, "40"},
		"timeout":        {source.GitOptions{URL: "https://127.0.0.1/x", Timeout: -1}, "timeout"},
		"limits":         {source.GitOptions{URL: "https://127.0.0.1/x", Limits: source.Limits{MaxDepth: -1}}, "MaxDepth"},
		"both secrets":   {source.GitOptions{URL: "https://127.0.0.1/x", Auth: &source.Auth{Password: "hunter2", BearerToken: "hunter2"}}, "both"},
		"CA bundle":      {source.GitOptions{URL: "https://127.0.0.1/x", CABundle: []byte("x")}, "CA bundle"},
		"proxy":          {source.GitOptions{URL: "https://127.0.0.1/x", ProxyURL: "::"}, "proxy"},
		"ssh proxy":      {source.GitOptions{URL: "ssh://127.0.0.1/x", ProxyURL: "http://p"}, "proxy"},
		"no known hosts": {source.GitOptions{URL: "ssh://127.0.0.1/x", Auth: &source.Auth{SSHKey: []byte("x")}}, "known_hosts"},
		"bad hosts":      {source.GitOptions{URL: "ssh://127.0.0.1/x", Auth: &source.Auth{KnownHosts: []byte("a b c\n")}}, "known_hosts"},
		"range":          {source.GitOptions{URL: fileURL(newHistory(t).dir), Ref: source.Ref{SemVer: "new one"}}, "version range"},
		"mode":           {source.GitOptions{URL: "https://127.0.0.1/x", Verify: &source.Verification{Mode: "head"}}, "TagAndHEAD"},
		"keyring":        {source.GitOptions{URL: "https://127.0.0.1/x", Verify: &source.Verification{Keyring: []byte("x")}}, "keyring"},
		"tag mode":       {source.GitOptions{URL: "https://127.0.0.1/x", Verify: &source.Verification{Mode: source.VerifyTag}}, "tag"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := source.Git(t.Context(), tc.opts)
			wantError(t, err, source.ErrInvalid, tc.text)
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q leaks a secret", err)
			}
		})
	}
}

func TestHTTPSAuth(t *testing.T) {
	const user, secret = "bob", "s3cr3t/T0ken"
	h := newHistory(t)
	git := backend(t, filepath.Dir(h.dir))
	base, ca := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, p, ok := r.BasicAuth()
		switch {
		case r.Header.Get("Authorization") == "Bearer "+secret, ok && p == secret && (u == user || u == "git"):
			git.ServeHTTP(w, r)
		case ok && u == "forbidden":
			http.Error(w, "no "+p, http.StatusForbidden)
		default:
			w.Header().Set("WWW-Authenticate", "Basic")
			http.Error(w, "you sent "+r.Header.Get("Authorization")+p, http.StatusUnauthorized)
		}
	}))
	url := base + "/" + filepath.Base(h.dir) + "/.git"
	inURL := strings.Replace(url, "https://", "https://bob:s3cr3t%2FT0ken@", 1)
	tokenURL := strings.Replace(url, "https://", "https://s3cr3t%2FT0ken@", 1)
	for name, tc := range map[string]struct {
		url  string
		auth *source.Auth
		want error
	}{
		"none":        {url, nil, source.ErrUnauthorized},
		"basic":       {url, &source.Auth{Username: user, Password: secret}, nil},
		"token":       {url, &source.Auth{Password: secret}, nil},
		"bearer":      {url, &source.Auth{BearerToken: secret}, nil},
		"in URL":      {inURL, nil, nil},
		"token URL":   {tokenURL, nil, nil},
		"empty":       {url, &source.Auth{}, source.ErrUnauthorized},
		"wrong":       {url, &source.Auth{Username: user, Password: secret + "x"}, source.ErrUnauthorized},
		"forbidden":   {url, &source.Auth{Username: "forbidden", Password: secret}, source.ErrUnauthorized},
		"wrong in it": {strings.Replace(inURL, "T0ken", "T0keX", 1), nil, source.ErrUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := source.Git(t.Context(), source.GitOptions{URL: tc.url, Auth: tc.auth, CABundle: ca})
			if tc.want != nil {
				wantError(t, err, tc.want, url)
				if strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "Ym9i") {
					t.Errorf("%q leaks a secret", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			closeAtEnd(t, c)
			if c.URL != url {
				t.Errorf("URL is %q, want %q", c.URL, url)
			}
		})
	}
}

func TestHTTPFailures(t *testing.T) {
	base, ca := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/page"):
			_, _ = io.WriteString(w, "<html>\x1b[2J welcome</html>")
		case strings.HasPrefix(r.URL.Path, "/busy"):
			http.Error(w, strings.Repeat("x", 1<<20), http.StatusServiceUnavailable)
		case strings.HasPrefix(r.URL.Path, "/moved"):
			http.Redirect(w, r, "http://127.0.0.1:1/x/info/refs", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "https://" + l.Addr().String() + "/x"
	l.Close()
	for name, tc := range map[string]struct {
		opts source.GitOptions
		want error
		text string
	}{
		"absent":    {source.GitOptions{URL: base + "/none", CABundle: ca}, source.ErrNotFound, "no such repository"},
		"page":      {source.GitOptions{URL: base + "/page", CABundle: ca}, source.ErrCorrupt, "not that of a Git server"},
		"busy":      {source.GitOptions{URL: base + "/busy", CABundle: ca}, source.ErrUnreachable, "503"},
		"downgrade": {source.GitOptions{URL: base + "/moved", CABundle: ca}, source.ErrUnreachable, "changes scheme"},
		"untrusted": {source.GitOptions{URL: base + "/none"}, source.ErrUnreachable, "certificate is not trusted"},
		"closed":    {source.GitOptions{URL: closed}, source.ErrUnreachable, "cannot be reached"},
		"proxy":     {source.GitOptions{URL: "https://example.invalid/x", ProxyURL: strings.Replace(closed, "https://", "http://user:hunter2@", 1)}, source.ErrUnreachable, "cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := source.Git(t.Context(), tc.opts)
			wantError(t, err, tc.want, tc.text)
			if strings.ContainsAny(err.Error(), "\x1b\n") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %q is not fit to be shown", err)
			}
		})
	}
}

func TestPlainHTTPWhenAllowed(t *testing.T) {
	h := newHistory(t)
	s := servePlain(t, backend(t, filepath.Dir(h.dir)))
	c, err := source.Open(t.Context(), source.Options{
		Location: s + "/" + filepath.Base(h.dir) + "/.git", AllowInsecureHTTP: true, Depth: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, c)
	if c.Revision.Commit() != h.third || c.Revision.Name() != "main" {
		t.Errorf("revision %s", c.Revision)
	}
}

func TestEmptyRepository(t *testing.T) {
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main", "r")
	_, err := source.Git(t.Context(), source.GitOptions{URL: fileURL(filepath.Join(dir, "r"))})
	wantError(t, err, source.ErrNotFound, "no default branch")
	url, ca := serve(t, backend(t, dir))
	_, err = source.Git(t.Context(), source.GitOptions{URL: url + "/r/.git", CABundle: ca})
	wantError(t, err, source.ErrNotFound, "empty")
}

func TestCancelAndTimeout(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	reached := make(chan struct{}, 4)
	base, ca := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached <- struct{}{}
		<-r.Context().Done()
	}))
	opts := source.GitOptions{URL: base + "/x", CABundle: ca}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reached; cancel() }()
	_, err := source.Git(ctx, opts)
	wantError(t, err, context.Canceled, base)

	opts.Timeout = 50 * time.Millisecond
	_, err = source.Git(t.Context(), opts)
	wantError(t, err, source.ErrUnreachable, "timeout")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is not context.DeadlineExceeded", err)
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
