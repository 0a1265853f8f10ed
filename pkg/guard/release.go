// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func releaseRules() []Rule {
	return []Rule{
		failure("DG1701", "release renamed",
			"The release name is part of the addresses of NATS and etcd and of the names of their claims. Another name is another installation: the old one is uninstalled, the new one starts empty, and workers go on calling the old addresses until they restart.",
			eachStep(checkReleaseName)),
		failure("DG1702", "release moved to another namespace",
			"The namespace is part of the addresses of NATS and etcd, and claims cannot move. The release in the old namespace is uninstalled, the one in the new namespace starts empty.",
			eachStep(checkReleaseNamespace)),
		failure("DG1703", "HelmRelease renamed",
			"Pruning the old HelmRelease uninstalls the very release that the new one has just taken over.",
			eachStep(checkHelmRelease)),
		warning("DG1704", "platform removed",
			"Pruning its HelmRelease uninstalls the operator, NATS and etcd. It is an error while graphs stay that only this operator takes care of.",
			checkRemoved),
		warning("DG1705", "older chart version",
			"Helm does not take definitions back. Below 1.4.0 graphs are stored as v1alpha1, from 1.4.0 as v1beta1; below 1.0.0 the definitions belong to a release of their own. Crossing either is an error.",
			eachStep(checkDowngrade)),
		notice("DG1706", "several minor versions in one step",
			"Values are rewritten for all of them at once; what each version asks of graphs, schedulers and drivers applies all at once as well.",
			eachStep(checkSkipped)),
		warning("DG1707", "newer Kubernetes needed",
			"The chart refuses to install on an older cluster. Say spec.kubernetes.version to have it checked.",
			eachStep(checkKubernetes)),
		failure("DG1708", "release sent to another cluster",
			"Flux keeps no record of the cluster that a release was in: the old installation stays behind unmanaged, the new one starts empty.",
			eachStep(checkCluster)),
	}
}

func checkReleaseName(s step, r *Report) {
	if s.before.Release.Name == s.after.Release.Name {
		return
	}
	field := "metadata.name"
	if s.after.spec.Spec.ReleaseName != "" {
		field = "spec.releaseName"
	}
	r.Add(at(s.after.Source, field),
		fmt.Sprintf("the release %s becomes %s: %s moves to %s, and everything that is stored stays behind",
			s.before.Release.Name, s.after.Release.Name, s.before.natsHost(), s.after.natsHost()),
		fmt.Sprintf("keep spec.releaseName: %s; to rename for good, install the new Platform beside the old one, move the graphs, then remove the old one", s.before.Release.Name))
}

func checkReleaseNamespace(s step, r *Report) {
	if s.before.Release.Namespace == s.after.Release.Namespace {
		return
	}
	r.Add(at(s.after.Source, "metadata.namespace"),
		fmt.Sprintf("the release %s moves from namespace %s to %s: %s moves to %s, and everything that is stored stays behind",
			s.before.Release.Name, s.before.Release.Namespace, s.after.Release.Namespace, s.before.natsHost(), s.after.natsHost()),
		fmt.Sprintf("keep metadata.namespace: %s; to move for good, install a second Platform there with a restricted operator, move the graphs, then remove this one", s.before.Release.Namespace))
}

func checkHelmRelease(s step, r *Report) {
	before := generate.FluxNamespace(&s.before.spec) + "/" + s.before.Source.GetName()
	after := generate.FluxNamespace(&s.after.spec) + "/" + s.after.Source.GetName()
	if before == after || s.before.Release != s.after.Release {
		return
	}
	field := "metadata.name"
	if s.before.Source.GetName() == s.after.Source.GetName() {
		field = "spec.fluxNamespace"
	}
	r.Add(at(s.after.Source, field),
		fmt.Sprintf("the HelmRelease %s becomes %s with the same release %s, which is uninstalled when the old one is pruned", before, after, s.after.Release.Name),
		fmt.Sprintf("keep the name and the Flux namespace; otherwise suspend HelmRelease %s first (suspend: true), so that its removal uninstalls nothing", before))
}

