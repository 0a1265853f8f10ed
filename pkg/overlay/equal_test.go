// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
)

// kustomize builds files with Kustomize itself and returns sorted JSON objects.
func kustomize(files fstest.MapFS, dir string) ([]string, error) {
	memory := filesys.MakeFsInMemory()
	for name, file := range files {
		if err := memory.WriteFile("/"+name, file.Data); err != nil {
			return nil, err
		}
	}
	result, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(memory, "/"+dir)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, r := range result.Resources() {
		data, err := r.MarshalJSON()
		if err != nil {
			return nil, err
		}
		all = append(all, canonical(data))
	}
	slices.Sort(all)
	return all, nil
}

// canonical drops empty annotations and sorts keys.
func canonical(data []byte) string {
	var content map[string]any
	if err := json.Unmarshal(data, &content); err != nil {
		return err.Error()
	}
	out, err := json.Marshal(content)
	return fmt.Sprint(string(out), err)
}

func jsonOf(t *testing.T, objects []object.Object) []string {
	t.Helper()
	var all []string
	for _, o := range objects {
		data, err := json.Marshal(o.Object)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, canonical(data))
	}
	slices.Sort(all)
	return all
}

// generator writes random trees of overlays.
type generator struct {
	*rand.Rand
	files fstest.MapFS
	names int
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *generator) pick(options ...string) string { return options[g.IntN(len(options))] }

func (g *generator) write(name, content string) {
	g.files[name] = &fstest.MapFile{Data: []byte(content)}
}

// object returns a manifest and the lines that name it in a patch.
func (g *generator) object() (manifest, id string) {
	g.names++
	name := fmt.Sprintf("o%d", g.names)
	namespace := g.pick("", "", "  namespace: alpha\n", "  namespace: beta\n")
	metadata := fmt.Sprintf("metadata:\n  name: %s\n%s", name, namespace)
	extra := g.pick("", "  labels: {app: x, tier: gold}\n", "  annotations: {note: n}\n", "  labels: {app: y}\n",
		"  annotations: {config.kubernetes.io/local-config: \"true\"}\n", "")
	var kind, body string
	switch g.IntN(9) {
	case 8:
		kind, body = "apiVersion: v1\nkind: Secret\n", "stringData: {a: b}\n"
	case 0, 1, 2, 3:
		kind = "apiVersion: nvidia.com/v1alpha1\nkind: DynamoModel\n"
		body = "spec:\n  modelName: m\n  modelType: lora\n  source: {uri: \"hf://a/b@c\"}\n  list: [1, 2]\n  deep: {a: {b: 1}, c: text}\n"
	case 4:
		kind = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
		body = "spec:\n  interval: 10m\n  values: {a: 1, b: {c: true}}\n"
	case 5:
		kind, body = "apiVersion: v1\nkind: ConfigMap\n", "data: {a: b}\n"
	case 6:
		kind = "apiVersion: apps/v1\nkind: Deployment\n"
		body = "spec:\n  selector: {matchLabels: {app: x}}\n  template:\n    metadata: {labels: {app: x}}\n    spec:\n      containers:\n        - {name: c, image: nginx:1, envFrom: [{configMapRef: {name: o1}}]}\n"
	default:
		kind, body = "apiVersion: v1\nkind: ServiceAccount\n", ""
	}
	return kind + metadata + extra + body, kind + metadata
}

// unit writes a kustomization with resources and returns the ids of objects.
func (g *generator) unit(dir string, below []string, ids []string) []string {
	var k strings.Builder
	k.WriteString("resources:\n")
	for _, other := range below {
		fmt.Fprintf(&k, "  - ../%s\n", path.Base(other))
	}
	for f := range 1 + g.IntN(2) {
		var manifests []string
		for range 1 + g.IntN(4) {
			manifest, id := g.object()
			manifests = append(manifests, manifest)
			if !strings.Contains(manifest, "local-config") {
				ids = append(ids, id)
			}
		}
		name := fmt.Sprintf("f%d.yaml", f)
		g.write(dir+"/"+name, strings.Join(manifests, "---\n"))
		fmt.Fprintf(&k, "  - %s\n", name)
	}
	if g.chance(20) {
		g.component(dir, ids)
		k.WriteString("components: [part]\n")
	}
	g.fields(&k)
	g.patches(&k, ids)
	g.write(dir+"/kustomization.yaml", k.String())
	return ids
}

// component writes a component below a unit.
func (g *generator) component(dir string, ids []string) {
	var k strings.Builder
	k.WriteString("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n")
	if manifest, _ := g.object(); g.chance(50) {
		g.write(dir+"/part/extra.yaml", manifest)
		k.WriteString("resources: [extra.yaml]\n")
	}
	g.fields(&k)
	g.patches(&k, ids)
	if !strings.Contains(k.String(), "\nlabels:") {
		k.WriteString("labels: [{pairs: {part: p}}]\n")
	}
	g.write(dir+"/part/kustomization.yaml", k.String())
}

func (g *generator) fields(k *strings.Builder) {
	for _, field := range []struct {
		percent int
		text    string
	}{
		{25, "namespace: prod\n"}, {20, "namePrefix: pre-\n"}, {15, "nameSuffix: -suf\n"},
		{25, "labels: [{pairs: {team: a}}, {pairs: {env: " + g.pick("x", "z") + "}, includeSelectors: " + g.pick("true", "false") + "}]\n"},
		{15, "commonLabels: {common: c}\n"}, {20, "commonAnnotations: {owner: o}\n"},
		{10, "images: [{name: nginx, newTag: \"2\"}]\n"},
		{10, "configMapGenerator: [{name: made" + fmt.Sprint(g.IntN(1000)) + ", literals: [k=v]}]\n"},
	} {
		if g.chance(field.percent) {
			k.WriteString(field.text)
		}
	}
}

