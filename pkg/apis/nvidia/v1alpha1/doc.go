// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 holds Go types for the API group nvidia.com/v1alpha1 as NVIDIA Dynamo 0.9.0 serves it:
// DynamoModel, DynamoGraphDeployment, DynamoGraphDeploymentRequest, DynamoComponentDeployment,
// DynamoGraphDeploymentScalingAdapter and DynamoWorkerMetadata.
//
// The CustomResourceDefinitions of the reference chart dynamo-crds are generated from these types
// (hack/crds/generate.sh), and programs may use them to build or read such objects. The rest of this
// repository handles graphs without a schema, so that a newer Dynamo does not need a newer release of ours:
// nothing that runs per object imports this package.
//
// The types only describe; defaults written here as markers are applied by the API server, and everything that
// Dynamo's admission webhooks add or refuse beyond the schema is named in the comment of the field concerned.
// Values of these types are not safe for concurrent writes. Importing the package registers nothing: call
// AddToScheme.
//
// +kubebuilder:object:generate=true
// +groupName=nvidia.com
// +versionName=v1alpha1
package v1alpha1
