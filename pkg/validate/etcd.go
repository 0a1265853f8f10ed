// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

func etcdRules() []Rule {
	return []Rule{
		failure("DG1340", "even number of etcd members",
			"An even number tolerates no more failures than one less and is slower. Use 1, 3 or 5.",
			eachPlatform(checkEtcdReplicas)),
		failure("DG1341", "etcd disruption budget that no drain can satisfy",
			"The budget allows no member to be evicted, so every drain of its node hangs.",
			eachPlatform(checkEtcdBudget)),
		warning("DG1342", "etcd disruption budget below the quorum",
			"The budget allows so many members to be evicted at once that the rest has no quorum.",
			eachPlatform(checkEtcdQuorum)),
		warning("DG1343", "etcd cluster without a disruption budget in production",
			"A drain may take two of three members at once.",
			eachPlatform(checkEtcdNoBudget)),
		warning("DG1344", "etcd without probes in production",
			"Without probes a Ready pod proves nothing, and a dead member is not restarted.",
			eachPlatform(checkEtcdProbes)),
		warning("DG1345", "etcd cluster without persistence",
			"A member that restarts without its data cannot join its cluster again.",
			eachPlatform(checkEtcdDisk)),
		warning("DG1346", "etcd token that changes with every render",
			"The sub-chart makes a new key for its JWT token at every render, so the release never looks the same twice and etcd restarts with each upgrade.",
			eachPlatform(checkEtcdToken)),
		failure("DG1347", "etcd disruption budget with two limits",
			"Kubernetes refuses a budget with minAvailable and maxUnavailable; the sub-chart writes both when both are set.",
			eachPlatform(checkEtcdLimits)),
	}
}

func (p *platform) etcdReplicas() int64 {
	replicas, ok := p.number("etcd.replicaCount")
	if !ok {
		return 1
	}
	return replicas
}

func checkEtcdReplicas(p *platform, r *Report) {
	replicas := p.etcdReplicas()
	if !p.installs(partEtcd) || replicas < 2 || replicas%2 == 1 {
		return
	}
	r.Add(p.blame("components.etcd.replicas", "etcd.replicaCount"),
		fmt.Sprintf("etcd has %d members, which tolerate no more failures than %d", replicas, replicas-1),
		fmt.Sprintf("use %d or %d", replicas-1, replicas+1))
}

// evictable returns how many members the budget lets go at once; ok is false
// without a budget.
func (p *platform) evictable() (count int64, ok bool) {
	if !p.installs(partEtcd) || !p.flag("etcd.pdb.create") {
		return 0, false
	}
	replicas := p.etcdReplicas()
	if most, ok := p.share("etcd.pdb.maxUnavailable", replicas); ok {
		return most, true
	}
	least, ok := p.share("etcd.pdb.minAvailable", replicas)
	return max(replicas-least, 0), ok
}

// share reads a number or a percentage of replicas, rounded up as Kubernetes
// does for budgets.
func (p *platform) share(path string, replicas int64) (int64, bool) {
	if number, ok := p.number(path); ok {
		return number, true
	}
	text := p.text(path)
	if percent, ok := strings.CutSuffix(text, "%"); ok {
		number, err := strconv.ParseFloat(percent, 64)
		return int64(math.Ceil(number / 100 * float64(replicas))), err == nil
	}
	number, err := strconv.ParseInt(text, 10, 32)
	return number, err == nil
}

func checkEtcdBudget(p *platform, r *Report) {
	count, ok := p.evictable()
	if !ok || count > 0 {
		return
	}
	r.Add(p.budgetPlace(), fmt.Sprintf("the disruption budget lets none of %d etcd members go, so drains hang", p.etcdReplicas()),
		"use 3 replicas, or set spec.components.etcd.pdb: false")
}

func checkEtcdQuorum(p *platform, r *Report) {
	count, ok := p.evictable()
	replicas := p.etcdReplicas()
	quorum := replicas/2 + 1
	if !ok || replicas < 3 || replicas-count >= quorum {
		return
	}
	r.Add(p.budgetPlace(), fmt.Sprintf("the disruption budget lets %d of %d etcd members go; a quorum needs %d", count, replicas, quorum),
		fmt.Sprintf("set etcd.pdb.minAvailable: %d", quorum))
}

func (p *platform) budgetPlace() Place {
	return p.blame("components.etcd.pdb", "etcd.pdb.minAvailable", "etcd.pdb.maxUnavailable", "etcd.pdb.create", "etcd.replicaCount")
}

func checkEtcdNoBudget(p *platform, r *Report) {
	if p.prod() && p.installs(partEtcd) && p.etcdReplicas() >= 3 && !p.flag("etcd.pdb.create") {
		r.Add(p.blame("components.etcd.pdb", "etcd.pdb.create"), "etcd of a prod profile has no disruption budget",
			"set spec.components.etcd.pdb: true")
	}
}

func checkEtcdProbes(p *platform, r *Report) {
	if !p.prod() || !p.installs(partEtcd) {
		return
	}
	for _, probe := range []string{"etcd.readinessProbe.enabled", "etcd.livenessProbe.enabled"} {
		if !p.flag(probe) {
			r.Add(p.blame("components.etcd.probes", probe), "etcd of a prod profile runs without probes",
				"set spec.components.etcd.probes: true")
			return
		}
	}
}

func checkEtcdDisk(p *platform, r *Report) {
	if p.installs(partEtcd) && p.etcdReplicas() > 1 && !p.flag("etcd.persistence.enabled") {
		r.Add(p.blame("components.etcd.persistence", "etcd.persistence.enabled"),
			fmt.Sprintf("etcd has %d members and no persistence", p.etcdReplicas()), "set spec.components.etcd.persistence: true")
	}
}

func checkEtcdToken(p *platform, r *Report) {
	const token = "etcd.auth.token." //nolint:gosec // a path of values
	if !p.installs(partEtcd) || !p.flag(token+"enabled") || p.text(token+"type") == "simple" || p.text(token+"privateKey.existingSecret") != "" {
		return
	}
	r.Add(p.blame("", token+"enabled", token+"type"), "etcd's token key renders differently each time",
		"set spec.values.etcd.auth.token.enabled: false, or name a Secret in etcd.auth.token.privateKey.existingSecret")
}

func checkEtcdLimits(p *platform, r *Report) {
	replicas := p.etcdReplicas()
	_, least := p.share("etcd.pdb.minAvailable", replicas)
	_, most := p.share("etcd.pdb.maxUnavailable", replicas)
	if p.installs(partEtcd) && p.flag("etcd.pdb.create") && least && most {
		r.Add(p.blame("components.etcd.pdb", "etcd.pdb.maxUnavailable", "etcd.pdb.minAvailable", "etcd.pdb.create"),
			"the disruption budget of etcd has minAvailable and maxUnavailable", `set one of them to "" in spec.values.etcd.pdb`)
	}
}
