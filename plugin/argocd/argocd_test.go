// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/argocd"
)

func TestRead(t *testing.T) {
	got, err := argocd.Read([]string{
		"ARGOCD_APP_NAME=a", "KUBE_VERSION=v1.33+", "KUBE_API_VERSIONS=v1,apps/v1", "HOME=/", "PARAM_VERSION=9.9.9",
		"ARGOCD_ENV_VERSION=1.4.0", "ARGOCD_ENV_KUBE_VERSION=1.32",
		`ARGOCD_APP_PARAMETERS=[{"name":"version","string":"1.5.0"},{"name":"profile","string":""},` +
			`{"name":"values","map":{"nats.config.jetstream.enabled":"true","a[\"b.c\"]":"x"}}]`,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &argocd.Settings{
		Version: "1.5.0", Output: argocd.OutputHelmRelease, Validation: argocd.ValidationNormal, KubeVersion: "1.32",
		APIVersions: []string{"v1", "apps/v1"},
		Values: map[string]any{
			"nats": map[string]any{"config": map[string]any{"jetstream": map[string]any{"enabled": true}}},
			"a":    map[string]any{"b.c": "x"},
		},
		App: argocd.App{Name: "a", Project: "default", Namespace: "argocd"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	const canary = "s3cret-canary"
	for _, entry := range []string{
		"ARGOCD_ENV_TOKEN=" + canary, "ARGOCD_ENV_version=1.5.0" + canary, "ARGOCD_ENV_VERSION=" + canary, "ARGOCD_ENV_OUTPUT=" + canary,
		"ARGOCD_ENV_PROFILE=../" + canary, "ARGOCD_ENV_KUBE_VERSION=" + canary, "ARGOCD_ENV_VALIDATION=" + canary,
		"ARGOCD_ENV_VALUES=[" + canary + "]", "ARGOCD_ENV_VALUES=a: &x " + canary + "\nb: *x", "ARGOCD_ENV_VALUES=a: 1\n---\nb: " + canary,
		"ARGOCD_APP_PARAMETERS=" + canary, `ARGOCD_APP_PARAMETERS=[{"name":"x","string":"` + canary + `"}]`,
		`ARGOCD_APP_PARAMETERS=[{"name":"version","array":["` + canary + `"]}]`,
		`ARGOCD_APP_PARAMETERS=[{"name":"version","string":"1.5.0"},{"name":"version","string":"1.6.0"}]`,
		`ARGOCD_APP_PARAMETERS=[{"name":"values","map":{"a..b":"` + canary + `"}}]`,
		"ARGOCD_APP_PARAMETERS=" + strings.Repeat("[", 2<<20), "ARGOCD_ENV_VERSION=" + strings.Repeat("1", 100),
	} {
		got, err := argocd.Read([]string{entry})
		var wrong *argocd.ParameterError
		if !errors.As(err, &wrong) || got != nil {
			t.Errorf("%.60s: got %v, error %v", entry, got, err)
			continue
		}
		if strings.Contains(err.Error(), canary) || len(err.Error()) > 300 {
			t.Errorf("%.60s: the error shows the value: %v", entry, err)
		}
	}
}

func TestDeadlineAndRoot(t *testing.T) {
	for value, want := range map[string]time.Duration{"": 45 * time.Second, "90s": 45 * time.Second, "20s": 15 * time.Second, "1ms": time.Second, "x": 45 * time.Second} {
		if got := argocd.Deadline([]string{"ARGOCD_EXEC_TIMEOUT=" + value}); got != want {
			t.Errorf("Deadline(%q) = %s, want %s", value, got, want)
		}
	}
	for path, want := range map[string]string{"": "", ".": "/w/a/b", "a/b": "/w", "b": "/w/a", "../..": "/w/a/b", "c": "/w/a/b"} {
		if got := (argocd.App{SourcePath: path}).Root("/w/a/b"); got != want {
			t.Errorf("Root with %q = %q, want %q", path, got, want)
		}
	}
}

func one(t *testing.T, text string) object.Object {
	t.Helper()
	content := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &content); err != nil {
		t.Fatal(err)
	}
	return object.New(content)
}

func TestRendered(t *testing.T) {
	hooked := func(kind, events string) object.Object {
		return one(t, "{apiVersion: x/v1, kind: "+kind+", metadata: {name: n, annotations: {helm.sh/hook: '"+events+"', helm.sh/hook-delete-policy: before-hook-creation}}}")
	}
	for _, tt := range []struct {
		name   string
		in     object.Object
		want   map[string]string
		absent bool
		found  int
	}{
		{name: "a queue stays", in: hooked("Queue", "post-install,post-upgrade"), want: map[string]string{"argocd.argoproj.io/sync-wave": "1"}},
		{name: "a job runs", in: hooked("Job", "post-install"), want: map[string]string{
			"argocd.argoproj.io/hook": "PostSync", "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation", "argocd.argoproj.io/sync-wave": "0"}},
		{name: "a job of upgrades only", in: hooked("Job", "pre-upgrade"), absent: true, found: 1},
		{name: "a test", in: hooked("Pod", "test"), absent: true},
		{name: "a definition", in: one(t, "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: n}}"), want: map[string]string{
			"argocd.argoproj.io/sync-wave": "-2", "argocd.argoproj.io/sync-options": "Prune=false,ServerSideApply=true"}},
		{name: "something plain", in: one(t, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: n}}")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, found := argocd.Rendered([]object.Object{tt.in})
			if tt.absent != (len(out) == 0) || len(found) != tt.found {
				t.Fatalf("got %v and %v", out, found)
			}
			if !tt.absent {
				if diff := cmp.Diff(tt.want, out[0].GetAnnotations()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestPluginFiles holds the announced defaults in the files against the code.
func TestPluginFiles(t *testing.T) {
	for _, file := range []string{"plugin.yaml", "discovery/plugin.yaml", "install/plugin.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var plugin struct {
			Spec struct {
				Parameters struct{ Static json.RawMessage }
			}
		}
		if err := yaml.Unmarshal(data, &plugin); err != nil {
			t.Fatal(err)
		}
		var got []argocd.Announcement
		if err := json.Unmarshal(plugin.Spec.Parameters.Static, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(argocd.Static(), got); diff != "" {
			t.Errorf("%s (-code +file):\n%s", file, diff)
		}
	}
}
