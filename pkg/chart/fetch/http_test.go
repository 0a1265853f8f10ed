// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
)

func TestHTTPRepository(t *testing.T) {
	platform := platformTGZ(t)
	crds := chartTGZ(t, "dynamo-crds", "0.9.0")
	repo := newHelmRepo(t,
		published{name: "dynamo-crds", version: "0.9.0", data: crds},
		published{name: "dynamo-platform", version: platform.Version, data: platform.Data},
	)
	dir := t.TempDir()
	f := newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: dir + "/cache"})
	r := repo.request("dynamo-platform", platform.Version)
	got := mustFetch(t, f, r)
	if !bytes.Equal(got.Data, platform.Data) || got.Digest != platform.Digest || got.Name != "dynamo-platform" || got.FromCache || got.NotCached != nil {
		t.Errorf("fetched %s %s %s, from cache %v, not cached %v", got.Name, got.Version, got.Digest, got.FromCache, got.NotCached)
	}
	if diff := cmp.Diff([]string{"/charts/index.yaml", "/charts/" + "dynamo-platform-" + platform.Version + ".tgz"}, repo.requests); diff != "" {
		t.Error(diff)
	}
	before := repo.count()
	r.Repository += "/" // the same repository
	if again := mustFetch(t, f, r); !again.FromCache || !bytes.Equal(again.Data, platform.Data) {
		t.Error("the second fetch did not come from the cache")
	}
	offline := newFetcher(t, fetch.Options{CacheDir: dir + "/cache", Offline: true})
	if again := mustFetch(t, offline, r); !again.FromCache || again.Digest != platform.Digest {
		t.Error("the offline fetch did not come from the cache")
	}
	wantError(t, offline, repo.request("dynamo-crds", "0.9.0"), fetch.ErrOffline)
	if repo.count() != before {
		t.Error("the repository was asked")
	}
	if got := mustFetch(t, f, repo.request("dynamo-crds", "v0.9.0")); got.Version != "0.9.0" {
		t.Errorf("v0.9.0 found %s", got.Version)
	}
}

func TestVersionMissing(t *testing.T) {
	var versions []published
	for _, v := range []string{"0.8.0", "0.9.0", "0.9.1", "1.0.0", "1.2.0", "1.4.0", "not-a-version", "1.4.1", "1.5.0", "2.0.0-rc1"} {
		versions = append(versions, published{name: "dynamo-platform", version: v})
	}
	repo := newHelmRepo(t, versions...)
	f := newFetcher(t, fetch.Options{CABundle: repo.ca()})
	e := wantError(t, f, repo.request("dynamo-platform", "1.4.7"), fetch.ErrNotFound, "1.5.0, 1.4.1, 1.4.0, 1.2.0, 1.0.0 (and 4 more)")
	if diff := cmp.Diff([]string{"2.0.0-rc1", "1.5.0", "1.4.1", "1.4.0", "1.2.0", "1.0.0", "0.9.1", "0.9.0", "0.8.0"}, e.Available); diff != "" {
		t.Error(diff)
	}
	e = wantError(t, f, repo.request("dynamo-platfrom", "1.4.0"), fetch.ErrNotFound, "it has dynamo-platform")
	if diff := cmp.Diff([]string{"dynamo-platform"}, e.Available); diff != "" {
		t.Error(diff)
	}
}

func TestChartMissing(t *testing.T) {
	var charts []published
	for _, name := range []string{"etcd", "nats", "grove", "dynamo-graph", "dynamo-crds", "kai-scheduler", "dynamo-platform"} {
		charts = append(charts, published{name: name, version: "1.0.0"})
	}
	repo := newHelmRepo(t, charts...)
	f := newFetcher(t, fetch.Options{CABundle: repo.ca()})
	wantError(t, f, repo.request("dynamo-platfrom", "1.0.0"), fetch.ErrNotFound, "it has dynamo-platform, dynamo-crds, dynamo-graph, ", " and 2 more")
	repo.index = []byte("entries: {nats: [], etcd: []}")
	e := wantError(t, f, repo.request("nat", "1.0.0"), fetch.ErrNotFound, "it has nats, etcd")
	if diff := cmp.Diff([]string{"nats", "etcd"}, e.Available); diff != "" {
		t.Error(diff)
	}
}

