// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Components are the parts of the platform, in terms that do not change with
// the chart version. A field that is not set keeps what the profile or the
// chart says.
type Components struct {
	// Operator is the Dynamo operator.
	// +optional
	Operator Operator `json:"operator,omitempty"`
	// NATS is the message bus: in the chart, external, or absent.
	// +optional
	NATS NATS `json:"nats,omitempty"`
	// Etcd is the key-value store: in the chart, external, or absent.
	// +optional
	Etcd Etcd `json:"etcd,omitempty"`
	// Grove is the gang-scheduling operator for multi-node graphs.
	// +optional
	Grove Scheduler `json:"grove,omitempty"`
	// KAIScheduler is NVIDIA's GPU scheduler.
	// +optional
	KAIScheduler Scheduler `json:"kaiScheduler,omitempty"`
}

// Operator is the Dynamo operator.
type Operator struct {
	// Enabled says whether the operator is installed. Default: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
	// Replicas of the operator's Deployment; one leads, the others stand by.
	// Default: 1. Chart versions: all.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Replicas *int32 `json:"replicas,omitempty"`
	// Image of the operator. Default: the chart's.
	// +optional
	Image *Image `json:"image,omitempty"`
	// ImagePullSecrets are names of existing Secrets for pulling images.
	// +optional
	ImagePullSecrets []string `json:"imagePullSecrets,omitempty"`
	// Resources of the manager container. Default: the chart's.
	// +optional
	Resources *Resources `json:"resources,omitempty"`
	// Tolerations of the operator's pods, as in a pod spec.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Tolerations []apiextensionsv1.JSON `json:"tolerations,omitempty"`
	// Affinity of the operator's pods, as in a pod spec.
	// Chart versions: 0.9.0 and newer.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Type=object
	Affinity *apiextensionsv1.JSON `json:"affinity,omitempty"`
	// DiscoveryBackend is where workers find each other: kubernetes or etcd.
	// Default: kubernetes. "etcd" needs components.etcd in the chart or external.
	// +optional
	// +kubebuilder:validation:Enum=kubernetes;etcd
	DiscoveryBackend string `json:"discoveryBackend,omitempty"`
	// NamespaceRestricted limits the operator to one namespace instead of the
	// whole cluster. NVIDIA means it for development only. From 1.3.0 it needs
	// upgradeCRDs: false. Default: false.
	// +optional
	NamespaceRestricted *bool `json:"namespaceRestricted,omitempty"`
	// TargetNamespace is the namespace of a restricted operator.
	// Default: the release namespace.
	// +optional
	TargetNamespace string `json:"targetNamespace,omitempty"`
	// LeaderElection of the operator. Every cluster-wide operator in a cluster
	// must share one id, so leave this alone unless namespaceRestricted is true.
	// +optional
	LeaderElection *LeaderElection `json:"leaderElection,omitempty"`
	// UpgradeCRDs lets the operator apply its own CRDs at start. Default: true.
	// Chart versions: 1.0.0 and newer; below, the dynamo-crds chart does it.
	// +optional
	UpgradeCRDs *bool `json:"upgradeCRDs,omitempty"`
	// GPUDiscovery lets the operator read the nodes' GPUs. Default: true.
	// Chart versions: 1.0.0 and newer.
	// +optional
	GPUDiscovery *bool `json:"gpuDiscovery,omitempty"`
	// Env adds environment variables to the manager container.
	// Chart versions: 1.0.0 and newer.
	// +optional
	Env []EnvVar `json:"env,omitempty"`
	// Webhook is the admission webhook.
	// +optional
	Webhook *Webhook `json:"webhook,omitempty"`
	// Registry is the container registry that graphs pull from.
	// +optional
	Registry *Registry `json:"registry,omitempty"`
	// Ingress makes the operator publish frontends by Ingress.
	// +optional
	Ingress *Ingress `json:"ingress,omitempty"`
	// Istio makes the operator publish frontends by VirtualService.
	// +optional
	Istio *Istio `json:"istio,omitempty"`
	// Metrics of the operator and of the graphs.
	// +optional
	Metrics *Metrics `json:"metrics,omitempty"`
	// ModelExpressURL is the address of a Model Express server.
	// +optional
	ModelExpressURL string `json:"modelExpressURL,omitempty"`
	// GroveTerminationDelay is how long Grove waits before it ends a gang that
	// lost members, as a duration such as "4h". Default: the chart's, 4h.
	// +optional
	GroveTerminationDelay string `json:"groveTerminationDelay,omitempty"`
	// MPISecretName is the Secret with the SSH key of MPI runs.
	// Default: mpi-run-ssh-secret.
	// +optional
	MPISecretName string `json:"mpiSecretName,omitempty"`
}

