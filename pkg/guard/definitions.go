// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

const keepFix = "merge a step before this one that keeps them: in the HelmRelease, a post-renderer that sets the annotation helm.sh/resource-policy: keep on every CustomResourceDefinition; wait until it is reconciled and the annotation is on the definitions, then merge this"

func definitionRules() []Rule {
	return []Rule{
		failure("DG1710", "definitions deleted with dynamo-crds",
			"From 1.0.0 there is no chart dynamo-crds. Pruning its HelmRelease uninstalls the definitions, and with them go every graph and every model in the cluster, unless they carry the policy keep before.",
			checkDefinitionsLost),
		notice("DG1711", "release of dynamo-crds goes, definitions stay",
			"The definitions carry the policy keep, so they outlive their release, and from 1.0.0 the operator takes them over. The policy must have reached the cluster before the release is removed.",
			checkDefinitionsKept),
		failure("DG1712", "release of dynamo-crds renamed or moved",
			"Helm refuses to install definitions that are marked as another release's, and uninstalling that release may delete them.",
			checkDefinitionsMoved),
		warning("DG1713", "definitions are not upgraded",
			"With upgradeCRD off, the operator of the new version meets the definitions of the old one, and the API server drops fields that those do not know.",
			eachStep(checkDefinitionsStale)),
	}
}

// definitionsGone calls visit for each release of dynamo-crds that is in before
// only, with the one in after that takes its place, or nil.
func (f *Facts) definitionsGone(visit func(before object.Object, after *object.Object)) {
	earlier, later := definitionReleases(f.before), definitionReleases(f.after)
	var successor *object.Object
	for i := range later {
		if !slices.ContainsFunc(earlier, sameRelease(later[i])) {
			successor = &later[i]
		}
	}
	for _, before := range earlier {
		if !slices.ContainsFunc(later, sameRelease(before)) {
			visit(before, successor)
		}
	}
}

// sameRelease compares the HelmRelease and the Helm release that it makes.
func sameRelease(a object.Object) func(object.Object) bool {
	return func(b object.Object) bool {
		return nameOf(a) == nameOf(b) && releaseName(a) == releaseName(b) && releaseNamespace(a) == releaseNamespace(b)
	}
}

func checkDefinitionsLost(f *Facts, r *Report) {
	f.definitionsGone(func(before object.Object, after *object.Object) {
		if after == nil && !keepsDefinitions(before) {
			r.Add(gone(before), "the release "+releaseName(before)+" goes away and takes the definitions with it: every graph and model in the cluster is deleted", keepFix)
		}
	})
}

func checkDefinitionsKept(f *Facts, r *Report) {
	f.definitionsGone(func(before object.Object, after *object.Object) {
		if after == nil && keepsDefinitions(before) {
			r.Add(gone(before), "the release "+releaseName(before)+" goes away, its definitions stay",
				"before merging, see that the policy has reached the cluster: kubectl get crd dynamographdeployments.nvidia.com -o yaml must show helm.sh/resource-policy: keep")
		}
	})
}

func checkDefinitionsMoved(f *Facts, r *Report) {
	f.definitionsGone(func(before object.Object, after *object.Object) {
		if after == nil {
			return
		}
		r.Add(at(*after, "metadata"),
			fmt.Sprintf("the definitions move from release %s in %s (%s) to %s in %s (%s)", releaseName(before), releaseNamespace(before), before.Reference(),
				releaseName(*after), releaseNamespace(*after), after.Reference()),
			"keep the HelmRelease dynamo-crds where it is; to move it, suspend the old one, set the annotations meta.helm.sh/release-name and release-namespace of each definition to the new release, then merge")
	})
}

// keepsDefinitions says whether the definitions of a release survive it: they
// get the policy keep, or the HelmRelease itself is not pruned.
func keepsDefinitions(release object.Object) bool {
	annotations := release.GetAnnotations()
	if annotations["kustomize.toolkit.fluxcd.io/prune"] == "disabled" ||
		strings.Contains(annotations["argocd.argoproj.io/sync-options"], "Prune=false") {
		return true
	}
	for _, renderer := range items(release.Object, "spec", "postRenderers") {
		for _, patch := range items(renderer, "kustomize", "patches") {
			content := text(patch, "patch")
			if text(patch, "target", "kind") == "CustomResourceDefinition" &&
				strings.Contains(content, "resource-policy") && strings.Contains(content, "keep") {
				return true
			}
		}
	}
	return false
}

func checkDefinitionsStale(s step, r *Report) {
	const upgrade = "dynamo-operator.upgradeCRD"
	if s.before.Version == s.after.Version || !s.after.installs(chart.PartOperator) || !s.after.atLeast("1.0.0") || s.after.flag(upgrade) {
		return
	}
	r.Add(s.after.blame("components.operator.upgradeCRDs", upgrade),
		fmt.Sprintf("the definitions stay at those of %s", s.before.Version),
		fmt.Sprintf("apply the definitions of %s with server-side apply before the operator is upgraded, or let one cluster-wide operator upgrade them", s.after.Version))
}
