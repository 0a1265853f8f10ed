// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/registry"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
)

const (
	chartLayer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
	manifestV1 = "application/vnd.oci.image.manifest.v1+json"
)

// ociRegistry is a real registry on loopback.
type ociRegistry struct {
	*httptest.Server
	intercept func(w http.ResponseWriter, r *http.Request) bool
	requests  int
}

func newRegistry(t *testing.T, plain bool) *ociRegistry {
	t.Helper()
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	o := &ociRegistry{}
	serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.requests++
		if o.intercept == nil || !o.intercept(w, r) {
			handler.ServeHTTP(w, r)
		}
	})
	if plain {
		o.Server = httptest.NewServer(serve)
	} else {
		o.Server = httptest.NewTLSServer(serve)
	}
	t.Cleanup(o.Close)
	return o
}

func (o *ociRegistry) host() string { return o.URL[strings.Index(o.URL, "//")+2:] }

func (o *ociRegistry) send(t *testing.T, method, path, contentType string, body []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, o.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := o.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("%s %s: %s", method, path, resp.Status)
	}
}

// push does what helm push does.
func (o *ociRegistry) push(t *testing.T, repository, tag, mediaType string, data []byte) {
	t.Helper()
	config := []byte("{}")
	for _, blob := range [][]byte{config, data} {
		o.send(t, http.MethodPost, "/v2/"+repository+"/blobs/uploads/?digest="+sum(blob), "application/octet-stream", blob)
	}
	o.tag(t, repository, tag, map[string]any{
		"schemaVersion": 2, "mediaType": manifestV1,
		"config": map[string]any{"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": sum(config), "size": len(config)},
		"layers": []any{map[string]any{"mediaType": mediaType, "digest": sum(data), "size": len(data)}},
	})
}

func (o *ociRegistry) tag(t *testing.T, repository, tag string, manifest any) {
	t.Helper()
	text, err := json.Marshal(manifest)
	if err != nil {
		t.Fatal(err)
	}
	o.send(t, http.MethodPut, "/v2/"+repository+"/manifests/"+tag, manifestV1, text)
}

func (o *ociRegistry) ca() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: o.Certificate().Raw})
}

func (o *ociRegistry) request(name, version string) fetch.Request {
	return fetch.Request{Repository: "oci://" + o.host() + "/mirror/charts", Name: name, Version: version}
}

func TestRegistry(t *testing.T) {
	platform := platformTGZ(t)
	o := newRegistry(t, false)
	o.push(t, "mirror/charts/dynamo-platform", platform.Version, chartLayer, platform.Data)
	build := chartTGZ(t, "one", "1.0.0+build.1")
	o.push(t, "mirror/charts/one", "1.0.0_build.1", "application/tar+gzip", build)
	f := newFetcher(t, fetch.Options{CABundle: o.ca(), CacheDir: t.TempDir()})
	r := o.request("dynamo-platform", platform.Version)
	if got := mustFetch(t, f, r); got.Digest != platform.Digest || !bytes.Equal(got.Data, platform.Data) {
		t.Errorf("digest %s, want %s", got.Digest, platform.Digest)
	}
	before := o.requests
	if got := mustFetch(t, f, r); !got.FromCache || o.requests != before {
		t.Error("the second fetch asked the registry")
	}
	if got := mustFetch(t, f, o.request("one", "1.0.0+build.1")); got.Digest != sum(build) {
		t.Errorf("digest %s", got.Digest)
	}
	e := wantError(t, f, o.request("one", "1.0.1"), fetch.ErrNotFound, "such as 1.0.0+build.1")
	if diff := cmp.Diff([]string{"1.0.0+build.1"}, e.Available); diff != "" || e.Status != 404 {
		t.Error(diff, e.Status)
	}
	wantError(t, f, o.request("two", "1.0.1"), fetch.ErrNotFound, "no such chart or version")
}

func TestRegistryWithoutTLS(t *testing.T) {
	o := newRegistry(t, true)
	data := chartTGZ(t, "one", "1.0.0")
	o.push(t, "mirror/charts/one", "1.0.0", chartLayer, data)
	f := newFetcher(t, fetch.Options{Attempts: 1})
	r := o.request("one", "1.0.0")
	wantError(t, f, r, fetch.ErrUnreachable)
	r.AllowInsecure = true
	mustFetch(t, f, r)
}

