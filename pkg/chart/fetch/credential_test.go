// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
)

// source is a CredentialSource that knows hosts.
type source map[string]fetch.Credential

func (s source) Credential(_ context.Context, host string) (fetch.Credential, error) {
	return s[host], nil
}

type failing struct{ err error }

func (f failing) Credential(context.Context, string) (fetch.Credential, error) {
	return fetch.Credential{}, f.err
}

// demand refuses whoever does not send the header.
func demand(authorization string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == authorization {
			return false
		}
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func TestHTTPCredentials(t *testing.T) {
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: chartTGZ(t, "one", "1.0.0")})
	host := strings.TrimPrefix(repo.URL, "https://")
	for _, tt := range []struct {
		name    string
		demand  string
		request fetch.Credential
		source  fetch.CredentialSource
		want    error
		text    string
	}{
		{"basic", basic("user", secret), fetch.Credential{Username: "user", Password: secret}, nil, nil, ""},
		{"token", "Bearer " + secret, fetch.Credential{Token: secret}, nil, nil, ""},
		{"source", basic("user", secret), fetch.Credential{}, source{host: {Username: "user", Password: secret}}, nil, ""},
		{"request before source", "Bearer " + secret, fetch.Credential{Token: secret}, source{host: {Token: "no"}}, nil, ""},
		{"none", "Bearer " + secret, fetch.Credential{}, nil, fetch.ErrUnauthorized, "give credentials"},
		{"source without", "Bearer " + secret, fetch.Credential{}, source{}, fetch.ErrUnauthorized, "401"},
		{"wrong", "Bearer x", fetch.Credential{Token: secret}, nil, fetch.ErrUnauthorized, "401"},
		{"wrong of source", "Bearer x", fetch.Credential{}, source{host: {Token: secret}}, fetch.ErrUnauthorized, "401"},
		{"failing source", "", fetch.Credential{}, failing{errors.New(secret)}, fetch.ErrUnauthorized, "cannot be read"},
		{"contradictory source", "", fetch.Credential{}, source{host: {Token: secret, Password: secret}}, fetch.ErrUnauthorized, "cannot be read"},
		{"helper", "x", fetch.Credential{}, failing{&fetch.HelperError{Host: host, Helper: "pass"}}, fetch.ErrUnauthorized, "docker-credential-pass"},
		{"helper not needed", "", fetch.Credential{}, failing{&fetch.HelperError{Host: host, Helper: "pass"}}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			repo.intercept = demand(tt.demand)
			f := newFetcher(t, fetch.Options{CABundle: repo.ca(), Credentials: tt.source})
			r := repo.request("one", "1.0.0")
			r.Credential = tt.request
			if tt.want != nil {
				wantError(t, f, r, tt.want, tt.text)
				return
			}
			mustFetch(t, f, r)
		})
	}
}

// TestCredentialsStay: the archive is on another host, by URL or by redirect.
func TestCredentialsStay(t *testing.T) {
	data := chartTGZ(t, "one", "1.0.0")
	mirror := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data})
	archive := mirror.URL + "/charts/one-1.0.0.tgz"
	byURL := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data, url: archive})
	byRedirect := newHelmRepo(t, published{name: "one", version: "1.0.0", data: data})
	byRedirect.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		redirect := strings.HasSuffix(r.URL.Path, ".tgz")
		if redirect {
			http.Redirect(w, r, archive+"?signature="+secret, http.StatusFound)
		}
		return redirect
	}
	for name, repo := range map[string]*helmRepo{"URL": byURL, "redirect": byRedirect} {
		t.Run(name, func(t *testing.T) {
			mirror.requests, mirror.intercept = nil, nil
			f := newFetcher(t, fetch.Options{CABundle: append(repo.ca(), mirror.ca()...)})
			r := repo.request("one", "1.0.0")
			r.Credential = fetch.Credential{Username: "user", Password: secret}
			mustFetch(t, f, r)
			if got := strings.Join(mirror.requests, ","); got != "/charts/one-1.0.0.tgz" {
				t.Errorf("the mirror got %q", got)
			}
			if got := strings.Join(repo.requests, ","); !strings.Contains(got, basic("user", secret)) {
				t.Errorf("the repository got %q", got)
			}
			// A presigned URL must not show in the error either.
			mirror.intercept = func(w http.ResponseWriter, _ *http.Request) bool { hangUp(w, "nonsense\r\n"); return true }
			wantError(t, f, r, fetch.ErrUnreachable)
		})
	}
}

