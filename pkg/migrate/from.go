// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/overlays"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// The names that a Platform gets where nothing says one.
const (
	// DefaultName is the name of a Platform made from a bare values file.
	DefaultName = "dynamo"
	// DefaultNamespace is its namespace.
	DefaultNamespace = "dynamo-system"
)

// FromOptions says what to make a Platform of.
type FromOptions struct {
	// Data is YAML: a values file, or a file with one Flux HelmRelease or Argo
	// CD Application of the chart dynamo-platform and, where it is at hand, the
	// HelmRepository beside it. Required.
	Data []byte
	// File is the name to show in findings. Default: none.
	File string
	// Version is the exact chart version that the values are for. Required for
	// a values file; for a manifest it is taken from there and overrides it.
	Version string
	// Name of the Platform and, unless the manifest says another, of the
	// release. Default: the manifest's, or DefaultName.
	Name string
	// Namespace of the release. Default: the manifest's, or DefaultNamespace.
	Namespace string
	// Profile to start from. Default: the one that gives the shortest Platform.
	Profile v1alpha1.Profile
	// AllowUnknownVersion takes a version newer than every known one as the
	// newest known. Default: such a version is refused.
	AllowUnknownVersion bool
	// Overlays holds the profiles, each a directory at the root.
	// Default: the shipped ones.
	Overlays fs.FS
}

// Adoption is a Platform made from something that was written by hand.
type Adoption struct {
	// Platform is one YAML document, with comments where something did not fit
	// into typed fields.
	Platform []byte
	// Profile that it starts from.
	Profile v1alpha1.Profile
	// Typed are the fields below spec.components that say given values, sorted.
	Typed []string
	// Raw are the paths of the values below spec.values, sorted.
	Raw []string
	// Findings say what was left out, replaced or differs, sorted. None of them
	// is an error.
	Findings []object.Finding
}

// From makes a Platform that compiles to the given values: typed components as
// far as they go, raw values for the rest. A value that says what the chart
// does anyway counts as not given. Where exactness is not possible or not
// wanted a finding says so.
//
// A file that cannot be read comes as an *object.FindingsError; any other error
// is one of the context or of the profiles.
func From(ctx context.Context, o FromOptions) (*Adoption, error) {
	if o.Overlays == nil {
		o.Overlays = overlays.FS()
	}
	in, err := readInput(o)
	if err != nil {
		return nil, err
	}
	a, err := newAdopter(o, in)
	if err != nil {
		return nil, err
	}
	a.secrets()
	a.ignored()
	best, err := a.choose(ctx)
	if err != nil {
		return nil, err
	}
	return a.finish(best)
}

// adopter is the state of one call of From.
type adopter struct {
	FromOptions
	input    *input
	chart    *chart.Version
	reader   *reader
	platform v1alpha1.Platform
	// given are the values that count.
	given      map[string]any
	references []any
	findings   []object.Finding
}

func newAdopter(o FromOptions, in *input) (*adopter, error) {
	a := &adopter{FromOptions: o, input: in, given: values.Clone(in.values), findings: in.findings}
	if a.given == nil {
		a.given = map[string]any{}
	}
	version := cmp.Or(o.Version, in.version)
	if version == "" {
		return nil, object.NewFindingsError(object.Finding{Code: CodeVersion, Severity: object.SeverityError,
			Position: object.Position{File: o.File}, Problem: "nothing says which chart version the values are for",
			Fix: "say it: the version that helm list shows for the release"})
	}
	found, err := chart.Lookup(version, chart.LookupOptions{AllowUnknown: o.AllowUnknownVersion})
	if err != nil {
		return nil, object.NewFindingsError(versionFinding(object.Finding{Position: object.Position{File: o.File}}, err))
	}
	a.chart, a.reader = found, newReader(found)
	a.platform.Name = cmp.Or(o.Name, in.name, DefaultName)
	a.platform.Namespace = cmp.Or(o.Namespace, in.namespace, DefaultNamespace)
	a.platform.Spec.ReleaseName, _ = in.spec["releaseName"].(string)
	if _, ok := in.spec["releaseName"]; !ok && in.name != "" && in.name != a.platform.Name {
		a.platform.Spec.ReleaseName = in.name
	}
	if a.platform.Spec.ReleaseName == a.platform.Name {
		a.platform.Spec.ReleaseName = ""
	}
	if flux := in.spec["fluxNamespace"]; flux == a.platform.Namespace {
		delete(in.spec, "fluxNamespace")
	}
	return a, nil
}

