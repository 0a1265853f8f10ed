// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package charts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// natsConf returns nats.conf of a release.
func natsConf(t *testing.T, v values) string {
	t.Helper()
	all := objects(t, mustInstall(t, platformChart, v))
	conf, _ := at(all["ConfigMap/dynamo-nats-config"], "data", "nats.conf").(string)
	if conf == "" {
		t.Fatal("no nats.conf")
	}
	return conf
}

// TestNATSConf: settings reach nats.conf in the words of NATS.
func TestNATSConf(t *testing.T) {
	tests := []struct {
		name    string
		v       string
		want    []string
		without []string
	}{
		{"defaults", `{}`,
			[]string{`"port": 4222`, `"http_port": 8222`, `"max_payload": 15728640`, `"max_file_store": 10Gi`, `"max_memory_store": 0`, `"store_dir": "/data"`, `"server_name": $SERVER_NAME`},
			[]string{`"cluster"`, `"tls"`, `"prof_port"`}},
		{"no JetStream", `{nats: {config: {jetstream: {enabled: false}}}}`, nil, []string{`"jetstream"`}},
		{"memory only", `{nats: {config: {jetstream: {fileStore: {enabled: false}, memoryStore: {enabled: true, maxSize: 2Gi}}}}}`,
			[]string{`"max_memory_store": 2Gi`, `"max_file_store": 0`}, []string{`"store_dir"`}},
		{"merge", `{nats: {config: {merge: {max_payload: 1048576, max_connections: 10, jetstream: {max_outstanding_catchup: "<< 64MB >>"}, authorization: {token: "<< $TOKEN >>"}, zz$include: ./more.conf}}}}`,
			[]string{`"max_payload": 1048576`, `"max_connections": 10`, `"max_outstanding_catchup": 64MB`, `"max_file_store": 10Gi`, `"token": $TOKEN`, `include "./more.conf";`},
			[]string{"zz$include", "<<"}},
		{"cluster", `{nats: {config: {cluster: {enabled: true, replicas: 3, port: 6333, merge: {pool_size: 5}}}}}`,
			[]string{`"name": "dynamo-nats"`, `"nats://dynamo-nats-0.dynamo-nats-headless:6333"`, `"nats://dynamo-nats-2.dynamo-nats-headless:6333"`, `"pool_size": 5`, `"no_advertise": true`},
			[]string{"dynamo-nats-3"}},
		{"cluster by full names with a password", `{nats: {config: {cluster: {enabled: true, replicas: 3, routeURLs: {user: "a b", password: "c/d", useFQDN: true}}}}}`,
			[]string{`"nats://a+b:c%2Fd@dynamo-nats-1.dynamo-nats-headless.dynamo-system.svc.cluster.local:6222"`, `"user": "a b"`}, nil},
		{"TLS", `{nats: {tlsCA: {enabled: true, secretName: ca}, config: {nats: {tls: {enabled: true, secretName: tls, merge: {verify: true}}}, monitor: {tls: {enabled: true}}}}}`,
			[]string{`"cert_file": "/etc/nats-certs/nats/tls.crt"`, `"ca_file": "/etc/nats-ca-cert/ca.crt"`, `"verify": true`, `"https_port": 8222`}, []string{`"http_port"`}},
		{"other listeners", `{nats: {config: {profiling: {enabled: true}, leafnodes: {enabled: true}, websocket: {enabled: true}, mqtt: {enabled: true}, gateway: {enabled: true}, resolver: {enabled: true}}}}`,
			[]string{`"prof_port": 65432`, `"leafnodes": {`, `"no_tls": true`, `"mqtt": {`, `"gateway": {`, `"type": "full"`, `"dir": "/data/resolver"`}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			conf := natsConf(t, parseValues(t, tt.v))
			for _, want := range tt.want {
				if !strings.Contains(conf, want) {
					t.Errorf("%s is not in:\n%s", want, conf)
				}
			}
			for _, word := range tt.without {
				if strings.Contains(conf, word) {
					t.Errorf("%s is in:\n%s", word, conf)
				}
			}
		})
	}
}

