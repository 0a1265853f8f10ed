// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"fmt"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// Parse reads a DynamoGraphDeployment or a DynamoComponentDeployment.
//
// The error wraps ErrKind for any other object. It is a *ShapeError when fields
// have the wrong shape; the Graph then holds everything else. The object is not
// changed and nothing of it is kept.
func Parse(o object.Object) (Graph, error) {
	version, known := strings.CutPrefix(versionOf(o), Group+"/")
	if !IsGraph(o) || !known || version != V1alpha1 && version != V1beta1 {
		return Graph{}, fmt.Errorf("%s: %w", o.Reference(), ErrKind)
	}
	r := &reader{}
	root := node{fields: o.Object}
	metadata := r.child(root, "metadata")
	spec := r.child(root, "spec")
	g := Graph{
		Object: o.Reference(), Version: version,
		Labels:           r.textMap(metadata, "labels"),
		Annotations:      r.textMap(metadata, "annotations"),
		BackendFramework: r.text(spec, "backendFramework"),
		Restart:          spec.fields["restart"] != nil,
	}
	p := parser{reader: r, graph: o.GetName(), version: version}
	switch {
	case o.GetKind() == KindComponent:
		g.Components = []Component{p.single(spec)}
	case version == V1alpha1:
		g.Components = p.services(spec)
	default:
		g.Components = p.components(spec)
	}
	if len(r.errs) > 0 {
		return g, &ShapeError{Object: g.Object, Fields: r.errs}
	}
	return g, nil
}

func versionOf(o object.Object) string {
	if o.Unstructured == nil {
		return ""
	}
	return o.GetAPIVersion()
}

// parser reads the components of one object.
type parser struct {
	*reader
	graph, version string
}

func (p parser) services(spec node) []Component {
	shared := p.env(nil, spec, "envs")
	services := p.child(spec, "services")
	components := make([]Component, 0, len(services.fields))
	for _, name := range sortedKeys(services.fields) {
		service := p.child(services, name)
		components = append(components, p.alpha(name, service, shared))
	}
	return components
}

func (p parser) components(spec node) []Component {
	shared := p.env(nil, spec, "env")
	items := p.items(spec, "components")
	components := make([]Component, 0, len(items))
	for _, item := range items {
		name := p.text(item, "name")
		if name == "" {
			p.fail(item.at("name"), "a component has no name", "give every component a name of its own")
		}
		components = append(components, p.beta(name, item, shared))
	}
	return components
}

// single reads the only component of a DynamoComponentDeployment, whose spec is
// the component.
func (p parser) single(spec node) Component {
	if p.version == V1beta1 {
		name := p.text(spec, "name")
		if name == "" {
			name = p.graph
		}
		c := p.beta(name, spec, nil)
		c.ServiceName = p.graph
		return c
	}
	name := p.text(spec, "serviceName")
	if name == "" {
		name = p.graph
	}
	c := p.alpha(name, spec, nil)
	c.ServiceName = p.graph
	return c
}

// common reads what both versions spell alike.
func (p parser) common(name string, n node) Component {
	c := Component{
		Name: name, Field: n.path, NodeCount: 1, Replicas: DefaultReplicas,
		ServiceName:            p.graph + "-" + strings.ToLower(name),
		ModelRef:               p.text(p.child(n, "modelRef"), "name"),
		EPPConfig:              n.fields["eppConfig"] != nil,
		RuntimeVersionOverride: p.text(n, "runtimeVersionOverride"),
	}
	if replicas, ok := p.integer(n, "replicas"); ok {
		c.Replicas, c.ReplicasSet = replicas, true
	}
	c.MinAvailable, _ = p.integer(n, "minAvailable")
	if multinode := p.child(n, "multinode"); multinode.exists() {
		c.Multinode, c.NodeCount = true, DefaultNodeCount
		if count, ok := p.integer(multinode, "nodeCount"); ok {
			c.NodeCount = count
		}
	}
	return c
}

func (p parser) alpha(name string, n node, shared []EnvVar) Component {
	c := p.common(name, n)
	c.Type, c.SubType = p.text(n, "componentType"), p.text(n, "subComponentType")
	c.Autoscaling = n.fields["autoscaling"] != nil
	adapter := p.child(n, "scalingAdapter")
	c.ScalingAdapterEmpty = adapter.exists() && len(adapter.fields) == 0
	c.ScalingAdapter = p.enabled(adapter)
	c.Labels = p.textMap(n, "labels")
	c.Checkpoint = p.enabled(p.child(n, "checkpoint"))
	c.GPUMemoryService = p.enabled(p.child(n, "gpuMemoryService"))
	c.Failover = p.enabled(p.child(n, "failover"))

	pod := p.child(n, "extraPodSpec")
	main := p.child(pod, "mainContainer")
	env := p.env(shared, n, "envs")
	p.podSpec(&c, pod, &main, env)
	p.image(&c, "frontend-sidecar", p.child(n, "frontendSidecar"))
	c.GPUs = mergeGPUs(p.alphaGPUs(p.child(n, "resources")), c.GPUs)
	if len(p.list(p.child(n, "resources"), "claims")) > 0 {
		c.ResourceClaims = true
	}
	return c
}

func (p parser) beta(name string, n node, shared []EnvVar) Component {
	c := p.common(name, n)
	c.Type = p.text(n, "type")
	if c.Type == TypePrefill || c.Type == TypeDecode {
		c.SubType = c.Type
	}
	adapter := p.child(n, "scalingAdapter")
	c.ScalingAdapter = adapter.exists()
	c.ScalingAdapterEmpty = adapter.exists() && len(adapter.fields) == 0
	experimental := p.child(n, "experimental")
	c.Checkpoint = p.enabled(p.child(experimental, "checkpoint"))
	c.GPUMemoryService = p.child(experimental, "gpuMemoryService").exists()
	c.Failover = p.child(experimental, "failover").exists()

	template := p.child(n, "podTemplate")
	c.Labels = p.textMap(p.child(template, "metadata"), "labels")
	p.podSpec(&c, p.child(template, "spec"), nil, shared)
	return c
}