func (a *adopter) fluxNamespace() string {
	flux, _ := a.input.spec["fluxNamespace"].(string)
	return cmp.Or(flux, a.platform.Namespace)
}

func (a *adopter) note(code string, severity object.Severity, path values.Path, problem, fix string) {
	a.findings = append(a.findings, object.Finding{
		Code: code, Severity: severity, Position: object.Position{File: a.File, Line: a.input.document.Position.Line},
		Field: path.String(), Problem: problem, Fix: fix,
	})
}

// ignored drops what the chart does not obey.
func (a *adopter) ignored() {
	for _, issue := range a.chart.CheckValues(a.given, nil) {
		if _, given := values.Get(a.given, issue.Path...); !given || issue.Kind == values.IssueType || len(issue.Path) == 0 {
			a.note(CodeKept, object.SeverityWarning, issue.Path, issue.Problem, issue.Fix)
			continue
		}
		if issue.Kind == values.IssueRejected && !a.gone(issue.Path) {
			a.note(CodeKept, object.SeverityWarning, issue.Path, issue.Problem, issue.Fix)
			continue
		}
		values.Delete(a.given, issue.Path...)
		a.note(CodeIgnored, object.SeverityWarning, issue.Path, issue.Problem+"; it was left out", issue.Fix)
	}
	if len(a.references)+lengthOf(a.input.spec["valuesFrom"]) > 0 {
		a.note(CodeOrder, object.SeverityInfo, nil, "values from Secrets and ConfigMaps lie below the profile and everything that is written in the Platform",
			"see that they hold no key that the profile sets too")
	}
}

// gone says whether a key alone makes the chart fail.
func (a *adopter) gone(path values.Path) bool {
	alone := map[string]any{}
	value, _ := values.Get(a.given, path...)
	values.Set(alone, value, path...)
	issues := a.chart.CheckValues(alone, nil)
	return slices.ContainsFunc(issues, func(i values.Issue) bool { return slices.Equal(i.Path, path) && i.Kind == values.IssueRejected })
}

func lengthOf(value any) int {
	list, _ := value.([]any)
	return len(list)
}

// candidate is one way to say the values.
type candidate struct {
	profile    v1alpha1.Profile
	base       map[string]any
	components map[string]any
	typed      []string
	raw        map[string]any
	have       map[string]any
}

// size is what a reader has to read.
func (c *candidate) size() int {
	lines := len(c.typed)
	values.Walk(c.raw, func(_ values.Path, value any) bool {
		if below, ok := value.(map[string]any); !ok || len(below) == 0 {
			lines++
		}
		return true
	})
	return lines
}

// choose tries the profiles and returns the shortest result.
func (a *adopter) choose(ctx context.Context) (*candidate, error) {
	profiles := []v1alpha1.Profile{v1alpha1.ProfileDev, v1alpha1.ProfileTest, v1alpha1.ProfileProd}
	if a.Profile != "" {
		profiles = []v1alpha1.Profile{a.Profile}
	}
	var best *candidate
	for _, profile := range profiles {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c, err := a.fit(ctx, profile)
		if err != nil {
			return nil, err
		}
		if best == nil || c.size() < best.size() {
			best = c
		}
	}
	return best, nil
}

// fit says the values on top of one profile.
func (a *adopter) fit(ctx context.Context, profile v1alpha1.Profile) (*candidate, error) {
	read, err := readShipped(ctx, a.Overlays, string(profile), map[string]generate.Overlay{})
	if err != nil {
		return nil, err
	}
	from, err := chart.Lookup(read.Version, chart.LookupOptions{})
	if err != nil {
		return nil, fmt.Errorf("profile %s: %w", profile, err)
	}
	translated, _, _ := a.chart.Translate(read.Values, from)
	p := a.platform
	p.Spec.Version = a.chart.String()
	out, err := generate.Platform(generate.PlatformInput{Platform: p, Overlay: read, Profile: translated, SkipCRDs: true})
	if err != nil {
		return nil, err
	}
	c := &candidate{profile: profile, base: out.Values, components: map[string]any{}, raw: map[string]any{}}
	a.fill(c)
	a.rest(c)
	return c, nil
}

