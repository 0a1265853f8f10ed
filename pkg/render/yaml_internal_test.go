// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

func streams() []string {
	return []string{
		"", "\n", "---", "a: 1", "---\na: 1\n---\n", "a: 1\n---\nb: 2", "a: 1\n--- b: 2", "a: |+\n  x\n\n\n---\n\n\nb: 1", "----\na: 1", "---\n---\na",
		"a: 1\n ---\nb: 2", "x---\n---y\n---", "\ufeff---\na: 1", "a\v\n---\vb", "  \n---\n  a: 1\n\n---\n---\n---b", "a\n--\n---\n-", "a: |\n  ---\nb: 1",
	}
}

// FuzzSplit compares split with Helm's.
func FuzzSplit(f *testing.F) {
	for _, s := range streams() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, stream string) {
		parts := releaseutil.SplitManifests(stream)
		var want []string
		for i := range len(parts) {
			want = append(want, parts[fmt.Sprintf("manifest-%d", i)])
		}
		if got := split(stream); !reflect.DeepEqual(got, want) {
			t.Errorf("split(%q) = %q, Helm has %q", stream, got, want)
		}
	})
}

// FuzzDecode compares decode with the way over JSON text.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"", "a: 1", "1: {true: x, 2.5: y}", "a: [1, 2.0, 1e3, 1e20, 1.5, -0.0, 0x1F, 0o7, 017, 1_000]", "a: yes\nb: no\nc: ~\nd: 2024-01-01\n",
		"a: &x {b: 1}\nc: {<<: *x, d: 2}", "a: .inf", "a: !!binary aGVsbG8=", "a: !!binary /w==", "- 1", "text", "a: 1\na: 2", "? [1]\n: x", "null: 1",
		"a: 18446744073709551615", "a: 9223372036854775808", "a: 9007199254740993", "a: !!timestamp 2024-01-01T00:00:00Z", "a: \"\\u0000\"", "a: 4611686018427387904.0",
		"a: !!float 3", "a: !!str 3",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := decode(text)
		var want map[string]any
		data, wantErr := yaml.YAMLToJSON([]byte(text + "\n"))
		if wantErr == nil {
			wantErr = kjson.UnmarshalCaseSensitivePreserveInts(data, &want)
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("decode(%q): error %v, by way of JSON %v", text, err, wantErr)
		}
		if err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("decode(%q) = %#v, by way of JSON %#v", text, got, want)
		}
	})
}

// FuzzToYAML compares the template function with Helm's, on what Helm makes of
// a values file.
func FuzzToYAML(f *testing.F) {
	for _, s := range []string{
		"a: 1", "a: [1, 2.5, 1e21, -0.0, 1e-7, 9007199254740993]", "a: 'yes'\nb: 'null'\nc: ''\nd: '1'\ne: \"x\\ny\"", "a: {b: {c: [], d: {}}}",
		"a: \"\\u2028\\x07\\u00a0é😀\"", "? 'a very long key " + strings.Repeat("k", 200) + "'\n: 1", "a: '" + strings.Repeat("word ", 60) + "'", "'1': x\n'true': y\n'~': z",
		"a: |\n  x\n   y\n", "a: \"<b>&\"", "a: ' x '", "a: '- x'", "a: \"\\t\"", "b10: 1\nb9: 2\nB1: 3", "a: 123456789012", "a: '0x1F'\nb: '1_000'\nc: '2024-01-01'",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var value map[string]any
		if yaml.Unmarshal([]byte(text), &value) != nil {
			return
		}
		data, err := yaml.Marshal(value)
		want := strings.TrimSuffix(string(data), "\n")
		if err != nil {
			want = ""
		}
		if got := toYAML(value); got != want {
			t.Errorf("toYAML(%#v) =\n%s\nHelm has\n%s", value, got, want)
		}
	})
}

// TestToYAMLOfOtherTypes shows that what is no plain value takes Helm's way.
func TestToYAMLOfOtherTypes(t *testing.T) {
	for _, value := range []any{
		nil, 3, int64(3), "x", []string{"a"}, map[string]string{"b": "c"}, []any(nil), map[string]any(nil), struct{ A int }{1}, func() {}, []any{uint8(1)}, []byte("x"),
	} {
		data, err := yaml.Marshal(value)
		want := strings.TrimSuffix(string(data), "\n")
		if err != nil {
			want = ""
		}
		if got := toYAML(value); got != want {
			t.Errorf("toYAML(%#v) = %q, Helm has %q", value, got, want)
		}
	}
}

// TestMemoForgets shows that the memo keeps to its bound and stays right.
func TestMemoForgets(t *testing.T) {
	var m memo
	filler := strings.Repeat("x", maxMemo/5)
	for i := range 12 {
		text := fmt.Sprintf("number: %d\nfiller: %s", i%4, filler)
		content, err := m.decode(text)
		if err != nil {
			t.Fatal(err)
		}
		if content["number"] != int64(i%4) {
			t.Fatalf("n is %v", content["number"])
		}
		content["number"] = "changed by the caller"
		if m.size > maxMemo {
			t.Fatalf("the memo holds %d bytes", m.size)
		}
	}
	if _, err := m.decode(strings.Repeat("x", maxMemo)); err == nil {
		t.Error("a text that is no table was accepted")
	}
}
