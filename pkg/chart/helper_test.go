// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

var update = flag.Bool("update", false, "write the golden files")

// at looks a version up that must be there.
func at(t testing.TB, version string) *chart.Version {
	t.Helper()
	v, err := chart.Lookup(version, chart.LookupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// parse reads YAML the way the project does: whole numbers as int64.
func parse(t testing.TB, text string) map[string]any {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// upstream reads a file of the folder beside the repository, or skips.
func upstream(t testing.TB, path ...string) map[string]any {
	t.Helper()
	directory, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(directory, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			t.Fatal("no go.mod above the test")
		}
		directory = parent
	}
	root := filepath.Join(directory, "..", "shared", "upstream")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no upstream files beside the repository")
	}
	data, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(data))
}

// brief prints issues as "kind path-or-field", for tables.
func brief(issues []values.Issue) []string {
	var out []string
	for _, i := range issues {
		where := i.Path.String()
		if where == "" {
			where = i.Field
		}
		out = append(out, string(i.Kind)+" "+where)
	}
	return out
}

// long prints issues with everything in them, for golden files.
func long(issues []values.Issue) string {
	var b strings.Builder
	for _, i := range issues {
		fmt.Fprintf(&b, "%s %s%s: %s; %s\n", i.Kind, i.Path, i.Field, i.Problem, i.Fix)
	}
	return b.String()
}

// since returns the known versions from one on.
func since(version string) []string {
	all := chart.Versions()
	return all[slices.Index(all, version):]
}

// golden compares with a file, or writes it.
func golden(t *testing.T, got string, path ...string) {
	t.Helper()
	name := filepath.Join(append([]string{"testdata"}, path...)...)
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and read the diff. Got:\n%s", name, got)
	}
}
