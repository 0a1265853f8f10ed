// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import "testing"

func TestSSHPath(t *testing.T) {
	for in, want := range map[string]string{"/org/repo": "/org/repo", "/~bob/repo": "~bob/repo", "org/repo": "org/repo"} {
		if got := sshPath(in); got != want {
			t.Errorf("sshPath(%q) is %q", in, got)
		}
	}
	if got, want := shellQuote("it's; rm -rf /!"), `'it'\''s; rm -rf /'\!''`; got != want {
		t.Errorf("quoted %s, want %s", got, want)
	}
}
