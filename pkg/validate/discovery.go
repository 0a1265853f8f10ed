// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
)

const discoveryBackend = "dynamo-operator.discoveryBackend"

// natsSwitches are the values that say whether NATS is installed, newest first.
func natsSwitches() []string {
	return []string{"global.nats.install", "nats.enabled", "dynamo-operator.nats.enabled"}
}

func discoveryRules() []Rule {
	return []Rule{
		failure("DG1308", "unknown discovery backend",
			"The chart knows kubernetes and etcd.",
			eachPlatform(checkBackend)),
		failure("DG1309", "etcd discovery without etcd",
			"With discoveryBackend etcd every worker needs etcd; none is installed and no address is given.",
			eachPlatform(checkEtcdThere)),
		warning("DG1310", "no NATS below 1.4",
			"Workers of these versions connect to NATS for KV events, by default with JetStream in 0.8 and 0.9.",
			eachPlatform(checkNATSThere)),
		failure("DG1311", "graph that uses NATS where there is none",
			"The graph asks for NATS as event plane, request plane or trace sink, and its platform gives it no address, so its pods do not start.",
			checkNATSUse),
		warning("DG1312", "in the chart and external at once",
			"NATS or etcd is installed, but workers are told another address, so what was installed is idle.",
			eachPlatform(checkTwoStores)),
	}
}

func checkBackend(p *platform, r *Report) {
	backend := p.text(discoveryBackend)
	if backend == "" || backend == "kubernetes" || backend == "etcd" {
		return
	}
	r.Add(p.blame("components.operator.discoveryBackend", discoveryBackend),
		fmt.Sprintf("discoveryBackend is %q", backend), "write kubernetes or etcd")
}

func checkEtcdThere(p *platform, r *Report) {
	if p.text(discoveryBackend) != "etcd" || !p.installs(partOperator) ||
		p.installs(partEtcd) || p.text("dynamo-operator.etcdAddr") != "" {
		return
	}
	r.AddAs(p.absent(r.code.Severity), p.blame("components.operator.discoveryBackend", discoveryBackend),
		"discoveryBackend is etcd, but etcd is neither installed nor external",
		"set spec.components.etcd.enabled: true, or spec.components.etcd.address, or use discoveryBackend kubernetes")
}

func checkNATSThere(p *platform, r *Report) {
	if !p.below("1.4.0") || !p.installs(partOperator) || !p.natsAbsent() {
		return
	}
	r.Add(p.blame("components.nats.enabled", natsSwitches()...),
		fmt.Sprintf("NATS is absent, and workers of %s use it for KV events", p.version()),
		"set spec.components.nats.enabled: true or spec.components.nats.address, or turn KV events off in every graph")
}

func checkNATSUse(f *Facts, r *Report) {
	for _, d := range f.graphs {
		if !every(d.platforms, (*platform).natsAbsent) {
			continue
		}
		sure := !slices.ContainsFunc(d.platforms, (*platform).open)
		reported := map[string]bool{}
		for _, c := range d.Components {
			v, ok := natsUse(c)
			_, own := c.Lookup("NATS_SERVER")
			if !ok || own || reported[v.Field] {
				continue
			}
			reported[v.Field] = true
			r.AddAs(sureness(sure), d.at(v.Field), fmt.Sprintf("%s uses NATS by %s, but the platform has none", c.Name, v.Name),
				"set spec.components.nats.enabled: true in the Platform, or remove the variable")
		}
	}
}

// natsUse returns the variable by which a component asks for NATS.
func natsUse(c graph.Component) (graph.EnvVar, bool) {
	for _, name := range []string{"DYN_EVENT_PLANE", "DYN_REQUEST_PLANE", "DYN_REQUEST_TRACE_SINKS", "DYN_AUDIT_SINKS"} {
		v, ok := c.Lookup(name)
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

func checkTwoStores(p *platform, r *Report) {
	for _, s := range stores() {
		address := p.text(s.address)
		if !p.installs(s.part) || address == "" || slices.Equal(hosts(address), []string{p.storeHost(s)}) {
			continue
		}
		r.Add(p.blame(s.typed+".address", s.address),
			fmt.Sprintf("%s is installed, but workers are told another address", s.part),
			fmt.Sprintf("remove the address, or set spec.%s.enabled: false", s.typed))
	}
}
