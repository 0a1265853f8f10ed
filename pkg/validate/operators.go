// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

const (
	leaderElectionID        = "dynamo-operator.controllerManager.leaderElection.id"
	leaderElectionNamespace = "dynamo-operator.controllerManager.leaderElection.namespace"
	restrictionEnabled      = "dynamo-operator.namespaceRestriction.enabled"
	// sharedLeaderID is the chart's leader-election id for cluster-wide mode.
	sharedLeaderID = "dynamo.nvidia.com"
)

func operatorRules() []Rule {
	return []Rule{
		failure("DG1301", "two operators for the same namespaces",
			"Two operators that watch the same namespaces fight over every graph. A cluster takes one cluster-wide operator; the chart's own check needs a live cluster and does not run offline.",
			checkOperators),
		failure("DG1302", "two platforms with one release",
			"Two Platforms make a HelmRelease of the same release name in the same namespace, and each upgrade undoes the other.",
			checkReleases),
		failure("DG1303", "leader-election id in cluster-wide mode",
			"The chart refuses another id than dynamo.nvidia.com for a cluster-wide operator, because two leaders would work at once.",
			eachPlatform(checkLeaderID)),
		failure("DG1304", "leader election in the release namespace",
			"The chart refuses the release namespace for the Lease of a cluster-wide operator: operators of other releases would not see it.",
			eachPlatform(checkLeaderNamespace)),
		failure("DG1305", "different leader-election ids in one cluster",
			"Cluster-wide operators with different ids all become leader.",
			checkLeaderIDs),
		failure("DG1306", "restricted operator that upgrades CRDs",
			"From 1.3.0 the chart refuses namespaceRestriction.enabled together with upgradeCRD, because CRDs belong to the whole cluster.",
			eachPlatform(checkRestrictedCRDs)),
		warning("DG1307", "restricted operator in production",
			"NVIDIA means namespace-restricted operators for development only.",
			eachPlatform(checkRestrictedProd)),
	}
}

// pairs calls visit for each platform and every earlier one in the same
// cluster that has an equal key. Platforms without a key are left out.
func (f *Facts) pairs(key func(*platform) (string, bool), visit func(earlier, later *platform)) {
	first := map[string]*platform{}
	for _, p := range f.platforms {
		k, ok := key(p)
		if !ok {
			continue
		}
		k = p.cluster() + "\x00" + k
		if earlier, found := first[k]; found {
			visit(earlier, p)
			continue
		}
		first[k] = p
	}
}

func checkOperators(f *Facts, r *Report) {
	checkForeignReleases(f, r)
	f.pairs(operatorScope, func(earlier, later *platform) {
		scope, fix := "both operators watch the whole cluster",
			"set spec.components.operator.enabled: false in one, or give each a spec.kubeConfig of its own"
		if later.restricted() {
			scope = "both operators watch the namespace " + later.watches()
		}
		r.Add(later.blame("components.operator", restrictionEnabled),
			fmt.Sprintf("%s: %s and %s", scope, earlier.Source.Reference(), later.Source.Reference()), fix)
	})
}

// checkForeignReleases looks for HelmReleases of the chart that pass through: an
// operator that came into the cluster by hand, and is still in the set.
func checkForeignReleases(f *Facts, r *Report) {
	wide := slices.IndexFunc(f.platforms, func(p *platform) bool { return p.clusterWide() && p.cluster() == "" })
	if wide < 0 {
		return
	}
	for _, o := range f.Objects {
		if o.Unstructured == nil || !bringsOperator(o) {
			continue
		}
		severity := r.code.Severity
		if _, open := values.Get(o.Object, "spec", "valuesFrom"); open {
			severity = object.SeverityWarning
		}
		r.AddAs(severity, At(o, "spec"), fmt.Sprintf("this release brings a second cluster-wide operator beside the one of %s", f.platforms[wide].Source.Reference()),
			"remove the HelmRelease, or set dynamo-operator.namespaceRestriction.enabled in its values")
	}
}

