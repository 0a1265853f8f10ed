// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package graph_test

import (
	"errors"
	"fmt"
	"testing"

	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// FuzzParse feeds whole objects of either version: whatever their shape, Parse
// answers with a graph, or names each bad field, and never changes the object.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"services":{"A":{"replicas":1,"multinode":{"nodeCount":2},"resources":{"limits":{"gpu":"8","custom":{"nvidia.com/mig-1g.5gb":"1"}}}}}}`,
		`{"components":[{"name":"a","podTemplate":{"spec":{"containers":[{"name":"main","resources":{"limits":{"nvidia.com/gpu":8}}}]}}}]}`,
		`{"envs":[{"name":"A","valueFrom":{}}],"services":[1,null,{"a":[]}]}`,
		`{"components":[{"name":null,"scalingAdapter":true,"experimental":[]}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		var content any
		if json.Unmarshal([]byte(spec), &content) != nil {
			return
		}
		for _, version := range []string{graph.V1alpha1, graph.V1beta1} {
			for _, kind := range []string{graph.KindGraph, graph.KindComponent} {
				o := object.New(map[string]any{
					"apiVersion": graph.Group + "/" + version, "kind": kind,
					"metadata": map[string]any{"name": "g"}, "spec": content,
				})
				before := fmt.Sprint(o.Object)
				g, err := graph.Parse(o)
				var shape *graph.ShapeError
				if err != nil && (!errors.As(err, &shape) || len(shape.Fields) == 0) {
					t.Fatalf("error without fields: %v", err)
				}
				if fmt.Sprint(o.Object) != before {
					t.Fatal("Parse changed the object")
				}
				for _, c := range g.Components {
					if c.Replicas < 0 || c.GPUDemand(graph.DefaultGPUResource, c.Replicas) < 0 {
						t.Fatalf("negative numbers: %+v", c)
					}
				}
			}
		}
	})
}

func ExampleParse() {
	var content map[string]any
	if err := yaml.Unmarshal([]byte(`
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: llama, namespace: inference}
spec:
  services:
    Decode: {componentType: worker, replicas: 2, multinode: {nodeCount: 2}, resources: {limits: {gpu: "8"}}}
`), &content); err != nil {
		fmt.Println(err)
		return
	}
	g, err := graph.Parse(object.New(content))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range g.Components {
		fmt.Println(c.ServiceName, c.Field, c.GPUDemand(graph.DefaultGPUResource, c.Replicas))
	}
	// Output: llama-decode spec.services.Decode 32
}
