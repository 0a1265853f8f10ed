// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package generate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// DefaultChartsURL is NVIDIA's Helm repository. It is an HTTPS index; there is
// no OCI form of it.
const DefaultChartsURL = "https://helm.ngc.nvidia.com/nvidia/ai-dynamo"

// The names of the two charts.
const (
	// PlatformChart installs the operator, NATS, etcd, Grove and KAI.
	PlatformChart = "dynamo-platform"
	// CRDChart installs the definitions; it exists below 1.0.0 only.
	CRDChart = "dynamo-crds"
)

// The labels of generated objects.
const (
	// LabelPlatform holds the name of the Platform an object was made from.
	LabelPlatform = v1alpha1.Group + "/platform"
	// LabelModel holds the name of the Model an object was made from.
	LabelModel = v1alpha1.Group + "/model"
)

// Errors about the overlay that a Platform starts from.
var (
	// ErrNoRelease means that the overlay prints no HelmRelease of the chart
	// dynamo-platform.
	ErrNoRelease = errors.New("the overlay prints no HelmRelease of the chart " + PlatformChart)
	// ErrManyReleases means that it prints more than one.
	ErrManyReleases = errors.New("the overlay prints more than one HelmRelease of the chart " + PlatformChart)
)

// PlatformInput is everything a Platform is generated from.
type PlatformInput struct {
	// Platform as written.
	Platform v1alpha1.Platform
	// Overlay is what the profile or the user's overlay printed, taken apart by
	// ReadOverlay.
	Overlay Overlay
	// Profile are the overlay's values, translated to the Platform's version.
	Profile map[string]any
	// Components are the values that the typed components compile to.
	Components map[string]any
	// Raw are the values under spec.values.
	Raw map[string]any
	// CRDRelease says whether this Platform brings the dynamo-crds release.
	CRDRelease bool
	// CRDDependency is the dynamo-crds release to wait for; nil from 1.0.0.
	CRDDependency *helmv2.DependencyReference
	// SkipCRDs keeps Helm away from definitions: true from 1.0.0, where the
	// operator applies them itself.
	SkipCRDs bool
}

// PlatformOutput is what a Platform became.
type PlatformOutput struct {
	// Objects in no particular order.
	Objects []object.Object
	// Values of the dynamo-platform release.
	Values map[string]any
	// Origins says for each leaf of Values which layer wrote it, sorted by path.
	Origins []Origin
}

// Layer names who wrote a value, lowest first.
type Layer string

// The layers of values.
const (
	// LayerProfile is the shipped profile or the user's overlay.
	LayerProfile Layer = "profile"
	// LayerComponents is spec.components of the Platform.
	LayerComponents Layer = "components"
	// LayerValues is spec.values of the Platform.
	LayerValues Layer = "values"
)

// Origin says which layer wrote a value.
type Origin struct {
	// Path of the leaf in the values.
	Path string `json:"path"`
	// Layer that wrote it.
	Layer Layer `json:"layer"`
}

// Platform generates the objects of one Platform. The only errors are those of
// a Platform whose values do not encode as JSON, which decoding excludes.
func Platform(in PlatformInput) (*PlatformOutput, error) {
	p := &in.Platform
	merged, origins := mergeLayers(
		layer{LayerProfile, rebase(in.Profile, in.Overlay.Release, identity(p))},
		layer{LayerComponents, in.Components},
		layer{LayerValues, in.Raw},
	)
	release, err := platformRelease(in, merged)
	if err != nil {
		return nil, fmt.Errorf("HelmRelease of Platform %s: %w", p.Name, err)
	}
	objects := append(sources(p, in.CRDRelease), release)
	if createsNamespace(p) && (p.Spec.KubeConfig == nil || FluxNamespace(p) == p.Namespace) {
		objects = append(objects, namespace(p, in.Overlay))
	}
	if in.CRDRelease {
		crds, err := crdRelease(in)
		if err != nil {
			return nil, fmt.Errorf("HelmRelease of %s: %w", CRDChart, err)
		}
		objects = append(objects, crds)
	}
	objects = append(objects, routes(p, merged)...)
	objects = append(objects, in.Overlay.Extra...)
	return &PlatformOutput{Objects: objects, Values: merged, Origins: origins}, nil
}

// ReleaseName returns the Helm release name of a Platform.
func ReleaseName(p *v1alpha1.Platform) string {
	return cmp.Or(p.Spec.ReleaseName, p.Name)
}

// FluxNamespace returns the namespace of a Platform's HelmReleases.
func FluxNamespace(p *v1alpha1.Platform) string {
	return cmp.Or(p.Spec.FluxNamespace, p.Namespace)
}

type layer struct {
	name   Layer
	values map[string]any
}

// mergeLayers lays the layers over each other, lowest first, and remembers for
// each leaf of the result the highest layer that wrote it.
func mergeLayers(layers ...layer) (map[string]any, []Origin) {
	merged := map[string]any{}
	for _, l := range layers {
		merged = values.Merge(merged, l.values)
	}
	var origins []Origin
	values.Walk(merged, func(path values.Path, value any) bool {
		if below, ok := value.(map[string]any); ok && len(below) > 0 {
			return true
		}
		for _, l := range slices.Backward(layers) {
			if _, ok := values.Get(l.values, path...); ok {
				origins = append(origins, Origin{Path: path.String(), Layer: l.name})
				break
			}
		}
		return true
	})
	return merged, origins
}

func createsNamespace(p *v1alpha1.Platform) bool {
	return p.Spec.CreateNamespace == nil || *p.Spec.CreateNamespace
}

func namespace(p *v1alpha1.Platform, overlay Overlay) object.Object {
	metadata := map[string]any{"name": p.Namespace}
	if len(overlay.NamespaceLabels) > 0 {
		metadata["labels"] = stringMap(overlay.NamespaceLabels)
	}
	return object.New(map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": metadata,
	})
}

func stringMap(in map[string]string) map[string]any {
	out := make(map[string]any, len(in))
	for key, value := range in {
		out[key] = value
	}
	return out
}
