// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate_test

import (
	"fmt"
	"strings"
)

func modelCases() []ruleCase {
	const serving = "W: {componentType: worker, modelRef: {name: org/base}}"
	loraModel := func(source string) string {
		return model("modelName: org/base, adapters: [{name: a, modelName: a-v1, source: '" + source + "'}]")
	}
	loraObject := func(source string) string {
		return dynamoModel("x", "modelName: a-v1, baseModelName: org/base, modelType: lora, source: {uri: '"+source+"'}")
	}
	worker := func(fields string) string {
		return services("W: {componentType: worker, modelRef: {name: org/base}, " + fields + "}")
	}
	const pinned = "hf://org/a@4f1c"
	const on = "envs: [{name: DYN_LORA_ENABLED, value: 'true'}]"
	adapters := func(list string) string { return model("modelName: org/base, adapters: [" + list + "]") }
	return []ruleCase{
		{"DG1401", "nobody", model("modelName: org/base"), "warning spec.modelName"},
		{"DG1401", "case", docs(model("modelName: Org/Base"), services(serving)), "warning spec.modelName"},
		{"DG1401", "passed through, once", docs(dynamoModel("x", "modelName: m, baseModelName: org/base"), dynamoModel("y", "modelName: n, baseModelName: org/base")), "warning spec.baseModelName"},
		{"DG1401", "served", docs(model("modelName: org/base"), services(serving)), ""},
		{"DG1402", "neither", docs(loraModel(pinned), worker("extraPodSpec: {mainContainer: {args: [-m, dynamo.vllm]}}")), "error spec.services.W;error spec.services.W"},
		{"DG1402", "hidden command", docs(loraModel(pinned), worker(on)), "warning spec.services.W"},
		{"DG1402", "switched off", docs(loraObject(pinned), worker("envs: [{name: DYN_LORA_ENABLED, value: 'false'}], extraPodSpec: {mainContainer: {args: ['python3 -m dynamo.vllm --enable-lora']}}")), "error spec.services.W.envs[0]"},
		{"DG1402", "both", docs(loraModel(pinned), worker(on+", extraPodSpec: {mainContainer: {args: [--enable-lora]}}")), ""},
		{"DG1402", "no adapters", docs(model("modelName: org/base"), services(serving)), ""},
		{"DG1403", "sglang", docs(loraModel(pinned), alpha("backendFramework: sglang, services: {"+serving+"}")), "warning spec.services.W"},
		{"DG1403", "by module", docs(loraModel(pinned), worker("extraPodSpec: {mainContainer: {command: [python3, -m, dynamo.trtllm]}}")), "warning spec.services.W"},
		{"DG1403", "vllm", docs(loraModel(pinned), alpha("backendFramework: vllm, services: {"+serving+"}")), ""},
		{"DG1404", "two adapters", adapters("{name: a, modelName: x, source: '" + pinned + "'}, {name: b, modelName: x, source: '" + pinned + "'}"), "error spec.adapters[1].modelName"},
		{"DG1404", "generated and passed through", docs(loraModel(pinned), loraObject(pinned)), "error spec.modelName"},
		{"DG1404", "two bases", docs(model("modelName: org/base"), strings.Replace(model("modelName: org/base"), "name: m", "name: n", 1)), "error spec.modelName"},
		{"DG1404", "other names", adapters("{name: a, source: '" + pinned + "'}, {name: b, source: '" + pinned + "'}"), ""},
		{"DG1405", "twice", adapters("{name: a, modelName: x}, {name: a, modelName: y}"), "error spec.adapters[1].name"},
		{"DG1405", "once", adapters("{name: a}, {name: b}"), ""},
		{"DG1406", "two platforms", docs(plat("0.9.0", ""), with("b", "b", plat("0.9.0", "")), model("modelName: x")), "error spec"},
		{"DG1406", "two of the name", docs(plat("0.9.0", ""), with("dynamo", "b", plat("0.9.0", "")), model("modelName: x, platformRef: {name: dynamo}")), "error spec.platformRef"},
		{"DG1406", "named", docs(plat("0.9.0", ""), with("b", "b", plat("0.9.0", "")), model("modelName: x, platformRef: {name: b}")), ""},
		{"DG1407", "nowhere", docs(plat("0.9.0", ""), model("modelName: x, platformRef: {name: y}")), "error spec.platformRef"},
		{"DG1407", "there", docs(plat("0.9.0", ""), model("modelName: x, platformRef: {name: dynamo, namespace: dynamo-system}")), ""},

		{"DG1410", "model", adapters("{name: a}"), "error spec.adapters[0]"},
		{"DG1410", "passed through", dynamoModel("x", "modelName: a, baseModelName: b, modelType: lora"), "error spec"},
		{"DG1410", "not needed", adapters("{name: a, type: adapter}"), ""},
		{"DG1411", "file too early", docs(plat("1.2.0", ""), loraModel("file:///a")), "error spec.adapters[0].source"},
		{"DG1411", "passed through", docs(plat("0.9.0", ""), loraObject("pvc://"+canary)), "error spec.source.uri"},
		{"DG1411", "no version known", loraModel("file:///a"), "warning spec.adapters[0].source"},
		{"DG1411", "nowhere", loraModel("https://" + canary), "error spec.adapters[0].source"},
		{"DG1411", "no scheme", loraModel("org/a"), "error spec.adapters[0].source"},
		{"DG1411", "in one of two", docs(op("1.2.0", "namespaceRestriction: {enabled: true, targetNamespace: ns}"), with("b", "b", plat("1.3.0", "")), loraObject("file:///a")), "warning spec.source.uri"},
		{"DG1411", "file", docs(plat("1.3.0", ""), loraModel("file:///a")), ""},
		{"DG1411", "s3", loraModel("s3://b/a"), ""},
		{"DG1412", "two slashes", docs(plat("1.3.0", ""), loraModel("file://models/a")), "error spec.adapters[0].source"},
		{"DG1412", "three", docs(plat("1.3.0", ""), loraModel("file:///models/a")), ""},
		{"DG1413", "none", loraModel("hf://org/a"), "warning spec.adapters[0].source"},
		{"DG1413", "branch", loraObject("hf://org/a@main"), "warning spec.source.uri"},
		{"DG1413", "pinned", loraModel(pinned), ""},
		{"DG1413", "s3", loraModel("s3://b/a"), ""},
		{"DG1414", "same", adapters("{name: a, modelName: org/base, source: '" + pinned + "'}"), "error spec.adapters[0].modelName"},
		{"DG1414", "by name", model("modelName: base, adapters: [{name: base, source: '" + pinned + "'}]"), "error spec.adapters[0].name"},
		{"DG1414", "other", loraModel(pinned), ""},
		{"DG1415", "idle", adapters("{name: a, type: adapter, source: '" + pinned + "'}"), "warning spec.adapters[0].source"},
		{"DG1415", "loaded", loraModel(pinned), ""},
		{"DG1416", "password", loraModel("s3://me:" + canary + "@bucket/a"), "error spec.adapters[0].source"},
		{"DG1416", "revision", loraModel("hf://org/a@v1:2"), ""},

		{"DG1420", "drafts", dynamoModel("x", "modelName: m, baseModelName: b, baseModel: b, loras: [], type: chat, modelId: i, sourceURL: u, revision: r, x: y, source: {uri: 's3://a/b', revision: r}"),
			"error spec.baseModel;error spec.loras;error spec.type;error spec.modelId;error spec.sourceURL;error spec.revision;error spec.x;error spec.source.revision"},
		{"DG1420", "missing", dynamoModel("x", "modelType: LoRA, source: {}"), "error spec;error spec;error spec.modelType;error spec.source"},
		{"DG1420", "types", dynamoModel("x", "modelName: 5, baseModelName: b, source: here"), "error spec.modelName;error spec.source"},
		{"DG1420", "no spec", "{apiVersion: nvidia.com/v1alpha1, kind: DynamoModel, metadata: {name: x}}", "error spec"},
		{"DG1420", "good", loraObject(pinned), ""},
	}
}

