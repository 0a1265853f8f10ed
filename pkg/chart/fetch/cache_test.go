// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
)

func blobPath(dir, digest string) string {
	return filepath.Join(dir, "blobs", strings.TrimPrefix(digest, "sha256:"))
}

// onlyRef is the one record in a cache.
func onlyRef(t *testing.T, dir string) string {
	t.Helper()
	refs, err := filepath.Glob(filepath.Join(dir, "refs", "*"))
	if err != nil || len(refs) != 1 {
		t.Fatalf("records %v, %v", refs, err)
	}
	return refs[0]
}

func TestCacheModes(t *testing.T) {
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: chartTGZ(t, "one", "1.0.0")})
	dir := filepath.Join(t.TempDir(), "a", "b")
	f := newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: dir})
	r := repo.request("one", "1.0.0")
	r.Credential = fetch.Credential{Username: "user", Password: secret}
	mustFetch(t, f, r)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		} else if data, err := os.ReadFile(path); err != nil || bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s: %v, or it holds the secret", path, err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files := cached(t, dir); len(files) != 2 {
		t.Errorf("in the cache: %v", files)
	}
}

// TestCacheDamage: whatever happens to the files, the archive is the right one.
func TestCacheDamage(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0")
	evil := chartTGZ(t, "one", "1.0.0", member{name: "one/evil", body: "x"})
	for _, tt := range []struct {
		name    string
		damage  func(t *testing.T, dir string)
		offline error // nil if nothing is lost
		text    string
	}{
		{"none", func(*testing.T, string) {}, nil, ""},
		{"cut blob", func(t *testing.T, dir string) { write(t, blobPath(dir, sum(data)), string(data[:9])) }, fetch.ErrOffline, "damaged in the cache"},
		{"empty blob", func(t *testing.T, dir string) { write(t, blobPath(dir, sum(data)), "") }, fetch.ErrOffline, "damaged in the cache"},
		{"other blob", func(t *testing.T, dir string) { write(t, blobPath(dir, sum(data)), string(evil)) }, fetch.ErrOffline, "damaged in the cache"},
		{"no blob", func(t *testing.T, dir string) { remove(t, blobPath(dir, sum(data))) }, fetch.ErrOffline, "not in the cache"},
		{"no record", func(t *testing.T, dir string) { remove(t, onlyRef(t, dir)) }, fetch.ErrOffline, "not in the cache"},
		{"empty record", func(t *testing.T, dir string) { write(t, onlyRef(t, dir), "") }, fetch.ErrOffline, "not in the cache"},
		{"record of another chart", func(t *testing.T, dir string) {
			text, err := os.ReadFile(onlyRef(t, dir))
			if err != nil {
				t.Fatal(err)
			}
			write(t, onlyRef(t, dir), strings.ReplaceAll(string(text), `"1.0.0"`, `"2.0.0"`))
		}, fetch.ErrOffline, "not in the cache"},
		{"record with a path", func(t *testing.T, dir string) {
			text, err := os.ReadFile(onlyRef(t, dir))
			if err != nil {
				t.Fatal(err)
			}
			write(t, onlyRef(t, dir), strings.ReplaceAll(string(text), sum(data), "sha256:../../x"))
		}, fetch.ErrOffline, "not in the cache"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data})
			dir := t.TempDir()
			f := newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: dir})
			offline := newFetcher(t, fetch.Options{CacheDir: dir, Offline: true})
			r := repo.request("one", "1.0.0")
			mustFetch(t, f, r)
			tt.damage(t, dir)
			if tt.offline != nil {
				wantError(t, offline, r, tt.offline, tt.text)
			} else {
				mustFetch(t, offline, r)
			}
			mustFetch(t, f, r)
			tt.damage(t, dir)
			for range 2 {
				if got := mustFetch(t, f, r); !bytes.Equal(got.Data, data) || got.NotCached != nil {
					t.Errorf("fetched %s, %v", got.Digest, got.NotCached)
				}
			}
			if got := mustFetch(t, offline, r); !bytes.Equal(got.Data, data) {
				t.Errorf("fetched %s offline", got.Digest)
			}
		})
	}
}

