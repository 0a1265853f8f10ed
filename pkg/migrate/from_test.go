// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/overlays"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/migrate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

func versionIn(data []byte) string {
	first, _, _ := strings.Cut(string(data), "\n")
	version, ok := strings.CutPrefix(first, "# chart ")
	if !ok {
		return ""
	}
	return version
}

func TestFromGolden(t *testing.T) {
	for _, name := range corpus(t, "from") {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("testdata", "from", name)
			data, err := os.ReadFile(filepath.Join(dir, "before.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			a, err := migrate.From(t.Context(), migrate.FromOptions{Data: data, File: "before.yaml", Version: versionIn(data)})
			if err != nil {
				golden(t, filepath.Join(dir, "refused.txt"), long(err))
				return
			}
			var findings strings.Builder
			for _, f := range a.Findings {
				fmt.Fprintf(&findings, "%s %s %s: %s\n", f.Severity, f.Code, f.Field, f)
			}
			golden(t, filepath.Join(dir, "after.yaml"), string(a.Platform))
			golden(t, filepath.Join(dir, "findings.txt"), findings.String())
			if strings.Contains(string(a.Platform)+findings.String(), "hunter2") {
				t.Error("a secret got out")
			}
			again, err := migrate.From(t.Context(), migrate.FromOptions{Data: data, File: "before.yaml", Version: versionIn(data)})
			if err != nil || string(again.Platform) != string(a.Platform) {
				t.Error("not the same twice", err)
			}
			if version := versionIn(data); version != "" {
				compiled(t, a.Platform)
				roundTrip(t, data, version, "")
			}
		})
	}
}

// compiled builds a Platform and returns the final values.
func compiled(t testing.TB, platform []byte) pipeline.PlatformPlan {
	t.Helper()
	plan, err := pipeline.Build(t.Context(), pipeline.Options{FS: fstest.MapFS{"platform.yaml": {Data: platform}}})
	if err != nil {
		t.Fatalf("%s\n%s", platform, long(err))
	}
	return plan.Platforms[0]
}

// finalValues compiles a Platform whatever the rules say of it.
func finalValues(t testing.TB, platform []byte) map[string]any {
	t.Helper()
	var p v1alpha1.Platform
	if err := yaml.UnmarshalStrict(platform, &p); err != nil {
		t.Fatalf("%v\n%s", err, platform)
	}
	v := lookup(t, p.Spec.Version)
	built, err := overlay.Build(t.Context(), overlays.FS(), string(p.Spec.Profile), overlay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	read, err := generate.ReadOverlay(built.Objects)
	if err != nil {
		t.Fatal(err)
	}
	profile, _, _ := v.Translate(read.Values, lookup(t, read.Version))
	components, issues := v.Compile(p.Spec.Components, chart.Release{Name: generate.ReleaseName(&p), Namespace: p.Namespace})
	if len(issues) > 0 {
		t.Errorf("%v\n%s", issues, platform)
	}
	raw := map[string]any{}
	if p.Spec.Values != nil {
		if err := kjson.UnmarshalCaseSensitivePreserveInts(p.Spec.Values.Raw, &raw); err != nil {
			t.Fatal(err)
		}
	}
	out, err := generate.Platform(generate.PlatformInput{Platform: p, Overlay: read, Profile: profile, Components: components, Raw: raw})
	if err != nil {
		t.Fatal(err)
	}
	return out.Values
}

// meaning lists where two sets of values differ for a chart, with defaults.
func meaning(v *chart.Version, a, b map[string]any) []string {
	var out []string
	visit := func(path values.Path, value any) bool {
		if m, ok := value.(map[string]any); ok && len(m) > 0 {
			return true
		}
		x, _ := v.Value(a, path...)
		y, _ := v.Value(b, path...)
		if empty(x) && empty(y) || fmt.Sprint(x) == fmt.Sprint(y) {
			return true
		}
		out = append(out, fmt.Sprintf("%s: %v, %v", path, x, y))
		return true
	}
	values.Walk(a, visit)
	values.Walk(b, visit)
	return out
}

func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, below := range v {
			if !empty(below) {
				return false
			}
		}
		return true
	}
	return false
}

