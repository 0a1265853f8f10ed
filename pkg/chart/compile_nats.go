// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// maxNameLength is how long Helm lets a full name be.
const maxNameLength = 63

func (b *builder) nats(n v1alpha1.NATS, r Release) {
	install := n.Enabled
	if install == nil && n.Address != "" {
		install = new(bool)
	}
	b.natsToggle(install, n.Address != "")
	b.text("dynamo-operator.natsAddr", n.Address)
	if isFalse(install) {
		b.unset("dynamo-operator.natsAddr", n.Address)
		return
	}
	clustered := b.natsCluster(n.Replicas)
	b.jetStream(n.JetStream)
	b.natsTLS(n, clustered, r)
	b.flag("nats.config.monitor.enabled", n.Monitoring)
	b.flag("nats.promExporter.enabled", n.Exporter)
	b.flag("nats.promExporter.podMonitor.enabled", n.Exporter)
	if n.MaxPayload != nil {
		b.set("nats.config.merge.max_payload", n.MaxPayload.Value())
	}
	b.flag("nats.podDisruptionBudget.enabled", n.PDB)
	b.natsPods(n)
}

// natsToggle writes the keys that install NATS and tell the operator of it.
func (b *builder) natsToggle(install *bool, external bool) {
	if install == nil {
		return
	}
	keys := b.version.entry.minor.toggle(PartNATS)
	b.set(keys.install, *install)
	if keys.integrate != "" {
		b.set(keys.integrate, *install || external)
	}
}

// natsCluster returns whether the servers may be several.
func (b *builder) natsCluster(replicas *int32) bool {
	if replicas == nil {
		return true
	}
	several := *replicas > 1
	b.set("nats.config.cluster.enabled", several)
	if several {
		b.set("nats.config.cluster.replicas", int64(*replicas))
	}
	return several
}

func (b *builder) jetStream(j *v1alpha1.JetStream) {
	if j == nil {
		return
	}
	const (
		jetStream = "nats.config.jetstream"
		files     = jetStream + ".fileStore"
		memory    = jetStream + ".memoryStore"
	)
	b.flag(jetStream+".enabled", j.Enabled)
	if j.Storage != nil || j.StorageClass != "" || j.MaxFileStore != nil {
		b.set(files+".enabled", true)
		b.set(files+".pvc.enabled", true)
	}
	b.text(files+".pvc.storageClassName", j.StorageClass)
	if j.Storage != nil {
		b.set(files+".pvc.size", j.Storage.String())
		b.set(files+".maxSize", share(*j.Storage))
	}
	if j.MaxFileStore != nil {
		b.set(files+".maxSize", j.MaxFileStore.String())
	}
	if j.MaxMemoryStore != nil {
		b.set(memory+".enabled", true)
		b.set(memory+".maxSize", j.MaxMemoryStore.String())
	}
}

func (b *builder) natsTLS(n v1alpha1.NATS, clustered bool, r Release) {
	t := n.TLS
	if t == nil {
		return
	}
	const (
		clients = "nats.config.nats.tls"
		servers = "nats.config.cluster.tls"
	)
	on := isTrue(t.Enabled) || t.Enabled == nil && t.SecretName != ""
	if !on {
		if t.Enabled != nil {
			b.set(clients+".enabled", false)
			b.set(servers+".enabled", false)
			b.unset("dynamo-operator.natsAddr", n.Address)
		}
		return
	}
	b.set(clients+".enabled", true)
	b.text(clients+".secretName", t.SecretName)
	if between := cmp.Or(t.ClusterSecretName, t.SecretName); clustered && between != "" {
		b.set(servers+".enabled", true)
		b.set(servers+".secretName", between)
	}
	if t.CASecretName != "" {
		b.set("nats.tlsCA.enabled", true)
		b.set("nats.tlsCA.secretName", t.CASecretName)
	}
	if n.Address == "" {
		b.set("dynamo-operator.natsAddr", fmt.Sprintf("tls://%s.%s.svc.cluster.local:4222", FullName(r.Name, "nats"), r.Namespace))
	}
}

func (b *builder) natsPods(n v1alpha1.NATS) {
	if n.SpreadAcrossNodes != nil {
		when := "ScheduleAnyway"
		if *n.SpreadAcrossNodes {
			when = "DoNotSchedule"
		}
		b.set("nats.podTemplate.topologySpreadConstraints", map[string]any{
			"kubernetes.io/hostname": map[string]any{"maxSkew": int64(1), "whenUnsatisfiable": when},
		})
	}
	if i := n.Image; i != nil {
		b.text("nats.container.image.repository", i.Repository)
		b.text("nats.container.image.tag", i.Tag)
		b.text("nats.container.image.pullPolicy", i.PullPolicy)
	}
	b.resources("nats.container.merge.resources", n.Resources)
	if n.Resources != nil {
		if limit, ok := n.Resources.Limits["memory"]; ok {
			b.text("nats.container.env.GOMEMLIMIT", goMemoryLimit(limit))
		}
	}
	b.tolerations("nats.podTemplate.merge.spec.tolerations", "nats.tolerations", n.Tolerations)
	b.affinity("nats.podTemplate.merge.spec.affinity", "nats.affinity", n.Affinity)
}

// FullName returns the name that Helm's usual template gives a chart's objects:
// the release alone where it holds the chart's name, else both with a dash.
func FullName(release, chart string) string {
	name := release
	if !strings.Contains(release, chart) {
		name = release + "-" + chart
	}
	if len(name) > maxNameLength {
		name = name[:maxNameLength]
	}
	return strings.TrimSuffix(name, "-")
}
