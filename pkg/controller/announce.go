// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/ssa"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// metaRevision tells notification-controller which revision an event is about,
// by the rules of Flux: the API group before the key.
const metaRevision = v1alpha1.Group + "/revision"

// announce records events: what changed in the cluster, and how the attempt
// ended where that differs from how the last one did.
func (a *attempt) announce(d decision) {
	a.Metrics.attempt(d.class)
	if text := changes(a.result.Changes); text != "" && a.sync.DeletionTimestamp.IsZero() {
		a.event(corev1.EventTypeNormal, meta.ProgressingReason, text)
	}
	if d.waiting && d.reason == meta.ProgressingReason {
		return
	}
	ready := conditions.Get(a.sync, meta.ReadyCondition)
	if before := conditionOf(a.before.Conditions, meta.ReadyCondition); before != nil && ready != nil &&
		before.Status == ready.Status && before.Reason == ready.Reason && before.Message == ready.Message {
		return
	}
	a.event(d.eventType(), d.reason, d.message)
}

func conditionOf(list []metav1.Condition, kind string) *metav1.Condition {
	for i := range list {
		if list[i].Type == kind {
			return &list[i]
		}
	}
	return nil
}

// event's action is the step that Flux's events name: the reconciliation.
func (a *attempt) event(kind, reason, message string) {
	var annotations map[string]string
	if a.revision != "" {
		annotations = map[string]string{metaRevision: a.revision}
	}
	a.Events.AnnotatedEventf(a.sync, nil, annotations, kind, reason, "Reconcile", "%s", shorten(message))
}

// changes lists objects with what was done to them, a line each, sorted.
func changes(entries []ssa.ChangeSetEntry) string {
	const most = 50
	lines := make([]string, 0, len(entries))
	for _, e := range entries {
		lines = append(lines, fmt.Sprintf("%s %s", e.Subject, e.Action))
	}
	slices.Sort(lines)
	if more := len(lines) - most; more > 0 {
		lines = append(lines[:most], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}
