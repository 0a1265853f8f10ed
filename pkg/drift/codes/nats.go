// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package codes holds the codes of what the detectors of drift find, apart from
// the detectors, so that a program can explain a code without linking the clients
// of Kubernetes, NATS and etcd.
package codes

import "github.com/dynamo-gitops/dynamo-gitops/pkg/object"

// The codes of NATS.
const (
	// NATSUnknown is an Unknown: a server, or a part of what it knows, could not be looked at.
	NATSUnknown = "DG3001"
	// NATSMissing: fewer servers than Git says.
	NATSMissing = "DG3002"
	// NATSExtra: more servers than Git says.
	NATSExtra = "DG3003"
	// NATSRoute: a server without a route to another one.
	NATSRoute = "DG3004"
	// NATSVersion: another version than that of the image in Git, or several.
	NATSVersion = "DG3005"
	// NATSJetStream: JetStream off where Git has it on, or the other way round.
	NATSJetStream = "DG3006"
	// NATSHealth: JetStream is on and does not work.
	NATSHealth = "DG3007"
	// NATSMetaGroup: the group that keeps JetStream's metadata has other members than the cluster.
	NATSMetaGroup = "DG3008"
	// NATSStoreLimit: another limit of the store than Git says.
	NATSStoreLimit = "DG3009"
	// NATSStoreFull: the store is nearly full.
	NATSStoreFull = "DG3010"
	// NATSStreamReplicas: a stream with fewer replicas than wanted.
	NATSStreamReplicas = "DG3011"
	// NATSStreamHealth: a stream without a leader, or with a replica that is away or behind.
	NATSStreamHealth = "DG3012"
	// NATSMaxPayload: another largest message than Git says.
	NATSMaxPayload = "DG3013"
	// NATSTLS: TLS not required where Git wants it, or the other way round.
	NATSTLS = "DG3014"
	// NATSConfig: the server runs on an older configuration.
	NATSConfig = "DG3015"
	// NATSSlow: clients that do not keep up.
	NATSSlow = "DG3016"
)

// NATS returns the codes of findings inside NATS, in ascending order.
func NATS() []object.Code {
	return []object.Code{
		{ID: NATSUnknown, Severity: object.SeverityWarning, Title: "NATS not looked at",
			Help: "A server, or a part of what it knows, could not be looked at, so nothing is known of it: this is not the same as no drift. The reason says why."},
		{ID: NATSMissing, Severity: object.SeverityError, Title: "NATS server missing",
			Help: "The servers that answer, and those they have routes to, are fewer than the replicas in Git. A warning while a majority is left. Look at the pods of the StatefulSet: scaled by hand, pending, or crashing."},
		{ID: NATSExtra, Severity: object.SeverityWarning, Title: "more NATS servers than in Git",
			Help: "Somebody scaled the StatefulSet, or a server of another cluster joined. Scale back, or change spec.components.nats.replicas."},
		{ID: NATSRoute, Severity: object.SeverityWarning, Title: "NATS server without a route",
			Help: "A server is not connected with one that the others see, so messages between their clients are lost. Look for a NetworkPolicy, or a certificate between servers that has expired."},
		{ID: NATSVersion, Severity: object.SeverityWarning, Title: "NATS version other than in Git",
			Help: "The server does not run the version of the image in Git, or the servers run several. The pod's label carries the sub-chart's version and proves nothing. Look at the StatefulSet's image and at pods that were not restarted."},
		{ID: NATSJetStream, Severity: object.SeverityError, Title: "JetStream not as in Git",
			Help: "JetStream is off where Git has it on: clients that use durable KV events, object stores or a request trace fail. On where Git has it off is a warning. Reconcile the HelmRelease, and look at the server's log: a store that cannot be written also turns it off."},
		{ID: NATSHealth, Severity: object.SeverityError, Title: "JetStream unhealthy",
			Help: "JetStream is on, and the server says that it does not work, or the cluster has no leader for JetStream's metadata: no stream can be made or changed. Bring back a majority of the servers."},
		{ID: NATSMetaGroup, Severity: object.SeverityWarning, Title: "JetStream peers that are not servers",
			Help: "The group that keeps JetStream's metadata counts peers that are gone, so it needs more servers for a majority than it seems: a trace of scaling down. Remove them with nats server cluster peer-remove."},
		{ID: NATSStoreLimit, Severity: object.SeverityWarning, Title: "JetStream store limit other than in Git",
			Help: "max_file_store or max_memory_store of the running server differs from the values in Git. Reconcile the HelmRelease and restart the server: these limits are read at its start."},
		{ID: NATSStoreFull, Severity: object.SeverityWarning, Title: "JetStream store nearly full",
			Help: "At the limit, streams refuse messages. A warning from 80 %, an error from 95 %. Purge or limit streams, or raise maxFileStore and storage in Git; the claim of a live StatefulSet must be expanded by hand."},
		{ID: NATSStreamReplicas, Severity: object.SeverityWarning, Title: "stream with too few replicas",
			Help: "The stream is on fewer servers than wanted, so it goes with them. Clients make streams with one replica unless told otherwise: nats stream edit NAME --replicas N."},
		{ID: NATSStreamHealth, Severity: object.SeverityWarning, Title: "stream not replicated",
			Help: "A stream has no leader (an error: it takes no messages), or a replica is away or behind. Bring the server back; see nats stream report."},
		{ID: NATSMaxPayload, Severity: object.SeverityError, Title: "largest NATS message other than in Git",
			Help: "Below the value in Git, large requests fail, such as prompt embeddings, and only those. Above it is a warning. Reconcile the HelmRelease; the server takes the change without a restart."},
		{ID: NATSTLS, Severity: object.SeverityError, Title: "NATS TLS not as in Git",
			Help: "The server takes clients without TLS where Git requires it, so what is sent can be read; or it requires TLS where Git does not, so clients fail (also an error). Reconcile the HelmRelease."},
		{ID: NATSConfig, Severity: object.SeverityWarning, Title: "NATS runs on an older configuration",
			Help: "The configuration in the cluster was changed after the server read it, minutes ago: the reloader did not tell it, or it refused the change. Look at the reloader's log and the server's, then restart the pod."},
		{ID: NATSSlow, Severity: object.SeverityWarning, Title: "slow NATS consumers",
			Help: "Clients do not keep up, and the server dropped them; what they had not read is lost. A warning while it goes on, a note about the past otherwise. Look for a worker without CPU, or one that blocks in its handler."},
	}
}
