// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/migrate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// TestToMeaning: what the pipeline makes of the tree afterwards is what it made
// before, translated.
func TestToMeaning(t *testing.T) {
	for name, dir := range map[string]string{"plain": ".", "flow": ".", "kustomize": "prod", "overlay": "clusters", "component": "prod", "list": ".", "crlf": "."} {
		for _, goal := range []string{"1.0.0", "1.4.0"} {
			t.Run(name+" "+goal, func(t *testing.T) {
				before := load(t, filepath.Join("testdata", "to", name, "before"))
				result, err := migrate.To(t.Context(), migrate.ToOptions{FS: before, Version: goal})
				if err != nil {
					t.Fatal(long(err))
				}
				was, is := platforms(t, before, dir), platforms(t, with(before, result), dir)
				for i := range was {
					v := lookup(t, goal)
					want, _, issues := v.Translate(was[i].Values, lookup(t, was[i].Version))
					if len(issues) > 0 || is[i].Version != goal {
						t.Errorf("%s: %v", is[i].Version, issues)
					}
					for _, line := range meaning(v, want, is[i].Values) {
						t.Error(line)
					}
				}
			})
		}
	}
}

func platforms(t *testing.T, fsys fstest.MapFS, dir string) []pipeline.PlatformPlan {
	t.Helper()
	plan, err := pipeline.Build(t.Context(), pipeline.Options{FS: fsys, Dir: dir})
	if err == nil {
		return plan.Platforms
	}
	t.Fatal(long(err))
	return nil
}

func TestToKeepsLineEndings(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata", "to", name, "after", "platform.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	want := bytes.ReplaceAll(read("plain"), []byte("\n"), []byte("\r\n"))
	if diff := cmp.Diff(string(want), string(read("crlf"))); diff != "" {
		t.Error(diff)
	}
}

func platform(version, rest string) string {
	return "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: dynamo, namespace: dynamo-system}\nspec:\n  version: " + version + "\n" + rest
}