// TestIndexLeadsToRegistry: some repositories list oci:// URLs.
func TestIndexLeadsToRegistry(t *testing.T) {
	o := newRegistry(t, false)
	data := chartTGZ(t, "one", "1.0.0")
	o.push(t, "elsewhere/one", "v1", chartLayer, data)
	o.push(t, "elsewhere/one", "1.0.0", chartLayer, data)
	for _, tt := range []struct {
		suffix, digest string
		want           error
	}{
		{":v1", "", nil},
		{"", "", nil},
		{":v1", sum([]byte("x")), fetch.ErrDigest},
		{":v1", "md5:x", nil},
		{":v2", "", fetch.ErrNotFound},
	} {
		repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data, url: "oci://" + o.host() + "/elsewhere/one" + tt.suffix, digest: tt.digest})
		f := newFetcher(t, fetch.Options{CABundle: append(repo.ca(), o.ca()...)})
		if tt.want != nil {
			wantError(t, f, repo.request("one", "1.0.0"), tt.want)
			continue
		}
		mustFetch(t, f, repo.request("one", "1.0.0"))
	}
}

func TestRegistryCredentials(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0")
	o := newRegistry(t, false)
	o.push(t, "mirror/charts/one", "1.0.0", chartLayer, data)
	config := fmt.Sprintf(`{"auths": {%q: {"username": "user", "password": %q}}}`, o.host(), secret)
	docker, err := fetch.ParseDockerConfig([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	helped, err := fetch.ParseDockerConfig([]byte(fmt.Sprintf(`{"credHelpers": {%q: "pass"}}`, o.host())))
	if err != nil {
		t.Fatal(err)
	}
	byBasic := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == basic("user", secret) {
			return false
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="r"`)
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"errors":[{"code":"UNAUTHORIZED","message":"you sent `+r.Header.Get("Authorization")+`"}]}`)
		return true
	}
	byToken := func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.URL.Path == "/token" && r.Header.Get("Authorization") == basic("user", secret):
			_, _ = io.WriteString(w, `{"token": "access-`+secret+`"}`)
		case r.URL.Path == "/token" && r.PostFormValue("refresh_token") == secret:
			_, _ = io.WriteString(w, `{"access_token": "access-`+secret+`"}`)
		case r.URL.Path == "/token":
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"errors":[{"code":"DENIED","message":"`+r.Header.Get("Authorization")+`"}]}`)
		case r.Header.Get("Authorization") == "Bearer access-"+secret:
			return false
		default:
			w.Header().Set("WWW-Authenticate", `Bearer realm="https://`+r.Host+`/token",service="s",scope="repository:mirror/charts/one:pull"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
		return true
	}
	failures := 1
	byLameToken := func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/token" && failures > 0 {
			failures--
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return byToken(w, r)
	}
	good := fetch.Credential{Username: "user", Password: secret}
	for _, tt := range []struct {
		name      string
		intercept func(http.ResponseWriter, *http.Request) bool
		request   fetch.Credential
		source    fetch.CredentialSource
		want      error
		text      string
	}{
		{"basic", byBasic, good, nil, nil, ""},
		{"basic from Docker", byBasic, fetch.Credential{}, docker, nil, ""},
		{"basic without", byBasic, fetch.Credential{}, nil, fetch.ErrUnauthorized, "give credentials"},
		{"basic wrong", byBasic, fetch.Credential{Username: "other", Password: secret}, nil, fetch.ErrUnauthorized, "401"},
		{"helper", byBasic, fetch.Credential{}, helped, fetch.ErrUnauthorized, "docker-credential-pass"},
		{"token", byToken, good, nil, nil, ""},
		{"token from Docker", byToken, fetch.Credential{}, docker, nil, ""},
		{"identity token", byToken, fetch.Credential{IdentityToken: secret}, nil, nil, ""},
		{"identity token at the second attempt", byLameToken, fetch.Credential{IdentityToken: secret}, nil, nil, ""},
		{"access token", byToken, fetch.Credential{Token: "access-" + secret}, nil, nil, ""},
		{"token without", byToken, fetch.Credential{}, nil, fetch.ErrUnauthorized, "401"},
		{"token wrong", byToken, fetch.Credential{Username: "other", Password: secret}, nil, fetch.ErrUnauthorized, "401"},
		{"failing source", byToken, fetch.Credential{}, failing{io.ErrUnexpectedEOF}, fetch.ErrUnauthorized, "cannot be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o.intercept = tt.intercept
			f := newFetcher(t, fetch.Options{CABundle: o.ca(), Credentials: tt.source})
			r := o.request("one", "1.0.0")
			r.Credential = tt.request
			if tt.want != nil {
				wantError(t, f, r, tt.want, tt.text)
				return
			}
			mustFetch(t, f, r)
		})
	}
}

