// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"errors"
	"fmt"
)

// Kinds of failure.
var (
	// ErrFormat: a file is no lock file, or a chart cannot be in one.
	ErrFormat = errors.New("malformed lock file")
	// ErrNotLocked: the lock does not have the chart.
	ErrNotLocked = errors.New("chart not locked")
	// ErrMismatch: the lock has the chart with another digest.
	ErrMismatch = errors.New("chart differs from the lock")
)

// FormatError says where a lock file is wrong. It matches [ErrFormat].
type FormatError struct {
	// Line is the line, counted from 1; 0 if none is known.
	Line int
	// Field is the path of the field, such as "charts[2].digest"; may be empty.
	Field string
	// Reason says what is wrong, in a sentence without a full stop.
	Reason string
}

// Error says where, what and how to fix it, on one line.
func (e *FormatError) Error() string {
	where := FileName
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", FileName, e.Line)
	}
	if e.Field != "" {
		where += ": " + e.Field
	}
	return where + ": " + e.Reason + "; correct it, or write the file anew with the lock command"
}

// Is reports whether target is [ErrFormat].
func (e *FormatError) Is(target error) bool { return target == ErrFormat }

// MismatchError says that a chart is not the locked one.
type MismatchError struct {
	// Chart is the chart with the digest it has.
	Chart Chart
	// Locked is the digest in the lock; empty if the chart is not in it.
	Locked string
}

// Error says where, what and how to fix it, on one line.
func (e *MismatchError) Error() string {
	what := fmt.Sprintf("%s: chart %s %s of %s", FileName, e.Chart.Name, e.Chart.Version, e.Chart.Repository)
	if e.Locked == "" {
		return what + " is not locked; add it with the lock command"
	}
	return fmt.Sprintf("%s has the digest %s, but %s is locked; find out whether the version was published again "+
		"with other content, and lock it anew only if you trust it", what, e.Chart.Digest, e.Locked)
}

// Is reports whether target is [ErrNotLocked] or [ErrMismatch], whichever fits.
func (e *MismatchError) Is(target error) bool {
	if e.Locked == "" {
		return target == ErrNotLocked
	}
	return target == ErrMismatch
}
