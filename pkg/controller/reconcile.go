// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/runtime/patch"
	kerrors "k8s.io/apimachinery/pkg/util/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/reconcile"
)

// attempt is one reconciliation: what the steps hand to each other.
type attempt struct {
	*Reconciler
	sync    *v1alpha1.PlatformSync
	patcher *patch.SerialPatcher
	before  v1alpha1.PlatformSyncStatus // when the attempt began

	origin   origin // of the source, known before it is fetched
	revision string
	plan     *pipeline.Plan // nil when nothing had to be built
	digest   string
	warnings string // of the build, in words
	target   *target
	result   reconcile.Result
	applied  bool // something was sent to the API server
}

// step is one part of an attempt.
type step struct {
	name string
	do   func(context.Context, *attempt) error
}

func steps() []step {
	return []step{
		{"dependencies", dependencies}, {"source", resolveSource}, {"build", buildPlan},
		{"target", chooseTarget}, {"apply", applyPlan}, {"health", checkHealth},
	}
}

// Reconcile brings one PlatformSync a step further. It returns an error only
// where the attempt could not be recorded; every other failure is in the status.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (result ctrl.Result, err error) {
	sync := &v1alpha1.PlatformSync{}
	if err := r.Client.Get(ctx, request.NamespacedName, sync); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	a := &attempt{Reconciler: r, sync: sync, patcher: patch.NewSerialPatcher(sync, r.Client), before: *sync.Status.DeepCopy()}
	start := r.Now()
	defer func() { r.measure(ctx, sync, start) }()
	switch {
	case !sync.DeletionTimestamp.IsZero():
		return a.finalize(ctx)
	case controllerutil.AddFinalizer(sync, v1alpha1.Finalizer):
		if err := a.save(ctx); err != nil {
			return ctrl.Result{}, err
		}
	}
	if sync.Spec.Suspend {
		return ctrl.Result{}, nil
	}
	return a.run(ctx)
}

// run does the steps within the timeout and records what came of them.
func (a *attempt) run(ctx context.Context) (ctrl.Result, error) {
	limited, cancel := context.WithTimeout(ctx, a.timeout())
	defer cancel()
	err := a.steps(limited)
	if ctx.Err() != nil {
		return ctrl.Result{}, ctx.Err() // the controller is ending, which is no failure of the sync
	}
	if errors.Is(err, errRecord) {
		return ctrl.Result{}, err
	}
	decision := decide(err, a.facts())
	a.settle(decision)
	if err := a.save(ctx); err != nil {
		return ctrl.Result{}, err
	}
	a.announce(decision)
	return ctrl.Result{RequeueAfter: decision.after}, nil
}

func (a *attempt) steps(ctx context.Context) error {
	for _, s := range steps() {
		if a.Step != nil {
			if err := a.Step(s.name); err != nil {
				return fmt.Errorf("%w: %w", errRecord, err)
			}
		}
		if err := s.do(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// errRecord marks an attempt that could not be brought to an end that can be
// shown: the API server refused the status, or a test ended it.
var errRecord = errors.New("the attempt could not be recorded")

// progress says in the status that work has begun. It is not called when there
// is nothing to do, so that a sync at rest writes nothing.
func (a *attempt) progress(ctx context.Context, format string, args ...any) error {
	conditions.Delete(a.sync, meta.StalledCondition)
	conditions.MarkReconciling(a.sync, meta.ProgressingReason, format, args...)
	if !conditions.Has(a.sync, meta.ReadyCondition) || a.sync.Status.ObservedGeneration != a.sync.Generation {
		conditions.MarkUnknown(a.sync, meta.ReadyCondition, meta.ProgressingReason, format, args...)
	}
	if err := a.save(ctx); err != nil {
		return fmt.Errorf("%w: %w", errRecord, err)
	}
	return nil
}

// save writes what changed of metadata and status; nothing when nothing did.
func (a *attempt) save(ctx context.Context) error {
	err := a.patcher.Patch(ctx, a.sync, patch.WithFieldOwner(a.Name), patch.WithOwnedConditions{Conditions: []string{
		meta.ReadyCondition, meta.ReconcilingCondition, meta.StalledCondition, v1alpha1.SourceReadyCondition, v1alpha1.ValuesValidCondition,
	}})
	if err != nil && !a.sync.DeletionTimestamp.IsZero() {
		// Without its finalizer the object is gone, and with it the status.
		err = kerrors.FilterOut(err, isNotFoundError)
	}
	return err
}

func (a *attempt) timeout() time.Duration {
	if a.sync.Spec.Timeout != nil {
		return a.sync.Spec.Timeout.Duration
	}
	return max(a.sync.Spec.Interval.Duration, minTimeout)
}

// minTimeout lets a short interval, meant for polling, not end a long apply.
const minTimeout = time.Minute

func (r *Reconciler) measure(ctx context.Context, sync *v1alpha1.PlatformSync, start time.Time) {
	if r.Meter == nil {
		return
	}
	r.Meter.RecordSuspend(ctx, sync, sync.Spec.Suspend)
	r.Meter.RecordDuration(ctx, sync, start)
}
