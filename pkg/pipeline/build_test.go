// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// platform is a Platform that every version accepts.
const platform = `apiVersion: dynamo-gitops.io/v1alpha1
kind: Platform
metadata:
  name: dynamo
  namespace: dynamo-system
spec:
  version: 0.9.0
`

// tree makes a file system of name and content pairs.
func tree(files ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return fsys
}

func mustBuild(t *testing.T, o pipeline.Options) *pipeline.Plan {
	t.Helper()
	plan, err := pipeline.Build(t.Context(), o)
	if err != nil {
		fail(t, err)
	}
	return plan
}

func fail(t *testing.T, err error) {
	t.Helper()
	var refused *object.FindingsError
	if errors.As(err, &refused) {
		for _, f := range refused.Findings {
			t.Log(f.Severity, f)
		}
	}
	t.Fatal(err)
}

func encode(t *testing.T, plan *pipeline.Plan) string {
	t.Helper()
	var b bytes.Buffer
	if err := object.WriteYAML(&b, plan.Objects); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func references(objects []object.Object) []string {
	var out []string
	for _, o := range objects {
		out = append(out, o.Reference().String())
	}
	return out
}

func TestBuildOrder(t *testing.T) {
	t.Parallel()
	plan := mustBuild(t, pipeline.Options{
		Revision: "main@sha1:4f1c", FS: tree("platform.yaml", platform, "models.yaml", `apiVersion: dynamo-gitops.io/v1alpha1
kind: Model
metadata: {name: llama, namespace: inference}
spec:
  modelName: meta-llama/Llama
  adapters:
  - {name: sql, modelName: acme/sql-v3, source: "hf://acme/sql@4f1c2d3e"}
`, "other.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: dynamo-system}\ndata: {a: \"1\"}\n"),
	})
	want := []string{
		"Namespace/dynamo-system",
		"ConfigMap/dynamo-system/x",
		"HelmRepository/dynamo-system/dynamo",
		"HelmRelease/dynamo-system/dynamo-crds",
		"HelmRelease/dynamo-system/dynamo",
		"DynamoModel/inference/llama-00c2d3a8",
		"DynamoModel/inference/llama-sql-7f1a3d60",
	}
	got := references(plan.Objects)
	for i := range got {
		if strings.HasPrefix(got[i], "DynamoModel/") && i < len(want) {
			want[i] = want[i][:strings.LastIndex(want[i], "-")]
			got[i] = got[i][:strings.LastIndex(got[i], "-")]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	if plan.Revision != "main@sha1:4f1c" {
		t.Errorf("revision %q", plan.Revision)
	}
	if diff := cmp.Diff([]string{"models.yaml", "other.yaml", "platform.yaml"}, plan.Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestBuildIsDeterministic(t *testing.T) {
	t.Parallel()
	fsys := tree("a.yaml", platform, "b.yaml", strings.ReplaceAll(platform, "dynamo-system", "second")+
		"  components: {operator: {namespaceRestricted: true}}\n")
	first := encode(t, mustBuild(t, pipeline.Options{FS: fsys}))
	for range 5 {
		if again := encode(t, mustBuild(t, pipeline.Options{FS: fsys})); again != first {
			t.Fatal("the same input gives different bytes")
		}
	}
}

func TestBuildSharesDefinitionsInACluster(t *testing.T) {
	t.Parallel()
	plan := mustBuild(t, pipeline.Options{FS: tree("a.yaml", platform,
		"b.yaml", strings.ReplaceAll(platform, "dynamo-system", "second")+"  components: {operator: {namespaceRestricted: true}}\n")})
	var crds []string
	for _, o := range plan.Objects {
		if o.GetName() == "dynamo-crds" {
			crds = append(crds, o.Reference().String())
		}
		if o.GetKind() == "HelmRelease" && o.GetNamespace() == "second" {
			spec := o.Object["spec"].(map[string]any)
			want := []any{map[string]any{"name": "dynamo-crds", "namespace": "dynamo-system"}}
			if diff := cmp.Diff(want, spec["dependsOn"]); diff != "" {
				t.Errorf("dependsOn of the second Platform (-want +got):\n%s", diff)
			}
		}
	}
	if diff := cmp.Diff([]string{"HelmRelease/dynamo-system/dynamo-crds"}, crds); diff != "" {
		t.Errorf("releases of the definitions (-want +got):\n%s", diff)
	}
}

func TestBuildOwnOverlay(t *testing.T) {
	t.Parallel()
	overlay := `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: theirs, namespace: elsewhere}
spec:
  interval: 7m
  chart: {spec: {chart: dynamo-platform, version: 0.9.0, sourceRef: {kind: HelmRepository, name: x}}}
  values:
    etcd: {enabled: true, auth: {token: {enabled: false}}}
    dynamo-operator: {etcdAddr: "http://theirs-etcd.elsewhere.svc.cluster.local:2379"}
`
	plan := mustBuild(t, pipeline.Options{Dir: "clusters/dev", FS: tree(
		"clusters/dev/platform.yaml", strings.Replace(platform, "0.9.0", "1.5.0", 1)+"  overlay: ../../mine\n",
		"mine/release.yaml", overlay,
	)})
	release := plan.Platforms[0]
	want := map[string]any{
		"global": map[string]any{
			"etcd": map[string]any{"install": true}, "nats": map[string]any{"install": true},
		},
		"etcd":            map[string]any{"auth": map[string]any{"token": map[string]any{"enabled": false}}},
		"dynamo-operator": map[string]any{"etcdAddr": "http://dynamo-etcd.dynamo-system.svc.cluster.local:2379"},
	}
	if diff := cmp.Diff(want, release.Values); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"clusters/dev/platform.yaml", "mine/release.yaml"}, plan.Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		options  pipeline.Options
		code     string
		position string
		problem  string
	}{
		"an empty directory": {
			options: pipeline.Options{FS: tree("README.md", "hello")},
			code:    "DG1158", position: ".", problem: "no manifests",
		},
		"nothing but a pool": {
			options: pipeline.Options{FS: tree("pool.yaml", "apiVersion: dynamo-gitops.io/v1alpha1\nkind: WorkerPool\n"+
				"metadata: {name: h100}\nspec: {nodeSelector: {a: b}, nodes: {min: 1}, gpu: {perNode: 8}}\n")},
			code: "DG1190", position: ".", problem: "nothing to apply",
		},
		"a directory that is not there": {
			options: pipeline.Options{FS: tree("a.yaml", platform), Dir: "nope"},
			code:    "DG1152", position: "nope", problem: "does not exist",
		},
		"an unknown version": {
			options: pipeline.Options{FS: tree("a.yaml", strings.Replace(platform, "0.9.0", "9.9.0", 1))},
			code:    "DG1201", position: "a.yaml:7:3", problem: "9.9.0",
		},
		"a Platform without a namespace": {
			options: pipeline.Options{FS: tree("a.yaml", strings.Replace(platform, "  namespace: dynamo-system\n", "", 1))},
			code:    "DG1204", position: "a.yaml:3:1", problem: "no namespace",
		},
		"an overlay outside": {
			options: pipeline.Options{FS: tree("a.yaml", platform+"  overlay: ../mine\n")},
			code:    "DG1202", position: "a.yaml:8:3", problem: "outside",
		},
		"an overlay without a release": {
			options: pipeline.Options{Dir: "c", FS: tree("c/a.yaml", platform+"  overlay: ../mine\n",
				"mine/x.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n")},
			code: "DG1202", position: "c/a.yaml:8:3", problem: "prints no HelmRelease",
		},
		"two sources of one object": {
			options: pipeline.Options{FS: tree("a.yaml", platform,
				"b.yaml", "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\n"+
					"metadata: {name: dynamo, namespace: dynamo-system}\nspec: {url: https://charts.example.org, interval: 1h}\n")},
			code: "DG1191", position: "a.yaml:1:1", problem: "b.yaml",
		},
		"a misspelt value": {
			options: pipeline.Options{FS: tree("a.yaml", platform+"  values:\n    nats: {jetstream: {enabled: true}}\n")},
			code:    "DG1210", position: "a.yaml:9:12", problem: "nats.jetstream",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan, err := pipeline.Build(t.Context(), tt.options)
			if plan != nil {
				t.Fatal("a refused build has a plan")
			}
			var refused *object.FindingsError
			if !errors.As(err, &refused) {
				t.Fatalf("error %v, want findings", err)
			}
			first := refused.Findings[0]
			if tt.code != "" && first.Code != tt.code {
				t.Errorf("code %s, want %s", first.Code, tt.code)
			}
			if tt.position != "" && first.Position.String() != tt.position {
				t.Errorf("position %s, want %s", first.Position, tt.position)
			}
			if !strings.Contains(first.Problem, tt.problem) || first.Fix == "" {
				t.Errorf("finding %q, want a problem with %q and a fix", first, tt.problem)
			}
		})
	}
}

func TestBuildPointsAtThePatch(t *testing.T) {
	t.Parallel()
	_, err := pipeline.Build(t.Context(), pipeline.Options{Dir: "clusters/dev", FS: tree(
		"base/kustomization.yaml", "resources: [platform.yaml]\n", "base/platform.yaml", platform,
		"clusters/dev/kustomization.yaml", "resources: [../../base]\npatches: [{path: patch.yaml}]\n",
		"clusters/dev/patch.yaml", platform+"  values:\n    nats: {jetstream: {enabled: true}}\n",
	)})
	var refused *object.FindingsError
	if !errors.As(err, &refused) {
		t.Fatalf("error %v, want findings", err)
	}
	if got, want := refused.Findings[0].Position.String(), "clusters/dev/patch.yaml:9:12"; got != want {
		t.Errorf("position %s, want %s", got, want)
	}
}

func TestBuildStrict(t *testing.T) {
	t.Parallel()
	// The base model may be served from another directory: a warning.
	fsys := tree("a.yaml", platform, "m.yaml",
		"apiVersion: dynamo-gitops.io/v1alpha1\nkind: Model\nmetadata: {name: m, namespace: a}\nspec: {modelName: x/y}\n")
	plan := mustBuild(t, pipeline.Options{FS: fsys})
	if len(plan.Findings) == 0 || plan.Findings[0].Severity != object.SeverityWarning {
		t.Fatalf("findings %v, want a warning", plan.Findings)
	}
	_, err := pipeline.Build(t.Context(), pipeline.Options{FS: fsys, Strict: true})
	var refused *object.FindingsError
	if !errors.As(err, &refused) || len(refused.Findings) != len(plan.Findings) {
		t.Errorf("strict: error %v, want the same findings as an error", err)
	}
}

func TestBuildAcceptsWarnings(t *testing.T) {
	t.Parallel()
	model := "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Model\n" +
		"metadata: {name: m, namespace: a, annotations: {dynamo-gitops.io/accepted-findings: \"DG1, %s\"}}\nspec: {modelName: x/y}\n"
	plan := mustBuild(t, pipeline.Options{FS: tree("a.yaml", platform, "m.yaml", fmt.Sprintf(model, "DG2"))})
	code := plan.Findings[0].Code
	plan = mustBuild(t, pipeline.Options{Strict: true, FS: tree("a.yaml", platform, "m.yaml", fmt.Sprintf(model, code))})
	for _, f := range plan.Findings {
		if f.Code == code && f.Severity != object.SeverityInfo {
			t.Errorf("%s is accepted but still a %s", code, f.Severity)
		}
	}
}

func TestBuildDoesNotAcceptErrors(t *testing.T) {
	t.Parallel()
	accepting := strings.Replace(platform, "metadata:\n", "metadata:\n  annotations: {dynamo-gitops.io/accepted-findings: DG1210}\n", 1)
	_, err := pipeline.Build(t.Context(), pipeline.Options{
		FS: tree("a.yaml", accepting+"  values:\n    nats: {jetstream: {enabled: true}}\n"),
	})
	var refused *object.FindingsError
	if !errors.As(err, &refused) || refused.Findings[0].Code != "DG1210" {
		t.Errorf("error %v, want DG1210", err)
	}
}

func TestBuildAllowsUnknownVersions(t *testing.T) {
	t.Parallel()
	fsys := tree("a.yaml", strings.Replace(platform, "0.9.0", "2.0.0", 1))
	plan := mustBuild(t, pipeline.Options{FS: fsys, AllowUnknownVersion: true})
	if got := plan.Platforms[0].Version; got != "2.0.0" {
		t.Errorf("version %s, want 2.0.0", got)
	}
}

func TestBuildWithoutFS(t *testing.T) {
	t.Parallel()
	if _, err := pipeline.Build(t.Context(), pipeline.Options{}); err == nil {
		t.Error("a build without a file system succeeds")
	}
}

func TestBuildCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := pipeline.Build(ctx, pipeline.Options{FS: tree("a.yaml", platform)})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// counting fails the test when a file outside the tree's names is asked for.
type counting struct {
	fs.FS
	opened map[string]bool
}

func (c counting) Open(name string) (fs.File, error) {
	c.opened[name] = true
	return c.FS.Open(name)
}

func TestBuildReadsOnlyItsDirectory(t *testing.T) {
	t.Parallel()
	fsys := counting{tree("clusters/dev/a.yaml", platform, "secret/b.yaml", "x: y"), map[string]bool{}}
	mustBuild(t, pipeline.Options{FS: fsys, Dir: "clusters/dev"})
	for name := range fsys.opened {
		if strings.HasPrefix(name, "secret") {
			t.Errorf("%s was opened", name)
		}
	}
}

func TestCodesAreDocumentedOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range pipeline.Codes() {
		if seen[c.ID] {
			t.Errorf("%s stands twice", c.ID)
		}
		seen[c.ID] = true
		if c.Title == "" || c.Help == "" || c.Severity == "" {
			t.Errorf("%s is not documented: %+v", c.ID, c)
		}
	}
}

func ExampleBuild() {
	fsys := fstest.MapFS{"platform.yaml": {Data: []byte(platform)}}
	plan, err := pipeline.Build(context.Background(), pipeline.Options{FS: fsys})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range plan.Objects {
		fmt.Fprintln(os.Stdout, o.Reference())
	}
	// Output:
	// Namespace/dynamo-system
	// HelmRepository/dynamo-system/dynamo
	// HelmRelease/dynamo-system/dynamo-crds
	// HelmRelease/dynamo-system/dynamo
}
