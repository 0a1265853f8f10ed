// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package drift is the common ground of the detectors of drift: what a finding
// is, who may have made it, how detectors run side by side, and what changed
// from one look at the cluster to the next.
//
// A detector that cannot look says so: an Unknown is never the same as no
// finding. The package does no input or output of its own.
package drift

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// Layer is where drift was looked for.
type Layer string

// The layers, in the order in which they are shown.
const (
	// LayerObjects is what the API server holds.
	LayerObjects Layer = "objects"
	// LayerNATS is what NATS servers say of themselves.
	LayerNATS Layer = "nats"
	// LayerEtcd is what etcd members say of themselves.
	LayerEtcd Layer = "etcd"
	// LayerCapacity is GPU nodes and the workers on them.
	LayerCapacity Layer = "capacity"
)

// Target is what a finding is about: an object, an endpoint, or a member at an
// endpoint that belongs to an object.
type Target struct {
	// Object in the cluster; zero when only an endpoint is known.
	Object object.Reference `json:"object,omitzero"`
	// Endpoint is a URL or a host and port, without credentials.
	Endpoint string `json:"endpoint,omitempty"`
}

// String returns the object, the endpoint, or "object (endpoint)".
func (t Target) String() string {
	switch {
	case t.Object.IsZero():
		return t.Endpoint
	case t.Endpoint == "":
		return t.Object.String()
	default:
		return t.Object.String() + " (" + t.Endpoint + ")"
	}
}

// Author is who changed something, as managedFields or a watch event tell it.
type Author struct {
	// Manager is the field manager: "kubectl-edit".
	Manager string `json:"manager,omitempty"`
	// Operation is Apply or Update; Delete for an object that is gone.
	Operation string `json:"operation,omitempty"`
	// Subresource that was written: "scale". Empty for the object itself.
	Subresource string `json:"subresource,omitempty"`
	// Time of the change; zero when unknown.
	Time time.Time `json:"time,omitzero"`
	// Observed says that Time is when a watch saw the change, because nobody
	// recorded the change's own.
	Observed bool `json:"observed,omitempty"`
}

// IsZero says whether nothing is known of the author.
func (a Author) IsZero() bool { return a == Author{} }

// String returns "manager", "manager (subresource)", or nothing.
func (a Author) String() string {
	if a.Subresource == "" {
		return a.Manager
	}
	return a.Manager + " (" + a.Subresource + ")"
}

// Finding is one difference between what Git says and what is. Want, Have and
// Problem never hold a secret's value.
type Finding struct {
	// Layer in which it was found.
	Layer Layer `json:"layer"`
	// Code of the kind of finding, from the Codes of its detector.
	Code string `json:"code"`
	// Severity of the difference.
	Severity object.Severity `json:"severity"`
	// Target that differs.
	Target Target `json:"target"`
	// Field that differs, list items by name:
	// "spec.template.spec.containers[name=etcd].image". Empty for a whole object.
	Field string `json:"field,omitempty"`
	// Want is what Git says, in one line.
	Want string `json:"want,omitempty"`
	// Have is what is there, in one line; empty for nothing.
	Have string `json:"have,omitempty"`
	// Author of the change, where that is known.
	Author Author `json:"author,omitzero"`
	// Since is when the difference was first seen. A detector leaves it zero; a
	// Tracker fills it in.
	Since time.Time `json:"since,omitzero"`
	// Problem says what is wrong, in one line without a final stop.
	Problem string `json:"problem"`
	// Action says what to do, in one line without a final stop.
	Action string `json:"action,omitempty"`
	// Stale says that the last look was impossible: the finding is from the one
	// before. A Tracker sets it.
	Stale bool `json:"stale,omitempty"`
}

// ID names the same drift over time: it depends on layer, code, target and
// field, and on no value, author or time.
func (f Finding) ID() string {
	return identity(string(f.Layer), f.Code, f.Target.Object.APIVersion, f.Target.String(), f.Field)
}

