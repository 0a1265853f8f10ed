// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package generate

import (
	"cmp"
	"strings"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	kjson "sigs.k8s.io/json"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

const ociPrefix = "oci://"

// helmLayer is the media type of a chart's layer in a registry.
const helmLayer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"

func isOCI(p *v1alpha1.Platform) bool {
	return strings.HasPrefix(p.Spec.Charts.URL, ociPrefix)
}

func ociName(p *v1alpha1.Platform, chart string) string {
	return p.Name + "-" + strings.TrimPrefix(chart, "dynamo-")
}

// sources makes the chart source: one HelmRepository for both charts, or one
// OCIRepository for each, because an OCI artifact is a single chart.
func sources(p *v1alpha1.Platform, crds bool) []object.Object {
	if !isOCI(p) {
		return []object.Object{helmRepository(p)}
	}
	objects := []object.Object{ociRepository(p, PlatformChart)}
	if crds {
		objects = append(objects, ociRepository(p, CRDChart))
	}
	return objects
}

func helmRepository(p *v1alpha1.Platform) object.Object {
	charts := p.Spec.Charts
	spec := map[string]any{
		"interval": interval(charts),
		"url":      cmp.Or(charts.URL, DefaultChartsURL),
	}
	setSecrets(spec, charts)
	return sourceObject(p, sourcev1.HelmRepositoryKind, p.Name, spec)
}

func ociRepository(p *v1alpha1.Platform, chart string) object.Object {
	charts := p.Spec.Charts
	spec := map[string]any{
		"interval":      interval(charts),
		"url":           strings.TrimSuffix(charts.URL, "/") + "/" + chart,
		"ref":           map[string]any{"tag": p.Spec.Version},
		"layerSelector": map[string]any{"mediaType": helmLayer, "operation": "copy"},
	}
	if charts.Insecure {
		spec["insecure"] = true
	}
	setSecrets(spec, charts)
	return sourceObject(p, sourcev1.OCIRepositoryKind, ociName(p, chart), spec)
}

func interval(charts v1alpha1.Charts) string {
	if charts.Interval == nil {
		return "1h"
	}
	return charts.Interval.Duration.String()
}

func setSecrets(spec map[string]any, charts v1alpha1.Charts) {
	if charts.SecretName != "" {
		spec["secretRef"] = map[string]any{"name": charts.SecretName}
	}
	if charts.CertSecretName != "" {
		spec["certSecretRef"] = map[string]any{"name": charts.CertSecretName}
	}
}

func sourceObject(p *v1alpha1.Platform, kind, name string, spec map[string]any) object.Object {
	return object.New(map[string]any{
		"apiVersion": sourcev1.GroupVersion.String(),
		"kind":       kind,
		"metadata": map[string]any{
			"name": name, "namespace": FluxNamespace(p),
			"labels": map[string]any{LabelPlatform: p.Name},
		},
		"spec": spec,
	})
}

func unmarshal(data []byte, into *map[string]any) error {
	return kjson.UnmarshalCaseSensitivePreserveInts(data, into)
}