func (g *generator) patches(k *strings.Builder, ids []string) {
	if !g.chance(70) || len(ids) == 0 {
		return
	}
	k.WriteString("patches:\n")
	for range 1 + g.IntN(3) {
		switch g.IntN(6) {
		case 0:
			fmt.Fprintf(k, "  - target: {kind: %s}\n    patch: |\n      - {op: add, path: /metadata/annotations, value: {p: \"1\"}}\n", g.pick("DynamoModel", "HelmRelease", "ConfigMap", "Nothing", "Dynamo.*"))
		case 1:
			fmt.Fprintf(k, "  - target: {kind: DynamoModel, labelSelector: app=x}\n    patch: |\n      - {op: replace, path: /spec/modelName, value: n%d}\n", g.IntN(9))
		case 2:
			fmt.Fprintf(k, "  - target: {kind: %s, name: \".*[13579]\"}\n    patch: |\n      kind: any\n      metadata: {name: any, labels: {patched: \"yes\"}}\n      spec: {deep: {a: {z: 2}}, list: [3], fresh: {x: [1]}}\n", g.pick("DynamoModel", "HelmRelease"))
		case 3:
			fmt.Fprintf(k, "  - target: {group: nvidia.com, namespace: %s}\n    patch: |\n      kind: any\n      metadata: {name: any}\n      spec: {deep: {c: null, e: %s}}\n", g.pick("alpha", "default", "prod"), g.pick("1", "{}", "[]", "{n: null}"))
		case 4:
			fmt.Fprintf(k, "  - target: {kind: %s}\n    patch: |\n      kind: any\n      metadata: {name: any, labels: {sm: \"1\"}, annotations: {x: null}}\n      %s\n", g.pick("ConfigMap", "Deployment", "Secret"),
				g.pick("data: {a: c, n: d}", "spec: {replicas: 2}", "spec: {template: {spec: {dnsPolicy: None}}}", "data: {a: null}", "spec: {template: {spec: {containers: [{name: c, image: x}]}}}"))
		default:
			id := ids[g.IntN(len(ids))]
			fmt.Fprintf(k, "  - patch: |\n%s      spec: {patched: true}\n", indent(id))
		}
	}
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("      " + line)
	}
	return b.String()
}

// TestEqualsKustomize builds random trees both ways.
func TestEqualsKustomize(t *testing.T) {
	equal := 0
	for seed := range uint64(120) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 7)), files: fstest.MapFS{}}
		ids := g.unit("base", nil, nil)
		below := []string{"base"}
		if g.chance(30) {
			ids = append(ids, g.unit("other", nil, nil)...)
			below = append(below, "other")
		}
		g.unit("top", below, ids)
		want, wantErr := kustomize(g.files, "top")
		if wantErr == nil && len(want) == 0 {
			continue // nothing to apply is an error here
		}
		result, err := overlay.Build(t.Context(), g.files, "top", overlay.Options{})
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("seed %d: error %v, Kustomize's %v\n%s", seed, err, wantErr, dump(g.files))
		}
		if err != nil {
			var refused *object.FindingsError
			if !errors.As(err, &refused) {
				t.Fatalf("seed %d: %v is no FindingsError", seed, err)
			}
			continue
		}
		equal++
		if diff := cmp.Diff(want, jsonOf(t, result.Objects)); diff != "" {
			t.Fatalf("seed %d: differs from Kustomize (-want +got)\n%s\n%s", seed, diff, dump(g.files))
		}
		for _, o := range result.Objects {
			if o.Position.File == "" || o.Position.Line == 0 {
				t.Errorf("seed %d: %s has the position %v", seed, o.Reference(), o.Position)
			}
		}
	}
	if equal < 60 {
		t.Errorf("only %d of the trees could be built: the test says too little", equal)
	}
	t.Logf("%d trees equal", equal)
}

func dump(files fstest.MapFS) string {
	var b strings.Builder
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "# %s\n%s\n", name, files[name].Data)
	}
	return b.String()
}

// TestShippedOverlays builds the overlays of this repository both ways.
func TestShippedOverlays(t *testing.T) {
	source := os.DirFS("../../overlays")
	files := fstest.MapFS{}
	for _, dir := range []string{"base", "dev", "test", "prod"} {
		entries, err := fs.ReadDir(source, dir)
		if err != nil {
			t.Fatalf("the overlays are not here: %v", err)
		}
		for _, entry := range entries {
			data, err := fs.ReadFile(source, dir+"/"+entry.Name())
			if err != nil {
				t.Fatal(err)
			}
			files[dir+"/"+entry.Name()] = &fstest.MapFile{Data: data}
		}
	}
	for _, dir := range []string{"dev", "test", "prod"} {
		want, err := kustomize(files, dir)
		if err != nil {
			t.Fatal(err)
		}
		result, err := overlay.Build(t.Context(), files, dir, overlay.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, jsonOf(t, result.Objects)); diff != "" {
			t.Errorf("%s: %s", dir, diff)
		}
	}
}
