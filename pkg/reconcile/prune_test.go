// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package reconcile_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/reconcile"
)

func live(apiVersion, kind string, more ...func(*unstructured.Unstructured)) *unstructured.Unstructured {
	u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": apiVersion, "kind": kind}}
	u.SetLabels(map[string]string{reconcile.LabelName: "sync", reconcile.LabelNamespace: "flux"})
	for _, change := range more {
		change(u)
	}
	return u
}

func annotated(key, value string) func(*unstructured.Unstructured) {
	return func(u *unstructured.Unstructured) { u.SetAnnotations(map[string]string{key: value}) }
}

func labelled(labels map[string]string) func(*unstructured.Unstructured) {
	return func(u *unstructured.Unstructured) { u.SetLabels(labels) }
}

func installed(ids ...string) func(*unstructured.Unstructured) {
	return func(u *unstructured.Unstructured) {
		entries := []any{}
		for _, id := range ids {
			entries = append(entries, map[string]any{"id": id, "v": "v1"})
		}
		u.Object["status"] = map[string]any{"inventory": map[string]any{"entries": entries}}
	}
}

func TestJudge(t *testing.T) {
	const helm = "helm.toolkit.fluxcd.io/v2"
	owner := reconcile.Owner{Name: "sync", Namespace: "flux"}
	for name, tt := range map[string]struct {
		live      *unstructured.Unstructured
		confirmed bool
		want      reconcile.Verdict
	}{
		"gone":                   {nil, false, reconcile.Forget},
		"not ours":               {live("v1", "ConfigMap", labelled(nil)), true, reconcile.Forget},
		"ordinary":               {live("v1", "ConfigMap"), false, reconcile.Delete},
		"never":                  {live("v1", "ConfigMap", annotated(v1alpha1.AnnotationPrune, v1alpha1.PruneDisabled)), true, reconcile.Forget},
		"namespace":              {live("v1", "Namespace"), false, reconcile.Refuse},
		"namespace, confirmed":   {live("v1", "Namespace"), true, reconcile.Delete},
		"namespace, annotated":   {live("v1", "Namespace", annotated(v1alpha1.AnnotationPrune, v1alpha1.PruneEnabled)), false, reconcile.Delete},
		"definition":             {live("apiextensions.k8s.io/v1", "CustomResourceDefinition"), false, reconcile.Refuse},
		"claim":                  {live("v1", "PersistentVolumeClaim"), false, reconcile.Refuse},
		"release, unknown":       {live(helm, "HelmRelease"), false, reconcile.Refuse},
		"release, stateful":      {live(helm, "HelmRelease", installed("ns_nats_apps_StatefulSet")), false, reconcile.Refuse},
		"release, stateless":     {live(helm, "HelmRelease", installed("ns_x_apps_Deployment")), false, reconcile.Delete},
		"release of definitions": {live(helm, "HelmRelease", installed("_x_apiextensions.k8s.io_CustomResourceDefinition")), false, reconcile.Release},
		"definitions, confirmed": {live(helm, "HelmRelease", installed("_x_apiextensions.k8s.io_CustomResourceDefinition")), true, reconcile.Release},
		"same kind, other group": {live("example.com/v1", "Namespace"), false, reconcile.Delete},
	} {
		if got := (reconcile.Safety{Confirmed: tt.confirmed}).Judge(owner, tt.live); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestTooMany(t *testing.T) {
	for _, tt := range []struct {
		safety      reconcile.Safety
		gone, total int
		want        bool
	}{
		{reconcile.Safety{}, 5, 5, false},
		{reconcile.Safety{}, 3, 6, false},
		{reconcile.Safety{}, 4, 6, true},
		{reconcile.Safety{Confirmed: true}, 6, 6, false},
		{reconcile.Safety{MaxShare: 10, ShareFrom: 1}, 1, 5, true},
	} {
		if got := tt.safety.TooMany(tt.gone, tt.total); got != tt.want {
			t.Errorf("%+v: %d of %d: %v", tt.safety, tt.gone, tt.total, got)
		}
	}
}

func TestForeign(t *testing.T) {
	owner := reconcile.Owner{Name: "sync", Namespace: "flux"}
	for want, u := range map[string]*unstructured.Unstructured{
		"":                        live("v1", "ConfigMap"),
		"PlatformSync flux/other": live("v1", "ConfigMap", labelled(map[string]string{reconcile.LabelName: "other", reconcile.LabelNamespace: "flux"})),
		"Kustomization flux/apps": live("v1", "ConfigMap", labelled(map[string]string{"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux"})),
		"Helm release ns/r": live("v1", "ConfigMap", labelled(map[string]string{"app.kubernetes.io/managed-by": "Helm"}), func(u *unstructured.Unstructured) {
			u.SetAnnotations(map[string]string{"meta.helm.sh/release-name": "r", "meta.helm.sh/release-namespace": "ns"})
		}),
		"Argo CD application a": live("v1", "ConfigMap", labelled(map[string]string{"argocd.argoproj.io/instance": "a"})),
	} {
		if got := owner.Foreign(u); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := owner.Foreign(live("v1", "ConfigMap", labelled(nil))); got != "" {
		t.Errorf("an object of nobody: %q", got)
	}
}
