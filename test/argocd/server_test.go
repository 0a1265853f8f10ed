// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd_test

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver"
	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"github.com/argoproj/argo-cd/v3/cmpserver/plugin"
	"github.com/argoproj/argo-cd/v3/util/cmp"
	"github.com/sirupsen/logrus"
)

const root = "../.."

// programs builds both programs once and puts them on the PATH, where the
// commands of plugin.yaml are found.
func TestMain(m *testing.M) {
	logrus.SetOutput(io.Discard)
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "argocd-test")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	build := exec.Command("go", "build", "-o", dir+"/", "./plugin/dynamo-gitops", "./plugin/dynamo-gitops-charts")
	build.Dir, build.Stderr = root, os.Stderr
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if err := build.Run(); err != nil {
		panic(err)
	}
	set("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	set("ARGOCD_PLUGINSOCKFILEPATH", dir)
	set("ARGOCD_CMP_WORKDIR", filepath.Join(dir, "work"))
	return m.Run()
}

func set(name, value string) {
	if err := os.Setenv(name, value); err != nil {
		panic(err)
	}
}

// server is the real server with a plugin.yaml of ours.
type server struct{ address string }

func start(t *testing.T, config string) *server {
	t.Helper()
	read, err := plugin.ReadPluginConfig(filepath.Join(root, "plugin/argocd", config))
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, *read)
}

func serve(t testing.TB, config plugin.PluginConfig) *server {
	t.Helper()
	argo, err := cmpserver.NewServer(plugin.CMPServerInitConstants{PluginConfig: config})
	if err != nil {
		t.Fatal(err)
	}
	grpc, err := argo.CreateGRPC()
	if err != nil {
		t.Fatal(err)
	}
	address := filepath.Join(t.TempDir(), "s.sock")
	listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", address)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- grpc.Serve(listener) }()
	t.Cleanup(func() {
		grpc.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return &server{address: address}
}

func (s *server) client(t testing.TB) apiclient.ConfigManagementPluginServiceClient {
	t.Helper()
	closer, client, err := apiclient.NewConfigManagementPluginClientSet(s.address).NewConfigManagementPluginClient()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = closer.Close() })
	return client
}

// environment is what the repo server sends along.
func environment(app string, more ...string) []string {
	return append([]string{
		"ARGOCD_APP_NAME=dynamo", "ARGOCD_APP_NAMESPACE=dynamo-system", "ARGOCD_APP_PROJECT_NAME=default",
		"ARGOCD_APP_SOURCE_PATH=" + app, "KUBE_VERSION=1.33.1", "KUBE_API_VERSIONS=v1,apps/v1",
	}, more...)
}

func (s *server) generate(ctx context.Context, t testing.TB, repo, app string, env ...string) ([]string, error) {
	t.Helper()
	stream, err := s.client(t).GenerateManifest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmp.SendRepoStream(ctx, filepath.Join(repo, app), repo, stream, environment(app, env...), nil); err != nil {
		return nil, err
	}
	response, err := stream.CloseAndRecv()
	if err != nil {
		return nil, err
	}
	return response.Manifests, nil
}

// repository copies the starter repository.
func repository(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "repo")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "examples/quickstart"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// limited bounds one request as the repo server does.
func limited(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// charts is the directory of the reference charts.
func charts(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join(root, "overlays/charts"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func contains(manifests []string, part string) bool {
	return strings.Contains(strings.Join(manifests, "\n"), part)
}
