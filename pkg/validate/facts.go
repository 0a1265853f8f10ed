// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"errors"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// Facts is an Input with the indexes that the rules share. It is read-only
// once Gather returned it.
type Facts struct {
	// Input is what was gathered from.
	*Input

	platforms []*platform
	graphs    []*deployment
	byName    map[string]*deployment
	serving   map[served][]worker
	anyCase   map[served]string
	models    []modelEntry
	malformed []malformedModel
	demands   []poolDemand
}

// deployment is a graph of the set with what may serve it.
type deployment struct {
	graph.Graph
	source object.Object
	// shape holds the fields that could not be read.
	shape []*graph.FieldError
	// platforms whose operator watches the graph's namespace.
	platforms []*platform
}

// served names a base model in a namespace.
type served struct{ namespace, model string }

// worker is a component that serves a base model.
type worker struct {
	*deployment
	component *graph.Component
}

// locatedIssue is an issue of the chart's keys with the place to blame.
type locatedIssue struct {
	values.Issue
	at Place
}

// Gather builds the facts of an input in time linear in its size.
func Gather(in *Input) *Facts {
	f := &Facts{
		Input: in, byName: map[string]*deployment{},
		serving: map[served][]worker{}, anyCase: map[served]string{},
	}
	for i := range in.Platforms {
		p := &platform{Platform: &in.Platforms[i]}
		p.issues = gatherIssues(p)
		f.platforms = append(f.platforms, p)
	}
	for _, o := range in.Objects {
		if graph.IsGraph(o) {
			f.addGraph(o)
		}
	}
	f.gatherModels()
	f.gatherDemands()
	return f
}

func gatherIssues(p *platform) []locatedIssue {
	var issues []locatedIssue
	for _, issue := range p.ComponentIssues {
		issues = append(issues, locatedIssue{Issue: issue, at: p.field(issue.Field)})
	}
	issues = append(issues, keyIssues(p, p.Chart, valueTree{p.Raw, p.rawPlace})...)
	chart := p.OverlayChart
	if chart == nil {
		chart = p.Chart
	}
	return append(issues, keyIssues(p, chart, valueTree{p.Overlay, p.overlayPlace})...)
}

// keyIssues returns what is wrong with the keys of one tree. Combinations that
// rules of this package judge on the effective values are left to them: a tree
// alone does not tell.
func keyIssues(p *platform, chart Chart, tree valueTree) []locatedIssue {
	if chart == nil || len(tree.root) == 0 {
		return nil
	}
	var issues []locatedIssue
	for _, issue := range chart.CheckValues(tree.root, p.Spec.Spec.AllowUnknownValues) {
		if issue.Kind == values.IssueRejected && judgedTogether(issue.Path.String()) {
			continue
		}
		issues = append(issues, locatedIssue{Issue: issue, at: tree.place(issue.Path.String())})
	}
	return issues
}

func judgedTogether(path string) bool {
	return path == gracePeriod || path == pvcNamePath || path == checkpointDir || path == "dynamo-operator.env"
}

func (f *Facts) addGraph(o object.Object) {
	g, err := graph.Parse(o)
	var shape *graph.ShapeError
	if err != nil && !errors.As(err, &shape) {
		return
	}
	d := &deployment{Graph: g, source: o, platforms: f.watching(o.GetNamespace())}
	if shape != nil {
		d.shape = shape.Fields
	}
	f.graphs = append(f.graphs, d)
	if o.GetKind() == graph.KindGraph {
		f.byName[o.GetNamespace()+"/"+o.GetName()] = d
	}
	for i := range d.Components {
		f.addWorker(worker{deployment: d, component: &d.Components[i]})
	}
}

func (f *Facts) addWorker(w worker) {
	model := w.component.ModelRef
	if model == "" {
		return
	}
	key := served{w.source.GetNamespace(), model}
	f.serving[key] = append(f.serving[key], w)
	f.anyCase[served{key.namespace, strings.ToLower(model)}] = model
}

// watching returns the platforms whose operator watches the namespace.
func (f *Facts) watching(namespace string) []*platform {
	var watching []*platform
	for _, p := range f.platforms {
		if p.clusterWide() || p.installs(partOperator) && p.watches() == namespace {
			watching = append(watching, p)
		}
	}
	return watching
}

// every says whether there are platforms and the condition holds for all: only
// then is what follows from it certain.
func every(platforms []*platform, condition func(*platform) bool) bool {
	for _, p := range platforms {
		if !condition(p) {
			return false
		}
	}
	return len(platforms) > 0
}

// atLeast says whether every platform of the graph is that version or newer.
func (d *deployment) atLeast(version string) bool {
	return every(d.platforms, func(p *platform) bool { return p.atLeast(version) })
}

// below says whether every platform of the graph is older than that version.
func (d *deployment) below(version string) bool {
	return every(d.platforms, func(p *platform) bool { return p.below(version) })
}

// at returns the place of a field of the graph.
func (d *deployment) at(field string) Place { return At(d.source, field) }

// platformOf returns the only platform that watches the graph.
func (d *deployment) platformOf() (*platform, bool) {
	if len(d.platforms) != 1 {
		return nil, false
	}
	return d.platforms[0], true
}

// isDynamoModel says whether the object is a DynamoModel that passes through.
func isDynamoModel(o object.Object) bool {
	return o.Unstructured != nil && o.Group() == graph.Group && o.GetKind() == "DynamoModel"
}

func adapterType(t v1alpha1.AdapterType) string {
	return orElse(string(t), lora)
}
