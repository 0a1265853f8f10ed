// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/polling"
	"github.com/fluxcd/pkg/ssa"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/inventory"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// FieldManager is the name under which fields are owned in the cluster.
const FieldManager = "dynamo-gitops"

// Request is one reconciliation.
type Request struct {
	// Manager applies and deletes. Its Owner must be that of NewManager. Required.
	Manager *ssa.ResourceManager
	// Owner is whose objects they are. Required.
	Owner Owner
	// Objects is the plan, in apply order. An empty one is refused: it would
	// prune everything.
	Objects []object.Object
	// Before is the recorded inventory.
	Before inventory.Set
	// Prune deletes what is in Before and not in Objects.
	Prune bool
	// Force takes objects over and recreates those with immutable changes.
	Force bool
	// Safety bounds what may be pruned.
	Safety Safety
	// Record persists an inventory. It is called before anything is applied
	// and after everything was pruned, when the inventory differs. Required.
	Record func(ctx context.Context, set inventory.Set) error
	// Step is called before each step with its name; an error ends the run
	// there. Default: none.
	Step func(name string) error
}

// Result is what a reconciliation did.
type Result struct {
	// Inventory that was recorded last.
	Inventory inventory.Set
	// Changes are the objects created, configured or deleted.
	Changes []ssa.ChangeSetEntry
}

// NewManager returns a manager for a Request, with the field manager and labels
// of this package.
func NewManager(c client.Client) *ssa.ResourceManager {
	poller := polling.NewStatusPoller(c, c.RESTMapper(), polling.Options{})
	return ssa.NewResourceManager(c, poller, ssa.Owner{Field: FieldManager, Group: v1alpha1.Group})
}

// Run brings the cluster to the plan: ownership check, record, apply by stage,
// prune, record. Until every object was found free to take, nothing is changed.
//
// A *StalledError needs a change in Git; a *WaitingError is worth another look
// later; any other error is to be retried. The Result is valid in every case.
func Run(ctx context.Context, r Request) (Result, error) {
	run := &run{Request: r, result: Result{Inventory: r.Before}}
	if len(r.Objects) == 0 {
		return run.result, &StalledError{Reason: v1alpha1.ReasonPruneRefused,
			Err: fmt.Errorf("the plan is empty: %w; delete the PlatformSync to remove everything", ErrPruneRefused)}
	}
	run.prepare()
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"owners", run.owners}, {"record", run.recordUnion}, {"apply", run.apply},
		{"prune", run.prune}, {"settle", run.settle},
	} {
		if err := run.step(step.name); err != nil {
			return run.result, err
		}
		if err := step.do(ctx); err != nil {
			return run.result, err
		}
	}
	return run.result, run.refused
}

type run struct {
	Request
	objects []object.Object // labelled copies
	wanted  inventory.Set
	kept    inventory.Set // gone from Git and still ours
	refused error
	result  Result
}

func (r *run) step(name string) error {
	if r.Step == nil {
		return nil
	}
	return r.Step(name)
}

// prepare copies the objects, since the plan belongs to the caller.
func (r *run) prepare() {
	r.wanted, r.kept = inventory.FromObjects(r.Objects), inventory.Set{}
	labels := r.Manager.GetOwnerLabels(r.Owner.Name, r.Owner.Namespace)
	for _, o := range r.Objects {
		o = object.Object{Unstructured: o.DeepCopy(), Position: o.Position}
		all := o.GetLabels()
		if all == nil {
			all = map[string]string{}
		}
		maps.Copy(all, labels)
		o.SetLabels(all)
		r.objects = append(r.objects, o)
	}
}

// live reads an object; nil when the cluster does not have it, or its kind.
func (r *run) live(ctx context.Context, o object.Object) (*unstructured.Unstructured, error) {
	found := &unstructured.Unstructured{}
	found.SetGroupVersionKind(o.GroupVersionKind())
	err := r.Manager.Client().Get(ctx, client.ObjectKeyFromObject(o), found)
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w", o.Reference(), err)
	}
	return found, nil
}

// owners refuses objects that somebody else applies.
func (r *run) owners(ctx context.Context) error {
	if r.Force {
		return nil
	}
	// What carries our labels is ours; the rest is looked at one by one. Who may
	// not list has everything looked at.
	ours, err := Survey(ctx, r.Manager.Client(), r.Owner, r.wanted)
	if err != nil && !apierrors.IsForbidden(err) {
		return fmt.Errorf("whose the objects are: %w", err)
	}
	var foreign []string
	for _, o := range r.objects {
		if _, known := ours[inventory.Of(o)]; known {
			continue
		}
		live, err := r.live(ctx, o)
		if err != nil {
			return err
		}
		if live == nil {
			continue
		}
		if who := r.Owner.Foreign(live); who != "" {
			foreign = append(foreign, o.Reference().String()+" ("+who+")")
		}
	}
	if len(foreign) > 0 {
		return &StalledError{Reason: v1alpha1.ReasonForeignOwner,
			Err: fmt.Errorf("%w: %s; remove them there or here, or set spec.force to take them over", ErrForeign, list(foreign))}
	}
	return nil
}

// record persists an inventory unless it is the recorded one.
func (r *run) record(ctx context.Context, set inventory.Set) error {
	if len(set) == len(r.result.Inventory) && len(set.Minus(r.result.Inventory)) == 0 {
		return nil
	}
	if err := r.Record(ctx, set); err != nil {
		return fmt.Errorf("record the inventory: %w", err)
	}
	r.result.Inventory = set
	return nil
}

func (r *run) recordUnion(ctx context.Context) error {
	return r.record(ctx, r.Before.Union(r.wanted))
}

// apply applies one stage after the other.
func (r *run) apply(ctx context.Context) error {
	for start := 0; start < len(r.objects); {
		stage := object.StageOf(r.objects[start])
		var batch []*unstructured.Unstructured
		for ; start < len(r.objects) && object.StageOf(r.objects[start]) == stage; start++ {
			batch = append(batch, r.objects[start].Unstructured)
		}
		if err := r.step(fmt.Sprintf("apply stage %d", stage)); err != nil {
			return err
		}
		if err := r.applyStage(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) applyStage(ctx context.Context, batch []*unstructured.Unstructured) error {
	options := ssa.DefaultApplyOptions()
	options.Force = r.Force
	changes, err := r.Manager.ApplyAllStaged(ctx, batch, options)
	if changes != nil {
		for _, entry := range changes.Entries {
			if entry.Action != ssa.UnchangedAction {
				r.result.Changes = append(r.result.Changes, entry)
			}
		}
	}
	return classify(err)
}

// classify says what an error of the API server means for what comes next.
func classify(err error) error {
	var status apierrors.APIStatus
	switch {
	case err == nil:
		return nil
	case meta.IsNoMatchError(err), errors.As(err, &status) && apierrors.IsNotFound(err):
		return &WaitingError{Reason: v1alpha1.ReasonApplyFailed, After: waitForKind,
			Err: fmt.Errorf("a kind or a namespace is not there yet; the release that brings it may still be installing: %w", err)}
	default:
		return fmt.Errorf("apply: %w", err)
	}
}

const waitForKind = 10 * time.Second
