// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package lock_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/lock"
)

var (
	digestA = "sha256:" + strings.Repeat("a", 64)
	digestB = "sha256:" + strings.Repeat("b", 64)
)

const header = "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Lock\n"

func platform(version, digest string) lock.Chart {
	return lock.Chart{Repository: "https://charts.example.com/dynamo", Name: "dynamo-platform", Version: version, Digest: digest}
}

func TestWriteSorts(t *testing.T) {
	l := &lock.Lock{Charts: []lock.Chart{
		{Repository: "oci://registry.example.com/charts", Name: "dynamo-platform", Version: "1.4.0", Digest: digestA},
		platform("1.4.0", digestB),
		{Repository: "https://Charts.Example.com/dynamo/", Name: "dynamo-crds", Version: "0.9.0", Digest: digestA},
		platform("0.9", digestA),
	}}
	want := "# The charts in use, by digest. Written by dynamo-gitops lock; do not edit.\n" + header + `charts:
- repository: https://charts.example.com/dynamo
  name: dynamo-crds
  version: 0.9.0
  digest: ` + digestA + `
- repository: https://charts.example.com/dynamo
  name: dynamo-platform
  version: "0.9"
  digest: ` + digestA + `
- repository: https://charts.example.com/dynamo
  name: dynamo-platform
  version: 1.4.0
  digest: ` + digestB + `
- repository: oci://registry.example.com/charts
  name: dynamo-platform
  version: 1.4.0
  digest: ` + digestA + "\n"
	got, err := lock.Write(l)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if l.Charts[0].Name != "dynamo-platform" || l.Charts[2].Repository != "https://Charts.Example.com/dynamo/" {
		t.Error("Write changed the lock")
	}
	back, err := lock.Read(got)
	if err != nil {
		t.Fatal(err)
	}
	again, err := lock.Write(back)
	if err != nil || string(again) != string(got) {
		t.Errorf("written again: %v\n%s", err, again)
	}
}