// TestRecordOfAnotherArchive: a record that leads to a good archive of another
// chart is not believed.
func TestRecordOfAnotherArchive(t *testing.T) {
	one, two := chartTGZ(t, "one", "1.0.0"), chartTGZ(t, "two", "1.0.0")
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: one}, published{name: "two", version: "1.0.0", data: two})
	dir := t.TempDir()
	f := newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: dir})
	mustFetch(t, f, repo.request("one", "1.0.0"))
	ref := onlyRef(t, dir)
	mustFetch(t, f, repo.request("two", "1.0.0"))
	text, err := os.ReadFile(ref)
	if err != nil {
		t.Fatal(err)
	}
	write(t, ref, strings.ReplaceAll(string(text), sum(one), sum(two)))
	if got := mustFetch(t, f, repo.request("one", "1.0.0")); got.Digest != sum(one) || got.FromCache {
		t.Errorf("digest %s, from cache %v", got.Digest, got.FromCache)
	}
	write(t, ref, strings.ReplaceAll(string(text), sum(one), sum(two)))
	wantError(t, newFetcher(t, fetch.Options{CacheDir: dir, Offline: true}), repo.request("one", "1.0.0"), fetch.ErrOffline, "damaged")
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

func TestRepublishedVersion(t *testing.T) {
	first, second := chartTGZ(t, "one", "1.0.0"), chartTGZ(t, "one", "1.0.0", member{name: "one/new", body: "x"})
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: first})
	dir := t.TempDir()
	f := newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: dir})
	offline := newFetcher(t, fetch.Options{CacheDir: dir, Offline: true})
	r := repo.request("one", "1.0.0")
	mustFetch(t, f, r)
	repo.publish(published{name: "one", version: "1.0.0", data: second})
	want := func(f *fetch.Fetcher, r fetch.Request, data []byte, fromCache bool) {
		t.Helper()
		if got := mustFetch(t, f, r); got.Digest != sum(data) || got.FromCache != fromCache {
			t.Errorf("digest %s, from cache %v", got.Digest, got.FromCache)
		}
	}
	locked := func(data []byte) fetch.Request {
		l := r
		l.Digest = sum(data)
		return l
	}
	refresh := r
	refresh.Refresh = true
	want(f, r, first, true)
	wantError(t, offline, locked(second), fetch.ErrOffline, "not with the wanted digest")
	want(f, locked(second), second, false)
	want(f, locked(first), first, true) // by content, though the record is of the second
	want(offline, locked(first), first, true)
	want(f, refresh, second, false)
	want(f, r, second, true)
	want(offline, refresh, second, true)
	// The wanted content, but of another chart.
	other := repo.request("two", "1.0.0")
	other.Digest = sum(first)
	wantError(t, offline, other, fetch.ErrCorrupt, `holds the chart "one"`)
}

// TestRefreshReadsTheIndexOnly: content that is in the cache is not downloaded again.
func TestRefreshReadsTheIndexOnly(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0")
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data})
	registry := newRegistry(t, false)
	registry.push(t, "mirror/charts/one", "1.0.0", chartLayer, data)
	f := newFetcher(t, fetch.Options{CABundle: append(repo.ca(), registry.ca()...), CacheDir: t.TempDir()})
	r := repo.request("one", "1.0.0")
	mustFetch(t, f, r)
	r.Refresh = true
	mustFetch(t, f, r)
	if got := strings.Join(repo.requests, " "); strings.Count(got, ".tgz") != 1 || strings.Count(got, "index.yaml") != 2 {
		t.Errorf("requests %s", got)
	}
	registry.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		blob := strings.Contains(r.URL.Path, "/blobs/")
		if blob {
			http.NotFound(w, r)
		}
		return blob
	}
	mustFetch(t, f, registry.request("one", "1.0.0"))
}

func TestCachedArchiveMeetsLimits(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0", member{name: "one/x", body: strings.Repeat("x", 3000)})
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data})
	dir := t.TempDir()
	r := repo.request("one", "1.0.0")
	mustFetch(t, newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: dir}), r)
	for limit, l := range map[string]fetch.Limits{
		"MaxArchive": {MaxArchive: 10}, "MaxFile": {MaxFile: 2999}, "MaxFiles": {MaxFiles: 1}, "MaxUnpacked": {MaxUnpacked: 3000},
	} {
		wantError(t, newFetcher(t, fetch.Options{CacheDir: dir, Offline: true, Limits: l}), r, fetch.ErrTooLarge, limit)
	}
	if files := cached(t, dir); len(files) != 2 {
		t.Errorf("in the cache: %v", files)
	}
}

func TestUnusableCache(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0")
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data})
	open := t.TempDir()
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "x")
	blocked := t.TempDir()
	write(t, filepath.Join(blocked, "blobs"), "x")
	for name, dir := range map[string]string{"open": open, "file": file, "blocked": blocked, "below a file": filepath.Join(file, "x")} {
		t.Run(name, func(t *testing.T) {
			f := newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: dir})
			got := mustFetch(t, f, repo.request("one", "1.0.0"))
			if !errors.Is(got.NotCached, fetch.ErrCache) || got.Digest != sum(data) {
				t.Errorf("NotCached = %v", got.NotCached)
			}
			offline := newFetcher(t, fetch.Options{CacheDir: dir, Offline: true})
			_, err := offline.Fetch(t.Context(), repo.request("one", "1.0.0"))
			if !errors.Is(err, fetch.ErrCache) && !errors.Is(err, fetch.ErrOffline) {
				t.Errorf("offline: %v", err)
			}
			if _, err := f.Prune(t.Context(), fetch.PruneOptions{All: true}); !errors.Is(err, fetch.ErrCache) {
				t.Errorf("Prune: %v", err)
			}
		})
	}
}

