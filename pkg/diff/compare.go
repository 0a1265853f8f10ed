// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/guard"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// Environment is one environment in two revisions.
type Environment struct {
	// Name for the reader: the directory, as a rule.
	Name string
	// Before is the plan that runs; nil for an environment that is new.
	Before *pipeline.Plan
	// After is the plan that is to run; nil for one that goes away.
	After *pipeline.Plan
	// ChartsBefore and ChartsAfter are where the charts of each side come from.
	// Default: Options.Render for both.
	ChartsBefore, ChartsAfter Charts
	// Broken are the sides that do not build. With one, the environment is not
	// compared, and the plans are not looked at.
	Broken []BrokenSide
}

// Charts are the charts of one side of an environment.
type Charts struct {
	// Render inflates them. Default: Options.Render.
	Render Renderer
	// ID tells apart charts that Platforms do not, such as those of two lock
	// files: with the same ID, the same Platform renders to the same objects.
	ID string
	// Where names the side, and its lock file if it has one, for errors:
	// "main, dynamo.lock". Empty where there is nothing to say.
	Where string
}

// Renderer inflates the chart of a Platform.
type Renderer interface {
	// Render returns the objects of the Platform's release. The same Platform
	// gives the same objects. They are not changed.
	Render(ctx context.Context, platform pipeline.PlatformPlan) ([]object.Object, error)
}

// Options tune Compare.
type Options struct {
	// Render makes Compare look at what the charts make of the values as well.
	// It is called for Platforms that changed only, and once for equal ones.
	// Default: the values and the objects of the plans only.
	Render Renderer
}

// RenderError is a chart that could not be rendered.
type RenderError struct {
	// Environment and Platform whose chart it is.
	Environment, Platform string
	// Version of the chart.
	Version string
	// Where is Charts.Where of the side.
	Where string

	text  string
	cause error
}

// Error implements error. The text of the cause stands in it without secrets.
func (e *RenderError) Error() string {
	where := e.Environment
	if e.Where != "" {
		where += " (" + e.Where + ")"
	}
	return fmt.Sprintf("render chart %s of Platform %s in %s: %s", e.Version, e.Platform, where, e.text)
}

// Is says whether the cause is the target. The cause itself cannot be unwrapped,
// because its text may hold a secret.
func (e *RenderError) Is(target error) bool { return errors.Is(e.cause, target) }

// Compare returns what changes in each environment. Environments whose objects,
// Platforms and pools are equal are only named, at the cost of one comparison.
//
// The error is a *RenderError, or that of the context. The plans are not
// changed, and the Report shares no memory with them. The same input gives the
// same Report.
func Compare(ctx context.Context, environments []Environment, o Options) (*Report, error) {
	var c *comparer // made when it is needed: its tables cost more than the comparison of equal plans
	report := &Report{Environments: []EnvironmentReport{}}
	for _, e := range environments {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(e.Broken) > 0 {
			if c == nil {
				c = newComparer(o)
			}
			report.Broken = append(report.Broken, c.broken(e))
			continue
		}
		e = e.withDefaults(o)
		equal := unchanged(e.Before, e.After)
		if equal && (!e.renders() || e.ChartsBefore.ID == e.ChartsAfter.ID) {
			report.Unchanged = append(report.Unchanged, e.Name)
			continue
		}
		if c == nil {
			c = newComparer(o)
		}
		environment, err := c.environment(ctx, e)
		if err != nil {
			return nil, err
		}
		if equal && len(environment.Objects) == 0 {
			report.Unchanged = append(report.Unchanged, e.Name)
			continue
		}
		report.Environments = append(report.Environments, *environment)
	}
	return report, nil
}

// withDefaults returns the environment with a renderer for each side.
func (e Environment) withDefaults(o Options) Environment {
	for _, charts := range []*Charts{&e.ChartsBefore, &e.ChartsAfter} {
		if charts.Render == nil {
			charts.Render = o.Render
		}
	}
	return e
}

func (e Environment) renders() bool {
	return e.ChartsBefore.Render != nil && e.ChartsAfter.Render != nil
}

// unchanged says whether two plans have the same objects and the same
// configuration.
func unchanged(before, after *pipeline.Plan) bool {
	if before == after {
		return true
	}
	return before != nil && after != nil && equalObjects(before.Objects, after.Objects) &&
		equalObjects(configured(before), configured(after))
}

// configured are the objects that shape the findings of the guard without being
// applied.
func configured(plan *pipeline.Plan) []object.Object {
	objects := make([]object.Object, 0, len(plan.Platforms))
	for i := range plan.Platforms {
		objects = append(objects, plan.Platforms[i].Source)
	}
	if plan.Config != nil {
		for i := range plan.Config.WorkerPools {
			objects = append(objects, plan.Config.WorkerPools[i].Object)
		}
	}
	return objects
}

