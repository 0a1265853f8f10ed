// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package charts_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

func TestLint(t *testing.T) {
	lint := func(t *testing.T, chart string, v values) {
		t.Helper()
		client := action.NewLint()
		client.Strict = true
		client.Namespace = namespace
		client.KubeVersion = &common.DefaultCapabilities.KubeVersion
		result := client.Run([]string{chart}, v)
		for _, message := range result.Messages {
			t.Logf("%s: %v", message.Path, message.Err)
		}
		for _, err := range result.Errors {
			t.Errorf("%s: %v", chart, err)
		}
		if result.TotalChartsLinted != 1 {
			t.Errorf("linted %d charts, want 1", result.TotalChartsLinted)
		}
	}
	t.Run(crdsChart, func(t *testing.T) { lint(t, crdsChart, nil) })
	t.Run(platformChart, func(t *testing.T) { lint(t, platformChart, nil) })
	for _, name := range profiles() {
		t.Run(platformChart+"/"+name, func(t *testing.T) { lint(t, platformChart, profile(t, name)) })
	}
}

// TestGolden shows every profile's whole release, and that rendering it twice gives the same bytes.
func TestGolden(t *testing.T) {
	for _, name := range profiles() {
		t.Run(name, func(t *testing.T) {
			got := text(mustInstall(t, platformChart, profile(t, name)))
			if again := text(mustInstall(t, platformChart, profile(t, name))); again != got {
				t.Errorf("the second render differs (-first +second):\n%s", cmp.Diff(got, again))
			}
			file := filepath.Join("testdata", "0.9.0", name+".yaml")
			if *update {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err, "(run the test with -update to write it)")
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("release (-golden +rendered); run with -update if it is meant:\n%s", diff)
			}
		})
	}
}

// TestObjects holds for every object of every profile.
func TestObjects(t *testing.T) {
	for _, name := range append(profiles(), "default") {
		t.Run(name, func(t *testing.T) {
			v := values{}
			if name != "default" {
				v = profile(t, name)
			}
			all := objects(t, mustInstall(t, platformChart, v))
			if len(all) < 25 {
				t.Errorf("only %d objects", len(all))
			}
			for key, obj := range all {
				labels := obj.GetLabels()
				if labels["app.kubernetes.io/instance"] != releaseName || labels["app.kubernetes.io/managed-by"] != "Helm" ||
					labels["app.kubernetes.io/name"] == "" || labels["helm.sh/chart"] == "" {
					t.Errorf("%s: labels %v", key, labels)
				}
				clusterWide := strings.HasPrefix(obj.GetKind(), "Cluster") || strings.HasSuffix(obj.GetKind(), "WebhookConfiguration")
				if got := obj.GetNamespace(); !clusterWide && got != namespace {
					t.Errorf("%s: namespace %q", key, got)
				}
			}
		})
	}
}

// TestImagesAreTagged: every image has a tag that is not latest.
func TestImagesAreTagged(t *testing.T) {
	everything := parseValues(t, `{grove: {enabled: true}, kai-scheduler: {enabled: true}, nats: {natsBox: {enabled: true}, promExporter: {enabled: true}}, etcd: {preUpgradeJob: {enabled: true}}}`)
	for key, obj := range objects(t, mustInstall(t, platformChart, everything)) {
		pod := at(obj, "spec", "template", "spec")
		for _, list := range []string{"containers", "initContainers"} {
			containers, _ := at(pod, list).([]any)
			for _, c := range containers {
				image, _ := at(c, "image").(string)
				name := image[strings.LastIndex(image, "/")+1:]
				_, tag, ok := strings.Cut(name, ":")
				if !ok || tag == "" || tag == "latest" {
					t.Errorf("%s: image %q", key, image)
				}
			}
		}
	}
}

func TestConditions(t *testing.T) {
	const apis = "scheduling.run.ai/v2"
	tests := []struct {
		part   string
		object string
		on     string
		off    string
	}{
		{"dynamo-operator", "Deployment/dynamo-dynamo-operator-controller-manager", `{}`, `{dynamo-operator: {enabled: false}}`},
		{"nats", "StatefulSet/dynamo-nats", `{}`, `{nats: {enabled: false}}`},
		{"etcd", "StatefulSet/dynamo-etcd", `{}`, `{etcd: {enabled: false}}`},
		{"grove", "Deployment/grove-operator", `{grove: {enabled: true}}`, `{}`},
		{"kai-scheduler", "Deployment/kai-operator", `{kai-scheduler: {enabled: true}}`, `{}`},
	}
	for _, tt := range tests {
		t.Run(tt.part, func(t *testing.T) {
			on := objects(t, mustInstall(t, platformChart, parseValues(t, tt.on), apis))
			off := objects(t, mustInstall(t, platformChart, parseValues(t, tt.off), apis))
			if on[tt.object] == nil {
				t.Errorf("%s is missing with the part on", tt.object)
			}
			if off[tt.object] != nil {
				t.Errorf("%s is there with the part off", tt.object)
			}
			chart := "helm.sh/chart"
			for key, obj := range off {
				if strings.HasPrefix(obj.GetLabels()[chart], tt.part+"-") {
					t.Errorf("%s of the part is there with the part off", key)
				}
			}
		})
	}
}

