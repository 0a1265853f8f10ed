// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package generate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func model(spec v1alpha1.ModelSpec) *v1alpha1.Model {
	return &v1alpha1.Model{
		ObjectMeta: metav1.ObjectMeta{Name: "llama", Namespace: "inference"}, Spec: spec,
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	no := false
	tests := map[string]struct {
		spec v1alpha1.ModelSpec
		want []map[string]any
	}{
		"base alone": {
			spec: v1alpha1.ModelSpec{ModelName: "meta-llama/Llama-3.3-70B-Instruct"},
			want: []map[string]any{{
				"modelName": "meta-llama/Llama-3.3-70B-Instruct", "modelType": "base",
				"baseModelName": "meta-llama/Llama-3.3-70B-Instruct",
			}},
		},
		"adapter without its base": {
			spec: v1alpha1.ModelSpec{ModelName: "m", Base: &no, Adapters: []v1alpha1.Adapter{
				{Name: "sql", ModelName: "acme/sql-v3", Source: "hf://acme/sql@4f1c"},
			}},
			want: []map[string]any{{
				"modelName": "acme/sql-v3", "modelType": "lora", "baseModelName": "m",
				"source": map[string]any{"uri": "hf://acme/sql@4f1c"},
			}},
		},
		"defaults of an adapter": {
			spec: v1alpha1.ModelSpec{ModelName: "m", Base: &no, Adapters: []v1alpha1.Adapter{
				{Name: "chat", Type: v1alpha1.AdapterOther},
			}},
			want: []map[string]any{{"modelName": "chat", "modelType": "adapter", "baseModelName": "m"}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []map[string]any
			for _, o := range generate.Models(model(tt.spec), object.Object{}) {
				if o.GetNamespace() != "inference" || o.GetLabels()[generate.LabelModel] != "llama" {
					t.Errorf("metadata of %s: %v", o.Reference(), o.Object["metadata"])
				}
				got = append(got, o.Object["spec"].(map[string]any))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("specs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestModelsCarryThePositionAndMetadataOfTheModel(t *testing.T) {
	t.Parallel()
	m := model(v1alpha1.ModelSpec{ModelName: "m"})
	m.Labels = map[string]string{"team": "search"}
	m.Annotations = map[string]string{
		"owner": "ml", "dynamo-gitops.io/accepted-findings": "DG1401", "config.kubernetes.io/origin": "path: x", "kubectl.kubernetes.io/last-applied-configuration": "{}",
	}
	source := object.New(map[string]any{})
	source.Position = object.Position{File: "models.yaml", Line: 7}
	got := generate.Models(m, source)[0]
	if got.Position != source.Position {
		t.Errorf("position %v, want %v", got.Position, source.Position)
	}
	if diff := cmp.Diff(map[string]string{"owner": "ml"}, got.GetAnnotations()); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	if got.GetLabels()["team"] != "search" {
		t.Errorf("labels %v, want those of the Model", got.GetLabels())
	}
}

func TestModelObjectNameFollowsTheImmutableFields(t *testing.T) {
	t.Parallel()
	name := generate.ModelObjectName("llama-sql", "base", "lora", "acme/sql-v1")
	changed := map[string]string{
		"base model": generate.ModelObjectName("llama-sql", "other", "lora", "acme/sql-v1"),
		"type":       generate.ModelObjectName("llama-sql", "base", "adapter", "acme/sql-v1"),
		"model name": generate.ModelObjectName("llama-sql", "base", "lora", "acme/sql-v2"),
	}
	for what, other := range changed {
		if other == name {
			t.Errorf("a changed %s keeps the name %s", what, name)
		}
	}
	if again := generate.ModelObjectName("llama-sql", "base", "lora", "acme/sql-v1"); again != name {
		t.Errorf("the same fields give %s and %s", name, again)
	}
}

func TestModelObjectNameDoesNotMixUpFieldBorders(t *testing.T) {
	t.Parallel()
	a := generate.ModelObjectName("x", "ab", "lora", "c")
	b := generate.ModelObjectName("x", "a", "blora", "c")
	if a == b {
		t.Errorf("different fields give one name: %s", a)
	}
}

func FuzzModelObjectName(f *testing.F) {
	for _, seed := range []string{"", "llama", "Ünïcode/模型", "-", "0day", strings.Repeat("a-", 80), "a\x00b", "A.B_C"} {
		f.Add(seed, "base/"+seed)
	}
	f.Fuzz(func(t *testing.T, slug, modelName string) {
		name := generate.ModelObjectName(slug, modelName, "lora", modelName)
		if problems := validation.IsDNS1035Label(name); len(problems) > 0 {
			t.Errorf("%q is no DNS label: %v", name, problems)
		}
	})
}

func ExampleModels() {
	m := &v1alpha1.Model{
		ObjectMeta: metav1.ObjectMeta{Name: "llama-70b", Namespace: "inference"},
		Spec: v1alpha1.ModelSpec{
			ModelName: "meta-llama/Llama-3.3-70B-Instruct",
			Adapters:  []v1alpha1.Adapter{{Name: "sql", ModelName: "acme/sql-lora-v3", Source: "hf://acme/sql-lora@4f1c"}},
		},
	}
	for _, o := range generate.Models(m, object.Object{}) {
		fmt.Println(o.GetName())
	}
	// Output:
	// llama-70b-93af5dcc
	// llama-70b-sql-25843186
}
