// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

func TestReadSettings(t *testing.T) {
	tests := []struct {
		name, config string
		want         string
		fails        bool
	}{
		{"set", "[core]\n\tbare = true\n[dynamo-gitops]\n\treceiver = https://x.example/hook/1 ; where\n", "https://x.example/hook/1", false},
		{"keys by any case, the last counts", "[dynamo-gitops]\n\tReceiver = a\n\tRECEIVER = \"b c\"\n", "b c", false},
		{"other section", "[core]\n\treceiver = a\n", "", false},
		{"empty", "", "", false},
		{"no configuration", "-", "", false},
		{"broken", "[dynamo-gitops\nsecret", "", true},
		{"huge", strings.Repeat("# a\n", 1<<19), "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if tt.config != "-" {
				if err := os.WriteFile(filepath.Join(dir, "config"), []byte(tt.config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s, err := source.ReadSettings(dir, "dynamo-gitops")
			if (err != nil) != tt.fails || s.Get("receiver") != tt.want {
				t.Errorf("%q, %v", s.Get("receiver"), err)
			}
			if err != nil && (strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
}