// TestWaits uses the timer that is the default.
func TestWaits(t *testing.T) {
	repo := newHelmRepo(t)
	repo.intercept = answer("index.yaml", 500)
	f, err := fetch.NewFetcher(fetch.Options{CABundle: repo.ca(), Attempts: 2, Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, f, repo.request("one", "1.0.0"), fetch.ErrServer)
	if repo.count() != 2 {
		t.Errorf("%d requests", repo.count())
	}
	f, err = fetch.NewFetcher(fetch.Options{CABundle: repo.ca(), Timeout: 100 * time.Millisecond, Backoff: time.Hour, MaxWait: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, f, repo.request("one", "1.0.0"), fetch.ErrTimeout)
}

// TestIndexForms holds every spelling of an index against the same answer.
func TestIndexForms(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0")
	digest := sum(data)
	for _, tt := range []struct {
		name, index string
		want        error
	}{
		{"as Helm writes it", "apiVersion: v1\nentries:\n  one:\n  - version: 1.0.0\n    digest: " + digest + "\n    urls:\n    - one-1.0.0.tgz\n  two:\n  - version: 2.0.0\ngenerated: x\n", nil},
		{"last entry, indented list", "entries:\n    other:\n      - version: 2.0.0\n    # here\n    \"one\":\n\n      - version: 1.0.0\n        urls: [one-1.0.0.tgz]", nil},
		{"CRLF", "entries:\r\n  one:\r\n  - version: 1.0.0\r\n    urls:\r\n    - one-1.0.0.tgz\r\n", nil},
		{"flow", "entries: {one: [{version: 1.0.0, urls: [one-1.0.0.tgz]}]}\n", nil},
		{"JSON", `{"entries": {"one": [{"version": "1.0.0", "urls": ["one-1.0.0.tgz"], "digest": "` + digest + `"}]}}`, nil},
		{"alias", "entries:\n  two: &x\n  - version: 1.0.0\n    urls: [one-1.0.0.tgz]\n  one: *x\n", nil},
		{"upper-case digest", "entries:\n  one:\n  - version: 1.0.0\n    digest: " + strings.ToUpper(digest[7:]) + "\n    urls: [one-1.0.0.tgz]\n", nil},
		{"another algorithm", "entries:\n  one:\n  - version: 1.0.0\n    digest: md5:abc\n    urls: [one-1.0.0.tgz]\n", nil},
		{"malformed digest", "entries:\n  one:\n  - version: 1.0.0\n    digest: abc\n    urls: [one-1.0.0.tgz]\n", fetch.ErrDigest},
		{"malformed digest with prefix", "entries:\n  one:\n  - version: 1.0.0\n    digest: sha256:abc\n    urls: [one-1.0.0.tgz]\n", fetch.ErrDigest},
		{"null version", "entries:\n  one:\n  - null\n  - version: 1.0.0\n    urls: [one-1.0.0.tgz]\n", nil},
		{"no URL", "entries:\n  one:\n  - version: 1.0.0\n", fetch.ErrCorrupt},
		{"unusable URL", "entries:\n  one:\n  - version: 1.0.0\n    urls: ['%zz']\n", fetch.ErrCorrupt},
		{"URL with user", "entries:\n  one:\n  - version: 1.0.0\n    urls: ['https://user:" + secret + "@h/x']\n", fetch.ErrCorrupt},
		{"file URL", "entries:\n  one:\n  - version: 1.0.0\n    urls: ['file://h/etc/passwd']\n", fetch.ErrCorrupt},
		{"insecure URL", "entries:\n  one:\n  - version: 1.0.0\n    urls: ['http://localhost/x']\n", fetch.ErrServer},
		{"twice", "entries:\n  one:\n  - version: 1.0.0\n  one:\n  - version: 1.0.0\n", fetch.ErrCorrupt},
		{"entries twice", "entries:\n  one:\n  - version: 1.0.0\nentries:\n  one:\n  - version: 1.0.0\n", fetch.ErrCorrupt},
		{"bad indentation", "entries:\n    two:\n    - version: 2.0.0\n  one:\n  - version: 1.0.0\n", fetch.ErrCorrupt},
		{"empty", "", fetch.ErrCorrupt},
		{"no entries", "apiVersion: v1\n", fetch.ErrCorrupt},
		{"empty entries", "entries: {}\n", fetch.ErrNotFound},
		{"chart without versions", "entries:\n  one: []\n", fetch.ErrNotFound},
		{"a page", "<html><body>Please log in</body></html>", fetch.ErrCorrupt},
		{"JSON cut short", `{"entries": {"one": [`, fetch.ErrCorrupt},
	} {
		t.Run(tt.name, func(t *testing.T) {
			repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data})
			repo.index = []byte(tt.index)
			f := newFetcher(t, fetch.Options{CABundle: repo.ca()})
			if tt.want != nil {
				wantError(t, f, repo.request("one", "1.0.0"), tt.want)
				return
			}
			if got := mustFetch(t, f, repo.request("one", "1.0.0")); got.Digest != digest {
				t.Errorf("digest %s", got.Digest)
			}
		})
	}
}

