// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package validate judges what a build gathered: an ordered table of pure rules,
// each with a documented code. Rules read the Input and report findings; they
// never read files, the network or a cluster.
package validate

import (
	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// Chart is what the rules ask of a version of the dynamo-platform chart.
type Chart interface {
	// String returns the version: "0.9.0".
	String() string
	// AtLeast says whether the version is that version or newer.
	AtLeast(version string) bool
	// Installs says whether the values deploy a part: "operator", "nats",
	// "etcd", "grove" or "kai-scheduler". Chart defaults count.
	Installs(in map[string]any, part string) bool
	// Integrates says whether the operator uses a part.
	Integrates(in map[string]any, part string) bool
	// Value returns the value at the path, or the chart's default for it.
	Value(in map[string]any, path ...string) (any, bool)
	// CheckValues returns what is wrong with the keys of the values. Paths in
	// allow are accepted with everything below them.
	CheckValues(in map[string]any, allow []string) []values.Issue
	// MinKubernetes returns the oldest Kubernetes that the chart installs on,
	// "1.30", or nothing.
	MinKubernetes() string
	// DriverFloor returns the oldest major version of the NVIDIA driver that
	// the version's images run on.
	DriverFloor() int
	// AdapterSchemes returns the URI prefixes that DynamoModel accepts.
	AdapterSchemes() []string
}

// Input is everything the rules look at. The rules do not change it.
type Input struct {
	// Platforms of the set, in the order of their files.
	Platforms []Platform
	// Models of the set.
	Models []Model
	// WorkerPools of the set.
	WorkerPools []WorkerPool
	// Objects are those that pass through.
	Objects []object.Object
}

// Platform is one Platform with what was made from it.
type Platform struct {
	// Spec is the Platform as written.
	Spec v1alpha1.Platform
	// Source is the object in Git.
	Source object.Object
	// Chart is the version that Spec.Spec.Version names.
	Chart Chart
	// ReleaseName and Namespace of the Helm release.
	ReleaseName, Namespace string
	// Values are the final values: profile, components and raw values merged.
	Values map[string]any
	// Raw are the values that the user wrote under spec.values.
	Raw map[string]any
	// Overlay are the values of the user's own overlay, as written there; nil
	// for a shipped profile.
	Overlay map[string]any
	// OverlayChart is the version whose keys the overlay uses; nil for Chart.
	OverlayChart Chart
	// OverlayPosition is where the overlay's HelmRelease stands.
	OverlayPosition object.Position
	// ComponentIssues are the component fields that the version cannot express.
	ComponentIssues []values.Issue
}

// Model is one Model with what was made from it.
type Model struct {
	// Spec is the Model as written.
	Spec v1alpha1.Model
	// Source is the object in Git.
	Source object.Object
	// Chart of the Platform that serves it; nil when that is not in the set.
	Chart Chart
	// Platforms is how many Platforms in the set could serve the model.
	Platforms int
}

// WorkerPool is one WorkerPool.
type WorkerPool struct {
	// Spec is the WorkerPool as written.
	Spec v1alpha1.WorkerPool
	// Source is the object in Git.
	Source object.Object
}
