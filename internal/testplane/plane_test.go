// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/binaries"
)

func clientFor(t *testing.T, config *rest.Config) *kubernetes.Clientset {
	t.Helper()
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// TestServer uses one plane for what an API server must do.
func TestServer(t *testing.T) {
	p := testplane.New(t, testplane.Options{})
	client := clientFor(t, p.RESTConfig())
	t.Run("version", func(t *testing.T) { checkVersion(t, client) })
	t.Run("RBAC", func(t *testing.T) { checkRBAC(t, p, client) })
	t.Run("files are private", func(t *testing.T) { checkModes(t, p) })
	t.Run("loopback only", func(t *testing.T) { checkLoopback(t, p) })
	t.Run("audit log", func(t *testing.T) { checkAudit(t, p, client) })
	t.Run("faults keep data", func(t *testing.T) { checkFaults(t, p, client) })
}

func checkVersion(t *testing.T, client kubernetes.Interface) {
	version, err := client.Discovery().ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("KUBEBUILDER_ASSETS") != "" {
		t.Logf("the user's own API server: %s", version.GitVersion)
		return
	}
	if version.GitVersion != binaries.KubernetesVersion || version.Major != "1" || version.Minor != "36" {
		t.Errorf("version %s (%s.%s), want %s", version.GitVersion, version.Major, version.Minor, binaries.KubernetesVersion)
	}
}

func checkRBAC(t *testing.T, p *testplane.Plane, admin kubernetes.Interface) {
	config, err := p.AddUser("alice", "readers")
	if err != nil {
		t.Fatal(err)
	}
	alice := clientFor(t, config)
	if _, err := alice.CoreV1().ConfigMaps("default").List(t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		t.Fatalf("without a role: %v, want forbidden", err)
	}
	role := &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Name: "readers"},
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"list"}}},
	}
	if _, err := admin.RbacV1().Roles("default").Create(t.Context(), role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "readers"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.GroupKind, Name: "readers", APIGroup: rbacv1.GroupName}},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "readers"},
	}
	if _, err := admin.RbacV1().RoleBindings("default").Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	testplane.Eventually(t, func(ctx context.Context) error {
		_, err := alice.CoreV1().ConfigMaps("default").List(ctx, metav1.ListOptions{})
		return err
	})
	if _, err := alice.CoreV1().Secrets("default").List(t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("another resource: %v, want forbidden", err)
	}
	anonymous := rest.AnonymousClientConfig(p.RESTConfig())
	if _, err := clientFor(t, anonymous).CoreV1().ConfigMaps("default").List(t.Context(), metav1.ListOptions{}); !apierrors.IsUnauthorized(err) {
		t.Errorf("nobody: %v, want unauthorized", err)
	}
}

func checkModes(t *testing.T, p *testplane.Plane) {
	err := filepath.WalkDir(p.Dir(), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a temporary file of a program
		}
		if err != nil || entry.IsDir() {
			return err
		}
		if filepath.Ext(path) != ".key" && filepath.Base(path) != "kubeconfig" {
			return nil
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(p.Dir()); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory: %v, %v", info.Mode(), err)
	}
}

// checkLoopback looks at the kernel's table of listening sockets.
func checkLoopback(t *testing.T, p *testplane.Plane) {
	found := 0
	for program, pid := range p.PIDs() {
		for _, address := range listening(t, pid) {
			found++
			if host, _, err := net.SplitHostPort(address); err != nil || !net.ParseIP(host).IsLoopback() {
				t.Errorf("%s listens on %s (%v)", program, address, err)
			}
		}
	}
	if found < 3 {
		t.Errorf("%d listening sockets found; the API server and etcd have three", found)
	}
}

func checkAudit(t *testing.T, p *testplane.Plane, client kubernetes.Interface) {
	const name = "counted-in-the-audit-log"
	if _, err := client.CoreV1().Secrets("default").Get(t.Context(), name, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Fatal(err)
	}
	testplane.Eventually(t, func(context.Context) error {
		log, err := os.ReadFile(p.AuditLog())
		if err != nil {
			return err
		}
		n := 0
		for line := range strings.Lines(string(log)) {
			if strings.Contains(line, name) {
				n++
			}
		}
		if n != 1 {
			return fmt.Errorf("the request is %d times in the audit log", n)
		}
		return nil
	})
}

