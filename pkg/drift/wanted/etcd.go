// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package wanted

import (
	"strconv"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
)

// Etcd is what Git wants of etcd.
type Etcd struct {
	// Presence says where it is.
	Presence Presence
	// Workload of etcd in the chart.
	Workload Workload
	// Address that workers are told; set for an external etcd only.
	Address string
	// Replicas is the number of members.
	Replicas int
	// Version of the image: "3.5.18", or "3.5" for any patch.
	Version string
	// ClientPort is where clients connect; 2379 unless Git says another.
	ClientPort int
	// TLS says whether clients must use it.
	TLS Toggle
	// Auth says whether clients must have a user.
	Auth Toggle
	// Quota of the database, in bytes; zero also for etcd's own default.
	Quota int64
}

// FromEtcd returns what the release wants of etcd.
func FromEtcd(r Release) Etcd {
	const operatorAddress = "dynamo-operator.etcdAddr"
	e := Etcd{Presence: r.presence(chart.PartEtcd, operatorAddress)}
	switch e.Presence {
	case Absent:
		return e
	case External:
		e.Address = r.text(operatorAddress)
		return e
	}
	e.Workload = r.workload(r.fullName("etcd"), "", r.text("etcd.namespaceOverride"))
	e.Replicas = r.number("etcd.replicaCount")
	e.ClientPort = r.number("etcd.containerPorts.client")
	if e.ClientPort == 0 {
		e.ClientPort = 2379
	}
	e.TLS, e.Auth = r.toggle("etcd.auth.client.secureTransport"), r.toggle("etcd.auth.rbac.create")
	if r.text("etcd.image.digest") == "" {
		e.Version = VersionOf(r.text("etcd.image.tag"))
	}
	e.Quota = r.etcdQuota()
	return e
}

// Endpoints returns the client endpoint of each member in the chart, by its name
// inside the cluster, or those of an external etcd.
func (e Etcd) Endpoints() []drift.Endpoint {
	if e.Presence == External {
		return addresses(e.Address)
	}
	scheme := "http"
	if e.TLS == On {
		scheme = "https"
	}
	return e.Workload.endpoints(scheme, e.Replicas, e.ClientPort)
}

// etcdQuota reads the quota from the environment that the values give.
func (r Release) etcdQuota() int64 {
	value, _ := r.value("etcd.extraEnvVars")
	list, _ := value.([]any)
	var quota int64
	for _, item := range list {
		entry, _ := item.(map[string]any)
		text, _ := entry["value"].(string)
		if entry["name"] != "ETCD_QUOTA_BACKEND_BYTES" {
			continue
		}
		if number, err := strconv.ParseInt(text, 10, 64); err == nil && number > 0 {
			quota = number
		}
	}
	return quota
}
