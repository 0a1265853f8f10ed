// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package values_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

func TestPath(t *testing.T) {
	for text, path := range map[string]values.Path{
		"a":               {"a"},
		"a.b.c":           {"a", "b", "c"},
		`a["b.c"]`:        {"a", "b.c"},
		`a["b.c"].d`:      {"a", "b.c", "d"},
		`["a.b"]["c[d]"]`: {"a.b", "c[d]"},
		`[""].a`:          {"", "a"},
		`a["say \"hi\""]`: {"a", `say "hi"`},
		`a["x\"].y"].b`:   {"a", `x"].y`, "b"},
		`podTemplate.topologySpreadConstraints["kubernetes.io/hostname"]`: {"podTemplate", "topologySpreadConstraints", "kubernetes.io/hostname"},
		"a.*.b": {"a", "*", "b"},
	} {
		if got := path.String(); got != text {
			t.Errorf("%q prints as %q", path, got)
		}
		got, err := values.ParsePath(text)
		if diff := cmp.Diff(path, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
}

func TestParsePathErrors(t *testing.T) {
	for _, text := range []string{"", ".", "a.", ".a", "a..b", "a[", "a[b]", `["]`, `["a"`, `["a"`, `["a"].`, `["a"]b`, "[`a`]", `['a']`, `a.["`, `["\q"]`} {
		if got, err := values.ParsePath(text); err == nil {
			t.Errorf("%q reads as %q", text, got)
		}
	}
}

func FuzzPath(f *testing.F) {
	f.Add("a", "b.c", "d[e]")
	f.Add("", `"`, `\`)
	f.Add(`"]`, "\xff", "\n.\u2028")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		path := values.Path{a, b, c}
		back, err := values.ParsePath(path.String())
		if err != nil || !slices.Equal(path, back) {
			t.Errorf("%q prints as %s and reads as %q, %v", path, path, back, err)
		}
	})
}

func FuzzParsePath(f *testing.F) {
	for _, text := range []string{"a.b", `a["b"].c`, `a["`, "a..b", `[""]`, `a.["b"]`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path, err := values.ParsePath(text)
		if err != nil {
			return
		}
		if len(path) == 0 {
			t.Fatalf("%q reads as nothing", text)
		}
		if back, err := values.ParsePath(path.String()); err != nil || !slices.Equal(path, back) {
			t.Errorf("%q reads as %q, which prints as %s and reads as %q, %v", text, path, path, back, err)
		}
	})
}

func tree() map[string]any {
	return map[string]any{"a": map[string]any{"b": int64(1), "c": nil}, "d": []any{map[string]any{"e": "f"}}}
}

func TestGet(t *testing.T) {
	for _, tc := range []struct {
		path []string
		want any
		ok   bool
	}{
		{[]string{"a", "b"}, int64(1), true},
		{[]string{"a", "c"}, nil, true},
		{[]string{"a", "x"}, nil, false},
		{[]string{"a", "b", "x"}, nil, false},
		{[]string{"a", "c", "x"}, nil, false},
		{[]string{"x", "y"}, nil, false},
		{nil, tree(), true},
	} {
		got, ok := values.Get(tree(), tc.path...)
		if diff := cmp.Diff(tc.want, got); ok != tc.ok || diff != "" {
			t.Errorf("%v: %t %s", tc.path, ok, diff)
		}
	}
	if _, ok := values.Get(nil, "a"); ok {
		t.Error("nil holds something")
	}
}

func TestSet(t *testing.T) {
	m := tree()
	values.Set(m, "new", "x", "y", "z")
	values.Set(m, true, "a", "b", "deep")
	values.Set(m, nil, "d")
	values.Set(m, "lost")
	want := map[string]any{
		"a": map[string]any{"b": map[string]any{"deep": true}, "c": nil}, "d": nil,
		"x": map[string]any{"y": map[string]any{"z": "new"}},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
	}
}

