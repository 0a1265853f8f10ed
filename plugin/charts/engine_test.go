// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package charts_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/charts"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

const referenceCharts = "../../overlays/charts"

// repository serves the reference charts as a Helm repository over TLS, with a
// password, and counts the requests.
type repository struct {
	*httptest.Server
	requests int
	tamper   bool
	archives map[string][]byte
	index    string
}

const password = "correct horse"

func newRepository(t *testing.T) *repository {
	t.Helper()
	r := &repository{}
	r.load(t, os.DirFS(referenceCharts))
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.requests++
		user, given, _ := request.BasicAuth()
		data, found := r.archives[request.URL.Path]
		switch {
		case user != "ada" || given != password:
			w.WriteHeader(http.StatusUnauthorized)
		case request.URL.Path == "/charts/index.yaml":
			_, _ = w.Write([]byte(r.index))
		case !found:
			w.WriteHeader(http.StatusNotFound)
		case r.tamper:
			_, _ = w.Write(append([]byte{}, data[:len(data)-1]...))
		default:
			_, _ = w.Write(data)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// load publishes the charts of a directory.
func (r *repository) load(t *testing.T, from fs.FS) {
	t.Helper()
	r.archives = map[string][]byte{}
	r.index = "apiVersion: v1\nentries:\n"
	fetcher, err := fetch.NewFetcher(fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dynamo-crds", "dynamo-platform"} {
		archive, err := fetcher.Fetch(t.Context(), fetch.Request{FS: from, Repository: name, Name: name})
		if err != nil {
			t.Fatal(err)
		}
		file := name + "-" + archive.Version + ".tgz"
		r.archives["/charts/"+file] = archive.Data
		r.index += fmt.Sprintf("  %s:\n  - {name: %s, version: %s, apiVersion: v2, urls: [%s], digest: %s}\n",
			name, name, archive.Version, file, strings.TrimPrefix(archive.Digest, "sha256:"))
	}
}

// workspace is a directory with a Platform that takes its charts from r.
type workspace struct {
	t           *testing.T
	dir         string
	environment map[string]string
	out, err    bytes.Buffer
}

func newWorkspace(t *testing.T, r *repository) *workspace {
	t.Helper()
	w := &workspace{t: t, dir: t.TempDir(), environment: map[string]string{
		"DYNAMO_GITOPS_CACHE_DIR":      filepath.Join(t.TempDir(), "cache"),
		"DYNAMO_GITOPS_CHART_USERNAME": "ada",
		"DYNAMO_GITOPS_CHART_PASSWORD": password,
	}}
	w.write("env/platform.yaml", "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: dynamo, namespace: dynamo-system}\n"+
		"spec:\n  version: 0.9.0\n  charts: {url: "+r.URL+"/charts}\n")
	w.write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate().Raw})))
	w.write(".git/HEAD", "ref: refs/heads/main\n")
	return w
}

func (w *workspace) write(name, text string) {
	w.t.Helper()
	file := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workspace) run(args ...string) int {
	w.t.Helper()
	w.out.Reset()
	w.err.Reset()
	return cli.New(cli.Options{
		Out: &w.out, Err: &w.err, Dir: w.dir, Charts: charts.Engine{},
		Getenv: func(name string) string { return w.environment[name] },
	}).Execute(w.t.Context(), args)
}

func (w *workspace) mustRun(args ...string) {
	w.t.Helper()
	if status := w.run(args...); status != cli.ExitOK {
		w.t.Fatalf("%v: exit status %d\n%s", args, status, w.err.String())
	}
}

// refused runs a command that must fail, print no object and say something.
func (w *workspace) refused(want string, args ...string) {
	w.t.Helper()
	if status := w.run(args...); status != cli.ExitRefused {
		w.t.Errorf("%v: exit status %d, want %d", args, status, cli.ExitRefused)
	}
	if w.out.Len() > 0 {
		w.t.Errorf("%v printed %d bytes", args, w.out.Len())
	}
	if !strings.Contains(w.err.String(), want) {
		w.t.Errorf("%v says %q, want %q", args, w.err.String(), want)
	}
	if strings.Contains(w.err.String(), password) {
		w.t.Errorf("%v prints the password", args)
	}
}

