// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate_test

func valueCases() []ruleCase {
	return []ruleCase{
		{"DG1210", "unknown", vals("0.9.0", "nats: {unknownKey: 1}"), "error spec.values.nats.unknownKey"},
		{"DG1210", "known", vals("0.9.0", "nats: {config: {}}"), ""},
		{"DG1210", "allowed", plat("0.9.0", "allowUnknownValues: [nats.unknownKey], values: {nats: {unknownKey: 1}}"), ""},
		{"DG1211", "moved", vals("1.0.0", "movedKey: 1"), "error spec.values.movedKey"},
		{"DG1211", "right", vals("1.0.0", "key: 1"), ""},
		{"DG1212", "rejected", vals("1.2.0", "rejectedKey: 1"), "error spec.values.rejectedKey"},
		{"DG1212", "right", vals("1.2.0", "key: 1"), ""},
		{"DG1213", "dead", vals("1.2.0", "deadKey: 1"), "warning spec.values.deadKey"},
		{"DG1213", "right", vals("1.2.0", "key: 1"), ""},
		{"DG1214", "type", vals("1.2.0", "typedKey: 1"), "error spec.values.typedKey"},
		{"DG1214", "right", vals("1.2.0", "key: 1"), ""},
		{"DG1215", "unsupported", docs(plat("0.9.0", "components: {operator: {gpuDiscovery: true}}"), "{kind: Preset, unsupported: components.operator.gpuDiscovery}"), "error spec.components.operator.gpuDiscovery"},
		{"DG1215", "none", plat("0.9.0", ""), ""},
		{"DG1216", "stale", plat("0.9.0", "allowUnknownValues: [nats.a, 'x..']"), "info spec.allowUnknownValues[0];info spec.allowUnknownValues[1]"},
		{"DG1216", "used", plat("0.9.0", "allowUnknownValues: [nats.a], values: {nats: {a: 1}}"), ""},

		{"DG1217", "password", op("0.9.0", "dynamo: {dockerRegistry: {password: "+canary+"}}"), "error spec.values.dynamo-operator.dynamo.dockerRegistry.password"},
		{"DG1217", "number", op("0.9.0", "dynamo: {dockerRegistry: {password: 12345}}"), "error spec.values.dynamo-operator.dynamo.dockerRegistry.password"},
		{"DG1217", "empty", op("0.9.0", "dynamo: {dockerRegistry: {password: '', username: me}}"), ""},
		{"DG1217", "substituted", op("0.9.0", "dynamo: {dockerRegistry: {password: '${REGISTRY_PASSWORD}'}}"), ""},
		{"DG1218", "etcd", vals("0.9.0", "etcd: {auth: {rbac: {rootPassword: "+canary+"}}}"), "error spec.values.etcd.auth.rbac.rootPassword"},
		{"DG1218", "credentials file", vals("0.9.0", "nats: {natsBox: {contexts: {default: {creds: {contents: "+canary+"}, nkey: {contents: "+canary+"}}}}}"),
			"error spec.values.nats.natsBox.contexts.default.creds.contents;error spec.values.nats.natsBox.contexts.default.nkey.contents"},
		{"DG1218", "private key", vals("1.6.0", "x: {pem: '-----BEGIN RSA PRIVATE KEY-----"+canary+"'}"), "error spec.values.x.pem"},
		{"DG1218", "url", op("0.9.0", "natsAddr: 'nats://me:"+canary+"@nats:4222'"), "error spec.values.dynamo-operator.natsAddr"},
		{"DG1218", "environment", op("1.3.0", "env: [{name: HF_TOKEN, value: "+canary+"}, {name: A, value: b}]"), "error spec.values.dynamo-operator.env[0].value"},
		{"DG1218", "nested list", vals("1.3.0", "a: [{b: {password: "+canary+"}, c: [{token: "+canary+"}]}, 'https://a:"+canary+"@h']"),
			"error spec.values.a[0].b.password;error spec.values.a[0].c[0].token;error spec.values.a[1]"},
		{"DG1218", "typed environment", plat("1.3.0", "components: {operator: {env: [{name: API_KEY, value: "+canary+"}]}}"), "error spec.components.operator.env[0].value"},
		{"DG1218", "references", vals("0.9.0", "etcd: {initialClusterToken: x, auth: {token: {enabled: false, type: jwt, privateKey: {existingSecret: s}}, rbac: {existingSecretPasswordKey: k, existingSecretKey: k}}}, dynamo-operator: {dynamo: {serviceMesh: {istio: {privateKey: /etc/key.pem}}}}"), ""},
		{"DG1219", "plain", "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {b: " + canary + ", a: " + canary + "}}", "warning data.a"},
		{"DG1219", "string data", "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a.b: " + canary + "}}", `warning stringData["a.b"]`},
		{"DG1219", "encrypted", docs("{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: 'ENC[AES256_GCM,x]'}, sops: {}}", "{apiVersion: v1, kind: Secret, metadata: {name: e}}"), ""},
		{"DG1219", "sealed", "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: s}, spec: {encryptedData: {a: x}}}", ""},
		{"DG1220", "literal", alpha("envs: [{name: HF_TOKEN, value: " + canary + "}], services: {A: {}, B: {}}"), "warning spec.envs[0].value"},
		{"DG1220", "reference", alpha("envs: [{name: HF_TOKEN, valueFrom: {secretKeyRef: {name: s, key: k}}}, {name: MAX_TOKEN, value: '5'}], services: {A: {}}"), ""},
		{"DG1221", "values", vals("0.9.0", "etcd: {image: {tag: latest}}, x: {debuggerImage: 'a/b:latest', otherImage: 'a/b'}"),
			"warning spec.values.etcd.image.tag;warning spec.values.x.debuggerImage;warning spec.values.x.otherImage"},
		{"DG1221", "component", plat("0.9.0", "components: {nats: {image: {repository: nats, tag: latest}}}"), "warning spec.components.nats.image.tag"},
		{"DG1221", "fixed", vals("0.9.0", "etcd: {image: {tag: 3.5.18}}, x: {aImage: 'h:5000/b:1', bImage: 'a/b@sha256:0', cImage: 'a/b:${TAG}'}"), ""},
	}
}

