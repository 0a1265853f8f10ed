// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/render"
)

func TestLoad(t *testing.T) {
	inner := files{"Chart.yaml": "apiVersion: v2\nname: inner\nversion: 0.1.0", "templates/x.yaml": seen, "values.yaml": "a: 1"}
	outer := files{"Chart.yaml": demoChart + "appVersion: '9'\nkubeVersion: '>=1.20-0'", "values.yaml": "\ufeffb: 2", "charts/inner-0.1.0.tgz": string(inner.pack(t)),
		"charts/inner-0.1.0.tgz.prov": "signature", "charts/_ignored.tgz": "no archive", "templates/y.yaml": seen}
	c, err := render.Load(outer.pack(t), render.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.Name(), c.Version(), c.AppVersion(), c.KubeVersion(), c.Dependencies(), c.Values()}
	if diff := cmp.Diff([]any{"demo", "1.2.3", "9", ">=1.20-0", []string{"inner"}, map[string]any{"b": 2.0}}, got); diff != "" {
		t.Error(diff)
	}
	if out := render1(t, input(t, c, "")); len(out.Objects) != 2 {
		t.Errorf("%d objects", len(out.Objects))
	}
	c.Values()["b"] = 3
	if c.Values()["b"] != 2.0 {
		t.Error("the defaults of the chart can be changed from outside")
	}
}

func entry(name string, size int) *tar.Header {
	return &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(size)}
}

func TestLoadErrors(t *testing.T) {
	good := files{"templates/a.yaml": seen}.pack(t)
	content := func(h *tar.Header) string {
		if strings.HasSuffix(h.Name, "Chart.yaml") {
			return demoChart
		}
		return strings.Repeat("x", int(h.Size))
	}
	chart := entry("demo/Chart.yaml", len(demoChart))
	evil := func(headers ...*tar.Header) []byte {
		return packEntries(t, append([]*tar.Header{chart}, headers...), content)
	}
	nested := files{"Chart.yaml": demoChart}.pack(t)
	for range 4 {
		nested = files{"charts/demo.tgz": string(nested)}.pack(t)
	}
	bomb := files{"zeros": strings.Repeat("\x00", 4<<20)}.pack(t)
	damaged := bytes.Clone(good)
	damaged[len(damaged)/2] ^= 0xff
	for _, tt := range []struct {
		name    string
		data    []byte
		limits  render.Limits
		reason  error
		message string
	}{
		{"nothing", nil, render.Limits{}, render.ErrCorrupt, "damaged or incomplete"},
		{"no archive", []byte("hello"), render.Limits{}, render.ErrCorrupt, ""},
		{"truncated", good[:len(good)-20], render.Limits{}, render.ErrCorrupt, ""},
		{"damaged", damaged, render.Limits{}, render.ErrCorrupt, ""},
		{"archive too large", good, render.Limits{MaxArchive: 10}, render.ErrTooLarge, "more than the 10 allowed"},
		{"file too large", bomb, render.Limits{MaxFile: 1 << 20}, render.ErrTooLarge, "zeros"},
		{"unpacked too large", bomb, render.Limits{MaxSize: 1 << 20}, render.ErrTooLarge, "1048576 bytes allowed"},
		{"too many files", evil(entry("demo/a", 1), entry("demo/b", 1)), render.Limits{MaxFiles: 2}, render.ErrTooLarge, "more than the 2 files"},
		{"nested too deep", nested, render.Limits{MaxDepth: 3}, render.ErrTooLarge, "more than 3 deep"},
		{"nested too large", files{"charts/a.tgz": string(bomb)}.pack(t), render.Limits{MaxSize: 2 << 20}, render.ErrTooLarge, ""},
		{"parent directory", evil(entry("demo/../../etc/passwd", 1)), render.Limits{}, render.ErrUnsafe, "leads out of"},
		{"parent as base", evil(entry("../etc/passwd", 1)), render.Limits{}, render.ErrUnsafe, "leads out of"},
		{"absolute", evil(entry("/etc/passwd", 1)), render.Limits{}, render.ErrUnsafe, "absolute"},
		{"drive", evil(entry(`c:\x\y`, 1)), render.Limits{}, render.ErrUnsafe, "absolute"},
		{"drive within", evil(entry("demo/c:/x", 1)), render.Limits{}, render.ErrUnsafe, "not a file"},
		{"backslashes", evil(entry(`demo\..\..\x`, 1)), render.Limits{}, render.ErrUnsafe, "leads out of"},
		{"outside", evil(entry("passwd", 1)), render.Limits{}, render.ErrUnsafe, "outside"},
		{"link", evil(&tar.Header{Name: "demo/l", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}), render.Limits{}, render.ErrUnsafe, "link or a device"},
		{"hard link", evil(&tar.Header{Name: "demo/l", Typeflag: tar.TypeLink, Linkname: "x"}), render.Limits{}, render.ErrUnsafe, "link or a device"},
		{"device", evil(&tar.Header{Name: "demo/l", Typeflag: tar.TypeChar}), render.Limits{}, render.ErrUnsafe, "link or a device"},
		{"twice", evil(entry("demo/a", 1), entry("demo/./a", 1)), render.Limits{}, render.ErrUnsafe, "twice"},
		{"no Chart.yaml", packEntries(t, []*tar.Header{entry("demo/a", 1)}, content), render.Limits{}, render.ErrInvalidChart, "Chart.yaml file is missing"},
		{"no version", files{"Chart.yaml": "apiVersion: v2\nname: demo"}.pack(t), render.Limits{}, render.ErrInvalidChart, "version"},
		{"no YAML", files{"Chart.yaml": "a: ["}.pack(t), render.Limits{}, render.ErrInvalidChart, "Chart.yaml"},
		{"broken defaults", files{"values.yaml": "a: ["}.pack(t), render.Limits{}, render.ErrInvalidChart, "values.yaml"},
		{"empty dependency", files{"Chart.yaml": demoChart + "dependencies: [null]"}.pack(t), render.Limits{}, render.ErrInvalidChart, "dependencies"},
		{"odd type", files{"Chart.yaml": demoChart + "type: thing"}.pack(t), render.Limits{}, render.ErrInvalidChart, "type must be"},
		{"broken sub-chart", files{"charts/a.tgz": "no"}.pack(t), render.Limits{}, render.ErrCorrupt, "charts/a.tgz"},
		{"sub-chart without Chart.yaml", files{"charts/a/x": "y"}.pack(t), render.Limits{}, render.ErrInvalidChart, "subchart a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := render.Load(tt.data, tt.limits)
			var failure *render.LoadError
			if c != nil || !errors.As(err, &failure) || !errors.Is(err, tt.reason) {
				t.Fatalf("chart %v, error %v, want %v", c, err, tt.reason)
			}
			if !strings.Contains(err.Error(), tt.message) || strings.Contains(err.Error(), ".unpacked") || failure.Fix == "" {
				t.Errorf("error %q does not say %q", err, tt.message)
			}
		})
	}
}

