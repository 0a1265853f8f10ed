// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/render"
)

// tokenChart has an etcd that signs tokens with a new key each time.
func tokenChart() files {
	return files{
		"charts/etcd/Chart.yaml":                  "apiVersion: v2\nname: etcd\nversion: 12.0.18",
		"charts/etcd/values.yaml":                 "auth: {token: {enabled: true}}",
		"charts/etcd/templates/token-secret.yaml": "{{ if .Values.auth.token.enabled }}\napiVersion: v1\nkind: Secret\nmetadata: {name: jwt}\ndata: {jwt-token.pem: {{ genPrivateKey `ed25519` | b64enc }}}\n{{ end }}",
		"charts/etcd/templates/sts.yaml":          "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: etcd}\nspec: {template: {metadata: {annotations: {checksum/token-secret: {{ include (print $.Template.BasePath `/token-secret.yaml`) . | sha256sum }}}}}}",
	}
}

func TestUnstable(t *testing.T) {
	secret := object.Reference{APIVersion: "v1", Kind: "Secret", Namespace: namespace, Name: "jwt"}
	etcd := object.Reference{APIVersion: "apps/v1", Kind: "StatefulSet", Namespace: namespace, Name: "etcd"}
	const token = "demo/charts/etcd/templates/token-secret.yaml"
	fix := "set etcd.auth.token.enabled=false in the values: the token is of no use while etcd's authentication (auth.rbac.create) is off"
	generic := "set the value that gives demo/templates/a.yaml:1 (now) a fixed text or an existing Secret instead of a new one each time"
	config := object.Reference{APIVersion: "v1", Kind: "ConfigMap", Namespace: namespace, Name: "x"}
	const head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
	for _, tt := range []struct {
		name   string
		files  files
		values string
		want   []render.Instability
	}{
		{"nothing random", template(seen), "", nil},
		{"random and unused", template(seen + "# {{ randAlphaNum 8 }}"), "", nil},
		{"the token of etcd", tokenChart(), "", []render.Instability{
			{Object: secret, Field: `data["jwt-token.pem"]`, Template: token, Function: "genPrivateKey", Source: token, Line: 5, Key: "etcd.auth.token.enabled", Value: false, Fix: fix},
			{Object: etcd, Field: "spec.template.metadata.annotations.checksum/token-secret", Template: "demo/charts/etcd/templates/sts.yaml",
				Function: "genPrivateKey", Source: token, Line: 5, Key: "etcd.auth.token.enabled", Value: false, Fix: fix},
		}},
		{"the token turned off", tokenChart(), "etcd: {auth: {token: {enabled: false}}}", nil},
		{"the date", template("{{ $now := now }}" + head + "data: {day: '{{ $now | date `2006-01-02` }}', list: ''}"), "", []render.Instability{
			{Object: config, Field: "data.day", Template: "demo/templates/a.yaml", Function: "now", Source: "demo/templates/a.yaml", Line: 1, Fix: generic},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := input(t, tt.files.load(t), tt.values)
			got, err := render.Unstable(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUnstableNames finds objects whose names or shapes differ.
func TestUnstableNames(t *testing.T) {
	in := input(t, template("apiVersion: v1\nkind: Secret\nmetadata: {name: s-{{ randNumeric 20 }}}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: fixed}\ndata: {a: {{ randAlpha 20 }}, b: [{{ uuidv4 }}], {{ randAlpha 12 }}: x}").load(t), "etcd: 3")
	got, err := render.Unstable(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var names, fields int
	for _, i := range got {
		if i.Object.Name == "fixed" {
			fields++
		} else if names++; i.Field != "" {
			t.Errorf("field %q of an object that is there once", i.Field)
		}
		if i.Fix == "" || !strings.Contains(i.String(), "differs each time") {
			t.Errorf("%v", i)
		}
	}
	if names != 2 || fields != 4 {
		t.Errorf("%d names and %d fields: %v", names, fields, got)
	}
}

func TestUnstableFails(t *testing.T) {
	if _, err := render.Unstable(t.Context(), input(t, template("{{ fail `x` }}").load(t), "")); !errors.Is(err, render.ErrGuard) {
		t.Error(err)
	}
}

// TestNondeterministic shows that each such function is known by its call.
func TestNondeterministic(t *testing.T) {
	c := template("# {{ now | ago }} {{ randInt 1 9 }} {{ shuffle `ab` }} {{ uuidv4 }} {{ randBytes 3 }} {{ (genCA `x` 1).Cert | len }} {{ htpasswd `a` `b` }} {{ encryptAES `0123456789012345` `x` }}").load(t)
	got := render1(t, input(t, c, "")).Nondeterministic
	want := []string{"ago", "encryptAES", "genCA", "htpasswd", "now", "randBytes", "randInt", "shuffle", "uuidv4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
