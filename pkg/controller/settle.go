// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// maxHistory is how many applied revisions the status remembers.
const maxHistory = 10

// maxMessage keeps conditions and events readable, and below the API's limits.
const maxMessage = 2000

func (a *attempt) facts() facts {
	spec := a.sync.Spec
	f := facts{
		revision: a.revision, interval: a.Jitter(spec.Interval.Duration), backoff: a.Timing.Backoff,
		failures: a.memory.failures(a.sync.UID), timeout: a.timeout(),
	}
	if spec.RetryInterval != nil {
		f.retry = spec.RetryInterval.Duration
	}
	return f
}

// settle writes a decision into the status. It does not save it.
func (a *attempt) settle(d decision) {
	sync, message := a.sync, shorten(d.message)
	a.memory.count(sync.UID, d.failed)
	conditions.Delete(sync, meta.StalledCondition)
	conditions.Delete(sync, meta.ReconcilingCondition)
	switch {
	case d.stalled:
		conditions.MarkStalled(sync, d.reason, "%s", message)
	case d.failed:
		conditions.MarkReconciling(sync, meta.ProgressingWithRetryReason, "%s", message)
	case d.waiting:
		conditions.MarkReconciling(sync, meta.ProgressingReason, "%s", message)
	}
	switch d.ready {
	case metav1.ConditionTrue:
		conditions.MarkTrue(sync, meta.ReadyCondition, d.reason, "%s", message)
		a.succeeded()
	case metav1.ConditionFalse:
		conditions.MarkFalse(sync, meta.ReadyCondition, d.reason, "%s", message)
	default:
		conditions.MarkUnknown(sync, meta.ReadyCondition, d.reason, "%s", message)
	}
	sync.Status.ObservedGeneration = sync.Generation
	if a.revision != "" {
		sync.Status.LastAttemptedRevision = a.revision
	}
	a.handled(d)
}

// handled records requests by annotation. While an attempt waits for something
// before it could apply, they stay open.
func (a *attempt) handled(d decision) {
	if d.waiting && a.memory.get(a.sync.UID) == nil {
		return
	}
	if at, ok := meta.ReconcileAnnotationValue(a.sync.GetAnnotations()); ok {
		a.sync.Status.SetLastHandledReconcileRequest(at)
	}
	if at := a.sync.GetAnnotations()[meta.ForceRequestAnnotation]; at != "" {
		a.sync.Status.LastHandledForceAt = at
	}
}

func (a *attempt) succeeded() {
	status := &a.sync.Status
	if a.digest != "" {
		status.LastAppliedDigest = a.digest
	}
	if status.LastAppliedRevision == a.revision && len(status.History) > 0 {
		return
	}
	status.LastAppliedRevision = a.revision
	objects := 0
	if status.Inventory != nil {
		objects = len(status.Inventory.Entries)
	}
	entry := v1alpha1.AppliedRevision{Revision: a.revision, AppliedAt: metav1.NewTime(a.Now()), Objects: int64(objects)}
	status.History = append([]v1alpha1.AppliedRevision{entry}, status.History...)
	if len(status.History) > maxHistory {
		status.History = status.History[:maxHistory]
	}
}

func shorten(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	cut := maxMessage
	for cut > 0 && message[cut]&0xC0 == 0x80 { // not inside of a character
		cut--
	}
	return message[:cut] + " ..."
}