// TestNATSPods follows settings into the StatefulSet.
func TestNATSPods(t *testing.T) {
	const sts = "StatefulSet/dynamo-nats"
	render := func(t *testing.T, v string) map[string]*object {
		t.Helper()
		return objects(t, mustInstall(t, platformChart, parseValues(t, v)))
	}
	checksum := func(all map[string]*object) any {
		return at(all[sts], "spec", "template", "metadata", "annotations", "checksum/config")
	}

	t.Run("a change of nats.conf rolls the pods", func(t *testing.T) {
		before, after := render(t, `{}`), render(t, `{nats: {config: {merge: {max_payload: 1}}}}`)
		if checksum(before) == nil || checksum(before) == checksum(after) {
			t.Errorf("checksum %v, then %v", checksum(before), checksum(after))
		}
		if sum := checksum(render(t, `{nats: {podTemplate: {configChecksumAnnotation: false}}}`)); sum != nil {
			t.Errorf("checksum %v with the annotation off", sum)
		}
	})
	t.Run("no claim without a file store", func(t *testing.T) {
		all := render(t, `{nats: {config: {jetstream: {fileStore: {pvc: {enabled: false}}}}}}`)
		if claims := at(all[sts], "spec", "volumeClaimTemplates"); claims != nil {
			t.Errorf("claims %v", claims)
		}
	})
	t.Run("names and merges", func(t *testing.T) {
		all := render(t, `{nats: {statefulSet: {merge: {spec: {minReadySeconds: 5}}}, podTemplate: {merge: {spec: {priorityClassName: high, tolerations: [{operator: Exists}]}}}, container: {merge: {resources: {limits: {memory: 1Gi}}}, env: {GOMEMLIMIT: 900MiB, TOKEN: {valueFrom: {secretKeyRef: {name: s, key: k}}}}, image: {registry: mirror, digest: "sha256:abc"}}, config: {jetstream: {fileStore: {pvc: {name: js, merge: {spec: {volumeMode: Filesystem}}}}}}}}`)
		got := map[string]any{
			"minReadySeconds": at(all[sts], "spec", "minReadySeconds"),
			"priority":        at(all[sts], "spec", "template", "spec", "priorityClassName"),
			"toleration":      at(all[sts], "spec", "template", "spec", "tolerations", 0, "operator"),
			"memory":          at(container(t, all[sts], "nats"), "resources", "limits", "memory"),
			"GOMEMLIMIT":      env(container(t, all[sts], "nats"))["GOMEMLIMIT"],
			"image":           container(t, all[sts], "nats")["image"],
			"claim":           at(all[sts], "spec", "volumeClaimTemplates", 0, "metadata", "name"),
			"volumeMode":      at(all[sts], "spec", "volumeClaimTemplates", 0, "spec", "volumeMode"),
			"token":           at(container(t, all[sts], "nats")["env"], 3, "valueFrom", "secretKeyRef", "name"),
		}
		want := map[string]any{
			"minReadySeconds": float64(5), "priority": "high", "toleration": "Exists", "memory": "1Gi", "GOMEMLIMIT": "900MiB",
			"image": "mirror/nats:2.10.21-alpine@sha256:abc", "claim": "js", "volumeMode": "Filesystem", "token": "s",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("settings (-want +got):\n%s", diff)
		}
	})
	t.Run("no probes without monitoring", func(t *testing.T) {
		all := render(t, `{nats: {config: {monitor: {enabled: false}}}}`)
		if probe := container(t, all[sts], "nats")["readinessProbe"]; probe != nil {
			t.Errorf("readiness probe %v", probe)
		}
	})
	t.Run("service account and reloader", func(t *testing.T) {
		all := render(t, `{nats: {serviceAccount: {enabled: true}, reloader: {enabled: false}}}`)
		if all["ServiceAccount/dynamo-nats"] == nil || at(all[sts], "spec", "template", "spec", "serviceAccountName") != "dynamo-nats" {
			t.Error("the service account is not made or not used")
		}
		if n := len(at(all[sts], "spec", "template", "spec", "containers").([]any)); n != 1 {
			t.Errorf("%d containers, want 1", n)
		}
	})
}

