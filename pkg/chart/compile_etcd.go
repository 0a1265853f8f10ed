// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

func (b *builder) etcd(e v1alpha1.Etcd) {
	install := e.Enabled
	if install == nil && e.Address != "" {
		install = new(bool)
	}
	b.flag(b.version.entry.minor.toggle(PartEtcd).install, install)
	b.text("dynamo-operator.etcdAddr", e.Address)
	if isFalse(install) {
		b.unset("dynamo-operator.etcdAddr", e.Address)
		return
	}
	b.set("etcd.auth.token.enabled", false)
	b.number("etcd.replicaCount", e.Replicas)
	b.flag("etcd.persistence.enabled", e.Persistence)
	if e.Storage != nil {
		b.set("etcd.persistence.size", e.Storage.String())
	}
	b.text("etcd.persistence.storageClass", e.StorageClass)
	b.etcdBudget(e)
	b.flag("etcd.readinessProbe.enabled", e.Probes)
	b.flag("etcd.livenessProbe.enabled", e.Probes)
	b.flag("etcd.metrics.enabled", e.Metrics)
	b.etcdImage(e.Image)
	b.resources("etcd.resources", e.Resources)
	b.tolerations("etcd.tolerations", "etcd.tolerations", e.Tolerations)
	b.affinity("etcd.affinity", "etcd.affinity", e.Affinity)
}

// etcdBudget lets one member at most be away: that keeps the quorum of three or
// five and lets a single member be drained, which the chart's own 51 % does not.
func (b *builder) etcdBudget(e v1alpha1.Etcd) {
	b.flag("etcd.pdb.create", e.PDB)
	if isTrue(e.PDB) {
		b.set("etcd.pdb.maxUnavailable", int64(1))
		b.set("etcd.pdb.minAvailable", "")
	}
}

// etcdImage cuts the registry off the repository, as the chart wants it. The
// chart refuses images from elsewhere than its maker's unless told otherwise.
func (b *builder) etcdImage(i *v1alpha1.Image) {
	if i == nil {
		return
	}
	registry, repository := splitRegistry(i.Repository)
	b.text("etcd.image.registry", registry)
	b.text("etcd.image.repository", repository)
	b.text("etcd.image.tag", i.Tag)
	b.text("etcd.image.pullPolicy", i.PullPolicy)
	if repository != "" && (registry != "" && registry != "docker.io" || !strings.HasPrefix(repository, "bitnami")) {
		b.set("global.security.allowInsecureImages", true)
	}
}

// splitRegistry cuts a repository into its registry, empty where none is
// named, and the rest, by the rule of container image references.
func splitRegistry(repository string) (registry, rest string) {
	first, rest, ok := strings.Cut(repository, "/")
	if ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		return first, rest
	}
	return "", repository
}
