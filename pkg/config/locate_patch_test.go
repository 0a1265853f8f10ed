// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"testing"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func TestLocatePatch(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"patch.yaml": {Data: []byte(`# two patches
kind: Model
metadata: {name: dynamo}
spec: {modelName: x}
---
kind: Platform
metadata:
  name: dynamo
spec:
  values:
    nats: {jetstream: true}
`)},
		"kustomization.yaml": {Data: []byte(`resources: [base]
patches:
- path: patch.yaml
- target: {kind: Platform}
  patch: |-
    kind: Platform
    metadata:
      name: dynamo
    spec:
      version: 1.5.0
- patch: "kind: Platform\nmetadata: {name: dynamo}\nspec: {profile: prod}"
- patch: |-
    - op: remove
`)},
		"broken.yaml": {Data: []byte("a: [")},
	}
	tests := map[string]struct {
		file, name, field, want string
	}{
		"a file":                       {"patch.yaml", "dynamo", "spec.values.nats.jetstream", "patch.yaml:11:12"},
		"another object":               {"patch.yaml", "other", "spec.values.nats.jetstream", ""},
		"a field that is not patched":  {"patch.yaml", "dynamo", "spec.values.nats.enabled", ""},
		"in the kustomization":         {"kustomization.yaml", "dynamo", "spec.version", "kustomization.yaml:10"},
		"in quotes":                    {"kustomization.yaml", "dynamo", "spec.profile", "kustomization.yaml:11"},
		"a file that does not parse":   {"broken.yaml", "dynamo", "a", ""},
		"a file that is not there":     {"nope.yaml", "dynamo", "a", ""},
		"below a scalar of the patch":  {"patch.yaml", "dynamo", "spec.values.nats.jetstream.enabled", ""},
		"an index where there is none": {"patch.yaml", "dynamo", "spec.values[0]", ""},
	}
	locator := config.NewLocator(fsys, config.Limits{})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := locator.LocatePatch(tt.file, object.Reference{Kind: "Platform", Name: tt.name}, tt.field)
			if ok != (tt.want != "") || got.String() != tt.want {
				t.Errorf("got %q, %t; want %q", got, ok, tt.want)
			}
		})
	}
}