func TestDelete(t *testing.T) {
	for _, tc := range []struct {
		name  string
		in    map[string]any
		path  []string
		value any
		ok    bool
		want  map[string]any
	}{
		{name: "leaf", in: tree(), path: []string{"a", "b"}, value: int64(1), ok: true, want: map[string]any{"a": map[string]any{"c": nil}, "d": tree()["d"]}},
		{name: "null", in: tree(), path: []string{"a", "c"}, ok: true, want: map[string]any{"a": map[string]any{"b": int64(1)}, "d": tree()["d"]}},
		{name: "map", in: tree(), path: []string{"a"}, value: tree()["a"], ok: true, want: map[string]any{"d": tree()["d"]}},
		{name: "maps that become empty", in: map[string]any{"a": map[string]any{"b": map[string]any{"c": 1}}, "d": 1}, path: []string{"a", "b", "c"}, value: 1, ok: true, want: map[string]any{"d": 1}},
		{name: "maps that were empty", in: map[string]any{"a": map[string]any{}}, path: []string{"a", "b"}, want: map[string]any{"a": map[string]any{}}},
		{name: "below a leaf", in: map[string]any{"a": 1}, path: []string{"a", "b"}, want: map[string]any{"a": 1}},
		{name: "nothing", in: tree(), want: tree()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			value, ok := values.Delete(tc.in, tc.path...)
			if diff := cmp.Diff(tc.value, value); ok != tc.ok || diff != "" {
				t.Errorf("%t %s", ok, diff)
			}
			if diff := cmp.Diff(tc.want, tc.in); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestClone(t *testing.T) {
	m := tree()
	c := values.Clone(m)
	if diff := cmp.Diff(m, c); diff != "" {
		t.Fatal(diff)
	}
	c["a"].(map[string]any)["b"] = "changed"
	c["d"].([]any)[0].(map[string]any)["e"] = "changed"
	if diff := cmp.Diff(tree(), m); diff != "" {
		t.Error(diff)
	}
	if values.Clone(nil) != nil {
		t.Error("a clone of nothing is something")
	}
}

func TestMerge(t *testing.T) {
	base := map[string]any{"keep": "x", "map": map[string]any{"a": 1, "b": 2}, "list": []any{1, 2}, "gone": map[string]any{"a": 1}, "scalar": 1}
	over := map[string]any{"map": map[string]any{"b": 3, "c": map[string]any{"d": 4}}, "list": []any{3}, "gone": nil, "scalar": map[string]any{"now": "map"}}
	want := map[string]any{
		"keep": "x", "map": map[string]any{"a": 1, "b": 3, "c": map[string]any{"d": 4}}, "list": []any{3}, "gone": nil, "scalar": map[string]any{"now": "map"},
	}
	got := values.Merge(base, over)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	values.Set(got, "changed", "map", "c", "d")
	values.Set(got, "changed", "map", "a")
	if over["map"].(map[string]any)["c"].(map[string]any)["d"] != 4 || base["map"].(map[string]any)["a"] != 1 {
		t.Error("an argument changed")
	}
	if diff := cmp.Diff(map[string]any{}, values.Merge(nil, nil)); diff != "" {
		t.Error(diff)
	}
}

func TestWalk(t *testing.T) {
	var seen []string
	values.Walk(map[string]any{"b": map[string]any{"z": 1, "a.b": map[string]any{"c": nil}}, "a": []any{1}, "skip": map[string]any{"never": 1}},
		func(path values.Path, _ any) bool {
			seen = append(seen, path.String())
			return path[0] != "skip"
		})
	want := []string{"a", "b", `b["a.b"]`, `b["a.b"].c`, "b.z", "skip"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}

func ExampleMerge() {
	chart := map[string]any{"nats": map[string]any{"enabled": true, "replicas": 1}}
	user := map[string]any{"nats": map[string]any{"replicas": 3}}
	fmt.Println(values.Merge(chart, user))
	// Output: map[nats:map[enabled:true replicas:3]]
}

func ExampleParsePath() {
	path, err := values.ParsePath(`nats.podTemplate.topologySpreadConstraints["kubernetes.io/hostname"]`)
	fmt.Println(len(path), path[3], err)
	// Output: 4 kubernetes.io/hostname <nil>
}
