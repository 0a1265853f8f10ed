// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package values

// IssueKind says what is wrong with a value for a chart version.
type IssueKind string

// The kinds of issues.
const (
	// IssueUnknown is a key that no template of the chart reads.
	IssueUnknown IssueKind = "unknown"
	// IssueMoved is a key whose meaning lives at another key in this version
	// and which the chart ignores in silence.
	IssueMoved IssueKind = "moved"
	// IssueRejected is a key that makes the chart fail to render.
	IssueRejected IssueKind = "rejected"
	// IssueDead is a key that is in the chart's values but has no effect.
	IssueDead IssueKind = "dead"
	// IssueType is a value of the wrong type.
	IssueType IssueKind = "type"
	// IssueUnsupported is a component field that this version cannot express.
	IssueUnsupported IssueKind = "unsupported"
)

// Issue is one thing wrong with values or components for a chart version.
type Issue struct {
	// Kind says what is wrong.
	Kind IssueKind
	// Path is the path in the values; empty for IssueUnsupported.
	Path Path
	// Field is the field below spec of the Platform for IssueUnsupported:
	// "components.operator.gpuDiscovery".
	Field string
	// Problem in one line without a final stop.
	Problem string
	// Fix in one line without a final stop.
	Fix string
}

// Change is one rewrite of a value between two chart versions.
type Change struct {
	// From is the path in the old version.
	From Path
	// To is the path in the new version; empty when the key was dropped.
	To Path
	// Value is what stands at To.
	Value any
	// Reason says why, with the chart version that changed it.
	Reason string
}
