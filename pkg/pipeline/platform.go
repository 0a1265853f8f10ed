// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	kjson "sigs.k8s.io/json"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/validate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// PlatformPlan says what one Platform became.
type PlatformPlan struct {
	// Source is the Platform in Git.
	Source object.Object
	// Spec is the Platform as written.
	Spec v1alpha1.Platform
	// CRDRelease says whether it brings the dynamo-crds release as well.
	CRDRelease bool
	// SkipCRDs says whether the release leaves definitions in the chart's crds
	// directory alone.
	SkipCRDs bool
	// Release names the Helm release and its namespace.
	Release generate.Identity
	// Version is the chart version.
	Version string
	// Values are the final values of the dynamo-platform release.
	Values map[string]any
	// Origins says which layer wrote each leaf of Values.
	Origins []generate.Origin
	// Translated lists how the overlay's values were rewritten for Version.
	Translated []values.Change
}

// profile is an overlay, built and taken apart.
type profile struct {
	generate.Overlay
	shipped bool
	version *chart.Version
}

// platform is one Platform on its way through the build.
type platform struct {
	config.Platform
	chart      *chart.Version
	profile    *profile
	translated []values.Change
	input      generate.PlatformInput
	issues     []values.Issue
	out        *generate.PlatformOutput
}

func (p *platform) plan() PlatformPlan {
	return PlatformPlan{
		Source: p.Object, Spec: p.Platform.Platform,
		CRDRelease: p.input.CRDRelease, SkipCRDs: p.input.SkipCRDs,
		Release: generate.Identity{Name: generate.ReleaseName(&p.Platform.Platform), Namespace: p.Namespace},
		Version: p.chart.String(), Values: p.out.Values, Origins: p.out.Origins, Translated: p.translated,
	}
}