func platformCases() []ruleCase {
	const restricted = "namespaceRestriction: {enabled: true}"
	remote := func(document string) string { return with("far", "far-system", document) }
	return []ruleCase{
		{"DG1301", "two", docs(plat("0.9.0", ""), remote(plat("0.9.0", ""))), "error spec"},
		{"DG1301", "one namespace", docs(op("0.9.0", restricted), with("b", "dynamo-system", op("0.9.0", restricted))), "error spec.values.dynamo-operator.namespaceRestriction.enabled"},
		{"DG1301", "other cluster", docs(plat("0.9.0", ""), remote(plat("0.9.0", "kubeConfig: {name: k}"))), ""},
		{"DG1301", "no operator", docs(plat("0.9.0", ""), remote(op("0.9.0", "enabled: false"))), ""},
		{"DG1301", "restricted beside", docs(plat("1.3.0", ""), remote(op("1.3.0", restricted))), ""},
		{"DG1302", "same release", docs(plat("0.9.0", ""), with("b", "dynamo-system", plat("0.9.0", "releaseName: dynamo"))), "error spec.releaseName"},
		{"DG1302", "other release", docs(plat("0.9.0", ""), with("b", "dynamo-system", plat("0.9.0", ""))), ""},
		{"DG1303", "own id", op("0.9.0", "controllerManager: {leaderElection: {id: mine}}"), "error spec.values.dynamo-operator.controllerManager.leaderElection.id"},
		{"DG1303", "shared id", op("0.9.0", "controllerManager: {leaderElection: {id: dynamo.nvidia.com}}"), ""},
		{"DG1303", "restricted", op("0.9.0", restricted+", controllerManager: {leaderElection: {id: mine}}"), ""},
		{"DG1304", "release namespace", op("0.9.0", "controllerManager: {leaderElection: {namespace: dynamo-system}}"), "error spec.values.dynamo-operator.controllerManager.leaderElection.namespace"},
		{"DG1304", "kube-system", op("0.9.0", "controllerManager: {leaderElection: {namespace: kube-system}}"), ""},
		{"DG1305", "different", docs(plat("0.9.0", ""), remote(op("0.9.0", "controllerManager: {leaderElection: {id: x}}"))), "error spec.values.dynamo-operator.controllerManager.leaderElection.id"},
		{"DG1305", "equal", docs(plat("0.9.0", ""), remote(plat("0.9.0", ""))), ""},
		{"DG1306", "default", op("1.3.0", restricted), "error spec.values.dynamo-operator.namespaceRestriction.enabled"},
		{"DG1306", "typed", docs(plat("1.3.0", "components: {operator: {upgradeCRDs: true}}"), preset("dynamo-operator: {upgradeCRD: true, "+restricted+"}")), "error spec.components.operator.upgradeCRDs"},
		{"DG1306", "off", op("1.3.0", restricted+", upgradeCRD: false"), ""},
		{"DG1306", "older", op("1.2.0", restricted), ""},
		{"DG1307", "prod", prodVals("0.9.0", "dynamo-operator: {"+restricted+"}"), "warning spec.values.dynamo-operator.namespaceRestriction.enabled"},
		{"DG1307", "dev", op("0.9.0", restricted), ""},
	}
}