func TestQueues(t *testing.T) {
	on := parseValues(t, `{kai-scheduler: {enabled: true}}`)
	tests := []struct {
		name string
		v    values
		apis []string
		want []string
	}{
		{"API and part", on, []string{"scheduling.run.ai/v2"}, []string{"Queue/dynamo", "Queue/dynamo-default"}},
		{"no API", on, nil, nil},
		{"no part", values{}, []string{"scheduling.run.ai/v2"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := objects(t, mustInstall(t, platformChart, tt.v, tt.apis...))
			var got []string
			for _, key := range slices.Sorted(maps.Keys(all)) {
				if strings.HasPrefix(key, "Queue/") {
					got = append(got, key)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatalf("queues (-want +got):\n%s", diff)
			}
			if tt.want == nil {
				return
			}
			if parent := at(all["Queue/dynamo"], "spec", "parentQueue"); parent != "dynamo-default" {
				t.Errorf("the parent of dynamo is %v", parent)
			}
			if parent := at(all["Queue/dynamo-default"], "spec", "parentQueue"); parent != nil {
				t.Errorf("the parent of dynamo-default is %v", parent)
			}
			if policy := all["Queue/dynamo"].GetAnnotations()["helm.sh/resource-policy"]; policy != "keep" {
				t.Errorf("helm.sh/resource-policy of a queue is %q", policy)
			}
		})
	}
}

// TestQueueOfSomeoneElse: a queue that this release did not make is left out, one that it made stays.
func TestQueueOfSomeoneElse(t *testing.T) {
	v := `{kai-scheduler: {enabled: true}}`
	const foreign = `{apiVersion: scheduling.run.ai/v2, kind: Queue, metadata: {name: dynamo}}`
	const ours = `{apiVersion: scheduling.run.ai/v2, kind: Queue, metadata: {name: dynamo, annotations: {meta.helm.sh/release-name: dynamo, meta.helm.sh/release-namespace: dynamo-system}}}`
	for queue, want := range map[string]bool{foreign: false, ours: true} {
		got, err := renderIn(t, parseValues(t, v), queue)
		if err != nil {
			t.Fatal(err)
		}
		if has := strings.Contains(got, "kind: Queue\nmetadata:\n  name: dynamo\n"); has != want {
			t.Errorf("queue dynamo rendered: %t, want %t, beside %s", has, want, queue)
		}
		if !strings.Contains(got, "kind: Queue\nmetadata:\n  name: dynamo-default\n") {
			t.Error("queue dynamo-default is missing")
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	tests := map[string]string{
		"a key that no part is":       `{natss: {enabled: true}}`,
		"a misspelt part of NATS":     `{nats: {jetstream: {enabled: true}}}`,
		"a key of a newer version":    `{global: {etcd: {install: true}}, dynamo-operator: {upgradeCRD: true}}`,
		"a misspelt key of etcd":      `{etcd: {replicas: 3}}`,
		"a number that is a word":     `{etcd: {replicaCount: three}}`,
		"a size that is none":         `{nats: {config: {jetstream: {fileStore: {pvc: {size: big}}}}}}`,
		"a failure policy":            `{dynamo-operator: {webhook: {failurePolicy: Maybe}}}`,
		"an address without a scheme": `{dynamo-operator: {natsAddr: "nats.example.com:4222"}}`,
		"a misspelt key of grove":     `{grove: {enabled: true, toleration: []}}`,
		"a misspelt key of kai":       `{kai-scheduler: {enabled: true, operators: {}}}`,
	}
	for name, v := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := install(t, platformChart, parseValues(t, v))
			if err == nil || !strings.Contains(err.Error(), "schema") {
				t.Errorf("got error %v, want one of the schema", err)
			}
		})
	}
	if _, err := install(t, crdsChart, parseValues(t, `{keep: false}`)); err == nil {
		t.Error("dynamo-crds accepted a value")
	}
}

// TestGlobals: what a user puts under global reaches every part and is refused by none.
func TestGlobals(t *testing.T) {
	v := `{global: {imageRegistry: mirror.example.com, mine: {a: 1}}, grove: {enabled: true}, kai-scheduler: {enabled: true, global: {tolerations: [{key: gpu, operator: Exists}]}}}`
	all := objects(t, mustInstall(t, platformChart, parseValues(t, v)))
	if image := container(t, all["StatefulSet/dynamo-etcd"], "etcd")["image"]; image != "mirror.example.com/bitnamilegacy/etcd:3.5.18-debian-12-r5" {
		t.Errorf("etcd's image is %v", image)
	}
	if key := at(all["Deployment/kai-operator"], "spec", "template", "spec", "tolerations", 0, "key"); key != "gpu" {
		t.Errorf("the toleration of kai-operator is for %v", key)
	}
}