func graphCases() []ruleCase {
	main := func(image string) string {
		return "podTemplate: {spec: {containers: [{name: main, image: '" + image + "'}]}}"
	}
	many := make([]string, 26)
	for i := range many {
		many[i] = fmt.Sprintf("C%d: {}", i)
	}
	grove := vals("1.3.0", "global: {grove: {install: true}}")
	const long = "Component-of-twenty-c"
	return []ruleCase{
		{"DG1501", "shape", services("A: {replicas: three}"), "error spec.services.A.replicas"},
		{"DG1501", "good", services("A: {replicas: 3}"), ""},
		{"DG1502", "number", services("A: {resources: {limits: {gpu: 8}}}"), "error spec.services.A.resources.limits.gpu"},
		{"DG1502", "string", services("A: {resources: {limits: {gpu: '8'}}}"), ""},
		{"DG1502", "number in v1beta1", beta("{name: a, podTemplate: {spec: {containers: [{name: main, resources: {limits: {nvidia.com/gpu: 8}}}]}}}"), ""},
		{"DG1503", "too early", docs(plat("1.1.0", ""), beta("{name: a}")), "error apiVersion"},
		{"DG1503", "first webhook", docs(plat("1.2.0", ""), beta("{name: a}")), "warning apiVersion"},
		{"DG1503", "served", docs(plat("1.2.1", ""), beta("{name: a}")), ""},
		{"DG1503", "nobody knows", beta("{name: a}"), ""},
		{"DG1504", "26", services(strings.Join(many, ", ")), "error spec"},
		{"DG1504", "25", services(strings.Join(many[:25], ", ")), ""},
		{"DG1505", "twice", beta("{name: a}, {name: a}"), "error spec.components[1]"},
		{"DG1505", "in lower case", services("A: {}, a: {}"), "error spec.services.a"},
		{"DG1505", "different", beta("{name: a}, {name: b}"), ""},
		{"DG1506", "too long", docs(grove, services(long+long+": {multinode: {}}")), "error spec.services." + long + long},
		{"DG1506", "with the suffix", docs(grove, services(long+": {multinode: {}}")), "warning spec.services." + long},
		{"DG1506", "one node", docs(grove, services(long+": {}")), ""},
		{"DG1506", "no Grove", docs(plat("1.3.0", ""), services(long+": {multinode: {}}")), ""},
		{"DG1507", "unknown", alpha("backendFramework: tgi"), "error spec.backendFramework"},
		{"DG1507", "known", alpha("backendFramework: trtllm"), ""},
		{"DG1508", "unknown", beta("{name: a, type: router}"), "error spec.components[0].type"},
		{"DG1508", "free in v1alpha1", services("A: {componentType: router}"), ""},

		{"DG1509", "unwatched", docs(op("0.9.0", "namespaceRestriction: {enabled: true}"), services("A: {}")), "warning metadata.namespace"},
		{"DG1509", "watched", docs(op("0.9.0", "namespaceRestriction: {enabled: true, targetNamespace: ns}"), services("A: {}")), ""},
		{"DG1509", "no operator", docs(op("0.9.0", "enabled: false"), services("A: {}")), ""},

		{"DG1510", "one", services("A: {multinode: {nodeCount: 1}}"), "error spec.services.A.multinode.nodeCount"},
		{"DG1510", "default", services("A: {multinode: {}}"), ""},
		{"DG1511", "no Grove", docs(plat("1.3.0", ""), services("A: {multinode: {}}")), "warning spec.services.A.multinode"},
		{"DG1511", "Grove", docs(grove, services("A: {multinode: {}}")), ""},
		{"DG1512", "restart", docs(plat("1.3.0", ""), alpha("restart: {id: a}")), "warning spec.restart"},
		{"DG1512", "older", docs(plat("1.2.0", ""), alpha("restart: {id: a}")), ""},
		{"DG1513", "above", services("A: {replicas: 1, minAvailable: 2}"), "error spec.services.A.minAvailable"},
		{"DG1513", "scaled to zero", services("A: {replicas: 0, minAvailable: 2}"), ""},
		{"DG1514", "no epp", beta("{name: a, type: worker, eppConfig: {}}"), "error spec.components[0].eppConfig"},
		{"DG1514", "no epp in v1alpha1", services("A: {eppConfig: {}}"), "warning spec.services.A.eppConfig"},
		{"DG1514", "modern", docs(plat("1.5.0", ""), beta("{name: a, type: epp, eppConfig: {}, "+main("x/epp:1.5.0")+"}")), "error spec.components[0].eppConfig"},
		{"DG1514", "old runtime", docs(plat("1.5.0", ""), beta("{name: a, type: epp, "+main("x/epp:1.4.2")+"}")), "error spec.components[0]"},
		{"DG1514", "right", docs(plat("1.5.0", ""), beta("{name: a, type: epp, "+main("x/epp:1.5.0")+"}, {name: b, type: epp, eppConfig: {}, "+main("x/epp:1.4.2")+"}")), ""},

		{"DG1520", "tag", docs(plat("1.4.0", ""), beta("{name: a, "+main("x/vllm:my-build")+"}")), "error spec.components[0].podTemplate.spec.containers[0].image"},
		{"DG1520", "override", docs(plat("1.4.0", ""), beta("{name: a, runtimeVersionOverride: 1.4.0, "+main("x/vllm:my-build")+"}")), ""},
		{"DG1520", "version", docs(plat("1.4.0", ""), beta("{name: a, "+main("x/vllm:1.4.0")+"}")), ""},
		{"DG1520", "single worker", docs(plat("1.5.0", ""), "{apiVersion: nvidia.com/v1beta1, kind: DynamoComponentDeployment, metadata: {name: d, namespace: ns}, spec: {type: worker, "+main("x:dev")+"}}"), ""},
		{"DG1520", "single epp", docs(plat("1.5.0", ""), "{apiVersion: nvidia.com/v1beta1, kind: DynamoComponentDeployment, metadata: {name: d, namespace: ns}, spec: {type: epp, "+main("x:dev")+"}}"), "error spec.podTemplate.spec.containers[0].image"},
		{"DG1521", "none", docs(plat("1.4.0", ""), beta("{name: a}")), "warning spec.components[0]"},
		{"DG1521", "older", docs(plat("1.3.0", ""), beta("{name: a}")), ""},
		{"DG1522", "wrong", docs(plat("1.6.0", ""), beta("{name: a, type: frontend, podTemplate: {spec: {initContainers: [{name: runtime, image: x}]}}}")),
			"error spec.components[0].podTemplate.spec.initContainers[0];error spec.components[0].podTemplate.spec.initContainers[0]"},
		{"DG1522", "right", docs(plat("1.6.0", ""), beta("{name: a, type: worker, podTemplate: {spec: {initContainers: [{name: runtime, image: x, restartPolicy: Always}]}}}")), ""},
		{"DG1522", "older", docs(plat("1.5.0", ""), beta("{name: a, podTemplate: {spec: {initContainers: [{name: runtime}]}}}")), ""},
		{"DG1523", "planes", docs(plat("1.4.0", ""), services("A: {envs: [{name: DYN_EVENT_PLANE, value: nats}]}, B: {}")), "warning spec"},
		{"DG1523", "runtimes", docs(plat("1.4.0", ""), beta("{name: a, "+main("x:1.3.0")+"}, {name: b, "+main("x:1.4.1")+"}")), "warning spec"},
		{"DG1523", "one", docs(plat("1.4.0", ""), services("A: {envs: [{name: DYN_EVENT_PLANE, value: zmq}]}, B: {}")), ""},
		{"DG1524", "latest", services("A: {extraPodSpec: {mainContainer: {image: 'x/y:latest'}}}"), "warning spec.services.A.extraPodSpec.mainContainer.image"},
		{"DG1524", "digest", services("A: {extraPodSpec: {mainContainer: {image: 'x/y@sha256:0'}}}"), ""},

		{"DG1530", "block", services("A: {autoscaling: {enabled: true}}"), "warning spec.services.A.autoscaling"},
		{"DG1530", "none", services("A: {}"), ""},
		{"DG1531", "empty", services("A: {scalingAdapter: {}}"), "warning spec.services.A.scalingAdapter"},
		{"DG1531", "off", services("A: {scalingAdapter: {enabled: false}}"), ""},
		{"DG1531", "v1beta1", beta("{name: a, scalingAdapter: {}}"), ""},
		{"DG1532", "both", beta("{name: a, replicas: 2, scalingAdapter: {}}"), "warning spec.components[0].replicas"},
		{"DG1532", "adapter only", beta("{name: a, scalingAdapter: {}}"), ""},
		{"DG1533", "planner", beta("{name: p, type: planner, replicas: 1}, {name: a, type: decode, replicas: 2}"), "info spec.components[1].replicas"},
		{"DG1533", "free", beta("{name: p, type: planner}, {name: a, type: decode}"), ""},
		{"DG1534", "prefill only", services("P: {componentType: worker, subComponentType: prefill}"), "warning spec.services.P"},
		{"DG1534", "pair", beta("{name: p, type: prefill}, {name: d, type: decode}"), ""},
	}
}

