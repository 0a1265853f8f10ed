// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// store is NATS or etcd: where its settings are and how its Service is named.
type store struct {
	part, typed, address, variable, nameOverride string
}

func stores() []store {
	return []store{
		{partNATS, "components.nats", "dynamo-operator.natsAddr", "NATS_SERVER", "nats.fullnameOverride"},
		{partEtcd, "components.etcd", "dynamo-operator.etcdAddr", "ETCD_ENDPOINTS", "etcd.fullnameOverride"},
	}
}

// The longest names that Kubernetes and Helm take.
const (
	longestRelease = 53
	longestService = 63
	// longestStatefulSet leaves room for the hash in the label
	// controller-revision-hash.
	longestStatefulSet = 52
)

func releaseRules() []Rule {
	return []Rule{
		failure("DG1323", "release name that moves the data plane",
			"Helm shortens <release>-nats to <release> when the release name holds the sub-chart's name, but the operator goes on telling workers <release>-nats. With dynamo-operator in the name the release escapes the chart's check for a second operator.",
			eachPlatform(checkReleaseCollapse)),
		failure("DG1324", "release name too long",
			"Helm takes 53 characters; Services and StatefulSets made from the name take fewer.",
			eachPlatform(checkReleaseLength)),
		failure("DG1325", "graph with another NATS or etcd address",
			"A graph sets NATS_SERVER or ETCD_ENDPOINTS itself, and its platform's NATS or etcd has another address. Release name and namespace are part of it.",
			eachGraph(checkHardCodedAddress)),
	}
}

func checkReleaseCollapse(p *platform, r *Report) {
	at := p.blame("releaseName")
	if at.vague() {
		at = At(p.Source, "metadata.name")
	}
	for _, s := range stores() {
		if p.installs(s.part) && strings.Contains(p.ReleaseName, s.part) && p.text(s.nameOverride) == "" && p.text(s.address) == "" {
			r.Add(at, fmt.Sprintf("the release name %s holds %q, so the Service is %s and not %s-%s, which workers are told",
				p.ReleaseName, s.part, p.ReleaseName, p.ReleaseName, s.part), "choose a release name without "+s.part)
		}
	}
	if strings.Contains(p.ReleaseName, "dynamo-operator") {
		r.AddAs(object.SeverityWarning, at, fmt.Sprintf("the release name %s holds dynamo-operator, so names collapse and the check for a second operator does not see it", p.ReleaseName),
			"choose a release name without dynamo-operator")
	}
}

func checkReleaseLength(p *platform, r *Report) {
	at := p.blame("releaseName")
	if at.vague() {
		at = At(p.Source, "metadata.name")
	}
	for _, limit := range []struct {
		part, suffix string
		longest      int
	}{
		{"", "", longestRelease},
		{partOperator, "-dynamo-operator-webhook-service", longestService},
		{partNATS, "-nats", longestStatefulSet},
		{partEtcd, "-etcd", longestStatefulSet},
	} {
		name := p.ReleaseName + limit.suffix
		if limit.part != "" && !p.installs(limit.part) || len(name) <= limit.longest {
			continue
		}
		if limit.part == partOperator && strings.Contains(p.ReleaseName, "dynamo-operator") {
			continue
		}
		r.Add(at, fmt.Sprintf("the name %s made from the release name has %d characters where %d are allowed", name, len(name), limit.longest),
			fmt.Sprintf("choose a release name of at most %d characters", limit.longest-len(limit.suffix)))
		return
	}
}

// storeHost returns the in-cluster host of an installed store, without the
// cluster's domain.
func (p *platform) storeHost(s store) string {
	name := p.text(s.nameOverride)
	if name == "" {
		name = p.ReleaseName + "-" + s.part
		if strings.Contains(p.ReleaseName, s.part) {
			name = p.ReleaseName
		}
	}
	return name + "." + p.Namespace
}

// storeHosts returns the hosts that the platform tells its workers.
func (p *platform) storeHosts(s store) []string {
	if address := p.text(s.address); address != "" {
		return hosts(address)
	}
	if p.installs(s.part) {
		return []string{p.storeHost(s)}
	}
	return nil
}

func checkHardCodedAddress(d *deployment, r *Report) {
	p, ok := d.platformOf()
	if !ok {
		return
	}
	seen := map[string]bool{}
	for _, s := range stores() {
		want := p.storeHosts(s)
		for _, c := range d.Components {
			v, ok := c.Lookup(s.variable)
			if !ok || !v.Literal || len(want) == 0 || seen[v.Field] || strings.Contains(v.Value, "$") {
				continue
			}
			seen[v.Field] = true
			have := expandHosts(hosts(v.Value), d.source.GetNamespace())
			if slices.ContainsFunc(have, func(host string) bool { return !slices.Contains(want, host) }) {
				r.Add(d.at(v.Field), fmt.Sprintf("%s of %s is %s, but %s of %s is %s", v.Name, c.Name,
					strings.Join(have, ","), s.part, p.Source.Reference(), strings.Join(want, ",")),
					"remove the variable: the operator sets it")
			}
		}
	}
}

// hosts returns the hosts of a list of URLs or host:port pairs, in order,
// without user, port and the cluster's domain.
func hosts(addresses string) []string {
	var list []string
	for address := range strings.SplitSeq(addresses, ",") {
		host := strings.TrimSpace(address)
		if _, rest, ok := strings.Cut(host, "://"); ok {
			host = rest
		}
		host, _, _ = strings.Cut(host, "/")
		host = host[strings.LastIndex(host, "@")+1:]
		if at := strings.LastIndex(host, ":"); at >= 0 && !strings.HasSuffix(host, "]") {
			host = host[:at]
		}
		if host == "" {
			continue
		}
		if service, _, ok := strings.Cut(host, ".svc"); ok {
			host = service
		}
		list = append(list, strings.ToLower(host))
	}
	return list
}

// expandHosts adds the pod's namespace to names without a dot.
func expandHosts(list []string, namespace string) []string {
	for i, host := range list {
		if !strings.Contains(host, ".") && namespace != "" {
			list[i] = host + "." + namespace
		}
	}
	return list
}