func checkRemoved(f *Facts, r *Report) {
	for _, p := range f.removed {
		severity, problem := object.SeverityWarning, "the Platform goes away, and with it the operator, NATS and etcd of release "+p.Release.Name
		if left := f.orphans(p); len(left) > 0 {
			severity = object.SeverityError
			problem += fmt.Sprintf(", while %s stays without an operator", strings.Join(left, ", "))
		}
		r.AddAs(severity, gone(p.Source), problem,
			"remove the graphs and models in a merge of their own first, wait until they are gone, then remove the Platform; claims of NATS and etcd stay and are deleted by hand")
	}
}

// orphans returns the graphs of after for which only that Platform had an
// operator.
func (f *Facts) orphans(p *platform) []string {
	var left []string
	for _, d := range f.graphs {
		namespace := d.source.GetNamespace()
		if p.watches(namespace) && !f.watched(namespace) {
			left = append(left, d.Object.String())
		}
	}
	return left
}

func (f *Facts) watched(namespace string) bool {
	for _, p := range f.platforms {
		if p.watches(namespace) {
			return true
		}
	}
	return false
}

func checkDowngrade(s step, r *Report) {
	before, after := parse(s.before.Version), parse(s.after.Version)
	if before == nil || after == nil || !after.LessThan(before) {
		return
	}
	where := at(s.after.Source, "spec.version")
	switch {
	case s.leaves("1.0.0"):
		r.AddAs(object.SeverityError, where,
			fmt.Sprintf("from %s back to %s: the release dynamo-crds cannot take over definitions that the operator applied", s.before.Version, s.after.Version),
			"stay at 1.0.0 or newer; or remove all graphs and models, delete the definitions of nvidia.com, then install again")
	case s.leaves("1.4.0"):
		r.AddAs(object.SeverityError, where,
			fmt.Sprintf("from %s back to %s: graphs are stored as v1beta1 since 1.4.0, and the older definitions store v1alpha1", s.before.Version, s.after.Version),
			"stay at 1.4.0 or newer; or export all graphs, remove them, go back, drop v1beta1 from status.storedVersions of each definition and apply them again")
	default:
		r.Add(where, fmt.Sprintf("from %s back to %s: definitions stay at the newer version and may hold fields that the older operator drops", s.before.Version, s.after.Version),
			"try it in a cluster that may break; no version is tested downwards")
	}
}

func checkSkipped(s step, r *Report) {
	if s.before.chart == nil || s.after.chart == nil {
		return
	}
	var between []string
	for _, version := range chart.Versions() {
		if !s.before.atLeast(version) && s.after.atLeast(version) {
			between = append(between, version)
		}
	}
	if len(between) < 2 {
		return
	}
	r.Add(at(s.after.Source, "spec.version"),
		fmt.Sprintf("the step from %s to %s takes in %s", s.before.Version, s.after.Version, strings.Join(between, ", ")),
		"read the release notes of each, and go through test before prod")
}

func checkKubernetes(s step, r *Report) {
	if s.before.chart == nil || s.after.chart == nil {
		return
	}
	want := s.after.chart.MinKubernetes()
	if want == "" || want == s.before.chart.MinKubernetes() {
		return
	}
	declared := s.after.spec.Spec.Kubernetes.Version
	have, floor := parse(declared), parse(want)
	switch {
	case have == nil:
		r.Add(at(s.after.Source, "spec.version"),
			fmt.Sprintf("chart %s needs Kubernetes %s or newer, and the Platform does not say what the cluster has", s.after.Version, want),
			"upgrade the cluster first, and write its version to spec.kubernetes.version")
	case floor != nil && have.Major() == floor.Major() && have.Minor() < floor.Minor():
		r.AddAs(object.SeverityError, at(s.after.Source, "spec.kubernetes.version"),
			fmt.Sprintf("chart %s needs Kubernetes %s or newer, and the cluster has %s", s.after.Version, want, declared),
			"upgrade the cluster first")
	}
}

func checkCluster(s step, r *Report) {
	if s.before.cluster() == s.after.cluster() {
		return
	}
	r.Add(at(s.after.Source, "spec.kubeConfig"), "the release goes to another cluster, and the installation in the old one stays behind",
		"give the new cluster a Platform of its own, and remove this one when its graphs have moved")
}

// parse reads a version leniently, nil when it is none.
func parse(text string) *semver.Version {
	version, err := semver.NewVersion(text)
	if err != nil {
		return nil
	}
	return version
}
