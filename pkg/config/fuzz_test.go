// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// FuzzDecode decodes arbitrary bytes: an error is a FindingsError with a fix,
// and what was decoded survives being written and decoded again.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		doc("data: {a: b}\n"), doc("---\n") + doc(""), platform + version, model + "  modelName: x\n", pool + poolSpec, bomb(4),
		"apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: A, metadata: {name: a}}]\n", "{\"a\": 1}", "a: [", "- a", "\t", "\xff\xfe", "",
		doc("x: &a {<<: {b: 1}, c: *a}\n"), doc("x: [1e3, .inf, 0o7, 0x1f, 2026-01-01, yes, ~, \"\", |-\n  a\n]\n"), doc("x: !!binary aGk=\n"),
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, isJSON bool) {
		name := "f.yaml"
		if isJSON {
			name = "f.json"
		}
		objects, err := config.Decode(name, data, config.Limits{MaxFileBytes: 1 << 16, MaxAliasExpansion: 10_000})
		if err != nil {
			var refused *object.FindingsError
			if !errors.As(err, &refused) || len(refused.Findings) == 0 || refused.Findings[0].Fix == "" || objects != nil {
				t.Fatalf("%v, with %d objects", err, len(objects))
			}
			return
		}
		_, _ = config.Load(objects)
		var b bytes.Buffer
		if err := object.WriteYAML(&b, objects); err != nil {
			t.Fatal(err)
		}
		again, err := config.Decode("f.yaml", b.Bytes(), config.Limits{MaxFileBytes: 1 << 26})
		if err != nil || len(again) != len(objects) {
			t.Fatalf("%d objects became %d: %v\n%s", len(objects), len(again), err, b.Bytes())
		}
		for i := range objects {
			if diff := cmp.Diff(whole(objects[i].Object), whole(again[i].Object)); diff != "" {
				t.Fatalf("%s\n%s", diff, b.Bytes())
			}
		}
	})
}

// whole turns decimals without a fraction into integers, which they are to YAML
// and JSON when they are written.
func whole(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			v[key] = whole(child)
		}
	case []any:
		for i, child := range v {
			v[i] = whole(child)
		}
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<60 {
			return int64(v)
		}
	}
	return value
}
