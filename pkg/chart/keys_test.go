// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// TestKeyLists checks every line of keys/*.txt: its form, its place in the
// file, its default's type, and that the versions in its range, by their own
// check, read the key or say why not.
func TestKeyLists(t *testing.T) {
	form := regexp.MustCompile(`^(\S+) (bool|int|string|quantity|list|map|free|any)(?: (\d+\.\d+)?(-)?(\d+\.\d+)?)?(?: = (.+))?$`)
	known := map[string]*chart.Version{}
	for _, version := range chart.Versions() {
		known[version] = at(t, version)
	}
	for file, prefix := range map[string]string{"platform": "", "operator": "dynamo-operator.", "nats": "nats.", "etcd": "etcd."} {
		data, err := os.ReadFile(filepath.Join("keys", file+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for line := range strings.Lines(string(data)) {
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(line, "#") {
				continue
			}
			match := form.FindStringSubmatch(line)
			if match == nil {
				t.Errorf("%s: malformed line %q", file, line)
				continue
			}
			names = append(names, match[1])
			checkDefault(t, match[2], match[6])
			checkReadIn(t, path(t, prefix+match[1]), keyRange(match), known)
		}
		if len(names) < 50 || !slices.IsSorted(names) {
			t.Errorf("%s: %d keys, sorted: %t", file, len(names), slices.IsSorted(names))
		}
	}
}

// keyRange returns the known versions in a line's range.
func keyRange(match []string) []string {
	from, dash, to := match[3], match[4], match[5]
	if from != "" && dash == "" {
		to = from
	}
	var in []string
	for _, version := range chart.Versions() {
		line := strings.TrimSuffix(version, ".0")
		if (from == "" || line >= from) && (to == "" || line <= to) {
			in = append(in, version)
		}
	}
	return in
}

func checkDefault(t *testing.T, kind, text string) {
	t.Helper()
	if text == "" || text == "null" {
		return
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Errorf("default %s: %v", text, err)
	}
	var ok bool
	switch value.(type) {
	case bool:
		ok = kind == "bool"
	case float64:
		ok = kind == "int" || kind == "any"
	case string:
		ok = kind == "string" || kind == "quantity" || kind == "any"
	case []any:
		ok = kind == "list"
	}
	if !ok {
		t.Errorf("default %s of a %s", text, kind)
	}
}

func checkReadIn(t *testing.T, key values.Path, versions []string, known map[string]*chart.Version) {
	t.Helper()
	if len(versions) == 0 {
		t.Errorf("no version reads %s", key)
	}
	in := map[string]any{}
	values.Set(in, nil, key...)
	for _, version := range versions {
		for _, i := range known[version].CheckValues(in, nil) {
			if i.Kind == values.IssueUnknown || i.Kind == values.IssueType || i.Kind == values.IssueMoved {
				t.Errorf("%s: %s", version, i.Problem)
			}
		}
	}
}
