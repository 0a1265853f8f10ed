// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller_test

import (
	"strings"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// TestPushes follows one PlatformSync through pushes.
func TestPushes(t *testing.T) {
	w := newWorld(t)
	w.namespace("one")
	repo := w.repository("one")
	first := repo.push(map[string]string{"a.yaml": configMap("one", "a", "1"), "b.yaml": configMap("one", "b", "1")})
	sync := w.sync("one", repo.url)
	got := w.applied(sync, first)
	if w.value("one", "a") != "1" || w.value("one", "b") != "1" {
		t.Fatal("the objects are not there")
	}
	status := got.Status
	if status.LastAppliedRevision != first || status.LastAttemptedRevision != first || len(status.Inventory.Entries) != 2 ||
		len(status.History) != 1 || status.History[0].Revision != first || status.History[0].Objects != 2 {
		t.Errorf("status = %+v", status)
	}
	if !conditionIs(got, v1alpha1.SourceReadyCondition) || !conditionIs(got, v1alpha1.ValuesValidCondition) || conditionIs(got, meta.ReconcilingCondition) || conditionIs(got, meta.StalledCondition) {
		t.Errorf("conditions = %+v", got.Status.Conditions)
	}
	if w.events.of("one", "ConfigMap/one/a created") != 1 || w.events.of("one", "Applied revision: "+first) != 1 {
		t.Errorf("events = %q", w.events.events)
	}

	t.Run("a change and a removal", func(t *testing.T) {
		second := repo.push(map[string]string{"a.yaml": configMap("one", "a", "2")})
		at := w.reconcile(sync)
		got := w.applied(sync, second)
		if w.value("one", "a") != "2" || w.value("one", "b") != "none" {
			t.Error("the change or the removal did not happen")
		}
		if got.Status.LastHandledReconcileAt != at || len(got.Status.History) != 2 || len(got.Status.Inventory.Entries) != 1 {
			t.Errorf("status = %+v", got.Status)
		}
	})
	t.Run("a bad push", func(t *testing.T) {
		bad := repo.push(map[string]string{"a.yaml": configMap("one", "a", "3"), "bad.yaml": "kind: ConfigMap\nmetadata: {name: x}\n"})
		w.reconcile(sync)
		got := w.ready(sync, metav1.ConditionFalse, meta.BuildFailedReason, "bad.yaml:1")
		if !conditionIs(got, meta.StalledCondition) || conditionIs(got, v1alpha1.ValuesValidCondition) || !conditionIs(got, v1alpha1.SourceReadyCondition) {
			t.Errorf("conditions = %+v", got.Status.Conditions)
		}
		if got.Status.LastAttemptedRevision != bad || got.Status.LastAppliedRevision == bad || w.value("one", "a") != "2" {
			t.Errorf("status = %+v, value %s", got.Status, w.value("one", "a"))
		}
		if w.events.of("one", "Warning BuildFailed bad.yaml:1") != 1 {
			t.Errorf("events = %q", w.events.events)
		}
	})
	t.Run("an empty push", func(t *testing.T) {
		repo.push(map[string]string{"README.md": "nothing"})
		w.reconcile(sync)
		w.ready(sync, metav1.ConditionFalse, meta.BuildFailedReason, "DG11")
		if w.value("one", "a") != "2" {
			t.Error("an empty build pruned")
		}
	})
	t.Run("a good one again", func(t *testing.T) {
		good := repo.push(map[string]string{"a.yaml": configMap("one", "a", "4")})
		w.reconcile(sync)
		if got := w.applied(sync, good); conditionIs(got, meta.StalledCondition) || w.value("one", "a") != "4" {
			t.Errorf("conditions = %+v", got.Status.Conditions)
		}
	})
	t.Run("suspended", func(t *testing.T) {
		w.edit(sync, func(s *v1alpha1.PlatformSync) { s.Spec.Suspend = true })
		repo.push(map[string]string{"a.yaml": configMap("one", "a", "5")})
		w.reconcile(sync)
		w.edit(sync, func(s *v1alpha1.PlatformSync) { s.Spec.Suspend = false; s.Spec.Path = "./sub/" })
		// The generation of the resumed one has no such directory.
		w.ready(sync, metav1.ConditionFalse, meta.BuildFailedReason, "sub")
		if w.value("one", "a") != "4" {
			t.Error("a suspended PlatformSync was applied")
		}
	})
	t.Run("out of the root", func(t *testing.T) {
		outside := repo.push(map[string]string{"a.yaml": configMap("one", "a", "6")})
		w.edit(sync, func(s *v1alpha1.PlatformSync) { s.Spec.Path = "../../../.." })
		w.applied(sync, outside) // the root is as far up as it goes
		if w.value("one", "a") != "6" {
			t.Error("the root was not built")
		}
	})
	t.Run("deleted", func(t *testing.T) {
		if err := w.client.Delete(t.Context(), w.get(sync)); err != nil {
			t.Fatal(err)
		}
		w.gone(sync)
		if w.value("one", "a") != "none" {
			t.Error("the object outlived its PlatformSync")
		}
	})
}

// TestOthersObjects shows that nothing is taken from another owner.
func TestOthersObjects(t *testing.T) {
	w := newWorld(t)
	w.namespace("two")
	repo := w.repository("two")
	revision := repo.push(map[string]string{"a.yaml": configMap("two", "a", "mine"), "b.yaml": configMap("two", "b", "mine")})
	other := w.repository("other")
	owned := w.sync("owner", other.url)
	w.applied(owned, other.push(map[string]string{"a.yaml": configMap("two", "a", "theirs")}))

	sync := w.sync("two", repo.url)
	got := w.ready(sync, metav1.ConditionFalse, v1alpha1.ReasonForeignOwner, "PlatformSync default/owner")
	if !conditionIs(got, meta.StalledCondition) || w.value("two", "a") != "theirs" || w.value("two", "b") != "none" {
		t.Errorf("conditions = %+v", got.Status.Conditions)
	}
	// Forced once, by annotation.
	w.reconcile(sync, meta.ForceRequestAnnotation)
	if got := w.applied(sync, revision); got.Status.LastHandledForceAt == "" || w.value("two", "a") != "mine" {
		t.Errorf("status = %+v", got.Status)
	}
	// What was lost to somebody else is not deleted with its first owner.
	if err := w.client.Delete(t.Context(), w.get(owned)); err != nil {
		t.Fatal(err)
	}
	w.gone(owned)
	if w.value("two", "a") != "mine" {
		t.Error("an object was deleted by an owner that had lost it")
	}
}

func TestDependsOn(t *testing.T) {
	w := newWorld(t)
	w.namespace("three")
	repo := w.repository("three")
	revision := repo.push(map[string]string{"a.yaml": configMap("three", "a", "1")})
	second := w.sync("second", repo.url, func(s *v1alpha1.PlatformSync) {
		s.Spec.DependsOn = []meta.NamespacedObjectReference{{Name: "first"}}
	})
	w.ready(second, metav1.ConditionFalse, meta.DependencyNotReadyReason, "dependency default/first does not exist")
	if w.value("three", "a") != "none" {
		t.Error("applied before its dependency")
	}
	first := w.repository("first")
	w.applied(w.sync("first", first.url), first.push(map[string]string{"b.yaml": configMap("three", "b", "1")}))
	w.applied(second, revision)
	self := w.sync("self", repo.url, func(s *v1alpha1.PlatformSync) { s.Spec.DependsOn = []meta.NamespacedObjectReference{{Name: "self"}} })
	w.ready(self, metav1.ConditionFalse, v1alpha1.ReasonInvalidSpec, "names the PlatformSync itself")
}

// TestKindsThatComeLater applies an object of a kind that is defined afterwards.
func TestKindsThatComeLater(t *testing.T) {
	w := newWorld(t)
	w.namespace("four")
	repo := w.repository("four")
	revision := repo.push(map[string]string{
		"a.yaml": configMap("four", "a", "1"),
		"m.yaml": "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w, namespace: four}\nspec: {size: 1}\n",
	})
	sync := w.sync("four", repo.url)
	w.ready(sync, metav1.ConditionUnknown, meta.ProgressingReason, "Widget")
	if w.value("four", "a") != "1" {
		t.Error("what could be applied was not")
	}
	crd := unstructuredOf("apiextensions.k8s.io/v1", "CustomResourceDefinition")
	crd.SetName("widgets.example.com")
	crd.Object["spec"] = map[string]any{
		"group": "example.com", "scope": "Namespaced", "names": map[string]any{"kind": "Widget", "plural": "widgets", "singular": "widget", "listKind": "WidgetList"},
		"versions": []any{map[string]any{"name": "v1", "served": true, "storage": true, "schema": map[string]any{"openAPIV3Schema": map[string]any{
			"type": "object", "x-kubernetes-preserve-unknown-fields": true,
		}}}},
	}
	if err := w.client.Create(t.Context(), crd); err != nil {
		t.Fatal(err)
	}
	w.applied(sync, revision)
	widget := unstructuredOf("example.com/v1", "Widget")
	if err := w.client.Get(t.Context(), client.ObjectKey{Namespace: "four", Name: "w"}, widget); err != nil {
		t.Error(err)
	}
	// The event about the end is one, whatever number of attempts it took.
	if n := w.events.of("four", "Applied revision"); n != 1 {
		t.Errorf("%d events about the end: %s", n, strings.Join(w.events.events, "\n"))
	}
}
