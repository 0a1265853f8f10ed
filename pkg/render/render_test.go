// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/render"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden shows what the profiles render to: order, hooks, files, namespaces.
func TestGolden(t *testing.T) {
	for _, name := range []string{"dev", "test", "prod"} {
		t.Run(name, func(t *testing.T) {
			in := render.Input{Chart: reference(t, "dynamo-platform"), Values: profile(t, name), ReleaseName: releaseName, Namespace: namespace}
			got := summary(render1(t, in))
			if again := summary(render1(t, in)); again != got {
				t.Error(cmp.Diff(got, again))
			}
			file := filepath.Join("testdata", "0.9.0", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func summary(out *render.Output) string {
	var b strings.Builder
	for _, o := range out.Objects {
		fmt.Fprintf(&b, "%s  # %s\n", o.Reference(), out.Templates[o.Reference()])
	}
	for _, h := range out.Hooks {
		fmt.Fprintf(&b, "%s  # %s hook %s weight %d delete %s\n", h.Reference(), out.Templates[h.Reference()], strings.Join(h.Events, ","), h.Weight, strings.Join(h.DeletePolicies, ","))
	}
	fmt.Fprintf(&b, "namespace added: %v\nwarnings: %v\nnondeterministic: %v\n", out.Namespaced, out.Warnings, out.Nondeterministic)
	return b.String()
}

// TestNamespaces shows which objects are given the namespace of the release.
func TestNamespaces(t *testing.T) {
	f := files{
		"crds/a.yaml": crd("Cluster"),
		"templates/a.yaml": crd("Namespaced") + `---
apiVersion: v1
kind: ConfigMap
metadata: {name: plain}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: elsewhere, namespace: other}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: builtin}
---
apiVersion: scheduling.run.ai/v2
kind: Queue
metadata: {name: queue}
---
apiVersion: example.com/v1
kind: ClusterThing
metadata: {name: in-crds}
---
apiVersion: example.com/v1
kind: NamespacedThing
metadata: {name: in-templates}
---
apiVersion: unknown.org/v1
kind: Thing
metadata: {name: unknown}
---
apiVersion: told.org/v1
kind: Thing
metadata: {name: told}
---
apiVersion: batch/v1
kind: Job
metadata: {name: hook, annotations: {"helm.sh/hook": test}}
`}
	in := input(t, f.load(t), "")
	in.ClusterKinds = []schema.GroupKind{{Group: "told.org", Kind: "Thing"}}
	out := render1(t, in)
	got := map[string]string{}
	for _, o := range out.All() {
		got[o.GetName()] = o.GetNamespace()
	}
	want := map[string]string{"plain": namespace, "elsewhere": "other", "builtin": "", "queue": "", "in-crds": "", "in-templates": namespace,
		"unknown": namespace, "told": "", "hook": namespace, "namespaceds.example.com": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var added []string
	for _, ref := range out.Namespaced {
		added = append(added, ref.Name)
	}
	if diff := cmp.Diff([]string{"plain", "in-templates", "unknown", "hook"}, added); diff != "" {
		t.Error(diff)
	}
	if len(out.Hooks) != 1 || !out.Hooks[0].IsTest() || (render.Hook{Events: []string{"test", "pre-install"}}).IsTest() {
		t.Errorf("hooks %v", out.Hooks)
	}
}

// TestNotesAndDefaults shows the notes, and what an Input without settings means.
func TestNotesAndDefaults(t *testing.T) {
	f := merged(subchart("a", ""), files{
		"templates/NOTES.txt":          "{{ .Release.Namespace }} {{ .Capabilities.KubeVersion.Version }} {{ .Release.IsInstall }} {{ .Capabilities.APIVersions.Has `x/v1` }}",
		"charts/a/templates/NOTES.txt": "not this"})
	out := render1(t, render.Input{Chart: f.load(t), ReleaseName: "x", APIVersions: []string{"x/v1"}})
	if want := "default " + render.DefaultKubeVersion + " true true"; out.Notes != want {
		t.Errorf("notes %q, want %q", out.Notes, want)
	}
}

func TestWarnings(t *testing.T) {
	f := merged(subchart("a", "t: {x: {y: 1}}\ns: 1"), files{"values.yaml": "table: {m: 1}\nplain: 1\nempty: {}\nnothing:"})
	in := input(t, f.load(t), "{table: "+canary+", plain: {a: b}, new: 1, empty: 3, nothing: {a: 1}, a: {t: {x: 5}, s: 2}, global: {g: 1}}")
	in.Chart = f.load(t)
	got := render1(t, in).Warnings
	want := []string{
		"plain is a table here and no table in the chart's defaults; the chart may not read it",
		"table is a table in the chart's defaults and no table here; the defaults under it are gone",
		"a.t.x is a table in the chart's defaults and no table here; the defaults under it are gone",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestTurnedOff shows that parts that are off are not even parsed.
func TestTurnedOff(t *testing.T) {
	f := merged(files{"Chart.yaml": demoChart + "dependencies: [{name: a, version: 0.1.0, condition: a.enabled}]"}, subchart("a", ""),
		files{"charts/a/templates/bad.yaml": "{{ if }}", "charts/a/values.schema.json": "{"})
	if out := render1(t, input(t, f.load(t), "a: {enabled: false}")); len(out.All()) != 0 {
		t.Error("something was rendered")
	}
}

// TestNothingIsShared renders at the same time with different values, and spoils
// what it gets: neither may show in another rendering, the input or the chart.
func TestNothingIsShared(t *testing.T) {
	f := merged(files{"Chart.yaml": demoChart + "dependencies: [{name: a, version: 0.1.0, alias: one, import-values: [data]}, {name: a, version: 0.1.0, alias: two}]",
		"values.schema.json": `{"type": "object"}`, "crds/a.yaml": crd("Cluster"),
		"templates/m.yaml": "{{ $_ := set .Values `spoilt` 1 }}{{ $_ := set .Values.deep `spoilt` 1 }}" + seen, "values.yaml": "deep: {a: 1}"},
		subchart("a", "exports: {data: {x: 1}}"))
	chart := f.load(t)
	want := map[string]string{}
	for _, n := range []string{"1", "2", "3"} {
		want[n] = text(t, render1(t, inputNumber(t, f.load(t), n)))
	}
	var wait sync.WaitGroup
	for i := range 12 {
		wait.Go(func() {
			n := fmt.Sprint(i%3 + 1)
			in := inputNumber(t, chart, n)
			out, err := render.Render(t.Context(), in)
			if err != nil {
				t.Error(err)
				return
			}
			if got := text(t, out); got != want[n] {
				t.Error(cmp.Diff(want[n], got))
			}
			for _, o := range out.All() {
				o.Object["kind"] = "Spoilt"
				o.SetName("spoilt")
			}
			if diff := cmp.Diff(inputNumber(t, chart, n).Values, in.Values); diff != "" {
				t.Error(diff)
			}
		})
	}
	wait.Wait()
}

func inputNumber(t *testing.T, c *render.Chart, n string) render.Input {
	in := input(t, c, "{one: {n: "+n+"}, two: {n: "+n+"}}")
	in.IncludeCRDs = true
	return in
}

func text(t *testing.T, out *render.Output) string {
	t.Helper()
	var b bytes.Buffer
	if err := object.WriteYAML(&b, out.All()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestNumbersOfAnyType shows that values need not come from Helm's parser.
func TestNumbersOfAnyType(t *testing.T) {
	c := template(strings.Replace(seen, "{name:", "{labels: {kind: {{ kindOf .Values.a }}}, name:", 1)).load(t)
	var first string
	for _, a := range []any{3, int32(3), int64(3), uint8(3), float32(3), 3.0} {
		got := text(t, render1(t, render.Input{Chart: c, ReleaseName: "x", Values: map[string]any{"a": a, "l": []any{a}, "n": []any(nil), "m": map[string]any(nil)}}))
		if first == "" {
			first = got
		}
		if got != first || !strings.Contains(got, "float64") {
			t.Errorf("with a %T:\n%s", a, got)
		}
	}
}
