// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// PlatformSync keeps a cluster in step with a directory of a Git repository or
// of a Flux source: it builds the directory, applies what comes out, prunes what
// it once applied and is gone, and waits for it to be healthy.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=psync,categories={dynamo-gitops,all}
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp"
// +kubebuilder:printcolumn:name="Ready",type="string",JSONPath=".status.conditions[?(@.type==\"Ready\")].status"
// +kubebuilder:printcolumn:name="Revision",type="string",JSONPath=".status.lastAppliedRevision"
// +kubebuilder:printcolumn:name="Status",type="string",JSONPath=".status.conditions[?(@.type==\"Ready\")].message"
type PlatformSync struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec says what is applied, and how.
	// +required
	Spec PlatformSyncSpec `json:"spec"`
	// Status is what the controller last saw and did.
	// +kubebuilder:default={observedGeneration:-1}
	// +optional
	Status PlatformSyncStatus `json:"status,omitempty"`
}

// PlatformSyncList is a list of PlatformSyncs.
//
// +kubebuilder:object:root=true
type PlatformSyncList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the PlatformSyncs.
	Items []PlatformSync `json:"items"`
}

// PlatformSyncSpec says what is applied, and how.
//
// +kubebuilder:validation:XValidation:rule="has(self.sourceRef) != has(self.git)",message="exactly one of sourceRef and git must be set"
type PlatformSyncSpec struct {
	// SourceRef is a Flux source whose artifact is built.
	// +optional
	SourceRef *SourceReference `json:"sourceRef,omitempty"`
	// Git is a repository that is read without source-controller.
	// +optional
	Git *GitSource `json:"git,omitempty"`
	// Path is the directory to build, from the root of the source. Default: the root.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Path string `json:"path,omitempty"`
	// Interval is the time between two reconciliations.
	// +required
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	Interval metav1.Duration `json:"interval"`
	// RetryInterval is the time until a failed reconciliation is tried again.
	// Default: from five seconds, doubled each time, up to interval.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	RetryInterval *metav1.Duration `json:"retryInterval,omitempty"`
	// Timeout bounds one reconciliation, and the time in which objects must become
	// healthy. Default: interval, and at least a minute.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	Timeout *metav1.Duration `json:"timeout,omitempty"`
	// Prune deletes what was applied before and is no longer in the source.
	// +required
	Prune bool `json:"prune"`
	// Suspend stops reconciliation. Nothing in the cluster changes while it is set.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
	// Force takes over objects that somebody else applies and recreates objects
	// whose immutable fields change. For once it can be asked for by the annotations
	// reconcile.fluxcd.io/requestedAt and forceAt with the same value.
	// +optional
	Force bool `json:"force,omitempty"`
	// Wait waits until every applied object is healthy. Then healthChecks is ignored.
	// +optional
	Wait bool `json:"wait,omitempty"`
	// DependsOn lists PlatformSyncs that must be ready first.
	// +optional
	// +kubebuilder:validation:MaxItems=64
	DependsOn []meta.NamespacedObjectReference `json:"dependsOn,omitempty"`
	// ServiceAccountName is the account, in the namespace of the PlatformSync,
	// with whose rights objects are applied. Default: --default-service-account.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	ServiceAccountName string `json:"serviceAccountName,omitempty"`
	// KubeConfig is the cluster to apply to. Default: the controller's own.
	// +optional
	KubeConfig *meta.KubeConfigReference `json:"kubeConfig,omitempty"`
	// HealthChecks lists the objects whose health is waited for.
	// +optional
	// +kubebuilder:validation:MaxItems=256
	HealthChecks []meta.NamespacedObjectKindReference `json:"healthChecks,omitempty"`
	// DriftDetection says what to do about changes made past Git.
	// +optional
	DriftDetection *Drift `json:"driftDetection,omitempty"`
	// DeletionPolicy says what becomes of the applied objects when the
	// PlatformSync is deleted. Default: MirrorPrune.
	// +optional
	// +kubebuilder:default=MirrorPrune
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`
}

// DeletionPolicy says what becomes of applied objects when their PlatformSync goes.
//
// +kubebuilder:validation:Enum=MirrorPrune;Delete;WaitForTermination;Orphan
type DeletionPolicy string

// The deletion policies, with the meaning that they have for a Flux Kustomization.
const (
	// DeletionMirrorPrune is Delete where spec.prune is set, and Orphan otherwise.
	DeletionMirrorPrune DeletionPolicy = "MirrorPrune"
	// DeletionDelete deletes the objects and does not wait for their end.
	DeletionDelete DeletionPolicy = "Delete"
	// DeletionWaitForTermination deletes the objects and waits until they are gone.
	DeletionWaitForTermination DeletionPolicy = "WaitForTermination"
	// DeletionOrphan leaves the objects where they are.
	DeletionOrphan DeletionPolicy = "Orphan"
)

// SourceReference names a Flux source.
type SourceReference struct {
	// APIVersion of the source. Default: the version that the controller speaks.
	// +optional
	APIVersion string `json:"apiVersion,omitempty"`
	// Kind of the source.
	// +required
	// +kubebuilder:validation:Enum=GitRepository;OCIRepository;Bucket
	Kind string `json:"kind"`
	// Name of the source.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
	// Namespace of the source. Default: that of the PlatformSync.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`
}

