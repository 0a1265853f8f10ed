// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// expectedDead are the keys that upstream's own files hold to no effect.
func expectedDead() []string {
	return []string{
		"dynamo-operator.dynamo.dockerRegistry.secure",
		"dynamo-operator.dynamo.virtualServiceSupportsHTTPS",
		"dynamo-operator.controllerManager.manager.args",
		"dynamo-operator.controllerManager.manager.image.pullPolicy",
	}
}

// below puts an inner chart's values under its name, its global keys on top.
func below(name string, in map[string]any) map[string]any {
	out := map[string]any{name: in}
	if global, ok := in["global"]; ok {
		out["global"] = global
	}
	return out
}

func TestUpstreamDefaultsAreKnown(t *testing.T) {
	for _, version := range []string{"0.8.0", "0.9.0", "1.0.0", "1.1.0", "1.3.0", "1.5.0"} {
		t.Run(version, func(t *testing.T) {
			v := at(t, version)
			for _, in := range []map[string]any{
				upstream(t, "values", "platform-"+version+".yaml"),
				below("dynamo-operator", upstream(t, "values", "operator-"+version+".yaml")),
				below("nats", upstream(t, "values", "nats-1.3.2.yaml")),
				below("etcd", upstream(t, "values", "etcd-12.0.18.yaml")),
			} {
				for _, i := range v.CheckValues(in, nil) {
					if i.Kind != values.IssueDead || !slices.Contains(expectedDead(), i.Path.String()) {
						t.Errorf("%s: %s", brief([]values.Issue{i}), i.Problem)
					}
				}
			}
		})
	}
}

// TestUpstreamDefaultsAreOurs compares every scalar default, merged as Helm
// merges them: the platform's file over those of the charts within.
func TestUpstreamDefaultsAreOurs(t *testing.T) {
	for _, version := range []string{"0.8.0", "0.9.0", "1.0.0", "1.1.0", "1.3.0", "1.5.0"} {
		t.Run(version, func(t *testing.T) {
			v := at(t, version)
			merged := below("dynamo-operator", upstream(t, "values", "operator-"+version+".yaml"))
			merged = values.Merge(merged, below("nats", upstream(t, "values", "nats-1.3.2.yaml")))
			merged = values.Merge(merged, below("etcd", upstream(t, "values", "etcd-12.0.18.yaml")))
			merged = values.Merge(merged, upstream(t, "values", "platform-"+version+".yaml"))
			compared := 0
			values.Walk(merged, func(path values.Path, want any) bool {
				switch want.(type) {
				case map[string]any:
					return true
				case []any:
					return false
				}
				if exempt(version, path.String()) {
					return false
				}
				got, ok := v.Value(nil, path...)
				if diff := cmp.Diff(want, got); diff != "" || ok != (want != nil) {
					t.Errorf("%s: %s", path, diff)
				}
				compared++
				return false
			})
			if compared < 300 {
				t.Errorf("only %d compared", compared)
			}
		})
	}
}

// exempt are defaults where the released chart is not what the file says, or
// that are templates.
func exempt(version, path string) bool {
	return version == "0.8.0" && path == "nats.config.merge.max_payload" ||
		path == `etcd.metrics.podAnnotations["prometheus.io/port"]`
}

func TestUpstreamProfilesPass(t *testing.T) {
	for _, version := range chart.Versions() {
		line := "1.x"
		if version < "1.0.0" {
			line = "0.9"
		}
		for _, profile := range []string{"dev", "prod"} {
			in := upstream(t, "rendered", "values", profile+"-"+line+".yaml")
			for _, i := range at(t, version).CheckValues(in, nil) {
				// 1.0 and 1.1 know NATS by its old key only; the files are for 1.2 on.
				early := i.Kind == values.IssueMoved && i.Path.String() == "global.nats.install" && version < "1.2.0"
				if !early && (i.Kind != values.IssueDead || !slices.Contains(expectedDead(), i.Path.String())) {
					t.Errorf("%s %s: %s", profile, version, i.Problem)
				}
			}
		}
	}
}

// TestUpstreamProdFromComponents compiles the prod profile from components and
// compares it with upstream's, which knows no address with TLS and lets the
// random token be.
func TestUpstreamProdFromComponents(t *testing.T) {
	in := components(t, `
operator:
  enabled: true
  namespaceRestricted: false
  registry: {server: nvcr.io/nvidia/ai-dynamo, existingSecret: ngc-registry}
  ingress: {enabled: true, className: nginx, tlsSecretName: dynamo-ingress-tls, hostSuffix: dynamo.example.com}
  istio: {enabled: true, gateway: istio-system/dynamo-gateway, https: true}
  metrics: {prometheusEndpoint: "http://prometheus.monitoring.svc:9090"}
  webhook: {enabled: true, failurePolicy: Fail, certManager: true}
grove: {enabled: false}
kaiScheduler: {enabled: false}
etcd:
  {enabled: true, replicas: 3, persistence: true, storage: 20Gi, storageClass: fast-ssd, probes: true, pdb: true, metrics: true,
  resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 2Gi}}}
nats:
  enabled: true
  replicas: 3
  jetStream: {enabled: true, storage: 50Gi, storageClass: fast-ssd, maxMemoryStore: 2Gi}
  tls: {secretName: nats-server-tls, clusterSecretName: nats-cluster-tls, caSecretName: nats-ca}
  monitoring: true
  exporter: true
  pdb: true
  spreadAcrossNodes: true
  resources: {requests: {cpu: 1, memory: 2Gi}, limits: {cpu: 2, memory: 4Gi}}
`)
	out, issues := at(t, "0.9.0").Compile(in, release())
	if len(issues) > 0 {
		t.Fatal(long(issues))
	}
	want := upstream(t, "rendered", "values", "prod-0.9.yaml")
	for _, same := range [][]string{ // chart defaults, written out upstream
		{"dynamo-operator", "controllerManager"}, {"nats", "config", "nats", "port"}, {"nats", "config", "monitor", "port"},
		{"dynamo-operator", "dynamo", "dockerRegistry", "secure"},
	} {
		values.Delete(want, same...)
	}
	values.Set(want, false, "etcd", "auth", "token", "enabled")
	// The same budget for three members, said so that it holds for one as well.
	values.Set(want, map[string]any{"create": true, "maxUnavailable": int64(1), "minAvailable": ""}, "etcd", "pdb")
	values.Set(want, "3686MiB", "nats", "container", "env", "GOMEMLIMIT")
	values.Set(want, true, "dynamo-operator", "nats", "enabled")
	values.Set(want, "tls://dynamo-nats.dynamo-system.svc.cluster.local:4222", "dynamo-operator", "natsAddr")
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
}
