// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlays_test

import (
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/overlays"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

func build(t *testing.T, fsys fs.FS, dir string) []object.Object {
	t.Helper()
	result, err := overlay.Build(t.Context(), fsys, dir, overlay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return result.Objects
}

// TestProfilesPrintValidReleases is about the overlays on their own, as plain
// Kustomize: strict decoding refuses a misspelt field of a HelmRelease.
func TestProfilesPrintValidReleases(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"dev", "test", "prod"} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			read, err := generate.ReadOverlay(build(t, overlays.FS(), profile))
			if err != nil {
				t.Fatal(err)
			}
			if read.CRDs == nil {
				t.Fatal("no release of the definitions")
			}
			for name, spec := range map[string]struct{ release, timeout any }{
				"platform": {read.Platform.Spec.ReleaseName, read.Platform.Spec.Timeout},
				"crds":     {read.CRDs.Spec.ReleaseName, read.CRDs.Spec.Timeout},
			} {
				if spec.release == "" || spec.timeout == nil {
					t.Errorf("%s: release name %v, timeout %v; both must be set", name, spec.release, spec.timeout)
				}
			}
			if len(read.Platform.Spec.DependsOn) != 1 || read.Platform.Spec.DependsOn[0].Name != generate.CRDChart {
				t.Errorf("dependsOn %v, want the definitions", read.Platform.Spec.DependsOn)
			}
			version, err := chart.Lookup(read.Version, chart.LookupOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if issues := version.CheckValues(read.Values, nil); len(issues) > 0 {
				t.Errorf("values: %v", issues)
			}
			if token, _ := values.Get(read.Values, "etcd", "auth", "token", "enabled"); token != false {
				t.Errorf("etcd.auth.token.enabled is %v: every render would make another key", token)
			}
		})
	}
}

func TestRouteComponents(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	err := fs.WalkDir(overlays.FS(), "components", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(overlays.FS(), path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for component, want := range map[string]string{
		"route-ingress": "Ingress/inference/dynamo-frontend", "route-istio": "VirtualService/inference/dynamo-frontend",
	} {
		files["site/"+component+"/kustomization.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: inference\ncomponents:\n- ../../components/%s\n", component)}
		objects := build(t, files, "site/"+component)
		if len(objects) != 1 {
			t.Fatalf("%s gives %d objects, want 1", component, len(objects))
		}
		if diff := cmp.Diff(want, objects[0].Reference().String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", component, diff)
		}
	}
}
