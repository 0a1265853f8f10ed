// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/controller"
)

// archive makes an artifact of files.
func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	zip := gzip.NewWriter(&buffer)
	w := tar.NewWriter(zip)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []interface{ Close() error }{w, zip} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return buffer.Bytes()
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// storage serves artifacts as source-controller does.
type storage struct {
	*httptest.Server
	mutex   sync.Mutex
	files   map[string][]byte
	fetched map[string]int // by path
}

func newStorage(t *testing.T) *storage {
	s := &storage{files: map[string][]byte{}, fetched: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.fetched[r.URL.Path]++
		data, ok := s.files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *storage) put(path string, data []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.files[path] = data
}

func (s *storage) count(path string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.fetched[path]
}

// publish makes the GitRepository say that it has that artifact.
func (w *world) publish(name, url, revision, digest string) {
	w.t.Helper()
	repo := &sourcev1.GitRepository{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}, Spec: sourcev1.GitRepositorySpec{URL: "https://example.com/x", Interval: metav1.Duration{Duration: 1e12}}}
	err := w.client.Create(w.t.Context(), repo)
	if err != nil {
		if err := w.client.Get(w.t.Context(), client.ObjectKeyFromObject(repo), repo); err != nil {
			w.t.Fatal(err)
		}
	}
	patch := client.MergeFrom(repo.DeepCopy())
	repo.Status.Artifact = &meta.Artifact{Path: "x", URL: url, Revision: revision, Digest: digest, LastUpdateTime: metav1.Now()}
	if err := w.client.Status().Patch(w.t.Context(), repo, patch); err != nil {
		w.t.Fatal(err)
	}
}

func bySource(name string) func(*v1alpha1.PlatformSync) {
	return func(s *v1alpha1.PlatformSync) {
		s.Spec.Git, s.Spec.SourceRef = nil, &v1alpha1.SourceReference{Kind: "GitRepository", Name: name}
	}
}

// TestArtifacts follows a PlatformSync of a Flux source.
func TestArtifacts(t *testing.T) {
	w := newWorld(t, func(o *controller.Options) { o.Fetch.MaxDownloadBytes = 4096 })
	store := newStorage(t)
	sync := w.sync("flux", "", bySource("flux"))
	w.ready(sync, metav1.ConditionFalse, v1alpha1.ReasonSourceNotReady, "GitRepository default/flux does not exist")

	first := archive(t, map[string]string{"deploy/a.yaml": configMap("default", "a", "1"), "deploy/b.yaml": configMap("default", "b", "1")})
	store.put("/1.tar.gz", first)
	w.publish("flux", store.URL+"/1.tar.gz", "main@sha1:1", digestOf(first))
	w.applied(sync, "main@sha1:1")

	// A new artifact is applied at once, without the interval's hour.
	second := archive(t, map[string]string{"deploy/a.yaml": configMap("default", "a", "2")})
	store.put("/2.tar.gz", second)
	w.publish("flux", store.URL+"/2.tar.gz", "main@sha1:2", digestOf(second))
	w.applied(sync, "main@sha1:2")
	if w.value("default", "a") != "2" || w.value("default", "b") != "none" {
		t.Error("the second artifact was not applied")
	}

	huge := make([]byte, 8192)
	for i := range huge {
		huge[i] = byte(i * i >> 3)
	}
	escape := archive(t, map[string]string{"../../escape.yaml": configMap("default", "a", "9")})
	for name, tt := range map[string]struct {
		data   []byte
		digest string
		want   string
	}{
		"tampered":  {archive(t, map[string]string{"a.yaml": configMap("default", "a", "8")}), digestOf(first), "computed digest doesn't match"},
		"too large": {huge, digestOf(huge), "greater than the max download size"},
		"escaping":  {escape, digestOf(escape), "invalid name"},
		"no tar":    {[]byte("text"), digestOf([]byte("text")), "failed to extract archive"},
	} {
		t.Run(name, func(t *testing.T) {
			path := "/" + digestOf([]byte(name))[7:] + ".tar.gz"
			store.put(path, tt.data)
			w.publish("flux", store.URL+path, "main@sha1:"+name, tt.digest)
			got := w.readyNot(sync, tt.want)
			if got.Status.LastAppliedRevision != "main@sha1:2" || w.value("default", "a") != "2" {
				t.Errorf("status = %+v", got.Status)
			}
		})
	}
	// Content that was applied before is not even fetched, and the source is good again.
	w.publish("flux", store.URL+"/none.tar.gz", "main@sha1:again", digestOf(second))
	if got := w.applied(sync, "main@sha1:again"); !conditionIs(got, v1alpha1.SourceReadyCondition) || store.count("/none.tar.gz") != 0 {
		t.Errorf("conditions = %+v, %d fetched", got.Status.Conditions, store.count("/none.tar.gz"))
	}
	// The artifact was removed meanwhile.
	w.publish("flux", store.URL+"/none.tar.gz", "main@sha1:gone", digestOf(first))
	w.readyNot(sync, "main@sha1:gone: file not found")
}

