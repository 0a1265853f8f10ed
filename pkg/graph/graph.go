// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"math"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// The API group, versions and kinds that Parse reads.
const (
	// Group is the API group of Dynamo's kinds.
	Group = "nvidia.com"
	// V1alpha1 has spec.services, a map.
	V1alpha1 = "v1alpha1"
	// V1beta1 has spec.components, a list. Chart versions: 1.2.0 and newer.
	V1beta1 = "v1beta1"
	// KindGraph is a graph of components.
	KindGraph = "DynamoGraphDeployment"
	// KindComponent is a single component without a graph.
	KindComponent = "DynamoComponentDeployment"
)

// The component types that have a meaning to the operator.
const (
	// TypeFrontend serves HTTP.
	TypeFrontend = "frontend"
	// TypeWorker serves a model.
	TypeWorker = "worker"
	// TypePrefill is a worker for prompts; a sub-type in v1alpha1.
	TypePrefill = "prefill"
	// TypeDecode is a worker for answers; a sub-type in v1alpha1.
	TypeDecode = "decode"
	// TypePlanner changes the replicas of other components.
	TypePlanner = "planner"
	// TypeEPP is the endpoint picker of the Gateway API inference extension.
	TypeEPP = "epp"
)

// DefaultNodeCount is the number of nodes of a multinode component that gives
// none.
const DefaultNodeCount = 2

// DefaultReplicas is the number of replicas of a component that gives none.
const DefaultReplicas = 1

// DefaultGPUResource is what pods ask for where nothing else is said.
const DefaultGPUResource = "nvidia.com/gpu"

// Graph is a DynamoGraphDeployment, or a DynamoComponentDeployment as a graph
// of one component.
type Graph struct {
	// Object is the reference of what was read.
	Object object.Reference
	// Version of the API without its group: V1alpha1 or V1beta1.
	Version string
	// Labels and Annotations of the object.
	Labels, Annotations map[string]string
	// BackendFramework is spec.backendFramework: vllm, sglang, trtllm or empty.
	BackendFramework string
	// Restart says whether spec.restart is set.
	Restart bool
	// Components sorted by name for v1alpha1, in their order for v1beta1.
	Components []Component
}

// Component is one component of a graph.
type Component struct {
	// Name is the key in spec.services, or name in spec.components.
	Name string
	// Field is the path in the object: "spec.services.Decode",
	// "spec.components[2]", or "spec" for a DynamoComponentDeployment.
	Field string
	// ServiceName is the name of the component's Service and of its Deployment
	// without hash: "<graph>-<component in lower case>".
	ServiceName string
	// Type is componentType or type, as written.
	Type string
	// SubType is subComponentType, "prefill" or "decode". For v1beta1 types of
	// those names it is the type.
	SubType string
	// Replicas wanted; DefaultReplicas where ReplicasSet is false.
	Replicas int64
	// ReplicasSet says whether the object gives replicas.
	ReplicasSet bool
	// MinAvailable of the component's gang; 0 when not given.
	MinAvailable int64
	// Multinode says whether one replica runs on several nodes.
	Multinode bool
	// NodeCount is the nodes of one replica: 1 without multinode.
	NodeCount int64
	// GPUs that each pod asks for, by resource, sorted by it. Empty for none.
	GPUs []GPU
	// ResourceClaims says whether pods get devices by dynamic resource
	// allocation, so that GPUs does not tell everything.
	ResourceClaims bool
	// ModelRef is modelRef.name, the base model that the component serves.
	ModelRef string
	// ScalingAdapter says whether a scaling adapter owns the replicas.
	ScalingAdapter bool
	// ScalingAdapterEmpty says whether the block is written and holds nothing:
	// that is off in v1alpha1 and on in v1beta1.
	ScalingAdapterEmpty bool
	// Autoscaling says whether the deprecated block is written. It is ignored
	// by every operator.
	Autoscaling bool
	// Env of the main container, sorted by name; the graph's own variables
	// included.
	Env []EnvVar
	// Command and Args of the main container.
	Command, Args []string
	// HasMainContainer says whether the main container is described.
	HasMainContainer bool
	// MainImage is the image of the main container, or empty.
	MainImage string
	// Images of all containers in their order, init containers first.
	Images []Image
	// InitContainers in their order.
	InitContainers []InitContainer
	// EPPConfig says whether eppConfig is set.
	EPPConfig bool
	// NodeSelector of the pods.
	NodeSelector map[string]string
	// RuntimeVersionOverride as written.
	RuntimeVersionOverride string
	// Checkpoint, GPUMemoryService and Failover say whether those features are
	// on for the component.
	Checkpoint, GPUMemoryService, Failover bool
	// Labels of the component's pods, as far as the component sets them.
	Labels map[string]string
}

