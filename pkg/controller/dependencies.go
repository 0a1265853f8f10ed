// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"cmp"
	"context"
	"fmt"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// dependencies waits until every PlatformSync of spec.dependsOn is ready, at the
// generation that it has now.
func dependencies(ctx context.Context, a *attempt) error {
	for _, d := range a.sync.Spec.DependsOn {
		key := client.ObjectKey{Namespace: cmp.Or(d.Namespace, a.sync.Namespace), Name: d.Name}
		if key == client.ObjectKeyFromObject(a.sync) {
			return stalledBy(v1alpha1.ReasonInvalidSpec, "spec.dependsOn names the PlatformSync itself; remove it")
		}
		if a.Policy.NoCrossNamespaceRefs && key.Namespace != a.sync.Namespace {
			return denied("spec.dependsOn: %s is in another namespace, which this cluster does not allow; move one of the two", key)
		}
		if why, err := a.notReady(ctx, key); err != nil || why != "" {
			if err != nil {
				return fmt.Errorf("dependency %s: %w", key, err)
			}
			return waitFor(a.Timing.Dependency, meta.DependencyNotReadyReason, "dependency %s %s", key, why)
		}
	}
	return nil
}

// notReady says in words why a dependency is not ready; empty when it is.
func (a *attempt) notReady(ctx context.Context, key client.ObjectKey) (string, error) {
	other := &v1alpha1.PlatformSync{}
	switch err := a.Client.Get(ctx, key, other); {
	case isNotFoundError(err):
		return "does not exist", nil
	case err != nil:
		return "", err
	case other.Generation != other.Status.ObservedGeneration:
		return "has changed and was not reconciled yet", nil
	case !conditions.IsReady(other):
		return "is not ready", nil
	default:
		return "", nil
	}
}

func isNotFoundError(err error) bool { return err != nil && client.IgnoreNotFound(err) == nil }
