// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
)

// manyModels returns 200 files of n DynamoModels altogether in base.
func manyModels(n int) fstest.MapFS {
	files := fstest.MapFS{}
	for f := range 200 {
		var b strings.Builder
		for i := range n / 200 {
			fmt.Fprintf(&b, "---\napiVersion: nvidia.com/v1alpha1\nkind: DynamoModel\nmetadata:\n  name: model-%d-%d\n  namespace: inference\n  labels: {team: search}\nspec:\n  modelName: acme/lora-%d-%d\n  baseModelName: meta-llama/Llama-3.3-70B-Instruct\n  modelType: lora\n  source:\n    uri: hf://acme/lora-%d@4f1c\n", f, i, f, i, i)
		}
		files[fmt.Sprintf("base/models-%03d.yaml", f)] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return files
}

// kustomizedModels adds a kustomization to base and two overlays over it.
func kustomizedModels(n int) fstest.MapFS {
	files := manyModels(n)
	var b strings.Builder
	b.WriteString("resources:\n")
	for f := range 200 {
		fmt.Fprintf(&b, "  - models-%03d.yaml\n", f)
	}
	files["base/kustomization.yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	files["prod/kustomization.yaml"] = &fstest.MapFile{Data: []byte(`resources: [../base]
namespace: prod
namePrefix: p-
labels: [{pairs: {env: prod}}]
patches:
  - target: {kind: DynamoModel}
    patch: |
      - {op: add, path: /metadata/labels/tier, value: gold}
  - target: {kind: DynamoModel, name: "model-1-.*"}
    patch: |
      kind: DynamoModel
      metadata: {name: any}
      spec: {source: {uri: "hf://acme/other@1"}}
`)}
	files["site/kustomization.yaml"] = &fstest.MapFile{Data: []byte("resources: [../prod]\ncommonAnnotations: {site: a}\nnameSuffix: -a\n")}
	return files
}

func benchmark(b *testing.B, files fstest.MapFS, dir string, n int) {
	b.ReportAllocs()
	for b.Loop() {
		result, err := overlay.Build(b.Context(), files, dir, overlay.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if len(result.Objects) != n {
			b.Fatalf("%d objects, not %d", len(result.Objects), n)
		}
	}
}

func BenchmarkPassThrough1000(b *testing.B)  { benchmark(b, manyModels(1000), "base", 1000) }
func BenchmarkPassThrough10000(b *testing.B) { benchmark(b, manyModels(10_000), "base", 10_000) }
func BenchmarkListed1000(b *testing.B)       { benchmark(b, kustomizedModels(1000), "base", 1000) }
func BenchmarkListed10000(b *testing.B)      { benchmark(b, kustomizedModels(10_000), "base", 10_000) }
func BenchmarkKustomized1000(b *testing.B)   { benchmark(b, kustomizedModels(1000), "site", 1000) }
func BenchmarkKustomized10000(b *testing.B)  { benchmark(b, kustomizedModels(10_000), "site", 10_000) }
func BenchmarkKustomized100000(b *testing.B) {
	benchmark(b, kustomizedModels(100_000), "site", 100_000)
}

// configMaps turns the DynamoModels into ConfigMaps, which Kustomize knows.
func configMaps(files fstest.MapFS) fstest.MapFS {
	for name, file := range files {
		text := strings.ReplaceAll(string(file.Data), "nvidia.com/v1alpha1\nkind: DynamoModel", "v1\nkind: ConfigMap")
		text = strings.ReplaceAll(text, "DynamoModel", "ConfigMap")
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func BenchmarkConfigMaps10000(b *testing.B) {
	benchmark(b, configMaps(kustomizedModels(10_000)), "site", 10_000)
}
