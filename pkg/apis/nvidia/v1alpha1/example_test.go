// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/nvidia/v1alpha1"
)

func Example() {
	model := &v1alpha1.DynamoModel{
		TypeMeta: metav1.TypeMeta{
			APIVersion: v1alpha1.GroupVersion().String(),
			Kind:       v1alpha1.DynamoModelKind,
		},
		ObjectMeta: metav1.ObjectMeta{Name: "sql", Namespace: "inference"},
		Spec: v1alpha1.DynamoModelSpec{
			ModelName:     "acme/sql-lora-v3",
			BaseModelName: "meta-llama/Llama-3.3-70B-Instruct",
			ModelType:     v1alpha1.ModelTypeLoRA,
			Source:        &v1alpha1.ModelSource{URI: "hf://acme/sql-lora@4f1c"},
		},
	}
	out, err := yaml.Marshal(model.Spec)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(out))
	// Output:
	// baseModelName: meta-llama/Llama-3.3-70B-Instruct
	// modelName: acme/sql-lora-v3
	// modelType: lora
	// source:
	//   uri: hf://acme/sql-lora@4f1c
}

func ExampleAddToScheme() {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(scheme.Recognizes(v1alpha1.GroupVersion().WithKind(v1alpha1.DynamoGraphDeploymentKind)))
	// Output: true
}
