// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package reconcile

import (
	"cmp"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// Labels by which the objects of one PlatformSync are known.
const (
	LabelName      = v1alpha1.Group + "/name"
	LabelNamespace = v1alpha1.Group + "/namespace"
)

// Owner is who applies an object.
type Owner struct {
	// Name of the PlatformSync.
	Name string
	// Namespace of the PlatformSync.
	Namespace string
}

// Owns says whether an object carries the labels of the owner.
func (o Owner) Owns(live *unstructured.Unstructured) bool {
	labels := live.GetLabels()
	return labels[LabelName] == o.Name && labels[LabelNamespace] == o.Namespace
}

// Foreign says who else applies the object, in words; empty when nobody does.
func (o Owner) Foreign(live *unstructured.Unstructured) string {
	if o.Owns(live) {
		return ""
	}
	labels, annotations := live.GetLabels(), live.GetAnnotations()
	if name := labels[LabelName]; name != "" {
		return "PlatformSync " + labels[LabelNamespace] + "/" + name
	}
	if name := labels["kustomize.toolkit.fluxcd.io/name"]; name != "" {
		return "Kustomization " + labels["kustomize.toolkit.fluxcd.io/namespace"] + "/" + name
	}
	if name := labels["helm.toolkit.fluxcd.io/name"]; name != "" {
		return "HelmRelease " + labels["helm.toolkit.fluxcd.io/namespace"] + "/" + name
	}
	if name := annotations["meta.helm.sh/release-name"]; name != "" && labels["app.kubernetes.io/managed-by"] == "Helm" {
		return "Helm release " + annotations["meta.helm.sh/release-namespace"] + "/" + name
	}
	if name := cmp.Or(annotations["argocd.argoproj.io/tracking-id"], labels["argocd.argoproj.io/instance"]); name != "" {
		return "Argo CD application " + name
	}
	return ""
}
