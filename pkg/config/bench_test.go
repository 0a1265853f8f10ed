// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// dynamoModels returns files of n pass-through objects altogether.
func dynamoModels(files, n int) [][]byte {
	var all [][]byte
	for f := range files {
		var b strings.Builder
		for i := range n / files {
			fmt.Fprintf(&b, "---\napiVersion: nvidia.com/v1alpha1\nkind: DynamoModel\nmetadata:\n  name: model-%d-%d\n  namespace: inference\n  labels: {team: search}\nspec:\n  modelName: acme/lora-%d-%d\n  baseModelName: meta-llama/Llama-3.3-70B-Instruct\n  modelType: lora\n  source:\n    uri: hf://acme/lora-%d@4f1c\n", f, i, f, i, i)
		}
		all = append(all, []byte(b.String()))
	}
	return all
}

// models returns files of one Model each, n adapters altogether.
func models(files, n int) [][]byte {
	var all [][]byte
	for f := range files {
		var b strings.Builder
		fmt.Fprintf(&b, "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Model\nmetadata:\n  name: model-%d\n  namespace: inference\nspec:\n  modelName: meta-llama/Llama-3.3-70B-Instruct\n  adapters:\n", f)
		for i := range n / files {
			fmt.Fprintf(&b, "    - {name: a-%d, modelName: acme/lora-%d, source: \"hf://acme/lora-%d@4f1c\"}\n", i, i, i)
		}
		all = append(all, []byte(b.String()))
	}
	return all
}

func load(b *testing.B, files [][]byte) {
	b.ReportAllocs()
	for b.Loop() {
		var all []object.Object
		for i, data := range files {
			objects, err := config.Decode(fmt.Sprintf("%d.yaml", i), data, config.DefaultLimits())
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, objects...)
		}
		if _, err := config.Load(all); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPassThrough1000(b *testing.B)  { load(b, dynamoModels(200, 1000)) }
func BenchmarkPassThrough10000(b *testing.B) { load(b, dynamoModels(200, 10_000)) }
func BenchmarkAdapters1000(b *testing.B)     { load(b, models(200, 1000)) }
func BenchmarkAdapters10000(b *testing.B)    { load(b, models(200, 10_000)) }
func BenchmarkAdapters100000(b *testing.B)   { load(b, models(200, 100_000)) }