// answer intercepts requests for paths that end in suffix.
func answer(suffix string, status int, header ...string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, suffix) {
			return false
		}
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, "you sent %s", r.Header.Get("Authorization"))
		return true
	}
}

func TestStatuses(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	soon := now.Add(7 * time.Second).Format(http.TimeFormat)
	for _, tt := range []struct {
		name     string
		fault    func(http.ResponseWriter, *http.Request) bool
		want     error
		requests int
		waits    []time.Duration
		contains string
	}{
		{"401", answer("index.yaml", 401), fetch.ErrUnauthorized, 1, nil, "401"},
		{"403 archive", answer(".tgz", 403), fetch.ErrUnauthorized, 2, nil, "403"},
		{"404 index", answer("index.yaml", 404), fetch.ErrNotFound, 1, nil, "no index.yaml"},
		{"404 archive", answer(".tgz", 404), fetch.ErrNotFound, 2, nil, "one-1.0.0.tgz is not there"},
		{"408", answer("index.yaml", 408), fetch.ErrTimeout, 1, nil, "408"},
		{"418", answer("index.yaml", 418), fetch.ErrServer, 1, nil, "418"},
		{"204", answer("index.yaml", 204), fetch.ErrServer, 1, nil, "204"},
		{"500", answer("index.yaml", 500), fetch.ErrServer, 4, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, "500"},
		{"503 archive", answer(".tgz", 503), fetch.ErrServer, 5, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, "503"},
		{"429", answer("index.yaml", 429), fetch.ErrRateLimited, 4, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, "429"},
		{"429 seconds", answer("index.yaml", 429, "Retry-After", "3"), fetch.ErrRateLimited, 4, []time.Duration{3 * time.Second, 3 * time.Second, 3 * time.Second}, "asks to wait 3s"},
		{"429 date", answer("index.yaml", 429, "Retry-After", soon), fetch.ErrRateLimited, 4, []time.Duration{7 * time.Second, 7 * time.Second, 7 * time.Second}, "asks to wait 7s"},
		{"429 too long", answer("index.yaml", 429, "Retry-After", "3600"), fetch.ErrRateLimited, 1, nil, "asks to wait 1h0m0s"},
		{"503 too long", answer("index.yaml", 503, "Retry-After", "3600"), fetch.ErrServer, 1, nil, "asks to wait 1h0m0s"},
		{"redirect without end", func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return true
		}, fetch.ErrServer, 11, nil, "redirects without end"},
		{"redirect to http", func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "http://"+r.Host+r.URL.Path, http.StatusFound)
			return true
		}, fetch.ErrServer, 1, nil, "not encrypted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: chartTGZ(t, "one", "1.0.0")})
			repo.intercept = tt.fault
			dir := t.TempDir()
			var waits []time.Duration
			f := newFetcher(t, fetch.Options{
				CABundle: repo.ca(), CacheDir: dir, Backoff: time.Second,
				Now:   func() time.Time { return now },
				Sleep: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil },
			})
			r := repo.request("one", "1.0.0")
			r.Credential = fetch.Credential{Username: "user", Password: secret}
			wantError(t, f, r, tt.want, tt.contains)
			if repo.count() != tt.requests {
				t.Errorf("%d requests, want %d", repo.count(), tt.requests)
			}
			if diff := cmp.Diff(tt.waits, waits); diff != "" {
				t.Error(diff)
			}
			if files := cached(t, dir); len(files) > 0 {
				t.Errorf("in the cache: %v", files)
			}
		})
	}
}

