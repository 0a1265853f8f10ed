// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package charts_test

import (
	"testing"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// shipped returns the values that a Platform with a profile compiles to, as a
// person would install them.
func shipped(t *testing.T, name string) values {
	t.Helper()
	platform := "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: dynamo, namespace: dynamo-system}\n" +
		"spec:\n  version: 0.9.0\n  profile: " + name + "\n" +
		"  components: {operator: {ingress: {hostSuffix: llm.acme.test}}}\n"
	plan, err := pipeline.Build(t.Context(), pipeline.Options{
		FS: fstest.MapFS{"platform.yaml": {Data: []byte(platform)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan.Platforms[0].Values
}

// TestShippedProfiles installs what the shipped profiles compile to: the strict
// schema of the chart knows every key, and two renders are the same.
func TestShippedProfiles(t *testing.T) {
	for _, name := range profiles() {
		t.Run(name, func(t *testing.T) {
			first := mustInstall(t, platformChart, shipped(t, name))
			if text(first) != text(mustInstall(t, platformChart, shipped(t, name))) {
				t.Error("the second render differs")
			}
			got := objects(t, first)
			replicas := map[string]float64{"dev": 1, "test": 1, "prod": 3}[name]
			for _, statefulSet := range []string{"dynamo-nats", "dynamo-etcd"} {
				if have := at(got["StatefulSet/"+statefulSet].Object, "spec", "replicas"); have != replicas {
					t.Errorf("%s has %v replicas, want %v", statefulSet, have, replicas)
				}
			}
			budget, exists := got["PodDisruptionBudget/dynamo-etcd"]
			if want := name != "dev"; exists != want {
				t.Fatalf("etcd's disruption budget: %t, want %t", exists, want)
			}
			if exists && (at(budget.Object, "spec", "maxUnavailable") == nil) == (at(budget.Object, "spec", "minAvailable") == nil) {
				t.Errorf("etcd's disruption budget must say one of maxUnavailable and minAvailable: %v", budget.Object["spec"])
			}
		})
	}
}