func checkFaults(t *testing.T, p *testplane.Plane, client kubernetes.Interface) {
	made, err := client.CoreV1().ConfigMaps("default").Create(t.Context(),
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "kept"}, Data: map[string]string{"a": "b"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.StopAPIServer(); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Discovery().ServerVersion(); err == nil {
		t.Fatal("the API server answers after StopAPIServer")
	}
	if err := p.StartAPIServer(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.RestartEtcd(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept, err := client.CoreV1().ConfigMaps("default").Get(t.Context(), "kept", metav1.GetOptions{})
	if err != nil || kept.UID != made.UID || kept.Data["a"] != "b" {
		t.Errorf("after the restarts: %v, %v", kept, err)
	}
}

// TestPlanesSideBySide also shows that Stop leaves nothing, that a directory given
// is kept, and that a plane in it goes on with its data at the same address.
func TestPlanesSideBySide(t *testing.T) {
	kept := t.TempDir()
	first, err := testplane.Start(t.Context(), testplane.Options{Dir: kept})
	if err != nil {
		t.Fatal(err)
	}
	second := testplane.New(t, testplane.Options{})
	other := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "other"}}
	if _, err := clientFor(t, first.RESTConfig()).CoreV1().Namespaces().Create(t.Context(), other, metav1.CreateOptions{}); err != nil {
		t.Error(err)
	}
	if _, err := clientFor(t, second.RESTConfig()).CoreV1().Namespaces().Get(t.Context(), "other", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the second plane knows the first one's namespace: %v", err)
	}
	mixed := second.RESTConfig()
	mixed.Host = first.RESTConfig().Host
	if _, err := clientFor(t, mixed).Discovery().ServerVersion(); err == nil {
		t.Error("a client of one plane is let in by the other")
	}
	stopped(t, first)
	if _, err := os.Stat(filepath.Join(kept, "etcd")); err != nil {
		t.Errorf("a given directory is not kept: %v", err)
	}
	again := testplane.New(t, testplane.Options{Dir: kept})
	if again.RESTConfig().Host != first.RESTConfig().Host {
		t.Errorf("at %s, before at %s", again.RESTConfig().Host, first.RESTConfig().Host)
	}
	if _, err := clientFor(t, first.RESTConfig()).CoreV1().Namespaces().Get(t.Context(), "other", metav1.GetOptions{}); err != nil {
		t.Errorf("by the earlier client: %v", err)
	}
}

func TestNothingIsLeft(t *testing.T) {
	p, err := testplane.Start(t.Context(), testplane.Options{ControllerManager: true, Scheduler: true, KWOK: true})
	if err != nil {
		t.Fatal(err)
	}
	stopped(t, p)
	if _, err := os.Stat(p.Dir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the temporary directory is left: %v", err)
	}
	if err := p.Stop(); err != nil {
		t.Errorf("stopping again: %v", err)
	}
}

// stopped stops a plane and looks for its processes.
func stopped(t *testing.T, p *testplane.Plane) {
	t.Helper()
	pids := p.PIDs()
	if len(pids) < 2 {
		t.Fatalf("only %v run", pids)
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	for program, pid := range pids {
		if _, err := testplane.Identity(pid); err == nil {
			t.Errorf("%s still runs as process %d", program, pid)
		}
	}
}

func TestControllers(t *testing.T) {
	p := testplane.New(t, testplane.Options{
		ControllerManager: true, Scheduler: true, KWOK: true,
		Nodes: testplane.GPUNodes(),
	})
	client := clientFor(t, p.RESTConfig())
	testplane.Eventually(t, func(ctx context.Context) error {
		node, err := client.CoreV1().Nodes().Get(ctx, "h100-0", metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, c := range node.Status.Conditions {
			if c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue {
				if gpus := node.Status.Allocatable["nvidia.com/gpu"]; gpus.Value() != 8 {
					return fmt.Errorf("allocatable: %v", node.Status.Allocatable)
				}
				return nil
			}
		}
		return fmt.Errorf("the node's conditions: %v", node.Status.Conditions)
	})
	labels := map[string]string{"app": "set"}
	replicas := int32(2)
	set := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "set"},
		Spec: appsv1.StatefulSetSpec{
			Replicas: &replicas, ServiceName: "set", Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.invalid/none:1"}}},
			},
		},
	}
	if _, err := client.AppsV1().StatefulSets("default").Create(t.Context(), set, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	testplane.Eventually(t, func(ctx context.Context) error {
		got, err := client.AppsV1().StatefulSets("default").Get(ctx, "set", metav1.GetOptions{})
		if err == nil && got.Status.ReadyReplicas != replicas {
			err = fmt.Errorf("%d of %d replicas are ready", got.Status.ReadyReplicas, replicas)
		}
		return err
	})
}

func TestCRDs(t *testing.T) {
	p := testplane.New(t, testplane.Options{CRDs: []string{filepath.Join("..", "..", "overlays", "charts", "dynamo-crds")}})
	resources, err := clientFor(t, p.RESTConfig()).Discovery().ServerResourcesForGroupVersion("nvidia.com/v1alpha1")
	if err != nil || len(resources.APIResources) == 0 {
		t.Errorf("nvidia.com/v1alpha1: %v, %v", resources, err)
	}
	if err := p.InstallCRDs(t.Context(), p.Dir()); err == nil || !strings.Contains(err.Error(), "holds no CustomResourceDefinition") {
		t.Errorf("a directory without definitions: %v", err)
	}
}

func TestStartWithoutPrograms(t *testing.T) {
	t.Setenv("KUBEBUILDER_ASSETS", "")
	t.Setenv("DYNAMO_GITOPS_CACHE", t.TempDir())
	_, err := testplane.Start(t.Context(), testplane.Options{})
	var missing *binaries.NotFoundError
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "make testplane") {
		t.Errorf("%v, want what to run", err)
	}
}
