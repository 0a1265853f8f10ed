// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package generate

import (
	"encoding/json"
	"fmt"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	kjson "sigs.k8s.io/json"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// Overlay is what a profile prints, taken apart.
type Overlay struct {
	// Platform is the HelmRelease of dynamo-platform, without its values.
	Platform helmv2.HelmRelease
	// Position is where that HelmRelease stands, for the user's own overlays.
	Position object.Position
	// CRDs is the HelmRelease of dynamo-crds, or nil.
	CRDs *helmv2.HelmRelease
	// Values of the dynamo-platform release, in the keys of Version.
	Values map[string]any
	// Version is the chart version whose keys Values use.
	Version string
	// Release is what the overlay calls the release and its namespace.
	Release Identity
	// NamespaceLabels are the labels of the overlay's Namespace.
	NamespaceLabels map[string]string
	// Extra are the objects that are none of the above and no chart source.
	Extra []object.Object
}

// Identity is the name and namespace of a Helm release.
type Identity struct {
	// Name of the release.
	Name string
	// Namespace of the release.
	Namespace string
}

func identity(p *v1alpha1.Platform) Identity {
	return Identity{Name: ReleaseName(p), Namespace: p.Namespace}
}

// ReadOverlay takes apart what an overlay prints. It returns ErrNoRelease or
// ErrManyReleases when there is not exactly one HelmRelease of dynamo-platform,
// and an error that names the field when a HelmRelease does not decode.
func ReadOverlay(objects []object.Object) (Overlay, error) {
	var overlay Overlay
	found := false
	for _, o := range objects {
		switch {
		case isRelease(o, PlatformChart):
			if found {
				return Overlay{}, ErrManyReleases
			}
			found = true
			if err := overlay.readPlatform(o); err != nil {
				return Overlay{}, err
			}
		case isRelease(o, CRDChart):
			crds, err := decodeRelease(o)
			if err != nil {
				return Overlay{}, err
			}
			overlay.CRDs = crds
		case o.GetKind() == "Namespace" && o.Group() == "":
			overlay.NamespaceLabels = o.GetLabels()
		case o.Group() == "source.toolkit.fluxcd.io":
		default:
			overlay.Extra = append(overlay.Extra, o)
		}
	}
	if !found {
		return Overlay{}, ErrNoRelease
	}
	return overlay, nil
}

func (v *Overlay) readPlatform(o object.Object) error {
	release, err := decodeRelease(o)
	if err != nil {
		return err
	}
	raw, _, _ := nestedMap(o.Object, "spec", "values")
	v.Values = values.Clone(raw)
	v.Position = o.Position
	v.Release = Identity{Name: releaseName(release), Namespace: targetNamespace(release)}
	if release.Spec.Chart != nil {
		v.Version = release.Spec.Chart.Spec.Version
	}
	release.Spec.Values = nil
	v.Platform = *release
	return nil
}

func releaseName(r *helmv2.HelmRelease) string {
	if r.Spec.ReleaseName != "" {
		return r.Spec.ReleaseName
	}
	return r.Name
}

func targetNamespace(r *helmv2.HelmRelease) string {
	if r.Spec.TargetNamespace != "" {
		return r.Spec.TargetNamespace
	}
	return r.Namespace
}

func isRelease(o object.Object, chart string) bool {
	if o.Group() != helmv2.GroupVersion.Group || o.GetKind() != helmv2.HelmReleaseKind {
		return false
	}
	spec, ok, _ := nestedMap(o.Object, "spec", "chart", "spec")
	return ok && spec["chart"] == chart
}

func nestedMap(m map[string]any, path ...string) (map[string]any, bool, error) {
	value, ok := values.Get(m, path...)
	if !ok {
		return nil, false, nil
	}
	below, ok := value.(map[string]any)
	if !ok {
		return nil, false, fmt.Errorf("%s is no map", strings.Join(path, "."))
	}
	return below, true, nil
}

// decodeRelease reads a HelmRelease strictly: a misspelt field in an overlay
// would otherwise be lost in silence.
func decodeRelease(o object.Object) (*helmv2.HelmRelease, error) {
	data, err := json.Marshal(o.Object)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Reference(), err)
	}
	var release helmv2.HelmRelease
	strict, err := kjson.UnmarshalStrict(data, &release)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Reference(), err)
	}
	if len(strict) > 0 {
		return nil, fmt.Errorf("%s: %w", o.Reference(), strict[0])
	}
	return &release, nil
}

// rebase rewrites the addresses of NATS and etcd in an overlay's values, which
// carry the overlay's release name and namespace, to those of the Platform.
func rebase(in map[string]any, from, to Identity) map[string]any {
	if from == to {
		return in
	}
	var pairs []string
	for _, part := range []string{"nats", "etcd"} {
		pairs = append(pairs,
			from.Name+"-"+part+"."+from.Namespace+".svc",
			to.Name+"-"+part+"."+to.Namespace+".svc")
	}
	out, _ := replaceStrings(values.Clone(in), strings.NewReplacer(pairs...)).(map[string]any)
	return out
}

func replaceStrings(v any, replacer *strings.Replacer) any {
	switch v := v.(type) {
	case string:
		return replacer.Replace(v)
	case map[string]any:
		for key := range v {
			v[key] = replaceStrings(v[key], replacer)
		}
	case []any:
		for i := range v {
			v[i] = replaceStrings(v[i], replacer)
		}
	}
	return v
}
