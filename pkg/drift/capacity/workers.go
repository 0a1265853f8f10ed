// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// systemTaint says whether Kubernetes sets the taint itself, for what is shown
// as the node's condition or as its cordon.
func systemTaint(key string) bool {
	return strings.HasPrefix(key, "node.kubernetes.io/") || strings.HasPrefix(key, "node.cloudprovider.kubernetes.io/")
}

// crew is what the pods of one component add up to.
type crew struct {
	ready    int64
	starting int64     // not ready, and within the grace
	pending  int64     // pods that wait for GPUs
	waiting  time.Time // since when the first of them waits
	reason   string    // the scheduler's, of the first by name
	first    string
}

// crews adds up the pods by component; what changed after oldest is starting.
func (s *State) crews(oldest time.Time) map[string]*crew {
	all := map[string]*crew{}
	for _, p := range s.pods {
		if p.graph == "" || p.deleting || p.done() {
			continue
		}
		key := p.namespace + "/" + p.graph + "\x00" + p.component
		c := all[key]
		if c == nil {
			c = &crew{}
			all[key] = c
		}
		switch {
		case p.ready:
			c.ready++
		case p.since.After(oldest):
			c.starting++
		}
		if !waitsForGPU(p) {
			continue
		}
		c.pending++
		if c.waiting.IsZero() || p.since.Before(c.waiting) {
			c.waiting = p.since
		}
		if c.first == "" || p.name < c.first {
			c.first, c.reason = p.name, p.unschedulable
		}
	}
	return all
}

// waitsForGPU says whether the scheduler's reason names a device that the pod asks for.
func waitsForGPU(p *pod) bool {
	if p.unschedulable == "" {
		return false
	}
	for name := range p.gpus {
		if strings.Contains(p.unschedulable, "Insufficient "+name) {
			return true
		}
	}
	return false
}

func (s *State) judgeWorkers(want *Want, tallies []tally, now time.Time) []drift.Finding {
	oldest := now.Add(-cmp.Or(want.Grace, DefaultGrace))
	crews := s.crews(oldest)
	var found []drift.Finding
	for i := range tallies {
		t := &tallies[i]
		for _, w := range t.pool.Spec.Workers {
			found = append(found, s.judgeWorker(t, w, crews, oldest)...)
		}
		if f, bad := t.overcommitted(); bad {
			found = append(found, f)
		}
	}
	return append(found, s.orphans(want, tallies)...)
}

func (s *State) judgeWorker(t *tally, w v1alpha1.Worker, crews map[string]*crew, oldest time.Time) []drift.Finding {
	namespace, name, _ := strings.Cut(w.Graph, "/")
	target := drift.Target{Object: object.Reference{APIVersion: graph.Group + "/" + graph.V1alpha1, Kind: graph.KindGraph, Namespace: namespace, Name: name}}
	var found []drift.Finding
	report := func(f drift.Finding) {
		f.Layer, f.Target, f.Severity = drift.LayerCapacity, target, cmp.Or(f.Severity, object.SeverityError)
		found = append(found, f)
	}
	live, ok := s.graphs[w.Graph]
	if !ok {
		report(drift.Finding{Code: codes.PoolGraphMissing, Problem: "the graph of the pool " + t.pool.Name + " is not in the cluster", Action: "apply it, or correct spec.workers of the pool"})
		return found
	}
	target.Object = live.Object
	c, ok := live.Component(w.Component)
	if !ok {
		report(drift.Finding{Code: codes.PoolGraphMissing, Field: w.Component, Problem: "the graph has no component " + w.Component, Action: "correct spec.workers of the pool " + t.pool.Name})
		return found
	}
	t.requested = add(t.requested, c.GPUDemand(t.pool.resource, c.Replicas))
	field := c.Field + ".replicas"
	if least, most, bounded := bounds(w); bounded && (c.Replicas < least || c.Replicas > most) {
		report(drift.Finding{Code: codes.PoolReplicas, Field: field, Want: fmt.Sprintf("%d to %d", least, most), Have: fmt.Sprint(c.Replicas),
			Problem: fmt.Sprintf("%s has %d replicas, and the pool %s allows %d to %d", c.Name, c.Replicas, t.pool.Name, least, most),
			Action:  "correct the replicas, or the bounds of the pool in Git"})
	}
	at := crews[w.Graph+"\x00"+w.Component]
	if at == nil {
		at = &crew{}
	}
	judgeCrew(report, live, c, at, at.waiting.After(oldest))
	return found
}

