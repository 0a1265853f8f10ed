// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

func Example() {
	replicas := int32(3)
	platform := v1alpha1.Platform{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.PlatformKind},
		ObjectMeta: metav1.ObjectMeta{Name: "dynamo", Namespace: "dynamo-system"},
		Spec: v1alpha1.PlatformSpec{
			Version: "1.5.0", Profile: v1alpha1.ProfileTest,
			Components: v1alpha1.Components{Etcd: v1alpha1.Etcd{Replicas: &replicas}},
		},
	}
	out, err := yaml.Marshal(platform.Spec.Components.Etcd)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s %s\n%s", platform.Kind, platform.Spec.Version, out)
	// Output:
	// Platform 1.5.0
	// replicas: 3
}

// TestDeepCopy shows that a copy shares nothing with the original.
func TestDeepCopy(t *testing.T) {
	t.Parallel()
	replicas := int32(3)
	original := &v1alpha1.Platform{Spec: v1alpha1.PlatformSpec{
		Components: v1alpha1.Components{Etcd: v1alpha1.Etcd{Replicas: &replicas}},
		Routes:     []v1alpha1.Route{{Name: "chat"}},
	}}
	changed := original.DeepCopy()
	*changed.Spec.Components.Etcd.Replicas = 5
	changed.Spec.Routes[0].Name = "other"
	if *original.Spec.Components.Etcd.Replicas != 3 || original.Spec.Routes[0].Name != "chat" {
		t.Errorf("the original changed with its copy: %+v", original.Spec)
	}
}

func TestGroupVersion(t *testing.T) {
	t.Parallel()
	if got := v1alpha1.GroupVersion().String(); got != v1alpha1.APIVersion {
		t.Errorf("group and version %s, want %s", got, v1alpha1.APIVersion)
	}
	if got := len(v1alpha1.Kinds()); got != 3 {
		t.Errorf("%d kinds, want 3", got)
	}
}
