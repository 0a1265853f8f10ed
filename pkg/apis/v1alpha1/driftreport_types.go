// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// DriftReport lists how a cluster differs from what a PlatformSync applied, and
// who changed it.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=drift,categories={dynamo-gitops}
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp"
// +kubebuilder:printcolumn:name="Sync",type="string",JSONPath=".spec.syncRef.name"
// +kubebuilder:printcolumn:name="Findings",type="integer",JSONPath=".status.total"
type DriftReport struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec says what the report is about.
	// +required
	Spec DriftReportSpec `json:"spec"`
	// Status is the report.
	// +optional
	Status DriftReportStatus `json:"status,omitempty"`
}

// DriftReportList is a list of DriftReports.
//
// +kubebuilder:object:root=true
type DriftReportList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the DriftReports.
	Items []DriftReport `json:"items"`
}

// DriftReportSpec says what the report is about.
type DriftReportSpec struct {
	// SyncRef names the PlatformSync, in the namespace of the report.
	// +required
	SyncRef LocalReference `json:"syncRef"`
}

// LocalReference names an object in the same namespace.
type LocalReference struct {
	// Name of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
}

// DriftReportStatus is the report.
type DriftReportStatus struct {
	// ObservedAt is when the cluster was looked at.
	// +optional
	ObservedAt *metav1.Time `json:"observedAt,omitempty"`
	// Revision is what the cluster was compared with.
	// +optional
	Revision string `json:"revision,omitempty"`
	// Total is how many findings there are; Findings may hold fewer.
	// +optional
	Total int64 `json:"total,omitempty"`
	// Findings are sorted, the worst first.
	// +optional
	// +kubebuilder:validation:MaxItems=500
	Findings []DriftFinding `json:"findings,omitempty"`
}

// DriftFinding is one difference. It never holds the value of a Secret.
type DriftFinding struct {
	// Severity of the difference.
	// +required
	// +kubebuilder:validation:Enum=error;warning;info
	Severity string `json:"severity"`
	// Target is the object or the endpoint.
	// +required
	Target string `json:"target"`
	// Field is the path of the field.
	// +optional
	Field string `json:"field,omitempty"`
	// Want is the value that was applied.
	// +optional
	Want string `json:"want,omitempty"`
	// Have is the value in the cluster.
	// +optional
	Have string `json:"have,omitempty"`
	// ChangedBy is the field manager that made the change.
	// +optional
	ChangedBy string `json:"changedBy,omitempty"`
	// ChangedAt is when it did.
	// +optional
	ChangedAt *metav1.Time `json:"changedAt,omitempty"`
}
