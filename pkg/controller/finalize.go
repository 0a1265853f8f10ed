// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/fluxcd/pkg/apis/meta"
	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/inventory"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/reconcile"
)

// finalize sees to what was applied, as spec.deletionPolicy says, and lets the
// PlatformSync go. While something is kept because removing it would destroy data
// or definitions, the PlatformSync stays and says what to do.
func (a *attempt) finalize(ctx context.Context) (ctrl.Result, error) {
	if !controllerutil.ContainsFinalizer(a.sync, v1alpha1.Finalizer) {
		return ctrl.Result{}, nil
	}
	limited, cancel := context.WithTimeout(ctx, a.timeout())
	defer cancel()
	err := a.dispose(limited)
	switch {
	case ctx.Err() != nil:
		return ctrl.Result{}, ctx.Err()
	case errors.Is(err, errRecord):
		return ctrl.Result{}, err
	case err == nil:
		return ctrl.Result{}, a.release(ctx)
	}
	decision := decide(err, a.facts())
	a.settle(decision)
	if err := a.save(ctx); err != nil {
		return ctrl.Result{}, err
	}
	a.announce(decision)
	return ctrl.Result{RequeueAfter: decision.after}, nil
}

// release lets the PlatformSync go.
func (a *attempt) release(ctx context.Context) error {
	controllerutil.RemoveFinalizer(a.sync, v1alpha1.Finalizer)
	if err := a.save(ctx); err != nil {
		return err
	}
	a.memory.drop(a.sync.UID)
	return nil
}

// dispose deletes what is to be deleted. Nil means that nothing is left to do.
func (a *attempt) dispose(ctx context.Context) error {
	recorded, err := inventory.FromStatus(a.sync.Status.Inventory)
	if err != nil {
		return stalledBy(v1alpha1.ReasonInvalidSpec, "status.inventory cannot be read, so that nothing can be deleted safely: %w; correct the entry, or set spec.deletionPolicy: Orphan", err)
	}
	policy := a.policy()
	if a.sync.Spec.Suspend || policy == v1alpha1.DeletionOrphan || len(recorded) == 0 {
		return nil
	}
	if err := a.reachTarget(ctx); err != nil {
		if errors.Is(err, errMissing) {
			// Nobody could ever delete them with those rights. As Flux does, let go and say so.
			a.event(corev1.EventTypeWarning, meta.PruneFailedReason, fmt.Sprintf("%d objects were left in place: %s", len(recorded), err))
			return nil
		}
		return err
	}
	request := a.request(recorded)
	if policy == v1alpha1.DeletionWaitForTermination {
		request.Record = func(context.Context, inventory.Set) error { return nil } // until they are gone
	}
	a.result, err = reconcile.Remove(ctx, request)
	a.Metrics.changes(a.result.Changes)
	if text := changes(a.result.Changes); text != "" {
		a.event(corev1.EventTypeNormal, meta.ProgressingReason, text)
	}
	if err != nil || policy != v1alpha1.DeletionWaitForTermination {
		return explain(err)
	}
	return a.terminated(ctx, recorded)
}

// explain adds the way out that only a deletion has.
func explain(err error) error {
	if errors.Is(err, reconcile.ErrPruneRefused) {
		return stalledBy(v1alpha1.ReasonPruneRefused, "%w; or leave them in place with spec.deletionPolicy: Orphan", err)
	}
	return err
}

func (a *attempt) policy() v1alpha1.DeletionPolicy {
	switch policy := a.sync.Spec.DeletionPolicy; {
	case policy != v1alpha1.DeletionMirrorPrune && policy != "":
		return policy
	case a.sync.Spec.Prune:
		return v1alpha1.DeletionDelete
	default:
		return v1alpha1.DeletionOrphan
	}
}

// reachTarget is chooseTarget, and matches errMissing as well when the account
// that applied is gone.
func (a *attempt) reachTarget(ctx context.Context) error {
	if err := chooseTarget(ctx, a); err != nil {
		return err
	}
	name := cmp.Or(a.sync.Spec.ServiceAccountName, a.Policy.DefaultServiceAccount)
	if name == "" || a.sync.Spec.KubeConfig != nil {
		return nil
	}
	key := client.ObjectKey{Namespace: a.sync.Namespace, Name: name}
	switch err := a.Secrets.Get(ctx, key, &corev1.ServiceAccount{}); {
	case isNotFoundError(err):
		return fmt.Errorf("the service account %s %w", key, errMissing)
	case err != nil:
		return fmt.Errorf("the service account %s: %w", key, err)
	}
	return nil
}

// terminated waits until every object that was deleted is gone.
func (a *attempt) terminated(ctx context.Context, recorded inventory.Set) error {
	left, err := reconcile.Survey(ctx, a.target.client, a.owner(), recorded)
	if err != nil {
		return because(meta.PruneFailedReason, err)
	}
	var names []string
	for _, o := range recorded.Objects() {
		// What is not being deleted was left on purpose.
		if found, ok := left[inventory.Of(o)]; ok && found.DeletionTimestamp != nil {
			names = append(names, o.Reference().String())
		}
	}
	if len(names) > 0 {
		return waitFor(a.Timing.Health, meta.ProgressingReason, "Waiting for %d objects to be gone: %s", len(names), some(names))
	}
	return nil
}
