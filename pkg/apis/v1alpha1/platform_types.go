// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Platform describes one installation of the Dynamo platform: the operator,
// NATS, etcd and, where wanted, Grove and the KAI scheduler. It compiles to
// Flux HelmReleases of the dynamo-platform chart (and, below 1.0.0, of the
// dynamo-crds chart).
//
// metadata.name is the default release name and metadata.namespace the release
// namespace. Both are part of the addresses that workers use for NATS and etcd,
// so renaming a live Platform moves the data plane.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:categories={dynamo-gitops},shortName=dplat
type Platform struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the wanted state of the platform.
	// +required
	Spec PlatformSpec `json:"spec"`
}

// PlatformList is a list of Platforms.
//
// +kubebuilder:object:root=true
type PlatformList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	// Items are the Platforms.
	Items []Platform `json:"items"`
}

// Profile names one of the shipped overlays.
//
// +kubebuilder:validation:Enum=dev;test;prod
type Profile string

// The shipped profiles.
const (
	// ProfileDev is a single etcd and a single NATS server with chart defaults.
	ProfileDev Profile = "dev"
	// ProfileTest adds persistence sizes, disruption budgets and cert-manager.
	ProfileTest Profile = "test"
	// ProfileProd is highly available: etcd and NATS with three members, TLS,
	// probes, disruption budgets, routes with TLS.
	ProfileProd Profile = "prod"
)

// PlatformSpec is the wanted state of a Platform.
//
// +kubebuilder:validation:XValidation:rule="!(has(self.profile) && has(self.overlay))",message="set profile or overlay, not both"
type PlatformSpec struct {
	// Version is the exact version of the dynamo-platform chart, without a "v":
	// "0.9.0". Ranges are refused, because the same commit must give the same
	// release every day. Chart versions: 0.8.0 to 1.6.0 are known.
	// +required
	// +kubebuilder:validation:Pattern=`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`
	Version string `json:"version"`

	// Profile is the shipped overlay to start from: dev, test or prod.
	// Default: dev. Exclusive with overlay.
	// +optional
	Profile Profile `json:"profile,omitempty"`

	// Overlay is a Kustomize directory of your own to start from instead of a
	// shipped profile, relative to the file that holds this Platform. It must
	// print a HelmRelease of the chart dynamo-platform. It may not leave the
	// repository.
	// +optional
	Overlay string `json:"overlay,omitempty"`

	// Charts says where the charts come from.
	// Default: NVIDIA's HTTPS repository https://helm.ngc.nvidia.com/nvidia/ai-dynamo.
	// +optional
	Charts Charts `json:"charts,omitempty"`

	// ReleaseName is the Helm release name. Default: metadata.name.
	// The Services of NATS and etcd carry it (<release>-nats, <release>-etcd),
	// so changing it on a live platform moves the data plane.
	// +optional
	// +kubebuilder:validation:MaxLength=43
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	ReleaseName string `json:"releaseName,omitempty"`

	// FluxNamespace is the namespace of the HelmReleases and of the chart
	// source. Default: metadata.namespace. The release itself always goes to
	// metadata.namespace.
	// +optional
	FluxNamespace string `json:"fluxNamespace,omitempty"`

	// CreateNamespace says whether the Namespace object is generated.
	// Default: true.
	// +optional
	CreateNamespace *bool `json:"createNamespace,omitempty"`

	// Interval is how often helm-controller checks the releases, as a duration
	// such as "30m". Default: from the profile, 30m in the shipped ones.
	// +optional
	Interval *metav1.Duration `json:"interval,omitempty"`

	// Timeout bounds one Helm action, as a duration such as "15m".
	// Default: from the profile; 10m in dev, 15m in test, 20m in prod.
	// +optional
	Timeout *metav1.Duration `json:"timeout,omitempty"`

	// Suspend stops helm-controller from reconciling the releases.
	// Default: false.
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// ServiceAccountName is the ServiceAccount that helm-controller
	// impersonates. Default: helm-controller's own.
	// +optional
	ServiceAccountName string `json:"serviceAccountName,omitempty"`

	// KubeConfig names the Secret with the kubeconfig of a remote cluster, in
	// the namespace of the HelmRelease. Default: the cluster of helm-controller.
	// +optional
	KubeConfig *SecretKeyReference `json:"kubeConfig,omitempty"`

	// Kubernetes says what is known of the target cluster; rules that need it
	// are skipped where it is not given.
	// +optional
	Kubernetes KubernetesFacts `json:"kubernetes,omitempty"`

	// Components are the typed settings, the same for every chart version.
	// +optional
	Components Components `json:"components,omitempty"`

	// Routes publish the frontends of graphs through an Ingress or an Istio
	// VirtualService, with TLS and timeouts.
	// +optional
	Routes []Route `json:"routes,omitempty"`

	// Values are raw chart values for what components do not cover. They are
	// laid over everything else and checked against the keys of spec.version:
	// an unknown key is refused, because the chart would ignore it in silence.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Type=object
	Values *apiextensionsv1.JSON `json:"values,omitempty"`

	// ValuesFrom takes values from ConfigMaps and Secrets in the namespace of
	// the HelmRelease, in this order, below everything that is written here.
	// Secrets belong here and nowhere else.
	// +optional
	ValuesFrom []ValuesReference `json:"valuesFrom,omitempty"`

	// AllowUnknownValues lists dotted paths in values that are accepted although
	// no chart version is known to read them: "dynamo-operator.myPatch". A path
	// covers everything below it.
	// +optional
	AllowUnknownValues []string `json:"allowUnknownValues,omitempty"`

	// Drift says how changes in the cluster are treated.
	// +optional
	Drift Drift `json:"drift,omitempty"`
}