// bringsOperator says whether an object is a HelmRelease of dynamo-platform, for
// the same cluster, whose values leave the operator on and cluster-wide.
func bringsOperator(o object.Object) bool {
	if o.Group() != "helm.toolkit.fluxcd.io" || o.GetKind() != "HelmRelease" {
		return false
	}
	if _, remote := values.Get(o.Object, "spec", "kubeConfig"); remote {
		return false
	}
	chart, _ := values.Get(o.Object, "spec", "chart", "spec", "chart")
	restricted, _ := values.Get(o.Object, "spec", "values", "dynamo-operator", "namespaceRestriction", "enabled")
	enabled, _ := values.Get(o.Object, "spec", "values", "dynamo-operator", "enabled")
	return chart == "dynamo-platform" && restricted != true && enabled != false
}

func operatorScope(p *platform) (string, bool) {
	switch {
	case !p.installs(partOperator):
		return "", false
	case p.restricted():
		return "namespace " + p.watches(), true
	default:
		return "cluster", true
	}
}

func checkReleases(f *Facts, r *Report) {
	key := func(p *platform) (string, bool) { return p.Namespace + "/" + p.ReleaseName, p.ReleaseName != "" }
	f.pairs(key, func(earlier, later *platform) {
		r.Add(later.blame("releaseName"),
			fmt.Sprintf("release %s in namespace %s is also made by %s", later.ReleaseName, later.Namespace, earlier.Source.Reference()),
			"give one of them another spec.releaseName or namespace")
	})
}

func (p *platform) leaderID() string {
	return orElse(p.text(leaderElectionID), sharedLeaderID)
}

func checkLeaderID(p *platform, r *Report) {
	if !p.clusterWide() || p.leaderID() == sharedLeaderID {
		return
	}
	r.Add(p.blame("components.operator.leaderElection.id", leaderElectionID),
		fmt.Sprintf("leader-election id %q with a cluster-wide operator", p.leaderID()),
		"leave the id empty: all cluster-wide operators share "+sharedLeaderID)
}

func checkLeaderNamespace(p *platform, r *Report) {
	if !p.clusterWide() || p.text(leaderElectionNamespace) != p.Namespace || p.Namespace == "" {
		return
	}
	r.Add(p.blame("components.operator.leaderElection.namespace", leaderElectionNamespace),
		fmt.Sprintf("the leader-election namespace is the release namespace %s", p.Namespace),
		"leave the namespace empty, so that the Lease is in kube-system")
}

func checkLeaderIDs(f *Facts, r *Report) {
	key := func(p *platform) (string, bool) { return "", p.clusterWide() }
	f.pairs(key, func(earlier, later *platform) {
		if earlier.leaderID() != later.leaderID() {
			r.Add(later.blame("components.operator.leaderElection.id", leaderElectionID),
				fmt.Sprintf("the leader-election id %q differs from %q of %s", later.leaderID(), earlier.leaderID(), earlier.Source.Reference()),
				"leave the id empty in both")
		}
	})
}

func checkRestrictedCRDs(p *platform, r *Report) {
	const upgrade = "dynamo-operator.upgradeCRD"
	if !p.installs(partOperator) || !p.atLeast("1.3.0") || !p.restricted() || !p.flag(upgrade) {
		return
	}
	at := p.blame("components.operator.upgradeCRDs", upgrade)
	if at.vague() {
		at = p.blame("components.operator.namespaceRestricted", restrictionEnabled)
	}
	r.Add(at, fmt.Sprintf("a namespace-restricted operator may not upgrade CRDs from 1.3.0 on (this is %s)", p.version()),
		"set spec.components.operator.upgradeCRDs: false")
}

func checkRestrictedProd(p *platform, r *Report) {
	if p.prod() && p.installs(partOperator) && p.restricted() {
		r.Add(p.blame("components.operator.namespaceRestricted", restrictionEnabled),
			"the operator of a prod profile watches one namespace only",
			"set spec.components.operator.namespaceRestricted: false, or use the dev profile")
	}
}