func poolCases() []ruleCase {
	const gpu = "gpu: {perNode: 8}"
	const one = "nodeSelector: {pool: a}, nodes: {min: 1, max: 2}, "
	lists := func(fields string) string { return one + gpu + ", workers: [{graph: ns/g, " + fields + "}]" }
	worker := func(fields string) string { return services("W: {componentType: worker, " + fields + "}") }
	const eight = "resources: {limits: {gpu: '8'}}"
	driver := func(text string) string { return pool("p", one+"gpu: {perNode: 8, driver: '"+text+"'}") }
	return []ruleCase{
		{"DG1601", "no graph", pool("p", lists("component: W")), "warning spec.workers[0].graph"},
		{"DG1601", "no component", docs(pool("p", lists("component: X")), worker("replicas: 1")), "error spec.workers[0].component"},
		{"DG1601", "there", docs(pool("p", lists("component: W")), worker("replicas: 1")), ""},
		{"DG1602", "equal", docs(pool("p", one+gpu), pool("q", one+gpu)), "error spec.nodeSelector"},
		{"DG1602", "within", docs(pool("p", one+gpu), pool("q", strings.Replace(one, "pool: a", "pool: a, zone: b", 1)+gpu)), "error spec.nodeSelector"},
		{"DG1602", "perhaps", docs(pool("p", one+gpu), pool("q", strings.Replace(one, "pool: a", "zone: b", 1)+gpu)), "warning spec.nodeSelector"},
		{"DG1602", "apart", docs(pool("p", one+gpu), pool("q", strings.Replace(one, "pool: a", "pool: b", 1)+gpu)), ""},
		{"DG1603", "above", docs(pool("p", lists("component: W, replicas: {min: 1, max: 2}")), worker("replicas: 3")), "error spec.workers[0].replicas"},
		{"DG1603", "elastic", docs(pool("p", lists("component: W, replicas: {min: 2}")), worker("replicas: 3, scalingAdapter: {enabled: true}")), "warning spec.workers[0].replicas"},
		{"DG1603", "within", docs(pool("p", lists("component: W, replicas: {min: 1, max: 2}")), worker("replicas: 2")), ""},
		{"DG1603", "left to the adapter", docs(pool("p", lists("component: W, replicas: {min: 2, max: 4}")), worker("scalingAdapter: {enabled: true}")), ""},
		{"DG1604", "too low", docs(plat("1.3.0", ""), driver(">=575")), "error spec.gpu.driver"},
		{"DG1604", "no lower end", docs(plat("0.9.0", ""), driver("<590")), "error spec.gpu.driver"},
		{"DG1604", "one branch", docs(plat("1.3.0", ""), driver(">= 580.1, <590 || 570.x")), "error spec.gpu.driver"},
		{"DG1604", "nonsense", driver("new"), "error spec.gpu.driver"},
		{"DG1604", "for one of two", docs(plat("1.3.0", ""), with("b", "b", plat("0.9.0", "")), driver(">=575")), "warning spec.gpu.driver"},
		{"DG1604", "the graph's platform", docs(op("0.9.0", "namespaceRestriction: {enabled: true, targetNamespace: ns}"), with("b", "b", op("1.3.0", "namespaceRestriction: {enabled: true}")),
			worker("replicas: 1"), pool("p", one+"gpu: {perNode: 8, driver: '>=575'}, workers: [{graph: ns/g, component: W}]")), ""},
		{"DG1604", "enough", docs(plat("1.3.0", ""), driver("580.65 - 590")), ""},
		{"DG1605", "mixed", docs(vals("1.3.0", "global: {kai-scheduler: {enabled: true}}"), pool("p", one+"gpu: {perNode: 8, migStrategy: mixed}")), "warning spec.gpu.migStrategy"},
		{"DG1605", "single", docs(vals("1.3.0", "global: {kai-scheduler: {enabled: true}}"), pool("p", one+"gpu: {perNode: 8, migStrategy: single}")), ""},
		{"DG1606", "other product", pool("p", "nodeSelector: {nvidia.com/gpu.product: A}, nodes: {min: 1}, gpu: {perNode: 8, product: B}"), "error spec.gpu.product"},
		{"DG1606", "same product", pool("p", "nodeSelector: {nvidia.com/gpu.product: A}, nodes: {min: 1}, gpu: {perNode: 8, product: A}"), ""},
		{"DG1610", "too many", docs(pool("p", lists("component: W")), worker("replicas: 3, "+eight)), "error spec.nodes"},
		{"DG1610", "elastic", docs(pool("p", lists("component: W")), worker("replicas: 3, scalingAdapter: {enabled: true}, "+eight)), "warning spec.nodes"},
		{"DG1610", "within bounds", docs(pool("p", lists("component: W, replicas: {min: 1, max: 3}")), worker("replicas: 2, "+eight)), "warning spec.nodes"},
		{"DG1610", "by node selector", docs(pool("p", one+gpu), worker("replicas: 2, multinode: {}, extraPodSpec: {nodeSelector: {pool: a, x: y}}, "+eight)), "error spec.nodes"},
		{"DG1610", "fits", docs(pool("p", lists("component: W")), worker("replicas: 2, "+eight)), ""},
		{"DG1610", "on another pool", docs(pool("p", one+gpu), worker("replicas: 9, extraPodSpec: {nodeSelector: {pool: b}}, "+eight)), ""},
		{"DG1611", "too large", docs(pool("p", lists("component: W")), worker("resources: {limits: {gpu: '16'}}")), "error spec.services.W.resources.limits.gpu"},
		{"DG1611", "fits", docs(pool("p", lists("component: W")), worker(eight)), ""},
		{"DG1611", "another resource", docs(pool("p", lists("component: W")), worker("resources: {limits: {gpu: '16', gpuType: amd.com/gpu}}")), ""},
	}
}
