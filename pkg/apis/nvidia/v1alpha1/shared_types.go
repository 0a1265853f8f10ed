// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Resources are the requests and limits of a component's main container.
type Resources struct {
	// Requests is what the scheduler sets aside.
	//
	// +optional
	Requests *ResourceItem `json:"requests,omitempty"`

	// Limits is what the container may use at most.
	//
	// +optional
	Limits *ResourceItem `json:"limits,omitempty"`

	// Claims lists entries of the pod's resourceClaims that the container uses (dynamic resource allocation).
	//
	// +optional
	Claims []corev1.ResourceClaim `json:"claims,omitempty"`
}

// ResourceItem is a set of amounts. Every one is a Kubernetes quantity in its string form.
type ResourceItem struct {
	// CPU in cores: "500m", "8".
	//
	// +optional
	CPU string `json:"cpu,omitempty"`

	// Memory in bytes: "16Gi".
	//
	// +optional
	Memory string `json:"memory,omitempty"`

	// GPU is the number of GPUs of one container, so of one node of a multinode replica.
	//
	// +optional
	GPU string `json:"gpu,omitempty"`

	// GPUType is the resource name that gpu counts; nvidia.com/gpu when empty.
	//
	// +optional
	GPUType string `json:"gpuType,omitempty"`

	// Custom holds amounts of other resources by their full name, such as rdma/ib.
	//
	// +optional
	Custom map[string]string `json:"custom,omitempty"`
}

// Autoscaling is the deprecated way to scale a service; Dynamo 0.9.0 accepts it and does nothing with it.
type Autoscaling struct {
	// Enabled has no effect.
	//
	// +optional
	Enabled bool `json:"enabled,omitempty"`

	// MinReplicas has no effect.
	//
	// +optional
	MinReplicas int `json:"minReplicas,omitempty"`

	// MaxReplicas has no effect.
	//
	// +optional
	MaxReplicas int `json:"maxReplicas,omitempty"`

	// Behavior has no effect.
	//
	// +optional
	Behavior *autoscalingv2.HorizontalPodAutoscalerBehavior `json:"behavior,omitempty"`

	// Metrics has no effect.
	//
	// +optional
	Metrics []autoscalingv2.MetricSpec `json:"metrics,omitempty"`
}

// PVC is a volume claim that the services of a graph can mount.
//
// +kubebuilder:validation:XValidation:rule="!has(self.create) || self.create == false || (has(self.size) && has(self.storageClass) && has(self.volumeAccessMode))",message="a claim to be created needs size, storageClass and volumeAccessMode"
type PVC struct {
	// Create makes the operator create the claim; otherwise it must exist.
	//
	// +optional
	Create *bool `json:"create,omitempty"`

	// Name is the name of the PersistentVolumeClaim.
	Name *string `json:"name"`

	// StorageClass of the claim; needed with create.
	//
	// +optional
	StorageClass string `json:"storageClass,omitempty"`

	// Size of the claim in bytes; needed with create.
	//
	// +optional
	Size resource.Quantity `json:"size,omitempty"`

	// VolumeAccessMode of the claim; needed with create.
	//
	// +optional
	VolumeAccessMode corev1.PersistentVolumeAccessMode `json:"volumeAccessMode,omitempty"`
}

// VolumeMount mounts a claim of the graph in a component.
type VolumeMount struct {
	// Name is the name of an entry of the graph's pvcs.
	Name string `json:"name"`

	// MountPoint is the absolute path in the container. It may be left out for a compilation cache, whose place the
	// backend knows.
	//
	// +optional
	MountPoint string `json:"mountPoint,omitempty"`

	// UseAsCompilationCache points the backend's compilation cache at the volume.
	//
	// +kubebuilder:default=false
	// +optional
	UseAsCompilationCache bool `json:"useAsCompilationCache,omitempty"`
}

// IngressSpec makes a component reachable from outside, by an Ingress or an Istio VirtualService.
type IngressSpec struct {
	// Enabled creates the route.
	//
	// +optional
	Enabled bool `json:"enabled,omitempty"`

	// Host is the host name of the route, without prefix and suffix.
	//
	// +optional
	Host string `json:"host,omitempty"`

	// UseVirtualService asks for an Istio VirtualService in place of an Ingress.
	//
	// +optional
	UseVirtualService bool `json:"useVirtualService,omitempty"`

	// VirtualServiceGateway is the Istio gateway, as namespace/name.
	//
	// +optional
	VirtualServiceGateway *string `json:"virtualServiceGateway,omitempty"`

	// HostPrefix is put before the host.
	//
	// +optional
	HostPrefix *string `json:"hostPrefix,omitempty"`

	// Annotations of the route.
	//
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`

	// Labels of the route.
	//
	// +optional
	Labels map[string]string `json:"labels,omitempty"`

	// TLS of the route.
	//
	// +optional
	TLS *IngressTLSSpec `json:"tls,omitempty"`

	// HostSuffix is the domain put after the host.
	//
	// +optional
	HostSuffix *string `json:"hostSuffix,omitempty"`

	// IngressControllerClassName is the ingress class.
	//
	// +optional
	IngressControllerClassName *string `json:"ingressControllerClassName,omitempty"`
}

// IngressTLSSpec is the TLS side of a route.
type IngressTLSSpec struct {
	// SecretName names the Secret with the certificate and its key.
	//
	// +optional
	SecretName string `json:"secretName,omitempty"`
}

// SharedMemorySpec is about the memory-backed volume at /dev/shm.
type SharedMemorySpec struct {
	// Disabled leaves the volume out.
	//
	// +optional
	Disabled bool `json:"disabled,omitempty"`

	// Size of the volume in bytes; the operator's default when absent.
	//
	// +optional
	Size resource.Quantity `json:"size,omitempty"`
}

// ExtraPodMetadata is added to the metadata of the pods.
type ExtraPodMetadata struct {
	// Annotations to add.
	//
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`

	// Labels to add.
	//
	// +optional
	Labels map[string]string `json:"labels,omitempty"`
}

// ExtraPodSpec is a partial pod: what is set in it is laid over the pod that the operator builds. Unlike in a pod,
// containers may be absent and mainContainer needs no name.
type ExtraPodSpec struct {
	*corev1.PodSpec `json:",inline"`

	// MainContainer is laid over the container that runs the component.
	//
	// +optional
	MainContainer *corev1.Container `json:"mainContainer,omitempty"`
}
