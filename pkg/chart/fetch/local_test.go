// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
)

func TestLocalPaths(t *testing.T) {
	one := []byte("name: one\nversion: 1.0.0\n")
	tree := fstest.MapFS{
		"charts/one/Chart.yaml":         {Data: one},
		"charts/two-2.0.0.tgz":          {Data: chartTGZ(t, "two", "2.0.0")},
		"plain/file":                    {Data: []byte("x")},
		"hidden/Chart.yaml":             {Data: one},
		"hidden/.helmignore":            {Data: []byte("Chart.yaml\n")},
		"stars/Chart.yaml":              {Data: one},
		"stars/.helmignore":             {Data: []byte("**/x\n")},
		"bracket/Chart.yaml":            {Data: one},
		"bracket/.helmignore":           {Data: []byte("[a\n")},
		"nameless/Chart.yaml":           {Data: []byte("version: 1.0.0\n")},
		"sneaky/Chart.yaml":             {Data: []byte("name: ../x\nversion: 1.0.0\n")},
		"device/Chart.yaml":             {Data: one},
		"device/x":                      {Mode: fs.ModeDevice},
		"large/Chart.yaml":              {Data: one},
		"large/values.yaml":             {Data: make([]byte, 8<<10)},
		"endless/Chart.yaml":            {Data: one},
		"endless/.helmignore":           {Data: bytes.Repeat([]byte("#"), 1<<20+1)},
		"socket":                        {Mode: fs.ModeSocket},
		"charts/broken/Chart.yaml":      {Data: one},
		"charts/broken/charts/sub.tgz":  {Data: []byte("x")},
		"charts/twisted/a\\b":           {Data: []byte("x")},
		"charts/twisted/Chart.yaml":     {Data: one},
		"charts/many/Chart.yaml":        {Data: one},
		"charts/many/templates/a.yaml":  {Data: make([]byte, 3<<10)},
		"charts/many/templates/b.yaml":  {Data: make([]byte, 3<<10)},
		"charts/many/templates/c.yaml":  {Data: make([]byte, 3<<10)},
		"charts/many/templates/.hidden": {Data: make([]byte, 9<<10)},
	}
	for _, tt := range []struct {
		path, name, version, digest string
		want                        error
		text                        string
	}{
		{"charts/one", "", "", "", nil, ""},
		{"./charts/one/", "one", "1.0.0", "", nil, ""},
		{"charts", "one", "1.0.0", "", nil, ""},
		{"charts", "two", "2.0.0", "", nil, ""},
		{"charts/two-2.0.0.tgz", "", "", sum(tree["charts/two-2.0.0.tgz"].Data), nil, ""},
		{"charts/two-2.0.0.tgz", "", "", sum(nil), fetch.ErrDigest, sum(nil)},
		{"charts/one", "", "1.1.0", "", fetch.ErrNotFound, `has the version "1.0.0"`},
		{"charts/one", "three", "", "", fetch.ErrCorrupt, `holds the chart "one"`},
		{"charts", "three", "1.0.0", "", fetch.ErrNotFound, "leads to no chart"},
		{"missing", "", "", "", fetch.ErrNotFound, "leads to no chart"},
		{"plain", "", "", "", fetch.ErrNotFound, "leads to no chart"},
		{"plain/file", "", "", "", fetch.ErrCorrupt, "no gzip archive"},
		{"hidden", "", "", "", fetch.ErrCorrupt, "left out by .helmignore"},
		{"stars", "", "", "", fetch.ErrCorrupt, "not **"},
		{"bracket", "", "", "", fetch.ErrCorrupt, "[a"},
		{"nameless", "", "", "", fetch.ErrCorrupt, "a name and a version"},
		{"sneaky", "", "", "", fetch.ErrCorrupt, "name that cannot be"},
		{"device", "", "", "", fetch.ErrUnsafeArchive, "x: the entry is neither"},
		{"socket", "", "", "", fetch.ErrUnsafeArchive, "neither a file nor a directory"},
		{"large", "", "", "", fetch.ErrTooLarge, "values.yaml: the file has 8192 bytes"},
		{"endless", "", "", "", fetch.ErrCorrupt, "larger than 1 MiB"},
		{"charts/broken", "", "", "", fetch.ErrCorrupt, "charts/sub.tgz"},
		{"charts/twisted", "", "", "", fetch.ErrUnsafeArchive, "backslash"},
		{"charts/many", "", "", "", fetch.ErrTooLarge, "MaxUnpacked"},
	} {
		t.Run(tt.path+" "+tt.name+tt.version, func(t *testing.T) {
			f := newFetcher(t, fetch.Options{Offline: true, Limits: fetch.Limits{MaxFile: 4 << 10, MaxUnpacked: 8 << 10}})
			r := fetch.Request{FS: tree, Repository: tt.path, Name: tt.name, Version: tt.version, Digest: tt.digest}
			if tt.want != nil {
				wantError(t, f, r, tt.want, tt.text)
				return
			}
			mustFetch(t, f, r)
		})
	}
	few := newFetcher(t, fetch.Options{Limits: fetch.Limits{MaxFiles: 2}})
	wantError(t, few, fetch.Request{FS: tree, Repository: "charts/many"}, fetch.ErrTooLarge, "MaxFiles")
	small := newFetcher(t, fetch.Options{Limits: fetch.Limits{MaxArchive: 4 << 10}})
	wantError(t, small, fetch.Request{FS: tree, Repository: "charts/many"}, fetch.ErrTooLarge, "MaxArchive")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := few.Fetch(ctx, fetch.Request{FS: tree, Repository: "charts/many"})
	checkError(t, err, fetch.Request{}, context.Canceled)
}

