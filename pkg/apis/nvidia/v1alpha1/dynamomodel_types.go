// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ModelType says how the operator treats a DynamoModel.
//
// +kubebuilder:validation:Enum=base;lora;adapter
type ModelType string

const (
	// ModelTypeBase only tracks the endpoints that serve the base model; nothing is loaded. It is the default.
	ModelTypeBase ModelType = "base"
	// ModelTypeLoRA makes the operator load a LoRA adapter from the source on every endpoint of the base model.
	ModelTypeLoRA ModelType = "lora"
	// ModelTypeAdapter tracks endpoints like ModelTypeBase.
	ModelTypeAdapter ModelType = "adapter"
)

const (
	// ConditionEndpointsReady is True when every endpoint found for the model is usable.
	ConditionEndpointsReady = "EndpointsReady"
	// ConditionServicesFound is True when at least one endpoint serves the base model in the namespace.
	ConditionServicesFound = "ServicesFound"
)

// DynamoModelSpec says which model is served and, for an adapter, where its weights come from.
type DynamoModelSpec struct {
	// ModelName is the name that clients ask for. Changing it does not unload the adapter known under the former name.
	// Admission refuses an empty one.
	ModelName string `json:"modelName"`

	// BaseModelName is the model whose endpoints are used: it must equal, case included, modelRef.name of a component
	// of a graph in the same namespace. Admission refuses an empty one and any later change.
	BaseModelName string `json:"baseModelName"`

	// ModelType is base, lora or adapter; base when absent. Admission refuses any later change.
	//
	// +kubebuilder:default=base
	// +optional
	ModelType ModelType `json:"modelType,omitempty"`

	// Source is where the weights of an adapter come from. Admission requires it for modelType lora.
	//
	// +optional
	Source *ModelSource `json:"source,omitempty"`
}

// ModelSource is a place to load an adapter from.
type ModelSource struct {
	// URI has the scheme s3 (s3://bucket/path) or hf (hf://organisation/repository@revision).
	URI string `json:"uri"`
}

// EndpointInfo is one pod that serves the base model.
type EndpointInfo struct {
	// Address is the base URL of the endpoint, with the port of the worker's system server.
	Address string `json:"address"`

	// PodName is the name of the pod, when known.
	//
	// +optional
	PodName string `json:"podName,omitempty"`

	// Ready is true once the adapter was loaded there. It stays false for base models, which are never probed.
	Ready bool `json:"ready"`
}

// DynamoModelStatus is what the operator found.
type DynamoModelStatus struct {
	// Endpoints lists the endpoints of the base model.
	//
	// +optional
	Endpoints []EndpointInfo `json:"endpoints,omitempty"`

	// ReadyEndpoints counts the entries of endpoints that are ready; 0 is normal for modelType base.
	ReadyEndpoints int `json:"readyEndpoints"`

	// TotalEndpoints counts the entries of endpoints.
	TotalEndpoints int `json:"totalEndpoints"`

	// Conditions holds EndpointsReady and ServicesFound.
	//
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// DynamoModel declares a served base model or an adapter to load on the workers of one.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=dm
// +kubebuilder:printcolumn:name="BaseModel",type="string",JSONPath=".spec.baseModelName",description="Model whose endpoints are used"
// +kubebuilder:printcolumn:name="Type",type="string",JSONPath=".spec.modelType",description="base, lora or adapter"
// +kubebuilder:printcolumn:name="Ready",type="integer",JSONPath=".status.readyEndpoints",description="Endpoints that are ready"
// +kubebuilder:printcolumn:name="Total",type="integer",JSONPath=".status.totalEndpoints",description="Endpoints found"
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp"
type DynamoModel struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is what is wanted.
	Spec DynamoModelSpec `json:"spec,omitempty"`
	// Status is what the operator found.
	Status DynamoModelStatus `json:"status,omitempty"`
}

// DynamoModelList is a list of DynamoModel.
//
// +kubebuilder:object:root=true
type DynamoModelList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the objects.
	Items []DynamoModel `json:"items"`
}
