// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff

import (
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

const definition = "CustomResourceDefinition"

// removed judges the removal of an object. One that came from a chart goes by
// Helm, one of the plan by Flux or Argo CD; each has its own way to keep it.
func removed(o object.Object, rendered bool) verdict {
	if reason, ok := stays(o, rendered); ok {
		return verdict{NoEffect, reason}
	}
	if isHook(o) {
		return verdict{NoEffect, "a hook that is gone after it ran"}
	}
	switch kindOf(o) {
	case definition + ".apiextensions.k8s.io":
		return verdict{DataAtRisk, "every object of the kind is deleted with its definition"}
	case "Namespace":
		return verdict{DataAtRisk, "everything in the namespace is deleted with it"}
	case "PersistentVolumeClaim", "PersistentVolume":
		return verdict{DataAtRisk, "what is stored may be deleted with it"}
	case "StatefulSet.apps":
		return verdict{DataAtRisk, "its claims stay, but nothing serves what they hold"}
	case "HelmRelease.helm.toolkit.fluxcd.io":
		return removedRelease(o)
	case "DynamoGraphDeployment.nvidia.com", "DynamoComponentDeployment.nvidia.com":
		return verdict{Deletes, "its pods go, and the model is not served any more"}
	case "DynamoModel.nvidia.com":
		return verdict{Deletes, "an adapter is unloaded from the workers"}
	default:
		return verdict{consequence: Deletes}
	}
}

func removedRelease(o object.Object) verdict {
	if suspended, _ := values.Get(o.Object, "spec", "suspend"); suspended == true {
		return verdict{Deletes, "the release itself stays installed, because the HelmRelease is suspended"}
	}
	chart, _ := values.Get(o.Object, "spec", "chart", "spec", "chart")
	if chart != "dynamo-crds" && o.GetName() != "dynamo-crds" {
		return verdict{Deletes, "the release is uninstalled"}
	}
	if keepsDefinitions(o) {
		return verdict{Deletes, "the definitions carry the policy keep and stay"}
	}
	return verdict{DataAtRisk, "the definitions go with the release, and every graph and model with them"}
}

// keepsDefinitions says whether a post-renderer of the release sets the policy
// keep on definitions.
func keepsDefinitions(o object.Object) bool {
	renderers, _ := values.Get(o.Object, "spec", "postRenderers")
	list, _ := renderers.([]any)
	for _, renderer := range list {
		content, _ := renderer.(map[string]any)
		patches, _ := values.Get(content, "kustomize", "patches")
		patchList, _ := patches.([]any)
		for _, patch := range patchList {
			fields, _ := patch.(map[string]any)
			text, _ := fields["patch"].(string)
			target, _ := values.Get(fields, "target", "kind")
			if target == definition && strings.Contains(text, "resource-policy") && strings.Contains(text, "keep") {
				return true
			}
		}
	}
	return false
}

// stays says whether an object outlives its removal from Git or from a chart.
func stays(o object.Object, rendered bool) (string, bool) {
	annotations := o.GetAnnotations()
	switch {
	case rendered:
		return "it stays: helm.sh/resource-policy is keep", annotations["helm.sh/resource-policy"] == "keep"
	case annotations["kustomize.toolkit.fluxcd.io/prune"] == "disabled":
		return "it stays: Flux does not prune it", true
	case strings.Contains(annotations["argocd.argoproj.io/sync-options"], "Prune=false"):
		return "it stays: Argo CD does not prune it", true
	default:
		return "", false
	}
}

func isHook(o object.Object) bool { return o.GetAnnotations()["helm.sh/hook"] != "" }

// forced says whether an object is made anew where it cannot be changed.
func forced(o object.Object) (string, bool) {
	annotations := o.GetAnnotations()
	options := annotations["argocd.argoproj.io/sync-options"]
	switch {
	case isHook(o):
		return "a hook is made anew for each upgrade", true
	case annotations["kustomize.toolkit.fluxcd.io/force"] == "enabled":
		return "Flux makes it anew, because force is enabled", true
	case strings.Contains(options, "Force=true") && strings.Contains(options, "Replace=true"):
		return "Argo CD makes it anew, because of Force and Replace", true
	default:
		return "", false
	}
}

// frozen says whether a ConfigMap or Secret is marked immutable.
func frozen(o object.Object) bool {
	return o.Group() == "" && (o.GetKind() == "ConfigMap" || o.GetKind() == "Secret") && o.Object["immutable"] == true
}