// TestPackedBytes: the digest of a directory is the same on every machine and
// for every version of every library.
func TestPackedBytes(t *testing.T) {
	content := func(at time.Time, mode fs.FileMode) fs.FS {
		return fstest.MapFS{
			"one/Chart.yaml":       {Data: []byte("apiVersion: v2\nname: one\nversion: 1.0.0\n"), ModTime: at, Mode: mode},
			"one/templates/a.yaml": {Data: []byte("a: b\n"), ModTime: at, Mode: mode},
			"one/templates-b.yaml": {Data: bytes.Repeat([]byte("large\n"), 20000), ModTime: at, Mode: mode},
			"one/" + strings.Repeat("long/", 40) + "name.yaml": {Data: []byte("é"), ModTime: at, Mode: mode},
		}
	}
	const want = "sha256:ec8f145f484e7c467b9c1ae3c482dd8238688135c19e96f6bfa72a307c00894b"
	f := newFetcher(t, fetch.Options{})
	for _, tree := range []fs.FS{content(time.Time{}, 0o644), content(time.Unix(1e9, 5), 0o700)} {
		if got := mustFetch(t, f, fetch.Request{FS: tree, Repository: "one"}); got.Digest != want {
			t.Errorf("digest %s, want %s", got.Digest, want)
		}
	}
}

// names lists what Helm loads of a chart.
func names(c *chart.Chart) []string {
	var list []string
	for _, file := range c.Raw {
		list = append(list, file.Name)
	}
	slices.Sort(list)
	return list
}

// TestAsHelmPacks holds packing against what Helm reads from the directory.
func TestAsHelmPacks(t *testing.T) {
	for _, tt := range []struct{ name, ignore string }{
		{"none", ""},
		{"names", "*.bak\nREADME.md\n# comment\n\n  .git/\n"},
		{"rooted", "/values.yaml\n/docs/\n"},
		{"structural", "templates/*.txt\ndocs/deep/\n"},
		{"directories only", "docs/\nvalues.yaml/\n"},
		{"negated", "!*.yaml\n"},
		{"negated directory", "!templates/\n"},
		{"classes", "[a-m]*.bak\n?.yaml\n"},
		{"byte order mark", "\ufeff*.bak\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, body := range map[string]string{
				"Chart.yaml": "apiVersion: v2\nname: one\nversion: 1.0.0\n", "values.yaml": "a: b\n", "README.md": "x", "x.bak": "x", "b.bak": "x",
				".git/config": "x", "templates/a.yaml": "a: b\n", "templates/NOTES.txt": "x", "templates/.keep": "x", "templates/sub/.keep": "x",
				"docs/a.md": "x", "docs/deep/b.md": "x", "docs/values.yaml": "x: y\n", "charts/two/Chart.yaml": "apiVersion: v2\nname: two\nversion: 1.0.0\n",
			} {
				write(t, filepath.Join(dir, name), body)
			}
			if tt.ignore != "" {
				write(t, filepath.Join(dir, ".helmignore"), tt.ignore)
			}
			want, wantErr := loader.LoadDir(dir)
			got, err := newFetcher(t, fetch.Options{}).Fetch(t.Context(), fetch.Request{FS: os.DirFS(dir), Repository: "."})
			if (err == nil) != (wantErr == nil) {
				t.Fatalf("error %v, Helm's %v", err, wantErr)
			}
			if err != nil {
				return
			}
			packed, err := loader.LoadArchive(bytes.NewReader(got.Data))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(names(want), names(packed)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReferenceChartsAsHelmReadsThem(t *testing.T) {
	for _, name := range []string{"dynamo-platform", "dynamo-crds"} {
		got := mustFetch(t, newFetcher(t, fetch.Options{}), fetch.Request{FS: charts(), Repository: ".", Name: name})
		packed, err := loader.LoadArchive(bytes.NewReader(got.Data))
		if err != nil {
			t.Fatal(err)
		}
		want, err := loader.LoadDir(filepath.Join("..", "..", "..", "overlays", "charts", name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(names(want), names(packed)); diff != "" {
			t.Error(diff)
		}
	}
}

func write(t *testing.T, name, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLocalLinks(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "one", "Chart.yaml"), "name: one\nversion: 1.0.0\n")
	write(t, filepath.Join(dir, "shared", "values.yaml"), "a: b\n")
	if err := os.Symlink("../shared/values.yaml", filepath.Join(dir, "one", "values.yaml")); err != nil {
		t.Skip("no symbolic links here")
	}
	f := newFetcher(t, fetch.Options{})
	r := fetch.Request{FS: os.DirFS(dir), Repository: "one"}
	packed, err := loader.LoadArchive(bytes.NewReader(mustFetch(t, f, r).Data))
	if err != nil || packed.Values["a"] != "b" {
		t.Errorf("the linked file is not in the archive: %v", err)
	}
	if err := os.Symlink("../shared", filepath.Join(dir, "one", "files")); err != nil {
		t.Fatal(err)
	}
	wantError(t, f, r, fetch.ErrUnsafeArchive, "files: ", "replace links to directories")
	if err := os.Remove(filepath.Join(dir, "one", "files")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "one", "gone")); err != nil {
		t.Fatal(err)
	}
	wantError(t, f, r, fetch.ErrNotFound, "gone")
}
