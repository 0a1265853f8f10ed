// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package generate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// keepPatch keeps definitions when the release is removed, whatever the chart's
// own templates say.
const keepPatch = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: all
  annotations:
    helm.sh/resource-policy: keep
`

func platformRelease(in PlatformInput, merged map[string]any) (object.Object, error) {
	p := &in.Platform
	release := in.Overlay.Platform.DeepCopy()
	release.Name = p.Name
	release.Spec.ReleaseName = ReleaseName(p)
	setCommon(release, p)
	setChart(release, p, PlatformChart)
	release.Spec.DependsOn = dependencies(release.Spec.DependsOn, in.CRDDependency)
	if in.SkipCRDs {
		skipCRDs(release)
	}
	release.Spec.ValuesFrom = append(release.Spec.ValuesFrom, valuesFrom(p.Spec.ValuesFrom)...)
	data, err := json.Marshal(merged)
	if err != nil {
		return object.Object{}, fmt.Errorf("encode values: %w", err)
	}
	release.Spec.Values = &apiextensionsv1.JSON{Raw: data}
	release.Spec.DriftDetection = driftDetection(release.Spec.DriftDetection, p.Spec.Drift)
	return encode(release)
}

// crdRelease makes the release of dynamo-crds. The definitions stay when it is
// removed: with them would go every graph and model in the cluster.
func crdRelease(in PlatformInput) (object.Object, error) {
	p := &in.Platform
	release := &helmv2.HelmRelease{}
	if in.Overlay.CRDs != nil {
		release = in.Overlay.CRDs.DeepCopy()
	}
	release.Name = CRDChart
	release.Spec.ReleaseName = CRDChart
	if release.Spec.Interval.Duration == 0 {
		release.Spec.Interval = in.Overlay.Platform.Spec.Interval
	}
	setCommon(release, p)
	setChart(release, p, CRDChart)
	if !slices.ContainsFunc(release.Spec.PostRenderers, keepsDefinitions) {
		release.Spec.PostRenderers = append(release.Spec.PostRenderers, helmv2.PostRenderer{
			Kustomize: &helmv2.Kustomize{Patches: []kustomize.Patch{{
				Patch: keepPatch, Target: &kustomize.Selector{Kind: "CustomResourceDefinition"},
			}}},
		})
	}
	if p.Spec.Drift.Mode != "" {
		release.Spec.DriftDetection = driftDetection(release.Spec.DriftDetection,
			v1alpha1.Drift{Mode: p.Spec.Drift.Mode})
	}
	return encode(release)
}

func keepsDefinitions(r helmv2.PostRenderer) bool {
	return r.Kustomize != nil && slices.ContainsFunc(r.Kustomize.Patches, func(p kustomize.Patch) bool {
		return p.Target != nil && p.Target.Kind == "CustomResourceDefinition" &&
			strings.Contains(p.Patch, "helm.sh/resource-policy: keep")
	})
}

// setCommon sets what both releases share.
func setCommon(release *helmv2.HelmRelease, p *v1alpha1.Platform) {
	release.TypeMeta = metav1.TypeMeta{
		APIVersion: helmv2.GroupVersion.String(), Kind: helmv2.HelmReleaseKind,
	}
	release.Namespace = FluxNamespace(p)
	release.Labels = merged(release.Labels, p.Labels, map[string]string{LabelPlatform: p.Name})
	release.Annotations = merged(release.Annotations, kept(p.Annotations))
	spec := &release.Spec
	spec.TargetNamespace, spec.StorageNamespace = "", ""
	if release.Namespace != p.Namespace {
		spec.TargetNamespace = p.Namespace
	}
	if p.Spec.Interval != nil {
		spec.Interval = *p.Spec.Interval
	}
	if p.Spec.Timeout != nil {
		spec.Timeout = p.Spec.Timeout
	}
	if p.Spec.Suspend {
		spec.Suspend = true
	}
	spec.ServiceAccountName = cmp.Or(p.Spec.ServiceAccountName, spec.ServiceAccountName)
	if k := p.Spec.KubeConfig; k != nil {
		spec.KubeConfig = &meta.KubeConfigReference{
			SecretRef: &meta.SecretKeyReference{Name: k.Name, Key: k.Key},
		}
		createRemoteNamespace(release, p)
	}
}

// createRemoteNamespace lets Helm make the release namespace where the release
// goes to another cluster than the Namespace that is generated here.
func createRemoteNamespace(release *helmv2.HelmRelease, p *v1alpha1.Platform) {
	if !createsNamespace(p) {
		return
	}
	if release.Spec.Install == nil {
		release.Spec.Install = &helmv2.Install{}
	}
	release.Spec.Install.CreateNamespace = true
}

// setChart points the release at its chart: a HelmRepository and a version, or
// an OCIRepository, which holds the version itself.
func setChart(release *helmv2.HelmRelease, p *v1alpha1.Platform, chart string) {
	if isOCI(p) {
		release.Spec.Chart = nil
		release.Spec.ChartRef = &helmv2.CrossNamespaceSourceReference{
			Kind: sourcev1.OCIRepositoryKind, Name: ociName(p, chart),
		}
		return
	}
	template := &helmv2.HelmChartTemplate{}
	if release.Spec.Chart != nil {
		template = release.Spec.Chart
	}
	template.Spec.Chart = chart
	template.Spec.Version = p.Spec.Version
	template.Spec.SourceRef = helmv2.CrossNamespaceObjectReference{
		Kind: sourcev1.HelmRepositoryKind, Name: p.Name,
	}
	if p.Spec.Charts.Interval != nil {
		template.Spec.Interval = p.Spec.Charts.Interval
	}
	release.Spec.Chart, release.Spec.ChartRef = template, nil
}

func skipCRDs(release *helmv2.HelmRelease) {
	if release.Spec.Install == nil {
		release.Spec.Install = &helmv2.Install{}
	}
	if release.Spec.Upgrade == nil {
		release.Spec.Upgrade = &helmv2.Upgrade{}
	}
	release.Spec.Install.CRDs = helmv2.Skip
	release.Spec.Upgrade.CRDs = helmv2.Skip
}

// dependencies replaces the overlay's dependency on dynamo-crds by the one that
// holds for this version.
func dependencies(in []helmv2.DependencyReference, crds *helmv2.DependencyReference) []helmv2.DependencyReference {
	out := slices.DeleteFunc(slices.Clone(in), func(d helmv2.DependencyReference) bool {
		return d.Name == CRDChart
	})
	if crds != nil {
		out = append(out, *crds)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func valuesFrom(in []v1alpha1.ValuesReference) []helmv2.ValuesReference {
	var out []helmv2.ValuesReference
	for _, v := range in {
		out = append(out, helmv2.ValuesReference{
			Kind: v.Kind, Name: v.Name, ValuesKey: v.ValuesKey, TargetPath: v.TargetPath, Optional: v.Optional,
		})
	}
	return out
}

func driftDetection(base *helmv2.DriftDetection, d v1alpha1.Drift) *helmv2.DriftDetection {
	if base == nil {
		if d.Mode == "" && len(d.Ignore) == 0 {
			return nil
		}
		base = &helmv2.DriftDetection{}
	}
	if d.Mode != "" {
		base.Mode = helmv2.DriftDetectionMode(d.Mode)
	}
	for _, rule := range d.Ignore {
		base.Ignore = append(base.Ignore, helmv2.IgnoreRule{Paths: rule.Paths, Target: selector(rule.Target)})
	}
	return base
}

func selector(t *v1alpha1.DriftTarget) *kustomize.Selector {
	if t == nil {
		return nil
	}
	return &kustomize.Selector{
		Group: t.Group, Version: t.Version, Kind: t.Kind, Name: t.Name, Namespace: t.Namespace,
		LabelSelector: t.LabelSelector, AnnotationSelector: t.AnnotationSelector,
	}
}

// kept leaves out the annotations that tools put on files for themselves, this
// one included.
func kept(in map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range in {
		if strings.HasPrefix(key, v1alpha1.Group+"/") || strings.HasPrefix(key, "config.kubernetes.io/") || strings.HasPrefix(key, "internal.config.kubernetes.io/") ||
			strings.HasPrefix(key, "kubectl.kubernetes.io/") {
			continue
		}
		out[key] = value
	}
	return out
}

func merged(layers ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, layer := range layers {
		for key, value := range layer {
			out[key] = value
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// encode turns a typed object into the map that is written, without the status
// and the empty fields that the types print.
func encode(typed any) (object.Object, error) {
	data, err := json.Marshal(typed)
	if err != nil {
		return object.Object{}, err
	}
	content := map[string]any{}
	if err := unmarshal(data, &content); err != nil {
		return object.Object{}, err
	}
	delete(content, "status")
	if metadata, ok := content["metadata"].(map[string]any); ok {
		delete(metadata, "creationTimestamp")
	}
	return object.New(content), nil
}
