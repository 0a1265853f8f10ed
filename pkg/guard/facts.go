// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"errors"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// Facts are two plans of an environment with what belongs together in them.
// They are read-only for the rules.
type Facts struct {
	before, after *pipeline.Plan
	// steps are the Platforms of both plans, in the order of after.
	steps []step
	// removed are the Platforms of before only.
	removed []*platform
	// platforms are those of after.
	platforms []*platform
	// graphs are those of after.
	graphs []*deployment
	// graphSteps are the graphs of both plans, in the order of after.
	graphSteps []graphStep
	// graphsBefore are those of before, by namespace and name.
	graphsBefore map[name]*deployment
}

// name identifies an object of a known kind.
type name struct{ namespace, name string }

func nameOf(o object.Object) name { return name{o.GetNamespace(), o.GetName()} }

// step is one Platform in both plans.
type step struct {
	*Facts
	before, after *platform
}

// crosses says whether the step goes from below a version to it or above.
func (s step) crosses(version string) bool {
	return s.before.below(version) && s.after.atLeast(version)
}

// leaves says whether the step goes down from a version or above to below it.
func (s step) leaves(version string) bool {
	return s.before.atLeast(version) && s.after.below(version)
}

// served returns the graphs of the plan after that the Platform's operator
// takes care of.
func (s step) served() []*deployment {
	var served []*deployment
	for _, d := range s.graphs {
		if s.after.watches(d.source.GetNamespace()) || s.before.watches(d.source.GetNamespace()) {
			served = append(served, d)
		}
	}
	return served
}

// deployment is a graph and the object it was read from.
type deployment struct {
	graph.Graph
	source object.Object
}

// graphStep is one graph in both plans.
type graphStep struct {
	*Facts
	before, after *deployment
}

// atLeast says whether an operator of that version or newer takes care of the
// graph in the plan after.
func (s graphStep) atLeast(version string) bool {
	for _, p := range s.platforms {
		if p.watches(s.after.source.GetNamespace()) && p.atLeast(version) {
			return true
		}
	}
	return false
}

func gather(before, after *pipeline.Plan) *Facts {
	if after == nil {
		after = &pipeline.Plan{}
	}
	f := &Facts{before: before, after: after, platforms: platformsOf(after), graphsBefore: map[name]*deployment{}}
	f.pair(platformsOf(before))
	for _, d := range graphsOf(before) {
		f.graphsBefore[nameOf(d.source)] = d
	}
	for _, d := range graphsOf(after) {
		f.graphs = append(f.graphs, d)
		if earlier := f.graphsBefore[nameOf(d.source)]; earlier != nil && earlier.Object.Kind == d.Object.Kind {
			f.graphSteps = append(f.graphSteps, graphStep{f, earlier, d})
		}
	}
	return f
}

// pair finds for each Platform of after what it was before: the one of the same
// name, else the one with the same release, else the only one that is left.
func (f *Facts) pair(before []*platform) {
	taken := map[*platform]*platform{}
	match := func(same func(b, a *platform) bool) {
		for _, a := range f.platforms {
			for _, b := range before {
				if taken[a] == nil && !holds(taken, b) && same(b, a) {
					taken[a] = b
				}
			}
		}
	}
	match(func(b, a *platform) bool { return nameOf(b.Source) == nameOf(a.Source) })
	match(func(b, a *platform) bool { return b.Release == a.Release && b.cluster() == a.cluster() })
	if len(before)-len(taken) == 1 && len(f.platforms)-len(taken) == 1 {
		match(func(*platform, *platform) bool { return true })
	}
	for _, a := range f.platforms {
		if b := taken[a]; b != nil {
			f.steps = append(f.steps, step{f, b, a})
		}
	}
	for _, b := range before {
		if !holds(taken, b) {
			f.removed = append(f.removed, b)
		}
	}
}

func holds(taken map[*platform]*platform, before *platform) bool {
	for _, b := range taken {
		if b == before {
			return true
		}
	}
	return false
}

func platformsOf(plan *pipeline.Plan) []*platform {
	var platforms []*platform
	for i := range plan.Platforms {
		p := &platform{PlatformPlan: &plan.Platforms[i]}
		// A version that is not known was refused by the build.
		p.chart, _ = chart.Lookup(p.Version, chart.LookupOptions{AllowUnknown: true})
		if plan.Config != nil {
			for j := range plan.Config.Platforms {
				if nameOf(plan.Config.Platforms[j].Object) == nameOf(p.Source) {
					p.spec = plan.Config.Platforms[j].Platform
				}
			}
		}
		platforms = append(platforms, p)
	}
	return platforms
}

func graphsOf(plan *pipeline.Plan) []*deployment {
	var graphs []*deployment
	for _, o := range plan.Objects {
		if !graph.IsGraph(o) {
			continue
		}
		g, err := graph.Parse(o)
		var shape *graph.ShapeError
		if err == nil || errors.As(err, &shape) {
			graphs = append(graphs, &deployment{Graph: g, source: o})
		}
	}
	return graphs
}

// definitionReleases returns the HelmReleases of the chart dynamo-crds.
func definitionReleases(plan *pipeline.Plan) []object.Object {
	var releases []object.Object
	for _, o := range plan.Objects {
		if o.Group() == "helm.toolkit.fluxcd.io" && o.GetKind() == "HelmRelease" && isDefinitions(o) {
			releases = append(releases, o)
		}
	}
	return releases
}

func isDefinitions(o object.Object) bool {
	chart := text(o.Object, "spec", "chart", "spec", "chart")
	return chart == generate.CRDChart || chart == "" && releaseName(o) == generate.CRDChart
}

func releaseName(o object.Object) string {
	if release := text(o.Object, "spec", "releaseName"); release != "" {
		return release
	}
	return o.GetName()
}

func releaseNamespace(o object.Object) string {
	if target := text(o.Object, "spec", "targetNamespace"); target != "" {
		return target
	}
	return o.GetNamespace()
}
