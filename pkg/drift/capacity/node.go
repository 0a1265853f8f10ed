// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity

import (
	"maps"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
)

// The labels that are read. Source: k8s-device-plugin's README on GPU feature
// discovery; the driver's old labels are deprecated and still written.
const (
	labelProduct    = "nvidia.com/gpu.product"
	labelCount      = "nvidia.com/gpu.count"
	labelMemory     = "nvidia.com/gpu.memory" // MiB
	labelReplicas   = "nvidia.com/gpu.replicas"
	labelClique     = "nvidia.com/gpu.clique"
	labelMIG        = "nvidia.com/mig.strategy"
	labelMIGState   = "nvidia.com/mig.config.state"
	labelUpgrade    = "nvidia.com/gpu-driver-upgrade-state"
	labelDriver     = "nvidia.com/cuda.driver-version."
	labelOldDriver  = "nvidia.com/cuda.driver."
	migPrefix       = "nvidia.com/mig-"
	sharedSuffix    = "-SHARED"
	migInfix        = "-MIG-"
	upgradeDone     = "upgrade-done"
	upgradeFailed   = "upgrade-failed"
	migStateFailed  = "failed"
	migStateSuccess = "success"
)

// node is what is kept of a Node.
type node struct {
	name          string
	labels        map[string]string
	ready         corev1.ConditionStatus
	readyReason   string
	readySince    time.Time
	unschedulable bool
	deleting      bool
	taints        []corev1.Taint
	capacity      map[string]int64
	allocatable   map[string]int64
	fields        []metav1.ManagedFieldsEntry

	// dynamic says that GPUs are given out by dynamic resource allocation, and
	// slices what the driver offers. Both are filled in when the node is judged.
	dynamic bool
	slices  slice
}

// newNode keeps maps of the object: whoever calls must not change it later.
func newNode(n *corev1.Node) *node {
	kept := &node{
		name: n.Name, labels: n.Labels, unschedulable: n.Spec.Unschedulable, deleting: n.DeletionTimestamp != nil,
		taints: n.Spec.Taints, capacity: devices(n.Status.Capacity), allocatable: devices(n.Status.Allocatable), fields: n.ManagedFields,
		ready: corev1.ConditionUnknown,
	}
	for _, c := range n.Status.Conditions {
		if c.Type == corev1.NodeReady {
			kept.ready, kept.readyReason, kept.readySince = c.Status, c.Reason, c.LastTransitionTime.Time
		}
	}
	return kept
}

// devices are the resources of a list that are GPUs or parts of GPUs.
func devices(list corev1.ResourceList) map[string]int64 {
	var found map[string]int64
	for name, quantity := range list {
		if !isDevice(string(name)) {
			continue
		}
		if found == nil {
			found = map[string]int64{}
		}
		found[string(name)] = quantity.Value()
	}
	return found
}

func isDevice(resource string) bool {
	vendor, name, ok := strings.Cut(resource, "/")
	return ok && (name == "gpu" || strings.HasPrefix(name, "gpu.") || vendor == "nvidia.com" && strings.HasPrefix(name, "mig-"))
}

// usable says whether new workers can be placed on the node.
func (n *node) usable() bool {
	return n.ready == corev1.ConditionTrue && !n.unschedulable && !n.deleting
}

// count returns a label as a number; false when it is absent or none.
func (n *node) count(label string) (int64, bool) {
	value, err := strconv.ParseInt(n.labels[label], 10, 64)
	return value, err == nil && value >= 0
}

// product is the label without what MIG and sharing append to it.
func (n *node) product() (name string, mig, shared bool) {
	name, shared = strings.CutSuffix(n.labels[labelProduct], sharedSuffix)
	name, _, mig = strings.Cut(name, migInfix)
	return name, mig, shared
}

// driver returns the version of the driver; false when no label tells.
func (n *node) driver() (string, bool) {
	if full := n.labels[labelDriver+"full"]; full != "" {
		return full, true
	}
	for _, l := range []struct{ prefix, third string }{{labelDriver, "revision"}, {labelOldDriver, "rev"}} {
		major, minor, third := n.labels[l.prefix+"major"], n.labels[l.prefix+"minor"], n.labels[l.prefix+l.third]
		if major == "" {
			continue
		}
		return strings.TrimSuffix(strings.TrimSuffix(major+"."+minor+"."+third, "."), "."), true
	}
	return "", false
}

// upgrading says whether the GPU operator is replacing the driver now.
func (n *node) upgrading() bool {
	switch n.labels[labelUpgrade] {
	case "", upgradeDone, upgradeFailed:
		return false
	default:
		return true
	}
}

// pod is what is kept of a Pod that asks for GPUs or belongs to a graph.
type pod struct {
	namespace, name string
	graph           string // name, in the pod's namespace
	component       string
	owner           string // kind/name of the controller, for pods without a graph
	node            string
	phase           corev1.PodPhase
	ready           bool
	unschedulable   string    // the scheduler's message
	since           time.Time // when it last became ready or not, or was made
	deleting        bool
	gpus            map[string]int64
}

// The labels of worker pods, as every operator version sets them.
const (
	labelGraph     = "nvidia.com/dynamo-graph-deployment-name"
	labelComponent = "nvidia.com/dynamo-component"
)

// newPod returns nil for a pod that is none of our concern.
func newPod(p *corev1.Pod) *pod {
	kept := &pod{
		namespace: p.Namespace, name: p.Name, graph: p.Labels[labelGraph], component: p.Labels[labelComponent],
		node: p.Spec.NodeName, phase: p.Status.Phase, deleting: p.DeletionTimestamp != nil, since: p.CreationTimestamp.Time,
		gpus: podDevices(p),
	}
	if kept.graph == "" && len(kept.gpus) == 0 {
		return nil
	}
	if owner := metav1.GetControllerOf(p); owner != nil && kept.graph == "" {
		kept.owner = owner.Kind + "/" + owner.Name
	}
	for _, c := range p.Status.Conditions {
		switch {
		case c.Type == corev1.PodReady:
			kept.ready, kept.since = c.Status == corev1.ConditionTrue, later(kept.since, c.LastTransitionTime.Time)
		case c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable:
			kept.unschedulable = c.Message
		}
	}
	return kept
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// podDevices adds up what the containers ask for; an init container that ends
// counts for the most it needs, as the scheduler has it.
func podDevices(p *corev1.Pod) map[string]int64 {
	sum, most := map[string]int64{}, map[string]int64{}
	for _, c := range p.Spec.Containers {
		for name, n := range devices(c.Resources.Limits) {
			sum[name] += n
		}
	}
	for _, c := range p.Spec.InitContainers {
		sidecar := c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		for name, n := range devices(c.Resources.Limits) {
			if sidecar {
				sum[name] += n
				continue
			}
			most[name] = max(most[name], n)
		}
	}
	for name, n := range most {
		sum[name] = max(sum[name], n)
	}
	maps.DeleteFunc(sum, func(_ string, n int64) bool { return n == 0 })
	if len(sum) == 0 {
		return nil
	}
	return sum
}

// done says whether the pod holds no GPU any more.
func (p *pod) done() bool { return p.phase == corev1.PodSucceeded || p.phase == corev1.PodFailed }

// liveGraph is what is kept of a graph in the cluster.
type liveGraph struct {
	graph.Graph
	generated bool // by a DynamoGraphDeploymentRequest
	rolling   bool // a rolling update is going on
}
