// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package reconcile brings a cluster to the state of a plan: it checks whose the
// objects are, records what it is about to do, applies in stages, and prunes.
//
// What may be taken over and what may be pruned are pure functions in owner.go
// and prune.go; each action has a file of its own. The record comes before the
// act, so a process killed between two steps orphans nothing: the next run
// begins with an inventory that holds all that may have been applied.
package reconcile

import (
	"errors"
	"strings"
	"time"
)

// StalledError means that only a change in Git or in the specification helps.
// Trying again is useless.
type StalledError struct {
	// Reason is one of the constants of package v1alpha1.
	Reason string
	// Err says where, what and how to fix it.
	Err error
}

// Error implements error.
func (e *StalledError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *StalledError) Unwrap() error { return e.Err }

// WaitingError means that something else must happen first. It is no failure.
type WaitingError struct {
	// Reason is one of the constants of package v1alpha1.
	Reason string
	// After is the time until it is worth looking again.
	After time.Duration
	// Err says what is waited for.
	Err error
}

// Error implements error.
func (e *WaitingError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *WaitingError) Unwrap() error { return e.Err }

// ErrForeign is matched when an object belongs to somebody else.
var ErrForeign = errors.New("object belongs to another owner")

// ErrPruneRefused is matched when objects were kept that are gone from Git.
var ErrPruneRefused = errors.New("prune refused")

// list joins at most ten names.
func list(names []string) string {
	const most = 10
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + " and more"
}
