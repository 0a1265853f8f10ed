// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// components reads typed components, refusing unknown fields.
func components(t testing.TB, text string) v1alpha1.Components {
	t.Helper()
	var c v1alpha1.Components
	if err := yaml.UnmarshalStrict([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func maximal(t testing.TB) v1alpha1.Components {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "maximal.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return components(t, string(data))
}

func release() chart.Release { return chart.Release{Name: "dynamo", Namespace: "dynamo-system"} }

func TestCompileGolden(t *testing.T) {
	for _, version := range chart.Versions() {
		t.Run(version, func(t *testing.T) {
			v := at(t, version)
			for name, c := range map[string]v1alpha1.Components{"minimal": {}, "maximal": maximal(t)} {
				out, issues := v.Compile(c, release())
				again, _ := v.Compile(c, release())
				if diff := cmp.Diff(out, again); diff != "" {
					t.Error(diff)
				}
				if found := v.CheckValues(out, nil); len(found) > 0 {
					t.Errorf("%s does not pass its own check:\n%s", name, long(found))
				}
				text, err := yaml.Marshal(out)
				if err != nil {
					t.Fatal(err)
				}
				golden(t, string(text), version, name+".yaml")
				golden(t, long(issues), version, name+".issues.txt")
			}
		})
	}
}

func TestCompileUnsupported(t *testing.T) {
	for _, tc := range []struct {
		in, field, until, from string
	}{
		{in: "operator: {gpuDiscovery: true}", field: "operator.gpuDiscovery", until: "0.9.0"},
		{in: "operator: {upgradeCRDs: true}", field: "operator.upgradeCRDs", until: "0.9.0"},
		{in: "operator: {env: [{name: A}]}", field: "operator.env", until: "0.9.0"},
		{in: "operator: {image: {pullPolicy: Always}}", field: "operator.image.pullPolicy", until: "0.9.0"},
		{in: "operator: {metrics: {podMonitors: false}}", field: "operator.metrics.podMonitors", until: "0.9.0"},
		{in: "operator: {metrics: {service: false}}", field: "operator.metrics.service", until: "0.8.0"},
		{in: "operator: {affinity: {}}", field: "operator.affinity", until: "0.8.0"},
		{in: "grove: {tolerations: []}", field: "grove.tolerations", until: "0.8.0"},
		{in: "kaiScheduler: {affinity: {}}", field: "kaiScheduler.affinity", until: "0.8.0"},
		{in: "grove: {integrate: true}", field: "grove.integrate", until: "0.9.0"},
		{in: "grove: {install: true, integrate: false}", field: "grove.integrate", until: "0.9.0"},
		{in: "kaiScheduler: {enabled: true, install: false}", field: "kaiScheduler.integrate", until: "0.9.0"},
		{in: "operator: {webhook: {enabled: false}}", field: "operator.webhook.enabled", from: "1.0.0"},
		{in: "operator: {istio: {https: true}}", field: "operator.istio.https", from: "1.0.0"},
		// What the version does anyway is no issue.
		{in: "operator: {gpuDiscovery: false, upgradeCRDs: false, env: [], webhook: {enabled: true}, istio: {https: false}, metrics: {service: true}}"},
		{in: "grove: {integrate: false}"},
		{in: "grove: {enabled: true}"},
	} {
		t.Run(tc.in, func(t *testing.T) {
			refused := tc.until != ""
			for _, version := range chart.Versions() {
				refused = refused || tc.from == version
				var want []string
				if refused {
					want = []string{"unsupported components." + tc.field}
				}
				v := at(t, version)
				out, issues := v.Compile(components(t, tc.in), release())
				if diff := cmp.Diff(want, brief(issues)); diff != "" {
					t.Errorf("%s: %s", version, diff)
				}
				if found := v.CheckValues(out, nil); len(found) > 0 {
					t.Errorf("%s: %s", version, long(found))
				}
				refused = refused && tc.until != version
			}
		})
	}
}

func TestCompile(t *testing.T) {
	for _, tc := range []struct{ name, version, in, want string }{
		{"nats external 0.9", "0.9.0", "nats: {address: 'nats://n:4222', replicas: 3}",
			"{nats: {enabled: false}, dynamo-operator: {natsAddr: 'nats://n:4222', nats: {enabled: true}}}"},
		{"nats external 1.6", "1.6.0", "nats: {address: 'nats://n:4222', tls: {secretName: s}}",
			"{global: {nats: {install: false}}, dynamo-operator: {natsAddr: 'nats://n:4222'}}"},
		{"nats absent 0.9", "0.9.0", "nats: {enabled: false, replicas: 3}", "{nats: {enabled: false}, dynamo-operator: {natsAddr: '', nats: {enabled: false}}}"},
		{"nats absent 1.6", "1.6.0", "nats: {enabled: false}", "{global: {nats: {install: false}}, dynamo-operator: {natsAddr: ''}}"},
		{"nats in the chart with an address", "1.2.0", "nats: {enabled: true, address: 'tls://x:4222', tls: {secretName: s}}",
			"{global: {nats: {install: true}}, dynamo-operator: {natsAddr: 'tls://x:4222'}, nats: {config: {nats: {tls: {enabled: true, secretName: s}}, cluster: {tls: {enabled: true, secretName: s}}}}}"},
		{"nats tls, one server", "0.9.0", "nats: {replicas: 1, tls: {secretName: s}}",
			"{dynamo-operator: {natsAddr: 'tls://dynamo-nats.dynamo-system.svc.cluster.local:4222'}, nats: {config: {cluster: {enabled: false}, nats: {tls: {enabled: true, secretName: s}}}}}"},
		{"nats tls off", "0.9.0", "nats: {tls: {enabled: false, secretName: s}}",
			"{dynamo-operator: {natsAddr: ''}, nats: {config: {nats: {tls: {enabled: false}}, cluster: {tls: {enabled: false}}}}}"},
		{"nats tls without a secret", "0.9.0", "nats: {tls: {enabled: true}}",
			"{dynamo-operator: {natsAddr: 'tls://dynamo-nats.dynamo-system.svc.cluster.local:4222'}, nats: {config: {nats: {tls: {enabled: true}}}}}"},
		{"nats tls with nothing", "0.9.0", "nats: {tls: {clusterSecretName: s}}", "{}"},
		{"jetstream size leaves room", "0.9.0", "nats: {jetStream: {storage: 15Gi}}",
			"{nats: {config: {jetstream: {fileStore: {enabled: true, pvc: {enabled: true, size: 15Gi}, maxSize: 13824Mi}}}}}"},
		{"jetstream off", "0.9.0", "nats: {jetStream: {enabled: false}}", "{nats: {config: {jetstream: {enabled: false}}}}"},
		{"nats soft spread", "0.9.0", "nats: {spreadAcrossNodes: false}",
			"{nats: {podTemplate: {topologySpreadConstraints: {kubernetes.io/hostname: {maxSkew: 1, whenUnsatisfiable: ScheduleAnyway}}}}}"},
		{"nats limits too small for Go's", "0.9.0", "nats: {resources: {limits: {memory: 1Mi}}}", "{nats: {container: {merge: {resources: {limits: {memory: 1Mi}}}}}}"},
		{"nats payload", "0.9.0", "nats: {maxPayload: 8M}", "{nats: {config: {merge: {max_payload: 8000000}}}}"},
		{"etcd external", "0.9.0", "etcd: {address: 'http://e:2379', replicas: 3}", "{etcd: {enabled: false}, dynamo-operator: {etcdAddr: 'http://e:2379'}}"},
		{"etcd absent", "1.0.0", "etcd: {enabled: false, pdb: true}", "{dynamo-operator: {etcdAddr: ''}, global: {etcd: {install: false}}}"},
		{"etcd budget without replicas", "1.0.0", "etcd: {pdb: true}", "{etcd: {pdb: {create: true, maxUnavailable: 1, minAvailable: ''}}}"},
		{"etcd budget of five", "1.0.0", "etcd: {pdb: true, replicas: 5}", "{etcd: {replicaCount: 5, pdb: {create: true, maxUnavailable: 1, minAvailable: ''}}}"},
		{"etcd image at the default registry", "1.0.0", "etcd: {image: {repository: bitnamilegacy/etcd, tag: x}}", "{etcd: {image: {repository: bitnamilegacy/etcd, tag: x}}}"},
		{"etcd image from docker.io", "1.0.0", "etcd: {image: {repository: docker.io/bitnamilegacy/etcd}}", "{etcd: {image: {registry: docker.io, repository: bitnamilegacy/etcd}}}"},
		{"etcd image from localhost", "1.0.0", "etcd: {image: {repository: localhost/etcd}}",
			"{global: {security: {allowInsecureImages: true}}, etcd: {image: {registry: localhost, repository: etcd}}}"},
		{"etcd other image", "1.0.0", "etcd: {image: {repository: me/etcd}}", "{global: {security: {allowInsecureImages: true}}, etcd: {image: {repository: me/etcd}}}"},
		{"grove 0.9", "0.9.0", "grove: {enabled: true}", "{grove: {enabled: true}}"},
		{"grove from elsewhere", "1.6.0", "grove: {install: false, integrate: true}", "{global: {grove: {install: false, enabled: true}}}"},
		{"grove and KAI 1.4", "1.4.0", "{grove: {integrate: true}, kaiScheduler: {enabled: true}}",
			"{global: {grove: {enabled: true}, kai-scheduler: {install: true, enabled: true}}}"},
		{"grove and KAI 1.5", "1.5.0", "{grove: {integrate: true}, kaiScheduler: {enabled: true}}",
			"{global: {grove: {enabled: true}, kai-scheduler: {install: true, enabled: true}}, kai-scheduler: {scheduler: {args: {default-staleness-grace-period: -1s}}}}"},
		{"pull secret from the registry", "0.9.0", "operator: {registry: {existingSecret: s}}",
			"{dynamo-operator: {imagePullSecrets: [{name: s}], dynamo: {dockerRegistry: {useKubernetesSecret: false, existingSecretName: s}}}}"},
		{"no pull secret wanted", "0.9.0", "operator: {imagePullSecrets: [], registry: {existingSecret: s}}",
			"{dynamo-operator: {imagePullSecrets: [], dynamo: {dockerRegistry: {useKubernetesSecret: false, existingSecretName: s}}}}"},
		{"ingress by its class", "0.9.0", "operator: {ingress: {className: nginx}}", "{dynamo-operator: {dynamo: {ingress: {enabled: true, className: nginx}}}}"},
		{"ingress by its suffix", "0.9.0", "operator: {ingress: {hostSuffix: a.b}}", "{dynamo-operator: {dynamo: {ingress: {enabled: true}, ingressHostSuffix: a.b}}}"},
		{"suffix for istio", "0.9.0", "operator: {ingress: {hostSuffix: a.b}, istio: {gateway: g/g}}",
			"{dynamo-operator: {dynamo: {ingressHostSuffix: a.b, istio: {enabled: true, gateway: g/g}}}}"},
		{"istio off", "0.9.0", "operator: {istio: {enabled: false, gateway: g/g}}", "{dynamo-operator: {dynamo: {istio: {enabled: false, gateway: g/g}}}}"},
		{"crds by the operator", "1.3.0", "operator: {upgradeCRDs: false, namespaceRestricted: true}",
			"{dynamo-operator: {upgradeCRD: false, namespaceRestriction: {enabled: true}}}"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := at(t, tc.version)
			out, issues := v.Compile(components(t, tc.in), release())
			if len(issues) > 0 {
				t.Error(long(issues))
			}
			want := parse(t, tc.want)
			if v.Installs(want, chart.PartEtcd) || !hasEtcdToggle(want) {
				values.Set(want, false, "etcd", "auth", "token", "enabled")
			}
			if diff := cmp.Diff(want, out); diff != "" {
				t.Error(diff)
			}
			if found := v.CheckValues(out, nil); len(found) > 0 {
				t.Error(long(found))
			}
		})
	}
}

// hasEtcdToggle says whether values turn etcd on or off by key.
func hasEtcdToggle(in map[string]any) bool {
	_, old := values.Get(in, "etcd", "enabled")
	_, now := values.Get(in, "global", "etcd", "install")
	return old || now
}

func TestCompileFullName(t *testing.T) {
	for release, want := range map[string]string{
		"dynamo":  "tls://dynamo-nats.ns.svc.cluster.local:4222",
		"my-nats": "tls://my-nats.ns.svc.cluster.local:4222",
		"nats":    "tls://nats.ns.svc.cluster.local:4222",
		"a-very-long-release-name-of-fifty-three-characters-xx-yy-zz":    "tls://a-very-long-release-name-of-fifty-three-characters-xx-yy-zz-nat.ns.svc.cluster.local:4222",
		"a-very-long-release-name-of-sixty-two-characters-xx-yy-zz-abcd": "tls://a-very-long-release-name-of-sixty-two-characters-xx-yy-zz-abcd.ns.svc.cluster.local:4222",
	} {
		out, _ := at(t, "1.6.0").Compile(components(t, "nats: {tls: {secretName: s}}"), chart.Release{Name: release, Namespace: "ns"})
		if got, _ := values.Get(out, "dynamo-operator", "natsAddr"); got != want {
			t.Errorf("%s: %v", release, got)
		}
	}
}

func TestCompileShare(t *testing.T) {
	for size, want := range map[string]string{
		"10Gi": "9Gi", "50Gi": "45Gi", "1Gi": "921Mi", "50G": "42915Mi", "1Ti": "943718Mi", "10Ti": "9216Gi", "10Mi": "9Mi", "1Mi": "921Ki", "100": "90",
	} {
		out, _ := at(t, "0.9.0").Compile(components(t, "nats: {jetStream: {storage: '"+size+"'}}"), release())
		if got, _ := values.Get(out, "nats", "config", "jetstream", "fileStore", "maxSize"); got != want {
			t.Errorf("%s: %v, want %s", size, got, want)
		}
	}
}

func TestCompileMalformed(t *testing.T) {
	bad := &apiextensionsv1.JSON{Raw: []byte(`"text"`)}
	null := apiextensionsv1.JSON{Raw: []byte(`null`)}
	good := apiextensionsv1.JSON{Raw: []byte(`{"operator":"Exists"}`)}
	c := v1alpha1.Components{}
	c.NATS.Affinity = bad
	c.Etcd.Tolerations = []apiextensionsv1.JSON{good, *bad, null}
	out, issues := at(t, "0.9.0").Compile(c, release())
	want := []string{"type components.nats.affinity", "type components.etcd.tolerations[1]", "type components.etcd.tolerations[2]"}
	if diff := cmp.Diff(want, brief(issues)); diff != "" {
		t.Error(diff)
	}
	got, _ := values.Get(out, "etcd", "tolerations")
	if diff := cmp.Diff([]any{map[string]any{"operator": "Exists"}}, got); diff != "" {
		t.Error(diff)
	}
}

// Below 1.2.0 two keys turn NATS off; one alone leaves the operator with the
// address of a NATS that is not there.
func TestCompileNATSOff(t *testing.T) {
	t.Parallel()
	keys := []string{"nats.enabled", "dynamo-operator.nats.enabled", "global.nats.install"}
	old, recent := keys[:2], keys[2:]
	for version, want := range map[string][]string{
		"0.8.0": old, "0.9.0": old, "1.0.0": old, "1.1.0": old,
		"1.2.0": recent, "1.3.0": recent, "1.4.0": recent, "1.5.0": recent,
	} {
		v := at(t, version)
		out, issues := v.Compile(components(t, "nats: {enabled: false}"), release())
		if len(issues) > 0 {
			t.Errorf("%s: issues %v", version, issues)
		}
		var off []string
		for _, key := range keys {
			value, written := values.Get(out, strings.Split(key, ".")...)
			if written && value != false {
				t.Errorf("%s: %s is %v", version, key, value)
			}
			if written {
				off = append(off, key)
			}
		}
		if diff := cmp.Diff(want, off); diff != "" {
			t.Errorf("%s: keys turned off (-want +got):\n%s", version, diff)
		}
		if v.Installs(out, chart.PartNATS) || v.Integrates(out, chart.PartNATS) {
			t.Errorf("%s: NATS is still installed or expected with %v", version, out)
		}
	}
}