// TestPassingFailures: every fault goes away after two requests.
func TestPassingFailures(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0", member{name: "one/values.yaml", body: strings.Repeat("a: b\n", 1000)})
	for name, fault := range map[string]func(http.ResponseWriter){
		"500":         func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"429":         func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) },
		"reset":       func(w http.ResponseWriter) { hangUp(w, "") },
		"cut short":   func(w http.ResponseWriter) { hangUp(w, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc") },
		"cut chunked": func(w http.ResponseWriter) { hangUp(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab") },
	} {
		t.Run(name, func(t *testing.T) {
			repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data})
			left := 2
			repo.intercept = func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, ".tgz") || left == 0 {
					return false
				}
				left--
				fault(w)
				return true
			}
			f := newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: t.TempDir()})
			if got := mustFetch(t, f, repo.request("one", "1.0.0")); !bytes.Equal(got.Data, data) || left != 0 {
				t.Errorf("digest %s, faults left %d", got.Digest, left)
			}
		})
	}
}

// hangUp writes raw bytes and closes the connection.
func hangUp(w http.ResponseWriter, raw string) {
	conn, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = buffer.WriteString(raw)
	_ = buffer.Flush()
	_ = conn.Close()
}

func TestLostConnection(t *testing.T) {
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: chartTGZ(t, "one", "1.0.0")})
	repo.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		cut := strings.HasSuffix(r.URL.Path, ".tgz")
		if cut {
			hangUp(w, "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\nabc")
		}
		return cut
	}
	dir := t.TempDir()
	wantError(t, newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: dir}), repo.request("one", "1.0.0"), fetch.ErrUnreachable, "connection was lost")
	if files := cached(t, dir); len(files) > 0 {
		t.Errorf("in the cache: %v", files)
	}
	repo.Close()
	wantError(t, newFetcher(t, fetch.Options{Attempts: 2}), repo.request("one", "1.0.0"), fetch.ErrUnreachable, "cannot be reached")
}

func TestSlowServer(t *testing.T) {
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0"})
	repo.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return true
	}
	f := newFetcher(t, fetch.Options{CABundle: repo.ca(), Timeout: 50 * time.Millisecond})
	wantError(t, f, repo.request("one", "1.0.0"), fetch.ErrTimeout, "raise the timeout")

	ctx, cancel := context.WithCancel(t.Context())
	repo.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
		cancel()
		<-r.Context().Done()
		return true
	}
	_, err := newFetcher(t, fetch.Options{CABundle: repo.ca()}).Fetch(ctx, repo.request("one", "1.0.0"))
	checkError(t, err, repo.request("one", "1.0.0"), context.Canceled, "cancelled")
	_, err = f.Fetch(ctx, repo.request("one", "1.0.0"))
	checkError(t, err, repo.request("one", "1.0.0"), context.Canceled)
}

func TestUntrustedCertificate(t *testing.T) {
	repo := newHelmRepo(t)
	repo.Config.ErrorLog = nil
	wantError(t, newFetcher(t, fetch.Options{}), repo.request("one", "1.0.0"), fetch.ErrUnreachable, "certificate is not trusted", "CA bundle")
	plain := httptest.NewServer(repo)
	defer plain.Close()
	r := fetch.Request{Repository: strings.Replace(plain.URL, "http:", "https:", 1), Name: "one", Version: "1.0.0"}
	wantError(t, newFetcher(t, fetch.Options{}), r, fetch.ErrUnreachable)
}

func TestTooLargeAnswers(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0")
	for _, tt := range []struct {
		name  string
		at    string
		limit string
		flush bool
	}{
		{"index", "index.yaml", "MaxIndex", false},
		{"index of unknown length", "index.yaml", "MaxIndex", true},
		{"archive", ".tgz", "MaxArchive", false},
		{"archive of unknown length", ".tgz", "MaxArchive", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data})
			repo.intercept = func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, tt.at) {
					return false
				}
				if tt.flush {
					_ = http.NewResponseController(w).Flush()
				}
				_, _ = w.Write(make([]byte, 1025))
				return true
			}
			f := newFetcher(t, fetch.Options{CABundle: repo.ca(), Limits: fetch.Limits{MaxIndex: 1024, MaxArchive: 1024}})
			e := wantError(t, f, repo.request("one", "1.0.0"), fetch.ErrTooLarge, tt.limit)
			if e.Limit != tt.limit {
				t.Errorf("limit %q", e.Limit)
			}
		})
	}
}

