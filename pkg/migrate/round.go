// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"context"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// versions finds out which chart version each fragment is written for.
func (m *migration) versions(ctx context.Context) error {
	for _, f := range slices.Concat(m.scan.whole, m.scan.patches) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		content, err := m.tree.object(f)
		if err != nil {
			continue
		}
		if f.patch() && !within(f.file, m.Dir) {
			m.report(f, nil, object.Finding{Code: CodeOutside, Severity: object.SeverityWarning,
				Problem: "the patch lies outside " + m.Dir + " and was left as it is",
				Fix:     "migrate from a directory that holds it too"})
			continue
		}
		if f.json {
			m.baseVersion(ctx, f)
			continue
		}
		version, given := follow(content, steps(f.versionPath())).(string)
		if given {
			m.lookup(f, f.versionPath(), version)
			continue
		}
		if f.patch() && follow(content, []step{"spec", "values"}) == nil && follow(content, []step{"spec", "components"}) == nil {
			continue
		}
		m.baseVersion(ctx, f)
	}
	return nil
}

func (m *migration) lookup(f *fragment, keys []string, version string) {
	found, err := chart.Lookup(version, chart.LookupOptions{AllowUnknown: m.AllowUnknownVersion})
	if err != nil {
		m.report(f, keys, versionFinding(object.Finding{}, err))
		return
	}
	f.chart = found
}

// baseVersion takes the version from what a patch applies to, or for a whole
// object from a build that gives it one.
func (m *migration) baseVersion(ctx context.Context, f *fragment) {
	var content map[string]any
	if f.patch() {
		content, _ = m.world.base(ctx, f)
		if f.json && content != nil {
			f.reference = object.New(content).Reference()
		}
	} else {
		for _, dir := range m.scan.roots() {
			objects, err := m.world.build(ctx, dir)
			for _, o := range objects {
				if err == nil && o.Position.File == f.file && isKind(o, f.kind) {
					content = o.Object
				}
			}
		}
	}
	if version, ok := follow(content, steps(f.versionPath())).(string); ok {
		m.lookup(f, nil, version)
		return
	}
	finding := object.Finding{Code: CodeBase, Problem: "nothing says which chart version this patch is written for: the " + f.reference.Kind + " it applies to was not found",
		Fix: "migrate from a directory that holds both, or set " + strings.Join(f.versionPath(), ".") + " in the patch"}
	if !f.patch() {
		finding = object.Finding{Code: CodeVersion, Problem: "the " + f.reference.Kind + " says no chart version", Fix: "set " + strings.Join(f.versionPath(), ".")}
	}
	m.report(f, nil, finding)
}

// next returns the neighbour of a version on the way to the goal, or nil at it.
func (m *migration) next(from *chart.Version) *chart.Version {
	if from.String() == m.goal.String() {
		return nil
	}
	is, goal := minorIndex(from), minorIndex(m.goal)
	to := is
	switch {
	case is < goal:
		to++
	case is > goal:
		to--
	}
	if to == goal {
		return m.goal
	}
	next, err := chart.Lookup(chart.Versions()[to], chart.LookupOptions{})
	if err != nil {
		return m.goal
	}
	return next
}

// minorIndex returns the place of a version among the known ones.
func minorIndex(v *chart.Version) int {
	all := chart.Versions()
	for i, known := range slices.Backward(all) {
		if v.AtLeast(known) {
			return i
		}
	}
	return 0
}

// plan is one step of one fragment.
type plan struct {
	*fragment
	next *chart.Version
	// own are the fragment's values, context those in effect with them.
	own map[string]any
	// effective is the Platform; nil for a release.
	effective *effective
	context   map[string]any
	want      map[string]any
	changes   []values.Change
	issues    []values.Issue
}

// round takes every fragment one version further.
func (m *migration) round(ctx context.Context) (moved bool, err error) {
	var plans []*plan
	for _, f := range slices.Concat(m.scan.whole, m.scan.patches) {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if f.chart == nil {
			continue
		}
		next := m.next(f.chart)
		if next == nil {
			continue
		}
		p := &plan{fragment: f, next: next}
		if err := m.prepare(ctx, p); err != nil {
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			m.report(f, nil, object.Finding{Code: CodeUnchecked, Severity: object.SeverityError, Problem: clean(err), Fix: "mend it, then migrate"})
			continue
		}
		plans = append(plans, p)
	}
	for _, p := range plans {
		if len(m.findings) == 0 || !object.HasErrors(m.findings, false) {
			m.apply(ctx, p)
		} else {
			m.judge(p)
		}
		p.chart = p.next
	}
	return len(plans) > 0, nil
}

func clean(err error) string { return strings.TrimSpace(strings.SplitN(err.Error(), "\n", 2)[0]) }

// prepare gathers what a fragment means now and will have to mean.
func (m *migration) prepare(ctx context.Context, p *plan) error {
	read, err := m.tree.object(p.fragment)
	if err != nil {
		return err
	}
	content, _ := read.(map[string]any)
	p.own, _ = follow(content, []step{"spec", "values"}).(map[string]any)
	file := p.file
	if p.patch() {
		base, from := m.world.base(ctx, p.fragment)
		if base == nil {
			base = content
		}
		content, file = base, from
	}
	if p.kind == releaseKind {
		below, _ := follow(content, []step{"spec", "values"}).(map[string]any)
		p.context = values.Merge(below, p.own)
	} else {
		if p.effective, err = m.world.effective(ctx, content, file, p.chart); err != nil {
			return err
		}
		p.context = values.Merge(p.effective.values(), p.own)
	}
	p.want, p.changes, p.issues = p.next.Translate(p.context, p.chart)
	return nil
}

// apply does one step of one fragment.
func (m *migration) apply(ctx context.Context, p *plan) {
	if p.json {
		m.operations(p)
		return
	}
	m.judge(p)
	m.components(p)
	m.values(p)
	m.allowed(p)
	m.version(p)
	if p.kind == platformKind && !p.patch() && !object.HasErrors(m.findings, false) {
		m.settle(ctx, p)
	}
}

// judge reports what is lost.
func (m *migration) judge(p *plan) {
	for _, issue := range p.issues {
		keys, code := append([]string{"spec", "values"}, issue.Path...), CodeValue
		_, own := values.Get(p.own, issue.Path...)
		if !own && p.kind == platformKind {
			field, typed := m.fieldOf(p, issue.Path)
			switch {
			case typed:
				keys, code = append([]string{"spec", "components"}, splitDots(field)...), CodeComponent
			case p.patch():
				continue
			default:
				keys = []string{"spec", "profile"}
				if p.effective.platform.Spec.Overlay != "" {
					keys = []string{"spec", "overlay"}
				}
			}
		} else if !own {
			continue
		}
		m.report(p.fragment, keys, object.Finding{Code: code, Problem: issue.Problem, Fix: issue.Fix})
	}
}
