// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package inflate replaces the HelmReleases of a plan by what their charts
// render: plain manifests, for those who apply without Flux, and for comparing.
//
// Charts come from a Source, so the package itself uses neither the network nor
// files. A chart is read once per Inflater, however many plans use it.
package inflate

import (
	"cmp"
	"context"
	"sync"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/render"
)

// Request names a chart.
type Request struct {
	// Repository as the Platform has it: https://… or oci://….
	Repository string
	// Name of the chart.
	Name string
	// Version of the chart, exact.
	Version string
	// Insecure allows a registry without TLS.
	Insecure bool
}

// Source gives packed charts. It must be safe for concurrent use.
type Source interface {
	// Archive returns the chart's .tgz. An error says which chart, what is wrong
	// and how to mend it.
	Archive(ctx context.Context, r Request) ([]byte, error)
}

// Options says how charts are rendered.
type Options struct {
	// Charts is where they come from. Required.
	Charts Source
	// KubeVersion is what templates see where the Platform does not say it.
	// Default: render.DefaultKubeVersion.
	KubeVersion string
	// APIVersions are the APIs of the cluster beside those of Kubernetes, such
	// as "monitoring.coreos.com/v1". Default: none.
	APIVersions []string
}

// Inflater renders the releases of plans. It may be used from several
// goroutines.
type Inflater struct {
	options Options
	mu      sync.Mutex
	charts  map[Request]*loading
}

// loading is a chart that is read once, and what it renders to where that does
// not depend on the Platform.
type loading struct {
	once  sync.Once
	chart *render.Chart
	err   error

	mu          sync.Mutex
	definitions map[string][]object.Object // by Kubernetes version
}

// New returns an Inflater.
func New(o Options) *Inflater {
	return &Inflater{options: o, charts: map[Request]*loading{}}
}

// Result is a plan without releases.
type Result struct {
	// Objects in apply order: those of the plan but HelmReleases of Platforms and
	// their sources, and what the charts rendered. Hooks carry Helm's annotations.
	// They may be shared with other results and must not be changed.
	Objects []object.Object
	// Findings of rendering, sorted: what a chart makes at random, and values
	// that only the cluster has.
	Findings []object.Finding
}

// Plan inflates every release of a plan. When a chart does not render the error
// is an *object.FindingsError that points at the Platform; an error of the
// Source is wrapped and begins with the Platform's place, as findings do. There
// is no partial result.
func (f *Inflater) Plan(ctx context.Context, plan *pipeline.Plan) (*Result, error) {
	result := &Result{}
	for _, o := range plan.Objects {
		if !replaced(o) {
			result.Objects = append(result.Objects, o)
		}
	}
	var refused []object.Finding
	for i := range plan.Platforms {
		p := &plan.Platforms[i]
		objects, findings, err := f.platform(ctx, p)
		if findings = locate(p, findings); object.HasErrors(findings, false) {
			refused = append(refused, findings...)
			continue
		}
		if err != nil {
			return nil, placed(p, err)
		}
		result.Findings = append(result.Findings, findings...)
		result.Objects = append(result.Objects, objects...)
	}
	if err := object.NewFindingsError(refused...); err != nil {
		return nil, err
	}
	object.SortFindings(result.Findings)
	object.SortApplyOrder(result.Objects)
	return result, nil
}

// Render returns the rendered objects of one Platform, hooks included. It is
// what the comparison of two plans asks for.
func (f *Inflater) Render(ctx context.Context, p pipeline.PlatformPlan) ([]object.Object, error) {
	objects, findings, err := f.platform(ctx, &p)
	if err != nil {
		return nil, err
	}
	if findings = locate(&p, findings); object.HasErrors(findings, false) {
		return nil, object.NewFindingsError(findings...)
	}
	return objects, nil
}

// replaced says whether an object of a plan stands for a release: what was made
// from a Platform for Flux.
func replaced(o object.Object) bool {
	if o.GetLabels()[generate.LabelPlatform] == "" {
		return false
	}
	switch o.Group() {
	case "helm.toolkit.fluxcd.io", "source.toolkit.fluxcd.io":
		return true
	default:
		return false
	}
}

