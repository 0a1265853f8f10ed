// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"fmt"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

func valueRules() []Rule {
	return []Rule{
		failure("DG1780", "value key that the new version does not take",
			"The key meant something to the chart before. The new version ignores it in silence, or refuses to render.",
			eachStep(checkRawKeys)),
		notice("DG1781", "value of the overlay that the new version does not take",
			"The overlay's values are rewritten for the chart version; what has no counterpart is left out.",
			eachStep(checkTranslated)),
	}
}

func checkRawKeys(s step, r *Report) {
	if s.before.chart == nil || s.after.chart == nil || s.before.Version == s.after.Version {
		return
	}
	raw, allow := rawValues(s.Facts.after.Config, s.after)
	if len(raw) == 0 {
		return
	}
	known := map[string]bool{}
	for _, issue := range s.before.chart.CheckValues(raw, allow) {
		known[issue.Path.String()] = true
	}
	for _, issue := range s.after.chart.CheckValues(raw, allow) {
		if known[issue.Path.String()] || issue.Kind == values.IssueType {
			continue
		}
		severity := object.SeverityError
		if issue.Kind == values.IssueDead {
			severity = object.SeverityWarning
		}
		fix := issue.Fix
		if fix == "" {
			fix = fmt.Sprintf("remove it, or run dynamo-gitops migrate --to %s, which rewrites what moved", s.after.Version)
		}
		r.AddAs(severity, at(s.after.Source, "spec.values."+issue.Path.String()),
			fmt.Sprintf("%s (chart %s took it)", issue.Problem, s.before.Version), fix)
	}
}

// rawValues returns spec.values of the Platform and the paths that its author
// vouches for.
func rawValues(set *config.Set, p *platform) (map[string]any, []string) {
	raw, _ := values.Get(p.Source.Object, "spec", "values")
	content, _ := raw.(map[string]any)
	if set == nil {
		return content, nil
	}
	return content, p.spec.Spec.AllowUnknownValues
}

func checkTranslated(s step, r *Report) {
	if s.after.spec.Spec.Overlay == "" {
		return // A shipped profile holds what each version needs.
	}
	already := map[string]bool{}
	for _, change := range s.before.Translated {
		already[change.From.String()] = len(change.To) == 0
	}
	for _, change := range s.after.Translated {
		if len(change.To) > 0 || already[change.From.String()] {
			continue
		}
		r.Add(at(s.after.Source, s.after.profileField()),
			fmt.Sprintf("%s of the %s has no counterpart in %s: %s", change.From, strings.TrimPrefix(s.after.profileField(), "spec."), s.after.Version, change.Reason),
			"nothing to do where the new version does it by itself; otherwise say it in spec.components or spec.values")
	}
}
