// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package wanted_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

var update = flag.Bool("update", false, "write the golden files")

func at(t testing.TB, version string) *chart.Version {
	t.Helper()
	v, err := chart.Lookup(version, chart.LookupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// release is a release named dynamo with values in YAML.
func release(t testing.TB, version, text string) wanted.Release {
	t.Helper()
	in := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &in); err != nil {
		t.Fatal(err)
	}
	return wanted.Release{Chart: at(t, version), Name: "dynamo", Namespace: "dynamo-system", Values: in}
}

// TestDefaults shows what each chart version wants where a Platform says nothing.
func TestDefaults(t *testing.T) {
	var b strings.Builder
	for _, version := range chart.Versions() {
		r := release(t, version, "")
		fmt.Fprintf(&b, "%s\n  nats %s\n  etcd %s\n", version, show(t, wanted.FromNATS(r)), show(t, wanted.FromEtcd(r)))
	}
	golden(t, "defaults.txt", b.String())
}

func show(t testing.TB, want any) string {
	t.Helper()
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// TestComponents compiles the same Platform for every version, and reads the
// same out of it again.
func TestComponents(t *testing.T) {
	on, three, payload, storage := true, int32(3), resource.MustParse("8Mi"), resource.MustParse("50Gi")
	inChart := v1alpha1.Components{
		NATS: v1alpha1.NATS{Enabled: &on, Replicas: &three, MaxPayload: &payload, JetStream: &v1alpha1.JetStream{Storage: &storage},
			TLS: &v1alpha1.NATSTLS{SecretName: "nats-tls"}, Image: &v1alpha1.Image{Tag: "2.12.3-alpine"}},
		Etcd: v1alpha1.Etcd{Enabled: &on, Replicas: &three, Image: &v1alpha1.Image{Tag: "3.6.4-debian-12-r3"}},
	}
	external := v1alpha1.Components{NATS: v1alpha1.NATS{Address: "tls://nats.example.com:4222"}, Etcd: v1alpha1.Etcd{Address: "https://etcd.example.com:2379"}}
	off := false
	absent := v1alpha1.Components{NATS: v1alpha1.NATS{Enabled: &off}, Etcd: v1alpha1.Etcd{Enabled: &off}}
	statefulSet := func(name string) wanted.Workload {
		return wanted.Workload{Service: name + "-headless", Object: object.Reference{APIVersion: "apps/v1", Kind: "StatefulSet", Namespace: "dynamo-system", Name: name}}
	}
	for _, version := range chart.Versions() {
		t.Run(version, func(t *testing.T) {
			r := release(t, version, "")
			compile := func(c v1alpha1.Components) wanted.Release {
				r.Values, _ = r.Chart.Compile(c, chart.Release{Name: r.Name, Namespace: r.Namespace})
				return r
			}
			check(t, wanted.NATS{
				Presence: wanted.InChart, Workload: statefulSet("dynamo-nats"), Replicas: 3, Version: "2.12.3", JetStream: wanted.On,
				MaxFileStore: 45 << 30, MaxPayload: 8 << 20, TLS: wanted.On, Monitoring: wanted.On, MonitoringPort: 8222,
			}, wanted.FromNATS(compile(inChart)))
			check(t, wanted.Etcd{Presence: wanted.InChart, Workload: statefulSet("dynamo-etcd"), Replicas: 3, Version: "3.6.4", ClientPort: 2379,
				TLS: wanted.Off, Auth: wanted.Off}, wanted.FromEtcd(compile(inChart)))
			check(t, wanted.NATS{Presence: wanted.External, Address: "tls://nats.example.com:4222", TLS: wanted.On}, wanted.FromNATS(compile(external)))
			check(t, wanted.Etcd{Presence: wanted.External, Address: "https://etcd.example.com:2379"}, wanted.FromEtcd(compile(external)))
			check(t, wanted.NATS{}, wanted.FromNATS(compile(absent)))
			check(t, wanted.Etcd{}, wanted.FromEtcd(compile(absent)))
		})
	}
}

func check(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("wanted (-want +got):\n%s", diff)
	}
}

// TestNATSValues shows what single values do to what is wanted.
func TestNATSValues(t *testing.T) {
	for name, tt := range map[string]struct {
		values string
		want   func(*wanted.NATS)
	}{
		"nothing":                   {"", func(*wanted.NATS) {}},
		"cluster":                   {"nats: {config: {cluster: {enabled: true}}}", func(n *wanted.NATS) { n.Replicas = 3 }},
		"JetStream off":             {"nats: {config: {jetstream: {enabled: false}}}", func(n *wanted.NATS) { n.JetStream, n.MaxFileStore = wanted.Off, 0 }},
		"store of its own size":     {"nats: {config: {jetstream: {fileStore: {maxSize: 5G}}}}", func(n *wanted.NATS) { n.MaxFileStore = 5e9 }},
		"memory store":              {"nats: {config: {jetstream: {memoryStore: {enabled: true, maxSize: 2Gi}}}}", func(n *wanted.NATS) { n.MaxMemoryStore = 2 << 30 }},
		"payload as text":           {"nats: {config: {merge: {max_payload: 8MB}}}", func(n *wanted.NATS) { n.MaxPayload = 8 << 20 }},
		"payload that is nonsense":  {"nats: {config: {merge: {max_payload: lots}}}", func(n *wanted.NATS) { n.MaxPayload = 0 }},
		"image by digest":           {"nats: {container: {image: {digest: sha256:1}}}", func(n *wanted.NATS) { n.Version = "" }},
		"image with a floating tag": {"nats: {container: {image: {tag: latest}}}", func(n *wanted.NATS) { n.Version = "" }},
		"image with two parts":      {"nats: {container: {image: {tag: 2.12-alpine}}}", func(n *wanted.NATS) { n.Version = "2.12" }},
		"patched configuration": {"nats: {config: {patch: [{op: add, path: /max_payload, value: 1}]}}", func(n *wanted.NATS) {
			n.JetStream, n.MaxFileStore, n.MaxPayload, n.TLS = "", 0, 0, ""
		}},
		"merged store":       {"nats: {config: {jetstream: {merge: {max_file_store: 1Gi}}}}", func(n *wanted.NATS) { n.MaxFileStore = 0 }},
		"merged JetStream":   {"nats: {config: {merge: {jetstream: {}}}}", func(n *wanted.NATS) { n.JetStream, n.MaxFileStore = "", 0 }},
		"merged TLS":         {"nats: {config: {merge: {tls: {}}}}", func(n *wanted.NATS) { n.TLS = "" }},
		"merged replicas":    {"nats: {statefulSet: {merge: {spec: {replicas: 2}}}}", func(n *wanted.NATS) { n.Replicas = 0 }},
		"another name":       {"nats: {fullnameOverride: bus}", func(n *wanted.NATS) { n.Workload.Object.Name, n.Workload.Service = "bus", "bus-headless" }},
		"a name in part":     {"nats: {nameOverride: bus}", func(n *wanted.NATS) { n.Workload.Object.Name, n.Workload.Service = "dynamo-bus", "dynamo-bus-headless" }},
		"another namespace":  {"nats: {namespaceOverride: buses}", func(n *wanted.NATS) { n.Workload.Object.Namespace = "buses" }},
		"monitoring off":     {"nats: {config: {monitor: {enabled: false}}}", func(n *wanted.NATS) { n.Monitoring = wanted.Off }},
		"monitoring by TLS":  {"nats: {config: {monitor: {port: 1, tls: {enabled: true}}}}", func(n *wanted.NATS) { n.MonitoringPort, n.MonitoringTLS = 1, true }},
		"no file store":      {"nats: {config: {jetstream: {fileStore: {enabled: false}}}}", func(n *wanted.NATS) { n.MaxFileStore = 0 }},
		"replicas of a word": {"nats: {config: {cluster: {enabled: true, replicas: many}}}", func(n *wanted.NATS) { n.Replicas = 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			want := wanted.FromNATS(release(t, "0.9.0", ""))
			tt.want(&want)
			check(t, want, wanted.FromNATS(release(t, "0.9.0", tt.values)))
		})
	}
}

func TestEtcdValues(t *testing.T) {
	for name, tt := range map[string]struct {
		values string
		want   func(*wanted.Etcd)
	}{
		"nothing":       {"", func(*wanted.Etcd) {}},
		"TLS":           {"etcd: {auth: {client: {secureTransport: true}}}", func(e *wanted.Etcd) { e.TLS = wanted.On }},
		"auth":          {"etcd: {auth: {rbac: {create: true}}}", func(e *wanted.Etcd) { e.Auth = wanted.On }},
		"quota":         {"etcd: {extraEnvVars: [{name: A, value: b}, {name: ETCD_QUOTA_BACKEND_BYTES, value: '8589934592'}]}", func(e *wanted.Etcd) { e.Quota = 8 << 30 }},
		"strange quota": {"etcd: {extraEnvVars: [3, {name: ETCD_QUOTA_BACKEND_BYTES, value: lots}]}", func(*wanted.Etcd) {}},
		"digest":        {"etcd: {image: {digest: sha256:1}}", func(e *wanted.Etcd) { e.Version = "" }},
		"port":          {"etcd: {containerPorts: {client: 1}}", func(e *wanted.Etcd) { e.ClientPort = 1 }},
		"off":           {"etcd: {enabled: false}", func(e *wanted.Etcd) { *e = wanted.Etcd{} }},
	} {
		t.Run(name, func(t *testing.T) {
			want := wanted.FromEtcd(release(t, "0.9.0", ""))
			tt.want(&want)
			check(t, want, wanted.FromEtcd(release(t, "0.9.0", tt.values)))
		})
	}
}

// TestOpen says nothing about what values outside Git may change.
func TestOpen(t *testing.T) {
	r := release(t, "0.9.0", "{nats: {config: {jetstream: {enabled: true}}}, etcd: {replicaCount: 3}}")
	r.Open = true
	n, e := wanted.FromNATS(r), wanted.FromEtcd(r)
	check(t, wanted.NATS{Presence: wanted.InChart, Workload: n.Workload, JetStream: wanted.On, MonitoringPort: 8222}, n)
	check(t, wanted.Etcd{Presence: wanted.InChart, Workload: e.Workload, Replicas: 3, ClientPort: 2379}, e)
	check(t, wanted.NATS{}, wanted.FromNATS(wanted.Release{}))
}

func TestEndpoints(t *testing.T) {
	r := release(t, "0.9.0", "{nats: {config: {cluster: {enabled: true, replicas: 2}}}, etcd: {auth: {client: {secureTransport: true}}}}")
	check(t, []drift.Endpoint{
		{Name: "dynamo-nats-0", Address: "http://dynamo-nats-0.dynamo-nats-headless.dynamo-system.svc:8222"},
		{Name: "dynamo-nats-1", Address: "http://dynamo-nats-1.dynamo-nats-headless.dynamo-system.svc:8222"},
	}, wanted.FromNATS(r).Endpoints())
	check(t, []drift.Endpoint{{Name: "dynamo-etcd-0", Address: "https://dynamo-etcd-0.dynamo-etcd-headless.dynamo-system.svc:2379"}}, wanted.FromEtcd(r).Endpoints())
	check(t, []drift.Endpoint{{Address: "http://a:1"}, {Address: "http://b:2"}},
		wanted.Etcd{Presence: wanted.External, Address: "http://a:1, http://b:2,"}.Endpoints())
	check(t, []drift.Endpoint(nil), wanted.NATS{}.Endpoints())
	many := wanted.FromNATS(r)
	many.Replicas = 1 << 30
	if got := len(many.Endpoints()); got != 32 {
		t.Errorf("%d endpoints", got)
	}
}

func TestVersions(t *testing.T) {
	for tag, want := range map[string]string{
		"2.10.21-alpine": "2.10.21", "3.5.18-debian-12-r5": "3.5.18", "v3.7.0": "3.7.0", "2.12": "2.12", "3.6.1+git": "3.6.1",
		"latest": "", "": "", "2": "", "1.2.3.4": "", "2.x": "", "2.10.21": "2.10.21", "sha256:abc": "", "-1.2": "",
	} {
		if got := wanted.VersionOf(tag); got != want {
			t.Errorf("VersionOf(%q) = %q, want %q", tag, got, want)
		}
	}
	for _, tt := range []struct {
		want, have string
		same       bool
	}{
		{"2.10.21", "2.10.21", true}, {"2.10", "2.10.21", true}, {"2.10.2", "2.10.21", false}, {"2.1", "2.10.0", false}, {"2.10.21", "v2.10.21", true},
		{"2.10.21", "", false}, {"2.10.21", "2.10.21-RC.1", true},
	} {
		if got := wanted.SameVersion(tt.want, tt.have); got != tt.same {
			t.Errorf("SameVersion(%q, %q) = %v", tt.want, tt.have, got)
		}
	}
}

// TestRendered compares what is wanted with what the charts make of the same values.
func TestRendered(t *testing.T) {
	root := filepath.Join("..", "..", "..", "..", "shared", "upstream", "rendered")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the rendered releases are not beside the repository")
	}
	for _, tt := range []struct{ version, profile, values string }{
		{"0.9.0", "dev", "dev-0.9.yaml"}, {"0.9.0", "prod", "prod-0.9.yaml"},
		{"1.5.0", "dev", "dev-1.x.yaml"}, {"1.5.0", "prod", "prod-1.x.yaml"},
	} {
		t.Run(tt.version+" "+tt.profile, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(root, "values", tt.values))
			if err != nil {
				t.Fatal(err)
			}
			objects := rendered(t, filepath.Join(root, tt.version, tt.profile+".yaml"))
			r := release(t, tt.version, string(text))
			compareNATS(t, wanted.FromNATS(r), objects)
			compareEtcd(t, wanted.FromEtcd(r), objects)
		})
	}
}

