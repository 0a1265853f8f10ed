// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
)

// tree makes a file system of "-- name --" sections.
func tree(text string) fstest.MapFS {
	files := fstest.MapFS{}
	name := ""
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(strings.TrimSpace(line), "-- "); ok && strings.HasSuffix(title, " --") {
			name = strings.TrimSuffix(title, " --")
			files[name] = &fstest.MapFile{}
			continue
		}
		if name != "" {
			files[name].Data = append(files[name].Data, line...)
		}
	}
	return files
}

const model = "apiVersion: nvidia.com/v1alpha1\nkind: DynamoModel\nmetadata: {name: a}\nspec: {modelName: m}\n"

func findings(t *testing.T, err error) []object.Finding {
	t.Helper()
	var refused *object.FindingsError
	if !errors.As(err, &refused) {
		t.Fatalf("error %v is no FindingsError", err)
	}
	return refused.Findings
}

func TestBuildRefuses(t *testing.T) {
	tests := map[string]struct {
		tree string
		dir  string
		want string // start of the first finding
		code string
	}{
		"missing directory":    {"-- a.yaml --\n" + model, "nope", "nope: the directory does not exist", overlay.CodeMissing},
		"file as directory":    {"-- a.yaml --\n" + model, "a.yaml", "a.yaml: this is a file", overlay.CodeMissing},
		"absolute directory":   {"-- a.yaml --\n" + model, "/etc", `the path "/etc" is absolute`, overlay.CodeEscape},
		"directory above":      {"-- a.yaml --\n" + model, "../x", `the path "../x" is absolute or leaves`, overlay.CodeEscape},
		"empty directory":      {"-- d/README.md --\nhi\n", "d", "d: the directory holds no manifests", overlay.CodeNothing},
		"comments only":        {"-- d/a.yaml --\n# nothing\n", "d", "d: the directory holds no manifests", overlay.CodeNothing},
		"chart":                {"-- d/Chart.yaml --\nname: x\n", "d", "d/Chart.yaml: the directory is a Helm chart", overlay.CodeChart},
		"values file":          {"-- d/values.yaml --\nreplicas: 1\n", "d", "d/values.yaml:1:1: the document is no Kubernetes object", config.CodeNotAnObject},
		"broken manifest":      {"-- d/a.yaml --\na: b: c\n", "d", "d/a.yaml:1: broken YAML", config.CodeSyntax},
		"broken resource":      {"-- k/kustomization.yaml --\nresources: [a.yaml]\n-- k/a.yaml --\n" + model + "x: [\n", "k", "k/a.yaml:6: broken YAML", config.CodeSyntax},
		"several files":        {"-- k/kustomization.yaml --\nresources: []\n-- k/Kustomization --\n", "k", "k/Kustomization: the directory has another", overlay.CodeSeveral},
		"empty kustomization":  {"-- k/kustomization.yaml --\n# nothing\n", "k", "k/kustomization.yaml: the kustomization file is empty", overlay.CodeEmpty},
		"no field":             {"-- k/kustomization.yaml --\nkind: Kustomization\n", "k", "k/kustomization.yaml:1:1: the kustomization file has no field", overlay.CodeEmpty},
		"two documents":        {"-- k/kustomization.yaml --\nresources: []\n---\nresources: []\n", "k", "k/kustomization.yaml:3:1: the kustomization file holds more", overlay.CodeField},
		"list":                 {"-- k/kustomization.yaml --\n- a\n", "k", "k/kustomization.yaml:1:1: the kustomization file holds no map", overlay.CodeField},
		"broken kustomization": {"-- k/kustomization.yaml --\nresources: [a\n", "k", "k/kustomization.yaml:", config.CodeSyntax},
		"unknown field":        {"-- k/kustomization.yaml --\n\nresource: [a.yaml]\n", "k", `k/kustomization.yaml:2:1: a kustomization has no field "resource"; did you mean resources?`, overlay.CodeField},
		"unknown inner field":  {"-- k/kustomization.yaml --\npatches:\n  - pach: x\n", "k", `k/kustomization.yaml:2:5: the field "pach" does not exist here`, overlay.CodeField},
		"wrong type":           {"-- k/kustomization.yaml --\nresources: a.yaml\n", "k", "k/kustomization.yaml:1:1: the field resources wants a list and is a string", overlay.CodeField},
		"wrong kind":           {"-- k/kustomization.yaml --\nkind: Foo\nresources: [a.yaml]\n", "k", "k/kustomization.yaml:1:1: kind should be", overlay.CodeField},
		"flux kustomization":   {"-- k/kustomization.yaml --\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {}\n", "k", "k/kustomization.yaml:1:1: this is a Flux Kustomization", overlay.CodeField},
		"missing resource":     {"-- k/kustomization.yaml --\nresources:\n  - a.yaml\n", "k", "k/kustomization.yaml:2:5: k/a.yaml does not exist", overlay.CodeMissing},
		"missing base":         {"-- k/kustomization.yaml --\nresources:\n  - ../base\n", "k", "k/kustomization.yaml:2:5: base does not exist", overlay.CodeMissing},
		"base without file":    {"-- k/kustomization.yaml --\nresources:\n  - ../base\n-- base/a.yaml --\n" + model, "k", "k/kustomization.yaml:2:5: the directory base has no kustomization file", overlay.CodeMissing},
		"kustomization named":  {"-- k/kustomization.yaml --\nresources: [../b/kustomization.yaml]\n-- b/kustomization.yaml --\nresources: []\n", "k", "k/kustomization.yaml:1:13: b/kustomization.yaml is a kustomization file", overlay.CodeField},
		"cycle":                {"-- a/kustomization.yaml --\nresources: [../b]\n-- b/kustomization.yaml --\nresources: [../a]\n", "a", "b/kustomization.yaml:1:13: overlays in a circle: a → b → a", overlay.CodeCycle},
		"itself":               {"-- a/kustomization.yaml --\nresources: [.]\n", "a", "a/kustomization.yaml:1:13: overlays in a circle: a → a", overlay.CodeCycle},
		"component cycle":      {"-- a/kustomization.yaml --\ncomponents: [../b]\n-- b/kustomization.yaml --\nkind: Component\nresources: [../a]\n", "a", "b/kustomization.yaml:2:13: overlays in a circle", overlay.CodeCycle},
		"escape":               {"-- k/kustomization.yaml --\nresources: [../../x]\n", "k", "k/kustomization.yaml:1:13: resources[0] leads out of the root", overlay.CodeEscape},
		"absolute":             {"-- k/kustomization.yaml --\nresources: [/etc/passwd]\n", "k", "k/kustomization.yaml:1:13: resources[0] leads out of the root", overlay.CodeEscape},
		"patch escapes":        {"-- k/kustomization.yaml --\npatches: [{path: ../../p.yaml}]\n", "k", "k/kustomization.yaml:1:12: patches[0].path leads out", overlay.CodeEscape},
		"https base":           {"-- k/kustomization.yaml --\nresources: [https://user:hunter2@example.com/x.yaml]\n", "k", "k/kustomization.yaml:1:13: resources[0] names a remote place: https://***@example.com/x.yaml", overlay.CodeRemote},
		"github base":          {"-- k/kustomization.yaml --\nresources: [github.com/a/b]\n-- k/github.com/a/b/kustomization.yaml --\nresources: []\n", "k", "k/kustomization.yaml:1:13: resources[0] names a remote", overlay.CodeRemote},
		"scp base":             {"-- k/kustomization.yaml --\nresources: ['git@example.com:a/b']\n", "k", "k/kustomization.yaml:1:13: resources[0] names a remote", overlay.CodeRemote},
		"ref base":             {"-- k/kustomization.yaml --\nresources: ['base?ref=main']\n", "k", "k/kustomization.yaml:1:13: resources[0] names a remote", overlay.CodeRemote},
		"old base":             {"-- k/kustomization.yaml --\nbases: ['git::https://x/y']\n", "k", "k/kustomization.yaml", overlay.CodeRemote},
		"remote component":     {"-- k/kustomization.yaml --\ncomponents: [https://x/y]\n", "k", "k/kustomization.yaml:1:14: components[0] names a remote", overlay.CodeRemote},
		"remote crd":           {"-- k/kustomization.yaml --\ncrds: [https://x/y]\n", "k", "k/kustomization.yaml:1:8: crds[0] names a remote", overlay.CodeRemote},
		"remote schema":        {"-- k/kustomization.yaml --\nopenapi: {path: https://x/y}\n", "k", "k/kustomization.yaml:1:11: openapi.path names a remote", overlay.CodeRemote},
		"remote config":        {"-- k/kustomization.yaml --\nconfigurations: [https://x/y]\n", "k", "k/kustomization.yaml:1:18: configurations[0] names a remote", overlay.CodeRemote},
		"remote transformer":   {"-- k/kustomization.yaml --\ntransformers: [https://x/y]\n", "k", "k/kustomization.yaml:1:16: transformers[0] names a remote", overlay.CodeRemote},
		"remote generator":     {"-- k/kustomization.yaml --\ngenerators: [https://x/y]\n", "k", "k/kustomization.yaml:1:14: generators[0] names a remote", overlay.CodeRemote},
		"remote file":          {"-- k/kustomization.yaml --\nconfigMapGenerator: [{name: a, files: ['k=https://x/y']}]\n", "k", "k/kustomization.yaml:1:40: configMapGenerator[0].files[0] names a remote", overlay.CodeRemote},
		"helm charts":          {"-- k/kustomization.yaml --\nhelmCharts: [{name: x}]\n", "k", "k/kustomization.yaml:1:1: helmCharts would run helm", overlay.CodePlugin},
		"exec plugin":          {"-- k/kustomization.yaml --\ngenerators: [g.yaml]\n-- k/g.yaml --\napiVersion: example.com/v1\nkind: Exec\nmetadata: {name: x}\n", "k", "k/g.yaml:1:1: generators[0] names the plugin example.com/v1 Exec", overlay.CodePlugin},
		"inline plugin":        {"-- k/kustomization.yaml --\ntransformers:\n  - |-\n    apiVersion: example.com/v1\n    kind: X\n    metadata: {name: x}\n", "k", "k/kustomization.yaml:2:5: transformers[0] names the plugin", overlay.CodePlugin},
		"function":             {"-- k/kustomization.yaml --\ntransformers: [t.yaml]\n-- k/t.yaml --\napiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: x, annotations: {config.kubernetes.io/function: \"container: {image: x}\"}}\n", "k", "k/t.yaml:1:1: the annotation config.kubernetes.io/function", overlay.CodePlugin},
		"plugin path":          {"-- k/kustomization.yaml --\ntransformers: [t.yaml]\n-- k/t.yaml --\napiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: x}\npath: https://x/y\n", "k", "k/t.yaml:1:1: the plugin names https://x/y", overlay.CodeEscape},
		"listed twice":         {"-- k/kustomization.yaml --\nresources: [a.yaml, ./a.yaml]\n-- k/a.yaml --\n" + model, "k", "k/kustomization.yaml:1:21: k/a.yaml is listed twice", overlay.CodeTwice},
		"defined twice":        {"-- k/kustomization.yaml --\nresources: [a.yaml, b.yaml]\n-- k/a.yaml --\n" + model + "-- k/b.yaml --\n" + model, "k", "k/b.yaml:1:1: DynamoModel/a is defined twice in the overlay k, first in k/a.yaml:1", overlay.CodeIDConflict},
		"namespace conflict":   {"-- k/kustomization.yaml --\nnamespace: x\nresources: [a.yaml, b.yaml]\n-- k/a.yaml --\n" + model + "-- k/b.yaml --\n" + strings.Replace(model, "name: a", "name: a, namespace: b", 1), "k", "k/b.yaml:1:1: DynamoModel/x/a is defined twice", overlay.CodeIDConflict},
		"patch of nothing":     {"-- k/kustomization.yaml --\nresources: [a.yaml]\npatches:\n  - path: p.yaml\n-- k/a.yaml --\n" + model + "-- k/p.yaml --\n" + strings.Replace(model, "name: a", "name: b", 1), "k", "k/kustomization.yaml:3:5: patches[0].path patches nvidia.com/v1alpha1 DynamoModel/b", overlay.CodePatchTarget},
		"patch without kind":   {"-- k/kustomization.yaml --\nresources: [a.yaml]\npatches:\n  - path: p.yaml\n-- k/a.yaml --\n" + model + "-- k/p.yaml --\nspec: {}\n", "k", "k/p.yaml:1:1: the patch has no kind", overlay.CodePatch},
		"json without target":  {"-- k/kustomization.yaml --\nresources: [a.yaml]\npatches:\n  - patch: |\n      - {op: add, path: /a, value: 1}\n-- k/a.yaml --\n" + model, "k", "k/kustomization.yaml:3:5: patches[0] is a JSON patch without a target", overlay.CodePatch},
		"patch does not fit":   {"-- k/kustomization.yaml --\nresources: [a.yaml]\npatches:\n  - target: {kind: DynamoModel}\n    patch: |\n      - {op: replace, path: /spec/none/x, value: 1}\n-- k/a.yaml --\n" + model, "k", "k/kustomization.yaml:3:5: patches[0] does not fit DynamoModel/a", overlay.CodePatch},
		"broken target":        {"-- k/kustomization.yaml --\nresources: [a.yaml]\npatches:\n  - target: {kind: '['}\n    patch: |\n      - {op: add, path: /a, value: 1}\n-- k/a.yaml --\n" + model, "k", "k/kustomization.yaml:3:5: the target of patches[0] is malformed", overlay.CodePatch},
		"empty patch":          {"-- k/kustomization.yaml --\nresources: [a.yaml]\npatches:\n  - target: {kind: X}\n-- k/a.yaml --\n" + model, "k", "k/kustomization.yaml:3:5: the patch has neither patch nor path", overlay.CodePatch},
		"component resource":   {"-- k/kustomization.yaml --\nresources: [../c]\n-- c/kustomization.yaml --\nkind: Component\nresources: []\nnamespace: x\n", "k", "k/kustomization.yaml:1:13: c is a component", overlay.CodeField},
		"resource component":   {"-- k/kustomization.yaml --\ncomponents: [../c]\n-- c/kustomization.yaml --\nnamespace: x\n", "k", "k/kustomization.yaml:1:14: c is no component", overlay.CodeField},
		"engine refuses":       {"-- k/kustomization.yaml --\nresources: [a.yaml]\nreplicas: [{name: x, count: 1}]\n-- k/a.yaml --\n" + model, "k", "k/kustomization.yaml:1: Kustomize refuses the overlay", overlay.CodeKustomize},
		"secret in message":    {"-- k/kustomization.yaml --\nresources: [a.yaml]\nsecretGenerator: [{name: s, literals: [hunter2]}]\n-- k/a.yaml --\n" + model, "k", "k/kustomization.yaml:1: Kustomize refuses the overlay: the message is withheld", overlay.CodeKustomize},
		"broken unit in tree":  {"-- d/a.yaml --\n" + model + "-- d/k/kustomization.yaml --\nresources: [b.yaml]\n", "d", "d/k/kustomization.yaml:1:13: d/k/b.yaml does not exist", overlay.CodeMissing},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			result, err := overlay.Build(t.Context(), tree(test.tree), test.dir, overlay.Options{})
			if result != nil {
				t.Fatalf("a result came with the error %v", err)
			}
			first := findings(t, err)[0]
			if !strings.HasPrefix(first.String(), test.want) || first.Code != test.code {
				t.Errorf("got  %s\nwant %s… [%s]", first, test.want, test.code)
			}
			if first.Fix == "" || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the finding has no fix, or tells a secret: %s", err)
			}
		})
	}
}

