// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// verdict is a consequence with its reason.
type verdict struct {
	consequence Consequence
	reason      string
}

// fieldRule is one row of the table of consequences. The first row that fits a
// field decides.
type fieldRule struct {
	// kind is "Kind" or "Kind.group"; empty for every kind.
	kind string
	// path is a list of keys between spaces. A key "*" is any one key or item;
	// a final "**" is everything at that place and below.
	path string
	// when narrows the row; nil for always.
	when func(difference) bool
	verdict
}

// fieldRules returns the table.
func fieldRules() []fieldRule {
	return slices.Concat(metadataRules(), workloadRules(), storageRules(), coreRules(), dynamoRules(), fluxRules())
}

func row(kind, path string, consequence Consequence, reason string) fieldRule {
	return fieldRule{kind: kind, path: path, verdict: verdict{consequence, reason}}
}

// bookkeeping is the reason of fields of which the lists for people say nothing
// where an object has no others.
const bookkeeping = "read by nobody but Helm and its users"

func metadataRules() []fieldRule {
	return []fieldRule{
		row("", "metadata labels helm.sh/chart", NoEffect, bookkeeping),
		row("", "metadata labels app.kubernetes.io/version", NoEffect, bookkeeping),
		row("", "metadata labels app.kubernetes.io/managed-by", NoEffect, bookkeeping),
		row("", "metadata labels heritage", NoEffect, bookkeeping),
		row("", "metadata annotations meta.helm.sh/release-name", NoEffect, bookkeeping),
		row("", "metadata annotations meta.helm.sh/release-namespace", NoEffect, bookkeeping),
		row("", "metadata annotations config.kubernetes.io/**", NoEffect, bookkeeping),
		row("", "metadata annotations "+lastApplied, NoEffect, bookkeeping),
		row("", "metadata labels **", Changes, ""),
		row("DynamoGraphDeployment.nvidia.com", "metadata annotations nvidia.com/workload-provider", Refused, "admission keeps the workload provider"),
		row("", "metadata annotations **", Changes, ""),
		row("", "metadata finalizers **", Changes, ""),
		row("", "apiVersion", Changes, "the same object in another version"),
		row("", "status **", NoEffect, "written by controllers"),
	}
}

func workloadRules() []fieldRule {
	const (
		restarts  = "the pod template changes"
		immutable = "immutable in a StatefulSet that exists"
		selector  = "the selector is immutable"
	)
	return []fieldRule{
		{kind: "StatefulSet.apps", path: "spec volumeClaimTemplates * spec resources requests storage", when: shrinks,
			verdict: verdict{DataAtRisk, "a claim never shrinks; only a new, empty one is smaller"}},
		row("StatefulSet.apps", "spec template **", Restarts, restarts),
		{kind: "StatefulSet.apps", path: "spec replicas", when: shrinks, verdict: verdict{DataAtRisk, "members go with their share of the data"}},
		row("StatefulSet.apps", "spec replicas", Changes, ""),
		{kind: "StatefulSet.apps", path: "spec persistentVolumeClaimRetentionPolicy *", when: becomes("Delete"),
			verdict: verdict{DataAtRisk, "claims are deleted with the set or its pods"}},
		row("StatefulSet.apps", "spec persistentVolumeClaimRetentionPolicy **", Changes, ""),
		row("StatefulSet.apps", "spec updateStrategy **", Changes, ""),
		row("StatefulSet.apps", "spec minReadySeconds", Changes, ""),
		row("StatefulSet.apps", "spec revisionHistoryLimit", Changes, ""),
		row("StatefulSet.apps", "spec ordinals **", Changes, ""),
		row("StatefulSet.apps", "spec **", Refused, immutable),
		row("Deployment.apps", "spec selector **", Refused, selector),
		row("Deployment.apps", "spec template **", Restarts, restarts),
		row("DaemonSet.apps", "spec selector **", Refused, selector),
		row("DaemonSet.apps", "spec template **", Restarts, restarts),
		row("Job.batch", "spec suspend", Changes, ""),
		row("Job.batch", "spec parallelism", Changes, ""),
		row("Job.batch", "spec activeDeadlineSeconds", Changes, ""),
		row("Job.batch", "spec backoffLimit", Changes, ""),
		row("Job.batch", "spec ttlSecondsAfterFinished", Changes, ""),
		row("Job.batch", "spec **", Refused, "immutable in a Job that exists"),
		row("Pod", "spec **", Refused, "immutable in a Pod that exists"),
	}
}

