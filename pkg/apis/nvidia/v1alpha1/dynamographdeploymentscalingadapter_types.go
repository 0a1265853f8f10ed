// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DynamoGraphDeploymentServiceRef names one service of one graph in the same namespace.
type DynamoGraphDeploymentServiceRef struct {
	// Name is the name of the DynamoGraphDeployment.
	//
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`

	// ServiceName is the key of the service in the graph's spec.services.
	//
	// +kubebuilder:validation:MinLength=1
	ServiceName string `json:"serviceName"`
}

// DynamoGraphDeploymentScalingAdapterSpec says how many replicas a service of a graph has.
type DynamoGraphDeploymentScalingAdapterSpec struct {
	// Replicas is the wanted number of replicas. Autoscalers write it through the scale subresource, and the operator
	// copies it to the graph.
	//
	// +kubebuilder:validation:Minimum=0
	Replicas int32 `json:"replicas"`

	// DGDRef is the service that is scaled.
	DGDRef DynamoGraphDeploymentServiceRef `json:"dgdRef"`
}

// DynamoGraphDeploymentScalingAdapterStatus is what the scale subresource reports.
type DynamoGraphDeploymentScalingAdapterStatus struct {
	// Replicas is the number of replicas that the graph asks for now.
	//
	// +optional
	Replicas int32 `json:"replicas,omitempty"`

	// Selector is a label selector, in its string form, of the pods of the service. Autoscalers need it.
	//
	// +optional
	Selector string `json:"selector,omitempty"`

	// LastScaleTime is when the replicas were last changed through this object.
	//
	// +optional
	LastScaleTime *metav1.Time `json:"lastScaleTime,omitempty"`
}

// DynamoGraphDeploymentScalingAdapter gives one service of a DynamoGraphDeployment a scale subresource, so that an
// autoscaler can drive it. While it exists, the replicas of that service in the graph are not to be written by others.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:subresource:scale:specpath=.spec.replicas,statuspath=.status.replicas,selectorpath=.status.selector
// +kubebuilder:resource:shortName={"dgdsa"}
// +kubebuilder:printcolumn:name="DGD",type="string",JSONPath=".spec.dgdRef.name",description="Graph that is scaled"
// +kubebuilder:printcolumn:name="SERVICE",type="string",JSONPath=".spec.dgdRef.serviceName",description="Service of the graph"
// +kubebuilder:printcolumn:name="REPLICAS",type="integer",JSONPath=".status.replicas",description="Replicas now"
// +kubebuilder:printcolumn:name="AGE",type="date",JSONPath=".metadata.creationTimestamp"
type DynamoGraphDeploymentScalingAdapter struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is what is wanted.
	Spec DynamoGraphDeploymentScalingAdapterSpec `json:"spec,omitempty"`
	// Status is what the operator found.
	Status DynamoGraphDeploymentScalingAdapterStatus `json:"status,omitempty"`
}

// DynamoGraphDeploymentScalingAdapterList is a list of DynamoGraphDeploymentScalingAdapter.
//
// +kubebuilder:object:root=true
type DynamoGraphDeploymentScalingAdapterList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the objects.
	Items []DynamoGraphDeploymentScalingAdapter `json:"items"`
}
