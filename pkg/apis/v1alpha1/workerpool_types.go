// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// WorkerPool says what a pool of GPU nodes is supposed to be. Nothing is
// generated from it: it is what validation and drift detection compare with.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:categories={dynamo-gitops},scope=Cluster
type WorkerPool struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the wanted state of the pool.
	// +required
	Spec WorkerPoolSpec `json:"spec"`
}

// WorkerPoolList is a list of WorkerPools.
//
// +kubebuilder:object:root=true
type WorkerPoolList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the WorkerPools.
	Items []WorkerPool `json:"items"`
}

// WorkerPoolSpec is the wanted state of a WorkerPool.
type WorkerPoolSpec struct {
	// NodeSelector selects the nodes of the pool by labels. Pools must not
	// overlap.
	// +required
	// +kubebuilder:validation:MinProperties=1
	NodeSelector map[string]string `json:"nodeSelector"`
	// Nodes is how many nodes the pool has.
	// +required
	Nodes Range `json:"nodes"`
	// GPU is what each node carries.
	// +required
	GPU GPU `json:"gpu"`
	// Workers are the graph components that run on the pool.
	// +optional
	Workers []Worker `json:"workers,omitempty"`
}

// Range is a number with bounds.
//
// +kubebuilder:validation:XValidation:rule="!has(self.max) || self.min <= self.max",message="min must not be above max"
type Range struct {
	// Min is the least.
	// +required
	// +kubebuilder:validation:Minimum=0
	Min int32 `json:"min"`
	// Max is the most. Default: min.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Max *int32 `json:"max,omitempty"`
}

// MIGStrategy is how the device plugin shows MIG devices.
//
// +kubebuilder:validation:Enum=none;single;mixed
type MIGStrategy string

// The MIG strategies of NVIDIA's device plugin.
const (
	// MIGNone uses whole GPUs.
	MIGNone MIGStrategy = "none"
	// MIGSingle cuts every GPU the same way, still named nvidia.com/gpu.
	MIGSingle MIGStrategy = "single"
	// MIGMixed names each cut: nvidia.com/mig-1g.10gb.
	MIGMixed MIGStrategy = "mixed"
)

// GPU is what each node of a pool carries.
type GPU struct {
	// Product as the label nvidia.com/gpu.product says it:
	// "NVIDIA-H100-80GB-HBM3".
	// +optional
	Product string `json:"product,omitempty"`
	// PerNode is how many GPUs a node has.
	// +required
	// +kubebuilder:validation:Minimum=1
	PerNode int32 `json:"perNode"`
	// Memory of one GPU: 80Gi.
	// +optional
	Memory *resource.Quantity `json:"memory,omitempty"`
	// MIGStrategy is none, single or mixed. Default: none.
	// +optional
	MIGStrategy MIGStrategy `json:"migStrategy,omitempty"`
	// Driver is the range of driver versions: ">=580". Charts from 1.3.0 ship
	// CUDA 13 images only and need 580 or newer.
	// +optional
	Driver string `json:"driver,omitempty"`
	// ResourceName that pods ask for. Default: nvidia.com/gpu.
	// +optional
	ResourceName string `json:"resourceName,omitempty"`
}

// Worker is a component of a graph that runs on a pool.
type Worker struct {
	// Graph is the DynamoGraphDeployment, as "namespace/name".
	// +required
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`
	Graph string `json:"graph"`
	// Component is the component's name in the graph.
	// +required
	// +kubebuilder:validation:MinLength=1
	Component string `json:"component"`
	// Replicas are the bounds within which the component may be scaled.
	// Default: what the graph says, exactly.
	// +optional
	Replicas *Range `json:"replicas,omitempty"`
}