func dataPlaneCases() []ruleCase {
	return []ruleCase{
		{"DG1308", "consul", op("0.9.0", "discoveryBackend: consul"), "error spec.values.dynamo-operator.discoveryBackend"},
		{"DG1308", "etcd", op("0.9.0", "discoveryBackend: etcd"), ""},
		{"DG1309", "absent", op("1.0.0", "discoveryBackend: etcd"), "error spec.values.dynamo-operator.discoveryBackend"},
		{"DG1309", "by reference", plat("1.0.0", "valuesFrom: [{kind: Secret, name: s}], values: {dynamo-operator: {discoveryBackend: etcd}}"), "warning spec.values.dynamo-operator.discoveryBackend"},
		{"DG1309", "external", op("1.0.0", "discoveryBackend: etcd, etcdAddr: 'etcd:2379'"), ""},
		{"DG1309", "installed", op("0.9.0", "discoveryBackend: etcd"), ""},
		{"DG1310", "absent", vals("0.9.0", "nats: {enabled: false}"), "warning spec.values.nats.enabled"},
		{"DG1310", "typed", docs(plat("0.9.0", "components: {nats: {enabled: false}}"), preset("nats: {enabled: false}")), "warning spec.components.nats.enabled"},
		{"DG1310", "not needed", plat("1.4.0", ""), ""},
		{"DG1310", "external", vals("0.9.0", "nats: {enabled: false}, dynamo-operator: {natsAddr: 'nats://n:4222'}"), ""},
		{"DG1311", "event plane", docs(plat("1.4.0", ""), services("A: {envs: [{name: DYN_EVENT_PLANE, value: nats}]}")), "error spec.services.A.envs[0]"},
		{"DG1311", "shared variable", docs(plat("1.4.0", ""), alpha("envs: [{name: DYN_REQUEST_PLANE, value: NATS}], services: {A: {}, B: {}}")), "error spec.envs[0]"},
		{"DG1311", "trace", docs(plat("1.4.0", "valuesFrom: [{kind: Secret, name: s}]"), services("A: {envs: [{name: DYN_REQUEST_TRACE_SINKS, value: 'file, nats'}]}")), "warning spec.services.A.envs[0]"},
		{"DG1311", "installed", docs(vals("1.4.0", "global: {nats: {install: true}}"), services("A: {envs: [{name: DYN_EVENT_PLANE, value: nats}]}")), ""},
		{"DG1311", "own server", docs(plat("1.4.0", ""), services("A: {envs: [{name: DYN_EVENT_PLANE, value: nats}, {name: NATS_SERVER, value: 'nats://n:4222'}]}")), ""},
		{"DG1311", "no platform", services("A: {envs: [{name: DYN_EVENT_PLANE, value: nats}]}"), ""},
		{"DG1312", "two", op("0.9.0", "natsAddr: 'nats://elsewhere:4222'"), "warning spec.values.dynamo-operator.natsAddr"},
		{"DG1312", "own address", op("0.9.0", "natsAddr: 'tls://dynamo-nats.dynamo-system.svc.cluster.local:4222'"), ""},

		{"DG1313", "lookup", op("0.9.0", "dynamo: {dockerRegistry: {useKubernetesSecret: true, existingSecretName: s}}"), "error spec.values.dynamo-operator.dynamo.dockerRegistry.useKubernetesSecret"},
		{"DG1313", "name only", op("0.9.0", "dynamo: {dockerRegistry: {existingSecretName: s}}"), ""},
		{"DG1314", "no server", op("0.9.0", "dynamo: {dockerRegistry: {useKubernetesSecret: true}}"), "error spec.values.dynamo-operator.dynamo.dockerRegistry.useKubernetesSecret"},
		{"DG1314", "by reference", plat("0.9.0", "valuesFrom: [{kind: Secret, name: s}], values: {dynamo-operator: {dynamo: {dockerRegistry: {useKubernetesSecret: true}}}}"), "warning spec.values.dynamo-operator.dynamo.dockerRegistry.useKubernetesSecret"},
		{"DG1314", "complete", op("0.9.0", "dynamo: {dockerRegistry: {useKubernetesSecret: true, server: s, password: '${P}'}}"), ""},
		{"DG1315", "no secret", op("0.9.0", "dynamo: {dockerRegistry: {server: s}}"), "warning spec.values.dynamo-operator.dynamo.dockerRegistry.server"},
		{"DG1315", "secret", op("0.9.0", "dynamo: {dockerRegistry: {server: s, existingSecretName: x}}"), ""},

		{"DG1316", "both", vals("1.3.0", "global: {kai-scheduler: {enabled: true}, volcano-scheduler: {enabled: true}}"), "error spec.values.global.volcano-scheduler.enabled"},
		{"DG1316", "one", vals("1.3.0", "global: {volcano-scheduler: {enabled: true}}"), ""},
		{"DG1317", "missing", vals("1.5.0", "global: {grove: {enabled: true}, kai-scheduler: {install: true}}"), "error spec"},
		{"DG1317", "other", vals("1.5.0", "global: {grove: {install: true}, kai-scheduler: {install: true}}, kai-scheduler: {scheduler: {args: {default-staleness-grace-period: '-1'}}}"),
			"error spec.values.kai-scheduler.scheduler.args.default-staleness-grace-period"},
		{"DG1317", "right", vals("1.5.0", "global: {grove: {install: true}, kai-scheduler: {install: true}}, kai-scheduler: {scheduler: {args: {default-staleness-grace-period: '-1s'}}}"), ""},
		{"DG1317", "KAI from elsewhere", vals("1.5.0", "global: {grove: {install: true}, kai-scheduler: {install: false, enabled: true}}"), ""},
		{"DG1318", "set", op("1.3.0", "webhook: {namespaceSelector: {matchLabels: {a: b}}}"), "error spec.values.dynamo-operator.webhook.namespaceSelector"},
		{"DG1318", "empty", op("1.3.0", "webhook: {namespaceSelector: {}}"), ""},
		{"DG1318", "older", op("1.2.0", "webhook: {namespaceSelector: {matchLabels: {a: b}}}"), ""},
		{"DG1319", "no claim", op("1.2.0", "checkpoint: {enabled: true, storage: {type: pvc, pvc: {basePath: /c}}}"), "error spec.values.dynamo-operator.checkpoint.storage.type"},
		{"DG1319", "claim", op("1.2.0", "checkpoint: {enabled: true, storage: {type: pvc, pvc: {basePath: /c, pvcName: p}}}"), ""},
		{"DG1320", "reserved", op("1.4.0", "env: [{name: A}, {name: DYN_OPERATOR_ALLOW_GMS_SNAPSHOT}]"), "error spec.values.dynamo-operator.env[1]"},
		{"DG1320", "free again", op("1.5.0", "env: [{name: DYN_OPERATOR_ALLOW_GMS_SNAPSHOT}]"), ""},
		{"DG1321", "too old", plat("1.3.0", "kubernetes: {version: v1.29.4}"), "error spec.kubernetes.version"},
		{"DG1321", "vendor suffix", plat("1.3.0", "kubernetes: {version: v1.30.1-gke.100}"), ""},
		{"DG1322", "unknown", plat("1.3.0", ""), "info spec"},
		{"DG1322", "given", plat("1.3.0", "kubernetes: {version: '1.31'}"), ""},
		{"DG1322", "no minimum", plat("0.9.0", ""), ""},

		{"DG1323", "nats", with("my-nats", "n", plat("0.9.0", "")), "error metadata.name"},
		{"DG1323", "etcd and operator", plat("0.9.0", "releaseName: dynamo-operator-etcd"), "error spec.releaseName;warning spec.releaseName"},
		{"DG1323", "address given", with("my-nats", "n", op("0.9.0", "natsAddr: 'nats://my-nats.n:4222'")), ""},
		{"DG1323", "plain", plat("0.9.0", ""), ""},
		{"DG1324", "webhook service", plat("0.9.0", "releaseName: a2345678901234567890123456789012"), "error spec.releaseName"},
		{"DG1324", "stateful set", plat("0.9.0", "releaseName: a23456789012345678901234567890123456789012345678, values: {dynamo-operator: {enabled: false}, etcd: {enabled: false}}"), "error spec.releaseName"},
		{"DG1324", "short", plat("0.9.0", "releaseName: a234567890123456789012345678901"), ""},
		{"DG1325", "elsewhere", docs(plat("0.9.0", ""), services("A: {envs: [{name: NATS_SERVER, value: 'nats://u:"+canary+"@old-nats.ns:4222'}, {name: ETCD_ENDPOINTS, value: 'http://dynamo-etcd.dynamo-system.svc:2379'}]}")), "error spec.services.A.envs[0]"},
		{"DG1325", "the platform's", docs(plat("0.9.0", ""), services("A: {envs: [{name: NATS_SERVER, value: 'nats://dynamo-nats.dynamo-system.svc.cluster.local:4222'}]}")), ""},
		{"DG1325", "short name", docs(with("p", "ns", plat("0.9.0", "")), services("A: {envs: [{name: ETCD_ENDPOINTS, value: 'p-etcd:2379'}]}")), ""},
	}
}

