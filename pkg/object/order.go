// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package object

import (
	"cmp"
	"slices"
)

// Stage groups kinds by when they are applied.
type Stage int

// The stages, in apply order.
const (
	// StageDefinitions holds namespaces and definitions of kinds.
	StageDefinitions Stage = iota
	// StageConfiguration holds what others read: secrets, accounts, roles.
	StageConfiguration
	// StageSources holds Flux sources.
	StageSources
	// StageReleases holds HelmReleases and plain workloads.
	StageReleases
	// StageModels holds what needs the operator: graphs and models.
	StageModels
)

// StageOf returns the stage of an object, by its kind and group.
func StageOf(o Object) Stage {
	group, kind := o.Group(), o.GetKind()
	switch {
	case group == "" && kind == "Namespace", kind == "CustomResourceDefinition", kind == "ClusterClass":
		return StageDefinitions
	case group == "source.toolkit.fluxcd.io":
		return StageSources
	case group == "nvidia.com", group == "grove.io", group == "scheduling.run.ai":
		return StageModels
	case isConfiguration(group, kind):
		return StageConfiguration
	default:
		return StageReleases
	}
}

func isConfiguration(group, kind string) bool {
	switch group {
	case "":
		return slices.Contains([]string{"ConfigMap", "Secret", "ServiceAccount", "PersistentVolume",
			"PersistentVolumeClaim", "ResourceQuota", "LimitRange"}, kind)
	case "rbac.authorization.k8s.io", "storage.k8s.io", "scheduling.k8s.io", "external-secrets.io",
		"bitnami.com", "cert-manager.io":
		return true
	default:
		return false
	}
}

// SortApplyOrder sorts objects into the order in which they are applied: by
// stage, then by what waits for what within it, then by group, kind, namespace
// and name. Equal objects keep their order.
func SortApplyOrder(objects []Object) {
	keys := make([]orderKey, len(objects))
	for i, o := range objects {
		keys[i] = newOrderKey(o)
	}
	slices.SortStableFunc(keys, compareKeys)
	for i, k := range keys {
		objects[i] = k.object
	}
}

type orderKey struct {
	stage                        Stage
	rank                         int
	group, kind, namespace, name string
	object                       Object
}

func newOrderKey(o Object) orderKey {
	return orderKey{
		stage: StageOf(o), rank: rankOf(o), group: o.Group(), kind: o.GetKind(),
		namespace: o.GetNamespace(), name: o.GetName(), object: o,
	}
}

func compareKeys(a, b orderKey) int {
	return cmp.Or(
		cmp.Compare(a.stage, b.stage),
		cmp.Compare(a.rank, b.rank),
		cmp.Compare(a.group, b.group),
		cmp.Compare(a.kind, b.kind),
		cmp.Compare(a.namespace, b.namespace),
		cmp.Compare(a.name, b.name),
	)
}

// rankOf orders objects inside a stage where one waits for or reads the other.
func rankOf(o Object) int {
	switch o.GetKind() {
	case "Namespace":
		return 0
	case "DynamoGraphDeployment", "DynamoComponentDeployment", "PriorityClass", "ServiceAccount":
		return 1
	case "DynamoModel":
		return 3
	case "HelmRelease":
		if spec, ok := o.Object["spec"].(map[string]any); ok && spec["dependsOn"] != nil {
			return 3
		}
		return 2
	default:
		return 2
	}
}
