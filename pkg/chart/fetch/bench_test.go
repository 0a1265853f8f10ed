// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
)

// BenchmarkCached is what every environment pays once the chart is in the cache.
func BenchmarkCached(b *testing.B) {
	f, r := servedBy(b, "", fetch.Options{CacheDir: b.TempDir()})
	for b.Loop() {
		mustFetch(b, f, r)
	}
}

// BenchmarkDirectory packs the reference chart from its directory.
func BenchmarkDirectory(b *testing.B) {
	f := newFetcher(b, fetch.Options{})
	for b.Loop() {
		mustFetch(b, f, fetch.Request{FS: charts(), Repository: "dynamo-platform"})
	}
}

// BenchmarkLargeIndex reads one chart from an index of 20 MiB, as Helm writes
// it and, for comparison, in a form that has to be parsed as a whole.
func BenchmarkLargeIndex(b *testing.B) {
	for name, first := range map[string]string{"cut": "", "whole": "  # x\n   inline: []\n"} {
		b.Run(name, func(b *testing.B) {
			f, r := servedBy(b, first, fetch.Options{})
			b.ReportAllocs()
			for b.Loop() {
				mustFetch(b, f, r)
			}
		})
	}
}

// servedBy serves the reference chart from an index with 20,000 other versions.
func servedBy(b *testing.B, first string, o fetch.Options) (*fetch.Fetcher, fetch.Request) {
	b.Helper()
	a := platformTGZ(b)
	indent := "  "
	if first != "" {
		indent = "   "
	}
	var index strings.Builder
	index.WriteString("apiVersion: v1\nentries:\n" + first)
	item := func(version, digest string) {
		fmt.Fprintf(&index, "%s- version: %s\n%s  digest: %s\n%s  urls:\n%s  - a.tgz\n", indent, version, indent, digest, indent, indent)
	}
	for i := range 20_000 {
		if i%20 == 0 {
			fmt.Fprintf(&index, "%schart%d:\n", indent, i)
		}
		item(fmt.Sprintf("1.0.%d", i), "sha256:"+strings.Repeat("0", 64))
		index.WriteString(indent + "  description: " + strings.Repeat("words ", 140) + "\n")
	}
	index.WriteString(indent + a.Name + ":\n")
	item(a.Version, a.Digest)
	text := []byte(index.String())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".tgz") {
			_, _ = w.Write(a.Data)
			return
		}
		_, _ = w.Write(text)
	}))
	b.Cleanup(server.Close)
	return newFetcher(b, o), fetch.Request{Repository: server.URL, Name: a.Name, Version: a.Version, AllowInsecure: true}
}