func TestRegistryFaults(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0")
	blob := func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/blobs/") }
	for _, tt := range []struct {
		name  string
		fault func(http.ResponseWriter, *http.Request) bool
		want  error
	}{
		{"403", answer("/manifests/1.0.0", 403), fetch.ErrUnauthorized},
		{"429", answer("/manifests/1.0.0", 429), fetch.ErrRateLimited},
		{"500", answer("/manifests/1.0.0", 500), fetch.ErrServer},
		{"no registry", answer("/manifests/1.0.0", 200), fetch.ErrCorrupt},
		{"404 with tags that fail", func(w http.ResponseWriter, r *http.Request) bool {
			return answer("/manifests/1.0.0", 404)(w, r) || answer("/tags/list", 500)(w, r)
		}, fetch.ErrNotFound},
		{"blob 404", func(w http.ResponseWriter, r *http.Request) bool {
			if blob(r) {
				http.NotFound(w, r)
			}
			return blob(r)
		}, fetch.ErrNotFound},
		{"tampered blob", func(w http.ResponseWriter, r *http.Request) bool {
			if blob(r) {
				_, _ = w.Write(bytes.Repeat([]byte("x"), len(data)))
			}
			return blob(r)
		}, fetch.ErrDigest},
		{"shorter blob", func(w http.ResponseWriter, r *http.Request) bool {
			if blob(r) {
				_, _ = w.Write(data[:10])
			}
			return blob(r)
		}, fetch.ErrCorrupt},
		{"cut blob", func(w http.ResponseWriter, r *http.Request) bool {
			if blob(r) {
				hangUp(w, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\nabc", len(data)))
			}
			return blob(r)
		}, fetch.ErrUnreachable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newRegistry(t, false)
			o.push(t, "mirror/charts/one", "1.0.0", chartLayer, data)
			o.intercept = tt.fault
			dir := t.TempDir()
			f := newFetcher(t, fetch.Options{CABundle: o.ca(), CacheDir: dir})
			r := o.request("one", "1.0.0")
			r.Credential = fetch.Credential{Username: "user", Password: secret}
			wantError(t, f, r, tt.want)
			if files := cached(t, dir); len(files) > 0 {
				t.Errorf("in the cache: %v", files)
			}
		})
	}
}

func TestRegistryManifests(t *testing.T) {
	o := newRegistry(t, false)
	data := chartTGZ(t, "one", "1.0.0")
	o.push(t, "mirror/charts/image", "1.0.0", "application/vnd.oci.image.layer.v1.tar+gzip", data)
	o.push(t, "mirror/charts/large", "1.0.0", chartLayer, make([]byte, 4097))
	f := newFetcher(t, fetch.Options{CABundle: o.ca(), Limits: fetch.Limits{MaxArchive: 4096}})
	wantError(t, f, o.request("image", "1.0.0"), fetch.ErrCorrupt, "no Helm chart")
	wantError(t, f, o.request("large", "1.0.0"), fetch.ErrTooLarge, "4097 bytes")
	o.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = io.WriteString(w, `{"layers": [{"mediaType": "`+chartLayer+`", "digest": "sha256:abc", "size": 1}]}`)
		return true
	}
	wantError(t, f, o.request("one", "1.0.0"), fetch.ErrCorrupt)
}
