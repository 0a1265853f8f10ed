// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package generate_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

func release(name, chart string, mutate ...func(map[string]any)) object.Object {
	content := map[string]any{
		"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease",
		"metadata": map[string]any{"name": name, "namespace": "dynamo-system"},
		"spec": map[string]any{
			"interval":    "30m",
			"releaseName": name,
			"chart": map[string]any{"spec": map[string]any{
				"chart": chart, "version": "0.9.0",
				"sourceRef": map[string]any{"kind": "HelmRepository", "name": "dynamo"},
			}},
			"dependsOn": []any{map[string]any{"name": "dynamo-crds"}},
			"values": map[string]any{
				"etcd": map[string]any{"enabled": true, "replicaCount": int64(1)},
				"dynamo-operator": map[string]any{
					"natsAddr": "tls://dynamo-nats.dynamo-system.svc.cluster.local:4222",
				},
			},
		},
	}
	for _, m := range mutate {
		m(content)
	}
	return object.New(content)
}

func readOverlay(t *testing.T, objects ...object.Object) generate.Overlay {
	t.Helper()
	overlay, err := generate.ReadOverlay(objects)
	if err != nil {
		t.Fatal(err)
	}
	return overlay
}

func input(t *testing.T, mutate ...func(*v1alpha1.Platform)) generate.PlatformInput {
	t.Helper()
	overlay := readOverlay(t, release("dynamo", generate.PlatformChart), release("dynamo-crds", generate.CRDChart))
	p := v1alpha1.Platform{
		ObjectMeta: metav1.ObjectMeta{Name: "dynamo", Namespace: "dynamo-system"},
		Spec:       v1alpha1.PlatformSpec{Version: "0.9.0"},
	}
	for _, m := range mutate {
		m(&p)
	}
	return generate.PlatformInput{
		Platform: p, Overlay: overlay, Profile: overlay.Values,
		CRDRelease: true, CRDDependency: &helmv2.DependencyReference{Name: generate.CRDChart},
	}
}

