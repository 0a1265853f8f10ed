// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// DynamoWorkerMetadataSpec holds what one worker tells the others about itself.
type DynamoWorkerMetadataSpec struct {
	// Data is a JSON object in the format of the Dynamo runtime that wrote it: its endpoints, model cards and event
	// channels. Nothing in it is validated or pruned.
	//
	// +kubebuilder:validation:Type=object
	// +kubebuilder:pruning:PreserveUnknownFields
	Data runtime.RawExtension `json:"data"`
}

// DynamoWorkerMetadata is a worker's entry in Kubernetes service discovery. The worker writes it itself, under the
// name of its pod, which owns it; it is not to be kept in Git.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=dynamoworkermetadatas,shortName=dwm
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp"
type DynamoWorkerMetadata struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is what the worker announces.
	Spec DynamoWorkerMetadataSpec `json:"spec,omitempty"`
}

// DynamoWorkerMetadataList is a list of DynamoWorkerMetadata.
//
// +kubebuilder:object:root=true
type DynamoWorkerMetadataList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the objects.
	Items []DynamoWorkerMetadata `json:"items"`
}