// Charts says where the charts dynamo-platform and dynamo-crds come from.
type Charts struct {
	// URL is an HTTPS Helm repository (https://…) or an OCI registry
	// (oci://…, without the chart's name).
	// Default: https://helm.ngc.nvidia.com/nvidia/ai-dynamo.
	// NVIDIA publishes no OCI form; oci:// is for mirrors of your own.
	// +optional
	// +kubebuilder:validation:Pattern=`^(https?|oci)://.+$`
	URL string `json:"url,omitempty"`

	// SecretName names the Secret with the repository's credentials, in the
	// namespace of the HelmReleases. For HTTPS it holds username and password,
	// for OCI a kubernetes.io/dockerconfigjson. Never put credentials into url.
	// +optional
	SecretName string `json:"secretName,omitempty"`

	// CertSecretName names the Secret with ca.crt, and tls.crt and tls.key for
	// client certificates.
	// +optional
	CertSecretName string `json:"certSecretName,omitempty"`

	// Insecure allows an OCI registry without TLS. Default: false.
	// +optional
	Insecure bool `json:"insecure,omitempty"`

	// Interval is how often source-controller looks for new charts.
	// Default: 1h. An exact version never changes, so there is no haste.
	// +optional
	Interval *metav1.Duration `json:"interval,omitempty"`
}

// KubernetesFacts is what the author knows of the target cluster.
type KubernetesFacts struct {
	// Version is the Kubernetes version of the target cluster: "1.31" or
	// "1.31.4". Charts from 1.3.0 need 1.30 or newer.
	// +optional
	// +kubebuilder:validation:Pattern=`^v?1\.\d+(\.\d+)?([-+].*)?$`
	Version string `json:"version,omitempty"`
}

// SecretKeyReference names a Secret and a key in it.
type SecretKeyReference struct {
	// Name of the Secret.
	// +required
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
	// Key in the Secret. Default: the reader's own, "value" for a kubeconfig.
	// +optional
	Key string `json:"key,omitempty"`
}

// ValuesReference names a ConfigMap or Secret with chart values, as
// helm-controller's valuesFrom does.
type ValuesReference struct {
	// Kind is Secret or ConfigMap.
	// +required
	// +kubebuilder:validation:Enum=Secret;ConfigMap
	Kind string `json:"kind"`
	// Name of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
	// ValuesKey is the key that holds the values. Default: values.yaml.
	// +optional
	ValuesKey string `json:"valuesKey,omitempty"`
	// TargetPath puts a single value at this dotted path instead of merging a
	// whole document.
	// +optional
	TargetPath string `json:"targetPath,omitempty"`
	// Optional tolerates a missing object. Default: false.
	// +optional
	Optional bool `json:"optional,omitempty"`
}