func lookup(t testing.TB, version string) *chart.Version {
	t.Helper()
	v, err := chart.Lookup(version, chart.LookupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// onPurpose are the values that From keeps although they were not given.
func onPurpose(line string) bool {
	for _, path := range []string{"etcd.auth.token.enabled", "dynamo-operator.controllerManager.kubeRbacProxy.image",
		"kai-scheduler.scheduler.args.default-staleness-grace-period"} {
		if strings.HasPrefix(line, path) {
			return true
		}
	}
	return false
}

// roundTrip makes a Platform of values and compares what it compiles to.
func roundTrip(t *testing.T, data []byte, version string, profile v1alpha1.Profile) *migrate.Adoption {
	t.Helper()
	a, err := migrate.From(t.Context(), migrate.FromOptions{Data: data, Version: version, Profile: profile})
	if err != nil {
		t.Fatal(long(err))
	}
	ignored := map[string]bool{}
	for _, f := range a.Findings {
		if f.Code == migrate.CodeIgnored {
			ignored[f.Field] = true
		}
	}
	given := map[string]any{}
	asJSON, err := yaml.YAMLToJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(asJSON, &given); err != nil {
		t.Fatal(err)
	}
	for path := range ignored {
		p, err := values.ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		values.Delete(given, p...)
	}
	for _, line := range meaning(lookup(t, version), given, finalValues(t, a.Platform)) {
		if !onPurpose(line) {
			t.Errorf("%s: %s\n%s", version, line, a.Platform)
		}
	}
	return a
}

func TestFromUpstream(t *testing.T) {
	dir := upstream(t)
	for name, versions := range map[string][]string{
		"dev-0.9.yaml": {"0.8.0", "0.9.0"}, "prod-0.9.yaml": {"0.8.0", "0.9.0"},
		"dev-1.x.yaml": {"1.0.0", "1.2.0", "1.5.0"}, "prod-1.x.yaml": {"1.0.0", "1.2.0", "1.5.0"},
	} {
		data, err := os.ReadFile(filepath.Join(dir, "rendered", "values", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, version := range versions {
			t.Run(name+" "+version, func(t *testing.T) {
				a := roundTrip(t, data, version, "")
				want, most := v1alpha1.ProfileDev, 5
				if strings.HasPrefix(name, "prod") {
					want, most = v1alpha1.ProfileProd, 20
				}
				if a.Profile != want || len(a.Typed)+len(a.Raw) > most {
					t.Errorf("not the shortest way:\n%s", a.Platform)
				}
			})
		}
	}
}

// upstream returns the folder of reference data.
func upstream(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	dir = filepath.Join(dir, "..", "shared", "upstream")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no reference data")
	}
	return dir
}

func hasCode(err error, code string) bool { return strings.Contains(long(err), code) }

func TestFromRefused(t *testing.T) {
	for _, tc := range []struct{ name, data, version, code string }{
		{"no version", "etcd: {}", "", migrate.CodeVersion},
		{"unknown version", "etcd: {}", "9.9.9", migrate.CodeVersion},
		{"range in a release", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {chart: {spec: {chart: dynamo-platform, version: 1.x}}}", "", migrate.CodeVersion},
		{"other chart", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {chart: {spec: {chart: nginx, version: 1.0.0}}}", "", migrate.CodeInput},
		{"other kind", "apiVersion: v1\nkind: ConfigMap", "1.0.0", migrate.CodeInput},
		{"a list", "[a]", "1.0.0", migrate.CodeInput},
		{"two values files", "a: 1\n---\nb: 2", "1.0.0", migrate.CodeInput},
		{"application of another chart", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {chart: nginx}}", "1.0.0", migrate.CodeInput},
		{"parameter of a list", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {chart: dynamo-platform, helm: {parameters: [{name: 'a[0]', value: b}]}}}", "1.0.0", migrate.CodeInput},
		{"text that is no map", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {chart: dynamo-platform, helm: {values: '[a]'}}}", "1.0.0", migrate.CodeInput},
		{"broken YAML", "a: [", "1.0.0", "DG1004"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a, err := migrate.From(t.Context(), migrate.FromOptions{Data: []byte(tc.data), Version: tc.version, File: "in.yaml"})
			if !hasCode(err, tc.code) || a != nil {
				t.Errorf("%v: %s", a, long(err))
			}
		})
	}
}

// TestFromRandom: values of any known keys come back as they were given.
func TestFromRandom(t *testing.T) {
	const runs = 4
	for i, version := range chart.Versions() {
		v := lookup(t, version)
		for run := range runs {
			random := rand.New(rand.NewPCG(uint64(i), uint64(run)))
			given := randomValues(t, v, random)
			data, err := yaml.Marshal(given)
			if err != nil {
				t.Fatal(err)
			}
			roundTrip(t, data, version, []v1alpha1.Profile{"dev", "prod", "test", ""}[run])
		}
	}
}

// randomValues picks some known keys of a chart version and gives them values
// of their types that the chart takes.
func randomValues(t testing.TB, v *chart.Version, random *rand.Rand) map[string]any {
	t.Helper()
	out := map[string]any{}
	for _, key := range knownKeys(t) {
		if random.IntN(15) > 0 {
			continue
		}
		var value any
		switch key.kind {
		case "bool":
			value = random.IntN(2) == 0
		case "int":
			value = int64(1 + random.IntN(9))
		case "string":
			value = fmt.Sprintf("text%d", random.IntN(9))
		case "quantity":
			value = fmt.Sprintf("%dGi", 1+random.IntN(9))
		default:
			continue
		}
		trial := values.Clone(out)
		values.Set(trial, value, key.path...)
		if len(v.CheckValues(trial, nil)) == 0 {
			out = trial
		}
	}
	return out
}

type knownKey struct {
	path values.Path
	kind string
}

// knownKeys reads the tables of the chart package.
func knownKeys(t testing.TB) []knownKey {
	t.Helper()
	var out []knownKey
	for file, prefix := range map[string]string{"platform.txt": "", "operator.txt": "dynamo-operator.", "nats.txt": "nats.", "etcd.txt": "etcd."} {
		data, err := os.ReadFile(filepath.Join("..", "chart", "keys", file))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			words := strings.Fields(line)
			if len(words) < 2 || words[0] == "#" || strings.Contains(words[0], "*") || secretive(words[0]) {
				continue
			}
			path, err := values.ParsePath(prefix + words[0])
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, knownKey{path, words[1]})
		}
	}
	slices.SortFunc(out, func(a, b knownKey) int { return slices.Compare(a.path, b.path) })
	return out
}

// secretive keys are replaced by references, which is tested elsewhere.
func secretive(path string) bool {
	lower := strings.ToLower(path)
	return strings.HasSuffix(lower, "password") || strings.HasSuffix(lower, "privatekey") || strings.HasSuffix(lower, "token")
}

func TestFromSecrets(t *testing.T) {
	for name, data := range map[string]string{
		"password":        "etcd: {auth: {rbac: {rootPassword: hunter2}}}",
		"number":          "etcd: {auth: {rbac: {rootPassword: 42424242}}}",
		"variable":        "etcd: {extraEnvVars: [{name: API_TOKEN, value: hunter2}]}",
		"url in a list":   "etcd: {extraEnvVars: [{name: PROXY, value: 'http://me:hunter2@proxy'}]}",
		"deep in a list":  "etcd: {extraEnvVars: [{name: A, nested: {password: hunter2}}]}",
		"url":             "dynamo-operator: {natsAddr: 'nats://me:hunter2@nats:4222'}",
		"private key":     "dynamo-operator: {dynamo: {metrics: {prometheusEndpoint: '-----BEGIN PRIVATE KEY-----hunter2'}}}",
		"dotted map name": "nats: {config: {merge: {'a.b': {password: hunter2}}}}",
	} {
		t.Run(name, func(t *testing.T) {
			a, err := migrate.From(t.Context(), migrate.FromOptions{Data: []byte(data), Version: "1.0.0", Profile: "dev"})
			if err != nil {
				t.Fatal(long(err))
			}
			all := fmt.Sprintf("%s%v%v%v", a.Platform, a.Findings, a.Typed, a.Raw)
			if strings.Contains(all, "hunter2") || strings.Contains(all, "42424242") {
				t.Errorf("a secret got out:\n%s", all)
			}
			if !strings.Contains(string(a.Platform), "name: dynamo-values") || !strings.Contains(all, migrate.CodeSecret) {
				t.Errorf("no reference:\n%s", all)
			}
		})
	}
	a, err := migrate.From(t.Context(), migrate.FromOptions{Data: []byte("etcd: {auth: {rbac: {rootPassword: '${PASSWORD}'}}}"), Version: "1.0.0", Profile: "dev"})
	if err != nil || strings.Contains(string(a.Platform), "valuesFrom") {
		t.Errorf("a variable is no secret: %s %v", a.Platform, err)
	}
}
