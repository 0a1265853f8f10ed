// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay_test

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
)

// watched is a file system that notes what is opened.
type watched struct {
	fstest.MapFS
	mu     sync.Mutex
	opened []string
}

// Open notes the name and refuses what io/fs does not allow.
func (w *watched) Open(name string) (fs.File, error) {
	w.mu.Lock()
	w.opened = append(w.opened, name)
	w.mu.Unlock()
	return w.MapFS.Open(name)
}

// FuzzPaths names arbitrary paths in every field that takes one.
func FuzzPaths(f *testing.F) {
	for _, seed := range []string{
		"../base", "../../x", "/etc/passwd", "a.yaml", "./a.yaml", "https://example.com/x", "git@github.com:a/b", "..", ".", "", "\x00",
		"a/../../../x", "..\\x", "github.com/a/b?ref=x", "~/x", "$HOME/x", "file:///etc/passwd", "gh:a/b", "%2e%2e/x", "base//x", "k=../../x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		quoted, err := yaml.Marshal(name)
		if err != nil {
			t.Skip()
		}
		value := strings.TrimSpace(string(quoted))
		for _, field := range []string{"resources: [%]", "components: [%]", "patches: [{path: %}]", "configMapGenerator: [{name: a, files: [%]}]", "crds: [%]", "transformers: [%]"} {
			files := &watched{MapFS: tree("-- base/kustomization.yaml --\nresources: [a.yaml]\n-- base/a.yaml --\n" + model + "-- k/a.yaml --\n" + strings.Replace(model, "name: a", "name: b", 1))}
			files.MapFS["k/kustomization.yaml"] = &fstest.MapFile{Data: []byte("namespace: x\n" + strings.Replace(field, "%", value, 1) + "\n")}
			result, err := overlay.Build(t.Context(), files, "k", overlay.Options{})
			var refused *object.FindingsError
			if (result == nil) == (err == nil) || err != nil && !errors.As(err, &refused) {
				t.Fatalf("%q in %s: result %v, error %v", name, field, result, err)
			}
			for _, opened := range files.opened {
				if !fs.ValidPath(opened) {
					t.Fatalf("%q in %s: opened %q", name, field, opened)
				}
			}
			if result != nil && slices.ContainsFunc(result.Files, func(file string) bool { return path.Clean(file) != file || !fs.ValidPath(file) }) {
				t.Fatalf("%q in %s: files %v", name, field, result.Files)
			}
		}
	})
}