func rendered(t *testing.T, path string) map[string]map[string]any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]map[string]any{}
	for _, document := range regexp.MustCompile(`(?m)^---.*$`).Split(string(data), -1) {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(document), &o); err != nil {
			t.Fatal(err)
		}
		name, _ := values.Get(o, "metadata", "name")
		objects[fmt.Sprintf("%v/%v", o["kind"], name)] = o
	}
	return objects
}

// facts reads a StatefulSet.
func facts(t *testing.T, objects map[string]map[string]any, w wanted.Workload, container string) (replicas int, image string) {
	t.Helper()
	set, ok := objects["StatefulSet/"+w.Object.Name]
	if !ok {
		t.Fatalf("there is no StatefulSet %s", w.Object.Name)
	}
	count, _ := values.Get(set, "spec", "replicas")
	number, _ := values.WholeNumber(count)
	if service, _ := values.Get(set, "spec", "serviceName"); service != w.Service {
		t.Errorf("service %v, want %s", service, w.Service)
	}
	list, _ := values.Get(set, "spec", "template", "spec", "containers")
	for _, c := range list.([]any) {
		if c := c.(map[string]any); c["name"] == container {
			image, _ = c["image"].(string)
		}
	}
	return int(number), image
}

func compareNATS(t *testing.T, n wanted.NATS, objects map[string]map[string]any) {
	t.Helper()
	if n.Presence != wanted.InChart {
		if _, there := objects["StatefulSet/dynamo-nats"]; there {
			t.Errorf("NATS is %q, and the chart makes it", n.Presence)
		}
		return
	}
	replicas, image := facts(t, objects, n.Workload, "nats")
	if replicas != n.Replicas || !strings.Contains(image, ":"+n.Version) || n.Version == "" {
		t.Errorf("the chart makes %d of %s, wanted are %+v", replicas, image, n)
	}
	data, _ := values.Get(objects["ConfigMap/"+n.Workload.Object.Name+"-config"], "data", "nats.conf")
	config, _ := data.(string)
	for _, line := range []string{
		`"max_payload": ` + strconv.FormatInt(n.MaxPayload, 10), `"http_port": ` + strconv.Itoa(n.MonitoringPort),
		`"max_file_store": ` + resource.NewQuantity(n.MaxFileStore, resource.BinarySI).String(),
	} {
		if !strings.Contains(config, line) {
			t.Errorf("the configuration has no %s:\n%s", line, config)
		}
	}
	if got := regexp.MustCompile(`(?m)^  "tls": `).MatchString(config); got != (n.TLS == wanted.On) {
		t.Errorf("TLS is %v, wanted %s:\n%s", got, n.TLS, config)
	}
}

