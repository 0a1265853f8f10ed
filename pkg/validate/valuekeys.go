// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

func valueKeyRules() []Rule {
	return []Rule{
		failure("DG1210", "unknown value key",
			"No template of this chart version reads the key, and the chart ignores it in silence. Correct it, or list its path in spec.allowUnknownValues.",
			issuesOf(values.IssueUnknown)),
		failure("DG1211", "moved value key",
			"The meaning of the key lives at another key in this chart version; the old one is ignored in silence. Use the new key, or the typed field in spec.components.",
			issuesOf(values.IssueMoved)),
		failure("DG1212", "rejected value key",
			"This chart version refuses to render when the key is present. Remove it or use what replaced it.",
			issuesOf(values.IssueRejected)),
		warning("DG1213", "value key without effect",
			"The key is in the chart's values but nothing reads it in this version. Remove it.",
			issuesOf(values.IssueDead)),
		failure("DG1214", "value of the wrong type",
			"The chart reads another type at the key and would fail or misbehave.",
			issuesOf(values.IssueType)),
		failure("DG1215", "component field that the version cannot express",
			"The typed field has no counterpart in the values of this chart version. Remove it or move to a version that has it.",
			issuesOf(values.IssueUnsupported)),
		notice("DG1216", "needless or unreadable entry in allowUnknownValues",
			"The entry covers nothing in the values, or is no dotted path, so it only hides future mistakes.",
			eachPlatform(checkAllowedPaths)),
	}
}

func issuesOf(kind values.IssueKind) func(*Facts, *Report) {
	return eachPlatform(func(p *platform, r *Report) {
		for _, issue := range p.issues {
			if issue.Kind == kind {
				r.Add(issue.at, issue.Problem, orElse(issue.Fix, "remove it"))
			}
		}
	})
}

func checkAllowedPaths(p *platform, r *Report) {
	for i, entry := range p.Spec.Spec.AllowUnknownValues {
		at := p.field(item("allowUnknownValues", i))
		path, err := values.ParsePath(entry)
		if err != nil {
			r.Add(at, fmt.Sprintf("%q is not a dotted path", entry), `write a path such as "dynamo-operator.myKey"`)
			continue
		}
		_, raw := values.Get(p.Raw, path...)
		_, overlay := values.Get(p.Overlay, path...)
		if !raw && !overlay {
			r.Add(at, fmt.Sprintf("no value stands at %s", path), "remove the entry")
		}
	}
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
