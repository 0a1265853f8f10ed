// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/controller"
)

// account makes a service account, bound to a cluster role in its namespace or,
// for cluster-admin, everywhere.
func (w *world) account(namespace, name, role string) {
	w.t.Helper()
	subject := rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name}
	ref := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role}
	if err := w.client.Create(w.t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}}); err != nil {
		w.t.Fatal(err)
	}
	if role == "cluster-admin" {
		if err := w.client.Create(w.t.Context(), &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name}, RoleRef: ref, Subjects: []rbacv1.Subject{subject}}); err != nil {
			w.t.Fatal(err)
		}
		return
	}
	if err := w.client.Create(w.t.Context(), &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}, RoleRef: ref, Subjects: []rbacv1.Subject{subject}}); err != nil {
		w.t.Fatal(err)
	}
}

// TestTenants shows that a tenant reaches no further than its account.
func TestTenants(t *testing.T) {
	w := newWorld(t, func(o *controller.Options) {
		o.Policy.NoCrossNamespaceRefs, o.Policy.DefaultServiceAccount = true, "tenant"
	})
	w.namespace("elsewhere")
	w.namespace("mine")
	editor := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "writes-config"}, Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"*"}}}}
	if err := w.client.Create(t.Context(), editor); err != nil {
		t.Fatal(err)
	}
	w.account("mine", "tenant", "writes-config")
	in := func(namespace string) func(*v1alpha1.PlatformSync) {
		return func(s *v1alpha1.PlatformSync) { s.Namespace = namespace }
	}
	good := w.repository("good")
	revision := good.push(map[string]string{"a.yaml": configMap("mine", "a", "1")})
	w.applied(w.sync("good", good.url, in("mine")), revision)

	bad := w.repository("bad")
	bad.push(map[string]string{"a.yaml": configMap("elsewhere", "a", "1")})
	w.ready(w.sync("bad", bad.url, in("mine")), metav1.ConditionFalse, v1alpha1.ReasonApplyFailed, `User "system:serviceaccount:mine:tenant" cannot`)
	if w.value("elsewhere", "a") != "none" {
		t.Error("a tenant wrote into another namespace")
	}
	w.ready(w.sync("none", good.url, in("elsewhere")), metav1.ConditionFalse, v1alpha1.ReasonApplyFailed, "system:serviceaccount:elsewhere:tenant")

	w.ready(w.sync("cross", "", in("mine"), func(s *v1alpha1.PlatformSync) {
		s.Spec.Git, s.Spec.SourceRef = nil, &v1alpha1.SourceReference{Kind: "GitRepository", Name: "x", Namespace: "elsewhere"}
	}), metav1.ConditionFalse, v1alpha1.ReasonAccessDenied, "spec.sourceRef: GitRepository elsewhere/x is in another namespace")
	w.ready(w.sync("depends", good.url, in("mine"), func(s *v1alpha1.PlatformSync) {
		s.Spec.DependsOn = []meta.NamespacedObjectReference{{Name: "x", Namespace: "elsewhere"}}
	}), metav1.ConditionFalse, v1alpha1.ReasonAccessDenied, "spec.dependsOn")
}

