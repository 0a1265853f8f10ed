// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package graph_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func read(t *testing.T, name string) object.Object {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, string(data))
}

func decode(t testing.TB, text string) object.Object {
	t.Helper()
	var content map[string]any
	if err := yaml.Unmarshal([]byte(text), &content); err != nil {
		t.Fatal(err)
	}
	return object.New(content)
}

func TestParseV1alpha1(t *testing.T) {
	g, err := graph.Parse(read(t, "v1alpha1.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want := graph.Graph{
		Object:           object.Reference{APIVersion: "nvidia.com/v1alpha1", Kind: graph.KindGraph, Namespace: "inference", Name: "llama"},
		Version:          graph.V1alpha1,
		Labels:           map[string]string{"team": "ml"},
		BackendFramework: "vllm",
		Restart:          true,
		Components: []graph.Component{
			{
				Name: "Decode", Field: "spec.services.Decode", ServiceName: "llama-decode",
				Type: "worker", SubType: "decode", Replicas: 3, ReplicasSet: true, NodeCount: 2, Multinode: true,
				MinAvailable:   2,
				GPUs:           []graph.GPU{{Resource: "nvidia.com/gpu", PerPod: 8, Field: "spec.services.Decode.resources.limits.gpu"}},
				ResourceClaims: true, ModelRef: "meta/llama", ScalingAdapter: true, Autoscaling: true,
				Env: []graph.EnvVar{
					{Name: "DYN_LORA_ENABLED", Value: "true", Literal: true, Field: "spec.services.Decode.envs[0]"},
					{Name: "HF_TOKEN", Field: "spec.services.Decode.extraPodSpec.mainContainer.env[0]"},
					{Name: "SHARED", Value: "1", Literal: true, Field: "spec.envs[0]"},
				},
				Command: []string{"python3"}, Args: []string{"-m", "dynamo.vllm", "--enable-lora"},
				HasMainContainer: true, MainImage: "nvcr.io/x/vllm:0.9.0",
				Images: []graph.Image{
					{Container: "fetch", Name: "busybox:1", Field: "spec.services.Decode.extraPodSpec.initContainers[0].image"},
					{Container: "main", Name: "nvcr.io/x/vllm:0.9.0", Field: "spec.services.Decode.extraPodSpec.mainContainer.image"},
				},
				InitContainers: []graph.InitContainer{{
					Name: "fetch", Image: "busybox:1", RestartPolicy: "Always",
					Field: "spec.services.Decode.extraPodSpec.initContainers[0]",
				}},
				NodeSelector: map[string]string{"pool": "h100"}, RuntimeVersionOverride: "1.5.0",
				Labels: map[string]string{"a": "b"},
			},
			{
				Name: "Frontend", Field: "spec.services.Frontend", ServiceName: "llama-frontend",
				Type: "frontend", Replicas: 1, NodeCount: 1, ScalingAdapterEmpty: true,
				Env: []graph.EnvVar{{Name: "SHARED", Value: "1", Literal: true, Field: "spec.envs[0]"}},
			},
		},
	}
	if diff := cmp.Diff(want, g); diff != "" {
		t.Errorf("graph differs (-want +got):\n%s", diff)
	}
}

func TestParseV1beta1(t *testing.T) {
	g, err := graph.Parse(read(t, "v1beta1.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	decode, ok := g.Component("decode")
	if !ok {
		t.Fatal("no component decode")
	}
	want := graph.Component{
		Name: "decode", Field: "spec.components[1]", ServiceName: "llama-decode", Type: "decode", SubType: "decode",
		Replicas: 2, ReplicasSet: true, NodeCount: 4, Multinode: true, ScalingAdapter: true, ScalingAdapterEmpty: true,
		GPUs: []graph.GPU{
			{Resource: "nvidia.com/gpu", PerPod: 5, Field: `spec.components[1].podTemplate.spec.containers[0].resources.limits["nvidia.com/gpu"]`},
			{Resource: "nvidia.com/mig-1g.10gb", PerPod: 2, Field: `spec.components[1].podTemplate.spec.containers[1].resources.requests["nvidia.com/mig-1g.10gb"]`},
		},
		ModelRef: "meta/llama", HasMainContainer: true, MainImage: "x/vllm:1.5.0",
		Env: []graph.EnvVar{
			{Name: "A", Value: "graph", Literal: true, Field: "spec.env[0]"},
			{Name: "B", Value: "component", Literal: true, Field: "spec.components[1].podTemplate.spec.containers[0].env[0]"},
		},
		Args: []string{"--enable-lora=true"},
		Images: []graph.Image{
			{Container: "main", Name: "x/vllm:1.5.0", Field: "spec.components[1].podTemplate.spec.containers[0].image"},
			{Container: "side", Name: "x/side:1", Field: "spec.components[1].podTemplate.spec.containers[1].image"},
		},
		Checkpoint: true, GPUMemoryService: true, Failover: true, ResourceClaims: true,
		NodeSelector: map[string]string{"pool": "h100"}, Labels: map[string]string{"a": "b"},
	}
	if diff := cmp.Diff(want, decode); diff != "" {
		t.Errorf("component differs (-want +got):\n%s", diff)
	}
	if planner, ok := g.Planner(); !ok || planner.Name != "planner" {
		t.Errorf("planner = %q, %v", planner.Name, ok)
	}
	prefill, _ := g.Component("prefill")
	if !g.Elastic(decode) || !g.Elastic(prefill) {
		t.Error("a component with an adapter or a planner is elastic")
	}
	if planner, _ := g.Planner(); g.Elastic(planner) {
		t.Error("the planner itself is not elastic")
	}
	if !decode.HasArg("--enable-lora") || decode.HasArg("--enable") {
		t.Error("HasArg must match whole flags, also with a value")
	}
}

func TestParseComponentDeployment(t *testing.T) {
	for _, test := range []struct{ name, text, component, field string }{
		{"v1alpha1", "{apiVersion: nvidia.com/v1alpha1, kind: DynamoComponentDeployment, metadata: {name: d}, spec: {serviceName: W, resources: {requests: {gpu: '2', gpuType: amd.com/gpu}}}}", "W", "spec.resources.requests.gpu"},
		{"v1beta1", "{apiVersion: nvidia.com/v1beta1, kind: DynamoComponentDeployment, metadata: {name: d}, spec: {podTemplate: {spec: {containers: [{name: main, resources: {limits: {amd.com/gpu: 2}}}]}}}}", "d",
			`spec.podTemplate.spec.containers[0].resources.limits["amd.com/gpu"]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, err := graph.Parse(decode(t, test.text))
			if err != nil {
				t.Fatal(err)
			}
			c := g.Components[0]
			if c.Name != test.component || c.Field != "spec" || c.ServiceName != "d" {
				t.Errorf("component = %+v", c)
			}
			if c.GPUsPerPod("amd.com/gpu") != 2 || c.GPUs[0].Field != test.field {
				t.Errorf("GPUs = %+v", c.GPUs)
			}
		})
	}
}

func TestParseOtherKinds(t *testing.T) {
	for _, text := range []string{
		"{apiVersion: v1, kind: ConfigMap}",
		"{apiVersion: nvidia.com/v1alpha1, kind: DynamoModel}",
		"{apiVersion: nvidia.com/v2, kind: DynamoGraphDeployment}",
		"{apiVersion: grove.io/v1alpha1, kind: DynamoGraphDeployment}",
	} {
		if _, err := graph.Parse(decode(t, text)); !errors.Is(err, graph.ErrKind) {
			t.Errorf("Parse(%s) = %v, want ErrKind", text, err)
		}
	}
	if _, err := graph.Parse(object.Object{}); !errors.Is(err, graph.ErrKind) {
		t.Errorf("Parse of nothing = %v, want ErrKind", err)
	}
	if graph.IsGraph(object.Object{}) {
		t.Error("nothing is no graph")
	}
}

func TestParseWrongShapes(t *testing.T) {
	for _, test := range []struct{ name, version, spec, field string }{
		{"spec", "v1alpha1", "[]", "spec"},
		{"services", "v1alpha1", "{services: []}", "spec.services"},
		{"service", "v1alpha1", "{services: {a.b: 1}}", `spec.services["a.b"]`},
		{"replicas text", "v1alpha1", "{services: {A: {replicas: '3'}}}", "spec.services.A.replicas"},
		{"replicas fraction", "v1alpha1", "{services: {A: {replicas: 1.5}}}", "spec.services.A.replicas"},
		{"replicas negative", "v1alpha1", "{services: {A: {replicas: -1}}}", "spec.services.A.replicas"},
		{"gpu number", "v1alpha1", "{services: {A: {resources: {limits: {gpu: 8}}}}}", "spec.services.A.resources.limits.gpu"},
		{"gpu word", "v1alpha1", "{services: {A: {resources: {limits: {gpu: many}}}}}", "spec.services.A.resources.limits.gpu"},
		{"gpu part", "v1alpha1", "{services: {A: {resources: {limits: {gpu: 500m}}}}}", "spec.services.A.resources.limits.gpu"},
		{"gpu list", "v1alpha1", "{services: {A: {resources: {limits: {gpu: []}}}}}", "spec.services.A.resources.limits.gpu"},
		{"adapter", "v1alpha1", "{services: {A: {scalingAdapter: {enabled: 'yes'}}}}", "spec.services.A.scalingAdapter.enabled"},
		{"env", "v1alpha1", "{envs: [{value: x}]}", "spec.envs[0].name"},
		{"args", "v1alpha1", "{services: {A: {extraPodSpec: {mainContainer: {args: [1]}}}}}", "spec.services.A.extraPodSpec.mainContainer.args[0]"},
		{"selector", "v1alpha1", "{services: {A: {extraPodSpec: {nodeSelector: {a: 1}}}}}", "spec.services.A.extraPodSpec.nodeSelector.a"},
		{"components", "v1beta1", "{components: {}}", "spec.components"},
		{"component", "v1beta1", "{components: [null]}", "spec.components[0]"},
		{"no name", "v1beta1", "{components: [{type: worker}]}", "spec.components[0].name"},
		{"name", "v1beta1", "{components: [{name: true}]}", "spec.components[0].name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := graph.Parse(decode(t, "{apiVersion: nvidia.com/"+test.version+", kind: DynamoGraphDeployment, metadata: {name: g}, spec: "+test.spec+"}"))
			var shape *graph.ShapeError
			var field *graph.FieldError
			if !errors.As(err, &shape) || !errors.As(err, &field) {
				t.Fatalf("error = %v, want a ShapeError", err)
			}
			if field.Field != test.field || field.Problem == "" || field.Fix == "" || shape.Error() == "" {
				t.Errorf("field error = %+v, want field %s", field, test.field)
			}
			if field.GPUNumber != (test.name == "gpu number") {
				t.Errorf("GPUNumber = %v", field.GPUNumber)
			}
		})
	}
}

func TestParseKeepsTheRest(t *testing.T) {
	g, err := graph.Parse(decode(t, "{apiVersion: nvidia.com/v1alpha1, kind: DynamoGraphDeployment, metadata: {name: g}, spec: {services: {A: {replicas: x, componentType: worker, resources: {limits: {gpu: 4}}}, B: {multinode: {}}}}}"))
	var shape *graph.ShapeError
	if !errors.As(err, &shape) || len(shape.Fields) != 2 {
		t.Fatalf("error = %v, want two fields", err)
	}
	if want := "DynamoGraphDeployment/g: spec.services.A.replicas: is a string where the API wants a whole number; write a whole number (and 1 more)"; err.Error() != want {
		t.Errorf("message = %q, want %q", err, want)
	}
	a, b := g.Components[0], g.Components[1]
	if a.Type != "worker" || a.Replicas != graph.DefaultReplicas || a.ReplicasSet || a.GPUsPerPod(graph.DefaultGPUResource) != 4 {
		t.Errorf("A = %+v", a)
	}
	if b.NodeCount != graph.DefaultNodeCount || !b.Multinode {
		t.Errorf("B = %+v", b)
	}
}

func TestGPUDemand(t *testing.T) {
	c := graph.Component{NodeCount: 2, GPUs: []graph.GPU{{Resource: "nvidia.com/gpu", PerPod: 8}}}
	for _, test := range []struct {
		resource       string
		replicas, want int64
	}{
		{"nvidia.com/gpu", 3, 48},
		{"nvidia.com/gpu", 0, 0},
		{"amd.com/gpu", 3, 0},
		{"nvidia.com/gpu", math.MaxInt64, math.MaxInt64},
	} {
		if got := c.GPUDemand(test.resource, test.replicas); got != test.want {
			t.Errorf("GPUDemand(%s, %d) = %d, want %d", test.resource, test.replicas, got, test.want)
		}
	}
}