// platforms resolves every Platform's version and overlay, then generates them.
func (b *build) platforms(ctx context.Context, set *config.Set) ([]*platform, error) {
	var all []*platform
	var refused []object.Finding
	for i := range set.Platforms {
		p := &platform{Platform: set.Platforms[i]}
		err := b.resolve(ctx, p)
		var findings *object.FindingsError
		if errors.As(err, &findings) {
			refused = append(refused, findings.Findings...)
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if err := object.NewFindingsError(refused...); err != nil {
		return nil, err
	}
	shareCRDs(all)
	for _, p := range all {
		out, err := generate.Platform(p.input)
		if err != nil {
			return nil, wrapped(p.Object, err)
		}
		p.out = out
	}
	return all, nil
}

// resolve looks up the chart version, builds the overlay and compiles.
func (b *build) resolve(ctx context.Context, p *platform) error {
	if p.Namespace == "" {
		return refusal(codeNamespace, p.Object, object.Finding{
			Field: "metadata.namespace", Problem: "the Platform has no namespace",
			Fix: "set metadata.namespace: it is the namespace of the release and part of its addresses",
		})
	}
	version, err := chart.Lookup(p.Spec.Version, chart.LookupOptions{AllowUnknown: b.AllowUnknownVersion})
	if err != nil {
		return versionRefusal(p, err)
	}
	p.chart = version
	if p.profile, err = b.profileOf(ctx, p); err != nil {
		return err
	}
	translated, changes, issues := version.Translate(p.profile.Values, p.profile.version)
	if len(issues) > 0 {
		return refusal(codeTranslate, p.Object, object.Finding{
			Field: "spec.overlay", Problem: issues[0].Problem, Fix: issues[0].Fix,
		})
	}
	raw, err := rawValues(&p.Platform.Platform)
	if err != nil {
		return wrapped(p.Object, err)
	}
	release := chart.Release{Name: generate.ReleaseName(&p.Platform.Platform), Namespace: p.Namespace}
	components, issues := version.Compile(p.Spec.Components, release)
	p.issues, p.translated = issues, changes
	p.input = generate.PlatformInput{
		Platform: p.Platform.Platform, Overlay: p.profile.Overlay,
		Profile: translated, Components: components, Raw: raw,
		SkipCRDs: !version.UsesCRDChart(),
	}
	return nil
}

func versionRefusal(p *platform, err error) error {
	finding := object.Finding{Field: "spec.version", Problem: err.Error()}
	var unknown *chart.VersionError
	if errors.As(err, &unknown) {
		finding.Problem = fmt.Sprintf("chart version %q is %v", unknown.Version, unknown.Reason)
		finding.Fix = unknown.Fix
	}
	return refusal(codeVersion, p.Object, finding)
}

func rawValues(p *v1alpha1.Platform) (map[string]any, error) {
	raw := map[string]any{}
	if p.Spec.Values == nil {
		return raw, nil
	}
	return raw, kjson.UnmarshalCaseSensitivePreserveInts(p.Spec.Values.Raw, &raw)
}

// shareCRDs gives the dynamo-crds release of each cluster to the Platform with
// the newest version that needs one; the others wait for it. Two releases of
// the same definitions would fight over them.
func shareCRDs(all []*platform) {
	owners := map[string]*platform{}
	for _, p := range all {
		if !p.chart.UsesCRDChart() {
			continue
		}
		owner := owners[cluster(p)]
		if owner == nil || p.chart.AtLeast(owner.chart.String()) && p.chart.String() != owner.chart.String() {
			owners[cluster(p)] = p
		}
	}
	for _, p := range all {
		owner := owners[cluster(p)]
		if owner == nil || !p.chart.UsesCRDChart() {
			continue
		}
		p.input.CRDRelease = p == owner
		dependency := helmv2.DependencyReference{Name: generate.CRDChart}
		if ns := generate.FluxNamespace(&owner.Platform.Platform); ns != generate.FluxNamespace(&p.Platform.Platform) {
			dependency.Namespace = ns
		}
		p.input.CRDDependency = &dependency
	}
}

// cluster tells apart the clusters that Platforms go to.
func cluster(p *platform) string {
	if p.Spec.KubeConfig == nil {
		return ""
	}
	return generate.FluxNamespace(&p.Platform.Platform) + "/" + p.Spec.KubeConfig.Name + "/" + p.Spec.KubeConfig.Key
}

// profileOf builds the Platform's overlay, once for all Platforms that share it.
func (b *build) profileOf(ctx context.Context, p *platform) (*profile, error) {
	name := string(cmp.Or(p.Spec.Profile, v1alpha1.ProfileDev))
	key, shipped := "profile "+name, true
	if p.Spec.Overlay != "" {
		dir, err := b.overlayDir(p)
		if err != nil {
			return nil, err
		}
		name, key, shipped = dir, "overlay "+dir, false
	}
	if known, ok := b.profiles[key]; ok {
		return known, nil
	}
	result, err := b.overlay(ctx, shipped, name)
	if err != nil {
		return nil, overlayError(p, err)
	}
	read, err := b.readProfile(p, result.Objects, shipped)
	if err != nil {
		return nil, err
	}
	if !shipped {
		b.files = append(b.files, result.Files...)
	}
	b.profiles[key] = read
	return read, nil
}

func (b *build) overlay(ctx context.Context, shipped bool, dir string) (*overlay.Result, error) {
	if shipped {
		return overlay.Build(ctx, b.Overlays, dir, overlay.Options{Limits: b.Limits})
	}
	return b.userOverlay(ctx, dir)
}

func (b *build) overlayDir(p *platform) (string, error) {
	dir := path.Join(path.Dir(p.Object.Position.File), p.Spec.Overlay)
	if path.IsAbs(p.Spec.Overlay) || !fs.ValidPath(dir) {
		return "", refusal(codeOverlay, p.Object, object.Finding{
			Field: "spec.overlay", Problem: "the overlay lies outside the repository",
			Fix: "use a path relative to this file that stays in the repository",
		})
	}
	return dir, nil
}

// overlayError points a broken overlay at the Platform that names it, unless the
// finding has a file of its own.
func overlayError(p *platform, err error) error {
	var refused *object.FindingsError
	if !errors.As(err, &refused) {
		return err
	}
	return object.NewFindingsError(append(slices.Clone(refused.Findings), object.Finding{
		Code: codeOverlay.ID, Severity: codeOverlay.Severity, Field: "spec.overlay",
		Object: p.Object.Reference(), Position: p.Object.Position,
		Problem: "the overlay does not build", Fix: "mend what is said about its files",
	})...)
}

func (b *build) readProfile(p *platform, objects []object.Object, shipped bool) (*profile, error) {
	read, err := generate.ReadOverlay(objects)
	if err != nil {
		return nil, refusal(codeOverlay, p.Object, object.Finding{
			Field: "spec.overlay", Problem: err.Error(),
			Fix: "the overlay must print one HelmRelease of " + generate.PlatformChart + "; start from overlays/base",
		})
	}
	version, err := chart.Lookup(read.Version, chart.LookupOptions{AllowUnknown: b.AllowUnknownVersion})
	if err != nil {
		return nil, refusal(codeOverlay, p.Object, object.Finding{
			Field:   "spec.overlay",
			Problem: "the overlay's HelmRelease names no known chart version: " + strings.TrimSpace(err.Error()),
			Fix:     "set spec.chart.spec.version of the overlay to the version whose keys its values use",
		})
	}
	if shipped {
		read.Position = object.Position{}
	}
	return &profile{Overlay: read, shipped: shipped, version: version}, nil
}

// input gathers what the rules look at.
func (b *build) input(set *config.Set, platforms []*platform) *validate.Input {
	in := &validate.Input{Objects: set.Objects}
	for _, p := range platforms {
		spec := p.Platform.Platform
		spec.Spec.Kubernetes.Version = cmp.Or(spec.Spec.Kubernetes.Version, b.KubeVersion)
		facts := validate.Platform{
			Spec: spec, Source: p.Object, Chart: rules{p.chart},
			ReleaseName: generate.ReleaseName(&spec), Namespace: p.Namespace,
			Values: p.out.Values, Raw: p.input.Raw, ComponentIssues: p.issues,
		}
		if !p.profile.shipped {
			facts.Overlay, facts.OverlayPosition = p.profile.Values, p.profile.Position
			facts.OverlayChart = rules{p.profile.version}
		}
		in.Platforms = append(in.Platforms, facts)
	}
	for i := range set.Models {
		m := &set.Models[i]
		serving, count := servingChart(m, platforms)
		in.Models = append(in.Models, validate.Model{Spec: m.Model, Source: m.Object, Chart: serving, Platforms: count})
	}
	for i := range set.WorkerPools {
		w := &set.WorkerPools[i]
		in.WorkerPools = append(in.WorkerPools, validate.WorkerPool{Spec: w.WorkerPool, Source: w.Object})
	}
	return in
}

// servingChart returns the chart of the only Platform that a Model can mean, and
// how many there are.
func servingChart(m *config.Model, platforms []*platform) (validate.Chart, int) {
	var found []*platform
	ref := m.Spec.PlatformRef
	for _, p := range platforms {
		if ref == nil || ref.Name == p.Name && (ref.Namespace == "" || ref.Namespace == p.Namespace) {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return nil, len(found)
	}
	return rules{found[0].chart}, 1
}

// rules shows a chart version to the rules, which name parts by string.
type rules struct{ *chart.Version }

// Installs implements validate.Chart.
func (r rules) Installs(in map[string]any, part string) bool {
	return r.Version.Installs(in, chart.Part(part))
}

// Integrates implements validate.Chart.
func (r rules) Integrates(in map[string]any, part string) bool {
	return r.Version.Integrates(in, chart.Part(part))
}
