// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DynamoComponentDeploymentSpec describes one component. A DynamoGraphDeployment describes its services with the same
// fields, less backendFramework, which it sets for all of them.
type DynamoComponentDeploymentSpec struct {
	// BackendFramework is the inference engine of the component.
	//
	// +kubebuilder:validation:Enum=sglang;vllm;trtllm
	// +optional
	BackendFramework string `json:"backendFramework,omitempty"`

	DynamoComponentDeploymentSharedSpec `json:",inline"`
}

// DynamoComponentDeploymentSharedSpec is what a component and a service of a graph have in common. The zero value is
// valid: a component of no special type with the operator's defaults.
type DynamoComponentDeploymentSharedSpec struct {
	// Annotations are added to the objects made for the component: pods, Services, routes.
	//
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`

	// Labels are added to the objects made for the component.
	//
	// +optional
	Labels map[string]string `json:"labels,omitempty"`

	// ServiceName is the name of the component.
	//
	// +optional
	ServiceName string `json:"serviceName,omitempty"`

	// ComponentType is the role of the component. The operator knows frontend, worker, planner, epp and default, and
	// leaves any other word as it is.
	//
	// +optional
	ComponentType string `json:"componentType,omitempty"`

	// SubComponentType divides a role: prefill or decode for workers of a disaggregated graph.
	//
	// +optional
	SubComponentType string `json:"subComponentType,omitempty"`

	// DynamoNamespace is deprecated: the operator derives the Dynamo namespace from the Kubernetes namespace and the
	// name of the graph.
	//
	// +optional
	DynamoNamespace *string `json:"dynamoNamespace,omitempty"`

	// GlobalDynamoNamespace puts the component in the Dynamo namespace shared by all graphs.
	//
	// +optional
	GlobalDynamoNamespace bool `json:"globalDynamoNamespace,omitempty"`

	// Resources are the requests and limits of the main container.
	//
	// +optional
	Resources *Resources `json:"resources,omitempty"`

	// Autoscaling is deprecated and ignored by Dynamo 0.9.0: use scalingAdapter.
	//
	// +optional
	Autoscaling *Autoscaling `json:"autoscaling,omitempty"`

	// Envs are environment variables of the containers of the component; they win over those of the graph.
	//
	// +optional
	Envs []corev1.EnvVar `json:"envs,omitempty"`

	// EnvFromSecret names a Secret whose keys become environment variables of the containers.
	//
	// +optional
	EnvFromSecret *string `json:"envFromSecret,omitempty"`

	// VolumeMounts mounts claims listed in the graph's pvcs.
	//
	// +optional
	VolumeMounts []VolumeMount `json:"volumeMounts,omitempty"`

	// Ingress makes the component reachable from outside the cluster.
	//
	// +optional
	Ingress *IngressSpec `json:"ingress,omitempty"`

	// ModelRef names the base model that the component serves. The operator then keeps a headless Service of the ready
	// pods, which is what a DynamoModel with the same base model finds.
	//
	// +optional
	ModelRef *ModelReference `json:"modelRef,omitempty"`

	// SharedMemory sizes or turns off the memory-backed volume at /dev/shm.
	//
	// +optional
	SharedMemory *SharedMemorySpec `json:"sharedMemory,omitempty"`

	// ExtraPodMetadata adds labels and annotations to the pods.
	//
	// +optional
	ExtraPodMetadata *ExtraPodMetadata `json:"extraPodMetadata,omitempty"`

	// ExtraPodSpec is laid over the pod that the operator builds. Lists of containers in it add containers;
	// mainContainer changes the one that runs the component.
	//
	// +optional
	ExtraPodSpec *ExtraPodSpec `json:"extraPodSpec,omitempty"`

	// LivenessProbe replaces the operator's liveness probe of the main container.
	//
	// +optional
	LivenessProbe *corev1.Probe `json:"livenessProbe,omitempty"`

	// ReadinessProbe replaces the operator's readiness probe of the main container.
	//
	// +optional
	ReadinessProbe *corev1.Probe `json:"readinessProbe,omitempty"`

	// Replicas is the wanted number of replicas; each spans multinode.nodeCount nodes. The operator uses 1 when it is
	// absent. Admission refuses changes by others while a scaling adapter drives the component.
	//
	// +kubebuilder:validation:Minimum=0
	// +optional
	Replicas *int32 `json:"replicas,omitempty"`

	// Multinode spreads every replica over several nodes. Admission refuses to add or remove it later.
	//
	// +optional
	Multinode *MultinodeSpec `json:"multinode,omitempty"`

	// ScalingAdapter lets an autoscaler drive replicas through a DynamoGraphDeploymentScalingAdapter.
	//
	// +optional
	ScalingAdapter *ScalingAdapter `json:"scalingAdapter,omitempty"`
}

// MultinodeSpec spreads a replica over nodes.
type MultinodeSpec struct {
	// NodeCount is the number of nodes of one replica, at least 2. A component uses replicas x nodeCount x GPUs per
	// container.
	//
	// +kubebuilder:default=2
	// +kubebuilder:validation:Minimum=2
	NodeCount int32 `json:"nodeCount"`
}

// ScalingAdapter turns the scaling adapter of a service on.
type ScalingAdapter struct {
	// Enabled makes the operator create a DynamoGraphDeploymentScalingAdapter for the service, which then owns its
	// replicas.
	//
	// +kubebuilder:default=false
	// +optional
	Enabled bool `json:"enabled,omitempty"`
}

// ModelReference names a model that a component serves.
type ModelReference struct {
	// Name is the base model, written as in baseModelName of a DynamoModel.
	Name string `json:"name"`

	// Revision is the revision of the model; informative.
	//
	// +optional
	Revision string `json:"revision,omitempty"`
}

// DynamoComponentDeploymentStatus is what the operator found.
type DynamoComponentDeploymentStatus struct {
	// ObservedGeneration is the generation that this status describes.
	//
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Conditions holds Available and Ready, among others.
	Conditions []metav1.Condition `json:"conditions"`

	// PodSelector selects the pods of the component by their labels.
	//
	// +optional
	PodSelector map[string]string `json:"podSelector,omitempty"`

	// Service counts the replicas of the component.
	//
	// +optional
	Service *ServiceReplicaStatus `json:"service,omitempty"`
}

// DynamoComponentDeployment is one component of a graph. The operator makes them from a DynamoGraphDeployment when no
// gang scheduler runs the graph; they are seldom written by hand.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=dcd
// +kubebuilder:printcolumn:name="DynamoComponent",type="string",JSONPath=".spec.dynamoComponent",description="Component"
// +kubebuilder:printcolumn:name="Available",type="string",JSONPath=".status.conditions[?(@.type=='Available')].status",description="Whether it is available"
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp"
type DynamoComponentDeployment struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is what is wanted.
	Spec DynamoComponentDeploymentSpec `json:"spec,omitempty"`
	// Status is what the operator found.
	Status DynamoComponentDeploymentStatus `json:"status,omitempty"`
}

// DynamoComponentDeploymentList is a list of DynamoComponentDeployment.
//
// +kubebuilder:object:root=true
type DynamoComponentDeploymentList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the objects.
	Items []DynamoComponentDeployment `json:"items"`
}