// TestTrailingBytes shows that a stream of zeros behind the archive is bounded.
func TestTrailingBytes(t *testing.T) {
	var b bytes.Buffer
	b.Write(files{}.pack(t))
	w := gzip.NewWriter(&b)
	for range 8 {
		w.Write(make([]byte, 1<<20))
	}
	w.Close()
	if _, err := render.Load(b.Bytes(), render.Limits{MaxSize: 1 << 20, MaxFiles: 10}); !errors.Is(err, render.ErrTooLarge) {
		t.Error(err)
	}
}

func TestLoadFS(t *testing.T) {
	f := files{".helmignore": "*.bak\nsecret/\n", "templates/a.yaml": seen, "templates/a.bak": "{{ fail `ignored` }}", "templates/.hidden.yaml": "{{ fail `x` }}", "secret/key": "x"}
	c := f.load(t)
	if out := render1(t, input(t, c, "")); len(out.Objects) != 1 {
		t.Errorf("%d objects", len(out.Objects))
	}
	dir := t.TempDir()
	for name, text := range f.withChart() {
		file := filepath.Join(dir, "sub", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := render.LoadFS(os.DirFS(dir), "./sub/", render.Limits{}); err != nil {
		t.Error(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "sub", "templates", "link.yaml")); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		fsys   fs.FS
		dir    string
		limits render.Limits
		reason error
	}{
		{"link", os.DirFS(dir), "sub", render.Limits{}, render.ErrUnsafe},
		{"outside", os.DirFS(dir), "../x", render.Limits{}, render.ErrInvalidChart},
		{"absent", os.DirFS(dir), "absent", render.Limits{}, render.ErrInvalidChart},
		{"bad pattern", files{".helmignore": "a[\n"}.fs(), ".", render.Limits{}, render.ErrInvalidChart},
		{"too large", files{"a": "12345678"}.fs(), ".", render.Limits{MaxFile: 4}, render.ErrTooLarge},
		{"all too large", files{"a": "12345678"}.fs(), ".", render.Limits{MaxSize: 4}, render.ErrTooLarge},
		{"odd ignore file", fstest.MapFS{".helmignore": &fstest.MapFile{Mode: fs.ModeDir}}, ".", render.Limits{}, render.ErrInvalidChart},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := render.LoadFS(tt.fsys, tt.dir, tt.limits); !errors.Is(err, tt.reason) {
				t.Errorf("error %v, want %v", err, tt.reason)
			}
		})
	}
}

// FuzzLoad shows that no bytes make Load panic, and that what it accepts renders
// or fails in order.
func FuzzLoad(f *testing.F) {
	inner := files{"templates/x.yaml": seen}
	f.Add(inner.pack(f), true)
	f.Add(files{"charts/a.tgz": string(inner.pack(f))}.pack(f), true)
	f.Add([]byte("a: ["), false)
	f.Add([]byte(demoChart+"dependencies: [{name: x, version: '*', condition: a.b, import-values: [x, {a: 1}, 3]}]"), false)
	f.Fuzz(func(t *testing.T, data []byte, packed bool) {
		if !packed { // as a Chart.yaml: mutations of an archive rarely get past its checksum
			data = files{"Chart.yaml": string(data), "charts/x/Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0"}.pack(t)
		}
		c, err := render.Load(data, render.Limits{MaxSize: 1 << 20, MaxFile: 1 << 18, MaxFiles: 50})
		var failure *render.LoadError
		if err != nil {
			if !errors.As(err, &failure) {
				t.Errorf("a %T", err)
			}
			return
		}
		var broken *render.RenderError
		if _, err := render.Render(t.Context(), render.Input{Chart: c, ReleaseName: "x"}); err != nil && !errors.As(err, &broken) {
			t.Errorf("a %T", err)
		}
	})
}
