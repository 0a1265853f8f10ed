// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package wanted

import (
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/validate"
)

// NATS is what Git wants of NATS.
type NATS struct {
	// Presence says where it is.
	Presence Presence
	// Workload of NATS in the chart.
	Workload Workload
	// Address that workers are told; set for an external NATS only.
	Address string
	// Replicas is the number of servers.
	Replicas int
	// Version of the image: "2.10.21", or "2.10" for any patch.
	Version string
	// JetStream on or off.
	JetStream Toggle
	// MaxFileStore and MaxMemoryStore are the limits of each server's store, in bytes.
	MaxFileStore, MaxMemoryStore int64
	// MaxPayload is the largest message, in bytes.
	MaxPayload int64
	// TLS says whether clients must use it.
	TLS Toggle
	// Monitoring says whether the monitoring endpoint is open.
	Monitoring Toggle
	// MonitoringPort and MonitoringTLS say how it is reached; the port is 8222
	// unless Git says another.
	MonitoringPort int
	MonitoringTLS  bool
	// StreamReplicas is the least number of replicas that every stream must
	// have. A Platform does not say it, because clients make the streams, with
	// one replica unless told otherwise: who wants more sets it.
	StreamReplicas int
}

// FromNATS returns what the release wants of NATS.
func FromNATS(r Release) NATS {
	const operatorAddress = "dynamo-operator.natsAddr"
	n := NATS{Presence: r.presence(chart.PartNATS, operatorAddress)}
	switch n.Presence {
	case Absent:
		return n
	case External:
		n.Address = r.text(operatorAddress)
		// An address may name several servers.
		first, _, _ := strings.Cut(n.Address, ",")
		if strings.HasPrefix(first, "tls://") || strings.HasPrefix(first, "wss://") {
			n.TLS = On
		}
		return n
	}
	n.Workload = r.workload(r.fullName("nats"), r.text("nats.headlessService.name"), r.text("nats.namespaceOverride"))
	if name := r.text("nats.statefulSet.name"); name != "" {
		n.Workload.Object.Name = name
	}
	n.Version = r.natsVersion()
	n.Monitoring, n.MonitoringPort = r.toggle("nats.config.monitor.enabled"), r.number("nats.config.monitor.port")
	n.MonitoringTLS = r.toggle("nats.config.monitor.tls.enabled") == On
	if n.MonitoringPort == 0 {
		n.MonitoringPort = 8222
	}
	n.Replicas = r.natsReplicas()
	if !r.filled("nats.config.patch") {
		r.natsConfig(&n)
	}
	return n
}

// Endpoints returns the monitoring endpoint of each server in the chart, by its
// name inside the cluster.
func (n NATS) Endpoints() []drift.Endpoint {
	scheme := "http"
	if n.MonitoringTLS {
		scheme = "https"
	}
	return n.Workload.endpoints(scheme, n.Replicas, n.MonitoringPort)
}

// natsConfig reads what ends up in the server's configuration, where nothing
// but values makes it.
func (r Release) natsConfig(n *NATS) {
	n.TLS = r.toggle("nats.config.nats.tls.enabled")
	if value, ok := r.value("nats.config.merge.max_payload"); ok {
		n.MaxPayload, _ = validate.PayloadSize(value)
	}
	if r.natsMerges("tls") {
		n.TLS = Unsaid
	}
	if r.natsMerges("jetstream") {
		return
	}
	n.JetStream = r.toggle("nats.config.jetstream.enabled")
	if n.JetStream == On && !r.filled("nats.config.jetstream.merge", "nats.config.jetstream.patch") {
		n.MaxFileStore = r.storeSize("fileStore", "nats.config.jetstream.fileStore.pvc.size")
		n.MaxMemoryStore = r.storeSize("memoryStore", "")
	}
}

// natsMerges says whether raw configuration is laid over a part of it.
func (r Release) natsMerges(part string) bool {
	_, ok := r.value("nats.config.merge." + part)
	return ok
}

// storeSize returns the limit of a store; the chart takes the claim's size for
// a file store without one.
func (r Release) storeSize(store, otherwise string) int64 {
	prefix := "nats.config.jetstream." + store
	if r.toggle(prefix+".enabled") != On {
		return 0
	}
	value, ok := r.value(prefix + ".maxSize")
	if !ok && otherwise != "" && r.toggle(prefix+".pvc.enabled") == On {
		value, _ = r.value(otherwise)
	}
	size, _ := validate.PayloadSize(value)
	return max(size, 0)
}

func (r Release) natsReplicas() int {
	if _, ok := r.value("nats.statefulSet.merge.spec.replicas"); ok || r.filled("nats.statefulSet.patch") {
		return 0
	}
	switch r.toggle("nats.config.cluster.enabled") {
	case Off:
		return 1
	case On:
		return r.number("nats.config.cluster.replicas")
	default:
		return 0
	}
}

// natsVersion reads the image's tag, unless the image is named in a way that
// the tag does not show.
func (r Release) natsVersion() string {
	const image = "nats.container.image."
	if r.text(image+"fullImageName") != "" || r.text(image+"digest") != "" {
		return ""
	}
	if r.filled("nats.container.patch", "nats.statefulSet.patch") {
		return ""
	}
	if _, ok := r.value("nats.container.merge.image"); ok {
		return ""
	}
	return VersionOf(r.text(image + "tag"))
}
