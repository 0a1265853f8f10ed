// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd

import (
	"maps"
	"strconv"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// The annotations of Argo CD that are written.
const (
	annotationWave       = "argocd.argoproj.io/sync-wave"
	annotationOptions    = "argocd.argoproj.io/sync-options"
	annotationHook       = "argocd.argoproj.io/hook"
	annotationHookDelete = "argocd.argoproj.io/hook-delete-policy"
)

// The sync waves, in which each waits for the health of the one before.
const (
	waveNamespace   = -3
	waveDefinitions = -2
	waveRelease     = 0
	waveAfter       = 1
	waveGraphs      = 2
	waveModels      = 3
)

// The sync options that single objects carry.
const (
	optionKeep          = "Prune=false"
	optionServerSide    = "ServerSideApply=true"
	optionMissingKind   = "SkipDryRunOnMissingResource=true"
	groupScheduling     = "scheduling.run.ai"
	groupDynamo         = "nvidia.com"
	kindDefinition      = "CustomResourceDefinition"
	annotationHelmHook  = "helm.sh/hook"
	annotationHelmKeep  = "helm.sh/resource-policy"
	annotationHelmAfter = annotationHelmHook + "-delete-policy"
	annotationHelmOrder = annotationHelmHook + "-weight"
)

// mark returns a copy of an object with Argo CD's annotations for its kind. What
// the author wrote stays.
func mark(o object.Object) object.Object {
	wave, options := place(o)
	annotations := map[string]string{}
	if wave != 0 {
		annotations[annotationWave] = strconv.Itoa(wave)
	}
	if len(options) > 0 {
		annotations[annotationOptions] = strings.Join(options, ",")
	}
	return annotate(o, annotations)
}

// place says when an object is applied, and with which options.
func place(o object.Object) (wave int, options []string) {
	switch group, kind := o.Group(), o.GetKind(); {
	case group == "" && kind == "Namespace":
		return waveNamespace, []string{optionKeep}
	case kind == kindDefinition:
		return waveDefinitions, []string{optionKeep, optionServerSide}
	case group == groupDynamo && kind == "DynamoModel":
		return waveModels, []string{optionMissingKind}
	case group == groupDynamo:
		return waveGraphs, []string{optionMissingKind}
	case group == groupScheduling, group == "grove.io":
		return waveAfter, []string{optionMissingKind}
	default:
		return waveRelease, nil
	}
}

// annotate returns a copy of an object with more annotations; those that it has
// stay as they are.
func annotate(o object.Object, more map[string]string) object.Object {
	all := map[string]string{}
	maps.Copy(all, more)
	maps.Copy(all, o.GetAnnotations())
	copied := o
	copied.Unstructured = o.DeepCopy()
	if len(all) > 0 {
		copied.SetAnnotations(all)
	}
	return copied
}

// without returns a copy of an object that lacks Helm's annotations of hooks.
func without(o object.Object) object.Object {
	annotations := o.GetAnnotations()
	for _, name := range []string{annotationHelmHook, annotationHelmAfter, annotationHelmOrder} {
		delete(annotations, name)
	}
	copied := o
	copied.Unstructured = o.DeepCopy()
	if len(annotations) == 0 {
		annotations = nil
	}
	copied.SetAnnotations(annotations)
	return copied
}
