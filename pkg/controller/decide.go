// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/reconcile"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// facts are what a decision depends on besides the error.
type facts struct {
	revision string
	interval time.Duration // jittered
	retry    time.Duration // 0: back off
	backoff  time.Duration
	failures int // in a row, before this attempt
	timeout  time.Duration
}

// decision is what an attempt's end means.
type decision struct {
	ready   metav1.ConditionStatus
	reason  string
	message string
	// stalled says that only a change of Git or of the specification helps.
	stalled bool
	// waiting says that the attempt is not over.
	waiting bool
	// failed counts for the backoff.
	failed bool
	after  time.Duration
	class  string // for metrics: "", "stalled", "waiting", "failed"
}

// decide is the one place where errors become conditions and requeues.
func decide(err error, f facts) decision {
	var stalled *reconcile.StalledError
	var waiting *reconcile.WaitingError
	var refused *object.FindingsError
	var fetch *source.Error
	switch {
	case err == nil:
		return decision{ready: metav1.ConditionTrue, reason: meta.ReconciliationSucceededReason,
			message: "Applied revision: " + f.revision, after: f.interval}
	case errors.As(err, &stalled):
		return stall(stalled.Reason, err.Error(), f)
	case errors.As(err, &refused):
		return stall(meta.BuildFailedReason, findings(refused), f)
	case errors.As(err, &waiting):
		d := decision{ready: metav1.ConditionFalse, reason: waiting.Reason, message: err.Error(), waiting: true, after: waiting.After, class: "waiting"}
		if waiting.Reason == meta.ProgressingReason {
			d.ready = metav1.ConditionUnknown
		}
		return d
	case errors.As(err, &fetch):
		if lasting(fetch) {
			return stall(meta.ArtifactFailedReason, err.Error(), f)
		}
		return fail(meta.ArtifactFailedReason, err.Error(), f)
	case errors.Is(err, context.DeadlineExceeded):
		return fail(meta.ReconciliationFailedReason, fmt.Sprintf("not done within the timeout of %s: %s; raise spec.timeout, or see what takes so long", f.timeout, err), f)
	default:
		return fail(reasonOf(err), err.Error(), f)
	}
}

// stall waits for a change. Git is still looked at once per interval: a new
// commit is the change that is waited for.
func stall(reason, message string, f facts) decision {
	return decision{ready: metav1.ConditionFalse, reason: reason, message: message, stalled: true, after: f.interval, class: "stalled"}
}

func fail(reason, message string, f facts) decision {
	return decision{ready: metav1.ConditionFalse, reason: reason, message: message, failed: true, after: f.pause(), class: "failed"}
}

// pause is the time until a failure is tried again: what the specification says,
// as in Flux, or a backoff from seconds to the interval.
func (f facts) pause() time.Duration {
	if f.retry > 0 {
		return f.retry
	}
	pause := f.backoff
	for range f.failures {
		pause *= 2
		if pause >= f.interval {
			return max(f.interval, f.backoff)
		}
	}
	return min(pause, max(f.interval, f.backoff))
}

// lasting says whether fetching the same again cannot end otherwise.
func lasting(err *source.Error) bool {
	for _, kind := range []error{source.ErrInvalid, source.ErrUnverified, source.ErrUnsafe, source.ErrTooLarge, source.ErrHostKey} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// reasonedError gives an error that is worth trying again a reason of its own.
type reasonedError struct {
	reason string
	err    error
}

func (e *reasonedError) Error() string { return e.err.Error() }
func (e *reasonedError) Unwrap() error { return e.err }

func because(reason string, err error) error {
	if err == nil {
		return nil
	}
	return &reasonedError{reason, err}
}

func reasonOf(err error) string {
	var reasoned *reasonedError
	if errors.As(err, &reasoned) {
		return reasoned.reason
	}
	return meta.ReconciliationFailedReason
}

// findings are the first of a refusal, each on a line of its own, as the command
// line prints them.
func findings(refused *object.FindingsError) string {
	const most = 10
	var lines []string
	for _, f := range refused.Findings {
		if f.Severity != object.SeverityError {
			continue
		}
		if len(lines) == most {
			lines = append(lines, "and more: run dynamo-gitops validate")
			break
		}
		lines = append(lines, f.String())
	}
	if len(lines) == 0 {
		return refused.Error()
	}
	return strings.Join(lines, "\n")
}

// eventType of a decision; failures and stalls are warnings.
func (d decision) eventType() string {
	if d.ready == metav1.ConditionFalse && !d.waiting {
		return corev1.EventTypeWarning
	}
	return corev1.EventTypeNormal
}

func stalledBy(reason, format string, args ...any) error {
	return &reconcile.StalledError{Reason: reason, Err: fmt.Errorf(format, args...)}
}

func waitFor(after time.Duration, reason, format string, args ...any) error {
	return &reconcile.WaitingError{Reason: reason, After: after, Err: fmt.Errorf(format, args...)}
}

func denied(format string, args ...any) error {
	return stalledBy(v1alpha1.ReasonAccessDenied, format, args...)
}
