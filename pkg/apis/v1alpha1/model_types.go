// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Model is a base model and its adapters. It compiles to one DynamoModel for
// the base and one for each adapter, in metadata.namespace.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:categories={dynamo-gitops}
type Model struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the wanted state of the model.
	// +required
	Spec ModelSpec `json:"spec"`
}

// ModelList is a list of Models.
//
// +kubebuilder:object:root=true
type ModelList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the Models.
	Items []Model `json:"items"`
}

// ModelSpec is the wanted state of a Model.
type ModelSpec struct {
	// ModelName is the base model, exactly (case counts) as a component's
	// modelRef.name in the same namespace says it: "meta-llama/Llama-3.3-70B-Instruct".
	// +required
	// +kubebuilder:validation:MinLength=1
	ModelName string `json:"modelName"`

	// Base says whether a DynamoModel for the base itself is generated.
	// Default: true.
	// +optional
	Base *bool `json:"base,omitempty"`

	// PlatformRef names the Platform that serves the model, needed only where
	// the directory holds more than one. Default: the only Platform.
	// +optional
	PlatformRef *PlatformReference `json:"platformRef,omitempty"`

	// Adapters are the LoRA adapters of the base.
	// +optional
	// +listType=map
	// +listMapKey=name
	Adapters []Adapter `json:"adapters,omitempty"`
}

// PlatformReference names a Platform in the same directory.
type PlatformReference struct {
	// Name of the Platform.
	// +required
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
	// Namespace of the Platform. Default: any, if the name is unique.
	// +optional
	Namespace string `json:"namespace,omitempty"`
}

// AdapterType is how an adapter is loaded.
//
// +kubebuilder:validation:Enum=lora;adapter
type AdapterType string

// The adapter types of DynamoModel.
const (
	// AdapterLoRA is loaded on the workers by the operator; it needs a source.
	AdapterLoRA AdapterType = "lora"
	// AdapterOther only registers the name; nothing is loaded.
	AdapterOther AdapterType = "adapter"
)

// Adapter is one adapter of a base model.
type Adapter struct {
	// Name of the adapter, unique within the Model; the name of the DynamoModel
	// is made from it.
	// +required
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`

	// ModelName is the name that clients ask for. Default: name. Put a version
	// into it: workers keep the old weights when only the source changes.
	// +optional
	ModelName string `json:"modelName,omitempty"`

	// Type is lora or adapter. Default: lora.
	// +optional
	Type AdapterType `json:"type,omitempty"`

	// Source of the weights: "s3://bucket/path", "hf://org/model@revision", and
	// from chart 1.3.0 "file:///path". Required for lora.
	// +optional
	Source string `json:"source,omitempty"`
}