// TestRemoteCluster applies to another API server by a kubeconfig.
func TestRemoteCluster(t *testing.T) {
	w := newWorld(t)
	remote := testplane.New(t, testplane.Options{})
	data, err := os.ReadFile(remote.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "remote", Namespace: "default"}, Data: map[string][]byte{"value": data, "broken": []byte("{"), "exec": []byte(`
apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "https://127.0.0.1:1", certificate-authority: /etc/passwd}}]
`)}}
	if err := w.client.Create(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	repo := w.repository("remote")
	revision := repo.push(map[string]string{"a.yaml": configMap("default", "far", "1")})
	by := func(name, key string) func(*v1alpha1.PlatformSync) {
		return func(s *v1alpha1.PlatformSync) {
			s.Spec.KubeConfig = &meta.KubeConfigReference{SecretRef: &meta.SecretKeyReference{Name: name, Key: key}}
		}
	}
	sync := w.sync("remote", repo.url, by("remote", ""))
	w.applied(sync, revision)
	far := (&world{t: t, client: clientOf(t, remote)})
	if w.value("default", "far") != "none" || far.value("default", "far") != "1" {
		t.Error("applied to the wrong cluster")
	}
	if err := w.client.Delete(t.Context(), w.get(sync)); err != nil {
		t.Fatal(err)
	}
	w.gone(sync)
	if far.value("default", "far") != "none" {
		t.Error("the remote object was not deleted")
	}
	for name, tt := range map[string]struct {
		change func(*v1alpha1.PlatformSync)
		reason string
		text   string
	}{
		"no-secret": {by("nowhere", ""), v1alpha1.ReasonSourceNotReady, "the Secret default/nowhere does not exist"},
		"no-key":    {by("remote", "x"), v1alpha1.ReasonInvalidSpec, `the key "x" of the Secret default/remote is empty`},
		"broken":    {by("remote", "broken"), v1alpha1.ReasonInvalidSpec, "no usable kubeconfig"},
		"files":     {by("remote", "exec"), v1alpha1.ReasonInvalidSpec, "certificate-authority file"},
	} {
		t.Run(name, func(t *testing.T) {
			w.ready(w.sync(name, repo.url, tt.change), metav1.ConditionFalse, tt.reason, tt.text)
		})
	}
}

// moody is a reader that does not answer while it is off.
type moody struct {
	client.Reader
	off atomic.Bool
}

func (m *moody) Get(ctx context.Context, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
	if m.off.Load() {
		return errors.New("no answer")
	}
	return m.Reader.Get(ctx, key, o, options...)
}

// TestDeletionWaitsForTheKubeConfig shows that a Secret that cannot be read is not
// taken for one that is gone.
func TestDeletionWaitsForTheKubeConfig(t *testing.T) {
	secrets := &moody{}
	w := newWorld(t, func(o *controller.Options) { secrets.Reader, o.Secrets = o.Secrets, secrets })
	data, err := os.ReadFile(w.plane.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.client.Create(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "itself", Namespace: "default"}, Data: map[string][]byte{"value": data}}); err != nil {
		t.Fatal(err)
	}
	repo := w.repository("moody")
	revision := repo.push(map[string]string{"a.yaml": configMap("default", "a", "1")})
	sync := w.sync("moody", repo.url, func(s *v1alpha1.PlatformSync) {
		s.Spec.KubeConfig = &meta.KubeConfigReference{SecretRef: &meta.SecretKeyReference{Name: "itself"}}
	})
	w.applied(sync, revision)
	secrets.off.Store(true)
	if err := w.client.Delete(t.Context(), w.get(sync)); err != nil {
		t.Fatal(err)
	}
	w.ready(sync, metav1.ConditionFalse, meta.ArtifactFailedReason, "the Secret default/itself cannot be read: no answer")
	if w.value("default", "a") != "1" {
		t.Error("deleted, with whatever rights")
	}
	secrets.off.Store(false)
	w.gone(sync)
	if w.value("default", "a") != "none" {
		t.Error("the object was orphaned")
	}
}

// TestAPIServerGone shows that a controller outlives its API server.
func TestAPIServerGone(t *testing.T) {
	w := newWorld(t)
	repo := w.repository("gone")
	revision := repo.push(map[string]string{"a.yaml": configMap("default", "a", "1")})
	sync := w.sync("gone", repo.url, func(s *v1alpha1.PlatformSync) { s.Spec.Interval.Duration = 500_000_000 })
	w.applied(sync, revision)
	if err := w.plane.StopAPIServer(); err != nil {
		t.Fatal(err)
	}
	revision = repo.push(map[string]string{"a.yaml": configMap("default", "a", "2"), "b.yaml": configMap("default", "b", "2")})
	if err := w.plane.StartAPIServer(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.applied(sync, revision)
	if err := w.plane.RestartEtcd(t.Context()); err != nil {
		t.Fatal(err)
	}
	revision = repo.push(map[string]string{"a.yaml": configMap("default", "a", "3")})
	testplane.Eventually(t, func(ctx context.Context) error {
		if a, b := w.value("default", "a"), w.value("default", "b"); a != "3" || b != "none" {
			return fmt.Errorf("a = %s, b = %s", a, b)
		}
		return nil
	})
	w.applied(sync, revision)
}
