// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

var update = flag.Bool("update", false, "write the golden files")

// site is what production must say about itself.
const site = `  components:
    operator:
      ingress: {hostSuffix: llm.acme.test}
`

func profilePlatform(version, profile string) string {
	text := strings.Replace(platform, "0.9.0", version, 1) + "  profile: " + profile + "\n"
	if profile == "prod" {
		text += site
	}
	return text
}

// TestGoldens shows the whole output of each profile for each chart version.
func TestGoldens(t *testing.T) {
	t.Parallel()
	for _, version := range chart.Versions() {
		for _, profile := range []string{"dev", "test", "prod"} {
			t.Run(version+"/"+profile, func(t *testing.T) {
				t.Parallel()
				o := pipeline.Options{FS: tree("platform.yaml", profilePlatform(version, profile))}
				plan := mustBuild(t, o)
				for _, f := range plan.Findings {
					if f.Severity == object.SeverityWarning {
						t.Errorf("the profile warns: %s", f)
					}
				}
				got := encode(t, plan)
				if again := encode(t, mustBuild(t, o)); again != got {
					t.Error("the second build gives other bytes")
				}
				compareGolden(t, filepath.Join("testdata", version, profile+".yaml"), got)
			})
		}
	}
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
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

// TestProfilesMeanTheSame compares what each profile installs and how, across
// the chart versions.
func TestProfilesMeanTheSame(t *testing.T) {
	t.Parallel()
	paths := []string{
		"etcd.replicaCount", "etcd.pdb.create", "etcd.persistence.size", "etcd.readinessProbe.enabled",
		"nats.config.jetstream.enabled", "nats.config.jetstream.fileStore.pvc.size", "nats.config.cluster.enabled",
		"nats.config.cluster.replicas", "nats.config.nats.tls.enabled", "nats.config.monitor.enabled",
		"dynamo-operator.webhook.certManager.enabled", "dynamo-operator.controllerManager.replicas",
		"dynamo-operator.namespaceRestriction.enabled", "dynamo-operator.dynamo.ingress.enabled", "dynamo-operator.natsAddr",
	}
	for _, profile := range []string{"dev", "test", "prod"} {
		want := meaning(t, "0.9.0", profile, paths)
		for _, version := range chart.Versions() {
			if diff := cmp.Diff(want, meaning(t, version, profile, paths)); diff != "" {
				t.Errorf("%s of %s (-0.9.0 +%s):\n%s", profile, version, version, diff)
			}
		}
	}
}

func meaning(t *testing.T, version, profile string, paths []string) map[string]any {
	t.Helper()
	plan := mustBuild(t, pipeline.Options{FS: tree("platform.yaml", profilePlatform(version, profile))})
	v, err := chart.Lookup(version, chart.LookupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	in := plan.Platforms[0].Values
	out := map[string]any{}
	for _, part := range []chart.Part{chart.PartOperator, chart.PartNATS, chart.PartEtcd, chart.PartGrove, chart.PartKAI} {
		out["installs "+string(part)] = v.Installs(in, part)
	}
	for _, text := range paths {
		path, err := values.ParsePath(text)
		if err != nil {
			t.Fatal(err)
		}
		out[text], _ = v.Value(in, path...)
	}
	return out
}

// upstream returns a file of upstream's data, or skips where it is not there.
func upstream(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "..", "shared", "upstream"}, path...)...))
	if os.IsNotExist(err) {
		t.Skip("upstream's data is not on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readYAML(t *testing.T, data []byte) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := yaml.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestProfilesUseUpstreamKeys checks every value that a profile sets against
// upstream's own default files: a key that is not there would be ignored.
func TestProfilesUseUpstreamKeys(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"0.8.0", "0.9.0", "1.0.0", "1.1.0", "1.3.0", "1.5.0"} {
		known := readYAML(t, upstream(t, "values", "platform-"+version+".yaml"))
		for part, file := range map[string]string{
			"dynamo-operator": "operator-" + version + ".yaml", "nats": "nats-1.3.2.yaml", "etcd": "etcd-12.0.18.yaml",
		} {
			defaults := readYAML(t, upstream(t, "values", file))
			over, _ := known[part].(map[string]any)
			known[part] = values.Merge(defaults, over)
		}
		for _, profile := range []string{"dev", "test", "prod"} {
			plan := mustBuild(t, pipeline.Options{FS: tree("platform.yaml", profilePlatform(version, profile))})
			for _, unknown := range unknownKeys(nil, plan.Platforms[0].Values, known) {
				t.Errorf("%s of %s sets %s, which upstream's defaults do not have", profile, version, unknown)
			}
		}
	}
}

// documentedKeys are keys that NVIDIA's NATS chart documents in comments only,
// so that its defaults do not hold them.
func documentedKey(path string) bool {
	return strings.HasSuffix(path, ".tls.secretName") || strings.HasPrefix(path, "nats.tlsCA.") ||
		strings.HasPrefix(path, "nats.config.jetstream.memoryStore.") || strings.HasPrefix(path, "nats.config.cluster.")
}

func unknownKeys(prefix values.Path, set, known map[string]any) []string {
	var out []string
	for key, value := range set {
		path := append(append(values.Path{}, prefix...), key)
		preset, ok := known[key]
		if !ok {
			if !documentedKey(path.String()) {
				out = append(out, path.String())
			}
			continue
		}
		below, isMap := value.(map[string]any)
		knownBelow, knownMap := preset.(map[string]any)
		if isMap && knownMap && len(knownBelow) > 0 {
			out = append(out, unknownKeys(path, below, knownBelow)...)
		}
	}
	return out
}

// TestProdMeansWhatUpstreamRenders compares the values of a production Platform
// at 0.9.0 with values that were rendered with upstream's chart.
func TestProdMeansWhatUpstreamRenders(t *testing.T) {
	t.Parallel()
	reference := readYAML(t, upstream(t, "rendered", "values", "prod-0.9.yaml"))
	plan := mustBuild(t, pipeline.Options{FS: tree("platform.yaml", strings.Replace(profilePlatform("0.9.0", "prod"), site, `  components:
    operator:
      ingress: {hostSuffix: dynamo.acme.test}
      istio: {gateway: istio-system/dynamo-gateway, https: true}
      metrics: {prometheusEndpoint: "http://prometheus.monitoring.svc:9090"}
    nats:
      exporter: true
      tls: {secretName: nats-server-tls, clusterSecretName: nats-cluster-tls, caSecretName: nats-ca}
`, 1))})
	v, err := chart.Lookup("0.9.0", chart.LookupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// What differs on purpose, and why.
	differs := map[string]string{
		"etcd.pdb.minAvailable":                                      "one of three may be away, said as maxUnavailable",
		"nats.container.env.GOMEMLIMIT":                              "90 % of the limit",
		"dynamo-operator.dynamo.ingressHostSuffix":                   "the site's own",
		"dynamo-operator.controllerManager.leaderElection.id":        "the shared id, written down",
		"dynamo-operator.controllerManager.leaderElection.namespace": "the chart's default, written down",
	}
	values.Walk(reference, func(path values.Path, want any) bool {
		if _, isMap := want.(map[string]any); isMap {
			return true
		}
		if differs[path.String()] != "" {
			return false
		}
		got, _ := v.Value(plan.Platforms[0].Values, path...)
		if diff := cmp.Diff(normal(want), normal(got)); diff != "" {
			t.Errorf("%s (-upstream +ours):\n%s", path, diff)
		}
		return true
	})
}

// normal makes numbers comparable, however they were decoded.
func normal(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case int:
		return float64(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = normal(v[i])
		}
		return out
	default:
		return v
	}
}
