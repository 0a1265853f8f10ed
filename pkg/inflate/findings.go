// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package inflate

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/render"
)

// locate puts findings at the Platform.
func locate(p *pipeline.PlatformPlan, findings []object.Finding) []object.Finding {
	for i := range findings {
		findings[i].Object = p.Source.Reference()
		findings[i].Position = p.Source.Position
	}
	return findings
}

// placed puts the Platform's place and name in front of an error.
func placed(p *pipeline.PlatformPlan, err error) error {
	if at := p.Source.Position.String(); at != "" {
		return fmt.Errorf("%s: %s: %w", at, p.Source.Reference(), err)
	}
	return fmt.Errorf("%s: %w", p.Source.Reference(), err)
}

func unresolved(p *pipeline.PlatformPlan) []object.Finding {
	if len(p.Spec.Spec.ValuesFrom) == 0 {
		return nil
	}
	return []object.Finding{{
		Code: pipeline.CodeClusterValues, Severity: object.SeverityWarning, Field: "spec.valuesFrom",
		Problem: "the values of spec.valuesFrom are in the cluster and take no part in what is rendered",
		Fix:     "render without them only to look, not to apply",
	}}
}

// renderFindings makes a finding of a refusal by the chart.
func renderFindings(err error) []object.Finding {
	var failed *render.RenderError
	if !errors.As(err, &failed) || failed.Cause != nil {
		return nil
	}
	problem := failed.Message
	if place := failed.Place(); place != "" {
		problem = place + ": " + problem
	}
	return []object.Finding{{
		Code: pipeline.CodeRender, Severity: object.SeverityError, Field: "spec",
		Problem: fmt.Sprintf("chart %s %s: %s", failed.Chart, failed.Version, problem),
		Fix:     cmp.Or(failed.Fix, "change the values that the template reads"),
	}}
}

// contextError returns the error when it is no refusal by the chart.
func contextError(ctx context.Context, err error) error {
	if len(renderFindings(err)) > 0 {
		return nil
	}
	return cmp.Or(ctx.Err(), err)
}

func unstableFindings(all []render.Instability) []object.Finding {
	var findings []object.Finding
	for _, u := range all {
		field := "spec.values"
		if u.Key != "" {
			field += "." + u.Key
		}
		findings = append(findings, object.Finding{
			Code: pipeline.CodeUnstable, Severity: object.SeverityWarning, Field: field,
			Problem: fmt.Sprintf("%s %s differs in every render", u.Object, cmp.Or(u.Field, "(its name)")), Fix: u.Fix,
		})
	}
	return findings
}
