// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func storeRules() []Rule {
	return []Rule{
		failure("DG1720", "NATS goes while a graph uses it",
			"The graph asks for NATS as event plane, request plane or sink. Without NATS its pods do not start; those that run lose it. Charts bring no NATS by default from 1.4.0.",
			eachStep(checkNATSUse)),
		failure("DG1721", "etcd goes while it is used",
			"With discoveryBackend etcd every worker keeps a lease in etcd, and shuts down when it is lost. Charts bring no etcd by default from 1.0.0.",
			eachStep(checkEtcdUse)),
		failure("DG1722", "graph that points to a store that goes",
			"NATS_SERVER or ETCD_ENDPOINTS of the graph names the address of a NATS or etcd that the step removes or moves. A runtime that is told an address of NATS stops when it cannot connect, whatever plane it uses.",
			eachStep(checkStoreAddresses)),
		warning("DG1723", "NATS or etcd is uninstalled",
			"Workers that were given its address are restarted without it, and what it stored is out of reach. Its claims stay and are deleted by hand.",
			eachStep(checkStoresGone)),
		warning("DG1724", "TLS of NATS switched",
			"Clients that run hold connections of the other kind and cannot reconnect; every worker must restart with the new address. Until then a request plane on NATS is down.",
			eachStep(checkNATSTLS)),
		warning("DG1725", "address of NATS or etcd changes",
			"Workers get the address when they start. Until all have restarted, some are on the old store and some on the new, and do not see each other.",
			eachStep(checkAddressMoves)),
		warning("DG1726", "discovery backend changes",
			"Workers on etcd and workers on Kubernetes discovery do not find each other, so all components of a graph must restart together.",
			eachStep(checkBackendMoves)),
	}
}

// store is one of the two stores of the platform.
type store struct {
	part                            chart.Part
	title, typed, address, variable string
	scheme, port                    string
	switches                        []string
}

func stores() []store {
	return []store{
		{part: chart.PartNATS, title: "NATS", typed: "components.nats", address: natsAddress, variable: "NATS_SERVER",
			scheme: "nats://", port: ":4222",
			switches: []string{"global.nats.install", "nats.enabled", "dynamo-operator.nats.enabled", natsAddress}},
		{part: chart.PartEtcd, title: "etcd", typed: "components.etcd", address: etcdAddress, variable: "ETCD_ENDPOINTS",
			scheme: "http://", port: ":2379",
			switches: []string{"global.etcd.install", "etcd.enabled", etcdAddress}},
	}
}

// host returns the name of the Service of a store of this release, with its
// namespace.
func (p *platform) host(s store) string {
	part := string(s.part)
	full := p.text(part + ".fullnameOverride")
	if full == "" {
		full = p.Release.Name + "-" + part
		if strings.Contains(p.Release.Name, part) {
			full = p.Release.Name
		}
	}
	return full + "." + p.Release.Namespace
}

func (p *platform) natsHost() string { return p.host(stores()[0]) }

// has says whether workers can reach the store: it is installed, or an address
// of another one is given.
func (p *platform) has(s store) bool {
	return p.installs(s.part) || p.text(s.address) != ""
}

// tells returns the address that workers get, or nothing.
func (p *platform) tells(s store) string {
	if address := p.text(s.address); address != "" {
		return address
	}
	if p.installs(s.part) {
		return s.scheme + p.host(s) + ".svc.cluster.local" + s.port
	}
	return ""
}

// byDefault says in parentheses that nobody wrote down that a store goes.
func (p *platform) byDefault(s store) string {
	for _, path := range s.switches {
		if p.given(path) {
			return ""
		}
	}
	return fmt.Sprintf(" (the default of chart %s)", p.Version)
}

func checkNATSUse(s step, r *Report) {
	nats := stores()[0]
	if !s.before.has(nats) || s.after.has(nats) {
		return
	}
	for _, d := range s.served() {
		reported := map[string]bool{}
		for _, c := range d.Components {
			v, ok := natsUse(c)
			_, own := c.Lookup(nats.variable)
			if !ok || own || reported[v.Field] {
				continue
			}
			reported[v.Field] = true
			r.Add(at(d.source, v.Field),
				fmt.Sprintf("%s uses NATS by %s, and the step takes NATS away%s", c.Name, v.Name, s.after.byDefault(nats)),
				"set spec.components.nats.enabled: true in the Platform, or move the graph to another plane first")
		}
	}
}

// natsUse returns the variable by which a component asks for NATS.
func natsUse(c graph.Component) (graph.EnvVar, bool) {
	for _, variable := range []string{"DYN_EVENT_PLANE", "DYN_REQUEST_PLANE", "DYN_REQUEST_TRACE_SINKS", "DYN_AUDIT_SINKS"} {
		v, ok := c.Lookup(variable)
		if !ok {
			continue
		}
		for sink := range strings.SplitSeq(v.Value, ",") {
			if strings.EqualFold(strings.TrimSpace(sink), "nats") {
				return v, true
			}
		}
	}
	return graph.EnvVar{}, false
}

