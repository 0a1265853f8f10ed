// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 holds the kinds that a user keeps in Git, group
// dynamo-gitops.io/v1alpha1: Platform, Model and WorkerPool.
//
// The fields are stable across the versions of NVIDIA's dynamo-platform chart:
// a Platform that says "NATS has three replicas" says it the same way for 0.8.0
// and for 1.6.0. Where a field has a meaning in some chart versions only, its
// comment says in which ("Chart versions: 1.0.0 and newer"); setting it for
// another version is refused with the reason.
//
// +kubebuilder:object:generate=true
// +groupName=dynamo-gitops.io
package v1alpha1
