// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity

import (
	"errors"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// State is what is known of the cluster. The zero State is empty and ready; it
// is for one goroutine at a time. Objects given to it must not be changed later.
type State struct {
	nodes  map[string]*node
	pods   map[string]*pod
	graphs map[string]*liveGraph
	slices map[string]*slice
	lost   losses

	// judged are the findings of nodes that did not change since they were
	// judged against judgedWant.
	judged     map[string]verdict
	judgedWant *Want
}

// Resource is a kind of objects that is read.
type Resource string

// The resources.
const (
	Nodes  Resource = "nodes"
	Pods   Resource = "pods"
	Graphs Resource = "dynamographdeployments.nvidia.com"
	Slices Resource = "resourceslices.resource.k8s.io"
)

// Lost says that a resource cannot be read, for that reason; an empty reason
// says that it can again.
func (s *State) Lost(r Resource, reason string) {
	if s.lost[r] == reason {
		return
	}
	s.judged = nil
	if s.lost == nil {
		s.lost = losses{}
	}
	s.lost[r] = reason
}

// losses are the reasons why resources cannot be read.
type losses map[Resource]string

type loss struct {
	resource Resource
	reason   string
}

func (l losses) all() []loss {
	var all []loss
	for _, r := range slices.Sorted(maps.Keys(l)) {
		if l[r] != "" {
			all = append(all, loss{r, l[r]})
		}
	}
	return all
}

func (l loss) unknown() drift.Unknown {
	return drift.Unknown{Layer: drift.LayerCapacity, Code: codes.PoolUnreadable, Target: drift.Target{Endpoint: string(l.resource)},
		Reason: string(l.resource) + " cannot be read: " + l.reason, Action: "give the account the verbs list and watch on " + string(l.resource) + " in all namespaces"}
}

// slice is what is kept of a ResourceSlice of the GPU driver.
type slice struct {
	node    string
	gpus    int64
	product string
	driver  string
}

// gpuDriver is the name of NVIDIA's driver for dynamic resource allocation.
const gpuDriver = "gpu.nvidia.com"

// SetNode takes a new or changed Node; it says whether anything that is judged
// has changed. Heartbeats do not.
func (s *State) SetNode(n *corev1.Node) bool {
	kept, before := newNode(n), s.nodes[n.Name]
	set(&s.nodes, n.Name, kept)
	if before != nil && before.same(kept) {
		return false
	}
	delete(s.judged, n.Name)
	return true
}

// DeleteNode forgets a Node.
func (s *State) DeleteNode(name string) bool {
	_, known := s.nodes[name]
	delete(s.nodes, name)
	delete(s.judged, name)
	return known
}

// SetPod takes a new or changed Pod; it says whether anything that is judged has
// changed. A Pod without GPUs and without a graph is not kept.
func (s *State) SetPod(p *corev1.Pod) bool {
	key, kept := p.Namespace+"/"+p.Name, newPod(p)
	if kept == nil {
		return s.DeletePod(p.Namespace, p.Name)
	}
	before := s.pods[key]
	set(&s.pods, key, kept)
	return before == nil || !before.same(kept)
}

// DeletePod forgets a Pod.
func (s *State) DeletePod(namespace, name string) bool {
	_, known := s.pods[namespace+"/"+name]
	delete(s.pods, namespace+"/"+name)
	return known
}

// SetSlice takes a ResourceSlice; those of other drivers are not kept.
func (s *State) SetSlice(r *resourcev1.ResourceSlice) bool {
	if r.Spec.Driver != gpuDriver || r.Spec.NodeName == nil {
		return s.DeleteSlice(r.Name)
	}
	kept := &slice{node: *r.Spec.NodeName}
	for _, d := range r.Spec.Devices {
		if kind := attribute(d, "type"); kind != "" && kind != "gpu" {
			continue
		}
		kept.gpus++
		kept.product, kept.driver = attribute(d, "productName"), attribute(d, "driverVersion")
	}
	before := s.slices[r.Name]
	set(&s.slices, r.Name, kept)
	if before != nil && *before == *kept {
		return false
	}
	delete(s.judged, kept.node)
	return true
}

// attribute returns a device's attribute as text; names may carry the driver's domain.
func attribute(d resourcev1.Device, name string) string {
	for _, key := range []string{name, gpuDriver + "/" + name} {
		a, ok := d.Attributes[resourcev1.QualifiedName(key)]
		switch {
		case !ok:
		case a.StringValue != nil:
			return *a.StringValue
		case a.VersionValue != nil:
			return *a.VersionValue
		}
	}
	return ""
}

// DeleteSlice forgets a ResourceSlice.
func (s *State) DeleteSlice(name string) bool {
	before, known := s.slices[name]
	if known {
		delete(s.judged, before.node)
	}
	delete(s.slices, name)
	return known
}

// SetGraph takes a DynamoGraphDeployment of the cluster. One that cannot be read
// in full is kept as far as it can.
func (s *State) SetGraph(u *unstructured.Unstructured) bool {
	g, err := graph.Parse(object.Object{Unstructured: u})
	if shape := (*graph.ShapeError)(nil); err != nil && !errors.As(err, &shape) {
		return s.DeleteGraph(u.GetNamespace(), u.GetName())
	}
	phase, _, _ := unstructured.NestedString(u.Object, "status", "rollingUpdate", "phase")
	kept := &liveGraph{Graph: g, rolling: phase == "InProgress", generated: u.GetLabels()["dgdr.nvidia.com/name"] != ""}
	set(&s.graphs, u.GetNamespace()+"/"+u.GetName(), kept)
	return true
}

// DeleteGraph forgets a graph.
func (s *State) DeleteGraph(namespace, name string) bool {
	_, known := s.graphs[namespace+"/"+name]
	delete(s.graphs, namespace+"/"+name)
	return known
}

func set[T any](m *map[string]T, key string, value T) {
	if *m == nil {
		*m = map[string]T{}
	}
	(*m)[key] = value
}

// same says whether two states of a node are judged alike.
func (n *node) same(other *node) bool {
	return n.ready == other.ready && n.readyReason == other.readyReason && n.unschedulable == other.unschedulable &&
		n.deleting == other.deleting && slices.Equal(keys(n.taints), keys(other.taints)) && maps.Equal(n.capacity, other.capacity) &&
		maps.Equal(n.allocatable, other.allocatable) && sameLabels(n.labels, other.labels)
}

func keys(taints []corev1.Taint) []string {
	names := make([]string, 0, len(taints))
	for _, t := range taints {
		names = append(names, t.ToString())
	}
	return names
}

// sameLabels compares all labels but those that only tell a time.
func sameLabels(a, b map[string]string) bool {
	return covered(a, b) && covered(b, a)
}

func covered(a, b map[string]string) bool {
	for name, value := range a {
		if other, ok := b[name]; (!ok || other != value) && !strings.HasSuffix(name, ".timestamp") {
			return false
		}
	}
	return true
}

func (p *pod) same(other *pod) bool {
	return p.graph == other.graph && p.component == other.component && p.owner == other.owner && p.node == other.node &&
		p.phase == other.phase && p.ready == other.ready && p.unschedulable == other.unschedulable && p.deleting == other.deleting &&
		maps.Equal(p.gpus, other.gpus)
}

// verdict is what was found about one node.
type verdict struct {
	pool     int // index in the Want; -1 for none
	findings []drift.Finding
}