// Image names a container image.
type Image struct {
	// Repository with its registry: "nvcr.io/nvidia/ai-dynamo/kubernetes-operator".
	// +optional
	Repository string `json:"repository,omitempty"`
	// Tag or version of the image.
	// +optional
	Tag string `json:"tag,omitempty"`
	// PullPolicy is Always, IfNotPresent or Never. For the operator it takes
	// effect from chart 1.0.0 on.
	// +optional
	// +kubebuilder:validation:Enum=Always;IfNotPresent;Never
	PullPolicy string `json:"pullPolicy,omitempty"`
}

// Resources are the requests and limits of a container, by resource name.
type Resources struct {
	// Requests by resource name: {cpu: 500m, memory: 1Gi}.
	// +optional
	Requests map[string]resource.Quantity `json:"requests,omitempty"`
	// Limits by resource name.
	// +optional
	Limits map[string]resource.Quantity `json:"limits,omitempty"`
}

// EnvVar is an environment variable with a literal value. Secrets do not
// belong here.
type EnvVar struct {
	// Name of the variable.
	// +required
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
	// Value of the variable.
	// +optional
	Value string `json:"value,omitempty"`
}

// LeaderElection of the operator.
type LeaderElection struct {
	// ID of the Lease. Default: dynamo.nvidia.com, shared by all cluster-wide
	// operators. Another id is refused in cluster-wide mode: two leaders would
	// work at once.
	// +optional
	ID string `json:"id,omitempty"`
	// Namespace of the Lease. Default: kube-system. The release namespace is
	// refused in cluster-wide mode.
	// +optional
	Namespace string `json:"namespace,omitempty"`
}

// Webhook is the operator's admission webhook.
type Webhook struct {
	// Enabled says whether the webhook runs. Default: true.
	// Chart versions: below 1.0.0; from 1.0.0 it always runs.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
	// CertManager makes cert-manager issue the certificate; it must be in the
	// cluster. Default: false, the chart makes its own.
	// +optional
	CertManager *bool `json:"certManager,omitempty"`
	// ExistingSecret is a Secret with tls.crt, tls.key and ca.crt that you
	// manage yourself. Exclusive with certManager.
	// +optional
	ExistingSecret string `json:"existingSecret,omitempty"`
	// CABundle is the base64 PEM bundle for existingSecret.
	// +optional
	CABundle string `json:"caBundle,omitempty"`
	// FailurePolicy is Fail or Ignore. Default: Fail.
	// +optional
	// +kubebuilder:validation:Enum=Fail;Ignore
	FailurePolicy string `json:"failurePolicy,omitempty"`
	// TimeoutSeconds bounds one admission call, in seconds. Default: 10.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=30
	TimeoutSeconds *int32 `json:"timeoutSeconds,omitempty"`
}

// Registry is the container registry that graphs pull from. There is no field
// for a password: it would stand in Git.
type Registry struct {
	// Server of the registry with its path: "nvcr.io/nvidia/ai-dynamo".
	// +optional
	Server string `json:"server,omitempty"`
	// ExistingSecret is a kubernetes.io/dockerconfigjson Secret in the release
	// namespace.
	// +optional
	ExistingSecret string `json:"existingSecret,omitempty"`
}

// Ingress makes the operator publish frontends by Ingress.
type Ingress struct {
	// Enabled turns it on. Default: false; true when any other field is set.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
	// ClassName is the IngressClass.
	// +optional
	ClassName string `json:"className,omitempty"`
	// TLSSecretName is the Secret with the certificate.
	// +optional
	TLSSecretName string `json:"tlsSecretName,omitempty"`
	// HostSuffix is the DNS suffix of generated hosts: "dynamo.example.com".
	// Istio uses it as well.
	// +optional
	HostSuffix string `json:"hostSuffix,omitempty"`
}