func equalObjects(before, after []object.Object) bool {
	return slices.EqualFunc(before, after, func(a, b object.Object) bool { return equalMaps(a.Object, b.Object) })
}

// comparer is one call of Compare.
type comparer struct {
	Options
	redact       *redactor
	consequences *consequences
	// rendered holds the objects of each version, release, values and charts.
	rendered map[string][]object.Object
}

func newComparer(o Options) *comparer {
	return &comparer{Options: o, redact: newRedactor(), consequences: newConsequences(), rendered: map[string][]object.Object{}}
}

func (c *comparer) environment(ctx context.Context, e Environment) (*EnvironmentReport, error) {
	report := &EnvironmentReport{Name: e.Name, Change: Changed, Rendered: e.renders()}
	switch {
	case e.Before == nil:
		report.Change = Added
	case e.After == nil:
		report.Change = Removed
	}
	before, after := orEmpty(e.Before), orEmpty(e.After)
	report.Guard = c.guard(e)
	report.Values = c.values(before, after)
	report.Objects = c.objects(side{objects: before.Objects}, side{objects: after.Objects, inflated: e.renders()})
	if e.renders() {
		rendered, err := c.releases(ctx, e, before, after)
		if err != nil {
			return nil, err
		}
		report.Objects = append(report.Objects, rendered...)
	}
	sortObjects(report.Objects)
	return report, nil
}

func orEmpty(plan *pipeline.Plan) *pipeline.Plan {
	if plan == nil {
		return &pipeline.Plan{}
	}
	return plan
}

// broken copies what is said about the sides that do not build, without secrets.
func (c *comparer) broken(e Environment) BrokenEnvironment {
	out := BrokenEnvironment{Name: e.Name}
	for _, s := range e.Broken {
		s.Findings = c.clean(slices.Clone(s.Findings))
		out.Sides = append(out.Sides, s)
	}
	return out
}

// guard runs the upgrade guard.
func (c *comparer) guard(e Environment) []object.Finding {
	return c.clean(guard.Check(e.Before, e.After))
}

// clean masks what looks like a secret in findings, which hold none by contract.
func (c *comparer) clean(findings []object.Finding) []object.Finding {
	for i := range findings {
		findings[i].Problem = c.redact.text(findings[i].Problem)
		findings[i].Fix = c.redact.text(findings[i].Fix)
	}
	return findings
}

// platformPair is a Platform in both plans; either may be nil.
type platformPair struct{ before, after *pipeline.PlatformPlan }

func platformPairs(before, after *pipeline.Plan) []platformPair {
	pairs := make([]platformPair, len(after.Platforms))
	for i := range after.Platforms {
		pairs[i].after = &after.Platforms[i]
	}
	for i := range before.Platforms {
		b := &before.Platforms[i]
		at := slices.IndexFunc(pairs, func(p platformPair) bool { return p.after != nil && platformName(p.after) == platformName(b) })
		if at < 0 {
			pairs = append(pairs, platformPair{before: b})
			continue
		}
		pairs[at].before = b
	}
	return pairs
}

func platformName(p *pipeline.PlatformPlan) string {
	return p.Source.GetNamespace() + "/" + p.Source.GetName()
}

// values compares the values of the Platforms that are in both plans: those of
// a new one or one that goes say nothing that its removal does not.
func (c *comparer) values(before, after *pipeline.Plan) []ValueChange {
	var changes []ValueChange
	for _, pair := range platformPairs(before, after) {
		if pair.before == nil || pair.after == nil {
			continue
		}
		for _, d := range compare(pair.before.Values, pair.after.Values, true) {
			old, now := c.redact.pair("", d)
			path := d.at.String()
			changes = append(changes, ValueChange{
				Platform: platformName(pair.after), Path: path, Change: d.change(), Before: old, After: now,
				Origin: cmp.Or(originOf(pair.after.Origins, path), originOf(pair.before.Origins, path)),
			})
		}
	}
	slices.SortStableFunc(changes, func(a, b ValueChange) int {
		return cmp.Or(cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Path, b.Path))
	})
	return changes
}

// originOf returns the layer of the leaf at the path, above it (lists are
// leaves to the pipeline), or below it (a map that came or went as a whole).
func originOf(origins []generate.Origin, path string) generate.Layer {
	var below generate.Layer
	for _, o := range origins {
		if o.Path == path || within(path, o.Path) {
			return o.Layer
		}
		if below == "" && within(o.Path, path) {
			below = o.Layer
		}
	}
	return below
}

func within(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && rest != "" && (rest[0] == '.' || rest[0] == '[')
}
