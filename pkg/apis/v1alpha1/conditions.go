// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// PlatformSyncKind and DriftReportKind are the kinds that live in clusters only.
const (
	PlatformSyncKind = "PlatformSync"
	DriftReportKind  = "DriftReport"
)

// Finalizer lets the controller see to the applied objects before a
// PlatformSync goes.
const Finalizer = "finalizers." + Group

// AnnotationPrune on an object in the cluster, or on the PlatformSync for all of
// its objects, says what may be pruned: PruneEnabled lifts the protection of
// kinds that hold data or definitions, PruneDisabled keeps the object for ever.
const AnnotationPrune = Group + "/prune"

// The values of AnnotationPrune.
const (
	PruneEnabled  = "enabled"
	PruneDisabled = "disabled"
)

// Conditions of a PlatformSync beside Ready, Reconciling and Stalled.
const (
	// SourceReadyCondition says whether the source could be fetched.
	SourceReadyCondition = "SourceReady"
	// ValuesValidCondition says whether the source could be built.
	ValuesValidCondition = "ValuesValid"
	// DriftedCondition says whether the cluster differs from Git.
	DriftedCondition = "Drifted"
)

// Reasons of conditions and events, beside those of Flux.
const (
	// ReasonSourceNotReady: the source does not exist, or has no artifact yet.
	ReasonSourceNotReady = "SourceNotReady"
	// ReasonApplyFailed: the API server refused an object.
	ReasonApplyFailed = "ApplyFailed"
	// ReasonForeignOwner: an object belongs to somebody else, and force is not set.
	ReasonForeignOwner = "ForeignOwner"
	// ReasonPruneRefused: objects are gone from Git whose removal destroys data,
	// or too many are gone at once, and nobody has confirmed it.
	ReasonPruneRefused = "PruneRefused"
	// ReasonAccessDenied: a reference leads into a namespace where it may not.
	ReasonAccessDenied = "AccessDenied"
	// ReasonInvalidSpec: the specification cannot be followed.
	ReasonInvalidSpec = "InvalidSpec"
)
