// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// buildPlan fetches and builds, unless the very same content was built before
// and everything that came of it is still in the memory.
func buildPlan(ctx context.Context, a *attempt) error {
	if known := a.memory.get(a.sync.UID); known != nil && a.origin.identity() != "" && known.input == a.input() && !a.asked() {
		a.digest = known.digest
		// It was fetched and built before, whatever was tried since.
		conditions.MarkTrue(a.sync, v1alpha1.SourceReadyCondition, meta.SucceededReason, "Fetched revision: %s", a.revision)
		conditions.MarkTrue(a.sync, v1alpha1.ValuesValidCondition, meta.SucceededReason, "%s", known.warnings)
		return nil
	}
	checkout, release, err := a.origin.fetch(ctx)
	if err != nil {
		d := decide(err, a.facts())
		conditions.MarkFalse(a.sync, v1alpha1.SourceReadyCondition, d.reason, "%s", shorten(d.message))
		return err
	}
	defer release()
	if a.revision == "" {
		a.revision = checkout.Revision.String()
	}
	conditions.MarkTrue(a.sync, v1alpha1.SourceReadyCondition, meta.SucceededReason, "Fetched revision: %s", a.revision)
	plan, err := a.Build(ctx, pipeline.Options{FS: checkout.FS, Dir: directory(a.sync.Spec.Path), Revision: a.revision})
	if err != nil {
		return a.refuse(err)
	}
	conditions.MarkTrue(a.sync, v1alpha1.ValuesValidCondition, meta.SucceededReason, "%s", warnings(plan.Findings))
	a.plan, a.warnings = plan, warnings(plan.Findings)
	a.digest, err = a.digestOf(plan.Objects)
	return err
}

func (a *attempt) refuse(err error) error {
	var refused *object.FindingsError
	if errors.As(err, &refused) {
		conditions.MarkFalse(a.sync, v1alpha1.ValuesValidCondition, meta.BuildFailedReason, "%s", shorten(findings(refused)))
		return err
	}
	return because(meta.BuildFailedReason, fmt.Errorf("build %s: %w", a.revision, err))
}

// directory is spec.path below the root of the source, wherever it points.
func directory(p string) string {
	return path.Join(".", path.Clean("/" + p)[1:])
}

func warnings(findings []object.Finding) string {
	n := 0
	for _, f := range findings {
		if f.Severity == object.SeverityWarning {
			n++
		}
	}
	switch n {
	case 0:
		return "Built without findings"
	case 1:
		return "Built with 1 warning: run dynamo-gitops validate"
	default:
		return fmt.Sprintf("Built with %d warnings: run dynamo-gitops validate", n)
	}
}

// asked says whether somebody has asked for a reconciliation in full.
func (a *attempt) asked() bool { return a.forced() || a.requested() }

func (a *attempt) requested() bool {
	at, ok := meta.ReconcileAnnotationValue(a.sync.GetAnnotations())
	return ok && at != a.before.GetLastHandledReconcileRequest()
}

// forced says whether spec.force is asked for once: by the annotation forceAt with
// the value of requestedAt, as in helm-controller.
func (a *attempt) forced() bool {
	at := a.sync.GetAnnotations()[meta.ForceRequestAnnotation]
	return at != "" && at == a.sync.GetAnnotations()[meta.ReconcileRequestAnnotation] && a.requested() && at != a.before.LastHandledForceAt
}

// input names what was built: the content and everything of the specification
// that the outcome depends on.
func (a *attempt) input() string {
	return hash(a.origin.identity(), a.settings())
}

func (a *attempt) settings() string {
	spec := a.sync.Spec
	data, err := json.Marshal([]any{spec.Path, spec.Prune, spec.Force, spec.ServiceAccountName, spec.KubeConfig, a.Policy})
	if err != nil {
		return err.Error() // these types cannot fail to marshal
	}
	return string(data)
}

// digestOf names the objects and the settings they are applied with.
func (a *attempt) digestOf(objects []object.Object) (string, error) {
	sum := sha256.New()
	for _, o := range objects {
		data, err := o.MarshalJSON()
		if err != nil {
			return "", fmt.Errorf("%s: %w", o.Reference(), err)
		}
		sum.Write(data)
	}
	return "sha256:" + hash(hex.EncodeToString(sum.Sum(nil)), a.settings()), nil
}

func hash(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d %s ", len(p), p)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
