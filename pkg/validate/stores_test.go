// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate_test

func natsCases() []ruleCase {
	const js = "nats.config.jetstream"
	nats := func(version, raw string) string { return vals(version, "nats: {"+raw+"}") }
	cluster := func(n string) string { return nats("0.9.0", "config: {cluster: {enabled: true, replicas: "+n+"}}") }
	const tls = "config: {nats: {tls: {enabled: true, secretName: s}}}"
	return []ruleCase{
		{"DG1330", "two", cluster("2"), "error spec.values.nats.config.cluster.replicas"},
		{"DG1330", "two without JetStream", nats("0.9.0", "config: {jetstream: {enabled: false}, cluster: {enabled: true, replicas: 2}}"), "warning spec.values.nats.config.cluster.replicas"},
		{"DG1330", "four", cluster("4"), "warning spec.values.nats.config.cluster.replicas"},
		{"DG1330", "three", cluster("3"), ""},
		{"DG1330", "not clustered", nats("0.9.0", "config: {cluster: {enabled: false, replicas: 2}}"), ""},
		{"DG1331", "no secret", nats("0.9.0", "config: {nats: {tls: {enabled: true}}}"), "error spec.values.nats.config.nats.tls.enabled"},
		{"DG1331", "cluster", nats("0.9.0", "config: {cluster: {enabled: true, tls: {enabled: true}}}"), "error spec.values.nats.config.cluster.tls.enabled"},
		{"DG1331", "secret", nats("0.9.0", tls), ""},
		{"DG1331", "files", nats("0.9.0", "config: {nats: {tls: {enabled: true, merge: {cert_file: /c}}}}"), ""},
		{"DG1332", "no address", nats("0.9.0", tls), "error spec.values.nats.config.nats.tls.enabled"},
		{"DG1332", "plain", vals("0.9.0", "nats: {"+tls+"}, dynamo-operator: {natsAddr: 'nats://dynamo-nats.dynamo-system:4222'}"), "error spec.values.dynamo-operator.natsAddr"},
		{"DG1332", "tls", vals("0.9.0", "nats: {"+tls+"}, dynamo-operator: {natsAddr: 'tls://dynamo-nats.dynamo-system:4222'}"), ""},
		{"DG1333", "own CA", nats("0.9.0", tls+", tlsCA: {enabled: true, secretName: ca}"), "warning spec.values.nats.tlsCA.enabled"},
		{"DG1333", "trusted", vals("1.0.0", "nats: {"+tls+", tlsCA: {enabled: true}}, dynamo-operator: {env: [{name: SSL_CERT_FILE, value: /ca.crt}]}"), ""},
		{"DG1334", "larger", nats("0.9.0", "config: {jetstream: {fileStore: {maxSize: 11Gi}}}"), "error spec.values." + js + ".fileStore.maxSize"},
		{"DG1334", "equal", nats("0.9.0", "config: {jetstream: {fileStore: {maxSize: 10240Mi}}}"), ""},
		{"DG1335", "off", nats("1.2.0", "config: {jetstream: {enabled: false}}"), "warning spec.values." + js + ".enabled"},
		{"DG1335", "off later", vals("1.3.0", "nats: {config: {jetstream: {enabled: false}}}"), ""},
		{"DG1336", "small", nats("0.9.0", "config: {merge: {max_payload: 8388608}}"), "warning spec.values.nats.config.merge.max_payload"},
		{"DG1336", "tiny", nats("0.9.0", "config: {merge: {max_payload: 512KB}}"), "error spec.values.nats.config.merge.max_payload"},
		{"DG1336", "typed", docs(plat("0.9.0", "components: {nats: {maxPayload: 1Mi}}"), preset("nats: {config: {merge: {max_payload: 1048576}}}")), "warning spec.components.nats.maxPayload"},
		{"DG1336", "enough", nats("0.9.0", "config: {merge: {max_payload: 16Mi}}"), ""},
		{"DG1336", "binary unit", nats("0.9.0", "config: {merge: {max_payload: 15MB}}"), ""},
		{"DG1337", "memory only", prodVals("0.9.0", "nats: {config: {jetstream: {fileStore: {enabled: false}}}}"), "warning spec.values." + js + ".fileStore.enabled"},
		{"DG1337", "dev", nats("0.9.0", "config: {jetstream: {fileStore: {enabled: false}}}"), ""},
		{"DG1338", "single", nats("0.9.0", "podDisruptionBudget: {enabled: true}"), "warning spec.values.nats.podDisruptionBudget.enabled"},
		{"DG1338", "chart default", plat("0.9.0", ""), ""},
	}
}