func build(t *testing.T, in generate.PlatformInput) *generate.PlatformOutput {
	t.Helper()
	out, err := generate.Platform(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func find(t *testing.T, objects []object.Object, kind, name string) object.Object {
	t.Helper()
	for _, o := range objects {
		if o.GetKind() == kind && o.GetName() == name {
			return o
		}
	}
	t.Fatalf("no %s/%s among %d objects", kind, name, len(objects))
	return object.Object{}
}

func at(t *testing.T, o object.Object, path string) any {
	t.Helper()
	parsed, err := values.ParsePath(path)
	if err != nil {
		t.Fatal(err)
	}
	value, _ := values.Get(o.Object, parsed...)
	return value
}

func TestPlatformFields(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		mutate     func(*v1alpha1.Platform)
		kind, name string
		want       map[string]any
	}{
		"release name is always set": {
			kind: "HelmRelease", name: "dynamo",
			want: map[string]any{"spec.releaseName": "dynamo", "spec.targetNamespace": nil},
		},
		"release name differs from the object": {
			mutate: func(p *v1alpha1.Platform) { p.Spec.ReleaseName = "dyn" },
			kind:   "HelmRelease", name: "dynamo",
			want: map[string]any{
				"spec.releaseName":                     "dyn",
				"spec.values.dynamo-operator.natsAddr": "tls://dyn-nats.dynamo-system.svc.cluster.local:4222",
			},
		},
		"releases in another namespace": {
			mutate: func(p *v1alpha1.Platform) { p.Spec.FluxNamespace = "flux-system" },
			kind:   "HelmRelease", name: "dynamo",
			want: map[string]any{"metadata.namespace": "flux-system", "spec.targetNamespace": "dynamo-system"},
		},
		"overrides of the release": {
			mutate: func(p *v1alpha1.Platform) {
				p.Spec.Interval = &metav1.Duration{Duration: time.Hour}
				p.Spec.Timeout = &metav1.Duration{Duration: 5 * time.Minute}
				p.Spec.Suspend = true
				p.Spec.ServiceAccountName = "installer"
				p.Spec.KubeConfig = &v1alpha1.SecretKeyReference{Name: "remote", Key: "value"}
			},
			kind: "HelmRelease", name: "dynamo",
			want: map[string]any{
				"spec.interval": "1h0m0s", "spec.timeout": "5m0s", "spec.suspend": true,
				"spec.serviceAccountName": "installer", "spec.kubeConfig.secretRef.name": "remote",
				"spec.kubeConfig.secretRef.key": "value",
			},
		},
		"definitions stay when their release goes": {
			kind: "HelmRelease", name: "dynamo-crds",
			want: map[string]any{"spec.releaseName": "dynamo-crds", "spec.chart.spec.version": "0.9.0"},
		},
		"HTTPS repository": {
			mutate: func(p *v1alpha1.Platform) { p.Spec.Charts.SecretName = "repo" },
			kind:   "HelmRepository", name: "dynamo",
			want: map[string]any{
				"spec.url": generate.DefaultChartsURL, "spec.interval": "1h", "spec.secretRef.name": "repo",
			},
		},
		"OCI registry holds one chart each": {
			mutate: func(p *v1alpha1.Platform) {
				p.Spec.Charts = v1alpha1.Charts{URL: "oci://mirror.example.com/charts/", CertSecretName: "ca", Insecure: true}
			},
			kind: "OCIRepository", name: "dynamo-crds",
			want: map[string]any{
				"spec.url": "oci://mirror.example.com/charts/dynamo-crds", "spec.ref.tag": "0.9.0",
				"spec.certSecretRef.name": "ca", "spec.insecure": true, "spec.layerSelector.operation": "copy",
			},
		},
		"a release from OCI has no chart template": {
			mutate: func(p *v1alpha1.Platform) { p.Spec.Charts.URL = "oci://mirror.example.com/charts" },
			kind:   "HelmRelease", name: "dynamo",
			want: map[string]any{
				"spec.chart": nil, "spec.chartRef.kind": "OCIRepository", "spec.chartRef.name": "dynamo-platform",
			},
		},
		"drift mode": {
			mutate: func(p *v1alpha1.Platform) { p.Spec.Drift.Mode = v1alpha1.DriftEnabled },
			kind:   "HelmRelease", name: "dynamo",
			want: map[string]any{"spec.driftDetection.mode": "enabled"},
		},
		"ingress route takes class and secret of the operator": {
			mutate: func(p *v1alpha1.Platform) {
				p.Spec.Routes = []v1alpha1.Route{{
					Name: "chat", Graph: "inference/llama", Host: "chat.acme.test", ClassName: "nginx",
					Timeout: &metav1.Duration{Duration: 10 * time.Minute},
				}}
			},
			kind: "Ingress", name: "chat",
			want: map[string]any{
				"metadata.namespace": "inference", "spec.ingressClassName": "nginx",
				`metadata.annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"]`: "600",
			},
		},
		"istio route": {
			mutate: func(p *v1alpha1.Platform) {
				p.Spec.Routes = []v1alpha1.Route{{
					Name: "chat", Graph: "inference/llama", Host: "chat.acme.test", Type: v1alpha1.RouteIstio,
					Gateway: "istio-system/gw",
				}}
			},
			kind: "VirtualService", name: "chat",
			want: map[string]any{"spec.gateways": []any{"istio-system/gw"}, "spec.hosts": []any{"chat.acme.test"}},
		},
		"namespace": {
			mutate: func(p *v1alpha1.Platform) { p.Spec.Drift = v1alpha1.Drift{} },
			kind:   "Namespace", name: "dynamo-system",
			want: map[string]any{"apiVersion": "v1"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mutate := tt.mutate
			if mutate == nil {
				mutate = func(*v1alpha1.Platform) {}
			}
			got := find(t, build(t, input(t, mutate)).Objects, tt.kind, tt.name)
			for path, want := range tt.want {
				if diff := cmp.Diff(want, at(t, got, path)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", path, diff)
				}
			}
		})
	}
}

func TestPlatformKeepsDefinitions(t *testing.T) {
	t.Parallel()
	crds := find(t, build(t, input(t)).Objects, "HelmRelease", "dynamo-crds")
	want := []any{map[string]any{"kustomize": map[string]any{"patches": []any{map[string]any{
		"patch":  "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: all\n  annotations:\n    helm.sh/resource-policy: keep\n",
		"target": map[string]any{"kind": "CustomResourceDefinition"},
	}}}}}
	if diff := cmp.Diff(want, at(t, crds, "spec.postRenderers")); diff != "" {
		t.Errorf("post-renderers (-want +got):\n%s", diff)
	}
}

func TestPlatformFromOneDotZero(t *testing.T) {
	t.Parallel()
	in := input(t, func(p *v1alpha1.Platform) { p.Spec.Version = "1.5.0" })
	in.CRDRelease, in.CRDDependency, in.SkipCRDs = false, nil, true
	out := build(t, in)
	for _, o := range out.Objects {
		if o.GetName() == generate.CRDChart {
			t.Errorf("%s is generated although the chart does not exist any more", o.Reference())
		}
	}
	got := find(t, out.Objects, "HelmRelease", "dynamo")
	want := map[string]any{
		"spec.install.crds": "Skip", "spec.upgrade.crds": "Skip", "spec.dependsOn": nil,
		"spec.chart.spec.version": "1.5.0",
	}
	for path, value := range want {
		if diff := cmp.Diff(value, at(t, got, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestPlatformLayers(t *testing.T) {
	t.Parallel()
	in := input(t)
	in.Components = map[string]any{"etcd": map[string]any{"replicaCount": int64(3)}}
	in.Raw = map[string]any{"etcd": map[string]any{"logLevel": "debug"}, "nats": map[string]any{}}
	out := build(t, in)
	want := []generate.Origin{
		{Path: "dynamo-operator.natsAddr", Layer: generate.LayerProfile},
		{Path: "etcd.enabled", Layer: generate.LayerProfile},
		{Path: "etcd.logLevel", Layer: generate.LayerValues},
		{Path: "etcd.replicaCount", Layer: generate.LayerComponents},
		{Path: "nats", Layer: generate.LayerValues},
	}
	if diff := cmp.Diff(want, out.Origins); diff != "" {
		t.Errorf("origins (-want +got):\n%s", diff)
	}
	if got, _ := values.Get(in.Overlay.Values, "etcd", "replicaCount"); got != int64(1) {
		t.Errorf("the overlay's values were changed: replicaCount is %v", got)
	}
}

func TestPlatformWithoutNamespace(t *testing.T) {
	t.Parallel()
	no := false
	for _, o := range build(t, input(t, func(p *v1alpha1.Platform) { p.Spec.CreateNamespace = &no })).Objects {
		if o.GetKind() == "Namespace" {
			t.Error("a Namespace is generated although createNamespace is false")
		}
	}
}

// A release for another cluster finds its namespace there; the one that is
// generated here is for the HelmRelease alone.
func TestPlatformRemoteNamespace(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	tests := map[string]struct {
		create        *bool
		fluxNamespace string
		object        bool
		install       any
	}{
		"beside the release": {create: nil, object: true, install: true},
		"elsewhere":          {create: &yes, fluxNamespace: "flux-system", object: false, install: true},
		"not wanted":         {create: &no, fluxNamespace: "flux-system", object: false, install: nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := build(t, input(t, func(p *v1alpha1.Platform) {
				p.Spec.KubeConfig = &v1alpha1.SecretKeyReference{Name: "remote"}
				p.Spec.CreateNamespace, p.Spec.FluxNamespace = test.create, test.fluxNamespace
			}))
			made := slices.ContainsFunc(out.Objects, func(o object.Object) bool { return o.GetKind() == "Namespace" })
			if made != test.object {
				t.Errorf("Namespace generated: %v, want %v", made, test.object)
			}
			for _, release := range []string{"dynamo", "dynamo-crds"} {
				got, _ := values.Get(find(t, out.Objects, "HelmRelease", release).Object, "spec", "install", "createNamespace")
				if got != test.install {
					t.Errorf("%s: install.createNamespace is %v, want %v", release, got, test.install)
				}
			}
		})
	}
}

func TestPlatformAddsIgnoreRules(t *testing.T) {
	t.Parallel()
	got := find(t, build(t, input(t, func(p *v1alpha1.Platform) {
		p.Spec.Drift.Ignore = []v1alpha1.DriftIgnore{{
			Paths: []string{"/spec/replicas"}, Target: &v1alpha1.DriftTarget{Kind: "Deployment"}, Reason: "scaled by hand",
		}}
	})).Objects, "HelmRelease", "dynamo")
	want := []any{map[string]any{"paths": []any{"/spec/replicas"}, "target": map[string]any{"kind": "Deployment"}}}
	if diff := cmp.Diff(want, at(t, got, "spec.driftDetection.ignore")); diff != "" {
		t.Errorf("ignore rules (-want +got):\n%s", diff)
	}
}

func TestReadOverlayRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		objects []object.Object
		want    error
	}{
		"nothing":     {want: generate.ErrNoRelease},
		"another one": {objects: []object.Object{release("nginx", "nginx")}, want: generate.ErrNoRelease},
		"two releases": {
			objects: []object.Object{release("a", generate.PlatformChart), release("b", generate.PlatformChart)},
			want:    generate.ErrManyReleases,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := generate.ReadOverlay(tt.objects); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

func TestReadOverlayIsStrict(t *testing.T) {
	t.Parallel()
	misspelt := release("dynamo", generate.PlatformChart, func(content map[string]any) {
		values.Set(content, true, "spec", "suspended")
	})
	if _, err := generate.ReadOverlay([]object.Object{misspelt}); err == nil {
		t.Error("a misspelt field of a HelmRelease is accepted")
	}
}

func TestReadOverlayKeepsOtherObjects(t *testing.T) {
	t.Parallel()
	policy := object.New(map[string]any{
		"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": map[string]any{"name": "deny"},
	})
	namespace := object.New(map[string]any{
		"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": "x", "labels": map[string]any{"pod-security.kubernetes.io/enforce": "baseline"}},
	})
	overlay := readOverlay(t, release("dynamo", generate.PlatformChart), policy, namespace)
	in := input(t)
	in.Overlay = overlay
	out := build(t, in)
	find(t, out.Objects, "NetworkPolicy", "deny")
	ns := find(t, out.Objects, "Namespace", "dynamo-system")
	if ns.GetLabels()["pod-security.kubernetes.io/enforce"] != "baseline" {
		t.Errorf("labels of the namespace: %v", ns.GetLabels())
	}
}