// TestNATSExtras: the toolbox pod and objects of the user's own.
func TestNATSExtras(t *testing.T) {
	render := func(t *testing.T, v string) map[string]*object {
		t.Helper()
		return objects(t, mustInstall(t, platformChart, parseValues(t, v)))
	}
	t.Run("nats-box", func(t *testing.T) {
		all := render(t, `{nats: {tlsCA: {enabled: true, secretName: ca}, config: {nats: {tls: {enabled: true, secretName: tls}}}, natsBox: {enabled: true, contexts: {default: {creds: {secretName: creds}, tls: {secretName: client}}}}}}`)
		context, _ := at(all["Secret/dynamo-nats-box-contexts"], "stringData", "default.json").(string)
		for _, want := range []string{`"url": "tls://dynamo-nats"`, `"ca": "/etc/nats-ca-cert/ca.crt"`, `"creds": "/etc/nats-creds/default/nats.creds"`, `"cert": "/etc/nats-certs/default/tls.crt"`} {
			if !strings.Contains(context, want) {
				t.Errorf("%s is not in:\n%s", want, context)
			}
		}
		mounts := fmt.Sprint(container(t, all["Deployment/dynamo-nats-box"], "nats-box")["volumeMounts"])
		for _, want := range []string{"/etc/nats-contexts", "/etc/nats-ca-cert", "/etc/nats-creds/default", "/etc/nats-certs/default"} {
			if !strings.Contains(mounts, want) {
				t.Errorf("%s is not mounted: %s", want, mounts)
			}
		}
	})
	t.Run("extra resources", func(t *testing.T) {
		all := render(t, `{nats: {extraResources: [{apiVersion: v1, kind: ConfigMap, metadata: {name: "{{ .Release.Name }}-extra"}}]}}`)
		if all["ConfigMap/dynamo-extra"] == nil {
			t.Error("the extra resource is missing")
		}
	})
}

const etcdSet = "StatefulSet/dynamo-etcd"

func TestEtcdEnvironment(t *testing.T) {
	tests := []struct {
		name string
		v    string
		want map[string]string
	}{
		{"defaults", `{}`, map[string]string{
			"ETCD_AUTH_TOKEN":           "simple",
			"ALLOW_NONE_AUTHENTICATION": "yes",
			"ETCD_INITIAL_CLUSTER":      "dynamo-etcd-0=http://dynamo-etcd-0.dynamo-etcd-headless.dynamo-system.svc.cluster.local:2380",
			"ETCD_LISTEN_METRICS_URLS":  "",
		}},
		{"three members of another domain", `{etcd: {replicaCount: 3, clusterDomain: example.org, logLevel: warn}}`, map[string]string{
			"ETCD_INITIAL_CLUSTER": "dynamo-etcd-0=http://dynamo-etcd-0.dynamo-etcd-headless.dynamo-system.svc.example.org:2380," +
				"dynamo-etcd-1=http://dynamo-etcd-1.dynamo-etcd-headless.dynamo-system.svc.example.org:2380," +
				"dynamo-etcd-2=http://dynamo-etcd-2.dynamo-etcd-headless.dynamo-system.svc.example.org:2380",
			"ETCD_LOG_LEVEL": "warn",
		}},
		{"users", `{etcd: {auth: {rbac: {create: true, existingSecret: root}, token: {privateKey: {existingSecret: key}}}}}`, map[string]string{
			"ALLOW_NONE_AUTHENTICATION": "no",
			"ETCD_AUTH_TOKEN":           "jwt,priv-key=/opt/bitnami/etcd/certs/token/jwt-token.pem,sign-method=RS256,ttl=10m",
		}},
		{"TLS", `{etcd: {auth: {client: {secureTransport: true, existingSecret: c, enableAuthentication: true, caFilename: ca.pem}, peer: {secureTransport: true, existingSecret: p}}}}`, map[string]string{
			"ETCD_LISTEN_CLIENT_URLS":    "https://0.0.0.0:2379",
			"ETCD_LISTEN_PEER_URLS":      "https://0.0.0.0:2380",
			"ETCD_CERT_FILE":             "/opt/bitnami/etcd/certs/client/cert.pem",
			"ETCD_TRUSTED_CA_FILE":       "/opt/bitnami/etcd/certs/client/ca.pem",
			"ETCD_CLIENT_CERT_AUTH":      "true",
			"ETCD_PEER_KEY_FILE":         "/opt/bitnami/etcd/certs/peer/key.pem",
			"ETCD_PEER_CLIENT_CERT_AUTH": "",
			"ETCD_LISTEN_METRICS_URLS":   "http://0.0.0.0:9090",
		}},
		{"compaction and more", `{etcd: {autoCompactionMode: periodic, autoCompactionRetention: 1, extraEnvVars: [{name: GOMAXPROCS, value: "2"}]}}`, map[string]string{
			"ETCD_AUTO_COMPACTION_MODE": "periodic", "ETCD_AUTO_COMPACTION_RETENTION": "1", "GOMAXPROCS": "2",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := objects(t, mustInstall(t, platformChart, parseValues(t, tt.v)))
			got := env(container(t, all[etcdSet], "etcd"))
			for name, want := range tt.want {
				if got[name] != want {
					t.Errorf("%s is %q, want %q", name, got[name], want)
				}
			}
		})
	}
}

