// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func poolRules() []Rule {
	return []Rule{
		warning("DG1601", "worker of a pool that is not there",
			"spec.workers names a graph or a component. A graph may live in another directory; a component of a graph in the set may not.",
			checkPoolWorkers),
		failure("DG1602", "pools that overlap",
			"A node would belong to two pools and be counted twice. Every two pools need a label whose values differ.",
			checkPoolOverlap),
		failure("DG1603", "replicas outside the pool's bounds",
			"The graph asks for another number of replicas than the pool's bounds for the component allow.",
			checkPoolReplicas),
		failure("DG1604", "driver range below what the images need",
			"CUDA 12.9 images need driver 575, CUDA 13 images 580; from 1.3.0 there are CUDA 13 images only.",
			checkPoolDriver),
		warning("DG1605", "KAI with mixed MIG",
			"Dynamo's pods on nodes with migStrategy mixed are known not to be scheduled by the KAI scheduler.",
			checkPoolMIG),
		failure("DG1606", "pool that contradicts itself",
			"The label nvidia.com/gpu.product in nodeSelector names another product than gpu.product, so no node can be right.",
			checkPoolProduct),
	}
}

func checkPoolWorkers(f *Facts, r *Report) {
	for _, pool := range f.WorkerPools {
		for i, w := range pool.Spec.Spec.Workers {
			field := item("spec.workers", i)
			d, ok := f.byName[w.Graph]
			if !ok {
				r.Add(At(pool.Source, field+".graph"), fmt.Sprintf("the graph %s is not in the set", w.Graph),
					"correct the name, or ignore this where the graph lives elsewhere")
				continue
			}
			if _, ok := d.Component(w.Component); !ok {
				r.AddAs(object.SeverityError, At(pool.Source, field+".component"),
					fmt.Sprintf("the graph %s has no component %s", w.Graph, w.Component), "write the component's name exactly")
			}
		}
	}
}

// checkPoolOverlap compares every two pools: a set has tens of them, not
// thousands.
func checkPoolOverlap(f *Facts, r *Report) {
	for i, pool := range f.WorkerPools {
		for _, earlier := range f.WorkerPools[:i] {
			a, b := earlier.Spec.Spec.NodeSelector, pool.Spec.Spec.NodeSelector
			if disjoint(a, b) {
				continue
			}
			sure := covers(a, b) || covers(b, a)
			r.AddAs(sureness(sure), At(pool.Source, "spec.nodeSelector"),
				fmt.Sprintf("the pool may hold the same nodes as %s", earlier.Source.Reference()),
				"select both pools by one label with different values")
		}
	}
}

// disjoint says whether a label tells the nodes of two selectors apart.
func disjoint(a, b map[string]string) bool {
	for key, value := range a {
		if other, ok := b[key]; ok && other != value {
			return true
		}
	}
	return false
}

// covers says whether every node of the second selector is one of the first.
func covers(a, b map[string]string) bool {
	for key, value := range a {
		if other, ok := b[key]; !ok || other != value {
			return false
		}
	}
	return true
}

func checkPoolReplicas(f *Facts, r *Report) {
	for _, pool := range f.WorkerPools {
		for i, w := range pool.Spec.Spec.Workers {
			d, found := f.byName[w.Graph]
			if !found || w.Replicas == nil {
				continue
			}
			c, found := d.Component(w.Component)
			least, most := bounds(*w.Replicas)
			if !found || d.Elastic(c) && !c.ReplicasSet || c.Replicas >= least && c.Replicas <= most {
				continue
			}
			r.AddAs(sureness(!d.Elastic(c)), At(pool.Source, item("spec.workers", i)+".replicas"),
				fmt.Sprintf("%s of %s has %d replicas; the pool allows %d to %d", w.Component, w.Graph, c.Replicas, least, most),
				"change the replicas of the graph or the bounds of the pool")
		}
	}
}

func bounds(r v1alpha1.Range) (least, most int64) {
	if r.Max == nil {
		return int64(r.Min), int64(r.Min)
	}
	return int64(r.Min), int64(*r.Max)
}

