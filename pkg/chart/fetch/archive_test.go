// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
)

// local asks for an archive as a file.
func local(data []byte) fetch.Request {
	return fetch.Request{FS: fstest.MapFS{"one.tgz": {Data: data}}, Repository: "one.tgz"}
}

// nest packs a chart into the charts directory of another, n times.
func nest(t *testing.T, n int) []byte {
	t.Helper()
	data := chartTGZ(t, "c0", "1.0.0")
	for i := range n {
		name := fmt.Sprintf("c%d", i+1)
		data = chartTGZ(t, name, "1.0.0", member{name: name + "/charts/sub.tgz", body: string(data)})
	}
	return data
}

func TestArchives(t *testing.T) {
	good := chartTGZ(t, "one", "1.0.0", member{name: "one/templates/a.yaml", body: "a: b\n"})
	zeros := strings.Repeat("\x00", 60<<10)
	many := make([]member, 0, 40)
	for i := range 40 {
		many = append(many, member{name: fmt.Sprintf("one/f%d", i)})
	}
	limits := fetch.Limits{MaxFile: 64 << 10, MaxFiles: 30, MaxUnpacked: 256 << 10, MaxArchive: 1 << 20}
	file := func(name string) []byte { return chartTGZ(t, "one", "1.0.0", member{name: name, body: "x"}) }
	entry := func(flag byte, link string) []byte {
		return chartTGZ(t, "one", "1.0.0", member{name: "one/x", flag: flag, link: link})
	}
	for _, tt := range []struct {
		name string
		data []byte
		want error
		text string
	}{
		{"good", good, nil, ""},
		{"directories and a comment", tgz(t, member{name: "pax", flag: tar.TypeXGlobalHeader}, member{name: "one/", flag: tar.TypeDir}, meta("one", "1.0.0"), member{name: "one/templates/", flag: tar.TypeDir}), nil, ""},
		{"packed sub-chart", nest(t, 3), nil, ""},
		{"traversal", file("../x"), fetch.ErrUnsafeArchive, "../x: the path leads out"},
		{"traversal within", file("one/../../x"), fetch.ErrUnsafeArchive, "the path leads out"},
		{"traversal at the end", file("one/.."), fetch.ErrUnsafeArchive, "the path leads out"},
		{"absolute", file("/etc/passwd"), fetch.ErrUnsafeArchive, "the path is absolute"},
		{"drive", file("C:/x"), fetch.ErrUnsafeArchive, "the path is absolute"},
		{"backslash", file(`one\..\x`), fetch.ErrUnsafeArchive, "backslash"},
		{"control character", file("one/\x1b[2J"), fetch.ErrUnsafeArchive, "control"},
		{"not UTF-8", file("one/\xff"), fetch.ErrUnsafeArchive, "UTF-8"},
		{"not simplest", file("one//x"), fetch.ErrUnsafeArchive, "simplest"},
		{"dot", file("./one/x"), fetch.ErrUnsafeArchive, "simplest"},
		{"symbolic link", entry(tar.TypeSymlink, "/etc/passwd"), fetch.ErrUnsafeArchive, "one/x: the entry is a link"},
		{"hard link", entry(tar.TypeLink, "one/Chart.yaml"), fetch.ErrUnsafeArchive, "the entry is a link"},
		{"device", entry(tar.TypeChar, ""), fetch.ErrUnsafeArchive, "device"},
		{"block device", entry(tar.TypeBlock, ""), fetch.ErrUnsafeArchive, "device"},
		{"pipe", entry(tar.TypeFifo, ""), fetch.ErrUnsafeArchive, "pipe"},
		{"contiguous file", entry(tar.TypeCont, ""), fetch.ErrUnsafeArchive, "unusual"},
		{"file twice", chartTGZ(t, "one", "1.0.0", meta("one", "2.0.0")), fetch.ErrUnsafeArchive, "twice"},
		{"two directories", file("two/x"), fetch.ErrCorrupt, "more than one directory"},
		{"file at the top", tgz(t, member{name: "Chart.yaml", body: "name: one"}), fetch.ErrCorrupt, "outside of the chart's directory"},
		{"no Chart.yaml", tgz(t, member{name: "one/x"}), fetch.ErrCorrupt, "no Chart.yaml"},
		{"Chart.yaml is no map", tgz(t, member{name: "one/Chart.yaml", body: "- a"}), fetch.ErrCorrupt, "one/Chart.yaml: "},
		{"no version", tgz(t, member{name: "one/Chart.yaml", body: "name: one"}), fetch.ErrCorrupt, "a name and a version"},
		{"empty", nil, fetch.ErrCorrupt, "no gzip archive"},
		{"plain tar", []byte("ustar"), fetch.ErrCorrupt, "no gzip archive"},
		{"cut in half", good[:len(good)/2], fetch.ErrCorrupt, "damaged or cut short"},
		{"cut by a byte", good[:len(good)-1], fetch.ErrCorrupt, "damaged or cut short"},
		{"trailing bytes", append(bytes.Clone(good), "xxxxxxxxxxxxxxxx"...), fetch.ErrCorrupt, "damaged or cut short"},
		{"tampered", flipped(good), fetch.ErrCorrupt, "cannot be read"},
		{"large file", chartTGZ(t, "one", "1.0.0", member{name: "one/x", body: zeros + zeros}), fetch.ErrTooLarge, "MaxFile"},
		{"many files", chartTGZ(t, "one", "1.0.0", many...), fetch.ErrTooLarge, "MaxFiles"},
		{"bomb", bomb(t), fetch.ErrTooLarge, "MaxUnpacked"},
		{"bomb after the end", append(bytes.Clone(good), gzipped(t, make([]byte, 1<<20))...), fetch.ErrTooLarge, "MaxUnpacked"},
		{"bomb within", chartTGZ(t, "one", "1.0.0", member{name: "one/charts/two.tgz", body: string(bomb(t))}), fetch.ErrTooLarge, "MaxUnpacked"},
		{"hostile within", chartTGZ(t, "one", "1.0.0", member{name: "one/charts/two.tgz", body: string(file("../x"))}), fetch.ErrUnsafeArchive, "one/charts/two.tgz!../x"},
		{"broken within", chartTGZ(t, "one", "1.0.0", member{name: "one/charts/two.tgz", body: "x"}), fetch.ErrCorrupt, "one/charts/two.tgz: "},
		{"nested too deep", nest(t, 10), fetch.ErrUnsafeArchive, "more than 8 deep"},
		{"large archive", make([]byte, 1<<20+1), fetch.ErrTooLarge, "MaxArchive"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFetcher(t, fetch.Options{Limits: limits})
			if tt.want != nil {
				wantError(t, f, local(tt.data), tt.want, tt.text)
				return
			}
			if got := mustFetch(t, f, local(tt.data)); !bytes.Equal(got.Data, tt.data) || got.Digest != sum(tt.data) {
				t.Error("the archive was changed")
			}
		})
	}
}

// bomb is small and unpacks to 2 MiB of files that are each within the limit.
func bomb(t *testing.T) []byte {
	t.Helper()
	var files []member
	for i := range 20 {
		files = append(files, member{name: fmt.Sprintf("one/f%d", i), body: strings.Repeat("\x00", 60<<10)})
	}
	return chartTGZ(t, "one", "1.0.0", files...)
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// flipped damages gzip's checksum.
func flipped(data []byte) []byte {
	data = bytes.Clone(data)
	data[len(data)-6] ^= 1
	return data
}

func FuzzArchive(f *testing.F) {
	f.Add(chartTGZ(f, "one", "1.0.0", member{name: "one/charts/x.tgz", body: "x"}))
	f.Add([]byte{0x1f, 0x8b})
	fetcher := newFetcher(f, fetch.Options{Limits: fetch.Limits{MaxUnpacked: 1 << 20}})
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := fetcher.Fetch(t.Context(), local(data))
		var e *fetch.Error
		switch {
		case err == nil && (a.Name == "" || a.Version == ""):
			t.Error("an archive without a name")
		case err != nil && !errors.As(err, &e):
			t.Errorf("an error of another type: %v", err)
		}
	})
}
