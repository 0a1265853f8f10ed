// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay_test

import (
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
)

func TestSourceIgnore(t *testing.T) {
	tests := []struct {
		dir, patterns, name string
		ignored             bool
	}{
		{".", "a.yaml", "x/a.yaml", true},
		{".", "/a.yaml", "x/a.yaml", false},
		{".", "/a.yaml", "a.yaml", true},
		{".", "x/a.yaml", "y/x/a.yaml", false},
		{".", "**/x/a.yaml", "y/x/a.yaml", true},
		{".", "x/**", "x/y/a.yaml", true},
		{".", "x/**", "x.yaml", false},
		{".", "x/**/a.yaml", "x/a.yaml", true},
		{".", "x/**/a.yaml", "x/1/2/a.yaml", true},
		{".", "build.yaml/", "build.yaml", false},
		{".", "build/", "x/build/a.yaml", true},
		{".", "*.yaml\n!keep.yaml", "keep.yaml", false},
		{".", "!keep.yaml\n*.yaml", "keep.yaml", true},
		{".", "x/\n!x/a.yaml", "x/a.yaml", true},
		{".", "# a.yaml\n\n   \na.yaml   ", "a.yaml", true},
		{".", "a.yaml\r\n", "a.yaml", true},
		{".", "[!a].yaml", "b.yaml", true},
		{".", "[!a].yaml", "a.yaml", false},
		{".", `\#x.yaml`, "#x.yaml", true},
		{"d", "/a.yaml", "a.yaml", false},
		{"d", "/a.yaml", "d/a.yaml", true},
		{"d", "a.yaml", "e/a.yaml", false},
		{"d", "!a.yaml", "d/a.yaml", false},
		{".", "[", "a.yaml", false},
		{".", "**/**/**/**/**/**/z", "a/b/c/d/e/f/g/h/i/j/k/l/m.yaml", false},
	}
	for _, test := range tests {
		files := fstest.MapFS{
			"other.yml":                          {Data: []byte(model)},
			test.name:                            {Data: []byte(strings.Replace(model, "name: a", "name: b", 1))},
			path.Join(test.dir, ".sourceignore"): {Data: []byte(test.patterns)},
		}
		result, err := overlay.Build(t.Context(), files, ".", overlay.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := !slices.Contains(result.Files, test.name); got != test.ignored {
			t.Errorf("%q in %s on %s: ignored %v", test.patterns, test.dir, test.name, got)
		}
	}
}
