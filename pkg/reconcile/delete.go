// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package reconcile

import (
	"context"
	"fmt"
	"slices"

	"github.com/fluxcd/pkg/ssa"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/inventory"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// prune deletes what is in the inventory and no longer in the plan, the last
// applied first. What is refused stays in the inventory and is reported once
// everything else is done.
func (r *run) prune(ctx context.Context) error {
	gone := r.Before.Minus(r.wanted)
	if !r.Prune || len(gone) == 0 {
		return nil
	}
	if r.Safety.TooMany(len(gone), len(r.Before)) {
		r.kept = gone
		r.refused = refusal(fmt.Sprintf("%d of %d objects are gone from Git at once", len(gone), len(r.Before)))
		return nil
	}
	objects := gone.Objects()
	slices.Reverse(objects)
	var refused []string
	for _, o := range objects {
		live, err := r.live(ctx, o)
		if err != nil {
			return err
		}
		verdict := r.Safety.Judge(r.Owner, live)
		if verdict == Refuse {
			refused = append(refused, o.Reference().String())
			r.kept[inventory.Of(o)] = o.GroupVersionKind().Version
			continue
		}
		if err := r.remove(ctx, o, live, verdict); err != nil {
			return err
		}
	}
	if len(refused) > 0 {
		r.refused = refusal("deleting them would destroy data or definitions: " + list(refused))
	}
	return nil
}

func refusal(why string) error {
	return &StalledError{Reason: v1alpha1.ReasonPruneRefused, Err: fmt.Errorf("%w: %s; to confirm, set the annotation %s: %s on the object or on the PlatformSync",
		ErrPruneRefused, why, v1alpha1.AnnotationPrune, v1alpha1.PruneEnabled)}
}

// remove carries a verdict out. The object is deleted only in the state that
// was judged: a resource version that moved on is a conflict, and judged again.
func (r *run) remove(ctx context.Context, o object.Object, live *unstructured.Unstructured, verdict Verdict) error {
	if verdict == Forget {
		return nil
	}
	if err := r.step("delete " + o.Reference().String()); err != nil {
		return err
	}
	c := r.Manager.Client()
	if verdict == Release {
		// helm-controller uninstalls nothing for a HelmRelease that is suspended when it goes.
		patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"suspend":true}}`))
		if err := c.Patch(ctx, live, patch, client.FieldOwner(FieldManager)); err != nil {
			return fmt.Errorf("%s: suspend before removal: %w", o.Reference(), err)
		}
	}
	uid, version := live.GetUID(), live.GetResourceVersion()
	err := c.Delete(ctx, live, client.Preconditions{UID: &uid, ResourceVersion: &version})
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("%s: delete: %w", o.Reference(), err)
	}
	r.result.Changes = append(r.result.Changes, ssa.ChangeSetEntry{
		GroupVersion: o.GetAPIVersion(), Subject: o.Reference().String(), Action: ssa.DeletedAction,
	})
	return nil
}

// settle records what is left: the plan, and what was not pruned.
func (r *run) settle(ctx context.Context) error {
	return r.record(ctx, r.settled())
}

func (r *run) settled() inventory.Set {
	if !r.Prune {
		return r.wanted // as Flux does: what is not pruned is given up
	}
	return r.kept.Union(r.wanted)
}
