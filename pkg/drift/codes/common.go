// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package codes

import "github.com/dynamo-gitops/dynamo-gitops/pkg/object"

// DetectorFailed is an Unknown: a detector did not end in time or gave up.
const DetectorFailed = "DG2001"

// Common returns the codes that every detector may have.
func Common() []object.Code {
	return []object.Code{{ID: DetectorFailed, Severity: object.SeverityWarning, Title: "detector failed",
		Help: "A detector did not finish in time or gave up on unexpected input, so its part of the cluster is not known. The reason says which; what it found before stays in the report."}}
}