// RouteType is the way a route is published.
//
// +kubebuilder:validation:Enum=ingress;istio
type RouteType string

// The ways a route is published.
const (
	// RouteIngress makes a networking.k8s.io/v1 Ingress.
	RouteIngress RouteType = "ingress"
	// RouteIstio makes a networking.istio.io/v1 VirtualService.
	RouteIstio RouteType = "istio"
)

// Route publishes the frontend of one graph.
type Route struct {
	// Name of the generated object, unique in its namespace.
	// +required
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
	// Type is ingress or istio. Default: ingress.
	// +optional
	Type RouteType `json:"type,omitempty"`
	// Graph is the DynamoGraphDeployment, as "namespace/name".
	// +required
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`
	Graph string `json:"graph"`
	// Component is the graph's component that serves HTTP. Default: Frontend.
	// +optional
	Component string `json:"component,omitempty"`
	// Port of the component's Service. Default: 8000.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int32 `json:"port,omitempty"`
	// Host is the public DNS name.
	// +required
	// +kubebuilder:validation:MinLength=1
	Host string `json:"host"`
	// ClassName is the IngressClass (type ingress).
	// Default: components.operator.ingress.className.
	// +optional
	ClassName string `json:"className,omitempty"`
	// TLSSecretName is the Secret with the host's certificate (type ingress).
	// Default: components.operator.ingress.tlsSecretName.
	// +optional
	TLSSecretName string `json:"tlsSecretName,omitempty"`
	// Gateway is the Istio Gateway, as "namespace/name" (type istio). TLS ends
	// there. Default: components.operator.istio.gateway.
	// +optional
	Gateway string `json:"gateway,omitempty"`
	// Timeout bounds one request, in which a long answer is streamed.
	// Default: 1h.
	// +optional
	Timeout *metav1.Duration `json:"timeout,omitempty"`
}

// DriftMode says what happens when the cluster differs from Git.
//
// +kubebuilder:validation:Enum=disabled;warn;enabled
type DriftMode string

// The drift modes, as helm-controller names them.
const (
	// DriftDisabled looks at nothing.
	DriftDisabled DriftMode = "disabled"
	// DriftWarn reports and changes nothing.
	DriftWarn DriftMode = "warn"
	// DriftEnabled reports and corrects.
	DriftEnabled DriftMode = "enabled"
)

// Drift says how changes in the cluster are treated.
type Drift struct {
	// Mode is disabled, warn or enabled. Default: from the profile; warn in dev
	// and test, enabled in prod.
	// +optional
	Mode DriftMode `json:"mode,omitempty"`
	// Ignore adds to the shipped rules about legitimate writers.
	// +optional
	Ignore []DriftIgnore `json:"ignore,omitempty"`
}

// DriftIgnore leaves fields of some objects out of drift detection.
type DriftIgnore struct {
	// Paths are JSON pointers (RFC 6901): "/spec/replicas".
	// +required
	// +kubebuilder:validation:MinItems=1
	Paths []string `json:"paths"`
	// Target selects the objects. Default: every object of the release.
	// +optional
	Target *DriftTarget `json:"target,omitempty"`
	// Reason says why, for the reader.
	// +optional
	Reason string `json:"reason,omitempty"`
}

// DriftTarget selects objects; every given field must match. Kind, name and
// namespace are regular expressions over the whole value, as in helm-controller.
type DriftTarget struct {
	// Group of the objects, a regular expression.
	// +optional
	Group string `json:"group,omitempty"`
	// Version of the objects, a regular expression.
	// +optional
	Version string `json:"version,omitempty"`
	// Kind of the objects, a regular expression.
	// +optional
	Kind string `json:"kind,omitempty"`
	// Name of the objects, a regular expression.
	// +optional
	Name string `json:"name,omitempty"`
	// Namespace of the objects, a regular expression.
	// +optional
	Namespace string `json:"namespace,omitempty"`
	// LabelSelector selects by labels, in the form of kubectl's --selector.
	// +optional
	LabelSelector string `json:"labelSelector,omitempty"`
	// AnnotationSelector selects by annotations, in the same form.
	// +optional
	AnnotationSelector string `json:"annotationSelector,omitempty"`
}
