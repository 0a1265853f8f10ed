// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// Rule is one documented check. Its Check reads the facts and reports what is
// wrong; it changes nothing and needs nothing else, so rules may run in any
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
		valueKeyRules(), secretRules(), imageRules(),
		operatorRules(), discoveryRules(), registryRules(), guardRules(),
		kubernetesRules(), releaseRules(), chartSourceRules(),
		natsRules(), etcdRules(), routeRules(), formatRules(),
		modelRules(), adapterRules(), dynamoModelRules(),
		graphShapeRules(), graphAdmissionRules(), graphRuntimeRules(), graphScaleRules(),
		poolRules(), poolDemandRules(),
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

// Run gathers the facts of the input once and runs every rule on them. The
// findings are sorted as object.SortFindings does; the same input gives the
// same findings. The input is not changed. Run may be called from several
// goroutines, also with the same input.
func Run(in *Input) []object.Finding {
	facts := Gather(in)
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
	// Position is where that object, or the overlay to blame, stands.
	Position object.Position
	// Field is the path below the object.
	Field string
}

// At returns the place of a field of an object.
func At(o object.Object, field string) Place {
	return Place{Object: o.Reference(), Position: o.Position, Field: field}
}

// Report collects the findings of one rule.
type Report struct {
	code     object.Code
	findings []object.Finding
}

// Add reports a finding with the severity of the rule's code. Problem and fix
// are one line each without a final stop and never hold a secret's value.
func (r *Report) Add(at Place, problem, fix string) {
	r.AddAs(r.code.Severity, at, problem, fix)
}

// AddAs reports a finding with a severity of its own.
func (r *Report) AddAs(severity object.Severity, at Place, problem, fix string) {
	r.findings = append(r.findings, object.Finding{
		Code: r.code.ID, Severity: severity, Position: at.Position, Object: at.Object,
		Field: at.Field, Problem: problem, Fix: fix,
	})
}

// Findings returns what was reported, in the order of the reports.
func (r *Report) Findings() []object.Finding { return slices.Clone(r.findings) }

func failure(id, title, help string, check func(*Facts, *Report)) Rule {
	return rule(object.SeverityError, id, title, help, check)
}

func warning(id, title, help string, check func(*Facts, *Report)) Rule {
	return rule(object.SeverityWarning, id, title, help, check)
}

func notice(id, title, help string, check func(*Facts, *Report)) Rule {
	return rule(object.SeverityInfo, id, title, help, check)
}

func rule(severity object.Severity, id, title, help string, check func(*Facts, *Report)) Rule {
	return Rule{Code: object.Code{ID: id, Severity: severity, Title: title, Help: help}, Check: check}
}

// eachPlatform makes a check of one that looks at each platform alone.
func eachPlatform(check func(*platform, *Report)) func(*Facts, *Report) {
	return func(f *Facts, r *Report) {
		for _, p := range f.platforms {
			check(p, r)
		}
	}
}

// eachGraph makes a check of one that looks at each graph alone.
func eachGraph(check func(*deployment, *Report)) func(*Facts, *Report) {
	return func(f *Facts, r *Report) {
		for _, d := range f.graphs {
			check(d, r)
		}
	}
}