// platform renders the one or two charts of a Platform.
func (f *Inflater) platform(ctx context.Context, p *pipeline.PlatformPlan) ([]object.Object, []object.Finding, error) {
	findings := unresolved(p)
	var objects []object.Object
	if p.CRDRelease {
		crds, more, err := f.definitions(ctx, p)
		if err != nil || object.HasErrors(more, false) {
			return nil, append(findings, more...), err
		}
		objects, findings = append(objects, crds...), append(findings, more...)
	}
	rendered, more, err := f.release(ctx, p, generate.PlatformChart)
	return append(objects, rendered...), append(findings, more...), err
}

// definitions renders the dynamo-crds chart, which takes no values, once for each
// Kubernetes version. The objects are shared between results.
func (f *Inflater) definitions(ctx context.Context, p *pipeline.PlatformPlan) ([]object.Object, []object.Finding, error) {
	load, err := f.load(ctx, p, generate.CRDChart)
	if err != nil {
		return nil, nil, err
	}
	load.mu.Lock()
	defer load.mu.Unlock()
	version := p.Spec.Spec.Kubernetes.Version
	if known, ok := load.definitions[version]; ok {
		return known, nil, nil
	}
	objects, findings, err := f.release(ctx, p, generate.CRDChart)
	if err == nil && len(findings) == 0 {
		if load.definitions == nil {
			load.definitions = map[string][]object.Object{}
		}
		load.definitions[version] = objects
	}
	return objects, findings, err
}

func (f *Inflater) release(ctx context.Context, p *pipeline.PlatformPlan, name string) ([]object.Object, []object.Finding, error) {
	load, err := f.load(ctx, p, name)
	if err != nil {
		return nil, nil, err
	}
	in := render.Input{
		Chart: load.chart, ReleaseName: p.Release.Name, Namespace: p.Release.Namespace, Values: p.Values,
		KubeVersion: cmp.Or(p.Spec.Spec.Kubernetes.Version, f.options.KubeVersion),
		APIVersions: f.options.APIVersions, IncludeCRDs: !p.SkipCRDs,
	}
	if name == generate.CRDChart {
		in.ReleaseName, in.Values = name, nil
	}
	out, err := render.Render(ctx, in)
	if err != nil {
		return nil, renderFindings(err), contextError(ctx, err)
	}
	var findings []object.Finding
	if len(out.Nondeterministic) > 0 {
		unstable, err := render.Unstable(ctx, in)
		if err != nil {
			return nil, renderFindings(err), contextError(ctx, err)
		}
		findings = unstableFindings(unstable)
	}
	objects := out.All()
	if name == generate.CRDChart {
		keepDefinitions(objects)
	}
	return objects, findings, nil
}

// load reads a chart once.
func (f *Inflater) load(ctx context.Context, p *pipeline.PlatformPlan, name string) (*loading, error) {
	request := Request{
		Repository: cmp.Or(p.Spec.Spec.Charts.URL, generate.DefaultChartsURL),
		Name:       name, Version: p.Version, Insecure: p.Spec.Spec.Charts.Insecure,
	}
	f.mu.Lock()
	load := f.charts[request]
	if load == nil {
		load = &loading{}
		f.charts[request] = load
	}
	f.mu.Unlock()
	load.once.Do(func() {
		data, err := f.options.Charts.Archive(ctx, request)
		if err != nil {
			load.err = err
			return
		}
		load.chart, load.err = render.Load(data, render.Limits{})
	})
	if load.err != nil {
		// Whoever asks next tries again.
		f.mu.Lock()
		if f.charts[request] == load {
			delete(f.charts, request)
		}
		f.mu.Unlock()
	}
	return load, load.err
}

// keepDefinitions marks definitions as the release of dynamo-crds does, so that
// removing them takes somebody who means it.
func keepDefinitions(objects []object.Object) {
	for _, o := range objects {
		if o.GetKind() != "CustomResourceDefinition" {
			continue
		}
		annotations := o.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations["helm.sh/resource-policy"] = "keep"
		o.SetAnnotations(annotations)
	}
}