// compile returns the values of the profile and some components.
func (a *adopter) compile(c *candidate, components map[string]any) (map[string]any, bool) {
	typed, ok := decodeComponents(components)
	if !ok {
		return nil, false
	}
	compiled, issues := a.chart.Compile(typed, chart.Release{Name: cmp.Or(a.platform.Spec.ReleaseName, a.platform.Name), Namespace: a.platform.Namespace})
	return values.Merge(c.base, compiled), len(issues) == 0
}

// fill takes every typed field that brings the values nearer to the given ones.
func (a *adopter) fill(c *candidate) {
	at := func(dotted string) any {
		value, _ := a.chart.Value(a.given, splitDots(dotted)...)
		return value
	}
	c.have, _ = a.compile(c, c.components)
	wrong := a.missing(c.have)
	for again := true; again; {
		again = false
		for _, f := range fields(a.chart) {
			if _, set := values.Get(c.components, splitDots(f.name)...); set || len(wrong) == 0 {
				continue
			}
			value := f.read(at)
			if value == nil {
				continue
			}
			trial := values.Clone(c.components)
			values.Set(trial, value, splitDots(f.name)...)
			have, ok := a.compile(c, trial)
			if !ok || !a.mends(wrong, have) {
				continue
			}
			if left := a.missing(have); len(left) < len(wrong) {
				c.components, c.have, wrong, again = trial, have, left, true
				c.typed = append(c.typed, f.name)
			}
		}
	}
	slices.Sort(c.typed)
}

// mends says whether values are right where others were wrong, at a path at
// least. It is much cheaper than to compare everything.
func (a *adopter) mends(wrong []values.Path, have map[string]any) bool {
	return slices.ContainsFunc(wrong, func(path values.Path) bool {
		return same(path, a.reader.value(a.given, path), a.reader.value(have, path))
	})
}

// missing returns where values differ from the given ones, but for what is kept
// on purpose.
func (a *adopter) missing(have map[string]any) []values.Path {
	return slices.DeleteFunc(a.reader.differences(a.given, have), func(path values.Path) bool {
		return a.kept(path) != ""
	})
}

// kept says why a value of the profile or the compiler stays although it was
// not given; empty where it does not.
func (a *adopter) kept(path values.Path) string {
	if _, given := values.Get(a.given, path...); given {
		return ""
	}
	switch {
	case hasPrefix(path, []string{"etcd", "auth", "token", "enabled"}):
		return "without it no two renders of the chart are the same"
	case hasPrefix(path, []string{"dynamo-operator", "controllerManager", "kubeRbacProxy", "image"}):
		return "the chart's own image is gone from its registry"
	case wrote(path):
		return "the chart fails without it beside Grove"
	}
	return ""
}

// rest writes raw values for what no typed field says.
func (a *adopter) rest(c *candidate) {
	for _, path := range a.missing(c.have) {
		wanted, _ := a.chart.Value(a.given, path...)
		if given, ok := values.Get(a.given, path...); ok {
			wanted = given
		}
		if below, isMap := wanted.(map[string]any); isMap && len(below) == 0 {
			wanted = nil
		}
		values.Set(c.raw, wanted, path...)
	}
	c.have = values.Merge(c.have, c.raw)
}

// finish proves the result, reports what differs and writes the Platform.
func (a *adopter) finish(c *candidate) (*Adoption, error) {
	for _, path := range a.reader.differences(a.given, c.have) {
		why := a.kept(path)
		if why == "" {
			a.note(CodeKept, object.SeverityWarning, path, path.String()+" cannot be made what was given", "set it in an overlay of your own")
			continue
		}
		value, _ := values.Get(c.have, path...)
		a.note(CodeKept, object.SeverityInfo, path, fmt.Sprintf("%s is %v, which was not given: %s", path, value, why),
			"leave it, or set it in spec.values")
	}
	out := &Adoption{Profile: c.profile, Typed: c.typed, Findings: a.findings}
	values.Walk(c.raw, func(path values.Path, value any) bool {
		if below, ok := value.(map[string]any); !ok || len(below) == 0 {
			out.Raw = append(out.Raw, path.String())
		}
		return true
	})
	slices.Sort(out.Raw)
	object.SortFindings(out.Findings)
	var err error
	if out.Platform, err = a.emit(c); err != nil {
		return nil, errors.Join(errors.New("migrate: the Platform does not encode"), err)
	}
	return out, nil
}