func names(objects []object.Object) []string {
	var all []string
	for _, o := range objects {
		all = append(all, fmt.Sprintf("%s %s", o.Reference(), o.Position))
	}
	return all
}

func TestBuildPlain(t *testing.T) {
	one := func(name string) string { return strings.Replace(model, "name: a", "name: "+name, 1) }
	files := tree("-- .sourceignore --\n/d/ignored/\n*.tmp.yaml\n!d/keep.tmp.yaml\n" +
		"-- d/b.yaml --\n# c\n" + one("b1") + "---\n" + one("b2") +
		"-- d/a.json --\n{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"j\"}}\n" +
		"-- d/sub/c.yml --\n" + one("c") + "-- d/sub/x.tmp.yaml --\nx\n-- d/keep.tmp.yaml --\n" + one("keep") +
		"-- d/ignored/x.yaml --\nx\n-- d/.hidden/x.yaml --\nx\n-- d/.h.yaml --\nx\n-- d/notes.txt --\nx\n" +
		"-- d/cloudbuild.yaml --\nsteps: []\n-- d/chart/Chart.yaml --\nx\n-- d/chart/templates/a.yaml --\n{{ x }}\n" +
		"-- d/unit/kustomization.yaml --\nnamePrefix: p-\nresources: [u.yaml]\n-- d/unit/u.yaml --\n\n" + one("u") + "-- d/unit/unlisted.yaml --\nx\n")
	result, err := overlay.Build(t.Context(), files, "d", overlay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ConfigMap/j d/a.json:1:1", "DynamoModel/b1 d/b.yaml:2:1", "DynamoModel/b2 d/b.yaml:7:1", "DynamoModel/keep d/keep.tmp.yaml:1:1",
		"DynamoModel/c d/sub/c.yml:1:1", "DynamoModel/p-u d/unit/u.yaml:2:1",
	}
	if diff := cmp.Diff(want, names(result.Objects)); diff != "" {
		t.Error(diff)
	}
	wantFiles := []string{".sourceignore", "d/a.json", "d/b.yaml", "d/keep.tmp.yaml", "d/sub/c.yml", "d/unit/kustomization.yaml", "d/unit/u.yaml"}
	if diff := cmp.Diff(wantFiles, result.Files); diff != "" || result.Kustomized {
		t.Errorf("%v, Kustomized %v", diff, result.Kustomized)
	}
}

