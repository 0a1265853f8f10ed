// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package controller reconciles PlatformSyncs: it fetches a source, builds it
// with package pipeline, applies the plan with package reconcile, and says in the
// status, in events and in metrics how far it came, in Flux's conventions.
//
// One reconciliation is a list of steps over one attempt. A step returns an error
// of one of three classes: *reconcile.StalledError (only a change of Git or of the
// specification helps), *reconcile.WaitingError (something else must come first),
// and any other (it is worth trying again). What each means for conditions, event
// and requeue is decided in one place, which is pure.
package controller
