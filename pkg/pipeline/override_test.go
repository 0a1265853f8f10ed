// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

func TestOverride(t *testing.T) {
	platform := "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: d, namespace: d}\nspec:\n  version: 0.9.0\n  profile: dev\n"
	fsys := fstest.MapFS{"p.yaml": {Data: []byte(platform)}}
	override := pipeline.Override{
		Version: "1.5.0", Profile: "test",
		Values: map[string]any{"nats": map[string]any{"config": map[string]any{"jetstream": map[string]any{"enabled": true}}}},
	}
	plan, err := pipeline.Build(t.Context(), pipeline.Options{FS: fsys, Override: override})
	if err != nil {
		t.Fatal(err)
	}
	p := plan.Platforms[0]
	if on, _ := values.Get(p.Values, "nats", "config", "jetstream", "enabled"); p.Version != "1.5.0" || p.Spec.Spec.Profile != "test" || on != true {
		t.Errorf("got version %s, profile %s, JetStream %v", p.Version, p.Spec.Spec.Profile, on)
	}
	fsys = fstest.MapFS{"c.yaml": {Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: d}\n")}}
	_, err = pipeline.Build(t.Context(), pipeline.Options{FS: fsys, Override: override})
	var refused *object.FindingsError
	if !errors.As(err, &refused) {
		t.Errorf("an override without a Platform gave %v", err)
	}
}