func checkEtcdUse(s step, r *Report) {
	etcd := stores()[1]
	if !s.before.has(etcd) || s.after.has(etcd) {
		return
	}
	if s.after.text(discoveryBackend) == "etcd" {
		r.Add(s.after.blame("components.etcd.enabled", etcd.switches...),
			"the step takes etcd away"+s.after.byDefault(etcd)+", and discoveryBackend is etcd",
			"set spec.components.etcd.enabled: true; or move to discoveryBackend kubernetes first, in a merge of its own")
	}
	for _, d := range s.served() {
		const key = "nvidia.com/dynamo-discovery-backend"
		if cmp.Or(d.Annotations[key], d.Labels[key]) == "etcd" {
			r.Add(at(d.source, "metadata"), "the graph uses etcd for discovery, and the step takes etcd away"+s.after.byDefault(etcd),
				"set spec.components.etcd.enabled: true in the Platform, or remove "+key+" from the graph first")
		}
	}
}

func checkStoreAddresses(s step, r *Report) {
	for _, st := range stores() {
		host := s.before.host(st)
		if !s.before.installs(st.part) || s.after.installs(st.part) && s.after.host(st) == host {
			continue
		}
		for _, d := range s.served() {
			reported := map[string]bool{}
			for _, c := range d.Components {
				v, ok := c.Lookup(st.variable)
				if !ok || reported[v.Field] || !pointsTo(v.Value, host, d.source.GetNamespace()) {
					continue
				}
				reported[v.Field] = true
				r.Add(at(d.source, v.Field), fmt.Sprintf("%s of %s points to %s, which the step removes", st.variable, c.Name, host),
					"remove the variable: the operator sets it where there is a store; or keep the store")
			}
		}
	}
}

// pointsTo says whether an address names the host, given as service.namespace.
// Inside that namespace the service alone does.
func pointsTo(address, host, namespace string) bool {
	service, within, _ := strings.Cut(host, ".")
	for part := range strings.SplitSeq(address, ",") {
		if _, rest, ok := strings.Cut(part, "://"); ok {
			part = rest
		}
		if _, rest, ok := strings.Cut(part, "@"); ok {
			part = rest
		}
		part, _, _ = strings.Cut(strings.TrimSpace(part), ":")
		if part == host || strings.HasPrefix(part, host+".") || part == service && namespace == within {
			return true
		}
	}
	return false
}

func checkStoresGone(s step, r *Report) {
	for _, st := range stores() {
		if !s.before.installs(st.part) || s.after.installs(st.part) {
			continue
		}
		r.Add(s.after.blame(st.typed+".enabled", st.switches...),
			fmt.Sprintf("%s of release %s is uninstalled%s", st.title, s.before.Release.Name, s.after.byDefault(st)),
			fmt.Sprintf("to keep it set spec.%s.enabled: true; otherwise see that no graph outside of this repository uses it, and delete its claims afterwards", st.typed))
	}
}

func checkNATSTLS(s step, r *Report) {
	if !s.before.installs(chart.PartNATS) || !s.after.installs(chart.PartNATS) || s.before.flag(natsTLS) == s.after.flag(natsTLS) {
		return
	}
	to := "on"
	if s.before.flag(natsTLS) {
		to = "off"
	}
	r.Add(s.after.blame("components.nats.tls", natsTLS), "TLS of NATS is turned "+to+" while workers are connected",
		"do it in a maintenance window, and restart every graph when NATS is back")
}

func checkAddressMoves(s step, r *Report) {
	for _, st := range stores() {
		before, after := s.before.tells(st), s.after.tells(st)
		if before == "" || after == "" || before == after || s.before.Release != s.after.Release || !s.after.installs(chart.PartOperator) {
			continue
		}
		if st.part == chart.PartNATS && s.before.flag(natsTLS) != s.after.flag(natsTLS) {
			continue // DG1724 says more.
		}
		r.Add(s.after.blame(st.typed+".address", st.address),
			fmt.Sprintf("workers are told another address of %s, and restart with it", st.title),
			"restart all graphs together; to move without a gap, add a second Platform and move one graph after the other")
	}
}

func checkBackendMoves(s step, r *Report) {
	before, after := cmp.Or(s.before.text(discoveryBackend), "kubernetes"), cmp.Or(s.after.text(discoveryBackend), "kubernetes")
	if before == after || !s.after.installs(chart.PartOperator) {
		return
	}
	severity := object.SeverityInfo
	if len(s.served()) > 0 {
		severity = object.SeverityWarning
	}
	r.AddAs(severity, s.after.blame("components.operator.discoveryBackend", discoveryBackend),
		fmt.Sprintf("discovery moves from %s to %s", before, after),
		"do it in a maintenance window, and restart all components of each graph together")
}
