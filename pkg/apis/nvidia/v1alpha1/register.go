// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	// Group is the API group of every kind in this package.
	Group = "nvidia.com"
	// Version is the API version of every kind in this package.
	Version = "v1alpha1"

	// DynamoModelKind is the kind of DynamoModel.
	DynamoModelKind = "DynamoModel"
	// DynamoGraphDeploymentKind is the kind of DynamoGraphDeployment.
	DynamoGraphDeploymentKind = "DynamoGraphDeployment"
	// DynamoGraphDeploymentRequestKind is the kind of DynamoGraphDeploymentRequest.
	DynamoGraphDeploymentRequestKind = "DynamoGraphDeploymentRequest"
	// DynamoComponentDeploymentKind is the kind of DynamoComponentDeployment.
	DynamoComponentDeploymentKind = "DynamoComponentDeployment"
	// DynamoGraphDeploymentScalingAdapterKind is the kind of DynamoGraphDeploymentScalingAdapter.
	DynamoGraphDeploymentScalingAdapterKind = "DynamoGraphDeploymentScalingAdapter"
	// DynamoWorkerMetadataKind is the kind of DynamoWorkerMetadata.
	DynamoWorkerMetadataKind = "DynamoWorkerMetadata"
)

// GroupVersion returns nvidia.com/v1alpha1.
func GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: Group, Version: Version}
}

// AddToScheme registers the kinds of this package, their lists and the metav1 options of the group version in
// scheme. It always returns nil; the error is there so that it fits runtime.SchemeBuilder. It may be called more
// than once for one scheme, but not concurrently with other uses of it.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion(),
		&DynamoModel{}, &DynamoModelList{},
		&DynamoGraphDeployment{}, &DynamoGraphDeploymentList{},
		&DynamoGraphDeploymentRequest{}, &DynamoGraphDeploymentRequestList{},
		&DynamoComponentDeployment{}, &DynamoComponentDeploymentList{},
		&DynamoGraphDeploymentScalingAdapter{}, &DynamoGraphDeploymentScalingAdapterList{},
		&DynamoWorkerMetadata{}, &DynamoWorkerMetadataList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion())
	return nil
}