func TestEmpty(t *testing.T) {
	data, err := lock.Write(&lock.Lock{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := lock.Read(data)
	if err != nil || len(l.Charts) != 0 {
		t.Errorf("Read = %v, %v", l, err)
	}
}

func TestReadErrors(t *testing.T) {
	entry := "- repository: https://charts.example.com\n  name: dynamo-platform\n  version: 1.4.0\n  digest: " + digestA + "\n"
	for _, tt := range []struct {
		name, data, want string
	}{
		{"empty", "", "the file is empty"},
		{"comment only", "# nothing\n", "the file is empty"},
		{"not YAML", header + "charts: [\n", "not valid YAML"},
		{"bad indentation", header + "charts:\n\t- a\n", "dynamo.lock:4: the file is not valid YAML"},
		{"list", "- a\n", "dynamo.lock:1: it is not a plain map"},
		{"second document", header + "charts: []\n---\na: b\n", "dynamo.lock:4: the file has a second document"},
		{"broken second document", header + "charts: []\n---\na: [\n", "not valid YAML"},
		{"other version", "apiVersion: v1\nkind: Lock\ncharts: []\n", "dynamo.lock:1: apiVersion: apiVersion is not dynamo-gitops.io/v1alpha1"},
		{"other kind", "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Key\ncharts: []\n", "dynamo.lock:2: kind: kind is not Lock"},
		{"no kind", "apiVersion: dynamo-gitops.io/v1alpha1\ncharts: []\n", "dynamo.lock:1: kind: kind is not Lock"},
		{"no charts", header, "charts is missing"},
		{"charts a map", header + "charts: {}\n", "dynamo.lock:3: charts: charts is not a list"},
		{"unknown field", header + "extra: 1\ncharts: []\n", "dynamo.lock:3: extra: the field is not known"},
		{"field twice", header + "charts: []\ncharts: []\n", "dynamo.lock:4: charts: the field is given twice"},
		{"null entry", header + "charts:\n-\n", "dynamo.lock:4: charts[0]: it is not a plain map"},
		{"unknown field of a chart", header + "charts:\n" + entry + "  url: x\n", "dynamo.lock:8: charts[0].url: the field is not known"},
		{"number as version", header + "charts:\n" + strings.Replace(entry, "1.4.0", "1.4", 1), "dynamo.lock:6: charts[0].version: it is not a string"},
		{"no digest", header + "charts:\n- repository: https://a.example.com\n  name: b\n  version: 1.0.0\n", "dynamo.lock:4: charts[0].digest: digest is missing"},
		{"upper-case digest", header + "charts:\n" + strings.Replace(entry, digestA, "sha256:"+strings.Repeat("A", 64), 1), "dynamo.lock:7: charts[0].digest: digest is not of the form"},
		{"short digest", header + "charts:\n" + strings.Replace(entry, digestA, "sha256:abc", 1), "dynamo.lock:7: charts[0].digest"},
		{"malformed name", header + "charts:\n" + strings.Replace(entry, "dynamo-platform", "../x", 1), "dynamo.lock:5: charts[0].name: name is malformed"},
		{"no version", header + "charts:\n" + strings.Replace(entry, "1.4.0", `""`, 1), "dynamo.lock:6: charts[0].version: version is missing"},
		{"malformed version", header + "charts:\n" + strings.Replace(entry, "1.4.0", "^1 2", 1), "dynamo.lock:6: charts[0].version: version is malformed"},
		{"local path", header + "charts:\n" + strings.Replace(entry, "https://charts.example.com", "./charts", 1), "dynamo.lock:4: charts[0].repository: repository is not a URL"},
		{"twice", header + "charts:\n" + entry + strings.Replace(entry, "charts.example.com", "CHARTS.example.com/", 1), "dynamo.lock:8: charts[1]: the chart is locked on line 4 already"},
		{"anchor", header + "charts:\n- &a\n  name: x\n", "charts[0]: it is not a plain map"},
		{"alias", header + "charts:\n" + strings.Replace(entry, "name: ", "name: &a ", 1), "charts[0].name: it is not a string"},
		{"too large", strings.Repeat("#", lock.MaxBytes+1), "more than 1048576"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := lock.Read([]byte(tt.data))
			var format *lock.FormatError
			if !errors.Is(err, lock.ErrFormat) || !errors.As(err, &format) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestNoSecretInErrors(t *testing.T) {
	const secret = "canary-7f3a"
	data := header + "charts:\n- repository: https://user:" + secret + "@charts.example.com\n  name: a\n  version: 1.0.0\n  digest: " + digestA + "\n"
	_, err := lock.Read([]byte(data))
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("Read: %v", err)
	}
	c := platform("1.0.0", digestA)
	c.Repository += "?token=" + secret
	if _, err := new(lock.Lock).Set(c); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("Set: %v", err)
	}
}

func TestSet(t *testing.T) {
	l := new(lock.Lock)
	for _, tt := range []struct {
		chart lock.Chart
		want  bool
	}{
		{platform("1.4.0", digestA), true},
		{platform("1.4.0", digestA), false},
		{platform("1.4.0", digestB), true},
		{platform("1.5.0", digestB), true},
	} {
		changed, err := l.Set(tt.chart)
		if err != nil || changed != tt.want {
			t.Errorf("Set(%v) = %v, %v", tt.chart, changed, err)
		}
	}
	if diff := cmp.Diff([]lock.Chart{platform("1.4.0", digestB), platform("1.5.0", digestB)}, l.Charts); diff != "" {
		t.Error(diff)
	}
	if _, err := l.Set(lock.Chart{Repository: "https://a.example.com"}); !errors.Is(err, lock.ErrFormat) {
		t.Errorf("Set of an incomplete chart: %v", err)
	}
	dropped := l.Retain(func(c lock.Chart) bool { return c.Version == "1.5.0" })
	if len(l.Charts) != 1 || len(dropped) != 1 || dropped[0].Version != "1.4.0" {
		t.Errorf("Retain: %v, dropped %v", l.Charts, dropped)
	}
}

func TestVerify(t *testing.T) {
	l := &lock.Lock{Charts: []lock.Chart{platform("1.4.0", digestA)}}
	spelled := platform("1.4.0", digestA)
	spelled.Repository = "HTTPS://charts.EXAMPLE.com/dynamo//"
	for _, tt := range []struct {
		name  string
		chart lock.Chart
		want  error
	}{
		{"locked", platform("1.4.0", digestA), nil},
		{"spelled otherwise", spelled, nil},
		{"other digest", platform("1.4.0", digestB), lock.ErrMismatch},
		{"other version", platform("1.4.1", digestA), lock.ErrNotLocked},
	} {
		err := l.Verify(tt.chart)
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if err != nil && !strings.Contains(err.Error(), tt.chart.Version) {
			t.Errorf("%s: the error names no version: %v", tt.name, err)
		}
	}
}

func TestWriteErrors(t *testing.T) {
	for _, l := range []*lock.Lock{
		{Charts: []lock.Chart{{}}},
		{Charts: []lock.Chart{platform("1.4.0", digestA), platform("1.4.0", digestB)}},
	} {
		if _, err := lock.Write(l); !errors.Is(err, lock.ErrFormat) {
			t.Errorf("Write(%v): %v", l, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	data, err := lock.Write(&lock.Lock{Charts: []lock.Chart{platform("1.4.0", digestA)}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("a: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := lock.Read(data)
		if err != nil {
			return
		}
		out, err := lock.Write(l)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		back, err := lock.Read(out)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, out)
		}
		if again, _ := lock.Write(back); string(again) != string(out) {
			t.Fatalf("not stable:\n%s\n%s", out, again)
		}
	})
}

func Example() {
	l := new(lock.Lock)
	chart := lock.Chart{
		Repository: "https://charts.example.com", Name: "dynamo-platform", Version: "1.4.0",
		Digest: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	}
	if _, err := l.Set(chart); err != nil {
		fmt.Println(err)
		return
	}
	data, err := lock.Write(l)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(data))
	// Output:
	// # The charts in use, by digest. Written by dynamo-gitops lock; do not edit.
	// apiVersion: dynamo-gitops.io/v1alpha1
	// kind: Lock
	// charts:
	// - repository: https://charts.example.com
	//   name: dynamo-platform
	//   version: 1.4.0
	//   digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
}