// GitSource is a Git repository that the controller reads itself.
type GitSource struct {
	// URL is https://, ssh:// or user@host:path.
	// +required
	// +kubebuilder:validation:Pattern="^(https?://|ssh://|[^/@]+@[^/:]+:).+$"
	// +kubebuilder:validation:MaxLength=2048
	URL string `json:"url"`
	// Ref is the revision. Default: the default branch of the repository.
	// +optional
	Ref *GitReference `json:"ref,omitempty"`
	// SecretRef names a Secret in the namespace of the PlatformSync, with the
	// keys of a Flux GitRepository's: username and password, bearerToken,
	// identity and known_hosts, ca.crt.
	// +optional
	SecretRef *meta.LocalObjectReference `json:"secretRef,omitempty"`
	// Verify asks for OpenPGP signatures to be checked.
	// +optional
	Verify *GitVerification `json:"verify,omitempty"`
}

// GitReference names a revision; the first set field of this order counts:
// commit, name, semver, tag, branch.
type GitReference struct {
	// Branch is the short name of a branch.
	// +optional
	Branch string `json:"branch,omitempty"`
	// Tag is the short name of a tag.
	// +optional
	Tag string `json:"tag,omitempty"`
	// SemVer is a range of versions; the highest matching tag is taken.
	// +optional
	SemVer string `json:"semver,omitempty"`
	// Name is the full name of a ref, such as refs/pull/42/head.
	// +optional
	Name string `json:"name,omitempty"`
	// Commit is the full name of a commit.
	// +optional
	Commit string `json:"commit,omitempty"`
}

// GitVerification says which signatures must be good.
type GitVerification struct {
	// Mode says what must be signed. Default: HEAD.
	// +optional
	// +kubebuilder:validation:Enum=HEAD;Tag;TagAndHEAD
	// +kubebuilder:default=HEAD
	Mode string `json:"mode,omitempty"`
	// SecretRef names a Secret whose values are armored public keys.
	// +required
	SecretRef meta.LocalObjectReference `json:"secretRef"`
}

// PlatformSyncStatus is what the controller last saw and did.
type PlatformSyncStatus struct {
	meta.ReconcileRequestStatus `json:",inline"`
	meta.ForceRequestStatus     `json:",inline"`

	// ObservedGeneration is the generation that was last reconciled.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Conditions are Ready, Reconciling, Stalled and those of this package.
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// LastAppliedRevision is the revision that was last applied in full.
	// +optional
	LastAppliedRevision string `json:"lastAppliedRevision,omitempty"`
	// LastAttemptedRevision is the revision that was last tried.
	// +optional
	LastAttemptedRevision string `json:"lastAttemptedRevision,omitempty"`
	// LastAppliedDigest names the objects that were last applied in full and
	// the settings they were applied with.
	// +optional
	LastAppliedDigest string `json:"lastAppliedDigest,omitempty"`
	// Inventory lists what the PlatformSync has applied, or is about to apply.
	// +optional
	Inventory *Inventory `json:"inventory,omitempty"`
	// History lists the last applied revisions, the newest first.
	// +optional
	// +kubebuilder:validation:MaxItems=10
	History []AppliedRevision `json:"history,omitempty"`
}

// Inventory lists objects.
type Inventory struct {
	// Entries are sorted by id.
	Entries []InventoryEntry `json:"entries"`
}

// InventoryEntry names one object, in the form of Flux's inventories.
type InventoryEntry struct {
	// ID is namespace_name_group_kind.
	ID string `json:"id"`
	// Version is the version of the API.
	Version string `json:"v"`
}

// AppliedRevision is one entry of the history.
type AppliedRevision struct {
	// Revision that was applied.
	Revision string `json:"revision"`
	// AppliedAt is when it was.
	AppliedAt metav1.Time `json:"appliedAt"`
	// Objects is how many it held.
	Objects int64 `json:"objects"`
}

// GetConditions returns the conditions of the status.
func (s *PlatformSync) GetConditions() []metav1.Condition { return s.Status.Conditions }

// SetConditions replaces the conditions of the status.
func (s *PlatformSync) SetConditions(conditions []metav1.Condition) { s.Status.Conditions = conditions }

// GetLastHandledForceRequestStatus returns where the last forced reconciliation is recorded.
func (s *PlatformSync) GetLastHandledForceRequestStatus() *string {
	return &s.Status.ForceRequestStatus.LastHandledForceAt
}