func storageRules() []fieldRule {
	return []fieldRule{
		{kind: "PersistentVolumeClaim", path: "spec resources requests storage", when: shrinks, verdict: verdict{DataAtRisk, "a claim never shrinks"}},
		row("PersistentVolumeClaim", "spec resources **", Changes, "where the storage class allows expansion"),
		row("PersistentVolumeClaim", "spec volumeAttributesClassName", Changes, ""),
		row("PersistentVolumeClaim", "spec **", Refused, "immutable in a claim that exists"),
		{kind: "PersistentVolume", path: "spec persistentVolumeReclaimPolicy", when: becomes("Delete"), verdict: verdict{DataAtRisk, "the volume is deleted with its claim"}},
		row("StorageClass.storage.k8s.io", "allowVolumeExpansion", Changes, ""),
		row("StorageClass.storage.k8s.io", "mountOptions **", Refused, "immutable in a StorageClass"),
		row("StorageClass.storage.k8s.io", "parameters **", Refused, "immutable in a StorageClass"),
		row("StorageClass.storage.k8s.io", "provisioner", Refused, "immutable in a StorageClass"),
		row("StorageClass.storage.k8s.io", "reclaimPolicy", Refused, "immutable in a StorageClass"),
		row("StorageClass.storage.k8s.io", "volumeBindingMode", Refused, "immutable in a StorageClass"),
	}
}

func coreRules() []fieldRule {
	const role = "a binding keeps its role; delete it first"
	return []fieldRule{
		{kind: "Service", path: "spec clusterIP", when: replaced, verdict: verdict{Refused, "the cluster IP is immutable"}},
		{kind: "Service", path: "spec clusterIPs **", when: replaced, verdict: verdict{Refused, "the cluster IP is immutable"}},
		row("Secret", "type", Refused, "the type of a Secret is immutable"),
		row("RoleBinding.rbac.authorization.k8s.io", "roleRef **", Refused, role),
		row("ClusterRoleBinding.rbac.authorization.k8s.io", "roleRef **", Refused, role),
		row("PriorityClass.scheduling.k8s.io", "value", Refused, "the value of a PriorityClass is immutable"),
		row("PriorityClass.scheduling.k8s.io", "preemptionPolicy", Refused, "immutable in a PriorityClass"),
		row("IngressClass.networking.k8s.io", "spec controller", Refused, "the controller of an IngressClass is immutable"),
		row("CustomResourceDefinition.apiextensions.k8s.io", "spec scope", Refused, "the scope of a definition is immutable"),
		row("CustomResourceDefinition.apiextensions.k8s.io", "spec group", Refused, "the group of a definition is immutable"),
		{kind: "CustomResourceDefinition.apiextensions.k8s.io", path: "spec versions *", when: vanishes, verdict: verdict{Refused, "a version in which objects are stored cannot go"}},
	}
}

func dynamoRules() []fieldRule {
	const (
		graph     = "DynamoGraphDeployment.nvidia.com"
		component = "DynamoComponentDeployment.nvidia.com"
		model     = "DynamoModel.nvidia.com"
		admission = "admission refuses it for an object that exists"
		pods      = "the pods of the component change"
	)
	rules := []fieldRule{
		row(model, "spec baseModelName", Refused, admission),
		row(model, "spec modelType", Refused, admission),
		row(model, "spec modelName", Changes, "the old adapter stays loaded"),
		row(model, "spec source **", NoEffect, "workers that have the name loaded keep the old weights"),
		row(graph, "spec backendFramework", Refused, admission),
		row(graph, "spec topologyConstraint **", Refused, admission),
		row(graph, "spec kvTransferPolicy **", Refused, admission),
		row(graph, "spec restart **", Restarts, "a restart is asked for"),
	}
	for _, components := range []string{"spec services", "spec components"} {
		rules = append(rules,
			fieldRule{kind: graph, path: components + " *", when: onlyOne, verdict: verdict{Refused, "admission refuses another set of components"}},
			fieldRule{kind: graph, path: components + " * multinode", when: onlyOne, verdict: verdict{Refused, admission}},
			row(graph, components+" * topologyConstraint **", Refused, admission),
			row(graph, components+" * kvTransferPolicy **", Refused, admission),
			row(graph, components+" * minAvailable", Refused, "immutable from chart 1.3.0"),
			row(graph, components+" * replicas", Changes, ""),
			row(graph, components+" * scalingAdapter **", Changes, ""),
			row(graph, components+" * autoscaling **", NoEffect, "no operator reads it"),
		)
	}
	return append(rules,
		row(graph, "spec **", Restarts, pods),
		row(component, "spec replicas", Changes, ""),
		row(component, "spec backendFramework", Refused, admission),
		row(component, "spec **", Restarts, pods),
	)
}

