// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"":                                       "",
		".":                                      ".",
		"/a/b":                                   "/a/b",
		"a@b/c:d":                                "a@b/c:d",
		"https://github.com/org/repo":            "https://github.com/org/repo",
		"https://user:pw@github.com/org/repo":    "https://github.com/org/repo",
		"https://token@github.com:8443/org/repo": "https://github.com:8443/org/repo",
		"https://h/x?private_token=t#f":          "https://h/x",
		"https://user:pa/ss@host/x":              "https://***",
		"https://user:12/ss@host/x":              "https://***",
		"https://user:pw@[::1/x":                 "https://***",
		"h\x01ps://user:pw@host/x":               "***",
		"https://h/a%20b@c":                      "https://h/a%20b@c",
		"git@github.com:org/repo":                "github.com:org/repo",
		"ssh://git@github.com/org/repo":          "ssh://github.com/org/repo",
		"file:///srv/repo.git":                   "file:///srv/repo.git",
		"dir\x1b[2J":                             "dir [2J",
		"https://user:" + strings.Repeat("p", 2000): "https://***",
	} {
		if got := source.Redact(in); got != want {
			t.Errorf("Redact(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestIsGitURL(t *testing.T) {
	for in, want := range map[string]bool{
		"https://h/x": true, "ssh://h/x": true, "file:///x": true, "http://h/x": true, "ftp://h/x": true,
		"git@h:x": true, "git@h:/x/y": true,
		"": false, ".": false, "/x": false, "x": false, "a/b@c:d": false, `C:\x`: false, "h:x": false, "-o@h:x": false, "a@-h:x": false,
	} {
		if got := source.IsGitURL(in); got != want {
			t.Errorf("IsGitURL(%q) is %v", in, got)
		}
	}
}

func TestRevision(t *testing.T) {
	hash := strings.Repeat("ab", 20)
	for in, want := range map[source.Revision][2]string{
		source.Revision("main@sha1:" + hash):     {"main", hash},
		source.Revision("team/a@b@sha1:" + hash): {"team/a@b", hash},
		source.Revision("sha1:" + hash):          {"", hash},
		"":                                       {"", ""},
	} {
		if in.Name() != want[0] || in.Commit() != want[1] {
			t.Errorf("%q: %q, %q", in, in.Name(), in.Commit())
		}
	}
}

func TestErrorText(t *testing.T) {
	for want, e := range map[string]*source.Error{
		"u: r: p: why; fix":          {URL: "u", Ref: "r", Path: "p", Reason: "why", Fix: "fix", Kind: source.ErrUnsafe},
		"unsafe content":             {Kind: source.ErrUnsafe},
		source.ErrSubmodule.Error():  {Kind: source.ErrUnsafe, Detail: source.ErrSubmodule},
		"":                           {},
		"p: symbolic link loop; fix": {Path: "p", Detail: source.ErrSymlinkLoop, Fix: "fix"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if errors.Is(e, nil) {
			t.Errorf("%q is nil", e)
		}
	}
}

// FuzzRedact: credentials never survive, and the result is one printable line.
func FuzzRedact(f *testing.F) {
	f.Add("user", "hunter2", "github.com", "org/repo", "https")
	f.Add("", "p@ss:w/rd", "[::1]:22", "a?b#c", "ssh")
	f.Add("12", "34/", "h", "@x", "file")
	f.Fuzz(func(t *testing.T, user, secret, host, path, scheme string) {
		const marker = "sEcReT"
		for _, loc := range []string{
			scheme + "://" + url.UserPassword(user, marker+secret).String() + "@" + host + "/" + path,
			scheme + "://" + url.PathEscape(marker+secret) + "@" + host + "/" + path,
		} {
			u, err := url.Parse(loc)
			if err != nil || u.User == nil || strings.Contains(u.Host+u.Path, marker) {
				continue
			}
			if got := source.Redact(loc); strings.Contains(got, marker) {
				t.Errorf("Redact(%q) is %q", loc, got)
			}
		}
		got := source.Redact(path)
		if strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("Redact(%q) is %q", path, got)
		}
	})
}

// FuzzLocation: whatever the location, the outcome is an error that is fit to
// be shown, unless it names a directory that exists.
func FuzzLocation(f *testing.F) {
	for _, s := range []string{"", "https://", "git@h:", "ssh://-o/x", "file://h/x", "http://u:p@h/x", "x://y", "a@b@c:d", "https://%zz/", "://"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, loc string) {
		if !source.IsGitURL(loc) {
			return
		}
		_, err := source.Git(t.Context(), source.GitOptions{URL: loc, Timeout: -1})
		if !errors.Is(err, source.ErrInvalid) {
			t.Errorf("%q: %v", loc, err)
		}
		if strings.ContainsFunc(err.Error(), unicode.IsControl) {
			t.Errorf("%q: error %q", loc, err)
		}
	})
}