func checkPoolDriver(f *Facts, r *Report) {
	for _, pool := range f.WorkerPools {
		driver := pool.Spec.Spec.GPU.Driver
		if driver == "" {
			continue
		}
		at := At(pool.Source, "spec.gpu.driver")
		lowest, err := lowestMajor(driver)
		if err != nil {
			r.Add(at, fmt.Sprintf("%q is no range of versions", driver), `write a range such as ">=580"`)
			continue
		}
		platforms := f.platformsOf(pool)
		tooLow := func(p *platform) bool { return p.Chart != nil && lowest < int64(p.Chart.DriverFloor()) }
		if i := slices.IndexFunc(platforms, tooLow); i >= 0 {
			p := platforms[i]
			r.AddAs(sureness(every(platforms, tooLow)), at,
				fmt.Sprintf("the range %s allows driver %d, and the images of chart %s need %d", driver, lowest, p.version(), p.Chart.DriverFloor()),
				fmt.Sprintf(`write ">=%d"`, p.Chart.DriverFloor()))
		}
	}
}

// platformsOf returns the platforms of the pool's graphs, or all of the set
// where none of the graphs is in it.
func (f *Facts) platformsOf(pool WorkerPool) []*platform {
	var platforms []*platform
	for _, w := range pool.Spec.Spec.Workers {
		d, ok := f.byName[w.Graph]
		if !ok {
			continue
		}
		for _, p := range d.platforms {
			if !slices.Contains(platforms, p) {
				platforms = append(platforms, p)
			}
		}
	}
	if len(platforms) == 0 {
		return f.platforms
	}
	return platforms
}

// lowestMajor returns the oldest major version in a range; 0 where the range
// has no lower end.
func lowestMajor(text string) (int64, error) {
	if _, err := semver.NewConstraint(text); err != nil {
		return 0, err
	}
	lowest := int64(-1)
	for branch := range strings.SplitSeq(text, "||") {
		low := branchMajor(branch)
		if lowest < 0 || low < lowest {
			lowest = low
		}
	}
	return max(lowest, 0), nil
}

func branchMajor(branch string) int64 {
	low := int64(0)
	if first, _, ok := strings.Cut(branch, " - "); ok {
		branch = first
	}
	branch = strings.NewReplacer(">= ", ">=", "> ", ">", "< ", "<", "= ", "=", "~ ", "~", "^ ", "^").Replace(branch)
	for _, term := range strings.FieldsFunc(branch, func(r rune) bool { return r == ',' || r == ' ' }) {
		if strings.HasPrefix(term, "<") || strings.HasPrefix(term, "=<") || strings.HasPrefix(term, "!") {
			continue
		}
		digits, _, _ := strings.Cut(strings.TrimLeft(term, ">=~^v"), ".")
		if major, err := strconv.ParseInt(digits, 10, 32); err == nil {
			low = max(low, major)
		}
	}
	return low
}

func checkPoolMIG(f *Facts, r *Report) {
	for _, pool := range f.WorkerPools {
		kai := func(p *platform) bool { return p.installs(partKAI) || p.integrates(partKAI) }
		if pool.Spec.Spec.GPU.MIGStrategy == v1alpha1.MIGMixed && slices.ContainsFunc(f.platformsOf(pool), kai) {
			r.Add(At(pool.Source, "spec.gpu.migStrategy"), "pods on mixed MIG devices are not scheduled by the KAI scheduler",
				"use migStrategy single or none for this pool, or turn KAI off")
		}
	}
}

func checkPoolProduct(f *Facts, r *Report) {
	for _, pool := range f.WorkerPools {
		product, selected := pool.Spec.Spec.GPU.Product, pool.Spec.Spec.NodeSelector["nvidia.com/gpu.product"]
		if product != "" && selected != "" && product != selected {
			r.Add(At(pool.Source, "spec.gpu.product"), fmt.Sprintf("the product is %s, but the pool selects nodes with %s", product, selected),
				"write the same product in both")
		}
	}
}
