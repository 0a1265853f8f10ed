// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/argoproj/gitops-engine/pkg/utils/kube"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/emptypb"

	argocmp "github.com/argoproj/argo-cd/v3/util/cmp"
)

// commandLine is what the program prints for the same directory.
func commandLine(t *testing.T, repo, app string, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "dynamo-gitops", append([]string{"generate", app, "--kube-version", "1.33.1"}, args...)...)
	cmd.Dir = repo
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	manifests, err := kube.SplitYAMLToString(out)
	if err != nil {
		t.Fatal(err)
	}
	return manifests
}

func TestGenerateIsWhatTheCommandLinePrints(t *testing.T) {
	s, repo := start(t, "."), repository(t)
	for _, app := range []string{"clusters/dev", "clusters/test", "clusters/prod"} {
		got, err := s.generate(limited(t), t, repo, app)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(commandLine(t, repo, app), got); diff != "" {
			t.Errorf("%s (-command line +plugin):\n%s", app, diff)
		}
	}
}

func TestOutputs(t *testing.T) {
	s, repo := start(t, "."), repository(t)
	t.Setenv("DYNAMO_GITOPS_CHARTS", charts(t))
	for _, tt := range []struct{ output, with, without string }{
		{"helmrelease", `"kind":"HelmRelease"`, `"kind":"Application"`},
		{"application", `"kind":"Application"`, `"kind":"HelmRelease"`},
		{"rendered", `"kind":"StatefulSet"`, "helm.sh/hook"},
	} {
		got, err := s.generate(limited(t), t, repo, "clusters/prod",
			`ARGOCD_APP_PARAMETERS=[{"name":"output","string":"`+tt.output+`"}]`)
		if err != nil {
			t.Errorf("%s: %v", tt.output, err)
			continue
		}
		if !contains(got, tt.with) || contains(got, tt.without) {
			t.Errorf("%s: want %s and no %s in %d manifests", tt.output, tt.with, tt.without, len(got))
		}
		t.Logf("output %s: %d manifests", tt.output, len(got))
	}
}