func etcdCases() []ruleCase {
	etcd := func(raw string) string { return vals("0.9.0", "etcd: {"+raw+"}") }
	prod := func(raw string) string { return prodVals("0.9.0", "etcd: {"+raw+"}") }
	return []ruleCase{
		{"DG1340", "two", etcd("replicaCount: 2"), "error spec.values.etcd.replicaCount"},
		{"DG1340", "typed", docs(plat("0.9.0", "components: {etcd: {replicas: 4}}"), preset("etcd: {replicaCount: 4}")), "error spec.components.etcd.replicas"},
		{"DG1340", "three", etcd("replicaCount: 3"), ""},
		{"DG1340", "not installed", vals("1.0.0", "etcd: {replicaCount: 2}"), ""},
		{"DG1341", "single", etcd("pdb: {create: true}"), "error spec.values.etcd.pdb.create"},
		{"DG1341", "all", etcd("replicaCount: 3, pdb: {create: true, minAvailable: 3}"), "error spec.values.etcd.pdb.minAvailable"},
		{"DG1341", "three", etcd("replicaCount: 3, pdb: {create: true}"), ""},
		{"DG1341", "single may go", etcd("pdb: {create: true, minAvailable: '', maxUnavailable: 1}"), ""},
		{"DG1342", "below quorum", etcd("replicaCount: 3, pdb: {create: true, minAvailable: 1}"), "warning spec.values.etcd.pdb.minAvailable"},
		{"DG1342", "quorum", etcd("replicaCount: 3, pdb: {create: true, minAvailable: '2'}"), ""},
		{"DG1343", "none", prod("replicaCount: 3"), "warning spec"},
		{"DG1343", "there", prod("replicaCount: 3, pdb: {create: true}"), ""},
		{"DG1344", "off", prod("livenessProbe: {enabled: false}"), "warning spec"},
		{"DG1344", "one off", prod("readinessProbe: {enabled: true}, livenessProbe: {enabled: false}"), "warning spec.values.etcd.livenessProbe.enabled"},
		{"DG1344", "on", prod("readinessProbe: {enabled: true}, livenessProbe: {enabled: true}"), ""},
		{"DG1345", "off", etcd("replicaCount: 3, persistence: {enabled: false}"), "warning spec.values.etcd.persistence.enabled"},
		{"DG1345", "single", etcd("persistence: {enabled: false}"), ""},
		{"DG1346", "chart default", plat("0.9.0", ""), "warning spec"},
		{"DG1346", "off", etcd("auth: {token: {enabled: false}}"), ""},
		{"DG1346", "simple", etcd("auth: {token: {type: simple}}"), ""},
		{"DG1347", "both", etcd("replicaCount: 3, pdb: {create: true, minAvailable: 2, maxUnavailable: 1}"), "error spec.values.etcd.pdb.maxUnavailable"},
		{"DG1347", "one", etcd("replicaCount: 3, pdb: {create: true, minAvailable: '', maxUnavailable: 1}"), ""},
	}
}

func routeCases() []ruleCase {
	route := func(fields string) string {
		return plat("0.9.0", "routes: [{name: r, graph: ns/g, "+fields+"}]")
	}
	const frontend = "Frontend: {componentType: frontend}"
	dynamo := func(raw string) string { return op("0.9.0", "dynamo: {"+raw+"}") }
	const values = "spec.values.dynamo-operator.dynamo."
	return []ruleCase{
		{"DG1350", "placeholder", route("host: llm.example.com"), "error spec.routes[0].host"},
		{"DG1350", "real", route("host: llm.myexample.com"), ""},
		{"DG1351", "placeholder", dynamo("ingressHostSuffix: dynamo.example.com, ingress: {enabled: true}"), "error " + values + "ingressHostSuffix"},
		{"DG1351", "from the profile", docs(plat("0.9.0", "profile: prod"), preset("dynamo-operator: {dynamo: {ingressHostSuffix: dynamo.example.com, istio: {enabled: true}}}")), "error spec"},
		{"DG1351", "nothing published", dynamo("ingressHostSuffix: dynamo.example.com"), ""},
		{"DG1352", "bare", dynamo("ingress: {enabled: true}"), "warning " + values + "ingress.enabled;warning " + values + "ingress.enabled"},
		{"DG1352", "route", route("host: a.b"), "warning spec.routes[0]"},
		{"DG1352", "complete", dynamo("ingress: {enabled: true, className: nginx, tlsSecretName: t}"), ""},
		{"DG1352", "route with its own", route("host: a.b, tlsSecretName: t"), ""},
		{"DG1353", "no gateway", dynamo("istio: {enabled: true}"), "error " + values + "istio.enabled"},
		{"DG1353", "route", route("host: a.b, type: istio"), "error spec.routes[0]"},
		{"DG1353", "gateway", dynamo("istio: {enabled: true, gateway: a/b}"), ""},
		{"DG1354", "both", dynamo("istio: {enabled: true}, ingress: {enabled: true}"), "warning " + values + "istio.enabled"},
		{"DG1354", "one", dynamo("istio: {enabled: true}"), ""},
		{"DG1355", "no graph", route("host: a.b"), "warning spec.routes[0].graph"},
		{"DG1355", "no component", docs(route("host: a.b, component: Web"), services(frontend)), "error spec.routes[0]"},
		{"DG1355", "in lower case", docs(route("host: a.b"), services("frontend: {}")), ""},
		{"DG1355", "there", docs(route("host: a.b"), services(frontend)), ""},
		{"DG1356", "twice", plat("0.9.0", "routes: [{name: r, graph: ns/g, host: a.b}, {name: r, graph: ns/h, host: c.d}]"), "error spec.routes[1].name"},
		{"DG1356", "two kinds", plat("0.9.0", "routes: [{name: r, graph: ns/g, host: a.b}, {name: r, graph: ns/g, host: a.b, type: istio}]"), ""},
	}
}
