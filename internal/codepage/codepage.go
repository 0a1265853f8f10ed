// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package codepage writes the part of a page that documents codes, each with an
// example that the code under test printed, and checks that the page has it.
package codepage

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// Check compares the part of the page between the lines "<!-- begin NAME -->" and
// "<!-- end NAME -->" with what the codes and the observations give, and writes
// it with update. Every code must be in one of the observations.
func Check(t *testing.T, path, name string, update bool, codes []object.Code, seen ...drift.Observation) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), "<!-- begin "+name+" -->\n")
	have, after, ok2 := strings.Cut(rest, "<!-- end "+name+" -->\n")
	if !ok || !ok2 {
		t.Fatalf("%s has no part %q", path, name)
	}
	want := section(t, codes, seen)
	if update {
		text := before + "<!-- begin " + name + " -->\n" + want + "<!-- end " + name + " -->\n" + after
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func section(t *testing.T, codes []object.Code, seen []drift.Observation) string {
	t.Helper()
	examples := map[string]string{}
	for _, o := range seen {
		for _, f := range o.Findings {
			if examples[f.Code] == "" {
				examples[f.Code] = example(f)
			}
		}
		for _, u := range o.Unknowns {
			if examples[u.Code] == "" {
				examples[u.Code] = u.Target.String() + "\n  not known: " + u.Reason + "\n  action:    " + u.Action + "\n"
			}
		}
	}
	var b strings.Builder
	for _, c := range codes {
		if examples[c.ID] == "" {
			t.Errorf("no example of %s", c.ID)
		}
		fmt.Fprintf(&b, "\n#### %s %s (%s)\n\n%s\n\n```text\n%s```\n", c.ID, c.Title, c.Severity, c.Help, examples[c.ID])
	}
	return b.String() + "\n"
}

func example(f drift.Finding) string {
	return fmt.Sprintf("%s: %s\n  problem: %s\n  want:    %s\n  have:    %s\n  action:  %s\n", f.Target, f.Field, f.Problem, f.Want, f.Have, f.Action)
}
