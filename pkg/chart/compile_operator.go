// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import "github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"

func (b *builder) operator(o v1alpha1.Operator) {
	const manager = "dynamo-operator.controllerManager"
	b.flag("dynamo-operator.enabled", o.Enabled)
	b.number(manager+".replicas", o.Replicas)
	b.operatorImage(o.Image)
	b.pullSecrets(o)
	b.resources(manager+".manager.resources", o.Resources)
	b.tolerations(manager+".tolerations", "operator.tolerations", o.Tolerations)
	if b.since(minor09, "operator.affinity", o.Affinity != nil) {
		b.affinity(manager+".affinity", "operator.affinity", o.Affinity)
	}
	b.text("dynamo-operator.discoveryBackend", o.DiscoveryBackend)
	b.flag("dynamo-operator.namespaceRestriction.enabled", o.NamespaceRestricted)
	b.text("dynamo-operator.namespaceRestriction.targetNamespace", o.TargetNamespace)
	if e := o.LeaderElection; e != nil {
		b.text(manager+".leaderElection.id", e.ID)
		b.text(manager+".leaderElection.namespace", e.Namespace)
	}
	if b.since(minor10, "operator.upgradeCRDs", isTrue(o.UpgradeCRDs)) {
		b.flag("dynamo-operator.upgradeCRD", o.UpgradeCRDs)
	}
	if b.since(minor10, "operator.gpuDiscovery", isTrue(o.GPUDiscovery)) {
		b.flag("dynamo-operator.gpuDiscovery.enabled", o.GPUDiscovery)
	}
	b.env(o.Env)
	b.webhook(o.Webhook)
	b.registry(o.Registry)
	b.routes(o.Ingress, o.Istio)
	b.metrics(o.Metrics)
	b.text("dynamo-operator.modelExpressURL", o.ModelExpressURL)
	b.text("dynamo-operator.dynamo.groveTerminationDelay", o.GroveTerminationDelay)
	b.text("dynamo-operator.dynamo.mpiRun.secretName", o.MPISecretName)
}

func (b *builder) operatorImage(i *v1alpha1.Image) {
	if i == nil {
		return
	}
	const image = "dynamo-operator.controllerManager.manager.image"
	b.text(image+".repository", i.Repository)
	b.text(image+".tag", i.Tag)
	if b.since(minor10, "operator.image.pullPolicy", i.PullPolicy != "") {
		b.text(image+".pullPolicy", i.PullPolicy)
	}
}

// pullSecrets writes the listed Secrets, or else the registry's.
func (b *builder) pullSecrets(o v1alpha1.Operator) {
	names := o.ImagePullSecrets
	if names == nil && o.Registry != nil && o.Registry.ExistingSecret != "" {
		names = []string{o.Registry.ExistingSecret}
	}
	b.names("dynamo-operator.imagePullSecrets", names)
}

func (b *builder) env(env []v1alpha1.EnvVar) {
	if !b.since(minor10, "operator.env", len(env) > 0) || env == nil {
		return
	}
	list := make([]any, 0, len(env))
	for _, variable := range env {
		list = append(list, map[string]any{"name": variable.Name, "value": variable.Value})
	}
	b.set("dynamo-operator.env", list)
}

func (b *builder) webhook(w *v1alpha1.Webhook) {
	if w == nil {
		return
	}
	const webhook = "dynamo-operator.webhook"
	switch {
	case b.before(minor10):
		b.flag(webhook+".enabled", w.Enabled)
	case isFalse(w.Enabled):
		b.unsupported("operator.webhook.enabled", "the admission webhook always runs since 1.0.0", "remove it")
	}
	b.flag(webhook+".certManager.enabled", w.CertManager)
	if w.ExistingSecret != "" {
		b.set(webhook+".certificateSecret.name", w.ExistingSecret)
		b.set(webhook+".certificateSecret.external", true)
	}
	b.text(webhook+".caBundle", w.CABundle)
	b.text(webhook+".failurePolicy", w.FailurePolicy)
	b.number(webhook+".timeoutSeconds", w.TimeoutSeconds)
}

// registry never lets the chart make a Secret: with an existing one it would
// have to read it from the cluster, which fails wherever the chart is rendered
// outside of it.
func (b *builder) registry(r *v1alpha1.Registry) {
	if r == nil {
		return
	}
	const registry = "dynamo-operator.dynamo.dockerRegistry"
	b.set(registry+".useKubernetesSecret", false)
	b.text(registry+".server", r.Server)
	b.text(registry+".existingSecretName", r.ExistingSecret)
}

// routes writes Ingress and Istio. A host suffix alone turns Ingress on only
// where Istio, which uses it too, is off.
func (b *builder) routes(i *v1alpha1.Ingress, s *v1alpha1.Istio) {
	istio := s != nil && (isTrue(s.Enabled) || s.Enabled == nil && s.Gateway != "")
	b.ingress(i, istio)
	if s == nil {
		return
	}
	if s.Enabled != nil || istio {
		b.set("dynamo-operator.dynamo.istio.enabled", istio)
	}
	b.text("dynamo-operator.dynamo.istio.gateway", s.Gateway)
	switch {
	case b.before(minor10):
		b.flag("dynamo-operator.dynamo.virtualServiceSupportsHTTPS", s.HTTPS)
	case isTrue(s.HTTPS):
		b.unsupported("operator.istio.https", "no template of the chart reads it since 1.0.0", "remove it, and set TLS up at the gateway")
	}
}

func (b *builder) ingress(i *v1alpha1.Ingress, istio bool) {
	if i == nil {
		return
	}
	const ingress = "dynamo-operator.dynamo.ingress"
	given := i.ClassName != "" || i.TLSSecretName != "" || i.HostSuffix != "" && !istio
	switch {
	case i.Enabled != nil:
		b.set(ingress+".enabled", *i.Enabled)
	case given:
		b.set(ingress+".enabled", true)
	}
	b.text(ingress+".className", i.ClassName)
	b.text(ingress+".tlsSecretName", i.TLSSecretName)
	b.text("dynamo-operator.dynamo.ingressHostSuffix", i.HostSuffix)
}

func (b *builder) metrics(m *v1alpha1.Metrics) {
	if m == nil {
		return
	}
	b.text("dynamo-operator.dynamo.metrics.prometheusEndpoint", m.PrometheusEndpoint)
	if b.since(minor09, "operator.metrics.service", isFalse(m.Service)) {
		b.flag("dynamo-operator.metricsService.enabled", m.Service)
	}
	if b.since(minor10, "operator.metrics.podMonitors", m.PodMonitors != nil) {
		b.flag("dynamo-operator.dynamo.metrics.podMonitors.enabled", m.PodMonitors)
	}
}
