// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff

import (
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// What stands in the place of a secret.
const (
	// Redacted is a secret of which nothing more is said.
	Redacted = "<redacted>"
	// RedactedChanged is a secret that differs from the one before.
	RedactedChanged = "<redacted, changed>"
)

// Change says what happened to an environment, an object or a field.
type Change string

// The changes.
const (
	// Added is in the plan after only.
	Added Change = "added"
	// Removed is in the plan before only.
	Removed Change = "removed"
	// Changed is in both, and differs.
	Changed Change = "changed"
)

// Consequence says what a change does in a cluster.
type Consequence string

// The consequences, worst first.
const (
	// Refused is a change that the API server or an admission webhook does not
	// take, so that the change as a whole fails.
	Refused Consequence = "refused"
	// DataAtRisk may lose what is stored.
	DataAtRisk Consequence = "data-at-risk"
	// Deletes removes an object for good.
	Deletes Consequence = "deletes"
	// Replaces removes an object and makes it anew.
	Replaces Consequence = "replaces"
	// Restarts makes pods anew.
	Restarts Consequence = "restarts"
	// Changes takes effect in place.
	Changes Consequence = "changes"
	// Creates makes an object that was not there.
	Creates Consequence = "creates"
	// NoEffect changes nothing that anybody reads.
	NoEffect Consequence = "no-effect"
)

// Consequences returns all of them, worst first.
func Consequences() []Consequence {
	return []Consequence{Refused, DataAtRisk, Deletes, Replaces, Restarts, Changes, Creates, NoEffect}
}

// Title returns the consequence in words for a heading.
func (c Consequence) Title() string {
	switch c {
	case Refused:
		return "refused by the API server"
	case DataAtRisk:
		return "data at risk"
	case Restarts:
		return "restarts pods"
	case Changes:
		return "changes in place"
	case NoEffect:
		return "no effect"
	default:
		return string(c)
	}
}

// rank is 0 for the worst; what is unknown comes last.
func (c Consequence) rank() int {
	all := Consequences()
	for i := range all {
		if all[i] == c {
			return i
		}
	}
	return len(all)
}

// worse returns the worse of two consequences.
func worse(a, b Consequence) Consequence {
	if b.rank() < a.rank() {
		return b
	}
	return a
}

// Report is what Compare returns. Nothing in it is a secret.
type Report struct {
	// Broken are the environments that cannot be compared, because a side does
	// not build. They are in no other list.
	Broken []BrokenEnvironment `json:"broken,omitempty"`
	// Environments that differ, in the order in which they were given.
	Environments []EnvironmentReport `json:"environments"`
	// Unchanged are the names of those that do not, in that order.
	Unchanged []string `json:"unchanged,omitempty"`
}

// SideName says which of the two states is meant.
type SideName string

// The sides.
const (
	Older SideName = "older"
	Newer SideName = "newer"
)

// BrokenEnvironment is an environment that cannot be compared.
type BrokenEnvironment struct {
	// Name of the environment.
	Name string `json:"name"`
	// Sides that do not build, one or both, the older first.
	Sides []BrokenSide `json:"sides"`
}

// BrokenSide is a side of an environment that does not build.
type BrokenSide struct {
	// Side that it is.
	Side SideName `json:"side"`
	// Revision as it was asked for, or the directory.
	Revision string `json:"revision"`
	// Findings say why, with the place and the fix.
	Findings []object.Finding `json:"findings"`
}

// EnvironmentReport is what changes in one environment.
type EnvironmentReport struct {
	// Name of the environment.
	Name string `json:"name"`
	// Change says whether the environment is new, gone or different.
	Change Change `json:"change"`
	// Rendered says whether Objects holds what the charts make of the values.
	Rendered bool `json:"rendered"`
	// Guard are the findings of the upgrade guard, sorted.
	Guard []object.Finding `json:"guard,omitempty"`
	// Values of the platform releases that differ, by Platform and path.
	Values []ValueChange `json:"values,omitempty"`
	// Objects that differ, worst consequence first.
	Objects []ObjectChange `json:"objects,omitempty"`
}

// ValueChange is one chart value that differs.
type ValueChange struct {
	// Platform as namespace/name.
	Platform string `json:"platform"`
	// Path in the values: "etcd.replicaCount".
	Path string `json:"path"`
	// Change says whether the value is new, gone or different.
	Change Change `json:"change"`
	// Before is the old value, nil for an added one.
	Before any `json:"before,omitempty"`
	// After is the new value, nil for a removed one.
	After any `json:"after,omitempty"`
	// Origin is the layer that writes the value after, or wrote it before.
	Origin generate.Layer `json:"origin,omitempty"`
}

// ObjectChange is one object that differs.
type ObjectChange struct {
	// Object that differs.
	Object object.Reference `json:"object"`
	// Release is the Helm release as namespace/name that the object was
	// rendered from; empty for an object of the plan itself.
	Release string `json:"release,omitempty"`
	// Change says whether the object is new, gone or different.
	Change Change `json:"change"`
	// Consequence is the worst of all fields.
	Consequence Consequence `json:"consequence"`
	// Reason says why, where the change of the object as a whole has one.
	Reason string `json:"reason,omitempty"`
	// Fields that differ; none for an object that is new or gone.
	Fields []FieldChange `json:"fields,omitempty"`
}

// FieldChange is one field that differs.
type FieldChange struct {
	// Path of the field: "spec.template.spec.containers[etcd].image".
	Path string `json:"path"`
	// Change says whether the field is new, gone or different.
	Change Change `json:"change"`
	// Before is the old value, nil for an added one.
	Before any `json:"before,omitempty"`
	// After is the new value, nil for a removed one.
	After any `json:"after,omitempty"`
	// Consequence of this field.
	Consequence Consequence `json:"consequence"`
	// Reason says why, where there is more to say than the consequence.
	Reason string `json:"reason,omitempty"`
}

// Worst returns the worst consequence in the report, NoEffect for none.
func (r *Report) Worst() Consequence {
	worst := NoEffect
	for _, e := range r.Environments {
		for _, o := range e.Objects {
			worst = worse(worst, o.Consequence)
		}
	}
	return worst
}

// HasErrors says whether an environment cannot be compared, or the guard found
// an error in any; with strict, an error or a warning.
func (r *Report) HasErrors(strict bool) bool {
	if len(r.Broken) > 0 {
		return true
	}
	for _, e := range r.Environments {
		if object.HasErrors(e.Guard, strict) {
			return true
		}
	}
	return false
}
