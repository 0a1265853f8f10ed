// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"errors"
	"fmt"
)

// The reasons for which [Lookup] refuses a version. Each comes wrapped in a
// [VersionError].
var (
	// ErrUnknownVersion is a version newer than every known one.
	ErrUnknownVersion = errors.New("newer than every known chart version")
	// ErrUnsupportedVersion is a version older than the oldest known one.
	ErrUnsupportedVersion = errors.New("older than the oldest supported chart version")
	// ErrInvalidVersion is not an exact release version, MAJOR.MINOR.PATCH.
	ErrInvalidVersion = errors.New("not an exact chart version")
)

// VersionError says which chart version is not usable and what to write
// instead. Match its reason with errors.Is.
type VersionError struct {
	// Version as it was asked for.
	Version string
	// Known are the known versions, ascending, as Versions returns them.
	Known []string
	// Fix says what to do, in one line without a final stop.
	Fix string
	// Reason is ErrUnknownVersion, ErrUnsupportedVersion or ErrInvalidVersion.
	Reason error
}

// Error returns the problem and the fix in one line.
func (e *VersionError) Error() string {
	return fmt.Sprintf("chart version %q is %v; %s", e.Version, e.Reason, e.Fix)
}

// Unwrap returns the reason.
func (e *VersionError) Unwrap() error { return e.Reason }
