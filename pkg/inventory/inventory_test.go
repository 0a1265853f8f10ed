// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package inventory_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/inventory"
)

func TestIDs(t *testing.T) {
	for text, want := range map[string]inventory.ID{
		"inference_llama_nvidia.com_DynamoModel":               {Namespace: "inference", Name: "llama", Group: "nvidia.com", Kind: "DynamoModel"},
		"_dynamo-system__Namespace":                            {Name: "dynamo-system", Kind: "Namespace"},
		"_system__admin_rbac.authorization.k8s.io_ClusterRole": {Name: "system:admin", Group: "rbac.authorization.k8s.io", Kind: "ClusterRole"},
		"_a.b.c_apiextensions.k8s.io_CustomResourceDefinition": {Name: "a.b.c", Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"},
	} {
		got, err := inventory.Parse(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("Parse(%q) = %+v, %v, written %q", text, got, err, got.String())
		}
	}
	for _, text := range []string{"", "a", "a_b", "a_b_c", "___Kind", "ns_name_group_"} {
		if _, err := inventory.Parse(text); !errors.Is(err, inventory.ErrID) {
			t.Errorf("Parse(%q): %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("inference_llama_nvidia.com_DynamoModel")
	f.Add("_system__admin_rbac.authorization.k8s.io_ClusterRole")
	f.Fuzz(func(t *testing.T, text string) {
		if id, err := inventory.Parse(text); err == nil && id.String() != text {
			t.Errorf("%q is read as %+v and written as %q", text, id, id.String())
		}
	})
}

func TestSets(t *testing.T) {
	a := inventory.Set{{Kind: "Namespace", Name: "a"}: "v1", {Kind: "Namespace", Name: "b"}: "v1"}
	b := inventory.Set{{Kind: "Namespace", Name: "b"}: "v2", {Kind: "Namespace", Name: "c"}: "v2"}
	back, err := inventory.FromStatus(a.Union(b).Status())
	if err != nil {
		t.Fatal(err)
	}
	want := inventory.Set{{Kind: "Namespace", Name: "a"}: "v1", {Kind: "Namespace", Name: "b"}: "v2", {Kind: "Namespace", Name: "c"}: "v2"}
	if diff := cmp.Diff(want, back); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(inventory.Set{{Kind: "Namespace", Name: "a"}: "v1"}, a.Minus(b)); diff != "" {
		t.Error(diff)
	}
	if _, err := inventory.FromStatus(&v1alpha1.Inventory{Entries: []v1alpha1.InventoryEntry{{ID: "lost"}}}); !errors.Is(err, inventory.ErrID) {
		t.Errorf("an entry that cannot be read is dropped: %v", err)
	}
}

func TestObjectsOfASet(t *testing.T) {
	set := inventory.Set{
		{Group: "nvidia.com", Kind: "DynamoModel", Namespace: "x", Name: "m"}: "v1alpha1",
		{Kind: "Namespace", Name: "x"}:                                        "v1",
	}
	objects := set.Objects()
	if len(objects) != 2 || objects[0].GetKind() != "Namespace" || objects[1].GetAPIVersion() != "nvidia.com/v1alpha1" {
		t.Errorf("%v", objects)
	}
	if diff := cmp.Diff(set, inventory.FromObjects(objects)); diff != "" {
		t.Error(diff)
	}
}

func Example() {
	before := inventory.Set{{Kind: "ConfigMap", Namespace: "x", Name: "old"}: "v1"}
	for id := range before.Minus(inventory.Set{}) {
		fmt.Println(id)
	}
	// Output: x_old__ConfigMap
}
