// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// Rendered makes what charts render fit for Argo CD, which has no releases:
//
//   - a Job or Pod that is a hook gets the hook of Argo CD that comes closest;
//   - what else is a hook after an installation, such as KAI's queues, becomes an
//     ordinary object of a later wave, so that it is not deleted and made anew by
//     each sync;
//   - a hook that must not run on an installation is left out, with a finding:
//     Argo CD would run it before the first one;
//   - tests and rollbacks are left out, as Argo CD does;
//   - namespaces and definitions are never pruned, and everything has its wave.
//
// The objects that are given stay as they are; order is kept.
func Rendered(objects []object.Object) ([]object.Object, []object.Finding) {
	var findings []object.Finding
	out := make([]object.Object, 0, len(objects))
	for _, o := range objects {
		events := words(o.GetAnnotations()[annotationHelmHook])
		if len(events) == 0 {
			out = append(out, mark(o))
			continue
		}
		phase, known := phaseOf(events)
		switch runs := o.GetKind() == "Job" || o.GetKind() == "Pod"; {
		case !known:
			if f, ok := leftOut(o, events); ok {
				findings = append(findings, f)
			}
		case runs || phase != "PostSync":
			out = append(out, hook(o, phase))
		default:
			out = append(out, later(o))
		}
	}
	return out, findings
}

// phaseOf translates the events of a Helm hook; false when there is none that
// means the same.
func phaseOf(events []string) (string, bool) {
	has := func(event string) bool { return slices.Contains(events, event) }
	switch {
	case has("pre-install"), has("crd-install"):
		return "PreSync", true
	case has("post-install"), has("post-upgrade"):
		return "PostSync", true
	case has("post-delete"):
		return "PostDelete", true
	default:
		return "", false
	}
}

// leftOut says that a hook is missing, where it does something on upgrades.
func leftOut(o object.Object, events []string) (object.Finding, bool) {
	if !slices.Contains(events, "pre-upgrade") || o.GetKind() != "Job" {
		return object.Finding{}, false
	}
	return object.Finding{
		Code: pipeline.CodeArgo, Severity: object.SeverityInfo, Object: o.Reference(),
		Problem: "the hook that runs before upgrades is left out, because Argo CD would run it before the installation as well",
		Fix:     "use the output helmrelease where the hook is needed",
	}, true
}

// hook turns a Helm hook into one of Argo CD.
func hook(o object.Object, phase string) object.Object {
	annotations := o.GetAnnotations()
	policies := words(annotations[annotationHelmAfter])
	names := map[string]string{
		"before-hook-creation": "BeforeHookCreation", "hook-succeeded": "HookSucceeded", "hook-failed": "HookFailed",
	}
	var kept []string
	for _, policy := range policies {
		if name := names[policy]; name != "" {
			kept = append(kept, name)
		}
	}
	wave := cmp.Or(annotations[annotationHelmOrder], "0")
	return annotate(without(o), map[string]string{
		annotationHook:       phase,
		annotationHookDelete: cmp.Or(strings.Join(kept, ","), "BeforeHookCreation"),
		annotationWave:       wave,
	})
}

// later turns a hook that only is there into an object that stays.
func later(o object.Object) object.Object {
	plain := mark(without(o))
	annotations := plain.GetAnnotations()
	if annotations[annotationWave] == "" {
		plain = annotate(plain, map[string]string{annotationWave: "1"})
	}
	return plain
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// Refuse turns into errors the warnings that Argo CD must not live with: it has
// no helm-controller that reads values from the cluster, and what renders
// differently each time is never in sync.
func Refuse(output Output, findings []object.Finding) {
	if output == OutputHelmRelease {
		return
	}
	for i := range findings {
		switch findings[i].Code {
		case pipeline.CodeUnstable, pipeline.CodeClusterValues, codeTokenPerRender:
			findings[i].Severity = object.SeverityError
		}
	}
}

// codeTokenPerRender is the rule about etcd's key, which knows without rendering.
const codeTokenPerRender = "DG1346"