// Unknown is something that could not be looked at.
type Unknown struct {
	// Layer that is not known, or only in part.
	Layer Layer `json:"layer"`
	// Code of the kind of obstacle, from the Codes of its detector.
	Code string `json:"code"`
	// Target that could not be looked at.
	Target Target `json:"target"`
	// Reason says why, in one line, without a secret.
	Reason string `json:"reason"`
	// Action says what to do, in one line.
	Action string `json:"action,omitempty"`
	// Since is when it was first impossible. A Tracker fills it in.
	Since time.Time `json:"since,omitzero"`
}

// ID names the same obstacle over time.
func (u Unknown) ID() string {
	return identity("unknown", string(u.Layer), u.Code, u.Target.Object.APIVersion, u.Target.String())
}

func identity(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// Observation is what one look at the cluster gave.
type Observation struct {
	// Findings are the differences, sorted by Sort.
	Findings []Finding `json:"findings"`
	// Unknowns are what could not be looked at, sorted by Sort.
	Unknowns []Unknown `json:"unknowns,omitempty"`
}

// Add appends what another observation holds.
func (o *Observation) Add(other Observation) {
	o.Findings = append(o.Findings, other.Findings...)
	o.Unknowns = append(o.Unknowns, other.Unknowns...)
}

// Sort puts the worst first, then orders by layer, target, field and code.
func (o *Observation) Sort() {
	sortStable(o.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(severity(a.Severity), severity(b.Severity)),
			cmp.Compare(layer(a.Layer), layer(b.Layer)), cmp.Compare(a.Target.String(), b.Target.String()),
			cmp.Compare(a.Field, b.Field), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Problem, b.Problem))
	})
	sortStable(o.Unknowns, func(a, b Unknown) int {
		return cmp.Or(cmp.Compare(layer(a.Layer), layer(b.Layer)), cmp.Compare(a.Target.String(), b.Target.String()),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Reason, b.Reason))
	})
}

// Verdict says in one word whether the cluster is as Git says.
type Verdict string

// The verdicts, which are also the status of the condition Drifted.
const (
	// VerdictDrifted: there is at least one error or warning.
	VerdictDrifted Verdict = "True"
	// VerdictUnknown: nothing was found, and not everything could be looked at.
	VerdictUnknown Verdict = "Unknown"
	// VerdictInSync: everything was looked at, and nothing was found.
	VerdictInSync Verdict = "False"
)

// Verdict sums up the observation. Findings that are for information only do not count.
func (o Observation) Verdict() Verdict {
	for _, f := range o.Findings {
		if f.Severity != object.SeverityInfo {
			return VerdictDrifted
		}
	}
	if len(o.Unknowns) > 0 {
		return VerdictUnknown
	}
	return VerdictInSync
}

// Summary says the observation in one line, the same for the same input:
// "2 errors, 1 warning; etcd could not be looked at".
func (o Observation) Summary() string {
	counts := map[object.Severity]int{}
	for _, f := range o.Findings {
		counts[f.Severity]++
	}
	var parts []string
	for _, s := range []struct {
		severity object.Severity
		noun     string
	}{{object.SeverityError, "error"}, {object.SeverityWarning, "warning"}, {object.SeverityInfo, "note"}} {
		if n := counts[s.severity]; n > 0 {
			parts = append(parts, plural(n, s.noun))
		}
	}
	text := strings.Join(parts, ", ")
	if text == "" {
		text = "no drift found"
	}
	if missing := o.unknownLayers(); len(missing) > 0 {
		text += "; " + strings.Join(missing, ", ") + " could not be looked at in full"
	}
	return text
}

func (o Observation) unknownLayers() []string {
	seen := map[Layer]bool{}
	for _, u := range o.Unknowns {
		seen[u.Layer] = true
	}
	var names []string
	for _, l := range layers() {
		if seen[l] {
			names = append(names, string(l))
		}
	}
	return names
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
