// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// adapters makes a tree with one Platform and Models in 200 files.
func adapters(count int) fstest.MapFS {
	const files = 200
	fsys := tree("platform.yaml", platform)
	for file := range files {
		var b strings.Builder
		fmt.Fprintf(&b, "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Model\nmetadata: {name: model-%d, namespace: inference}\n"+
			"spec:\n  modelName: acme/base-%d\n  adapters:\n", file, file)
		for i := count * file / files; i < count*(file+1)/files; i++ {
			fmt.Fprintf(&b, "  - name: adapter-%d\n    modelName: acme/adapter-%d-v1\n    source: hf://acme/adapter-%d@4f1c2d3e\n", i, i, i)
		}
		fsys[fmt.Sprintf("model-%03d.yaml", file)] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return fsys
}

// BenchmarkBuild shows that the cost grows linearly with the adapters: the
// time for each stays the same.
func BenchmarkBuild(b *testing.B) {
	for _, count := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			fsys := adapters(count)
			b.ReportAllocs()
			for b.Loop() {
				plan, err := pipeline.Build(b.Context(), pipeline.Options{FS: fsys})
				if err != nil {
					b.Fatal(err)
				}
				if err := object.WriteYAML(io.Discard, plan.Objects); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(count), "ns/adapter")
		})
	}
}

// BenchmarkBuildProfiles is one environment, the overlay built by Kustomize.
func BenchmarkBuildProfiles(b *testing.B) {
	for _, profile := range []string{"dev", "prod"} {
		b.Run(profile, func(b *testing.B) {
			fsys := tree("platform.yaml", profilePlatform("1.5.0", profile))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pipeline.Build(b.Context(), pipeline.Options{FS: fsys}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
