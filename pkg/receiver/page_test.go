// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/receiver"
)

// TestPage runs the example of docs/spec/receiver.md against a server, and
// compares what the page says it answers.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/spec/receiver.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```sh\n")
	script, rest, found := strings.Cut(rest, "```")
	_, rest, _ = strings.Cut(rest, "```json\n")
	want, _, foundAnswer := strings.Cut(rest, "```")
	if !found || !foundAnswer {
		t.Fatal("the page has no example with an answer")
	}
	b := newBench(t, func(o *receiver.Options) { o.Now = time.Now })
	path := b.add(receiver.Generic)
	b.follow("dynamo", "git@git.example.com:acme/platform.git", receiver.Ref{Branch: "main"})
	address, _ := serve(t, b.handler)
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	cmd.Env = append(os.Environ(), "RECEIVER=http://"+address+path, "TOKEN="+token, "NO_PROXY=127.0.0.1")
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != want {
		t.Errorf("%v, answer %q, want %q", err, out, want)
	}
	if b.names() != "llm/dynamo" {
		t.Errorf("asked %q", b.names())
	}
	for _, p := range receiver.Providers() {
		if !strings.Contains(string(page), "| `"+string(p)+"` |") {
			t.Errorf("the page does not name the provider %s", p)
		}
	}
}
