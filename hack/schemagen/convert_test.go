// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const definitionYAML = `
spec:
  group: dynamo-gitops.io
  names: {kind: Thing}
  versions:
  - name: v1alpha1
    schema:
      openAPIV3Schema:
        description: |-
          Thing is one
          thing.

          It has two paragraphs.
        type: object
        properties:
          apiVersion: {type: string}
          kind: {type: string}
          metadata: {type: object}
          spec:
            type: object
            required: [size]
            x-kubernetes-validations:
            - {rule: "self.a != self.b", message: a and b differ}
            properties:
              size:
                description: Size of it.
                anyOf: [{type: integer}, {type: string}]
                pattern: ^[0-9]+$
                x-kubernetes-int-or-string: true
              values: {type: object, x-kubernetes-preserve-unknown-fields: true}
              labels: {type: object, additionalProperties: {type: string}}
              list:
                type: array
                x-kubernetes-list-type: map
                items: {type: object, properties: {name: {type: string, format: int32}}}
`

func generate(t *testing.T, definition string) (string, error) {
	t.Helper()
	in, out := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(in, "thing.yaml"), []byte(definition), 0o600); err != nil {
		t.Fatal(err)
	}
	return out, run(in, out)
}

func TestConvert(t *testing.T) {
	out, err := generate(t, definitionYAML)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	data, err := os.ReadFile(filepath.Join(out, "thing.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if want := "Thing is one thing.\n\nIt has two paragraphs."; got["description"] != want {
		t.Errorf("description %q", got["description"])
	}
	if diff := cmp.Diff([]any{"apiVersion", "kind", "metadata", "spec"}, got["required"]); diff != "" {
		t.Error(diff)
	}
	want := map[string]any{
		"type": "object", "required": []any{"size"}, "additionalProperties": false, "description": "Rule: a and b differ.",
		"properties": map[string]any{
			"size": map[string]any{
				"description": "Size of it.", "pattern": "^[0-9]+$",
				"anyOf": []any{map[string]any{"type": "integer"}, map[string]any{"type": "string"}},
			},
			"values": map[string]any{"type": "object"},
			"labels": map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "string"}},
			"list": map[string]any{"type": "array", "items": map[string]any{
				"type": "object", "additionalProperties": false, "properties": map[string]any{"name": map[string]any{"type": "string"}},
			}},
		},
	}
	if diff := cmp.Diff(want, got["properties"].(map[string]any)["spec"]); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
}

func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct{ definition, want string }{
		"unknown keyword": {strings.Replace(definitionYAML, "type: array", "type: array\n                uniqueItems: true", 1), "uniqueItems"},
		"no spec":         {strings.Replace(definitionYAML, "          spec:\n", "          other:\n", 1), "has no spec"},
		"two versions":    {strings.Replace(definitionYAML, "  versions:\n", "  versions:\n  - name: v1\n", 1), "one version"},
		"no YAML":         {"a: [", "thing.yaml"},
	} {
		if _, err := generate(t, tt.definition); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	if err := run(t.TempDir(), t.TempDir()); err == nil {
		t.Error("an empty directory is accepted")
	}
}
