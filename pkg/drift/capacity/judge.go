// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// tally is what a pool's nodes add up to.
type tally struct {
	pool        *pool
	nodes       []*node // sorted by name
	usable      int64
	allocatable int64 // devices of usable nodes
	requested   int64 // by the live replicas of its workers
}

// Judge compares the state with what Git says, at that moment. What could not be
// read (see Lost) is not judged. Findings of nodes that did not
// change since the last call with the same *Want are not made again; the Want
// must not be changed between calls.
func (s *State) Judge(want *Want, now time.Time) drift.Observation {
	var seen drift.Observation
	for _, kind := range s.lost.all() {
		seen.Unknowns = append(seen.Unknowns, kind.unknown())
	}
	if s.lost[Nodes] != "" {
		seen.Sort()
		return seen
	}
	if s.judgedWant != want || s.judged == nil {
		s.judged, s.judgedWant = make(map[string]verdict, len(s.nodes)), want
	}
	pools := makePools(want)
	tallies := s.judgeNodes(pools, &seen)
	for i := range tallies {
		t := &tallies[i]
		seen.Findings = append(seen.Findings, t.judge()...)
	}
	if s.lost[Pods] == "" && s.lost[Graphs] == "" {
		seen.Findings = append(seen.Findings, s.judgeWorkers(want, tallies, now)...)
	}
	seen.Sort()
	return seen
}

func makePools(want *Want) []pool {
	pools := make([]pool, 0, len(want.Pools))
	for _, p := range want.Pools {
		pools = append(pools, newPool(p, want.DriverFloor))
	}
	slices.SortStableFunc(pools, func(a, b pool) int { return cmp.Compare(a.Name, b.Name) })
	return pools
}

func (s *State) judgeNodes(pools []pool, seen *drift.Observation) []tally {
	tallies := make([]tally, len(pools))
	for i := range pools {
		tallies[i].pool = &pools[i]
	}
	offered := s.offered()
	for _, n := range s.nodes {
		n.slices = offered[n.name]
		n.dynamic = len(n.capacity) == 0 && (n.slices.gpus > 0 || s.lost[Slices] != "")
		v, known := s.judged[n.name]
		if !known {
			v = verdict{pool: slices.IndexFunc(pools, func(p pool) bool { return p.selects(n) })}
			if v.pool >= 0 {
				v.findings = judgeNode(&pools[v.pool], n)
			}
			s.judged[n.name] = v
		}
		if v.pool >= 0 {
			tallies[v.pool].add(n)
			seen.Findings = append(seen.Findings, v.findings...)
		}
	}
	for i := range tallies {
		slices.SortFunc(tallies[i].nodes, func(a, b *node) int { return cmp.Compare(a.name, b.name) })
	}
	return tallies
}

// offered adds up the ResourceSlices of each node.
func (s *State) offered() map[string]slice {
	sum := make(map[string]slice, len(s.slices))
	for _, one := range s.slices {
		all := sum[one.node]
		all.gpus += one.gpus
		all.product, all.driver = cmp.Or(all.product, one.product), cmp.Or(all.driver, one.driver)
		sum[one.node] = all
	}
	return sum
}

func (t *tally) add(n *node) {
	if n.deleting {
		return
	}
	t.nodes = append(t.nodes, n)
	if !n.usable() {
		return
	}
	t.usable++
	if n.dynamic {
		t.allocatable = add(t.allocatable, n.slices.gpus)
		return
	}
	t.allocatable = add(t.allocatable, t.pool.devices(n.allocatable))
}

// judge looks at the pool as a whole.
func (t *tally) judge() []drift.Finding {
	var found []drift.Finding
	report := func(f drift.Finding) {
		f.Layer, f.Severity = drift.LayerCapacity, cmp.Or(f.Severity, object.SeverityError)
		if f.Target.Object.IsZero() {
			f.Target = t.pool.target()
		}
		found = append(found, f)
	}
	if err := t.pool.driverError; err != nil {
		report(drift.Finding{Code: codes.PoolInvalid, Field: "spec.gpu.driver", Have: t.pool.driverText, Problem: "the range of drivers has no meaning", Action: `write a range such as ">=580"`})
	}
	have := int64(len(t.nodes))
	switch {
	case have < t.pool.least:
		report(drift.Finding{Code: codes.PoolTooFew, Field: "spec.nodes.min", Want: fmt.Sprint(t.pool.least), Have: fmt.Sprint(have),
			Problem: fmt.Sprintf("%d nodes carry the pool's labels, and %d are wanted", have, t.pool.least), Action: "look for nodes that were removed, or that lost a label"})
	case have > t.pool.most:
		report(drift.Finding{Code: codes.PoolTooMany, Severity: object.SeverityWarning, Field: "spec.nodes.max", Want: fmt.Sprint(t.pool.most), Have: fmt.Sprint(have),
			Problem: fmt.Sprintf("%d nodes carry the pool's labels, and %d are allowed", have, t.pool.most), Action: "remove nodes, or raise spec.nodes.max in Git"})
	}
	if have >= t.pool.least && t.usable < t.pool.least {
		report(drift.Finding{Code: codes.PoolUnusable, Field: "spec.nodes.min", Want: fmt.Sprint(t.pool.least), Have: fmt.Sprint(t.usable),
			Problem: fmt.Sprintf("%d of %d nodes are Ready and not cordoned, and %d are wanted", t.usable, have, t.pool.least), Action: "see the findings about its nodes"})
	}
	t.outliers(report)
	return found
}

// outliers are nodes that differ from most of their pool.
func (t *tally) outliers(report func(drift.Finding)) {
	taints, cliques := map[string]int{}, 0
	for _, n := range t.nodes {
		for _, taint := range n.taints {
			taints[taint.Key+":"+string(taint.Effect)]++
		}
		if n.labels[labelClique] != "" {
			cliques++
		}
	}
	for _, n := range t.nodes {
		target := drift.Target{Object: object.Reference{APIVersion: "v1", Kind: "Node", Name: n.name}}
		for _, taint := range n.taints {
			if !keepsAway(taint) || taints[taint.Key+":"+string(taint.Effect)]*2 >= len(t.nodes) && len(t.nodes) > 1 || n.maintenance() != "" {
				continue
			}
			report(drift.Finding{Code: codes.PoolTaint, Severity: object.SeverityWarning, Target: target, Field: "spec.taints[key=" + taint.Key + "]", Have: taint.ToString(),
				Author: authorOf(n.fields, "spec", "taints"), Problem: "the node has a taint that the pool's other nodes do not have",
				Action: "kubectl taint node " + n.name + " " + taint.Key + ":" + string(taint.Effect) + "-"})
		}
		if n.labels[labelClique] == "" && cliques > 0 && cliques*2 >= len(t.nodes) {
			report(drift.Finding{Code: codes.PoolClique, Severity: object.SeverityWarning, Target: target, Field: labelField(labelClique), Want: "a clique",
				Author: authorOf(n.fields, "metadata", "labels", labelClique), Problem: "the node belongs to no NVLink clique", Action: "look at the fabric manager and the IMEX service on the node"})
		}
	}
}

// keepsAway says whether a taint keeps workers off a node for a reason that no
// other finding tells.
func keepsAway(t corev1.Taint) bool {
	if t.Effect == corev1.TaintEffectPreferNoSchedule || t.Key == "nvidia.com/gpu" {
		return false
	}
	return !systemTaint(t.Key)
}