func TestInsecureRepository(t *testing.T) {
	repo := newHelmRepo(t, published{name: "one", version: "1.0.0", data: chartTGZ(t, "one", "1.0.0")})
	plain := httptest.NewServer(repo)
	t.Cleanup(plain.Close)
	f := newFetcher(t, fetch.Options{})
	r := fetch.Request{Repository: plain.URL + "/charts", Name: "one", Version: "1.0.0", AllowInsecure: true}
	mustFetch(t, f, r)
	repo.publish(published{name: "one", version: "1.0.0", data: chartTGZ(t, "one", "1.0.0"), url: plain.URL + "/charts/one-1.0.0.tgz"})
	mustFetch(t, f, r)
}

func TestDockerConfig(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte("user:" + secret))
	config := `{
		"auths": {
			"basic.example.com": {"auth": "` + encoded + `"},
			"https://url.example.com/v1/": {"username": "user", "password": "` + secret + `"},
			"https://index.docker.io/v1/": {"auth": "` + encoded + `"},
			"identity.example.com": {"auth": "` + base64.StdEncoding.EncodeToString([]byte("user:")) + `", "identitytoken": "` + secret + `"},
			"token.example.com:5000": {"registrytoken": "` + secret + `"},
			"stored.example.com": {},
			"path.example.com/team": {"auth": "` + encoded + `"}
		},
		"credHelpers": {"helped.example.com": "ecr-login"},
		"credsStore": "desktop"
	}`
	d, err := fetch.ParseDockerConfig([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	password := fetch.Credential{Username: "user", Password: secret}
	for _, tt := range []struct {
		host   string
		want   fetch.Credential
		helper string
	}{
		{"basic.example.com", password, ""},
		{"BASIC.example.com:443", password, ""},
		{"url.example.com", password, ""},
		{"registry-1.docker.io", password, ""},
		{"identity.example.com", fetch.Credential{IdentityToken: secret}, ""},
		{"token.example.com:5000", fetch.Credential{Token: secret}, ""},
		{"token.example.com", fetch.Credential{}, ""},
		{"path.example.com", fetch.Credential{}, ""},
		{"stored.example.com", fetch.Credential{}, "desktop"},
		{"helped.example.com", fetch.Credential{}, "ecr-login"},
	} {
		got, err := d.Credential(t.Context(), tt.host)
		var helper *fetch.HelperError
		if got != tt.want || errors.As(err, &helper) != (tt.helper != "") || (helper != nil && helper.Helper != tt.helper) {
			t.Errorf("%s: %#v, %v", tt.host, got.IsZero(), err)
		}
	}
	for name, bad := range map[string]string{
		"not JSON":  `{"auths": {"a": ` + secret,
		"no base64": `{"auths": {"a": {"auth": "` + secret + `!"}}}`,
		"no colon":  `{"auths": {"a": {"auth": "` + base64.StdEncoding.EncodeToString([]byte(secret)) + `"}}}`,
	} {
		if _, err := fetch.ParseDockerConfig([]byte(bad)); !errors.Is(err, fetch.ErrInvalid) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if d, err := fetch.ParseDockerConfig(nil); err != nil {
		t.Error(err)
	} else if c, err := d.Credential(t.Context(), "a"); err != nil || !c.IsZero() {
		t.Errorf("empty configuration: %v, %v", c, err)
	}
}

func TestCredentialHides(t *testing.T) {
	c := fetch.Credential{Username: "user", Password: secret, Token: secret, IdentityToken: secret}
	marshalled, err := json.Marshal(struct{ C fetch.Credential }{c})
	if err != nil {
		t.Fatal(err)
	}
	r := fetch.Request{Credential: c}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %q", c, c, c, c, &c), fmt.Sprintf("%v %+v %#v", r, r, r), string(marshalled)} {
		if strings.Contains(text, secret) || !strings.Contains(text, "***") {
			t.Errorf("printed as %s", text)
		}
	}
	if got := (fetch.Credential{}).String(); got != "no credential" {
		t.Errorf("zero value printed as %s", got)
	}
}
