// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/render"
)

const (
	releaseName = "dynamo"
	namespace   = "dynamo-system"
)

func chartsDir() string { return filepath.Join("..", "..", "overlays", "charts") }

// reference loads one of the reference charts.
func reference(t testing.TB, name string) *render.Chart {
	t.Helper()
	c, err := render.LoadFS(os.DirFS(chartsDir()), name, render.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// profile returns the values of a profile of the reference chart.
func profile(t testing.TB, name string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(chartsDir(), "testdata", "values", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(data))
}

func parse(t testing.TB, text string) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := yaml.UnmarshalStrict([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// input is a release of a chart with values in YAML.
func input(t testing.TB, c *render.Chart, text string) render.Input {
	t.Helper()
	return render.Input{Chart: c, Values: parse(t, text), ReleaseName: releaseName, Namespace: namespace}
}

// files is a chart: paths and contents. A chart named demo has its Chart.yaml
// added unless it is there.
type files map[string]string

const demoChart = "apiVersion: v2\nname: demo\nversion: 1.2.3\n"

func (f files) withChart() files {
	out := files{"Chart.yaml": demoChart}
	maps.Copy(out, f)
	return out
}

func (f files) fs() fs.FS {
	out := fstest.MapFS{}
	for name, text := range f.withChart() {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// load makes a chart of the files.
func (f files) load(t testing.TB) *render.Chart {
	t.Helper()
	c, err := render.LoadFS(f.fs(), ".", render.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pack makes an archive of the files, in a directory demo.
func (f files) pack(t testing.TB) []byte {
	t.Helper()
	all := f.withChart()
	var headers []*tar.Header
	for _, name := range slices.Sorted(maps.Keys(all)) {
		headers = append(headers, &tar.Header{Name: "demo/" + name, Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(all[name]))})
	}
	return packEntries(t, headers, func(h *tar.Header) string { return all[strings.TrimPrefix(h.Name, "demo/")] })
}

// packEntries makes an archive of any entries.
func packEntries(t testing.TB, headers []*tar.Header, content func(*tar.Header) string) []byte {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	archive := tar.NewWriter(zipped)
	for _, h := range headers {
		if err := archive.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := archive.Write([]byte(content(h))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func render1(t testing.TB, in render.Input) *render.Output {
	t.Helper()
	out, err := render.Render(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
