// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/receiver"
)

// FuzzSignature: nothing but the one right signature is accepted.
func FuzzSignature(f *testing.F) {
	const body = `{"zen":"x"}`
	f.Add("sha256="+sum(body), "ping")
	f.Add("sha256=", "")
	f.Add("sha1=00", "push")
	f.Fuzz(func(t *testing.T, signature, event string) {
		b := newBench(t, nil)
		path := b.add(receiver.GitHub)
		w := b.post(path, body, map[string]string{"X-GitHub-Event": event, "X-Hub-Signature-256": signature})
		right := strings.EqualFold(strings.TrimPrefix(signature, "sha256="), sum(body)) && strings.HasPrefix(signature, "sha256=")
		if (w.Code != http.StatusUnauthorized) != right {
			t.Errorf("%q: %d", signature, w.Code)
		}
	})
}

// FuzzParse: whatever a payload says, what comes out is normal and bounded.
func FuzzParse(f *testing.F) {
	f.Add(hub("refs/heads/main", commit()))
	f.Add(generic(start(), `{"ref":"refs/heads/main"}`))
	f.Add(`{"push":{"changes":[{"new":{"type":"tag","name":"v1"}}]},"repository":{"links":{"html":{"href":"https://bitbucket.org/a/b"}}}}`)
	f.Fuzz(func(t *testing.T, body string) {
		for _, p := range receiver.Providers() {
			push, err := receiver.Parse(p, []byte(body))
			if err != nil {
				continue
			}
			if len(push.URLs) == 0 || len(push.URLs) > 16 {
				t.Errorf("%s: %d addresses", p, len(push.URLs))
			}
			for _, u := range push.Updates {
				if !strings.HasPrefix(u.Ref, "refs/") || strings.ContainsAny(u.Ref, " \n\x00~^:") {
					t.Errorf("%s: ref %q", p, u.Ref)
				}
			}
		}
	})
}

func TestNormalizeURL(t *testing.T) {
	tests := []struct{ address, want string }{
		{"https://github.com/Acme/Platform.git", "github.com/acme/platform"},
		{"https://user:secret@GitHub.com:443/acme/platform/", "github.com/acme/platform"},
		{"ssh://git@github.com:22/acme/platform.git", "github.com/acme/platform"},
		{"git@github.com:acme/platform.git", "github.com/acme/platform"},
		{"github.com:acme/platform", "github.com/acme/platform"},
		{"https://git.example.com:8443/Acme/x?y=z#f", "git.example.com:8443/Acme/x"},
		{"http://[::1]:3000/a/b.git", "[::1]:3000/a/b"},
		{"https://git.example.com/a/../b//c", "git.example.com/b/c"},
		{"file:///srv/git/platform.git", "file:/srv/git/platform"},
		{"https://git.example.com", ""},
		{"https://git.example.com/.git", ""},
		{"ftp://git.example.com/a", ""},
		{"/srv/git", ""},
		{"", ""},
		{"https://git.example.com/a\n", ""},
		{"https://git.example.com/%00", ""},
		{"javascript:alert(1)", "javascript/alert(1)"},
		{"https://git.example.com/" + strings.Repeat("a", 3000), ""},
	}
	for _, tt := range tests {
		got, ok := receiver.NormalizeURL(tt.address)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%q: %q, %v, want %q", tt.address, got, ok, tt.want)
		}
	}
}