// TestEtcdToken: a key is made only for users, and kept over upgrades.
func TestEtcdToken(t *testing.T) {
	const users = `{etcd: {auth: {rbac: {create: true, existingSecret: root}}}}`
	const name = "Secret/dynamo-etcd-jwt-token"
	for v, want := range map[string]bool{
		`{}`: false,
		`{etcd: {auth: {token: {enabled: true, type: jwt}}}}`:                                 false,
		`{etcd: {auth: {rbac: {create: true, existingSecret: root}, token: {type: simple}}}}`: false,
		users: true,
	} {
		all := objects(t, mustInstall(t, platformChart, parseValues(t, v)))
		if got := all[name] != nil; got != want {
			t.Errorf("%s: a key is made: %t, want %t", v, got, want)
		}
	}
	existing := `{apiVersion: v1, kind: Secret, metadata: {name: dynamo-etcd-jwt-token, namespace: dynamo-system}, data: {jwt-token.pem: a2V5}}`
	got, err := renderIn(t, parseValues(t, users), existing)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, "jwt-token.pem: a2V5\n") {
		t.Error("an upgrade makes another key")
	}
}

func TestEtcdPods(t *testing.T) {
	render := func(t *testing.T, v string) map[string]*object {
		t.Helper()
		return objects(t, mustInstall(t, platformChart, parseValues(t, v)))
	}
	spec := func(all map[string]*object, path ...any) any {
		return at(all[etcdSet], append([]any{"spec", "template", "spec"}, path...)...)
	}
	t.Run("probes ask etcd", func(t *testing.T) {
		all := render(t, `{etcd: {readinessProbe: {enabled: true, periodSeconds: 3}, livenessProbe: {enabled: true}, startupProbe: {enabled: true}, metrics: {useSeparateEndpoint: true}}}`)
		c := container(t, all[etcdSet], "etcd")
		if got := at(c, "readinessProbe", "httpGet", "path"); got != "/readyz" || at(c, "readinessProbe", "periodSeconds") != float64(3) {
			t.Errorf("readiness probe %v", c["readinessProbe"])
		}
		if got := at(c, "livenessProbe", "httpGet", "port"); got != "metrics" || c["startupProbe"] == nil {
			t.Errorf("liveness probe %v, startup probe %v", c["livenessProbe"], c["startupProbe"])
		}
	})
	t.Run("placement", func(t *testing.T) {
		all := render(t, `{etcd: {podAntiAffinityPreset: hard, tolerations: [{operator: Exists}], nodeSelector: {disk: ssd}, topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}], priorityClassName: high, image: {pullSecrets: [a, {name: b}]}}}`)
		got := []any{
			spec(all, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution", 0, "topologyKey"),
			spec(all, "tolerations", 0, "operator"), spec(all, "nodeSelector", "disk"),
			spec(all, "topologySpreadConstraints", 0, "labelSelector", "matchLabels", "app.kubernetes.io/component"),
			spec(all, "priorityClassName"), spec(all, "imagePullSecrets", 0, "name"), spec(all, "imagePullSecrets", 1, "name"),
		}
		if diff := cmp.Diff([]any{"kubernetes.io/hostname", "Exists", "ssd", "etcd", "high", "a", "b"}, got); diff != "" {
			t.Errorf("placement (-want +got):\n%s", diff)
		}
		mine := render(t, `{etcd: {affinity: {nodeAffinity: {}}}}`)
		if got := spec(mine, "affinity", "podAntiAffinity"); got != nil {
			t.Errorf("the preset is added to an affinity of the values: %v", got)
		}
	})
	t.Run("without persistence", func(t *testing.T) {
		all := render(t, `{etcd: {persistence: {enabled: false}}}`)
		if claims := at(all[etcdSet], "spec", "volumeClaimTemplates"); claims != nil {
			t.Errorf("claims %v", claims)
		}
		if volumes := fmt.Sprint(spec(all, "volumes")); !strings.Contains(volumes, "name:data") {
			t.Errorf("no volume for the data: %s", volumes)
		}
	})
	t.Run("budgets", func(t *testing.T) {
		for v, want := range map[string]any{
			`{etcd: {pdb: {create: true}}}`:                    map[string]any{"minAvailable": "51%"},
			`{etcd: {pdb: {create: true, minAvailable: 2}}}`:   map[string]any{"minAvailable": float64(2)},
			`{etcd: {pdb: {create: true, maxUnavailable: 1}}}`: map[string]any{"maxUnavailable": float64(1)},
		} {
			spec, _ := at(render(t, v)["PodDisruptionBudget/dynamo-etcd"], "spec").(map[string]any)
			delete(spec, "selector")
			if diff := cmp.Diff(want, any(spec)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", v, diff)
			}
		}
	})
	t.Run("upgrade check", func(t *testing.T) {
		all := render(t, `{etcd: {preUpgradeJob: {enabled: true}}}`)
		job := all["Job/dynamo-etcd-pre-upgrade"]
		if job == nil || job.GetAnnotations()["helm.sh/hook"] != "pre-upgrade" {
			t.Fatal("no Job before upgrades")
		}
		command := fmt.Sprint(container(t, job, "health")["command"])
		if !strings.Contains(command, "http://dynamo-etcd.dynamo-system.svc.cluster.local:2379") {
			t.Errorf("it runs %s", command)
		}
	})
	t.Run("closed network", func(t *testing.T) {
		all := render(t, `{etcd: {networkPolicy: {allowExternal: false, allowExternalEgress: false}}}`)
		policy := all["NetworkPolicy/dynamo-etcd"]
		if from, _ := at(policy, "spec", "ingress", 0, "from").([]any); len(from) != 2 {
			t.Errorf("ingress from %v", from)
		}
		if egress, _ := at(policy, "spec", "egress").([]any); len(egress) != 2 {
			t.Errorf("egress %v", egress)
		}
	})
}

// TestGroveAndKAI: the values that the platform has for them reach their pods.
func TestGroveAndKAI(t *testing.T) {
	v := `{grove: {enabled: true, tolerations: [{key: g}], affinity: {nodeAffinity: {}}}, kai-scheduler: {enabled: true, global: {tolerations: [{key: k}], affinity: {podAffinity: {}}}}}`
	all := objects(t, mustInstall(t, platformChart, parseValues(t, v)))
	grove, kai := all["Deployment/grove-operator"], all["Deployment/kai-operator"]
	got := []any{
		at(grove, "spec", "template", "spec", "tolerations", 0, "key"), at(grove, "spec", "template", "spec", "affinity", "nodeAffinity") != nil,
		at(kai, "spec", "template", "spec", "tolerations", 0, "key"), at(kai, "spec", "template", "spec", "affinity", "podAffinity") != nil,
		at(all["Config/kai-config"], "spec", "global", "tolerations", 0, "key"),
	}
	if diff := cmp.Diff([]any{"g", true, "k", true, "k"}, got); diff != "" {
		t.Errorf("placement (-want +got):\n%s", diff)
	}
	if image := container(t, grove, "grove-operator")["image"]; image != "ghcr.io/ai-dynamo/grove/grove-operator:v0.1.0-alpha.3" {
		t.Errorf("grove's image is %v", image)
	}
	if image := container(t, kai, "operator")["image"]; image != "ghcr.io/nvidia/kai-scheduler/operator:v0.9.4" {
		t.Errorf("kai's image is %v", image)
	}
	const hook = "helm.sh/hook"
	if all["Config/kai-config"].GetAnnotations()[hook] == "" {
		t.Error("without KAI's API its Config has to be a hook: Helm refuses unknown kinds elsewhere")
	}
	later := objects(t, mustInstall(t, platformChart, parseValues(t, v), "kai.scheduler/v1"))
	if got := later["Config/kai-config"].GetAnnotations()[hook]; got != "" {
		t.Errorf("with KAI's API its Config is still a hook (%s)", got)
	}
}
