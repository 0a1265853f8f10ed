// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/inventory"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/reconcile"
)

// applyConcurrency is how many objects of a stage are compared at once.
const applyConcurrency = 8

// applyPlan brings the cluster to the plan, unless it is known to be there.
func applyPlan(ctx context.Context, a *attempt) error {
	recorded, err := inventory.FromStatus(a.sync.Status.Inventory)
	if err != nil {
		return stalledBy(v1alpha1.ReasonInvalidSpec, "status.inventory cannot be read, so that nothing can be pruned safely: %w; correct the entry", err)
	}
	if a.unchanged(ctx, recorded) {
		return nil
	}
	if a.plan == nil {
		// The cluster has changed under a source that did not.
		a.memory.forget(a.sync.UID)
		if err := buildPlan(ctx, a); err != nil {
			return err
		}
	}
	if err := a.progress(ctx, "Applying revision: %s", a.revision); err != nil {
		return err
	}
	a.applied = true
	a.memory.forget(a.sync.UID)
	a.result, err = reconcile.Run(ctx, a.request(recorded))
	a.Metrics.changes(a.result.Changes)
	if err != nil {
		return a.whileApplying(err)
	}
	a.remember(ctx)
	return nil
}

func (a *attempt) owner() reconcile.Owner {
	return reconcile.Owner{Name: a.sync.Name, Namespace: a.sync.Namespace}
}

func (a *attempt) request(recorded inventory.Set) reconcile.Request {
	manager := reconcile.NewManager(a.target.client)
	manager.SetConcurrency(applyConcurrency)
	r := reconcile.Request{
		Manager: manager, Owner: a.owner(), Before: recorded, Prune: a.sync.Spec.Prune, Force: a.sync.Spec.Force || a.forced(),
		Safety: reconcile.Safety{Confirmed: a.sync.Annotations[v1alpha1.AnnotationPrune] == v1alpha1.PruneEnabled, MaxShare: a.Policy.MaxPruneShare},
		Record: a.record, Step: a.Step,
	}
	if a.plan != nil {
		r.Objects = a.plan.Objects
	}
	return r
}

// record keeps the inventory in the status, at once.
func (a *attempt) record(ctx context.Context, set inventory.Set) error {
	a.sync.Status.Inventory = set.Status()
	if err := a.save(ctx); err != nil {
		return fmt.Errorf("%w: %w", errRecord, err)
	}
	return nil
}

// whileApplying gives errors of the API server a reason, and waits for kinds
// that a release brings at this controller's pace.
func (a *attempt) whileApplying(err error) error {
	var waiting *reconcile.WaitingError
	var stalled *reconcile.StalledError
	switch {
	case errors.As(err, &waiting):
		return waitFor(a.Timing.Kind, meta.ProgressingReason, "%w", waiting.Err)
	case errors.As(err, &stalled), errors.Is(err, errRecord):
		return err
	default:
		return because(v1alpha1.ReasonApplyFailed, err)
	}
}

// unchanged says whether the cluster is known to hold the plan: the same objects
// were applied before, nobody asked for more, and each of them still is as it
// was left. What cannot be told is a change.
func (a *attempt) unchanged(ctx context.Context, recorded inventory.Set) bool {
	known := a.memory.get(a.sync.UID)
	if a.asked() || !known.sameAs(a.digest, recorded) || a.Now().Sub(known.applied) >= a.Timing.Reapply {
		return false
	}
	prints, err := a.fingerprints(ctx, known.set)
	return err == nil && maps.Equal(prints, known.prints)
}

func (a *attempt) remember(ctx context.Context) {
	prints, err := a.fingerprints(ctx, a.result.Inventory)
	if err != nil {
		return // then the next attempt applies again
	}
	a.memory.put(a.sync.UID, &remembered{
		input: a.input(), digest: a.digest, warnings: a.warnings, set: a.result.Inventory, prints: prints, applied: a.Now(),
	})
}

func (a *attempt) fingerprints(ctx context.Context, set inventory.Set) (map[inventory.ID]string, error) {
	found, err := reconcile.Survey(ctx, a.target.client, a.owner(), set)
	if err != nil {
		return nil, err
	}
	prints := make(map[inventory.ID]string, len(found))
	for id, o := range found {
		prints[id] = fingerprint(o)
	}
	return prints, nil
}

// fingerprint changes when what was applied may have: another object of the same
// name, a new generation (for kinds without one, any write), or another set of
// fields that are ours. A status or a heartbeat does not change it.
func fingerprint(o metav1.PartialObjectMetadata) string {
	state := "generation " + strconv.FormatInt(o.Generation, 10)
	if o.Generation == 0 {
		state = "version " + o.ResourceVersion
	}
	if o.DeletionTimestamp != nil {
		state += " deleting"
	}
	fields := ""
	for _, entry := range o.ManagedFields {
		if entry.Manager == reconcile.FieldManager && entry.Operation == metav1.ManagedFieldsOperationApply && entry.FieldsV1 != nil {
			fields = entry.FieldsV1.GetRawString()
		}
	}
	return hash(string(o.UID), state, fields)
}