// GPU is how many devices of a resource each pod asks for.
type GPU struct {
	// Resource name: "nvidia.com/gpu".
	Resource string
	// PerPod is the count.
	PerPod int64
	// Field is where it is written.
	Field string
}

// EnvVar is one environment variable.
type EnvVar struct {
	// Name of the variable.
	Name string
	// Value is empty where Literal is false.
	Value string
	// Literal is false when the value comes from a Secret, a ConfigMap or a
	// field.
	Literal bool
	// Field is where it is written: "spec.envs[0]".
	Field string
}

// Image is the image of one container.
type Image struct {
	// Container name, "main" for the main one.
	Container string
	// Name of the image, with tag or digest.
	Name string
	// Field is where it is written.
	Field string
}

// InitContainer is one init container.
type InitContainer struct {
	// Name of the container.
	Name string
	// Image or empty.
	Image string
	// RestartPolicy: "Always" makes it a sidecar.
	RestartPolicy string
	// Field is where it is written.
	Field string
}

// IsGraph says whether Parse reads objects of that group and kind.
func IsGraph(o object.Object) bool {
	if o.Unstructured == nil || o.Group() != Group {
		return false
	}
	kind := o.GetKind()
	return kind == KindGraph || kind == KindComponent
}

// Component returns the component of that name.
func (g Graph) Component(name string) (Component, bool) {
	for _, c := range g.Components {
		if c.Name == name {
			return c, true
		}
	}
	return Component{}, false
}

// Planner returns the first component that plans the replicas of others.
func (g Graph) Planner() (Component, bool) {
	for _, c := range g.Components {
		if c.IsPlanner() {
			return c, true
		}
	}
	return Component{}, false
}

// Elastic says whether somebody else than Git may change the component's
// replicas: its scaling adapter, or a planner in the graph.
func (g Graph) Elastic(c Component) bool {
	if c.ScalingAdapter {
		return true
	}
	_, planned := g.Planner()
	return planned && c.IsWorker()
}

// IsPlanner says whether the component is a planner.
func (c Component) IsPlanner() bool { return c.Type == TypePlanner }

// IsWorker says whether the component serves a model.
func (c Component) IsWorker() bool {
	switch c.Type {
	case TypeWorker, TypePrefill, TypeDecode:
		return true
	default:
		return false
	}
}

// Lookup returns the variable of the main container.
func (c Component) Lookup(name string) (EnvVar, bool) {
	for _, v := range c.Env {
		if v.Name == name {
			return v, true
		}
	}
	return EnvVar{}, false
}

// HasArg says whether the main container is called with that flag, also as
// "flag=value" or inside a shell line.
func (c Component) HasArg(flag string) bool {
	for _, line := range [][]string{c.Command, c.Args} {
		for _, arg := range line {
			for _, word := range strings.Fields(arg) {
				if word == flag || strings.HasPrefix(word, flag+"=") {
					return true
				}
			}
		}
	}
	return false
}

// GPUsPerPod returns how many devices of the resource each pod asks for.
func (c Component) GPUsPerPod(resource string) int64 {
	for _, gpu := range c.GPUs {
		if gpu.Resource == resource {
			return gpu.PerPod
		}
	}
	return 0
}

// GPUDemand returns how many devices of the resource that many replicas ask
// for: replicas × nodes × GPUs per pod. It does not overflow: what is too large
// is the largest number.
func (c Component) GPUDemand(resource string, replicas int64) int64 {
	return multiply(multiply(replicas, c.NodeCount), c.GPUsPerPod(resource))
}

func multiply(a, b int64) int64 {
	if a <= 0 || b <= 0 {
		return 0
	}
	if a > math.MaxInt64/b {
		return math.MaxInt64
	}
	return a * b
}
