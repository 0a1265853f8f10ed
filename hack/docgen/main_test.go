// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// TestPages: the pages hold every field, code and command, the same each time.
func TestPages(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first, second} {
		if err := run(dir); err != nil {
			t.Fatal(err)
		}
	}
	page := func(dir, name string) string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for name, wants := range map[string][]string{
		"api.md":   {"| `version` (required) | string |", "### spec.components.nats.jetStream", "| `profile` | `dev`, `test`, `prod` |", "quantity", "list of string"},
		"cli.md":   {"## dynamo-gitops generate", "| `-o`, `--output` |", "## dynamo-gitops completion"},
		"codes.md": {"## Models"},
	} {
		text := page(first, name)
		if text != page(second, name) {
			t.Errorf("%s is not the same the second time", name)
		}
		for _, want := range append(wants, "DO NOT EDIT") {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
	}
	codes := page(first, "codes.md")
	for _, c := range pipeline.Codes() {
		if strings.Count(codes, "| "+c.ID+" |") != 1 {
			t.Errorf("codes.md has not exactly one row for %s", c.ID)
		}
	}
}

// TestCurrent: the committed pages are those of the code.
func TestCurrent(t *testing.T) {
	dir := t.TempDir()
	if err := run(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"api.md", "cli.md", "codes.md"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("../../docs/reference", name))
		if err != nil || string(got) != string(want) {
			t.Errorf("docs/reference/%s is not current (%v); run make generate", name, err)
		}
	}
}