// Istio makes the operator publish frontends by VirtualService.
type Istio struct {
	// Enabled turns it on. Default: false; true when gateway is set.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
	// Gateway as "namespace/name".
	// +optional
	Gateway string `json:"gateway,omitempty"`
	// HTTPS makes VirtualServices route TLS. Default: false.
	// Chart versions: below 1.0.0; no later chart reads it.
	// +optional
	HTTPS *bool `json:"https,omitempty"`
}

// Metrics of the operator and of the graphs.
type Metrics struct {
	// PrometheusEndpoint is the address that planners query:
	// "http://prometheus.monitoring.svc:9090".
	// +optional
	PrometheusEndpoint string `json:"prometheusEndpoint,omitempty"`
	// Service says whether the operator's metrics Service is made.
	// Default: the chart's. Chart versions: 0.9.0 and newer.
	// +optional
	Service *bool `json:"service,omitempty"`
	// PodMonitors says whether PodMonitors for graphs are made. The chart's own
	// default asks the API server, which neither Argo CD nor an offline render
	// can do, so say true or false. Chart versions: 1.0.0 and newer.
	// +optional
	PodMonitors *bool `json:"podMonitors,omitempty"`
}

// NATS is the message bus. It is one of three: in the chart (enabled: true),
// external (address given), or absent (enabled: false and no address).
type NATS struct {
	// Enabled installs NATS with the platform. Default: true in the shipped
	// profiles whatever the chart's own default is; false when address is set.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
	// Address of an external NATS: "nats://nats.example.com:4222", or "tls://…".
	// With NATS in the chart it overrides the address given to the operator.
	// +optional
	// +kubebuilder:validation:Pattern=`^(nats|tls|ws|wss)://[^@\s]+$`
	Address string `json:"address,omitempty"`
	// Replicas of the server; above 1 it is clustered. Use an odd number: two
	// servers cannot elect a JetStream leader when one is gone. Default: 1.
	// +optional
	// +kubebuilder:validation:Minimum=1
	Replicas *int32 `json:"replicas,omitempty"`
	// JetStream is the persistent part.
	// +optional
	JetStream *JetStream `json:"jetStream,omitempty"`
	// TLS for clients and between servers. The operator's address becomes
	// tls:// with it.
	// +optional
	TLS *NATSTLS `json:"tls,omitempty"`
	// Monitoring opens the HTTP endpoint on port 8222. Default: true.
	// +optional
	Monitoring *bool `json:"monitoring,omitempty"`
	// Exporter adds the Prometheus exporter as a side container, with a
	// PodMonitor. Default: false.
	// +optional
	Exporter *bool `json:"exporter,omitempty"`
	// MaxPayload is the largest message, in bytes: 15Mi. Prompt embeddings need
	// 15Mi. Default: the chart's (10Mi at 0.8.0, 15Mi later).
	// +optional
	MaxPayload *resource.Quantity `json:"maxPayload,omitempty"`
	// PDB makes a PodDisruptionBudget. Default: the chart's, true.
	// +optional
	PDB *bool `json:"pdb,omitempty"`
	// SpreadAcrossNodes puts each server on a node of its own. Default: false;
	// true in the prod profile.
	// +optional
	SpreadAcrossNodes *bool `json:"spreadAcrossNodes,omitempty"`
	// Image of the server. Default: the chart's.
	// +optional
	Image *Image `json:"image,omitempty"`
	// Resources of the server container. GOMEMLIMIT is set to 90 % of the
	// memory limit.
	// +optional
	Resources *Resources `json:"resources,omitempty"`
	// Tolerations of the server's pods, as in a pod spec.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Tolerations []apiextensionsv1.JSON `json:"tolerations,omitempty"`
	// Affinity of the server's pods, as in a pod spec.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Type=object
	Affinity *apiextensionsv1.JSON `json:"affinity,omitempty"`
}

