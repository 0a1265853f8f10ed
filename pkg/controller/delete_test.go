// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

const finalized = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: slow, namespace: del, finalizers: [example.com/slow]}\n"

// TestDeletionPolicies deletes PlatformSyncs of each policy.
func TestDeletionPolicies(t *testing.T) {
	w := newWorld(t)
	w.namespace("del")
	for name, tt := range map[string]struct {
		policy  v1alpha1.DeletionPolicy
		prune   bool
		suspend bool
		want    string
	}{
		"mirror":       {policy: v1alpha1.DeletionMirrorPrune, prune: true, want: "none"},
		"mirror-not":   {policy: v1alpha1.DeletionMirrorPrune, want: "1"},
		"delete":       {policy: v1alpha1.DeletionDelete, want: "none"},
		"wait":         {policy: v1alpha1.DeletionWaitForTermination, want: "none"},
		"orphan":       {policy: v1alpha1.DeletionOrphan, prune: true, want: "1"},
		"is-suspended": {policy: v1alpha1.DeletionDelete, prune: true, suspend: true, want: "1"},
	} {
		t.Run(name, func(t *testing.T) {
			repo := w.repository(name)
			revision := repo.push(map[string]string{"a.yaml": configMap("del", name, "1")})
			sync := w.sync(name, repo.url, func(s *v1alpha1.PlatformSync) { s.Spec.DeletionPolicy, s.Spec.Prune = tt.policy, tt.prune })
			w.applied(sync, revision)
			if tt.suspend {
				w.edit(sync, func(s *v1alpha1.PlatformSync) { s.Spec.Suspend = true })
			}
			if err := w.client.Delete(t.Context(), w.get(sync)); err != nil {
				t.Fatal(err)
			}
			w.gone(sync)
			if got := w.value("del", name); got != tt.want {
				t.Errorf("value = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestDeletionWaits(t *testing.T) {
	w := newWorld(t)
	w.namespace("del")
	repo := w.repository("slow")
	revision := repo.push(map[string]string{"a.yaml": finalized})
	sync := w.sync("slow", repo.url, func(s *v1alpha1.PlatformSync) { s.Spec.DeletionPolicy = v1alpha1.DeletionWaitForTermination })
	w.applied(sync, revision)
	if err := w.client.Delete(t.Context(), w.get(sync)); err != nil {
		t.Fatal(err)
	}
	w.ready(sync, metav1.ConditionUnknown, meta.ProgressingReason, "Waiting for 1 objects to be gone: ConfigMap/del/slow")
	slow := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "slow", Namespace: "del"}}
	if err := w.client.Patch(t.Context(), slow, client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`))); err != nil {
		t.Fatal(err)
	}
	w.gone(sync)
}

// TestDeletionKeepsData shows that data goes only when somebody confirms.
func TestDeletionKeepsData(t *testing.T) {
	w := newWorld(t)
	w.namespace("del")
	repo := w.repository("data")
	claim := "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: del}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n"
	both := map[string]string{"a.yaml": configMap("del", "data", "1"), "b.yaml": claim}
	revision := repo.push(both)
	sync := w.sync("data", repo.url)
	w.applied(sync, revision)

	// From Git.
	repo.push(map[string]string{"a.yaml": configMap("del", "data", "2")})
	w.reconcile(sync)
	got := w.ready(sync, metav1.ConditionFalse, v1alpha1.ReasonPruneRefused, "PersistentVolumeClaim/del/data")
	if w.value("del", "data") != "2" || len(got.Status.Inventory.Entries) != 2 || !conditionIs(got, meta.StalledCondition) {
		t.Errorf("status = %+v", got.Status)
	}
	w.applied(w.restore(sync, repo, both))

	// With the PlatformSync.
	if err := w.client.Delete(t.Context(), w.get(sync)); err != nil {
		t.Fatal(err)
	}
	w.ready(sync, metav1.ConditionFalse, v1alpha1.ReasonPruneRefused, "spec.deletionPolicy: Orphan")
	pvc := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "data", Namespace: "del"}}
	if err := w.client.Get(t.Context(), client.ObjectKeyFromObject(pvc), pvc); err != nil || pvc.DeletionTimestamp != nil {
		t.Fatalf("the claim is gone: %v", err)
	}
	w.edit(sync, func(s *v1alpha1.PlatformSync) {
		s.Annotations = map[string]string{v1alpha1.AnnotationPrune: v1alpha1.PruneEnabled}
	})
	w.gone(sync)
	testplane.Eventually(t, func(ctx context.Context) error {
		err := w.client.Get(ctx, client.ObjectKeyFromObject(pvc), pvc)
		if err == nil && pvc.DeletionTimestamp == nil {
			return fmt.Errorf("the claim was confirmed and is kept")
		}
		return client.IgnoreNotFound(err)
	})
}

// restore pushes and asks for a reconciliation.
func (w *world) restore(s *v1alpha1.PlatformSync, repo *repository, files map[string]string) (*v1alpha1.PlatformSync, string) {
	revision := repo.push(files)
	w.reconcile(s)
	return s, revision
}

// TestDeletionWithoutRights shows that a PlatformSync does not stay for ever when
// the account that applied is gone.
func TestDeletionWithoutRights(t *testing.T) {
	w := newWorld(t)
	w.namespace("del")
	w.account("default", "tenant", "cluster-admin")
	repo := w.repository("rights")
	revision := repo.push(map[string]string{"a.yaml": configMap("del", "rights", "1")})
	sync := w.sync("rights", repo.url, func(s *v1alpha1.PlatformSync) { s.Spec.ServiceAccountName = "tenant" })
	w.applied(sync, revision)
	if err := w.client.Delete(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "tenant", Namespace: "default"}}); err != nil {
		t.Fatal(err)
	}
	if err := w.client.Delete(t.Context(), w.get(sync)); err != nil {
		t.Fatal(err)
	}
	w.gone(sync)
	if w.value("del", "rights") != "1" || w.events.of("rights", "1 objects were left in place") != 1 {
		t.Errorf("value %s, events %q", w.value("del", "rights"), w.events.events)
	}
}
