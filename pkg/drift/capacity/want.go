// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/Masterminds/semver/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// Want is what Git says.
type Want struct {
	// Pools in any order. A node that several select counts for the first by name.
	Pools []v1alpha1.WorkerPool
	// Graphs are the graphs of the pools' workers and all others in Git, as
	// "namespace/name".
	Graphs []string
	// DriverFloor is the lowest driver that the images of the chart version
	// need, such as 580; 0 when no floor is known. A pool's own range counts
	// before it.
	DriverFloor int
	// Grace is how long a worker may take to become ready, or wait for a GPU that
	// an autoscaler brings, before that counts. Default: DefaultGrace.
	Grace time.Duration
}

// DefaultGrace is time to bring a node and to load a large model.
const DefaultGrace = 15 * time.Minute

// pool is a WorkerPool made ready to compare with.
type pool struct {
	v1alpha1.WorkerPool
	least, most int64
	perNode     int64
	resource    string // that whole GPUs, or instances of MIG's strategy single, are asked for by
	mig         v1alpha1.MIGStrategy
	memoryMiB   int64
	driver      *semver.Constraints
	driverText  string
	driverError error
}

func newPool(p v1alpha1.WorkerPool, floor int) pool {
	made := pool{
		WorkerPool: p, perNode: int64(p.Spec.GPU.PerNode), resource: cmp.Or(p.Spec.GPU.ResourceName, graph.DefaultGPUResource),
		mig: cmp.Or(p.Spec.GPU.MIGStrategy, v1alpha1.MIGNone), driverText: p.Spec.GPU.Driver,
	}
	made.least, made.most = limits(p.Spec.Nodes)
	if p.Spec.GPU.Memory != nil {
		made.memoryMiB = p.Spec.GPU.Memory.Value() >> 20
	}
	if made.driverText == "" && floor > 0 {
		made.driverText = fmt.Sprintf(">=%d", floor)
	}
	if made.driverText != "" {
		made.driver, made.driverError = semver.NewConstraint(made.driverText)
	}
	return made
}

func limits(r v1alpha1.Range) (least, most int64) {
	if r.Max == nil {
		return int64(r.Min), int64(r.Min)
	}
	return int64(r.Min), int64(*r.Max)
}

// selects says whether the node belongs to the pool by its labels.
func (p *pool) selects(n *node) bool {
	for key, value := range p.Spec.NodeSelector {
		if n.labels[key] != value {
			return false
		}
	}
	return true
}

func (p *pool) target() drift.Target {
	return drift.Target{Object: object.Reference{APIVersion: v1alpha1.GroupVersion().String(), Kind: v1alpha1.WorkerPoolKind, Name: p.Name}}
}

// devices of the pool's kind in a list: of all profiles where MIG is mixed and
// no resource is named.
func (p *pool) devices(list map[string]int64) int64 {
	if p.mig != v1alpha1.MIGMixed || p.Spec.GPU.ResourceName != "" {
		return list[p.resource]
	}
	sum := int64(0)
	for name, n := range list {
		if isMIG(name) {
			sum += n
		}
	}
	return sum
}

func isMIG(resource string) bool {
	return len(resource) > len(migPrefix) && resource[:len(migPrefix)] == migPrefix
}

// add adds without overflow; neither number is negative.
func add(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