// JetStream is the persistent part of NATS.
type JetStream struct {
	// Enabled turns JetStream on. Default: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
	// Storage is the size of each server's PersistentVolumeClaim. Default:
	// 10Gi. It cannot be changed on a live StatefulSet.
	// +optional
	Storage *resource.Quantity `json:"storage,omitempty"`
	// StorageClass of the claim. Default: the cluster's.
	// +optional
	StorageClass string `json:"storageClass,omitempty"`
	// MaxFileStore is the most that streams may use of the claim; leave room
	// for the write-ahead. Default: 90 % of storage where storage is set, else
	// the chart's.
	// +optional
	MaxFileStore *resource.Quantity `json:"maxFileStore,omitempty"`
	// MaxMemoryStore allows streams in memory up to this size. Default: off.
	// +optional
	MaxMemoryStore *resource.Quantity `json:"maxMemoryStore,omitempty"`
}

// NATSTLS names the Secrets of NATS's certificates.
type NATSTLS struct {
	// Enabled turns TLS on. Default: true when secretName is set.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
	// SecretName is a kubernetes.io/tls Secret for clients.
	// +optional
	SecretName string `json:"secretName,omitempty"`
	// ClusterSecretName is the one between servers. Default: secretName.
	// +optional
	ClusterSecretName string `json:"clusterSecretName,omitempty"`
	// CASecretName is a Secret with ca.crt. Default: none.
	// +optional
	CASecretName string `json:"caSecretName,omitempty"`
}

// Etcd is the key-value store. It is one of three: in the chart (enabled: true),
// external (address given), or absent (enabled: false and no address).
type Etcd struct {
	// Enabled installs etcd with the platform. Default: true in the shipped
	// profiles whatever the chart's own default is; false when address is set.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
	// Address of an external etcd: "https://etcd.example.com:2379".
	// +optional
	// +kubebuilder:validation:Pattern=`^https?://[^@\s]+$`
	Address string `json:"address,omitempty"`
	// Replicas of etcd; use an odd number. Default: 1; 3 in the prod profile.
	// +optional
	// +kubebuilder:validation:Minimum=1
	Replicas *int32 `json:"replicas,omitempty"`
	// Persistence keeps the data in a PersistentVolumeClaim. Default: true.
	// +optional
	Persistence *bool `json:"persistence,omitempty"`
	// Storage is the size of each member's claim. Default: 1Gi. It cannot be
	// changed on a live StatefulSet.
	// +optional
	Storage *resource.Quantity `json:"storage,omitempty"`
	// StorageClass of the claim. Default: the cluster's.
	// +optional
	StorageClass string `json:"storageClass,omitempty"`
	// PDB makes a PodDisruptionBudget that keeps a quorum.
	// Default: false; true in test and prod.
	// +optional
	PDB *bool `json:"pdb,omitempty"`
	// Probes turns the readiness and liveness probes on. Default: false; true
	// in prod. Without them a Ready pod proves nothing.
	// +optional
	Probes *bool `json:"probes,omitempty"`
	// Metrics annotates the pods for Prometheus. Default: false.
	// +optional
	Metrics *bool `json:"metrics,omitempty"`
	// Image of etcd. Default: the chart's.
	// +optional
	Image *Image `json:"image,omitempty"`
	// Resources of the etcd container.
	// +optional
	Resources *Resources `json:"resources,omitempty"`
	// Tolerations of etcd's pods, as in a pod spec.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Tolerations []apiextensionsv1.JSON `json:"tolerations,omitempty"`
	// Affinity of etcd's pods, as in a pod spec.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Type=object
	Affinity *apiextensionsv1.JSON `json:"affinity,omitempty"`
}

// Scheduler is Grove or the KAI scheduler: installed by this chart, used by the
// operator, or both.
type Scheduler struct {
	// Enabled is short for install and integrate together. Default: false.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
	// Install deploys it with the platform. Default: enabled.
	// +optional
	Install *bool `json:"install,omitempty"`
	// Integrate lets the operator use it; it may come from elsewhere.
	// Default: enabled. Chart versions: 1.0.0 and newer; below, the operator
	// finds an installed one by itself and cannot be told.
	// +optional
	Integrate *bool `json:"integrate,omitempty"`
	// Tolerations of its pods, as in a pod spec.
	// Chart versions: 0.9.0 and newer.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Tolerations []apiextensionsv1.JSON `json:"tolerations,omitempty"`
	// Affinity of its pods, as in a pod spec. Chart versions: 0.9.0 and newer.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Type=object
	Affinity *apiextensionsv1.JSON `json:"affinity,omitempty"`
}