func (w *world) readyNot(s *v1alpha1.PlatformSync, text string) *v1alpha1.PlatformSync {
	w.t.Helper()
	return w.ready(s, metav1.ConditionFalse, meta.ArtifactFailedReason, text)
}

// TestGitServer shows what is said of a Git server that does not do its work.
func TestGitServer(t *testing.T) {
	w := newWorld(t)
	cut := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
		_, _ = rw.Write([]byte("001e# service=git-upload-pack\n0000"))
	}))
	t.Cleanup(cut.Close)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "login", Namespace: "default"}, StringData: map[string]string{"username": "canary-user", "password": "canary-password"}}
	if err := w.client.Create(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	repo := w.repository("login")
	repo.push(map[string]string{"a.yaml": configMap("default", "a", "1")})
	for name, tt := range map[string]struct {
		change func(*v1alpha1.PlatformSync)
		reason string
		text   string
	}{
		"gone":      {func(s *v1alpha1.PlatformSync) { s.Spec.Git.URL = "http://127.0.0.1:1/x" }, meta.ArtifactFailedReason, "127.0.0.1:1"},
		"cut":       {func(s *v1alpha1.PlatformSync) { s.Spec.Git.URL = cut.URL + "/x" }, meta.ArtifactFailedReason, cut.URL},
		"no branch": {func(s *v1alpha1.PlatformSync) { s.Spec.Git.Ref = &v1alpha1.GitReference{Branch: "nowhere"} }, meta.ArtifactFailedReason, "nowhere"},
		"in-the-open": {func(s *v1alpha1.PlatformSync) { s.Spec.Git.SecretRef = &meta.LocalObjectReference{Name: "login"} },
			v1alpha1.ReasonInvalidSpec, "http:// would send the credentials in the open"},
		"no-secret": {func(s *v1alpha1.PlatformSync) { s.Spec.Git.SecretRef = &meta.LocalObjectReference{Name: "none"} },
			v1alpha1.ReasonSourceNotReady, "the Secret default/none does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			w.ready(w.sync("git-"+digestOf([]byte(name))[7:17], repo.url, tt.change), metav1.ConditionFalse, tt.reason, tt.text)
		})
	}
	if w.events.of("git", "canary") > 0 {
		t.Errorf("events = %q", w.events.events)
	}
	// A server that comes back is used.
	revision := repo.push(map[string]string{"a.yaml": configMap("default", "a", "2")})
	sync := w.sync("back", repo.url)
	w.applied(sync, revision)
	if err := w.git.Close(); err != nil {
		t.Fatal(err)
	}
	w.reconcile(sync)
	w.ready(sync, metav1.ConditionFalse, meta.ArtifactFailedReason, repo.url)
	if w.value("default", "a") != "2" {
		t.Error("a Git server that is gone changed the cluster")
	}
}