func judgeCrew(report func(drift.Finding), live *liveGraph, c graph.Component, at *crew, young bool) {
	wanted := c.Replicas * max(c.NodeCount, 1)
	field := c.Field + ".replicas"
	if at.pending > 0 {
		severity := object.SeverityError
		if young {
			severity = object.SeverityInfo // an autoscaler may be at work
		}
		report(drift.Finding{Severity: severity, Code: codes.PoolPending, Field: field, Want: fmt.Sprint(wanted), Have: fmt.Sprintf("%d pending", at.pending),
			Problem: fmt.Sprintf("%d pods of %s wait for GPUs: %s", at.pending, c.Name, oneLine(at.reason)), Action: "add nodes to the pool, or lower the replicas"})
	}
	if at.ready >= wanted {
		return
	}
	f := drift.Finding{Code: codes.PoolNotRunning, Field: field, Want: fmt.Sprintf("%d ready", wanted), Have: fmt.Sprintf("%d ready", at.ready),
		Problem: fmt.Sprintf("%d of %d pods of %s are ready", at.ready, wanted, c.Name), Action: "look at its pods: kubectl get pods -n " + live.Object.Namespace + " -l " + labelGraph + "=" + live.Object.Name}
	switch {
	case live.rolling:
		f.Severity, f.Action = object.SeverityInfo, "wait until the rolling update is done"
	case at.ready+at.starting >= wanted:
		f.Severity, f.Action = object.SeverityInfo, "wait until the pods that are starting are ready"
	case at.ready > 0:
		f.Severity = object.SeverityWarning
	}
	report(f)
}

// bounds of a worker; false where the pool gives none.
func bounds(w v1alpha1.Worker) (least, most int64, ok bool) {
	if w.Replicas == nil {
		return 0, 0, false
	}
	least, most = limits(*w.Replicas)
	return least, most, true
}

func (t *tally) overcommitted() (drift.Finding, bool) {
	if t.requested <= t.allocatable {
		return drift.Finding{}, false
	}
	return drift.Finding{Layer: drift.LayerCapacity, Code: codes.PoolOvercommit, Severity: object.SeverityWarning, Target: t.pool.target(), Field: "spec.workers",
		Want: fmt.Sprint(t.requested), Have: fmt.Sprint(t.allocatable),
		Problem: fmt.Sprintf("the live replicas of its workers ask for %d of %s, and its usable nodes give %d", t.requested, t.pool.resource, t.allocatable),
		Action:  "add nodes or bring them back, or lower the replicas"}, true
}

// holder is who holds GPUs without being in Git.
type holder struct {
	reference object.Reference
	generated bool
	pods      int64
	gpus      int64
}

// orphans adds up the GPUs on the pools' nodes that no graph in Git holds.
func (s *State) orphans(want *Want, tallies []tally) []drift.Finding {
	inGit := map[string]bool{}
	for _, g := range want.Graphs {
		inGit[g] = true
	}
	poolOf := map[string]*pool{}
	for i := range tallies {
		for _, w := range tallies[i].pool.Spec.Workers {
			inGit[w.Graph] = true
		}
		for _, n := range tallies[i].nodes {
			poolOf[n.name] = tallies[i].pool
		}
	}
	holders := map[string]*holder{}
	for _, p := range s.pods {
		if poolOf[p.node] == nil || p.done() || len(p.gpus) == 0 || p.graph != "" && inGit[p.namespace+"/"+p.graph] {
			continue
		}
		reference, generated := s.holderOf(p)
		h := holders[reference.String()]
		if h == nil {
			h = &holder{reference: reference, generated: generated}
			holders[reference.String()] = h
		}
		h.pods++
		for _, n := range p.gpus {
			h.gpus = add(h.gpus, n)
		}
	}
	var found []drift.Finding
	for _, key := range slices.Sorted(maps.Keys(holders)) {
		found = append(found, holders[key].finding())
	}
	return found
}

func (s *State) holderOf(p *pod) (object.Reference, bool) {
	if p.graph != "" {
		if live, ok := s.graphs[p.namespace+"/"+p.graph]; ok {
			return live.Object, live.generated
		}
		return object.Reference{APIVersion: graph.Group + "/" + graph.V1alpha1, Kind: graph.KindGraph, Namespace: p.namespace, Name: p.graph}, false
	}
	if kind, name, ok := strings.Cut(p.owner, "/"); ok {
		return object.Reference{Kind: kind, Namespace: p.namespace, Name: name}, false
	}
	return object.Reference{APIVersion: "v1", Kind: "Pod", Namespace: p.namespace, Name: p.name}, false
}

func (h *holder) finding() drift.Finding {
	f := drift.Finding{Layer: drift.LayerCapacity, Code: codes.PoolOrphan, Severity: object.SeverityWarning, Target: drift.Target{Object: h.reference},
		Have: fmt.Sprintf("%d GPUs in %d pods", h.gpus, h.pods), Problem: fmt.Sprintf("%d pods hold %d GPUs of the pool, and no graph in Git owns them", h.pods, h.gpus),
		Action: "put it into Git, or remove it"}
	if h.generated {
		f.Severity, f.Action = object.SeverityInfo, "nothing: a DynamoGraphDeploymentRequest made the graph"
	}
	return f
}

// oneLine cuts the scheduler's message after what says how many nodes lack what.
func oneLine(message string) string {
	first, _, _ := strings.Cut(message, "\n")
	first, _, _ = strings.Cut(first, ". preemption:")
	return strings.TrimSuffix(first, ".")
}