// filled is a cache with charts c0 … of about 10 KiB each, used an hour apart.
func filled(t *testing.T, n int, maximum int64) (f *fetch.Fetcher, dir string, requests []fetch.Request, now *time.Time) {
	t.Helper()
	var versions []published
	for i := range n {
		name := fmt.Sprintf("c%d", i)
		versions = append(versions, published{name: name, version: "1.0.0", data: tgz(t, meta(name, "1.0.0"), member{name: name + "/x", body: noise(10 << 10)})})
	}
	repo := newHelmRepo(t, versions...)
	dir = t.TempDir()
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f = newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: dir, MaxCacheBytes: maximum, Now: func() time.Time { return clock }})
	for _, v := range versions {
		clock = clock.Add(time.Hour)
		requests = append(requests, repo.request(v.name, v.version))
		mustFetch(t, f, requests[len(requests)-1])
	}
	return f, dir, requests, &clock
}

// noise does not compress.
func noise(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return string(b)
}

// kept says which of the requests the cache can answer.
func kept(t *testing.T, dir string, requests []fetch.Request) string {
	t.Helper()
	f := newFetcher(t, fetch.Options{CacheDir: dir, Offline: true, Now: func() time.Time { return time.Unix(0, 0) }})
	var names []string
	for _, r := range requests {
		if _, err := f.Fetch(t.Context(), r); err == nil {
			names = append(names, r.Name)
		} else if !errors.Is(err, fetch.ErrOffline) {
			t.Error(err)
		}
	}
	return strings.Join(names, " ")
}

func TestCacheSize(t *testing.T) {
	f, dir, requests, now := filled(t, 3, 35<<10)
	*now = now.Add(time.Hour)
	mustFetch(t, f, requests[0]) // used last
	_, dir2, requests2, _ := filled(t, 5, 35<<10)
	if got := kept(t, dir, requests); got != "c0 c1 c2" {
		t.Errorf("kept %s", got)
	}
	if got := kept(t, dir2, requests2); got != "c2 c3 c4" {
		t.Errorf("kept %s", got)
	}
	_, dir3, requests3, _ := filled(t, 2, 1)
	if got := kept(t, dir3, requests3); got != "c1" {
		t.Errorf("kept %s", got)
	}
}

func TestPrune(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options fetch.PruneOptions
		want    string
	}{
		{"nothing", fetch.PruneOptions{}, "c0 c1 c2 c3"},
		{"all", fetch.PruneOptions{All: true}, ""},
		{"size", fetch.PruneOptions{MaxBytes: 25 << 10}, "c0 c3"},
		{"age", fetch.PruneOptions{MaxAge: 150 * time.Minute}, "c0 c3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, dir, requests, now := filled(t, 4, 0)
			*now = now.Add(time.Hour)
			mustFetch(t, f, requests[0])
			*now = now.Add(time.Hour)
			write(t, filepath.Join(dir, "new", "left"), "x")
			write(t, filepath.Join(dir, "new", "writing"), "x")
			long := now.Add(-2 * time.Hour)
			if err := errors.Join(os.Chtimes(filepath.Join(dir, "new", "left"), long, long), os.Chtimes(filepath.Join(dir, "new", "writing"), *now, *now)); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "blobs", "mine.txt"), "x")
			write(t, filepath.Join(dir, "refs", strings.Repeat("0", 64)+".json"), "{")
			write(t, filepath.Join(dir, "refs", "mine.json"), "{")
			result, err := f.Prune(t.Context(), tt.options)
			if err != nil {
				t.Fatal(err)
			}
			n := len(strings.Fields(tt.want))
			if result.Kept != n || result.Removed != 4-n || (result.RemovedBytes > 0) != (n < 4) || (result.KeptBytes > 0) != (n > 0) {
				t.Errorf("%+v", result)
			}
			var others []string
			refs := 0
			for _, name := range cached(t, dir) {
				switch {
				case strings.Contains(name, "mine"), strings.HasPrefix(name, "new/"):
					others = append(others, name)
				case strings.HasPrefix(name, "refs/"):
					refs++
				}
			}
			if diff := cmp.Diff([]string{"blobs/mine.txt", "new/writing", "refs/mine.json"}, others); diff != "" {
				t.Error(diff)
			}
			if refs != n {
				t.Errorf("%d records, want %d", refs, n)
			}
			if got := kept(t, dir, requests); got != tt.want {
				t.Errorf("kept %q, want %q", got, tt.want)
			}
		})
	}
	f := newFetcher(t, fetch.Options{})
	if result, err := f.Prune(t.Context(), fetch.PruneOptions{All: true}); err != nil || result != (fetch.PruneResult{}) {
		t.Errorf("without a cache: %+v, %v", result, err)
	}
	if _, err := f.Prune(t.Context(), fetch.PruneOptions{MaxBytes: -1}); !errors.Is(err, fetch.ErrInvalid) {
		t.Errorf("negative size: %v", err)
	}
	f = newFetcher(t, fetch.Options{CacheDir: filepath.Join(t.TempDir(), "none")})
	if result, err := f.Prune(t.Context(), fetch.PruneOptions{}); err != nil || result != (fetch.PruneResult{}) {
		t.Errorf("empty cache: %+v, %v", result, err)
	}
	full, _, _, _ := filled(t, 1, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := full.Prune(ctx, fetch.PruneOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestOneDownload: goroutines that want one chart share one download.
func TestOneDownload(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0", member{name: "one/x", body: noise(100 << 10)})
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data})
	f := newFetcher(t, fetch.Options{CABundle: repo.ca(), CacheDir: t.TempDir()})
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			a, err := f.Fetch(t.Context(), repo.request("one", "1.0.0"))
			if err != nil || a.Digest != sum(data) {
				t.Errorf("%v", err)
			}
		})
	}
	group.Wait()
	if repo.count() != 2 {
		t.Errorf("%d requests", repo.count())
	}
}