func TestPositions(t *testing.T) {
	files := tree("-- base/kustomization.yaml --\nresources: [all.yaml]\nconfigMapGenerator:\n  - {name: made, literals: [k=v], files: [data.txt]}\n-- base/data.txt --\nx\n" +
		"-- base/all.yaml --\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, annotations: {config.kubernetes.io/local-config: \"false\"}}\n---\n" + model +
		"-- top/kustomization.yaml --\nresources: [../base]\nnamePrefix: x-\nnamespace: n\n")
	result, err := overlay.Build(t.Context(), files, "top", overlay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ConfigMap/n/x-made-", "ConfigMap/n/x-one base/all.yaml:1:1", "ConfigMap/n/x-two base/all.yaml:5:1", "DynamoModel/n/x-a base/all.yaml:9:1",
	}
	for i, got := range names(result.Objects) {
		if !strings.HasPrefix(got, want[i]) {
			t.Errorf("got %s, want %s", got, want[i])
		}
	}
	if made := result.Objects[0].Position; made.File != "base/kustomization.yaml" {
		t.Errorf("the generated object is at %s", made)
	}
	for _, o := range result.Objects {
		for key := range o.GetAnnotations() {
			if strings.Contains(key, "origin") {
				t.Errorf("%s kept the annotation %s", o.Reference(), key)
			}
		}
	}
	if !slices.Contains(result.Files, "base/data.txt") || !result.Kustomized {
		t.Errorf("files %v, kustomized %v", result.Files, result.Kustomized)
	}
}

