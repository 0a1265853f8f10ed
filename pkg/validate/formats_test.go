// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate_test

import "strings"

func formatCases() []ruleCase {
	route := func(fields string) string { return plat("0.9.0", "routes: [{graph: ns/g, "+fields+"}]") }
	ignore := func(rule string) string { return plat("0.9.0", "drift: {ignore: [{"+rule+"}]}") }
	components := func(fields string) string { return plat("0.9.0", "components: {"+fields+"}") }
	return []ruleCase{
		{"DG1360", "long", with(strings.Repeat("a", 64), "ns", plat("0.9.0", "releaseName: dyn")), "error metadata.name"},
		{"DG1360", "as long as allowed", with(strings.Repeat("a", 63), "ns", plat("0.9.0", "releaseName: dyn")), ""},
		{"DG1360", "top", plat("0.9.0", "serviceAccountName: A b, fluxNamespace: a.b, charts: {secretName: A, certSecretName: a_b}, kubeConfig: {name: A}"),
			"error spec.serviceAccountName;error spec.fluxNamespace;error spec.charts.secretName;error spec.charts.certSecretName;error spec.kubeConfig.name"},
		{"DG1360", "lists", plat("0.9.0", "valuesFrom: [{kind: Secret, name: a}, {kind: Secret, name: A}], components: {operator: {imagePullSecrets: [B]}}"),
			"error spec.valuesFrom[1].name;error spec.components.operator.imagePullSecrets[0]"},
		{"DG1360", "operator", components("operator: {mpiSecretName: A, targetNamespace: B, webhook: {existingSecret: C}, registry: {existingSecret: D}, ingress: {tlsSecretName: E}}"),
			"error spec.components.operator.mpiSecretName;error spec.components.operator.targetNamespace;error spec.components.operator.webhook.existingSecret;" +
				"error spec.components.operator.registry.existingSecret;error spec.components.operator.ingress.tlsSecretName"},
		{"DG1360", "nats", components("nats: {tls: {secretName: A, clusterSecretName: B, caSecretName: C}}"),
			"error spec.components.nats.tls.secretName;error spec.components.nats.tls.clusterSecretName;error spec.components.nats.tls.caSecretName"},
		{"DG1360", "route", route("name: My Route, host: a.b, tlsSecretName: A, component: a b"),
			"error spec.routes[0].name;error spec.routes[0].tlsSecretName;error spec.routes[0].component"},
		{"DG1360", "good route", route("name: r.x, host: a.b, component: Frontend"), ""},
		{"DG1361", "negative", plat("0.9.0", "interval: 0s, timeout: -10m, charts: {interval: 10us}"),
			"error spec.interval;error spec.timeout;error spec.charts.interval"},
		{"DG1361", "route", route("name: r, host: a.b, timeout: 500ms"), "error spec.routes[0].timeout"},
		{"DG1361", "seconds", plat("0.9.0", "interval: 1s, timeout: 90m, charts: {interval: 24h}"), ""},
		{"DG1362", "scheme", route("name: r, host: 'https://a.b'"), "error spec.routes[0].host"},
		{"DG1362", "spaces", route("name: r, host: not a host"), "error spec.routes[0].host"},
		{"DG1362", "wildcard", route("name: r, host: '*.a.b'"), ""},
		{"DG1363", "dots", ignore("paths: [/spec/replicas, spec.replicas, /a~2b]"), "error spec.drift.ignore[0].paths[1];error spec.drift.ignore[0].paths[2]"},
		{"DG1363", "target", ignore("paths: [/a], target: {name: '([', kind: '*', labelSelector: '!!', annotationSelector: 'a=('}"),
			"error spec.drift.ignore[0].target.name;error spec.drift.ignore[0].target.kind;error spec.drift.ignore[0].target.labelSelector;error spec.drift.ignore[0].target.annotationSelector"},
		{"DG1363", "good", ignore("paths: ['/metadata/annotations/a.b~1c'], target: {kind: '(Stateful|Replica)Set', labelSelector: 'a=b,c in (d)'}"), ""},
		{"DG1364", "zero and below", components("nats: {maxPayload: 0, jetStream: {storage: -5Gi, maxFileStore: 0, maxMemoryStore: -1}}, etcd: {storage: 0}"),
			"error spec.components.nats.maxPayload;error spec.components.nats.jetStream.storage;error spec.components.nats.jetStream.maxFileStore;" +
				"error spec.components.nats.jetStream.maxMemoryStore;error spec.components.etcd.storage"},
		{"DG1365", "hash", docs(plat("0.9.0", "valuesFrom: [{kind: ConfigMap, name: v}]"), configMap("v-0123456789")), "warning spec.valuesFrom[0].name"},
		{"DG1365", "flux namespace", docs(plat("0.9.0", "fluxNamespace: f, valuesFrom: [{kind: ConfigMap, name: v}]"), configMap("v-0123456789")), ""},
		{"DG1365", "both", docs(plat("0.9.0", "valuesFrom: [{kind: ConfigMap, name: v}]"), configMap("v-0123456789"), configMap("v")), ""},
		{"DG1365", "elsewhere", docs(plat("0.9.0", "valuesFrom: [{kind: ConfigMap, name: v}]"), configMap("v-blue")), ""},
		{"DG1364", "some", components("nats: {maxPayload: 15Mi, jetStream: {storage: 50Gi}}, etcd: {storage: 1}"), ""},
	}
}

func configMap(name string) string {
	return "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + ", namespace: dynamo-system}}"
}

// foreignReleaseCases are those of an operator that no Platform describes.
func foreignReleaseCases() []ruleCase {
	helm := func(spec string) string {
		return "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: old, namespace: x}, spec: {chart: {spec: {chart: dynamo-platform}}, " + spec + "}}"
	}
	return []ruleCase{
		{"DG1301", "by hand", docs(plat("0.9.0", ""), helm("values: {}")), "error spec"},
		{"DG1301", "by hand, open", docs(plat("0.9.0", ""), helm("valuesFrom: [{kind: Secret, name: s}]")), "warning spec"},
		{"DG1301", "by hand, restricted", docs(plat("0.9.0", ""), helm("values: {dynamo-operator: {namespaceRestriction: {enabled: true}}}")), ""},
		{"DG1301", "by hand, off", docs(plat("0.9.0", ""), helm("values: {dynamo-operator: {enabled: false}}")), ""},
		{"DG1301", "by hand, elsewhere", docs(plat("0.9.0", ""), helm("kubeConfig: {secretRef: {name: s}}")), ""},
		{"DG1301", "by hand, alone", helm("values: {}"), ""},
		{"DG1301", "by hand beside a remote one", docs(plat("0.9.0", "kubeConfig: {name: k}"), helm("values: {}")), ""},
	}
}
