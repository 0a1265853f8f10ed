// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"context"
	"fmt"
	"path"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// root is what a directory or file came to before the migration.
type root struct {
	name      string
	fragment  *fragment // a plain object, or nil
	platforms []*effective
}

// roots reads every Platform that the tree builds.
func (m *migration) roots(ctx context.Context) []root {
	var out []root
	for _, dir := range m.scan.roots() {
		platforms, err := m.built(ctx, dir)
		if err != nil {
			m.findings = append(m.findings, object.Finding{Code: CodeUnchecked, Severity: object.SeverityWarning,
				Position: object.Position{File: path.Join(dir, path.Base(m.scan.kustomizations[dir].file))},
				Problem:  "the directory does not build, so its result was not compared: " + clean(err), Fix: "mend it and migrate again"})
			continue
		}
		out = append(out, root{name: dir, platforms: platforms})
	}
	for _, f := range m.scan.whole {
		if f.kind != platformKind || f.chart == nil {
			continue
		}
		if e := m.plain(ctx, f); e != nil {
			out = append(out, root{name: f.file, fragment: f, platforms: []*effective{e}})
		}
	}
	return out
}

func (m *migration) plain(ctx context.Context, f *fragment) *effective {
	read, err := m.tree.object(f)
	content, ok := read.(map[string]any)
	if err != nil || !ok {
		return nil
	}
	e, err := m.world.effective(ctx, content, f.file, f.chart)
	if err != nil {
		return nil
	}
	return e
}

func (m *migration) built(ctx context.Context, dir string) ([]*effective, error) {
	objects, err := m.world.build(ctx, dir)
	if err != nil {
		return nil, err
	}
	var out []*effective
	for _, o := range objects {
		if !isKind(o, platformKind) {
			continue
		}
		e, err := m.world.effective(ctx, o.Object, o.Position.File, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// compare proves that every Platform means what it meant, and that the chart
// takes it.
func (m *migration) compare(ctx context.Context, before []root) {
	for _, r := range before {
		after, err := m.built(ctx, r.name)
		at := object.Position{File: m.scan.kustomizations[r.name].file}
		if r.fragment != nil {
			at = object.Position{File: r.fragment.file, Line: m.tree.line(r.fragment, []string{"spec"})}
			after, err = nil, nil
			if e := m.plain(ctx, r.fragment); e != nil {
				after = []*effective{e}
			}
		}
		if err != nil || len(after) != len(r.platforms) {
			m.findings = append(m.findings, object.Finding{Code: CodeMeaning, Severity: object.SeverityError, Position: at,
				Problem: "after the migration it would not build any more", Fix: "migrate by hand what the directory is made of"})
			continue
		}
		for i, was := range r.platforms {
			m.compareOne(was, after[i], at)
		}
	}
}

func (m *migration) compareOne(was, is *effective, at object.Position) {
	if is.chart.String() == was.chart.String() {
		return
	}
	want, _, issues := is.chart.Translate(was.values(), was.chart)
	finding := object.Finding{Severity: object.SeverityError, Position: at, Object: was.reference}
	for _, issue := range issues {
		finding.Code, finding.Problem, finding.Fix = CodeValue, issue.Problem, issue.Fix
		m.findings = append(m.findings, finding)
	}
	now := is.values()
	for _, path := range differences(is.chart, want, now) {
		if wrote(path) || len(issues) > 0 {
			continue
		}
		finding.Code, finding.Field = CodeMeaning, "spec.values."+path.String()
		finding.Problem = fmt.Sprintf("%s would mean something else at chart %s", path, is.chart)
		finding.Fix = "set " + finding.Field + " by hand to what it is now, then migrate"
		m.findings = append(m.findings, finding)
	}
	had := map[string]bool{}
	for _, issue := range was.chart.CheckValues(was.values(), nil) {
		had[issue.Path.String()] = true
	}
	for _, issue := range is.chart.CheckValues(now, is.platform.Spec.AllowUnknownValues) {
		if issue.Kind == values.IssueRejected && !had[issue.Path.String()] {
			finding.Code, finding.Field = CodeRejected, "spec.values."+issue.Path.String()
			finding.Problem, finding.Fix = issue.Problem, issue.Fix
			m.findings = append(m.findings, finding)
		}
	}
}
