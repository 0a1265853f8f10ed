// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"fmt"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func memberRules() []Rule {
	return []Rule{
		failure("DG1740", "etcd loses its quorum",
			"Members that are scaled away stay in the member list and count for the quorum. With fewer members left than the old quorum, etcd answers nobody, and no member can be removed any more.",
			eachStep(checkEtcdShrinks)),
		warning("DG1741", "etcd members change",
			"The list of members is in every member's environment, so all of them restart, one after the other. New members join one at a time; each raises the quorum before it runs.",
			eachStep(checkEtcdMembers)),
		failure("DG1742", "NATS has fewer servers than streams have replicas",
			"A stream with more replicas than servers cannot elect a leader. A stream with one replica is lost with the server that holds it.",
			eachStep(checkNATSShrinks)),
		warning("DG1743", "NATS servers change",
			"The routes are in every server's configuration, so all of them restart. A single server keeps its streams outside the cluster's own record, so they may not be there in the cluster.",
			eachStep(checkNATSServers)),
	}
}

func checkEtcdShrinks(s step, r *Report) {
	before, after := s.before.number(etcdReplicas, 1), s.after.number(etcdReplicas, 1)
	quorum := before/2 + 1
	if !s.sameSet(chart.PartEtcd) || after >= before || after >= quorum {
		return
	}
	r.Add(s.after.blame("components.etcd.replicas", etcdReplicas),
		fmt.Sprintf("etcd goes from %d to %d members, and %d must be left for a quorum of %d", before, after, quorum, before),
		fmt.Sprintf("keep %d; to shrink, take a snapshot, remove the members one at a time with etcdctl member remove, and merge one step for each that leaves a quorum", before))
}

func checkEtcdMembers(s step, r *Report) {
	before, after := s.before.number(etcdReplicas, 1), s.after.number(etcdReplicas, 1)
	if !s.sameSet(chart.PartEtcd) || before == after {
		return
	}
	where := s.after.blame("components.etcd.replicas", etcdReplicas)
	switch {
	case after > before:
		problem := fmt.Sprintf("etcd grows from %d to %d members, and all of them restart with the new list", before, after)
		if after-before > 1 {
			problem = fmt.Sprintf("etcd grows by %d members at once, from %d to %d, and cannot answer before enough of them have joined", after-before, before, after)
		}
		r.Add(where, problem, "take a snapshot first, and watch etcdctl member list until every member has started")
	case after >= before/2+1:
		r.Add(where, fmt.Sprintf("etcd shrinks from %d to %d members, and those that go stay in the member list", before, after),
			"remove each with etcdctl member remove before merging")
	}
}

// natsServers returns the number of servers.
func (p *platform) natsServers() int64 {
	if !p.flag(natsCluster) {
		return 1
	}
	return p.number(natsReplicas, 3)
}

func checkNATSShrinks(s step, r *Report) {
	before, after := s.before.natsServers(), s.after.natsServers()
	if !s.sameSet(chart.PartNATS) || after >= before || !s.before.flag(jetStream+"enabled") {
		return
	}
	severity := object.SeverityError
	problem := fmt.Sprintf("NATS goes from %d servers to %d: streams with more than %d replicas stop, and those whose only replica is on a server that goes are lost", before, after, after)
	if after >= before/2+1 {
		severity = object.SeverityWarning
		problem = fmt.Sprintf("NATS goes from %d servers to %d: streams must leave the servers that go", before, after)
	}
	r.AddAs(severity, s.after.blame("components.nats.replicas", natsReplicas, natsCluster), problem,
		"set the replicas of each stream to what is left with nats stream edit, move them with nats stream cluster peer-remove, and merge one server at a time")
}

func checkNATSServers(s step, r *Report) {
	before, after := s.before.natsServers(), s.after.natsServers()
	if !s.sameSet(chart.PartNATS) || before == after {
		return
	}
	where := s.after.blame("components.nats.replicas", natsReplicas, natsCluster)
	switch {
	case before == 1 && s.before.flag(jetStream+"enabled"):
		r.Add(where, fmt.Sprintf("NATS becomes a cluster of %d, and streams of the single server may not be there in it", after),
			"back the streams up with nats account backup; those of Dynamo are made again by their clients")
	case after > before:
		r.AddAs(object.SeverityInfo, where, fmt.Sprintf("NATS grows from %d servers to %d, and all of them restart with the new routes", before, after),
			"raise the replicas of streams afterwards, where they should have more")
	case !s.before.flag(jetStream + "enabled"):
		r.AddAs(object.SeverityInfo, where, fmt.Sprintf("NATS shrinks from %d servers to %d, and clients reconnect", before, after),
			"nothing is stored, so there is nothing to move")
	}
}