func TestNotes(t *testing.T) {
	sections := map[string]string{
		"dynamo-operator": "\nOperator\n", "nats": "\nNATS\n", "etcd": "\netcd\n", "grove": "\nGrove\n", "kai-scheduler": "\nKAI scheduler\n",
	}
	on, off := values{}, values{}
	for part := range sections {
		on[part], off[part] = values{"enabled": true}, values{"enabled": false}
	}
	with, without := mustInstall(t, platformChart, on).Info.Notes, mustInstall(t, platformChart, off).Info.Notes
	for part, heading := range sections {
		if !strings.Contains(with, heading) {
			t.Errorf("the notes say nothing of %s:\n%s", part, with)
		}
		if strings.Contains(without, heading) {
			t.Errorf("the notes speak of %s, which is off:\n%s", part, without)
		}
	}
	if notes := mustInstall(t, platformChart, profile(t, "prod")).Info.Notes; !strings.Contains(notes, "tls://dynamo-nats.dynamo-system.svc.cluster.local:4222") {
		t.Errorf("the notes of prod do not name NATS by its TLS address:\n%s", notes)
	}
}

// TestCRDsChart: the definitions are there, and the release fits in Helm's Secret, which holds at most a megabyte.
func TestCRDsChart(t *testing.T) {
	rel := mustInstall(t, crdsChart, nil)
	all := objects(t, rel)
	want := []string{
		"CustomResourceDefinition/dynamocomponentdeployments.nvidia.com",
		"CustomResourceDefinition/dynamographdeploymentrequests.nvidia.com",
		"CustomResourceDefinition/dynamographdeployments.nvidia.com",
		"CustomResourceDefinition/dynamographdeploymentscalingadapters.nvidia.com",
		"CustomResourceDefinition/dynamomodels.nvidia.com",
		"CustomResourceDefinition/dynamoworkermetadatas.nvidia.com",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(all))); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	for key, obj := range all {
		if obj.GetAnnotations()["helm.sh/resource-policy"] != "keep" {
			t.Errorf("%s would be deleted with the release", key)
		}
	}
	for _, name := range []string{crdsChart, platformChart} {
		data, err := json.Marshal(mustInstall(t, name, nil))
		if err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		size := base64.StdEncoding.EncodedLen(packed.Len())
		if size > 512<<10 {
			t.Errorf("the release of %s takes %d KiB of Helm's 1024", name, size>>10)
		}
	}
}

// TestProduction names what the production profile is for, in the words of the profile.
func TestProduction(t *testing.T) {
	all := objects(t, mustInstall(t, platformChart, profile(t, "prod")))
	etcd, nats, operator := all["StatefulSet/dynamo-etcd"], all["StatefulSet/dynamo-nats"], all["Deployment/dynamo-dynamo-operator-controller-manager"]
	etcdClaim, natsClaim := at(etcd, "spec", "volumeClaimTemplates", 0, "spec"), at(nats, "spec", "volumeClaimTemplates", 0, "spec")
	ports, _ := at(all["Service/dynamo-nats-headless"], "spec", "ports").([]any)
	got := map[string]any{
		"etcd members":        at(etcd, "spec", "replicas"),
		"etcd budget":         at(all["PodDisruptionBudget/dynamo-etcd"], "spec", "minAvailable"),
		"etcd storage":        at(etcdClaim, "resources", "requests", "storage"),
		"etcd storage class":  at(etcdClaim, "storageClassName"),
		"etcd is probed":      container(t, etcd, "etcd")["readinessProbe"] != nil && container(t, etcd, "etcd")["livenessProbe"] != nil,
		"etcd peers":          strings.Count(env(container(t, etcd, "etcd"))["ETCD_INITIAL_CLUSTER"], "="),
		"NATS servers":        at(nats, "spec", "replicas"),
		"NATS budget":         at(all["PodDisruptionBudget/dynamo-nats"], "spec", "maxUnavailable"),
		"NATS storage":        at(natsClaim, "resources", "requests", "storage"),
		"NATS storage class":  at(natsClaim, "storageClassName"),
		"NATS clients":        at(all["Service/dynamo-nats"], "spec", "ports", 0, "appProtocol"),
		"NATS ports":          len(ports),
		"NATS spread":         at(nats, "spec", "template", "spec", "topologySpreadConstraints", 0, "whenUnsatisfiable"),
		"operators":           at(operator, "spec", "replicas"),
		"operator's identity": slices.Contains(argsOf(container(t, operator, "manager")), "--leader-election-id=dynamo.nvidia.com"),
	}
	want := map[string]any{
		"etcd members": 3.0, "etcd budget": 2.0, "etcd storage": "20Gi", "etcd storage class": "fast-ssd", "etcd is probed": true, "etcd peers": 3,
		"NATS servers": 3.0, "NATS budget": 1.0, "NATS storage": "50Gi", "NATS storage class": "fast-ssd", "NATS clients": "tls", "NATS ports": 3,
		"NATS spread": "DoNotSchedule", "operators": 2.0, "operator's identity": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("production (-want +got):\n%s", diff)
	}
	for name := range all {
		if strings.HasPrefix(name, "Secret/") && name != "Secret/dynamo-deployment-env" {
			t.Errorf("%s is rendered: production takes its Secrets from the cluster", name)
		}
	}
}
