// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DynamoGraphDeploymentSpec describes a graph: the services that together serve a model.
type DynamoGraphDeploymentSpec struct {
	// PVCs are volume claims that services can mount, each under a name of its own.
	//
	// +kubebuilder:validation:MaxItems=100
	// +optional
	PVCs []PVC `json:"pvcs,omitempty"`

	// Services are the components by name, 25 at most. Admission refuses to add or remove one later.
	//
	// +kubebuilder:validation:MaxProperties=25
	// +optional
	Services map[string]*DynamoComponentDeploymentSharedSpec `json:"services,omitempty"`

	// Envs are environment variables of every service; a service's own win.
	//
	// +optional
	Envs []corev1.EnvVar `json:"envs,omitempty"`

	// BackendFramework is the inference engine of the services. Admission refuses any later change.
	//
	// +kubebuilder:validation:Enum=sglang;vllm;trtllm
	// +optional
	BackendFramework string `json:"backendFramework,omitempty"`

	// Restart rolls the services anew when its id changes.
	//
	// +optional
	Restart *Restart `json:"restart,omitempty"`
}

// Restart asks for a restart of the graph.
type Restart struct {
	// ID is any text; a change of it starts the restart.
	//
	// +kubebuilder:validation:MinLength=1
	ID string `json:"id"`

	// Strategy says in which order the services restart; one after another when absent.
	//
	// +optional
	Strategy *RestartStrategy `json:"strategy,omitempty"`
}

// RestartStrategyType says whether services restart one after another or at once.
//
// +kubebuilder:validation:Enum=Sequential;Parallel
type RestartStrategyType string

const (
	// RestartStrategyTypeSequential restarts one service after another. It is the default.
	RestartStrategyTypeSequential RestartStrategyType = "Sequential"
	// RestartStrategyTypeParallel restarts all services at once.
	RestartStrategyTypeParallel RestartStrategyType = "Parallel"
)

// RestartStrategy is the order of a restart.
type RestartStrategy struct {
	// Type is Sequential or Parallel; Sequential when absent.
	//
	// +kubebuilder:default=Sequential
	// +optional
	Type RestartStrategyType `json:"type,omitempty"`

	// Order lists the services in the order of a Sequential restart.
	//
	// +optional
	Order []string `json:"order,omitempty"`
}

// RestartPhase is how far a restart has come.
type RestartPhase string

const (
	// RestartPhasePending is a restart that was seen and has not begun.
	RestartPhasePending RestartPhase = "Pending"
	// RestartPhaseRestarting is a restart that is going on.
	RestartPhaseRestarting RestartPhase = "Restarting"
	// RestartPhaseCompleted is a restart after which every service came up.
	RestartPhaseCompleted RestartPhase = "Completed"
	// RestartPhaseFailed is a restart that did not succeed.
	RestartPhaseFailed RestartPhase = "Failed"
)

// RestartStatus is how far the last restart has come.
type RestartStatus struct {
	// ObservedID is the spec.restart.id that this status describes.
	//
	// +optional
	ObservedID string `json:"observedID,omitempty"`

	// Phase of the restart.
	//
	// +optional
	Phase RestartPhase `json:"phase,omitempty"`

	// InProgress lists the services that are restarting now.
	//
	// +optional
	InProgress []string `json:"inProgress,omitempty"`
}

// ComponentKind is the kind of the object that runs a service.
//
// +kubebuilder:validation:Enum=PodClique;PodCliqueScalingGroup;Deployment;LeaderWorkerSet
type ComponentKind string

const (
	// ComponentKindPodClique is a Grove PodClique.
	ComponentKindPodClique ComponentKind = "PodClique"
	// ComponentKindPodCliqueScalingGroup is a Grove PodCliqueScalingGroup, used for multinode services.
	ComponentKindPodCliqueScalingGroup ComponentKind = "PodCliqueScalingGroup"
	// ComponentKindDeployment is an apps/v1 Deployment.
	ComponentKindDeployment ComponentKind = "Deployment"
	// ComponentKindLeaderWorkerSet is a LeaderWorkerSet, used for multinode services without Grove.
	ComponentKindLeaderWorkerSet ComponentKind = "LeaderWorkerSet"
)

// ServiceReplicaStatus counts the replicas of a service.
type ServiceReplicaStatus struct {
	// ComponentKind is the kind of the object that runs the service.
	ComponentKind ComponentKind `json:"componentKind"`

	// ComponentName is the name of that object.
	ComponentName string `json:"componentName"`

	// Replicas is the number of replicas that are not being terminated.
	//
	// +kubebuilder:validation:Minimum=0
	Replicas int32 `json:"replicas"`

	// UpdatedReplicas is the number of replicas that have the wanted revision.
	//
	// +kubebuilder:validation:Minimum=0
	UpdatedReplicas int32 `json:"updatedReplicas"`

	// ReadyReplicas is the number of ready replicas. Absent, which is not zero, for a PodCliqueScalingGroup.
	//
	// +kubebuilder:validation:Minimum=0
	// +optional
	ReadyReplicas *int32 `json:"readyReplicas,omitempty"`

	// AvailableReplicas is the number of available replicas. Only a Deployment and a PodCliqueScalingGroup have it.
	//
	// +kubebuilder:validation:Minimum=0
	// +optional
	AvailableReplicas *int32 `json:"availableReplicas,omitempty"`
}

// DynamoGraphDeploymentStatus is what the operator found.
type DynamoGraphDeploymentStatus struct {
	// State sums the graph up: initializing, pending, successful or failed.
	//
	// +optional
	State string `json:"state,omitempty"`

	// Conditions holds Ready.
	//
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// Services counts the replicas by the name of the service.
	//
	// +optional
	Services map[string]ServiceReplicaStatus `json:"services,omitempty"`

	// Restart is how far the last restart has come.
	//
	// +optional
	Restart *RestartStatus `json:"restart,omitempty"`
}

// DynamoGraphDeployment is a graph of services that together serve a model.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=dgd
type DynamoGraphDeployment struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is what is wanted.
	Spec DynamoGraphDeploymentSpec `json:"spec,omitempty"`
	// Status is what the operator found.
	Status DynamoGraphDeploymentStatus `json:"status,omitempty"`
}

// DynamoGraphDeploymentList is a list of DynamoGraphDeployment.
//
// +kubebuilder:object:root=true
type DynamoGraphDeploymentList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the objects.
	Items []DynamoGraphDeployment `json:"items"`
}