func TestLockAndRender(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	w := newWorkspace(t, r)
	w.mustRun("lock", "env", "--chart-ca-file", "ca.pem")
	locked, err := os.ReadFile(filepath.Join(w.dir, "dynamo.lock"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(locked), "digest: sha256:"); got != 2 {
		t.Errorf("%d digests are locked, want those of two charts:\n%s", got, locked)
	}
	w.mustRun("lock", "env", "--chart-ca-file", "ca.pem")
	if !strings.Contains(w.err.String(), "is current") {
		t.Errorf("the second lock says %q", w.err.String())
	}

	w.mustRun("generate", "env", "--render", "--chart-ca-file", "ca.pem")
	first := w.out.String()
	if !strings.Contains(first, "kind: StatefulSet") || strings.Contains(first, "kind: HelmRelease") {
		t.Errorf("what was rendered is not plain manifests:\n%.500s", first)
	}
	before := r.requests
	w.mustRun("generate", "env", "--render", "--offline")
	if w.out.String() != first {
		t.Error("rendering offline gives other bytes")
	}
	if r.requests != before {
		t.Errorf("%d requests were made offline", r.requests-before)
	}
	w.mustRun("generate", "env", "--render", "--charts", referencePath(t))
	if w.out.String() != first {
		t.Error("the same charts from a directory give other bytes")
	}

	w.write("dynamo.lock", corrupt(string(locked)))
	w.refused("digest", "generate", "env", "--render", "--chart-ca-file", "ca.pem")
	w.write("dynamo.lock", "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Lock\ncharts: []\n")
	w.refused("run the command lock", "generate", "env", "--render", "--chart-ca-file", "ca.pem")
	w.write("dynamo.lock", "nonsense: [")
	w.refused("dynamo.lock", "generate", "env", "--render", "--chart-ca-file", "ca.pem")
}

// corrupt changes every digest.
func corrupt(locked string) string {
	lines := strings.Split(locked, "\n")
	for i, line := range lines {
		if at := strings.Index(line, "sha256:"); at >= 0 {
			lines[i] = line[:at] + "sha256:" + strings.Repeat("0", 64)
		}
	}
	return strings.Join(lines, "\n")
}

func referencePath(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(referenceCharts)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	w := newWorkspace(t, r)
	w.refused("certificate", "generate", "env", "--render")
	w.refused("not in the cache", "generate", "env", "--render", "--offline")
	w.refused("no-such-dir", "generate", "env", "--render", "--charts", "no-such-dir")
	w.environment["DYNAMO_GITOPS_CHART_PASSWORD"] = "wrong"
	w.refused("401", "lock", "env", "--chart-ca-file", "ca.pem")
	if _, err := os.Stat(filepath.Join(w.dir, "dynamo.lock")); err == nil {
		t.Error("a lock that failed wrote the file")
	}
	w.environment["DYNAMO_GITOPS_CHART_PASSWORD"] = password
	r.tamper = true
	w.refused("digest", "generate", "env", "--render", "--chart-ca-file", "ca.pem")
	r.tamper = false
	w.mustRun("generate", "env", "--render", "--chart-ca-file", "ca.pem")
}

func TestCachePrune(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	w := newWorkspace(t, r)
	w.mustRun("generate", "env", "--render", "--chart-ca-file", "ca.pem")
	w.mustRun("cache", "prune", "--all")
	if !strings.Contains(w.err.String(), "removed 2 charts") {
		t.Errorf("prune says %q, want two charts removed", w.err.String())
	}
	w.refused("not in the cache", "generate", "env", "--render", "--offline")
}

func TestLockUsage(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, newRepository(t))
	if status := w.run("lock", "env", "--revision", "main"); status != cli.ExitUsage {
		t.Errorf("exit status %d, want %d", status, cli.ExitUsage)
	}
}
