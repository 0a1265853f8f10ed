// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"slices"

	v2 "helm.sh/helm/v4/pkg/chart/v2"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// scopes knows which kinds are cluster-scoped. Helm asks the cluster; here the
// table of built-in kinds answers, then the definitions in the chart, and what
// nobody knows counts as namespaced: an API server drops the namespace of a
// cluster-scoped object, but puts one that lacks a namespace in the wrong place.
type scopes struct {
	in      Input
	chart   *v2.Chart
	known   map[schema.GroupKind]bool // whether the kind is namespaced
	scanned bool
}

func newScopes(in Input, chart *v2.Chart) *scopes {
	s := &scopes{in: in, chart: chart, known: map[schema.GroupKind]bool{}}
	for group, kinds := range clusterKinds() {
		for _, kind := range kinds {
			s.known[schema.GroupKind{Group: group, Kind: kind}] = false
		}
	}
	for _, kind := range in.ClusterKinds {
		s.known[kind] = false
	}
	return s
}

// learn takes in the scope that a CustomResourceDefinition declares.
func (s *scopes) learn(content map[string]any) {
	if content["kind"] != "CustomResourceDefinition" {
		return
	}
	spec, _ := content["spec"].(map[string]any)
	names, _ := spec["names"].(map[string]any)
	group, _ := spec["group"].(string)
	kind, _ := names["kind"].(string)
	if scope, _ := spec["scope"].(string); scope != "" && kind != "" {
		s.known[schema.GroupKind{Group: group, Kind: kind}] = scope != "Cluster"
	}
}

// namespaced says whether objects of a kind have a namespace. The chart's crds/
// directories are read when a kind is asked for that is not known otherwise.
func (s *scopes) namespaced(kind schema.GroupKind) bool {
	if namespaced, ok := s.known[kind]; ok {
		return namespaced
	}
	if builtIn(kind.Group) {
		return true
	}
	if !s.scanned {
		s.scanned = true
		for _, crd := range s.chart.CRDObjects() {
			objects, err := s.in.Chart.definitionsOf(crd)
			if err != nil {
				continue // not part of the output, so not an error; IncludeCRDs reports it
			}
			for _, o := range objects {
				s.learn(o.Object)
			}
		}
	}
	namespaced, ok := s.known[kind]
	return namespaced || !ok
}

// builtIn says whether a group is one whose cluster-scoped kinds are all in the
// table.
func builtIn(group string) bool {
	return slices.Contains([]string{
		"", "apps", "batch", "policy", "autoscaling", "networking.k8s.io", "rbac.authorization.k8s.io", "coordination.k8s.io",
		"discovery.k8s.io", "events.k8s.io", "monitoring.coreos.com",
	}, group)
}

// clusterKinds lists kinds without a namespace, by group: those of Kubernetes,
// and those that a Dynamo platform commonly meets whose definitions come from
// another chart.
func clusterKinds() map[string][]string {
	return map[string][]string{
		"":                             {"Namespace", "Node", "PersistentVolume", "ComponentStatus"},
		"admissionregistration.k8s.io": {"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"},
		"apiextensions.k8s.io":         {"CustomResourceDefinition"},
		"apiregistration.k8s.io":       {"APIService"},
		"authentication.k8s.io":        {"TokenReview", "SelfSubjectReview"},
		"authorization.k8s.io":         {"SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"},
		"certificates.k8s.io":          {"CertificateSigningRequest", "ClusterTrustBundle"},
		"flowcontrol.apiserver.k8s.io": {"FlowSchema", "PriorityLevelConfiguration"},
		"internal.apiserver.k8s.io":    {"StorageVersion"},
		"networking.k8s.io":            {"IngressClass", "IPAddress", "ServiceCIDR"},
		"node.k8s.io":                  {"RuntimeClass"},
		"policy":                       {"PodSecurityPolicy"},
		"rbac.authorization.k8s.io":    {"ClusterRole", "ClusterRoleBinding"},
		"resource.k8s.io":              {"DeviceClass", "ResourceSlice", "DeviceTaintRule"},
		"scheduling.k8s.io":            {"PriorityClass"},
		"storage.k8s.io":               {"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"},
		"storagemigration.k8s.io":      {"StorageVersionMigration"},

		"cert-manager.io":           {"ClusterIssuer"},
		"external-secrets.io":       {"ClusterSecretStore", "ClusterExternalSecret"},
		"gateway.networking.k8s.io": {"GatewayClass"},
		"grove.io":                  {"ClusterTopology", "ClusterTopologyBinding"},
		"kai.scheduler":             {"Config", "SchedulingShard", "Topology"},
		"karpenter.sh":              {"NodePool", "NodeClaim"},
		"nvidia.com":                {"ClusterPolicy", "NVIDIADriver", "GPUCluster"},
		"scheduling.run.ai":         {"Queue"},
		"trust.cert-manager.io":     {"Bundle"},
	}
}
