// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"cmp"
	"fmt"
	"math"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
)

// poolDemand is what the graphs of the set ask of one pool.
type poolDemand struct {
	pool *WorkerPool
	// resource that the pool's GPUs are asked for by.
	resource string
	// have is the most GPUs that the pool may hold.
	have int64
	// want is asked for with the replicas in Git, most with those that the
	// pool's bounds allow.
	want, most int64
	// elastic says whether somebody else may change some of the replicas.
	elastic bool
	// large are the components of which one pod asks for more than a node has.
	large []worker
}

// gatherDemands adds up the demand of every pool. A component belongs to the
// pool that lists it, else to the pools whose nodes its nodeSelector is limited
// to.
func (f *Facts) gatherDemands() {
	listed := map[string]bool{}
	for _, pool := range f.WorkerPools {
		for _, w := range pool.Spec.Spec.Workers {
			listed[w.Graph+"\x00"+w.Component] = true
		}
	}
	for i := range f.WorkerPools {
		pool := &f.WorkerPools[i]
		demand := newPoolDemand(pool)
		for _, w := range pool.Spec.Spec.Workers {
			d, found := f.byName[w.Graph]
			if !found {
				continue
			}
			if c, found := d.Component(w.Component); found {
				demand.add(worker{d, &c}, w.Replicas)
			}
		}
		for _, d := range f.graphs {
			for j := range d.Components {
				c := &d.Components[j]
				if len(c.NodeSelector) > 0 && !listed[d.source.GetNamespace()+"/"+d.Object.Name+"\x00"+c.Name] &&
					covers(pool.Spec.Spec.NodeSelector, c.NodeSelector) {
					demand.add(worker{d, c}, nil)
				}
			}
		}
		f.demands = append(f.demands, demand)
	}
}

func newPoolDemand(pool *WorkerPool) poolDemand {
	gpu := pool.Spec.Spec.GPU
	_, nodes := bounds(pool.Spec.Spec.Nodes)
	return poolDemand{
		pool: pool, resource: cmp.Or(gpu.ResourceName, graph.DefaultGPUResource), have: nodes * int64(gpu.PerNode),
	}
}

func (d *poolDemand) add(w worker, limits *v1alpha1.Range) {
	c := w.component
	perPod := c.GPUsPerPod(d.resource)
	if perPod == 0 {
		return
	}
	if perPod > int64(d.pool.Spec.Spec.GPU.PerNode) {
		d.large = append(d.large, w)
	}
	replicas, most := c.Replicas, c.Replicas
	elastic := w.Elastic(*c)
	if limits != nil {
		least, highest := bounds(*limits)
		most = max(most, highest)
		if elastic && !c.ReplicasSet {
			replicas = least
		}
	}
	d.elastic = d.elastic || elastic
	d.want = addUp(d.want, c.GPUDemand(d.resource, replicas))
	d.most = addUp(d.most, c.GPUDemand(d.resource, most))
}

func addUp(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func poolDemandRules() []Rule {
	return []Rule{
		failure("DG1610", "more GPUs asked for than the pool has",
			"The components on the pool ask for more GPUs than its nodes have at their most, so pods stay pending. Replicas that somebody else scales only warn.",
			checkDemand),
		failure("DG1611", "pod larger than a node",
			"One pod asks for more GPUs than a node of the pool has, so it can never be scheduled. Use multinode for models that need more.",
			checkPodSize),
	}
}

func checkDemand(f *Facts, r *Report) {
	for _, d := range f.demands {
		at := At(d.pool.Source, "spec.nodes")
		const fix = "raise spec.nodes.max, or lower the replicas"
		switch {
		case d.want > d.have:
			r.AddAs(sureness(!d.elastic), at,
				fmt.Sprintf("the graphs ask for %d of %s where the pool has %d at most", d.want, d.resource, d.have), fix)
		case d.most > d.have:
			r.AddAs(sureness(false), at,
				fmt.Sprintf("the graphs may ask for %d of %s within their bounds where the pool has %d at most", d.most, d.resource, d.have), fix)
		}
	}
}

func checkPodSize(f *Facts, r *Report) {
	for _, d := range f.demands {
		for _, w := range d.large {
			perPod, perNode := w.component.GPUsPerPod(d.resource), d.pool.Spec.Spec.GPU.PerNode
			field := w.component.Field
			for _, gpu := range w.component.GPUs {
				if gpu.Resource == d.resource {
					field = gpu.Field
				}
			}
			r.Add(w.at(field), fmt.Sprintf("a pod of %s asks for %d of %s; a node of %s has %d", w.component.Name, perPod, d.resource, d.pool.Source.Reference(), perNode),
				"ask for fewer, or spread the replica over nodes by multinode")
		}
	}
}
