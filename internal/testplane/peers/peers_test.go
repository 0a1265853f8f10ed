// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package peers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/binaries"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/peers"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

const platform = `apiVersion: dynamo-gitops.io/v1alpha1
kind: Platform
metadata: {name: dynamo, namespace: dynamo-system}
spec:
  version: 0.9.0
  profile: dev
  charts: {url: %s, insecure: true}
`

func charts(t *testing.T) *peers.Server {
	t.Helper()
	s, err := peers.ServeCharts(t.Context(), os.DirFS(filepath.Join("..", "..", "..", "overlays", "charts")), "dynamo-crds", "dynamo-platform")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestFluxInstallsPlatform shows that the real controllers accept what
// pipeline.Build makes: the definitions are installed, then the platform, whose
// NATS, etcd and operator run, and both releases are Ready.
func TestFluxInstallsPlatform(t *testing.T) {
	plan, err := pipeline.Build(t.Context(), pipeline.Options{FS: fstest.MapFS{
		"platform.yaml": {Data: fmt.Appendf(nil, platform, charts(t).URL)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	p := testplane.New(t, testplane.Options{ControllerManager: true, Scheduler: true, KWOK: true, Nodes: testplane.GPUNodes()})
	peers.New(t, p, binaries.SourceController, binaries.HelmController)
	client, err := dynamic.NewForConfig(p.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range plan.Objects {
		create(t, client, o)
	}
	sets := schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "statefulsets"}
	releases := schema.GroupVersionResource{Group: "helm.toolkit.fluxcd.io", Version: "v2", Resource: "helmreleases"}
	testplane.Eventually(t, func(ctx context.Context) error {
		for _, name := range []string{"dynamo-nats", "dynamo-etcd"} {
			if _, err := client.Resource(sets).Namespace("dynamo-system").Get(ctx, name, metav1.GetOptions{}); err != nil {
				return err
			}
		}
		list, err := client.Resource(releases).Namespace("dynamo-system").List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		if n := strings.Count(statuses(list), `"reason":"InstallSucceeded","status":"True","type":"Ready"`); n != 2 {
			return fmt.Errorf("%d of 2 releases are installed: %s", n, statuses(list))
		}
		return nil
	})
}

func statuses(list *unstructured.UnstructuredList) string {
	text := ""
	for _, item := range list.Items {
		data, err := json.Marshal(item.Object["status"])
		text += item.GetName() + " " + string(data) + fmt.Sprint(err) + "\n"
	}
	return text
}

// create creates an object, waiting for its kind to be served.
func create(t *testing.T, client dynamic.Interface, o object.Object) {
	t.Helper()
	data, err := o.YAML()
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(data, &u.Object); err != nil {
		t.Fatal(err)
	}
	gvk := u.GroupVersionKind()
	resource, _ := meta.UnsafeGuessKindToResource(gvk)
	testplane.Eventually(t, func(ctx context.Context) error {
		_, err := client.Resource(resource).Namespace(u.GetNamespace()).Create(ctx, u, metav1.CreateOptions{})
		return err
	})
}

func TestGitServer(t *testing.T) {
	dir := t.TempDir()
	server, err := peers.ServeGit(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	url, err := server.Create(t.Context(), "platform")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Create(t.Context(), "../escape"); err == nil {
		t.Error("a repository outside the directory was made")
	}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	git("init", "-q", "-b", "main", "work")
	git("-C", "work", "commit", "-q", "--allow-empty", "-m", "first")
	git("-C", "work", "push", "-q", url, "main")
	git("clone", "-q", url, "copy")
	git("-C", "copy", "rev-parse", "main")
}
