// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
)

// secret must appear in no error; every test with credentials uses it.
const secret = "canary-s3cr3t-5a1e"

// charts are the reference charts of this repository.
func charts() fs.FS { return os.DirFS(filepath.Join("..", "..", "..", "overlays", "charts")) }

// member is an entry of an archive.
type member struct {
	name, body string
	flag       byte
	link       string
}

func tgz(t testing.TB, members ...member) []byte {
	t.Helper()
	var buffer bytes.Buffer
	zip := gzip.NewWriter(&buffer)
	w := tar.NewWriter(zip)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Typeflag: m.flag, Linkname: m.link, Mode: 0o644}
		if m.flag == tar.TypeXGlobalHeader {
			h.Mode = 0
		}
		if m.flag == 0 || m.flag == tar.TypeReg {
			h.Typeflag, h.Size = tar.TypeReg, int64(len(m.body))
		}
		if m.flag == tar.TypeXGlobalHeader {
			h.PAXRecords = map[string]string{"comment": "x"}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(m.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func meta(name, version string) member {
	return member{name: name + "/Chart.yaml", body: "apiVersion: v2\nname: " + name + "\nversion: " + version + "\n"}
}

// chartTGZ is the archive of a small chart.
func chartTGZ(t testing.TB, name, version string, more ...member) []byte {
	t.Helper()
	return tgz(t, append([]member{meta(name, version)}, more...)...)
}

// platformTGZ is our reference chart as an archive.
func platformTGZ(t testing.TB) *fetch.Archive {
	t.Helper()
	return mustFetch(t, newFetcher(t, fetch.Options{}), fetch.Request{FS: charts(), Repository: ".", Name: "dynamo-platform"})
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(s[:])
}

// published is one version in a repository.
type published struct {
	name, version string
	data          []byte
	url, digest   string // "" for what helm repo index writes
}

func (p published) file() string { return p.name + "-" + p.version + ".tgz" }

// helmRepo is a real HTTP Helm repository below /charts on loopback.
type helmRepo struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string // method, path and who asked
	// intercept answers a request itself if it returns true.
	intercept func(w http.ResponseWriter, r *http.Request) bool
	index     []byte
	files     map[string][]byte
}

func newHelmRepo(t *testing.T, versions ...published) *helmRepo {
	t.Helper()
	h := &helmRepo{}
	h.publish(versions...)
	h.Server = httptest.NewTLSServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *helmRepo) publish(versions ...published) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.files = map[string][]byte{}
	var entries strings.Builder
	last := ""
	for _, p := range versions { // versions of one chart follow each other
		if p.name != last {
			last = p.name
			fmt.Fprintf(&entries, "  %s:\n", p.name)
		}
		digest := strings.TrimPrefix(sum(p.data), "sha256:")
		if p.digest != "" {
			digest = p.digest
		}
		url := p.file()
		if p.url != "" {
			url = p.url
		}
		fmt.Fprintf(&entries, "  - apiVersion: v2\n    created: \"2026-01-01T00:00:00Z\"\n    description: |\n      what: it is\n    digest: %s\n    name: %s\n    urls:\n    - %s\n    version: %s\n", digest, p.name, url, p.version)
		h.files[p.file()] = p.data
	}
	h.index = []byte("apiVersion: v1\nentries:\n" + entries.String() + "generated: \"2026-01-01T00:00:00Z\"\n")
}

func (h *helmRepo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.requests = append(h.requests, strings.TrimSpace(r.URL.Path+" "+r.Header.Get("Authorization")))
	intercept := h.intercept
	name := strings.TrimPrefix(r.URL.Path, "/charts/")
	data, ok := h.files[name]
	if name == "index.yaml" {
		data, ok = h.index, true
	}
	h.mu.Unlock()
	switch {
	case intercept != nil && intercept(w, r):
	case !ok:
		http.NotFound(w, r)
	default:
		_, _ = w.Write(data)
	}
}

func (h *helmRepo) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.requests)
}

// request asks this repository.
func (h *helmRepo) request(name, version string) fetch.Request {
	return fetch.Request{Repository: h.URL + "/charts", Name: name, Version: version}
}

// ca is the authority of the repository's certificate.
func (h *helmRepo) ca() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw})
}

// newFetcher does not wait between attempts.
func newFetcher(t testing.TB, o fetch.Options) *fetch.Fetcher {
	t.Helper()
	if o.Sleep == nil {
		o.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	}
	f, err := fetch.NewFetcher(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustFetch(t testing.TB, f *fetch.Fetcher, r fetch.Request) *fetch.Archive {
	t.Helper()
	a, err := f.Fetch(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// wantError fetches and checks kind, names and that no secret got out.
func wantError(t *testing.T, f *fetch.Fetcher, r fetch.Request, kind error, contains ...string) *fetch.Error {
	t.Helper()
	a, err := f.Fetch(t.Context(), r)
	if a != nil {
		t.Error("an archive came with an error")
	}
	return checkError(t, err, r, kind, contains...)
}

func checkError(t *testing.T, err error, r fetch.Request, kind error, contains ...string) *fetch.Error {
	t.Helper()
	var e *fetch.Error
	if !errors.As(err, &e) || !errors.Is(err, kind) {
		t.Fatalf("error %v, want kind %v", err, kind)
	}
	for _, want := range append(contains, r.Name, r.Version) {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not contain %q", err, want)
		}
	}
	if e.Fix == "" && !errors.Is(kind, context.Canceled) {
		t.Errorf("error %q has no fix", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", err, *e, e); strings.Contains(text, secret) {
		t.Errorf("the secret is in the error: %s", text)
	}
	return e
}

// cached lists the files of a cache, without the tag.
func cached(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "CACHEDIR.TAG" {
			names = append(names, filepath.ToSlash(strings.TrimPrefix(path, dir+string(filepath.Separator))))
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return names
}