func chartSourceCases() []ruleCase {
	return []ruleCase{
		{"DG1326", "credentials", plat("0.9.0", "charts: {url: 'https://me:"+canary+"@charts.corp/x'}"), "error spec.charts.url"},
		{"DG1326", "none", plat("0.9.0", "charts: {url: 'https://charts.corp/x@y'}"), ""},
		{"DG1327", "ngc", plat("0.9.0", "charts: {url: 'oci://helm.ngc.nvidia.com/nvidia/ai-dynamo'}"), "error spec.charts.url"},
		{"DG1327", "mirror", plat("0.9.0", "charts: {url: 'oci://mirror.corp/ai-dynamo'}"), ""},
		{"DG1328", "http", plat("0.9.0", "charts: {url: 'http://charts.corp'}"), "warning spec.charts.url"},
		{"DG1329", "same name", docs(vals("1.3.0", "global: {kai-scheduler: {enabled: true}}"), "{apiVersion: scheduling.run.ai/v2, kind: Queue, metadata: {name: dynamo}}"), "warning metadata.name"},
		{"DG1329", "other name", docs(vals("1.3.0", "global: {kai-scheduler: {enabled: true}}"), "{apiVersion: scheduling.run.ai/v2, kind: Queue, metadata: {name: mine}}"), ""},
		{"DG1329", "no KAI", docs(plat("1.3.0", ""), "{apiVersion: scheduling.run.ai/v2, kind: Queue, metadata: {name: dynamo}}"), ""},
		{"DG1328", "https", plat("0.9.0", "charts: {url: 'https://charts.corp'}"), ""},
	}
}
