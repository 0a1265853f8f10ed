// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	release "helm.sh/helm/v4/pkg/release/v1"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/render"
)

// helmTemplate does what "helm template --include-crds" does and returns its
// documents in order.
func helmTemplate(t *testing.T, c *v2.Chart, in render.Input) ([]map[string]any, error) {
	t.Helper()
	client := action.NewInstall(action.NewConfiguration())
	client.ReleaseName, client.Namespace = in.ReleaseName, in.Namespace
	client.DryRunStrategy = action.DryRunClient
	client.APIVersions = in.APIVersions
	client.IncludeCRDs, client.IsUpgrade = in.IncludeCRDs, in.IsUpgrade
	version := in.KubeVersion
	if version == "" {
		version = render.DefaultKubeVersion
	}
	kube, err := common.ParseKubeVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	client.KubeVersion = kube
	out, err := client.RunWithContext(t.Context(), c, in.Values)
	if err != nil {
		return nil, err
	}
	rel, ok := out.(*release.Release)
	if !ok {
		return nil, fmt.Errorf("helm returned a %T", out)
	}
	text := rel.Manifest
	for _, hook := range rel.Hooks {
		text += "---\n" + hook.Manifest + "\n"
	}
	return documents(t, text), nil
}

// documents parses a stream line by line, as kubectl does.
func documents(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for part := range strings.SplitSeq("\n"+text, "\n---\n") {
		data, err := yaml.YAMLToJSON([]byte(part + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		var content map[string]any
		if err := kjson.UnmarshalCaseSensitivePreserveInts(data, &content); err != nil {
			t.Fatal(err)
		}
		if content["kind"] == "List" {
			for _, item := range content["items"].([]any) {
				all = append(all, item.(map[string]any))
			}
		} else if len(content) > 0 {
			all = append(all, content)
		}
	}
	return all
}

// helmChart loads the same files with Helm.
func helmChart(t *testing.T, fsys fs.FS) *v2.Chart {
	t.Helper()
	var list []*archive.BufferedFile
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		list = append(list, &archive.BufferedFile{Name: name, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := loader.LoadFiles(list)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// same fails unless Render and Helm make the same objects in the same order.
func same(t *testing.T, c *v2.Chart, in render.Input) *render.Output {
	t.Helper()
	want, err := helmTemplate(t, c, in)
	if err != nil {
		t.Fatal(err)
	}
	in.KeepNamespaces = true
	out := render1(t, in)
	var got []map[string]any
	for _, o := range out.All() {
		got = append(got, o.Object)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("helm template and Render differ (-helm +render):\n%s", diff)
	}
	return out
}

// TestEqualToHelm compares the reference charts, object for object.
func TestEqualToHelm(t *testing.T) {
	for _, chart := range []string{"dynamo-platform", "dynamo-crds"} {
		ours := reference(t, chart)
		for _, tt := range []struct {
			name    string
			profile string
			change  func(*render.Input)
		}{
			{"dev", "dev", nil},
			{"test", "test", nil},
			{"prod", "prod", nil},
			{"prod as an upgrade", "prod", func(in *render.Input) { in.IsUpgrade = true }},
			{"prod in another namespace", "prod", func(in *render.Input) { in.Namespace, in.ReleaseName = "elsewhere", "other" }},
			{"prod on another Kubernetes", "prod", func(in *render.Input) { in.KubeVersion = "v1.31.4-gke.1000" }},
			{"dev with other APIs", "dev", func(in *render.Input) {
				in.APIVersions = []string{"scheduling.run.ai/v2", "monitoring.coreos.com/v1", "cert-manager.io/v1"}
			}},
			{"everything", "dev", func(in *render.Input) {
				in.IncludeCRDs = true
				in.Values["grove"] = map[string]any{"enabled": true}
				in.Values["kai-scheduler"] = map[string]any{"enabled": true}
				in.APIVersions = []string{"scheduling.run.ai/v2"}
			}},
		} {
			t.Run(chart+"/"+tt.name, func(t *testing.T) {
				in := render.Input{Chart: ours, ReleaseName: releaseName, Namespace: namespace}
				if in.Values = map[string]any{}; chart == "dynamo-platform" {
					in.Values = profile(t, tt.profile)
				}
				if tt.change != nil && chart == "dynamo-platform" {
					tt.change(&in)
				}
				theirs, err := loader.LoadDir(filepath.Join(chartsDir(), chart))
				if err != nil {
					t.Fatal(err)
				}
				if out := same(t, theirs, in); len(out.Objects) == 0 {
					t.Error("nothing was rendered")
				}
			})
		}
	}
}

// values shows what a template sees.
const seen = `apiVersion: v1
kind: ConfigMap
metadata: {name: "seen-{{ .Chart.Name }}"}
data:
  values: {{ .Values | toJson | quote }}
  yaml: {{ .Values | toYaml | quote }}
`

// subchart is a chart that shows its values.
func subchart(name, defaults string) files {
	return files{
		"charts/" + name + "/Chart.yaml":          "apiVersion: v2\nname: " + name + "\nversion: 0.1.0\n",
		"charts/" + name + "/values.yaml":         defaults,
		"charts/" + name + "/templates/seen.yaml": seen,
	}
}

func merged(all ...files) files {
	out := files{}
	for _, f := range all {
		for name, text := range f {
			out[name] = text
		}
	}
	return out
}

// TestHelmsRules compares charts that use what the reference charts do not.
func TestHelmsRules(t *testing.T) {
	for _, tt := range []struct {
		name   string
		files  files
		values string
		want   int // objects, to be sure that something is compared
	}{
		{"conditions", merged(
			files{"Chart.yaml": demoChart + "dependencies: [{name: a, version: 0.1.0, condition: a.enabled}, {name: b, version: 0.1.0, condition: 'x.y,b.on'}]"},
			subchart("a", "enabled: true"), subchart("b", "on: true")), "a: {enabled: false}", 1},
		{"tags", merged(
			files{"Chart.yaml": demoChart + "dependencies: [{name: a, version: 0.1.0, tags: [back]}, {name: b, version: 0.1.0, tags: [front]}]"},
			subchart("a", ""), subchart("b", "")), "tags: {back: false}", 1},
		{"aliases", merged(
			files{"Chart.yaml": demoChart + "dependencies: [{name: a, version: 0.1.0, alias: one}, {name: a, version: 0.1.0, alias: two}]"},
			subchart("a", "n: 0")), "{one: {n: 1}, two: {n: 2}}", 2},
		{"import-values", merged(
			files{"Chart.yaml": demoChart + "dependencies: [{name: a, version: 0.1.0, import-values: [data, {child: c, parent: p}]}]", "templates/seen.yaml": seen},
			subchart("a", "exports: {data: {imported: 1}}\nc: {d: 2}")), "{p: {e: 3}}", 2},
		{"a sub-chart that is not declared", subchart("a", "k: v"), "", 1},
		{"globals and nulls", merged(files{"templates/seen.yaml": seen, "values.yaml": "global: {x: {y: 1}}\ngone: {a: 1}\nlist: [1]\nkept: 1"}, subchart("a", "global: {x: {z: 2}}\nz: 1")),
			"{global: {x: {q: 15728640}}, gone: null, a: {z: null}}", 2},
		{"numbers", files{"templates/n.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n}\ndata: {a: \"{{ .Values.big }}\", b: \"{{ int .Values.big }}\", c: {{ .Values | toYaml | quote }}, d: \"{{ kindOf .Values.big }}\"}"},
			"{big: 15728640, f: 1.50, neg: -3, zero: 0, huge: 12345678901234567890}", 1},
		{"hooks", files{"templates/h.yaml": `
{{ range $i, $h := list "pre-install" "post-install, pre-upgrade" "test" "test-success" "unknown" "crd-install" }}
---
apiVersion: {{ if eq $i 2 }}v1{{ else }}batch/v1{{ end }}
kind: {{ if eq $i 2 }}Pod{{ else }}Job{{ end }}
metadata:
  name: hook-{{ $i }}
  annotations: {"helm.sh/hook": "{{ $h }}", "helm.sh/hook-weight": "{{ sub 5 $i }}", "helm.sh/hook-delete-policy": "before-hook-creation, hook-succeeded"}
{{ end }}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: first}
`}, "", 5},
		{"order of kinds", files{
			"templates/a.yaml": "apiVersion: x/v1\nkind: Zebra\nmetadata: {name: z}\n---\napiVersion: x/v1\nkind: Ape\nmetadata: {name: a2}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: s}",
			"templates/b.yaml": "apiVersion: x/v1\nkind: Ape\nmetadata: {name: a1}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n# end\n---\n# a comment only\n---\n",
		}, "", 5},
		{"lists", files{"templates/l.yaml": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}"}, "", 2},
		{"a library", merged(files{"charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 0.1.0\ntype: library", "charts/lib/templates/_l.tpl": `{{ define "lib.name" }}from-lib{{ end }}`, "charts/lib/templates/x.yaml": "{{ fail `never` }}",
			"templates/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ include `lib.name` . }}}"}), "", 1},
		{"files, tpl and lookup", files{"conf/a.txt": "hello {{ .Release.Name }}", "templates/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: {{ tpl (.Files.Get `conf/a.txt`) . | quote }}\n  l: \"{{ lookup `v1` `Secret` `x` `y` | len }}\"\n  d: {{ default `x` .Values.none | quote }}\n  r: {{ repeat 3 `ab` }}{{ range until 3 }}{{ . }}{{ end }}{{ seq 1 2 5 }}{{ range untilStep 6 0 -2 }}{{ . }}{{ end }}\n  p: {{ printf `%d-%s` 3 `x` | indent 2 }}{{ print 1 2 }}\n  n: {{ add 1 2 3 }}{{ list 1 2 }}{{ dict `a` 1 }}"}, "", 1},
		{"block scalars and separators", files{"templates/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: |+\n    x\n\n\n---   \napiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\ndata:\n  a: |\n    a---b\n     ---\n    c"}, "", 2},
		{"crds", files{"crds/a.yaml": crd("Cluster") + "---\n" + crd("Namespaced"), "crds/README.md": "# no"}, "", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := input(t, tt.files.load(t), tt.values)
			in.IncludeCRDs = true
			out := same(t, helmChart(t, tt.files.withChart().fs()), in)
			if got := len(out.All()); got != tt.want {
				t.Errorf("%d objects, want %d", got, tt.want)
			}
		})
	}
}

func crd(scope string) string {
	return fmt.Sprintf(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %[2]ss.example.com}
spec: {group: example.com, scope: %[1]s, names: {kind: %[1]sThing, plural: %[2]ss}}
`, scope, strings.ToLower(scope))
}

// TestPackedIsTheSame shows that an archive renders as the directory does.
func TestPackedIsTheSame(t *testing.T) {
	f := files{}
	dir := filepath.Join(chartsDir(), "dynamo-platform")
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		relative, _ := filepath.Rel(dir, name)
		f[filepath.ToSlash(relative)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	packed, err := render.Load(f.pack(t), render.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	in := render.Input{Chart: packed, Values: profile(t, "prod"), ReleaseName: releaseName, Namespace: namespace}
	got := render1(t, in)
	in.Chart = reference(t, "dynamo-platform")
	if diff := cmp.Diff(render1(t, in).All(), got.All()); diff != "" {
		t.Error(diff)
	}
}
