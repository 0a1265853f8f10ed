// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// An overlay that lies below the directory is where the Platform starts from; it
// is not applied beside what becomes of it, nor is its base.
func TestBuildOverlayBelow(t *testing.T) {
	t.Parallel()
	release := `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: theirs, namespace: dynamo-system}
spec:
  interval: 7m
  chart: {spec: {chart: dynamo-platform, version: 0.9.0, sourceRef: {kind: HelmRepository, name: x}}}
  values: {etcd: {auth: {token: {enabled: false}}}, dynamo-operator: {namespaceRestriction: {enabled: true}}}
`
	files := []string{
		"platform.yaml", platform + "  overlay: ./mine\n",
		"other.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n",
		"mine/kustomization.yaml", "resources: [../theirs]\n",
		"theirs/kustomization.yaml", "resources: [release.yaml]\n",
		"theirs/release.yaml", release,
	}
	tests := map[string]struct {
		more []string
		want []string
	}{
		"as a whole": {
			want: []string{"ConfigMap//other", "HelmRelease/dynamo-system/dynamo", "HelmRelease/dynamo-system/dynamo-crds"},
		},
		"by name": {
			more: []string{"kustomization.yaml", "resources: [platform.yaml, mine]\n"},
			want: []string{"HelmRelease/dynamo-system/dynamo", "HelmRelease/dynamo-system/dynamo-crds", "HelmRelease/dynamo-system/theirs"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := mustBuild(t, pipeline.Options{FS: tree(slices.Concat(files, test.more)...)})
			var got []string
			for _, o := range plan.Objects {
				if kind := o.GetKind(); kind == "HelmRelease" || kind == "ConfigMap" {
					got = append(got, kind+"/"+o.GetNamespace()+"/"+o.GetName())
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
		})
	}
}
