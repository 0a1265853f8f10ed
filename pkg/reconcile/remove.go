// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package reconcile

import (
	"context"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/inventory"
)

// Remove deletes everything of r.Before, the last applied first, and records
// what is left. Objects and Prune of the request take no part. What would
// destroy data or definitions is kept, as by Run, and the error then matches
// ErrPruneRefused; the share that goes at once does not count.
func Remove(ctx context.Context, r Request) (Result, error) {
	const everything = 100
	r.Objects, r.Prune, r.Safety.MaxShare = nil, true, everything
	run := &run{Request: r, result: Result{Inventory: r.Before}}
	run.prepare()
	if err := run.prune(ctx); err != nil {
		return run.result, err
	}
	if err := run.record(ctx, run.kept.Union(inventory.Set{})); err != nil {
		return run.result, err
	}
	return run.result, run.refused
}
