// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// ConfigMapKeySelector names a key of a ConfigMap in the namespace of the request.
type ConfigMapKeySelector struct {
	// Name of the ConfigMap.
	Name string `json:"name"`

	// Key in the ConfigMap; disagg.yaml when absent.
	//
	// +kubebuilder:default=disagg.yaml
	// +optional
	Key string `json:"key,omitempty"`
}

// ProfilingConfigSpec says how the profiler is run.
type ProfilingConfigSpec struct {
	// Config is the profiler's own configuration, an object that nothing here validates. The operator sets the model and
	// the backend in it.
	//
	// +kubebuilder:validation:Type=object
	// +kubebuilder:pruning:PreserveUnknownFields
	// +optional
	Config *runtime.RawExtension `json:"config,omitempty"`

	// ConfigMapRef names a graph to start from.
	//
	// +optional
	ConfigMapRef *ConfigMapKeySelector `json:"configMapRef,omitempty"`

	// ProfilerImage is the image of the profiling job.
	ProfilerImage string `json:"profilerImage"`

	// OutputPVC names a claim for everything that the profiler writes; otherwise only its results are kept.
	//
	// +optional
	OutputPVC string `json:"outputPVC,omitempty"`

	// Resources of the profiling job's container; none when absent.
	//
	// +optional
	Resources *corev1.ResourceRequirements `json:"resources,omitempty"`

	// Tolerations of the profiling job.
	//
	// +optional
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`
}

// DeploymentOverridesSpec changes the graph that is made from the request.
type DeploymentOverridesSpec struct {
	// Name of the graph; that of the request when absent.
	//
	// +optional
	Name string `json:"name,omitempty"`

	// Namespace of the graph; that of the request when absent.
	//
	// +optional
	Namespace string `json:"namespace,omitempty"`

	// Labels to add to the graph.
	//
	// +optional
	Labels map[string]string `json:"labels,omitempty"`

	// Annotations to add to the graph.
	//
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`

	// WorkersImage is the image of the workers, while profiling and after.
	//
	// +optional
	WorkersImage string `json:"workersImage,omitempty"`
}

// DynamoGraphDeploymentRequestSpec says what is to be served. The operator refuses changes once profiling began.
type DynamoGraphDeploymentRequestSpec struct {
	// Model to serve.
	Model string `json:"model"`

	// Backend is the inference engine.
	//
	// +kubebuilder:validation:Enum=vllm;sglang;trtllm
	Backend string `json:"backend"`

	// EnableGpuDiscovery reads the GPUs of the cluster's nodes and uses them in place of the hardware in the profiler's
	// configuration. Only a cluster-wide operator can.
	//
	// +kubebuilder:default=false
	// +optional
	EnableGpuDiscovery bool `json:"enableGpuDiscovery,omitempty"`

	// ProfilingConfig says how the profiler is run.
	ProfilingConfig ProfilingConfigSpec `json:"profilingConfig"`

	// AutoApply makes the operator create the graph; otherwise it is left in the status.
	//
	// +kubebuilder:default=false
	// +optional
	AutoApply bool `json:"autoApply,omitempty"`

	// DeployMocker makes the operator create a graph of simulated engines as well, which needs no GPU.
	//
	// +kubebuilder:default=false
	// +optional
	DeployMocker bool `json:"deployMocker,omitempty"`

	// DeploymentOverrides changes the graph that autoApply creates.
	//
	// +optional
	DeploymentOverrides *DeploymentOverridesSpec `json:"deploymentOverrides,omitempty"`
}

// DeploymentStatus is what became of a graph made from a request.
type DeploymentStatus struct {
	// Name of the graph.
	//
	// +optional
	Name string `json:"name,omitempty"`

	// Namespace of the graph.
	//
	// +optional
	Namespace string `json:"namespace,omitempty"`

	// State of the graph, copied from its status.
	//
	// +optional
	State string `json:"state,omitempty"`

	// Created is true once the graph was created; it is not created again after someone deleted it.
	//
	// +optional
	Created bool `json:"created,omitempty"`
}

// DynamoGraphDeploymentRequestStatus is how far a request has come.
type DynamoGraphDeploymentRequestStatus struct {
	// State is Pending, Profiling, Deploying, Ready, DeploymentDeleted or Failed; empty at first.
	//
	// +optional
	State string `json:"state,omitempty"`

	// Backend that is profiled.
	//
	// +optional
	Backend string `json:"backend,omitempty"`

	// ObservedGeneration is the generation that this status describes.
	//
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Conditions holds Validation, Profiling, SpecGenerated and DeploymentReady.
	//
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// ProfilingResults names the ConfigMap with the results, as configmap/name.
	//
	// +optional
	ProfilingResults string `json:"profilingResults,omitempty"`

	// GeneratedDeployment is the whole graph that the results led to.
	//
	// +kubebuilder:validation:EmbeddedResource
	// +kubebuilder:pruning:PreserveUnknownFields
	// +optional
	GeneratedDeployment *runtime.RawExtension `json:"generatedDeployment,omitempty"`

	// GeneratedMockerDeployment is the whole graph of simulated engines.
	//
	// +kubebuilder:validation:EmbeddedResource
	// +kubebuilder:pruning:PreserveUnknownFields
	// +optional
	GeneratedMockerDeployment *runtime.RawExtension `json:"generatedMockerDeployment,omitempty"`

	// Deployment is what became of the graph.
	//
	// +optional
	Deployment *DeploymentStatus `json:"deployment,omitempty"`

	// MockerDeployment is what became of the graph of simulated engines.
	//
	// +optional
	MockerDeployment *DeploymentStatus `json:"mockerDeployment,omitempty"`
}

// DynamoGraphDeploymentRequest asks Dynamo to find the right graph for a model by profiling. The graph made from it
// carries the labels dgdr.nvidia.com/name and dgdr.nvidia.com/namespace and no owner reference.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=dgdr
// +kubebuilder:printcolumn:name="Model",type=string,JSONPath=`.spec.model`
// +kubebuilder:printcolumn:name="Backend",type=string,JSONPath=`.status.backend`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="DGD-State",type=string,JSONPath=`.status.deployment.state`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type DynamoGraphDeploymentRequest struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is what is wanted.
	Spec DynamoGraphDeploymentRequestSpec `json:"spec,omitempty"`
	// Status is how far it has come.
	Status DynamoGraphDeploymentRequestStatus `json:"status,omitempty"`
}

// DynamoGraphDeploymentRequestList is a list of DynamoGraphDeploymentRequest.
//
// +kubebuilder:object:root=true
type DynamoGraphDeploymentRequestList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the objects.
	Items []DynamoGraphDeploymentRequest `json:"items"`
}
