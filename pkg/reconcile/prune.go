// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package reconcile

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// Verdict is what becomes of an object that is gone from Git.
type Verdict int

// The verdicts.
const (
	// Forget: the object is gone, is not ours or is to stay. It leaves the inventory.
	Forget Verdict = iota
	// Delete the object.
	Delete
	// Release a HelmRelease without uninstalling what it installed.
	Release
	// Refuse: deleting would destroy data or definitions. The object stays in
	// the inventory until somebody confirms.
	Refuse
)

// Safety bounds what may be pruned. The zero value is the default.
type Safety struct {
	// Confirmed lifts every protection. Default: false.
	Confirmed bool
	// MaxShare is the greatest part of the inventory, in percent, that may go at
	// once. Default: 50.
	MaxShare int
	// ShareFrom is the size of an inventory from which MaxShare counts: of two
	// objects one is half, and no sign of a mistake. Default: 6.
	ShareFrom int
}

const (
	defaultMaxShare  = 50
	defaultShareFrom = 6
)

// TooMany says whether so many of an inventory must not go at once.
func (s Safety) TooMany(gone, total int) bool {
	share, from := s.MaxShare, s.ShareFrom
	if share == 0 {
		share = defaultMaxShare
	}
	if from == 0 {
		from = defaultShareFrom
	}
	return !s.Confirmed && total >= from && gone*100 > total*share
}

// Judge decides about one object that is gone from Git. A nil live object is
// one that the cluster no longer has. It is pure.
func (s Safety) Judge(owner Owner, live *unstructured.Unstructured) Verdict {
	if live == nil || !owner.Owns(live) {
		return Forget
	}
	switch live.GetAnnotations()[v1alpha1.AnnotationPrune] {
	case v1alpha1.PruneDisabled:
		return Forget
	case v1alpha1.PruneEnabled:
		return Delete
	}
	if isHelmRelease(live) && bearsDefinitions(live) {
		return Release // uninstalling would take the definitions, and every graph and model with them
	}
	if !s.Confirmed && protected(live) {
		return Refuse
	}
	return Delete
}

// protected says whether deleting an object destroys data or definitions.
func protected(live *unstructured.Unstructured) bool {
	gvk := live.GroupVersionKind()
	switch gvk.Group + "/" + gvk.Kind {
	case "/Namespace", "/PersistentVolumeClaim", "/PersistentVolume", "apps/StatefulSet",
		"apiextensions.k8s.io/CustomResourceDefinition":
		return true
	}
	return isHelmRelease(live) && bearsState(live)
}

func isHelmRelease(live *unstructured.Unstructured) bool {
	gvk := live.GroupVersionKind()
	return gvk.Group == "helm.toolkit.fluxcd.io" && gvk.Kind == "HelmRelease"
}

// bearsDefinitions says whether a release holds CustomResourceDefinitions, by
// its inventory, or by the chart's name where it has none.
func bearsDefinitions(live *unstructured.Unstructured) bool {
	chart, _, _ := unstructured.NestedString(live.Object, "spec", "chart", "spec", "chart")
	held, _ := installs(live, "_apiextensions.k8s.io_CustomResourceDefinition")
	return held || chart == "dynamo-crds" || strings.HasSuffix(chart, "/dynamo-crds")
}

// bearsState says whether a release holds StatefulSets or claims. A release
// that does not tell what it installed is taken to.
func bearsState(live *unstructured.Unstructured) bool {
	held, known := installs(live, "_apps_StatefulSet", "__PersistentVolumeClaim")
	return held || !known
}

// installs looks for kinds in the inventory that helm-controller writes.
func installs(live *unstructured.Unstructured, suffixes ...string) (held, known bool) {
	entries, known, err := unstructured.NestedSlice(live.Object, "status", "inventory", "entries")
	if err != nil || !known {
		return false, false
	}
	for _, entry := range entries {
		fields, _ := entry.(map[string]any)
		id, _ := fields["id"].(string)
		for _, suffix := range suffixes {
			if strings.HasSuffix(id, suffix) {
				return true, true
			}
		}
	}
	return false, true
}