// TestEngineFeatures holds what always goes to Kustomize's engine.
func TestEngineFeatures(t *testing.T) {
	deployment := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, annotations: {a: VALUE}}\nspec: {replicas: 1, template: {spec: {containers: [{name: c, image: nginx}]}}}\n"
	tests := map[string]string{
		"replacements":          "replacements:\n  - source: {kind: DynamoModel, name: a}\n    targets: [{select: {kind: Deployment}, fieldPaths: [metadata.annotations.a]}]\n",
		"transformers":          "transformers:\n  - |-\n    apiVersion: builtin\n    kind: PrefixTransformer\n    metadata: {name: p}\n    prefix: z-\n    fieldSpecs: [{path: metadata/name}]\n",
		"json6902":              "patchesJson6902:\n  - target: {group: apps, version: v1, kind: Deployment, name: d}\n    patch: '[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 2}]'\n",
		"strategic merge":       "patchesStrategicMerge:\n  - |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: d}\n    spec: {template: {spec: {containers: [{name: e, image: f}]}}}\n  - p.yaml\n",
		"replicas":              "replicas: [{name: d, count: 3}]\n",
		"metadata":              "buildMetadata: [originAnnotations, managedByLabel]\n",
		"label fields":          "labels: [{pairs: {x: y1}, fields: [{path: spec/labels, create: true}]}]\n",
		"directive":             "patches:\n  - target: {kind: DynamoModel}\n    patch: |\n      kind: x\n      metadata: {name: x}\n      $patch: delete\n",
		"generators with patch": "configMapGenerator: [{name: gen, literals: [a=b]}]\npatches:\n  - patch: |\n      apiVersion: v1\n      kind: ConfigMap\n      metadata: {name: gen}\n      data: {c: d}\n",
	}
	for name, fields := range tests {
		t.Run(name, func(t *testing.T) {
			files := tree("-- k/kustomization.yaml --\nresources: [a.yaml, d.yaml]\n" + fields + "-- k/a.yaml --\n" + model + "-- k/d.yaml --\n" + deployment +
				"-- k/p.yaml --\n" + strings.Replace(model, "modelName: m", "modelName: n", 1))
			want, err := kustomize(files, "k")
			if err != nil {
				t.Fatal(err)
			}
			result, err := overlay.Build(t.Context(), files, "k", overlay.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, jsonOf(t, result.Objects)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSchemaIsReset builds with a schema of its own and then without.
func TestSchemaIsReset(t *testing.T) {
	plain := tree("-- k/kustomization.yaml --\nresources: [d.yaml]\nnamePrefix: x-\npatches: [{path: p.yaml}]\n" +
		"-- k/d.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: a, image: b}]}}}\n" +
		"-- k/p.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: c, image: d}]}}}\n")
	schema := tree("-- k/kustomization.yaml --\nresources: [a.yaml]\nopenapi: {path: s.json}\n-- k/a.yaml --\n" + model + "-- k/s.json --\n{\"definitions\": {}}\n")
	build := func(files fstest.MapFS) []string {
		result, err := overlay.Build(t.Context(), files, "k", overlay.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return jsonOf(t, result.Objects)
	}
	before := build(plain)
	build(schema)
	if diff := cmp.Diff(before, build(plain)); diff != "" {
		t.Errorf("a custom schema changed a later build: %s", diff)
	}
	if !strings.Contains(before[0], `"name":"c"`) || !strings.Contains(before[0], `"name":"a"`) {
		t.Errorf("containers were not merged by name: %s", before[0])
	}
}

func TestLimits(t *testing.T) {
	files := tree("-- k/kustomization.yaml --\nresources: [a.yaml]\n-- k/a.yaml --\n" + model + "---\n" + strings.Replace(model, "name: a", "name: b", 1) +
		"-- p/a.yaml --\n" + model + "-- p/b.yaml --\n" + strings.Replace(model, "name: a", "name: b", 1))
	tests := map[string]struct {
		dir     string
		options overlay.Options
		want    string
	}{
		"objects of an overlay": {"k", overlay.Options{MaxObjects: 1}, "k/a.yaml: there are more than 1 objects"},
		"objects":               {"p", overlay.Options{MaxObjects: 1}, "p/b.yaml: there are more than 1 objects"},
		"files":                 {"p", overlay.Options{MaxFiles: 1}, "p/b.yaml: there are more than 1 files"},
		"bytes":                 {"p", overlay.Options{Limits: config.Limits{MaxFileBytes: 10}}, "p/a.yaml: the file has 91 bytes, more than the limit of 10; split it, or list it in .sourceignore if it is no manifest [DG1001]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := overlay.Build(t.Context(), files, test.dir, test.options)
			if got := findings(t, err)[0].String(); !strings.HasPrefix(got, test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, dir := range []string{"k", "p"} {
		files := tree("-- k/kustomization.yaml --\nresources: [a.yaml]\n-- k/a.yaml --\n" + model + "-- p/a.yaml --\n" + model)
		if result, err := overlay.Build(ctx, files, dir, overlay.Options{}); !errors.Is(err, context.Canceled) || result != nil {
			t.Errorf("%s: got %v and %v", dir, result, err)
		}
	}
}

func TestConcurrent(t *testing.T) {
	g := kustomizedModels(200)
	g["site/cm.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n")}
	g["site/kustomization.yaml"] = &fstest.MapFile{Data: []byte("resources: [../prod, cm.yaml]\nnamespace: z\n")}
	done := make(chan error, 8)
	for range cap(done) {
		go func() {
			result, err := overlay.Build(t.Context(), g, "site", overlay.Options{})
			if err == nil && len(result.Objects) != 201 {
				err = fmt.Errorf("%d objects", len(result.Objects))
			}
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestCodes(t *testing.T) {
	last := ""
	for _, code := range overlay.Codes() {
		if code.ID <= last || code.Title == "" || code.Help == "" || code.Severity != object.SeverityError {
			t.Errorf("code %+v after %s", code, last)
		}
		last = code.ID
	}
}