func TestDigests(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0")
	other := sum([]byte("other"))
	for _, tt := range []struct {
		name          string
		stated, asked string
		want          error
	}{
		{"as stated and asked", "", sum(data), nil},
		{"not as stated", other, "", fetch.ErrDigest},
		{"not as asked", "", other, fetch.ErrDigest},
		{"stated and asked, not what came", other, other, fetch.ErrDigest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data, digest: tt.stated})
			dir := t.TempDir()
			f := newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: dir})
			r := repo.request("one", "1.0.0")
			r.Digest = tt.asked
			if tt.want == nil {
				mustFetch(t, f, r)
				return
			}
			wantError(t, f, r, tt.want, sum(data), other)
			if files := cached(t, dir); len(files) > 0 {
				t.Errorf("in the cache: %v", files)
			}
		})
	}
}

func TestWrongChartServed(t *testing.T) {
	repo := newHelmRepo(t,
		published{name: "one", version: "1.0.0", data: chartTGZ(t, "two", "1.0.0")},
		published{name: "one", version: "1.1.0", data: chartTGZ(t, "one", "1.0.0")},
	)
	f := newFetcher(t, fetch.Options{CABundle: repo.ca()})
	wantError(t, f, repo.request("one", "1.0.0"), fetch.ErrCorrupt, `holds the chart "two" instead`)
	wantError(t, f, repo.request("one", "1.1.0"), fetch.ErrCorrupt, `holds the version "1.0.0" instead`)
}

func TestRequestErrors(t *testing.T) {
	f := newFetcher(t, fetch.Options{})
	ok := fetch.Request{Repository: "https://charts.example.com", Name: "one", Version: "1.0.0"}
	for name, change := range map[string]func(*fetch.Request){
		"no repository":        func(r *fetch.Request) { r.Repository = "" },
		"path without a tree":  func(r *fetch.Request) { r.Repository = "charts" },
		"URL with a tree":      func(r *fetch.Request) { r.FS = charts() },
		"http":                 func(r *fetch.Request) { r.Repository = "http://charts.example.com" },
		"file":                 func(r *fetch.Request) { r.Repository = "file:///charts" },
		"ftp":                  func(r *fetch.Request) { r.Repository = "ftp://charts.example.com" },
		"user in the URL":      func(r *fetch.Request) { r.Repository = "https://user:" + secret + "@charts.example.com" },
		"broken user":          func(r *fetch.Request) { r.Repository = "https://user:12/" + secret + "@charts.example.com" },
		"broken URL":           func(r *fetch.Request) { r.Repository = "https://%zz:" + secret },
		"query":                func(r *fetch.Request) { r.Repository += "?token=" + secret },
		"fragment":             func(r *fetch.Request) { r.Repository += "#" + secret },
		"no name":              func(r *fetch.Request) { r.Name = "" },
		"name with a path":     func(r *fetch.Request) { r.Name = "../one" },
		"no version":           func(r *fetch.Request) { r.Version = "" },
		"range":                func(r *fetch.Request) { r.Version = ">=1.0" },
		"digest":               func(r *fetch.Request) { r.Digest = "sha256:abc" },
		"two credentials":      func(r *fetch.Request) { r.Credential = fetch.Credential{Password: secret, Token: secret} },
		"user alone":           func(r *fetch.Request) { r.Credential = fetch.Credential{Username: "user"} },
		"path out of the tree": func(r *fetch.Request) { r.FS, r.Repository = charts(), "../x" },
		"credential and path": func(r *fetch.Request) {
			r.FS, r.Repository, r.Credential = charts(), ".", fetch.Credential{Token: secret}
		},
		"registry in capitals": func(r *fetch.Request) { r.Repository = "oci://registry.example.com/Charts" },
	} {
		t.Run(name, func(t *testing.T) {
			r := ok
			change(&r)
			_, err := f.Fetch(t.Context(), r)
			checkError(t, err, fetch.Request{}, fetch.ErrInvalid)
		})
	}
}

func TestOptionErrors(t *testing.T) {
	for name, o := range map[string]fetch.Options{
		"negative limit":   {Limits: fetch.Limits{MaxFiles: -1}},
		"negative size":    {MaxCacheBytes: -1},
		"negative timeout": {Timeout: -1},
		"no certificate":   {CABundle: []byte("x")},
		"two transports":   {CABundle: []byte("x"), Transport: http.DefaultTransport},
	} {
		if _, err := fetch.NewFetcher(o); !errors.Is(err, fetch.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