func fluxRules() []fieldRule {
	const (
		release = "HelmRelease.helm.toolkit.fluxcd.io"
		moved   = "the old release is uninstalled, the new one starts empty"
		upgrade = "the release is upgraded; render to see which pods restart"
	)
	return []fieldRule{
		row(release, "spec releaseName", DataAtRisk, moved),
		row(release, "spec targetNamespace", DataAtRisk, moved),
		row(release, "spec storageNamespace", DataAtRisk, "the history of the release stays behind; "+moved),
		row(release, "spec kubeConfig **", DataAtRisk, "the release goes to another cluster"),
		row(release, "spec chart spec version", Restarts, upgrade),
		row(release, "spec chart spec chart", Restarts, upgrade),
		row(release, "spec chartRef **", Restarts, upgrade),
		row(release, "spec postRenderers **", Restarts, upgrade),
		row(release, "spec values **", Restarts, upgrade),
		row(release, "spec valuesFrom **", Restarts, upgrade),
		row("OCIRepository.source.toolkit.fluxcd.io", "spec ref **", Restarts, upgrade),
	}
}

// consequences judges changes by the table.
type consequences struct{ byKind map[string][]compiledRule }

type compiledRule struct {
	fieldRule
	keys []string
}

func newConsequences() *consequences {
	c := &consequences{byKind: map[string][]compiledRule{}}
	for _, rule := range fieldRules() {
		c.byKind[rule.kind] = append(c.byKind[rule.kind], compiledRule{rule, strings.Fields(rule.path)})
	}
	return c
}

// field judges one field of an object.
func (c *consequences) field(before, after object.Object, d difference) verdict {
	v := c.table(kindOf(after), d)
	if frozen(before) && len(d.at) > 0 && slices.Contains([]string{"data", "binaryData", "stringData", "immutable"}, d.at[0].key) {
		v = verdict{Refused, "the object is marked immutable"}
	}
	if v.consequence == Refused {
		if reason, ok := forced(after); ok {
			return verdict{Replaces, reason}
		}
	}
	return v
}

func (c *consequences) table(kind string, d difference) verdict {
	// Metadata is judged for all kinds alike, but a kind may say more.
	for _, kind := range []string{kind, ""} {
		for _, rule := range c.byKind[kind] {
			if matches(rule.keys, d.at) && (rule.when == nil || rule.when(d)) {
				return rule.verdict
			}
		}
	}
	return verdict{consequence: Changes}
}

// kindOf returns "Kind.group", or "Kind" for the core group.
func kindOf(o object.Object) string {
	if group := o.Group(); group != "" {
		return o.GetKind() + "." + group
	}
	return o.GetKind()
}

func matches(keys []string, at location) bool {
	for i, key := range keys {
		if key == "**" {
			return true
		}
		if i >= len(at) {
			return false
		}
		if prefix, ok := strings.CutSuffix(key, "/**"); ok && strings.HasPrefix(at[i].key, prefix+"/") {
			return true
		}
		if key != "*" && key != at[i].key {
			return false
		}
	}
	return len(keys) == len(at)
}

func shrinks(d difference) bool {
	before, ok := quantity(d.before)
	after, ok2 := quantity(d.after)
	return ok && ok2 && after.Cmp(before) < 0
}

func quantity(value any) (resource.Quantity, bool) {
	switch v := value.(type) {
	case string:
		q, err := resource.ParseQuantity(v)
		return q, err == nil
	case int64:
		return *resource.NewQuantity(v, resource.DecimalSI), true
	case float64:
		return *resource.NewQuantity(int64(v), resource.DecimalSI), true
	default:
		return resource.Quantity{}, false
	}
}

func becomes(want string) func(difference) bool {
	return func(d difference) bool { return d.after == want }
}

func replaced(d difference) bool { return d.change() == Changed }

func vanishes(d difference) bool { return d.change() == Removed }

func onlyOne(d difference) bool { return (d.before == nil) != (d.after == nil) }
