// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import "k8s.io/apimachinery/pkg/runtime/schema"

// Group is the API group of every kind in this package.
const Group = "dynamo-gitops.io"

// Version is the API version of every kind in this package.
const Version = "v1alpha1"

// APIVersion is what a manifest's apiVersion field says for these kinds.
const APIVersion = Group + "/" + Version

// The kinds of this package, as a manifest's kind field says them.
const (
	PlatformKind   = "Platform"
	ModelKind      = "Model"
	WorkerPoolKind = "WorkerPool"
)

// GroupVersion names this package's group and version for apimachinery.
func GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: Group, Version: Version}
}

// Kinds lists the kinds of this package in alphabetical order.
func Kinds() []string {
	return []string{ModelKind, PlatformKind, WorkerPoolKind}
}
