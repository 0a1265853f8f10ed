// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// TestKeyFates holds, per key and version, what a version does with it: one
// letter per version of chart.Versions. o read, i ignored (moved), d dead, r
// refused, u unknown.
func TestKeyFates(t *testing.T) {
	for _, tc := range []struct{ in, path, want string }{
		{"nats: {enabled: true}", "nats.enabled", "oooorrrrr"},
		{"etcd: {enabled: true}", "etcd.enabled", "ooiirrrrr"},
		{"grove: {enabled: false}", "grove.enabled", "ooiirrrrr"},
		{"kai-scheduler: {enabled: false}", "kai-scheduler.enabled", "ooiirrrrr"},
		{"dynamo-operator: {nats: {enabled: true}}", "dynamo-operator.nats.enabled", "oooorrrrr"},
		{"dynamo-operator: {webhook: {enabled: true}}", "dynamo-operator.webhook.enabled", "ooddrrrrr"},
		{"dynamo-operator: {webhook: {certGenerator: {image: {tag: x}}}}", "dynamo-operator.webhook.certGenerator", "ooddrrrrr"},
		{"dynamo-operator: {webhook: {certificateValidity: 365}}", "dynamo-operator.webhook.certificateValidity", "ooddrrrrr"},
		{"dynamo-operator: {dynamo: {mpiRun: {sshKeygen: {enabled: true}}}}", "dynamo-operator.dynamo.mpiRun.sshKeygen", "ooddrrrrr"},
		{"dynamo-operator: {dynamo: {internalImages: {debugger: x}}}", "dynamo-operator.dynamo.internalImages", "ooddrrrrr"},
		{"dynamo-operator: {dynamo: {enableRestrictedSecurityContext: true}}", "dynamo-operator.dynamo.enableRestrictedSecurityContext", "ooddrrrrr"},
		{"dynamo-operator: {checkpoint: {readyForCheckpointFilePath: /x}}", "dynamo-operator.checkpoint.readyForCheckpointFilePath", "uuodrrrrr"},
		{"dynamo-operator: {controllerManager: {manager: {args: []}}}", "dynamo-operator.controllerManager.manager.args", "ooddddddd"},
		{"dynamo-operator: {controllerManager: {kubeRbacProxy: {image: {tag: x}}}}", "dynamo-operator.controllerManager.kubeRbacProxy", "ooddddddd"},
		{"dynamo-operator: {dynamo: {virtualServiceSupportsHTTPS: true}}", "dynamo-operator.dynamo.virtualServiceSupportsHTTPS", "ooddddddd"},
		{"dynamo-operator: {dynamo: {dockerRegistry: {secure: true}}}", "dynamo-operator.dynamo.dockerRegistry.secure", "ddddddddd"},
		{"dynamo-operator: {controllerManager: {manager: {image: {pullPolicy: Always}}}}", "dynamo-operator.controllerManager.manager.image.pullPolicy", "ddooooooo"},
		{"dynamo-operator: {webhook: {service: {publishNotReadyAddresses: true}}}", "dynamo-operator.webhook.service.publishNotReadyAddresses", "uuuuuuddd"},
		{"dynamo-operator: {featureGates: {gmsSnapshot: true}}", "dynamo-operator.featureGates.gmsSnapshot", "uuuuooodd"},
		{"global: {etcd: {install: true}}", "global.etcd.install", "iiooooooo"},
		{"global: {nats: {install: true}}", "global.nats.install", "iiiiooooo"},
		{"global: {grove: {install: true}}", "global.grove.install", "iiooooooo"},
		{"global: {grove: {enabled: true}}", "global.grove.enabled", "iiooooooo"},
		{"global: {kai-scheduler: {enabled: true}}", "global.kai-scheduler.enabled", "iiooooooo"},
		{"global: {volcano-scheduler: {enabled: true}}", "global.volcano-scheduler.enabled", "uuuuuoooo"},
		{"global: {snapshot: {install: true}}", "global.snapshot.install", "uuuuuuuoo"},
		{"snapshot: {anything: 1}", "snapshot", "uuuuuuuoo"},
		{"dynamo-operator: {upgradeCRD: true}", "dynamo-operator.upgradeCRD", "uuooooooo"},
		{"dynamo-operator: {env: []}", "dynamo-operator.env", "uuooooooo"},
		{"dynamo-operator: {gpuDiscovery: {enabled: true}}", "dynamo-operator.gpuDiscovery", "uuooooooo"},
		{"dynamo-operator: {lpx: {enabled: true}}", "dynamo-operator.lpx", "uuuuuuuuo"},
		{"dynamo-operator: {dynamo: {serviceMesh: {enabled: true}}}", "dynamo-operator.dynamo.serviceMesh", "uuuoooooo"},
		{"dynamo-operator: {checkpoint: {storage: {type: s3}}}", "dynamo-operator.checkpoint.storage", "uuouooooo"},
		{"dynamo-operator: {metricsService: {enabled: true}}", "dynamo-operator.metricsService.enabled", "uoooooooo"},
		{"nats: {config: {jetstream: {enabled: true}}}", "", "ooooooooo"},
	} {
		t.Run(cmpOr(tc.path, tc.in), func(t *testing.T) {
			var got strings.Builder
			for _, version := range chart.Versions() {
				issues := at(t, version).CheckValues(parse(t, tc.in), nil)
				got.WriteString(letter(t, issues, tc.path))
			}
			if got.String() != tc.want {
				t.Errorf("got %s, want %s", got.String(), tc.want)
			}
		})
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// letter reads the one issue a case may have. An unknown key may be reported
// further up, where nothing is known any more.
func letter(t *testing.T, issues []values.Issue, path string) string {
	t.Helper()
	if len(issues) == 0 {
		return "o"
	}
	i := issues[0]
	upper := i.Kind == values.IssueUnknown && strings.HasPrefix(path, i.Path.String())
	if len(issues) > 1 || i.Path.String() != path && !upper {
		t.Fatalf("issues %v", brief(issues))
	}
	if i.Problem == "" || i.Fix == "" || strings.HasSuffix(i.Problem, ".") {
		t.Errorf("problem %q, fix %q", i.Problem, i.Fix)
	}
	return map[values.IssueKind]string{
		values.IssueMoved: "i", values.IssueDead: "d", values.IssueRejected: "r", values.IssueUnknown: "u",
	}[i.Kind]
}

func TestMovedKeysNameTheNewOne(t *testing.T) {
	for _, tc := range []struct{ version, in, want string }{
		{"1.0.0", "etcd: {enabled: true}", "use global.etcd.install"},
		{"1.2.0", "nats: {enabled: true}", "use global.nats.install"},
		{"1.2.0", "grove: {enabled: true}", "use global.grove.install to install it and global.grove.enabled to let the operator use it"},
		{"0.9.0", "global: {etcd: {install: true}}", "use etcd.enabled"},
		{"0.9.0", "global: {kai-scheduler: {enabled: true}}", "use kai-scheduler.enabled"},
		{"1.1.0", "global: {nats: {install: false}}", "use nats.enabled and dynamo-operator.nats.enabled"},
		{"1.2.0", "dynamo-operator: {webhook: {enabled: true}}", "remove it"},
		{"0.9.0", "dynamo-operator: {upgradeCRD: true}", "remove it, or use chart 1.0.0 or newer"},
	} {
		issues := at(t, tc.version).CheckValues(parse(t, tc.in), nil)
		if len(issues) != 1 || issues[0].Fix != tc.want {
			t.Errorf("%s %s: %s", tc.version, tc.in, long(issues))
		}
	}
}

func TestUnknownKeysNameTheNearest(t *testing.T) {
	for _, tc := range []struct{ version, in, path, near string }{
		{"0.9.0", "nats: {jetstream: {enabled: true}}", "nats.jetstream", "nats.config.jetstream"},
		{"0.9.0", "nats: {jetStream: {enabled: true}}", "nats.jetStream", "nats.config.jetstream"},
		{"1.0.0", "global: {etcd: {enabled: true}}", "global.etcd.enabled", "global.etcd.install"},
		{"0.9.0", "global: {etcd: {enabled: true}}", "global.etcd.enabled", "etcd.enabled"},
		{"1.2.0", "global: {nats: {enabled: true}}", "global.nats.enabled", "global.nats.install"},
		{"1.0.0", "global: {nats: {enabled: true}}", "global.nats.enabled", "nats.enabled"},
		{"0.9.0", "etcd: {replicas: 3}", "etcd.replicas", "etcd.replicaCount"},
		{"0.9.0", "etcd: {replicacount: 3}", "etcd.replicacount", "etcd.replicaCount"},
		{"0.9.0", "etcd: {persistencee: {size: 1Gi}}", "etcd.persistencee", "etcd.persistence"},
		{"0.9.0", "nats: {replicaCount: 3}", "nats.replicaCount", "nats.config.cluster.replicas"},
		{"0.9.0", "nats: {resources: {}}", "nats.resources", "nats.container.merge.resources"},
		{"0.9.0", "nats: {config: {jetstream: {fileStore: {pvc: {storageClass: x}}}}}", "nats.config.jetstream.fileStore.pvc.storageClass", "nats.config.jetstream.fileStore.pvc.storageClassName"},
		{"0.9.0", "nats: {fileStore: {enabled: true}}", "nats.fileStore", "nats.config.jetstream.fileStore"},
		{"0.9.0", "dynamo-operator: {ingress: {enabled: true}}", "dynamo-operator.ingress", "dynamo-operator.dynamo.ingress"},
		{"0.9.0", "dynamo-operator: {natsAddress: x}", "dynamo-operator.natsAddress", "dynamo-operator.natsAddr"},
		{"0.9.0", "dynamo-operater: {enabled: true}", "dynamo-operater", "dynamo-operator"},
		{"0.9.0", "kaiScheduler: {enabled: true}", "kaiScheduler", "kai-scheduler"},
		{"1.6.0", "global: {kaiScheduler: {install: true}}", "global.kaiScheduler", "global.kai-scheduler"},
		{"0.9.0", "bogus: {key: 1}", "bogus", ""},
		{"0.9.0", "dynamo-operator: {bogus: 1}", "dynamo-operator.bogus", ""},
		{"0.9.0", "etcd: {'a.b': 1}", `etcd["a.b"]`, ""},
		{"0.9.0", "etcd: {" + strings.Repeat("x", 300) + ": 1}", "etcd." + strings.Repeat("x", 300), ""},
	} {
		t.Run(tc.version+" "+tc.path[:min(len(tc.path), 60)], func(t *testing.T) {
			issues := at(t, tc.version).CheckValues(parse(t, tc.in), nil)
			if diff := cmp.Diff([]string{"unknown " + tc.path}, brief(issues)); diff != "" {
				t.Fatal(diff)
			}
			want := "remove it"
			if tc.near != "" {
				want = "did you mean " + tc.near + "?"
			}
			if issues[0].Fix != want {
				t.Errorf("fix %q, want %q", issues[0].Fix, want)
			}
		})
	}
}

func TestCheckTypes(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"etcd: {enabled: 'true'}", "etcd.enabled"},
		{"etcd: {enabled: 'false'}", "etcd.enabled"},
		{"etcd: {enabled: 1}", "etcd.enabled"},
		{"etcd: {enabled: ''}", "etcd.enabled"},
		{"etcd: {enabled: null}", ""},
		{"etcd: {replicaCount: '3'}", "etcd.replicaCount"},
		{"etcd: {replicaCount: many}", "etcd.replicaCount"},
		{"etcd: {replicaCount: 3.5}", "etcd.replicaCount"},
		{"etcd: {replicaCount: 3.0}", ""},
		{"etcd: {replicaCount: true}", "etcd.replicaCount"},
		{"etcd: {image: {tag: 3.5}}", "etcd.image.tag"},
		{"etcd: {image: {tag: 3}}", ""},
		{"etcd: {image: {tag: true}}", "etcd.image.tag"},
		{"etcd: {image: quay.io/etcd}", "etcd.image"},
		{"etcd: {persistence: {size: 10}}", ""},
		{"etcd: {persistence: {size: true}}", "etcd.persistence.size"},
		{"etcd: {tolerations: {a: b}}", "etcd.tolerations"},
		{"etcd: {tolerations: [{operator: Exists}]}", ""},
		{"etcd: {extraDeploy: \"{{ .Values.x }}\"}", ""},
		{"etcd: {affinity: []}", "etcd.affinity"},
		{"etcd: {affinity: {nodeAffinity: {}}}", ""},
		{"etcd: {pdb: {minAvailable: 2}}", ""},
		{"etcd: {pdb: {minAvailable: 50%}}", ""},
		{"etcd: true", "etcd"},
		{"etcd: null", ""},
		{"etcd: []", "etcd"},
		{"nats: {config: {merge: {anything: {goes: 1}}}}", ""},
		{"nats: {config: {merge: {max_payload: << 8MB >>}}}", ""},
		{"nats: {config: {merge: text}}", "nats.config.merge"},
		{"nats: {natsBox: {contexts: {mine: {creds: {secretName: x}}}}}", ""},
		{"nats: {natsBox: {contexts: {mine: {creds: x}}}}", "nats.natsBox.contexts.mine.creds"},
		{"nats: {service: {ports: {monitor: {enabled: 'yes', nodePort: 30222}}}}", "nats.service.ports.monitor.enabled"},
		{"grove: {anything: {goes: [1]}}", ""},
		{"grove: {tolerations: {}}", "grove.tolerations"},
		{"global: {imageRegistry: mirror.example.com}", ""},
		{"nats: {global: {labels: {a: b}}}", ""},
		{"dynamo-operator: {webhook: {timeoutSeconds: '10'}}", "dynamo-operator.webhook.timeoutSeconds"},
	} {
		t.Run(tc.in, func(t *testing.T) {
			var want []string
			if tc.want != "" {
				want = []string{"type " + tc.want}
			}
			issues := at(t, "0.9.0").CheckValues(parse(t, tc.in), nil)
			if diff := cmp.Diff(want, brief(issues)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTypeIssueKeepsTheValueBack(t *testing.T) {
	in := parse(t, "{etcd: {enabled: hunter2, replicaCount: hunter2}, dynamo-operator: {dynamo: {dockerRegistry: {password: [hunter2]}}}}")
	issues := at(t, "0.9.0").CheckValues(in, nil)
	if len(issues) != 3 || strings.Contains(long(issues), "hunter2") {
		t.Error(long(issues))
	}
}

func TestCheckAllow(t *testing.T) {
	in := `
bogus: {key: 1, other: {deep: 2}}
etcd: {replicas: 3, enabled: true, replicaCount: "3"}
nats: {jetstream: {enabled: true}, enabled: true}
dynamo-operator: {nats: {enabled: true}, dynamo: {dockerRegistry: {secure: true}}}
`
	for _, tc := range []struct {
		name  string
		allow []string
		want  []string
	}{
		{"nothing", nil, []string{"unknown bogus", "dead dynamo-operator.dynamo.dockerRegistry.secure", "rejected dynamo-operator.nats.enabled",
			"rejected etcd.enabled", "type etcd.replicaCount", "unknown etcd.replicas", "rejected nats.enabled", "unknown nats.jetstream"}},
		{"paths and all below", []string{"bogus", "etcd.replicaCount", "etcd.replicas", "nats.jetstream", "dynamo-operator.dynamo.dockerRegistry"},
			[]string{"rejected dynamo-operator.nats.enabled", "rejected etcd.enabled", "rejected nats.enabled"}},
		{"one key of an unknown map", []string{"bogus.key", "*.replica*", "etcd.*", "nats.*", "not..a path", "dynamo-operator.*.*.secure"},
			[]string{"unknown bogus.other", "rejected dynamo-operator.nats.enabled", "rejected etcd.enabled", "rejected nats.enabled"}},
		{"whole charts do not hide what fails", []string{"bogus", "etcd", "nats", "dynamo-operator"},
			[]string{"rejected dynamo-operator.nats.enabled", "rejected etcd.enabled", "rejected nats.enabled"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := brief(at(t, "1.2.0").CheckValues(parse(t, in), tc.allow))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCombinations(t *testing.T) {
	const grace = "kai-scheduler.scheduler.args.default-staleness-grace-period"
	for _, tc := range []struct {
		name, in string
		since    string
		until    string
		want     []string
	}{
		{"KAI beside Grove", "global: {kai-scheduler: {install: true}, grove: {enabled: true}}", "1.5.0", "", []string{"rejected " + grace}},
		{"KAI beside Grove, right", "{global: {kai-scheduler: {install: true}, grove: {install: true}}, kai-scheduler: {scheduler: {args: {default-staleness-grace-period: -1s}}}}", "", "", nil},
		{"KAI alone", "global: {kai-scheduler: {install: true, enabled: true}}", "", "", nil},
		{"KAI from elsewhere", "global: {kai-scheduler: {enabled: true}, grove: {install: true}}", "", "", nil},
		{"checkpoints on a claim", "dynamo-operator: {checkpoint: {enabled: true, storage: {type: pvc}}}", "1.2.0", "",
			[]string{"rejected dynamo-operator.checkpoint.storage.pvc.basePath", "rejected dynamo-operator.checkpoint.storage.pvc.pvcName"}},
		{"checkpoints on a named claim", "dynamo-operator: {checkpoint: {enabled: true, storage: {type: pvc, pvc: {pvcName: a, basePath: /b}}}}", "", "", nil},
		{"reserved variable", "dynamo-operator: {env: [{name: DYN_OPERATOR_ALLOW_GMS_SNAPSHOT, value: '1'}]}", "1.2.0", "1.4.0", []string{"rejected dynamo-operator.env"}},
		{"other variable", "dynamo-operator: {env: [{name: A, value: b}, odd]}", "", "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := parse(t, tc.in)
			on := false
			for _, version := range since("1.2.0") {
				on = on || version == tc.since
				var want []string
				if on {
					want = tc.want
				}
				if diff := cmp.Diff(want, brief(at(t, version).CheckValues(in, nil))); diff != "" {
					t.Errorf("%s: %s", version, diff)
				}
				on = on && version != tc.until
			}
		})
	}
}

func TestCheckIsBounded(t *testing.T) {
	in := map[string]any{}
	for i := range 20_000 {
		in[fmt.Sprintf("dynamo-operator-%d", i)] = map[string]any{"x": int64(i)}
	}
	issues := at(t, "0.9.0").CheckValues(in, nil)
	if len(issues) != 20_000 || !slices.IsSortedFunc(issues, func(a, b values.Issue) int { return slices.Compare(a.Path, b.Path) }) {
		t.Errorf("%d issues", len(issues))
	}
}