func TestToOne(t *testing.T) {
	for _, tc := range []struct{ name, from, to, in, want string }{
		{"values go", "0.9.0", "1.4.0", "  values:\n    # why\n    nats: {enabled: true}\n", "  values:\n    # why\n    global:\n      nats:\n        install: true\n"},
		{"nothing of values is left", "0.9.0", "1.0.0", "  values:\n    dynamo-operator:\n      webhook:\n        enabled: true\n", "  values: {}\n"},
		{"no newline at the end", "0.9.0", "1.0.0", "  values:\n    grove:\n      enabled: false", "  values:\n    global:\n      grove:\n        install: false\n        enabled: false\n"},
		{"flow in flow", "0.9.0", "1.0.0", "  values: {grove: {enabled: true, x: 'a, {b'}, y: \"#\"}\n", "  values: {grove: {x: 'a, {b'}, y: \"#\", global: {grove: {install: true, enabled: true}}}\n"},
		{"existing global", "0.9.0", "1.0.0", "  values:\n    global: # shared\n      security:\n        allowInsecureImages: true\n\n    grove:\n      enabled: true\n",
			"  values:\n    global: # shared\n      security:\n        allowInsecureImages: true\n      grove:\n        install: true\n        enabled: true\n"},
		{"global without content", "0.9.0", "1.0.0", "  values:\n    global:\n    grove:\n      enabled: true\n", "  values:\n    global:\n      grove:\n        install: true\n        enabled: true\n"},
		{"older", "1.4.0", "0.9.0", "  values:\n    global:\n      grove:\n        install: true\n        enabled: true\n", "  values:\n    grove:\n      enabled: true\n"},
		{"patch release", "1.4.0", "1.4.2", "  values:\n    nats: {x: 1}\n", "  values:\n    nats: {x: 1}\n"},
		{"typed grove", "0.9.0", "1.0.0", "  components:\n    grove:\n      install: true\n", "  components:\n    grove:\n      install: true\n      integrate: true\n"},
		{"allowed path", "0.9.0", "1.0.0", "  values: {grove: {enabled: true}}\n  allowUnknownValues: [grove.enabled]\n",
			"  values: {global: {grove: {install: true, enabled: true}}}\n  allowUnknownValues: [global.grove.install]\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := fstest.MapFS{"p.yaml": {Data: []byte(platform(tc.from, tc.in))}}
			result, err := migrate.To(t.Context(), migrate.ToOptions{FS: in, Version: tc.to})
			if err != nil {
				t.Fatal(long(err))
			}
			if len(result.Files) != 1 || !bytes.Equal(result.Files[0].Before, in["p.yaml"].Data) {
				t.Fatalf("%+v", result.Files)
			}
			if diff := cmp.Diff(platform(tc.to, tc.want), string(result.Files[0].After)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestToRefused(t *testing.T) {
	base := "kind: Kustomization\nresources: [p.yaml]\n"
	for _, tc := range []struct {
		name, code, where string
		files             map[string]string
	}{
		{"unknown version", migrate.CodeVersion, "p.yaml:5", map[string]string{"p.yaml": platform("7.0.0", "")}},
		{"no version", migrate.CodeVersion, "p.yaml", map[string]string{"p.yaml": "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: a}\nspec: {}\n"}},
		{"folded version", migrate.CodeShape, "p.yaml:5", map[string]string{"p.yaml": platform(">-\n    0.9.0", "")}},
		{"comment in braces", migrate.CodeShape, "p.yaml:6", map[string]string{"p.yaml": platform("0.9.0", "  values: {grove: {enabled: true}, # why\n    x: 1}\n")}},
		{"merge key", migrate.CodeShape, "p.yaml:9", map[string]string{"p.yaml": platform("0.9.0", "  values:\n    grove:\n      <<: {a: 1}\n      enabled: true\n")}},
		{"overlay that is not there", migrate.CodeUnchecked, "p.yaml", map[string]string{"p.yaml": platform("0.9.0", "  overlay: nowhere\n")}},
		{"patch without a base", migrate.CodeBase, "k.yaml", map[string]string{
			"kustomization.yaml": "patches: [{path: k.yaml}]\n", "k.yaml": "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: a}\nspec: {values: {grove: {enabled: true}}}\n"}},
		{"json patch of the whole spec", migrate.CodeJSONPatch, "kustomization.yaml:6", map[string]string{"p.yaml": platform("0.9.0", ""),
			"kustomization.yaml": base + "patches:\n- target: {kind: Platform}\n  patch: |-\n    - {op: replace, path: /spec, value: {version: 0.9.0}}\n"}},
		{"json patch of a lost field", migrate.CodeJSONPatch, "j.yaml:1", map[string]string{"p.yaml": platform("0.9.0", "  components: {operator: {istio: {gateway: a/b}}}\n"),
			"j.yaml":             "- {op: add, path: /spec/components/operator/istio/https, value: true}\n",
			"kustomization.yaml": base + "patches: [{target: {kind: Platform}, path: j.yaml}]\n"}},
		{"what the chart refuses then", migrate.CodeRejected, "p.yaml", map[string]string{"p.yaml": platform("1.4.0", "  values: {global: {grove: {install: true, enabled: true}, kai-scheduler: {install: true, enabled: true}}}\n")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := fstest.MapFS{}
			for name, text := range tc.files {
				in[name] = &fstest.MapFile{Data: []byte(text)}
			}
			result, err := migrate.To(t.Context(), migrate.ToOptions{FS: in, Version: "1.6.0"})
			if result != nil || !hasCode(err, tc.code) || !strings.Contains(long(err), tc.where) {
				t.Errorf("%v\n%s", result, long(err))
			}
		})
	}
}

func TestToOutside(t *testing.T) {
	in := fstest.MapFS{
		"base/p.yaml":             {Data: []byte(platform("0.9.0", ""))},
		"base/kustomization.yaml": {Data: []byte("resources: [p.yaml]\n")},
		"base/patch.yaml":         {Data: []byte("apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: dynamo, namespace: dynamo-system}\nspec: {values: {grove: {enabled: true}}}\n")},
		"prod/kustomization.yaml": {Data: []byte("resources: [../base]\npatches: [{path: ../base/patch.yaml}]\n")},
	}
	result, err := migrate.To(t.Context(), migrate.ToOptions{FS: in, Dir: "prod", Version: "1.0.0"})
	if err != nil || len(result.Files) > 0 || len(result.Findings) == 0 || result.Findings[0].Code != migrate.CodeOutside {
		t.Errorf("%+v %v", result, err)
	}
}

func TestToOptions(t *testing.T) {
	if _, err := migrate.To(t.Context(), migrate.ToOptions{Version: "1.0.0"}); err == nil {
		t.Error("no file system is no error")
	}
	if _, err := migrate.To(t.Context(), migrate.ToOptions{FS: fstest.MapFS{}, Version: "v1"}); !hasCode(err, migrate.CodeVersion) {
		t.Error(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	in := fstest.MapFS{"p.yaml": {Data: []byte(platform("0.9.0", ""))}}
	if _, err := migrate.To(gone, migrate.ToOptions{FS: in, Version: "1.0.0"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := migrate.From(gone, migrate.FromOptions{Data: []byte("{}"), Version: "1.0.0"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestCodes(t *testing.T) {
	last := ""
	for _, c := range migrate.Codes() {
		if c.ID <= last || !strings.HasPrefix(c.ID, "DG18") || c.Title == "" || c.Help == "" || c.Severity == "" {
			t.Errorf("%+v after %s", c, last)
		}
		last = c.ID
	}
}

// FuzzTo: no text makes it fail in another way than by findings, and what is
// not understood stays as it is.
func FuzzTo(f *testing.F) {
	for _, name := range []string{"plain", "flow", "anchors", "list", "lost"} {
		entries, err := filepath.Glob(filepath.Join("testdata", "to", name, "before", "*.yaml"))
		if err != nil || len(entries) == 0 {
			f.Fatal("no corpus", err)
		}
		for _, entry := range entries {
			data, err := os.ReadFile(entry)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Add([]byte("kind: Platform\napiVersion: dynamo-gitops.io/v1alpha1\nspec: {version: 0.9.0, values: {grove: {? enabled : true}}}"))
	f.Add([]byte("apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nspec:\n version: 0.9.0\n values:\n  grove:\n   ? enabled\n   : true\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := fstest.MapFS{"p.yaml": {Data: data}}
		result, err := migrate.To(t.Context(), migrate.ToOptions{FS: in, Version: "1.4.0"})
		if err != nil {
			return
		}
		for _, file := range result.Files {
			if !bytes.Contains(data, []byte("dynamo-gitops.io")) {
				t.Errorf("changed what is no Platform: %q", data)
			}
			for _, line := range strings.Split(string(data), "\n") {
				comment := strings.TrimSpace(line)
				if strings.HasPrefix(comment, "# ") && !strings.Contains(string(file.After), comment) && !removable(result) {
					t.Errorf("lost %q of %q", comment, data)
				}
			}
		}
	})
}

// removable says whether a key went without a successor, and its comment with it.
func removable(r *migrate.Result) bool {
	for _, c := range r.Changes {
		if c.To == "" {
			return true
		}
	}
	return false
}
