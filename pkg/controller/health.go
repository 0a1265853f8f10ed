// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/inventory"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/reconcile"
)

// Health of one object.
type Health struct {
	// Status is Current for a healthy object, InProgress, or Failed.
	Status status.Status
	// Message says why an object is not healthy.
	Message string
}

// HealthOf says how an object is. It is pure. A nil object is one that the
// cluster does not have. Beside what kstatus knows: a lora DynamoModel is healthy
// when every endpoint has loaded it, a base one when endpoints were found, since
// its endpoints are never ready (chart versions 0.8 to 1.6); a suspended
// HelmRelease says so.
func HealthOf(u *unstructured.Unstructured) Health {
	if u == nil {
		return Health{status.InProgressStatus, "it is not in the cluster"}
	}
	kind := u.GroupVersionKind().GroupKind()
	if kind == (schema.GroupKind{Group: "nvidia.com", Kind: "DynamoModel"}) {
		return modelHealth(u)
	}
	result, err := status.Compute(u)
	if err != nil {
		return Health{status.InProgressStatus, "its status cannot be read: " + err.Error()}
	}
	h := Health{result.Status, result.Message}
	if suspended, _, _ := unstructured.NestedBool(u.Object, "spec", "suspend"); suspended && h.Status != status.CurrentStatus {
		h.Message = "it is suspended: " + h.Message
	}
	return h
}

func modelHealth(u *unstructured.Unstructured) Health {
	if u.GetDeletionTimestamp() != nil {
		return Health{status.InProgressStatus, "it is being deleted"}
	}
	total, _, _ := unstructured.NestedInt64(u.Object, "status", "totalEndpoints")
	ready, _, _ := unstructured.NestedInt64(u.Object, "status", "readyEndpoints")
	kind, _, _ := unstructured.NestedString(u.Object, "spec", "modelType")
	conditions, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	h := Health{status.InProgressStatus, "the operator has not looked at it yet"}
	for _, c := range conditions {
		fields, _ := c.(map[string]any)
		generation, known, _ := unstructured.NestedInt64(fields, "observedGeneration")
		if known && generation > 0 && generation < u.GetGeneration() {
			return Health{status.InProgressStatus, "the operator has not looked at the last change yet"}
		}
		if fields["status"] != "False" {
			continue
		}
		h.Message = fmt.Sprintf("%v: %v", fields["reason"], fields["message"])
		if fields["type"] == "Valid" {
			return Health{status.FailedStatus, h.Message}
		}
	}
	if total > 0 && (kind != "lora" || ready >= total) {
		return Health{status.CurrentStatus, ""}
	}
	if total > 0 {
		h.Message = fmt.Sprintf("%d of %d endpoints have loaded it", ready, total)
	}
	return h
}

// checkHealth waits, by coming back, until the objects are healthy.
func checkHealth(ctx context.Context, a *attempt) error {
	wanted := a.watched()
	if len(wanted) == 0 {
		return nil
	}
	live, err := a.look(ctx, wanted)
	if err != nil {
		return because(meta.HealthCheckFailedReason, err)
	}
	now := a.Now()
	failed, pending := assess(wanted, live)
	switch {
	case len(failed) > 0:
		return because(meta.HealthCheckFailedReason, fmt.Errorf("unhealthy: %s", some(failed)))
	case len(pending) == 0:
		a.memory.healthy(a.sync.UID)
		return nil
	}
	if a.applied {
		a.memory.healthy(a.sync.UID) // the time begins with what was applied now
	}
	if waited := now.Sub(a.memory.unhealthy(a.sync.UID, now)); waited >= a.timeout() {
		return because(meta.HealthCheckFailedReason, fmt.Errorf("not healthy after %s: %s; see the objects, or raise spec.timeout", waited.Round(time.Second), some(pending)))
	}
	return waitFor(a.Timing.Health, meta.ProgressingReason, "Waiting for %d of %d objects to be healthy: %s", len(pending), len(wanted), some(pending))
}

// watched are the objects whose health counts, sorted.
func (a *attempt) watched() []object.Reference {
	var wanted []object.Reference
	if a.sync.Spec.Wait {
		recorded, err := inventory.FromStatus(a.sync.Status.Inventory)
		if err != nil {
			return nil // applyPlan has refused it
		}
		for _, o := range recorded.Objects() {
			wanted = append(wanted, o.Reference())
		}
		return wanted
	}
	for _, h := range a.sync.Spec.HealthChecks {
		wanted = append(wanted, object.Reference{APIVersion: h.APIVersion, Kind: h.Kind, Name: h.Name, Namespace: h.Namespace})
	}
	return wanted
}

// look reads what is watched: one list for each kind and namespace with the
// owner's label where everything is ours, and one by one otherwise.
func (a *attempt) look(ctx context.Context, wanted []object.Reference) (map[object.Reference]*unstructured.Unstructured, error) {
	live := map[object.Reference]*unstructured.Unstructured{}
	if !a.sync.Spec.Wait {
		for _, r := range wanted {
			u := &unstructured.Unstructured{}
			u.SetAPIVersion(r.APIVersion)
			u.SetKind(r.Kind)
			err := a.target.client.Get(ctx, client.ObjectKey{Namespace: r.Namespace, Name: r.Name}, u)
			if client.IgnoreNotFound(err) != nil && !isNoKind(err) {
				return nil, fmt.Errorf("%s: %w", r, err)
			}
			if err == nil {
				live[r] = u
			}
		}
		return live, nil
	}
	type place struct{ apiVersion, kind, namespace string }
	listed := map[place]bool{}
	for _, r := range wanted {
		p := place{r.APIVersion, r.Kind, r.Namespace}
		if listed[p] {
			continue
		}
		listed[p] = true
		list := &unstructured.UnstructuredList{}
		list.SetAPIVersion(r.APIVersion)
		list.SetKind(r.Kind + "List")
		err := a.target.client.List(ctx, list, client.InNamespace(r.Namespace), client.MatchingLabels{reconcile.LabelName: a.sync.Name, reconcile.LabelNamespace: a.sync.Namespace})
		if client.IgnoreNotFound(err) != nil && !isNoKind(err) {
			return nil, fmt.Errorf("list %s: %w", r.Kind, err)
		}
		for i := range list.Items {
			u := &list.Items[i]
			live[object.Reference{APIVersion: r.APIVersion, Kind: r.Kind, Namespace: u.GetNamespace(), Name: u.GetName()}] = u
		}
	}
	return live, nil
}

func assess(wanted []object.Reference, live map[object.Reference]*unstructured.Unstructured) (failed, pending []string) {
	for _, r := range wanted {
		h := HealthOf(live[r])
		line := r.String()
		if h.Message != "" {
			line += " (" + h.Message + ")"
		}
		switch h.Status {
		case status.CurrentStatus:
		case status.FailedStatus:
			failed = append(failed, line)
		default:
			pending = append(pending, line)
		}
	}
	slices.Sort(failed)
	return failed, pending
}

func some(lines []string) string {
	const most = 3
	text := strings.Join(lines[:min(most, len(lines))], ", ")
	if more := len(lines) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func isNoKind(err error) bool { return apimeta.IsNoMatchError(err) }