func TestRefusals(t *testing.T) {
	s, repo := start(t, "."), repository(t)
	const canary = "canary-7f3a"
	write(t, filepath.Join(repo, "empty/README.md"), "nothing\n")
	write(t, filepath.Join(repo, "broken/platform.yaml"), "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: a, namespace: b}\nspec: {version: 0.9.0, profle: dev}\n")
	write(t, filepath.Join(repo, "escape/kustomization.yaml"), "resources: [../../outside]\n")
	for _, tt := range []struct{ name, app, env, want string }{
		{"unknown parameter", "clusters/dev", `ARGOCD_APP_PARAMETERS=[{"name":"token","string":"` + canary + `"}]`, `parameter "token": not known`},
		{"wrong type", "clusters/dev", `ARGOCD_APP_PARAMETERS=[{"name":"version","map":{"a":"` + canary + `"}}]`, `parameter "version": not a string`},
		{"no JSON", "clusters/dev", `ARGOCD_APP_PARAMETERS={` + canary, "no list of parameters"},
		{"path as profile", "clusters/dev", `ARGOCD_APP_PARAMETERS=[{"name":"profile","string":"../../` + canary + `"}]`, "use dev, test, prod"},
		{"command as version", "clusters/dev", "ARGOCD_ENV_VERSION=$(cat /etc/" + canary + ")", "no chart version"},
		{"unknown variable", "clusters/dev", "ARGOCD_ENV_PASSWORD=" + canary, "not known"},
		{"unknown value", "clusters/dev", `ARGOCD_ENV_VALUES={nats: {jetstream: {` + canary + `: 1}}}`, "base/platform.yaml:7: "},
		{"empty directory", "empty", "", "holds no manifests"},
		{"misspelt field", "broken", "", "broken/platform.yaml:4: "},
		{"escape", "escape", "", "escape/kustomization.yaml:1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			manifests, err := s.generate(limited(t), t, repo, tt.app, tt.env)
			if err == nil || len(manifests) > 0 {
				t.Fatalf("got %d manifests and error %v", len(manifests), err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to hold %q", err, tt.want)
			}
			if tt.name != "unknown value" && strings.Contains(err.Error(), canary) {
				t.Errorf("the error holds what may be a secret: %v", err)
			}
			t.Log(err)
			if len(err.Error()) > 12_000 {
				t.Errorf("the error is %d bytes long", len(err.Error()))
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	s, repo := start(t, "."), repository(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.client(t).GenerateManifest(ctx); err == nil {
		t.Error("a cancelled request went through")
	}
	cmd := exec.CommandContext(t.Context(), "dynamo-gitops", "cmp", "generate", "--deadline", "1ns")
	cmd.Dir = filepath.Join(repo, "clusters/prod")
	started := time.Now()
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "not done within") || time.Since(started) > 20*time.Second {
		t.Errorf("after %s: %v, %s", time.Since(started), err, out)
	}
}

func TestConcurrentCalls(t *testing.T) {
	s, repo := start(t, "."), repository(t)
	want := commandLine(t, repo, "clusters/prod")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			got, err := s.generate(limited(t), t, repo, "clusters/prod")
			if err != nil || cmp.Diff(want, got) != "" {
				t.Errorf("%d manifests, error %v", len(got), err)
			}
		})
	}
	wait.Wait()
}

func TestManyFiles(t *testing.T) {
	s, repo := start(t, "."), repository(t)
	const files = 100_000
	for i := range files {
		if i%1000 == 0 {
			if err := os.MkdirAll(filepath.Join(repo, "other", fmt.Sprint(i/1000)), 0o750); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(repo, "other", fmt.Sprint(i/1000), fmt.Sprint(i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	got, err := s.generate(ctx, t, repo, "clusters/dev")
	if err != nil || len(got) == 0 {
		t.Errorf("%d manifests, error %v", len(got), err)
	}
}

func TestSymlinkFarm(t *testing.T) {
	s, repo := start(t, "."), repository(t)
	for i := range 500 {
		if err := os.Symlink(fmt.Sprintf("l%d", (i+1)%500), filepath.Join(repo, "clusters/dev", fmt.Sprintf("l%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.generate(limited(t), t, repo, "clusters/dev"); err == nil || len(got) > 0 {
		t.Errorf("%d manifests, error %v", len(got), err)
	}
}

func TestMatch(t *testing.T) {
	repo := repository(t)
	for _, tt := range []struct {
		config, app         string
		enabled, configured bool
	}{
		{".", "clusters/prod", false, false},
		{"discovery", "clusters/prod", true, true},
		{"discovery", ".schemas", false, true},
	} {
		s := start(t, tt.config)
		checked, err := s.client(t).CheckPluginConfiguration(t.Context(), &emptypb.Empty{})
		if err != nil || checked.IsDiscoveryConfigured != tt.configured {
			t.Errorf("%s: discovery %v, error %v", tt.config, checked, err)
		}
		stream, err := s.client(t).MatchRepository(limited(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := argocmp.SendRepoStream(t.Context(), filepath.Join(repo, tt.app), repo, stream, environment(tt.app), nil); err != nil {
			t.Fatal(err)
		}
		got, err := stream.CloseAndRecv()
		if err != nil || got.IsSupported != tt.enabled {
			t.Errorf("%s in %s: %v, error %v", tt.config, tt.app, got, err)
		}
	}
}

func TestParameters(t *testing.T) {
	s, repo := start(t, "."), repository(t)
	stream, err := s.client(t).GetParametersAnnouncement(limited(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := argocmp.SendRepoStream(t.Context(), filepath.Join(repo, "clusters/prod"), repo, stream, environment("clusters/prod"), nil); err != nil {
		t.Fatal(err)
	}
	got, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, p := range got.ParameterAnnouncements {
		found[p.Name] = p.String_
	}
	want := map[string]string{
		"version": "0.9.0", "profile": "prod", "kube-version": "1.33.1", "output": "helmrelease", "validation": "normal", "values": "",
	}
	if diff := cmp.Diff(want, found); diff != "" {
		data, _ := json.Marshal(got)
		t.Errorf("(-want +got):\n%s\n%s", diff, data)
	}
}
