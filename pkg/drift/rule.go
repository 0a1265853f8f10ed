// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package drift

import "github.com/dynamo-gitops/dynamo-gitops/pkg/object"

// Rule finds one kind of drift in what a detector gathered.
type Rule[Gathered any] struct {
	// Code of what it finds.
	Code string
	// Passing says that what it finds may pass by itself.
	Passing bool
	// Foreign says that it is asked of a store outside of the release as well,
	// which serves others too.
	Foreign bool
	// Find looks. It leaves out layer, code and object, and the severity where it
	// is that of the code. It is pure.
	Find func(Gathered) []Finding
}

// Judgement says what holds for all findings of one detector.
type Judgement struct {
	// Layer of the findings.
	Layer Layer
	// Codes hold the severities.
	Codes []object.Code
	// Object that the findings are about.
	Object object.Reference
	// Foreign leaves out the rules that are not asked of a store outside.
	Foreign bool
}

// Judge applies the rules in their order and completes what they find. Findings
// that may pass by themselves are returned apart. It is pure.
func Judge[Gathered any](in Gathered, rules []Rule[Gathered], j Judgement) (lasting, passing []Finding) {
	severities := map[string]object.Severity{}
	for _, c := range j.Codes {
		severities[c.ID] = c.Severity
	}
	for _, r := range rules {
		if j.Foreign && !r.Foreign {
			continue
		}
		for _, f := range r.Find(in) {
			f.Layer, f.Code, f.Target.Object = j.Layer, r.Code, j.Object
			if f.Severity == "" {
				f.Severity = severities[r.Code]
			}
			if r.Passing {
				passing = append(passing, f)
			} else {
				lasting = append(lasting, f)
			}
		}
	}
	return lasting, passing
}
