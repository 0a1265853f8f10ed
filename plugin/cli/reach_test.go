// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

// outcome is what building a directory comes to, errors included.
func outcome(t *testing.T, fsys fs.FS, dir string) string {
	t.Helper()
	plan, err := pipeline.Build(t.Context(), pipeline.Options{FS: fsys, Dir: dir})
	if err != nil {
		return err.Error()
	}
	var b bytes.Buffer
	if err := object.WriteYAML(&b, plan.Objects); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func memory(t *testing.T, dir string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(os.DirFS(dir), name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestSameSources changes and removes every file of a repository in turn: where
// the build of an environment comes to something else, the change is seen, and a
// change of another environment is not.
func TestSameSources(t *testing.T) {
	before := memory(t, quickstart(t))
	skipped := 0
	for name := range before {
		for _, change := range []string{"", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"} {
			after := maps.Clone(before)
			delete(after, name)
			if change != "" {
				after[name] = &fstest.MapFile{Data: []byte(change)}
			}
			for _, dir := range []string{"clusters/dev", "clusters/test", "clusters/prod"} {
				same := cli.SameSources(t.Context(), before, after, dir)
				if same && outcome(t, before, dir) != outcome(t, after, dir) {
					t.Errorf("%s is said to be the same without %s", dir, name)
				}
				if same {
					skipped++
				} else if !strings.HasPrefix(name, dir) && !strings.HasPrefix(name, "base/") {
					t.Errorf("%s is said to depend on %s", dir, name)
				}
			}
		}
	}
	if skipped == 0 {
		t.Error("no environment was ever the same")
	}
}

func TestSourcesThatAreUnclear(t *testing.T) {
	const platform = "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: a, namespace: a}\nspec: {version: 0.9.0, "
	for name, tt := range map[string]struct {
		before, after map[string]string
		want          bool
	}{
		"equal":              {map[string]string{"env/a.yaml": platform + "profile: dev}"}, nil, true},
		"named overlay":      {map[string]string{"env/a.yaml": platform + "overlay: ../o}", "o/x.yaml": ""}, nil, false},
		"broken":             {map[string]string{"env/kustomization.yaml": "a: [\n"}, nil, false},
		"generator":          {map[string]string{"env/kustomization.yaml": "configMapGenerator: [{name: a, files: [key=../f.txt]}]", "f.txt": "1"}, map[string]string{"f.txt": "2"}, false},
		"appears":            {map[string]string{"env/kustomization.yaml": "resources: [../base]"}, map[string]string{"base/a.yaml": ""}, false},
		"lock above":         {map[string]string{"env/a.yaml": "", "dynamo.lock": "1"}, map[string]string{"dynamo.lock": "2"}, false},
		"ignored above":      {map[string]string{"env/a.yaml": ""}, map[string]string{".sourceignore": "a.yaml"}, false},
		"ignored above base": {map[string]string{"a/kustomization.yaml": "resources: [../b/c]", "env/kustomization.yaml": "resources: [../b/c]", "b/c/a.yaml": "1"}, map[string]string{"b/.sourceignore": "a.yaml"}, false},
		"elsewhere":          {map[string]string{"env/a.yaml": "", "other/a.yaml": "1"}, map[string]string{"other/a.yaml": "2"}, true},
		"directory is gone":  {map[string]string{"other/a.yaml": "1"}, nil, false},
		"kustomize in a dir": {map[string]string{"env/kustomization.yaml": "resources: [../b]", "b/kustomization.yaml": "resources: [../c]", "c/a.yaml": "1"}, map[string]string{"c/a.yaml": "2"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := fstest.MapFS{}, fstest.MapFS{}
			for file, text := range tt.before {
				before[file] = &fstest.MapFile{Data: []byte(text)}
			}
			maps.Copy(after, before)
			for file, text := range tt.after {
				after[file] = &fstest.MapFile{Data: []byte(text)}
			}
			if got := cli.SameSources(t.Context(), before, after, "env"); got != tt.want {
				t.Errorf("same: %v, want %v", got, tt.want)
			}
		})
	}
}
