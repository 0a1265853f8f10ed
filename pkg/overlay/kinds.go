// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// localConfig marks objects that configure tools and are not applied.
const localConfig = "config.kubernetes.io/local-config"

// isBuiltIn says whether Kustomize may know the fields of an object's kind: it
// is of a group of Kubernetes itself, or has the name of a kind that takes part
// in name references.
func isBuiltIn(o object.Object) bool {
	group := o.Group()
	return !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io") || slices.Contains(referenceKinds(), o.GetKind())
}

// referenceKinds are the kinds that refer to others by name, or are referred
// to, in Kustomize's default configuration.
func referenceKinds() []string {
	return []string{
		"APIService", "ClusterRole", "ClusterRoleBinding", "ConfigMap", "CronJob", "DaemonSet", "Deployment",
		"HorizontalPodAutoscaler", "Ingress", "IngressClass", "Job", "MutatingWebhookConfiguration", "Namespace", "Node",
		"PersistentVolume", "PersistentVolumeClaim", "Pod", "PodTemplate", "PriorityClass", "ReplicaSet",
		"ReplicationController", "Role", "RoleBinding", "Secret", "Service", "ServiceAccount", "StatefulSet", "StorageClass",
		"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
		"CustomResourceDefinition",
	}
}

// isLeaf says whether an object is of a built-in, namespaced kind that refers to
// no other object by name.
func isLeaf(o object.Object) bool {
	switch o.Group() {
	case "":
		return slices.Contains([]string{"ConfigMap", "Secret", "PersistentVolumeClaim", "ResourceQuota", "LimitRange"}, o.GetKind())
	case "networking.k8s.io":
		return o.GetKind() == "NetworkPolicy"
	case "policy":
		return o.GetKind() == "PodDisruptionBudget"
	default:
		return false
	}
}

// movesAlone says whether a change of namespaces changes nothing of an object of
// a built-in kind but its own: it is namespaced, and nothing that refers to it
// or that it refers to says a namespace.
func movesAlone(o object.Object) bool {
	switch o.Group() {
	case "apps":
		return slices.Contains([]string{"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"}, o.GetKind())
	case "batch":
		return slices.Contains([]string{"CronJob", "Job"}, o.GetKind())
	default:
		return isLeaf(o)
	}
}

// hasSelectors says whether labels and annotations reach deeper than the
// metadata of a kind.
func hasSelectors(kind string) bool {
	return slices.Contains([]string{
		"CronJob", "DaemonSet", "Deployment", "Job", "NetworkPolicy", "PodDisruptionBudget", "ReplicaSet",
		"ReplicationController", "Service", "StatefulSet",
	}, kind)
}

// hasReplicas says whether the field replicas of a kustomization applies.
func hasReplicas(kind string) bool {
	return slices.Contains([]string{"Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"}, kind)
}

// isClusterScoped says whether a kind that Kubernetes brings has no namespace.
// Of other kinds Kustomize knows nothing and treats them as namespaced.
func isClusterScoped(o object.Object) bool {
	return isBuiltIn(o) && slices.Contains([]string{
		"APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding",
		"ClusterTrustBundle", "ComponentStatus", "CustomResourceDefinition", "DeviceClass", "FlowSchema", "IPAddress",
		"IngressClass", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration",
		"Namespace", "Node", "PersistentVolume", "PriorityClass", "PriorityLevelConfiguration", "ResourceSlice",
		"RuntimeClass", "ServiceCIDR", "StorageClass", "StorageVersion", "ValidatingAdmissionPolicy",
		"ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment", "VolumeAttributesClass",
	}, o.GetKind())
}

// hasContainers says whether an object has a part in which the field images of
// a kustomization could find an image.
func hasContainers(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			if key == "containers" || key == "initContainers" || key == "volumes" || hasContainers(child) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, hasContainers)
	}
	return false
}

// hasEngineAnnotation says whether an object carries an annotation that steers
// Kustomize.
func hasEngineAnnotation(o object.Object) bool {
	metadata, _ := o.Object["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	for key := range annotations {
		if key != localConfig && (strings.HasPrefix(key, "config.kubernetes.io/") || strings.HasPrefix(key, "config.k8s.io/") ||
			strings.Contains(key, "kustomize") || strings.HasPrefix(key, "internal.config.kubernetes.io/")) &&
			!strings.Contains(key, ".fluxcd.io/") {
			return true
		}
	}
	return false
}

// isLocal says whether Kustomize leaves an object out of its result.
func isLocal(o object.Object) bool {
	value, ok := o.GetAnnotations()[localConfig]
	return ok && value != "false"
}
