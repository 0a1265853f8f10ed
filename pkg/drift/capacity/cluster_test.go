// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity_test

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/binaries"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/capacity"
)

func options(t *testing.T, config *rest.Config, pools ...v1alpha1.WorkerPool) capacity.Options {
	t.Helper()
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	dynamic, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return capacity.Options{Client: client, Dynamic: dynamic, Want: capacity.Want{Pools: pools}}
}

// liveNodes are the fake nodes of the pool, as the plane makes them Ready.
func liveNodes() []corev1.Node {
	var nodes []corev1.Node
	for _, name := range []string{"a", "b"} {
		n := testplane.GPUNode{Name: name, Product: h100, GPUs: 8, MemoryMiB: 81559}.Node()
		n.Labels[poolKey] = poolName
		nodes = append(nodes, n)
	}
	return nodes
}

func kubectl(t *testing.T, p *testplane.Plane, args ...string) {
	t.Helper()
	path, err := binaries.Find(binaries.Kubectl)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), path, append([]string{"--kubeconfig", p.Kubeconfig()}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("kubectl %q: %v\n%s", args, err, out)
	}
}

func find(seen drift.Observation, code string) (drift.Finding, bool) {
	i := slices.IndexFunc(seen.Findings, func(f drift.Finding) bool { return f.Code == code })
	if i < 0 {
		return drift.Finding{}, false
	}
	return seen.Findings[i], true
}

// TestOnAServer makes drift as a person would and looks at it both ways.
func TestOnAServer(t *testing.T) {
	p := testplane.New(t, testplane.Options{ControllerManager: true, KWOK: true, Nodes: liveNodes()})
	o := options(t, p.RESTConfig(), h100Pool())
	detector, err := capacity.NewDetector(o)
	if err != nil {
		t.Fatal(err)
	}
	watcher, err := capacity.NewWatcher(o, func() {})
	if err != nil {
		t.Fatal(err)
	}
	if got := watcher.Observe(); got.Verdict() != drift.VerdictUnknown {
		t.Errorf("before the first look: %q", brief(got))
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- watcher.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	both := func(step string, codes ...string) {
		t.Helper()
		testplane.Eventually(t, func(ctx context.Context) error {
			for name, seen := range map[string]drift.Observation{"one look": detector.Detect(ctx), "watch": watcher.Observe()} {
				if len(seen.Unknowns) > 0 || len(seen.Findings) != len(codes) {
					return fmt.Errorf("%s, %s: %q", step, name, brief(seen))
				}
				for _, code := range codes {
					if _, ok := find(seen, code); !ok {
						return fmt.Errorf("%s, %s: no %s in %q", step, name, code, brief(seen))
					}
				}
			}
			return nil
		})
	}
	both("at rest")
	kubectl(t, p, "cordon", "a")
	both("cordoned", "DG2207", "DG2205")
	if f, _ := find(detector.Detect(t.Context()), "DG2207"); !strings.HasPrefix(f.Author.Manager, "kubectl") || f.Author.Time.IsZero() {
		t.Errorf("author of the cordon = %+v", f.Author)
	}
	kubectl(t, p, "uncordon", "a")
	both("uncordoned")
	kubectl(t, p, "patch", "node", "b", "--subresource=status", "--type=merge", "-p", `{"status":{"allocatable":{"nvidia.com/gpu":"7"}}}`)
	both("a GPU less", "DG2211")
	if f, _ := find(watcher.Observe(), "DG2211"); f.Author.Manager != "kubectl-patch" || f.Author.Subresource != "status" {
		t.Errorf("author of the patch = %+v", f.Author)
	}
	kubectl(t, p, "label", "node", "a", "--overwrite", "nvidia.com/gpu.product=NVIDIA-A100-SXM4-80GB")
	both("another product", "DG2211", "DG2208")
	kubectl(t, p, "delete", "node", "b")
	both("a node gone", "DG2208", "DG2203")
}

// TestAPIServerGone shows that what cannot be read is unknown, and known again after.
func TestAPIServerGone(t *testing.T) {
	p := testplane.New(t, testplane.Options{ControllerManager: true, KWOK: true, Nodes: liveNodes()})
	watcher, err := capacity.NewWatcher(options(t, p.RESTConfig(), h100Pool()), func() {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- watcher.Start(ctx) }()
	defer func() { cancel(); <-ended }()
	want := func(verdict drift.Verdict) {
		t.Helper()
		testplane.Eventually(t, func(context.Context) error {
			if seen := watcher.Observe(); seen.Verdict() != verdict {
				return fmt.Errorf("verdict %s, want %s: %q", seen.Verdict(), verdict, brief(seen))
			}
			return nil
		})
	}
	want(drift.VerdictInSync)
	if err := p.StopAPIServer(); err != nil {
		t.Fatal(err)
	}
	want(drift.VerdictUnknown)
	if err := p.StartAPIServer(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(drift.VerdictInSync)
	kubectl(t, p, "cordon", "a")
	want(drift.VerdictDrifted)
}

// TestPartOfTheRights shows what a user sees who may read nodes only.
func TestPartOfTheRights(t *testing.T) {
	p := testplane.New(t, testplane.Options{Nodes: liveNodes()})
	admin, err := kubernetes.NewForConfig(p.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "nodes"}, Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"nodes"}, Verbs: []string{"list"}}}}
	if _, err := admin.RbacV1().ClusterRoles().Create(t.Context(), role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "nodes"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "nodes"},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "reader"}}}
	if _, err := admin.RbacV1().ClusterRoleBindings().Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	config, err := p.AddUser("reader")
	if err != nil {
		t.Fatal(err)
	}
	detector, err := capacity.NewDetector(options(t, config, workerPool(1, 3)))
	if err != nil {
		t.Fatal(err)
	}
	testplane.Eventually(t, func(ctx context.Context) error { // the binding takes a moment
		seen := detector.Detect(ctx)
		var unknown []string
		for _, u := range seen.Unknowns {
			unknown = append(unknown, u.Target.Endpoint)
			if !strings.Contains(u.Reason, "forbidden") || !strings.Contains(u.Action, "list and watch on "+u.Target.Endpoint) {
				t.Errorf("unknown %+v", u)
			}
		}
		if want := []string{"dynamographdeployments.nvidia.com", "pods", "resourceslices.resource.k8s.io"}; !slices.Equal(unknown, want) {
			return fmt.Errorf("unknown = %q, want %q", unknown, want)
		}
		if _, missing := find(seen, "DG2230"); missing {
			return fmt.Errorf("a graph that cannot be read is called missing: %q", brief(seen))
		}
		return nil
	})
}

func TestNothingToDetect(t *testing.T) {
	if _, err := capacity.NewDetector(capacity.Options{}); err == nil {
		t.Error("a detector without clients")
	}
	// Nobody listens there: without pools nothing is read.
	detector, err := capacity.NewDetector(options(t, &rest.Config{Host: "127.0.0.1:1", Timeout: time.Second}))
	if err != nil {
		t.Fatal(err)
	}
	if seen := detector.Detect(t.Context()); len(seen.Findings)+len(seen.Unknowns) > 0 {
		t.Errorf("seen %q", brief(seen))
	}
}
