// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package object

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity says what a finding means for the build.
type Severity string

// The severities, worst first.
const (
	// SeverityError refuses the build.
	SeverityError Severity = "error"
	// SeverityWarning is printed; strict mode treats it as an error.
	SeverityWarning Severity = "warning"
	// SeverityInfo is for the reader.
	SeverityInfo Severity = "info"
)

// Finding is one thing that is wrong, or may be, with the input.
//
// Problem and Fix never hold a secret's value.
type Finding struct {
	// Code is the documented code of the rule, such as "DG1203".
	Code string `json:"code"`
	// Severity says whether the build is refused.
	Severity Severity `json:"severity"`
	// Position is where to look; the zero Position when no file is to blame.
	Position Position `json:"position"`
	// Object is what the finding is about; zero for a finding about a file.
	Object Reference `json:"object"`
	// Field is the path of the field: "spec.values.nats.jetstream".
	Field string `json:"field,omitempty"`
	// Problem says what is wrong, in one line without a final stop.
	Problem string `json:"problem"`
	// Fix says what to do, in one line without a final stop.
	Fix string `json:"fix,omitempty"`
}

// String returns "file:line:column: problem; fix", with what is known of it.
func (f Finding) String() string {
	var b strings.Builder
	if p := f.Position.String(); p != "" {
		b.WriteString(p + ": ")
	} else if !f.Object.IsZero() {
		b.WriteString(f.Object.String() + ": ")
	}
	if f.Field != "" && !strings.Contains(f.Problem, f.Field) {
		b.WriteString(f.Field + ": ")
	}
	b.WriteString(f.Problem)
	if f.Fix != "" {
		b.WriteString("; " + f.Fix)
	}
	if f.Code != "" {
		b.WriteString(" [" + f.Code + "]")
	}
	return b.String()
}

// String returns "file:line:column", shorter where less is known, or nothing.
func (p Position) String() string {
	switch {
	case p.File == "":
		return ""
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	default:
		return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
}

// SortFindings sorts by severity, worst first, then by file, line, column,
// code, field and problem, so that the same input prints the same list.
func SortFindings(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(rank(a.Severity), rank(b.Severity)),
			cmp.Compare(a.Position.File, b.Position.File),
			cmp.Compare(a.Position.Line, b.Position.Line),
			cmp.Compare(a.Position.Column, b.Position.Column),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Object.String(), b.Object.String()),
			cmp.Compare(a.Field, b.Field),
			cmp.Compare(a.Problem, b.Problem),
		)
	})
}

// HasErrors says whether any finding is an error; with strict, whether any is
// an error or a warning.
func HasErrors(findings []Finding, strict bool) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool {
		return f.Severity == SeverityError || strict && f.Severity == SeverityWarning
	})
}

func rank(s Severity) int {
	switch s {
	case SeverityError:
		return 0
	case SeverityWarning:
		return 1
	default:
		return 2
	}
}

// FindingsError is the error of a build that was refused. Its message is the
// first finding and how many more there are.
type FindingsError struct {
	// Findings holds at least one finding that refuses the build, sorted.
	Findings []Finding
}

// NewFindingsError returns an error with the findings sorted, or nil when there
// are none.
func NewFindingsError(findings ...Finding) error {
	if len(findings) == 0 {
		return nil
	}
	sorted := slices.Clone(findings)
	SortFindings(sorted)
	return &FindingsError{Findings: sorted}
}

// Error implements error.
func (e *FindingsError) Error() string {
	if len(e.Findings) == 0 {
		return "refused"
	}
	if more := len(e.Findings) - 1; more > 0 {
		return fmt.Sprintf("%s (and %d more)", e.Findings[0], more)
	}
	return e.Findings[0].String()
}

// Code documents one kind of finding.
type Code struct {
	// ID is what findings carry, such as "DG1203". 10xx is about files and
	// fields, 11xx about sources and overlays, 12xx about chart values, 13xx
	// about platforms, 14xx about models, 15xx about graphs, 16xx about pools, 17xx
	// about the way from one plan to another, 18xx about migrations. 20xx is
	// about detectors of drift, 22xx about pools in a cluster, 30xx about what NATS
	// says of itself, 31xx about etcd.
	ID string `json:"id"`
	// Severity is that of its findings unless the rule says otherwise.
	Severity Severity `json:"severity"`
	// Title is a few words.
	Title string `json:"title"`
	// Help says why it matters and what to do, in a sentence or two.
	Help string `json:"help"`
}