// TestWaitingEnds: who waits for another's download can be cancelled.
func TestWaitingEnds(t *testing.T) {
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: chartTGZ(t, "one", "1.0.0")})
	begun, finish := make(chan struct{}), make(chan struct{})
	var once sync.Once
	repo.intercept = func(http.ResponseWriter, *http.Request) bool {
		once.Do(func() { close(begun) })
		<-finish
		return false
	}
	f := newFetcher(t, fetch.Options{CABundle: repo.ca()})
	done := make(chan error, 1)
	go func() {
		_, err := f.Fetch(t.Context(), repo.request("one", "1.0.0"))
		done <- err
	}()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := f.Fetch(ctx, repo.request("one", "1.0.0"))
	checkError(t, err, repo.request("one", "1.0.0"), fetch.ErrTimeout)
	close(finish)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// The environment of a process that TestProcesses starts.
const (
	childDir = "FETCH_TEST_CACHE"
	childURL = "FETCH_TEST_URL"
	childCA  = "FETCH_TEST_CA"
	rounds   = 12
)

// TestProcesses lets processes fetch into, damage and prune one cache at a time.
func TestProcesses(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0", member{name: "one/x", body: noise(200 << 10)})
	if dir := os.Getenv(childDir); dir != "" {
		child(t, dir, data)
		return
	}
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data})
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcesses$")
			cmd.Env = append(os.Environ(), childDir+"="+dir, childURL+"="+repo.URL, childCA+"="+string(repo.ca()))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	group.Wait()
	offline := newFetcher(t, fetch.Options{CacheDir: dir, Offline: true})
	if got := mustFetch(t, offline, repo.request("one", "1.0.0")); !bytes.Equal(got.Data, data) {
		t.Error("the cache holds something else")
	}
	for _, name := range cached(t, dir) {
		if strings.HasPrefix(name, "new/") {
			t.Errorf("left over: %s", name)
		}
	}
}

func child(t *testing.T, dir string, data []byte) {
	f := newFetcher(t, fetch.Options{CABundle: []byte(os.Getenv(childCA)), CacheDir: dir})
	r := fetch.Request{Repository: os.Getenv(childURL) + "/charts", Name: "one", Version: "1.0.0"}
	for i := range rounds {
		got := mustFetch(t, f, r)
		if !bytes.Equal(got.Data, data) || got.NotCached != nil {
			t.Fatalf("round %d: %s, %v", i, got.Digest, got.NotCached)
		}
		switch {
		case i == rounds-1:
			// The last word is a whole archive.
		case i%3 == 1:
			if _, err := f.Prune(t.Context(), fetch.PruneOptions{All: true}); err != nil {
				t.Fatal(err)
			}
		case i%3 == 2:
			_ = os.Truncate(blobPath(dir, sum(data)), 100) // it may be gone
		}
	}
}

func TestDefaultCacheDir(t *testing.T) {
	if got := fetch.DefaultCacheDir("x"); got != filepath.Join("x", "dynamo-gitops", "charts") {
		t.Error(got)
	}
}
