// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard_test

import (
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// beta is a v1beta1 graph with one component.
func beta(fields ...string) string {
	text := "apiVersion: nvidia.com/v1beta1\nkind: DynamoGraphDeployment\nmetadata: {name: llama, namespace: inference}\nspec:\n  backendFramework: vllm\n  components:\n  - name: Worker\n    type: worker\n" +
		"    podTemplate: {spec: {containers: [{name: main, image: \"nvcr.io/nvidia/ai-dynamo/vllm-runtime:1.4.0\"}]}}\n"
	for _, field := range fields {
		text += "    " + field + "\n"
	}
	return text
}

func TestGraphs(t *testing.T) {
	t.Parallel()
	p := platform("1.4.0")
	llama := graph("llama", "1.4.0")
	other := func(old, new string) string { return strings.Replace(llama, old, new, 1) }
	runAll(t, map[string]scenario{
		"nothing":              {before: set(p, llama), after: set(p, llama)},
		"another image":        {before: set(p, llama), after: set(p, graph("llama", "1.4.1"))},
		"new graph":            {before: p, after: set(p, llama)},
		"renamed with it":      {before: set(p, llama), after: set(p, strings.Replace(other("Worker:", "Decode:"), "name: llama", "name: llama2", 1))},
		"component exchanged":  {before: set(p, llama), after: set(p, other("Worker:", "Decode:")), want: []string{"DG1760 error"}, field: "spec.services", says: []string{"adds Decode and removes Worker"}},
		"backend":              {before: set(p, llama), after: set(p, other("vllm", "sglang")), want: []string{"DG1761 error"}, field: "spec.backendFramework"},
		"multinode":            {before: set(p, llama), after: set(p, graph("llama", "1.4.0", "multinode: {nodeCount: 2}")), want: []string{"DG1762 error"}, field: "spec.services.Worker.multinode"},
		"more nodes":           {before: set(p, graph("llama", "1.4.0", "multinode: {nodeCount: 2}")), after: set(p, graph("llama", "1.4.0", "multinode: {nodeCount: 4}"))},
		"one node again":       {before: set(p, graph("llama", "1.4.0", "multinode: {nodeCount: 2}")), after: set(p, llama), want: []string{"DG1762 error"}, says: []string{"from several nodes to one"}},
		"graph's topology":     {before: set(p, beta()), after: set(p, beta()+"  topologyConstraint: {packDomain: rack}\n"), want: []string{"DG1763 error"}, field: "spec.topologyConstraint"},
		"topology":             {before: set(p, beta()), after: set(p, beta("topologyConstraint: {packDomain: rack}")), want: []string{"DG1763 error"}, field: "spec.components[0].topologyConstraint"},
		"topology of services": {before: set(p, llama), after: set(p, graph("llama", "1.4.0", "topologyConstraint: {packDomain: rack}")), want: []string{"DG1763 error"}, field: "spec.services.Worker.topologyConstraint"},
		"gang":                 {before: set(p, beta("replicas: 2", "minAvailable: 1")), after: set(p, beta("replicas: 2", "minAvailable: 2")), want: []string{"DG1763 error"}, says: []string{"from 1 to 2"}},
		"gang, default said":   {before: set(p, beta()), after: set(p, beta("minAvailable: 1"))},
		"gang below 1.3":       {before: set(platform("1.2.0"), beta("replicas: 2")), after: set(platform("1.2.0"), beta("replicas: 2", "minAvailable: 2"))},
		"scaled by adapter":    {before: set(p, graph("llama", "1.4.0", "replicas: 1", "scalingAdapter: {enabled: true}")), after: set(p, graph("llama", "1.4.0", "replicas: 3", "scalingAdapter: {enabled: true}")), want: []string{"DG1764 error"}, says: []string{"scale dgdsa llama-worker --replicas=3"}},
		"scaled by Git":        {before: set(p, graph("llama", "1.4.0", "replicas: 1")), after: set(p, graph("llama", "1.4.0", "replicas: 3"))},
		"API version":          {before: set(p, llama), after: set(p, beta()), want: []string{"DG1765 info"}},
		"API version, adapter": {before: set(p, llama), after: set(p, beta("scalingAdapter: {}")), want: []string{"DG1765 info", "DG1765 warning"}},
		"API version too new": {before: set(platform("1.2.0"), graph("llama", "1.1.0")), after: set(platform("1.2.0"), beta()), editAfter: func(plan *pipeline.Plan) { plan.Platforms[0].Version = "1.1.0" },
			editBefore: func(plan *pipeline.Plan) { plan.Platforms[0].Version = "1.1.0" }, want: []string{"DG1765 error"}, field: "apiVersion"},
		"sides mixed":                 {before: set(p, graph("a", "1.3.0"), graph("b", "1.3.0")), after: set(p, graph("a", "1.3.0"), graph("b", "1.4.0")), want: []string{"DG1766 warning"}, says: []string{"(b)", "(a)"}},
		"sides mixed before":          {before: set(p, graph("a", "1.3.0"), graph("b", "1.4.0")), after: set(p, graph("a", "1.3.0"), graph("b", "1.4.0", "replicas: 2"))},
		"sides together":              {before: set(p, graph("a", "1.3.0"), graph("b", "1.3.0")), after: set(p, graph("a", "1.4.0"), graph("b", "1.4.0"))},
		"operator crosses":            {before: set(platform("1.3.0"), graph("a", "1.3.0"), graph("b", "1.3.0")), after: set(p, graph("a", "1.3.0"), graph("b", "1.3.0")), want: []string{"DG1767 info"}},
		"operator crosses, one graph": {before: set(platform("1.3.0"), graph("a", "1.3.0")), after: set(p, graph("a", "1.3.0"))},
	})
}

func model(name, base, modelName, kind, uri string) string {
	return "apiVersion: nvidia.com/v1alpha1\nkind: DynamoModel\nmetadata: {name: " + name + ", namespace: inference}\nspec: {modelName: " + modelName +
		", baseModelName: " + base + ", modelType: " + kind + ", source: {uri: \"" + uri + "\"}}\n"
}

func generated(modelName, uri string) string {
	return "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Model\nmetadata: {name: llama, namespace: inference}\nspec:\n  modelName: meta/llama\n  adapters: [{name: sql, modelName: " + modelName + ", source: \"" + uri + "\"}]\n"
}

const (
	oldWeights = "hf://acme/sql@4f1c2d3e"
	newWeights = "hf://acme/sql@5f1c2d3e"
)

func TestModels(t *testing.T) {
	t.Parallel()
	base := model("m", "meta/llama", "sql-v1", "lora", oldWeights)
	worker := func(env string) string {
		return graph("llama", "1.4.0", "modelRef: {name: meta/llama}", "envs: [{name: DYN_LORA_ENABLED, value: \"true\"}"+env+"]")
	}
	hot := ", {name: DYN_LORA_HOTSWAP_ENABLED, value: \"true\"}"
	runAll(t, map[string]scenario{
		"nothing":                {before: base, after: base},
		"base":                   {before: base, after: model("m", "meta/llama4", "sql-v1", "lora", oldWeights), want: []string{"DG1770 error"}, field: "spec.baseModelName"},
		"type":                   {before: base, after: model("m", "meta/llama", "sql-v1", "adapter", oldWeights), want: []string{"DG1770 error"}, field: "spec.modelType"},
		"new object":             {before: base, after: model("m2", "meta/llama4", "sql-v1", "lora", oldWeights)},
		"renamed":                {before: base, after: model("m", "meta/llama", "sql-v2", "lora", newWeights), want: []string{"DG1771 warning"}, field: "spec.modelName"},
		"source":                 {before: base, after: model("m", "meta/llama", "sql-v1", "lora", newWeights), want: []string{"DG1772 error"}, field: "spec.source.uri"},
		"source, new object":     {before: base, after: model("m2", "meta/llama", "sql-v1", "lora", newWeights), want: []string{"DG1772 error"}},
		"source, workers swap":   {before: set(base, worker(hot)), after: set(model("m", "meta/llama", "sql-v1", "lora", newWeights), worker(hot)), want: []string{"DG1772 warning"}},
		"source, workers do not": {before: set(base, worker("")), after: set(model("m", "meta/llama", "sql-v1", "lora", newWeights), worker("")), want: []string{"DG1772 error"}},
		"generated, source":      {before: generated("sql-v1", oldWeights), after: generated("sql-v1", newWeights), want: []string{"DG1772 error"}},
		"generated, versioned":   {before: generated("sql-v1", oldWeights), after: generated("sql-v2", newWeights)},
	})
}
