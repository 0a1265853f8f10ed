// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// Rule is one documented check of a step between two plans. Its Check reads the
// facts and reports what is wrong; it changes nothing, so rules may run in any
// order.
type Rule struct {
	// Code documents the findings of the rule. Its severity is that of every
	// finding for which the rule says nothing else.
	object.Code
	// Check reports what is wrong.
	Check func(*Facts, *Report)
}

// Rules returns the table of rules in the order of their codes.
func Rules() []Rule {
	return slices.Concat(
		releaseRules(), definitionRules(), storeRules(), claimRules(), memberRules(),
		schedulerRules(), graphRules(), modelRules(), valueRules(), operatorRules(),
	)
}

// Codes returns the documentation of every rule, sorted by ID.
func Codes() []object.Code {
	rules := Rules()
	codes := make([]object.Code, len(rules))
	for i, rule := range rules {
		codes[i] = rule.Code
	}
	return codes
}

// Check judges the step from one plan of an environment to the next. Both come
// from pipeline.Build. A nil before is an environment that is new, which has
// nothing to lose: there are no findings. A nil after is one that goes away.
//
// The findings are sorted as object.SortFindings does, and the same plans give
// the same findings. They stand at the objects of after; what is in before
// only has no position, because its file may be gone. The plans are not
// changed. Check may be called from several goroutines.
func Check(before, after *pipeline.Plan) []object.Finding {
	if before == nil {
		return nil
	}
	facts := gather(before, after)
	var findings []object.Finding
	for _, rule := range Rules() {
		report := &Report{code: rule.Code}
		rule.Check(facts, report)
		findings = append(findings, report.findings...)
	}
	object.SortFindings(findings)
	return findings
}

// Place is where a finding points to.
type Place struct {
	// Object is what the finding is about.
	Object object.Reference
	// Position is where that object stands in the files of the plan after; zero
	// for an object that is not there any more.
	Position object.Position
	// Field is the path below the object.
	Field string
}

// at returns the place of a field of an object of the plan after.
func at(o object.Object, field string) Place {
	return Place{Object: o.Reference(), Position: o.Position, Field: field}
}

// gone returns the place of an object of the plan before that is not in after.
func gone(o object.Object) Place { return Place{Object: o.Reference()} }

// Report collects the findings of one rule.
type Report struct {
	code     object.Code
	findings []object.Finding
}

// Add reports a finding with the severity of the rule's code. Problem and fix
// are one line each without a final stop and never hold a secret's value.
func (r *Report) Add(where Place, problem, fix string) {
	r.AddAs(r.code.Severity, where, problem, fix)
}

// AddAs reports a finding with a severity of its own.
func (r *Report) AddAs(severity object.Severity, where Place, problem, fix string) {
	r.findings = append(r.findings, object.Finding{
		Code: r.code.ID, Severity: severity, Position: where.Position, Object: where.Object,
		Field: where.Field, Problem: problem, Fix: fix,
	})
}

func failure(id, title, help string, check func(*Facts, *Report)) Rule {
	return Rule{Code: object.Code{ID: id, Severity: object.SeverityError, Title: title, Help: help}, Check: check}
}

func warning(id, title, help string, check func(*Facts, *Report)) Rule {
	return Rule{Code: object.Code{ID: id, Severity: object.SeverityWarning, Title: title, Help: help}, Check: check}
}

func notice(id, title, help string, check func(*Facts, *Report)) Rule {
	return Rule{Code: object.Code{ID: id, Severity: object.SeverityInfo, Title: title, Help: help}, Check: check}
}

// eachStep makes a check of one that looks at each Platform that is in both
// plans.
func eachStep(check func(step, *Report)) func(*Facts, *Report) {
	return func(f *Facts, r *Report) {
		for _, s := range f.steps {
			check(s, r)
		}
	}
}

// eachGraph makes a check of one that looks at each graph that is in both plans.
func eachGraph(check func(graphStep, *Report)) func(*Facts, *Report) {
	return func(f *Facts, r *Report) {
		for _, s := range f.graphSteps {
			check(s, r)
		}
	}
}