func compareEtcd(t *testing.T, e wanted.Etcd, objects map[string]map[string]any) {
	t.Helper()
	if e.Presence != wanted.InChart {
		if _, there := objects["StatefulSet/dynamo-etcd"]; there {
			t.Errorf("etcd is %q, and the chart makes it", e.Presence)
		}
		return
	}
	replicas, image := facts(t, objects, e.Workload, "etcd")
	if replicas != e.Replicas || !strings.Contains(image, ":"+e.Version) || e.Version == "" {
		t.Errorf("the chart makes %d of %s, wanted are %+v", replicas, image, e)
	}
}

func ExampleFromNATS() {
	version, err := chart.Lookup("1.6.0", chart.LookupOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	on, three := true, int32(3)
	compiled, _ := version.Compile(v1alpha1.Components{NATS: v1alpha1.NATS{Enabled: &on, Replicas: &three}},
		chart.Release{Name: "dynamo", Namespace: "dynamo-system"})
	n := wanted.FromNATS(wanted.Release{Chart: version, Name: "dynamo", Namespace: "dynamo-system", Values: compiled})
	fmt.Println(n.Presence, n.Workload.Object, n.Replicas, n.Version, n.JetStream, n.MaxPayload)
	// Output: InChart StatefulSet/dynamo-system/dynamo-nats 3 2.10.21 on 15728640
}
