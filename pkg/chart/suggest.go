// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// maxTypedPath bounds the length of a path that near keys are searched for.
const maxTypedPath = 200

// suggest returns the known key of a version that an unknown path most likely
// means, or nothing. It asks, in this order, the popular mistakes, keys that
// hold the path's keys in their order ("nats.jetstream" in
// "nats.config.jetstream"), and the edit distance between whole paths.
func suggest(root *node, m minor, path values.Path) string {
	typed := path.String()
	if len(typed) > maxTypedPath {
		return ""
	}
	if known := popular(root, m, path); known != "" {
		return known
	}
	best := candidate{distance: maxTypedPath}
	root.each(nil, m, func(known values.Path) {
		best = best.better(typed, path, known)
	})
	return best.path
}

// candidate is the best key found so far.
type candidate struct {
	path     string
	within   bool
	distance int
}

// better compares a known key with the best one so far. A key that holds the
// typed one as it stands beats every other; the shorter the better.
func (c candidate) better(typed string, path, known values.Path) candidate {
	text := known.String()
	within := len(path) > 1 && len(known) > len(path) && holds(known, path)
	if within {
		next := candidate{path: text, within: true, distance: len(known)*maxTypedPath + len(text)}
		if !c.within || cmp.Or(cmp.Compare(next.distance, c.distance), cmp.Compare(next.path, c.path)) < 0 {
			return next
		}
		return c
	}
	if c.within {
		return c
	}
	limit := min(c.distance, allowance(path, known))
	distance := editDistance(strings.ToLower(typed), strings.ToLower(text), limit)
	if distance <= limit && (distance < c.distance || text < c.path) {
		return candidate{path: text, distance: distance}
	}
	return c
}

// holds says whether a known path starts and ends with the typed one's first
// and last key and has all its keys in their order.
func holds(known, typed values.Path) bool {
	if known[0] != typed[0] || known[len(known)-1] != typed[len(typed)-1] {
		return false
	}
	i := 0
	for _, key := range known {
		if i < len(typed) && key == typed[i] {
			i++
		}
	}
	return i == len(typed)
}

// allowance is the largest edit distance at which two paths look alike: a third
// of what is left of the typed one behind the keys that both begin with.
func allowance(typed, known values.Path) int {
	shared := 0
	for shared < len(typed)-1 && shared < len(known) && typed[shared] == known[shared] {
		shared++
	}
	return max(1, min(len(typed[shared:].String())/3, 6))
}

// each visits the keys of a version, parents first, sorted; wildcards and what
// is below them are left out.
func (n *node) each(prefix values.Path, m minor, visit func(values.Path)) {
	keys := make([]string, 0, len(n.children))
	for key, c := range n.children {
		if key != wildcard && c.kind(m) != typeNone {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		path := append(slices.Clone(prefix), key)
		visit(path)
		n.children[key].each(path, m, visit)
	}
}

// editDistance counts the insertions, deletions and replacements between two
// texts; it gives up and returns limit+1 once it is above the limit.
func editDistance(a, b string, limit int) int {
	if diff := len(a) - len(b); diff > limit || -diff > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner, lowest := row[0], i+1
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(corner+cost, row[j]+1, row[j+1]+1)
			corner, row[j+1] = row[j+1], next
			lowest = min(lowest, next)
		}
		if lowest > limit {
			return limit + 1
		}
	}
	return row[len(b)]
}

// popular looks a path up among the mistakes people make, with the longest
// prefix that is one, and returns the first meaning that this version has.
func popular(root *node, m minor, path values.Path) string {
	mistakes := mistakes()
	for end := len(path); end > 0; end-- {
		for _, meant := range mistakes[path[:end].String()] {
			full := append(split(meant), path[end:]...)
			if root.reads(m, full) {
				return full.String()
			}
		}
	}
	return ""
}

// reads says whether a version reads a path, by name or in a free-form map.
func (n *node) reads(m minor, path values.Path) bool {
	open := false
	for _, key := range path {
		next := n.child(key)
		kind := next.kind(m)
		if kind == typeNone {
			return open
		}
		open = open || kind == typeFree || kind == typeAny
		n = next
	}
	return true
}

// mistakes lists wrong paths and what is meant, the newest key first. They are
// what other charts call the same thing, and what public repositories hold.
func mistakes() map[string][]string {
	return map[string][]string{
		"global.etcd.enabled":                  {"global.etcd.install", "etcd.enabled"},
		"global.nats.enabled":                  {"global.nats.install", "nats.enabled"},
		"global.etcd":                          {"global.etcd.install", "etcd"},
		"global.nats":                          {"global.nats.install", "nats"},
		"global.kai":                           {"global.kai-scheduler"},
		"global.kaiScheduler":                  {"global.kai-scheduler"},
		"global.volcano":                       {"global.volcano-scheduler"},
		"kai":                                  {"kai-scheduler"},
		"kaiScheduler":                         {"kai-scheduler"},
		"operator":                             {"dynamo-operator"},
		"dynamoOperator":                       {"dynamo-operator"},
		"nats.jetstream":                       {"nats.config.jetstream"},
		"nats.jetStream":                       {"nats.config.jetstream"},
		"nats.config.jetStream":                {"nats.config.jetstream"},
		"nats.cluster":                         {"nats.config.cluster"},
		"nats.replicas":                        {"nats.config.cluster.replicas"},
		"nats.replicaCount":                    {"nats.config.cluster.replicas"},
		"nats.config.replicas":                 {"nats.config.cluster.replicas"},
		"nats.persistence":                     {"nats.config.jetstream.fileStore.pvc"},
		"nats.storage":                         {"nats.config.jetstream.fileStore.pvc.size"},
		"nats.config.jetstream.fileStore.size": {"nats.config.jetstream.fileStore.pvc.size"},
		"nats.config.jetstream.fileStore.storageClassName": {"nats.config.jetstream.fileStore.pvc.storageClassName"},
		"nats.tls":                            {"nats.config.nats.tls"},
		"nats.config.tls":                     {"nats.config.nats.tls"},
		"nats.monitor":                        {"nats.config.monitor"},
		"nats.monitoring":                     {"nats.config.monitor"},
		"nats.exporter":                       {"nats.promExporter"},
		"nats.metrics":                        {"nats.promExporter"},
		"nats.pdb":                            {"nats.podDisruptionBudget"},
		"nats.image":                          {"nats.container.image"},
		"nats.env":                            {"nats.container.env"},
		"nats.resources":                      {"nats.container.merge.resources"},
		"nats.container.resources":            {"nats.container.merge.resources"},
		"nats.tolerations":                    {"nats.podTemplate.merge.spec.tolerations"},
		"nats.affinity":                       {"nats.podTemplate.merge.spec.affinity"},
		"nats.nodeSelector":                   {"nats.podTemplate.merge.spec.nodeSelector"},
		"nats.topologySpreadConstraints":      {"nats.podTemplate.topologySpreadConstraints"},
		"nats.maxPayload":                     {"nats.config.merge.max_payload"},
		"nats.max_payload":                    {"nats.config.merge.max_payload"},
		"nats.config.maxPayload":              {"nats.config.merge.max_payload"},
		"nats.config.max_payload":             {"nats.config.merge.max_payload"},
		"nats.config.nats.maxPayload":         {"nats.config.merge.max_payload"},
		"etcd.replicas":                       {"etcd.replicaCount"},
		"etcd.storage":                        {"etcd.persistence.size"},
		"etcd.storageClass":                   {"etcd.persistence.storageClass"},
		"etcd.persistence.storageClassName":   {"etcd.persistence.storageClass"},
		"etcd.podDisruptionBudget":            {"etcd.pdb"},
		"etcd.pdb.enabled":                    {"etcd.pdb.create"},
		"etcd.probes":                         {"etcd.readinessProbe"},
		"dynamo-operator.replicas":            {"dynamo-operator.controllerManager.replicas"},
		"dynamo-operator.replicaCount":        {"dynamo-operator.controllerManager.replicas"},
		"dynamo-operator.image":               {"dynamo-operator.controllerManager.manager.image"},
		"dynamo-operator.resources":           {"dynamo-operator.controllerManager.manager.resources"},
		"dynamo-operator.manager":             {"dynamo-operator.controllerManager.manager"},
		"dynamo-operator.nodeSelector":        {"dynamo-operator.controllerManager.affinity"},
		"dynamo-operator.upgradeCRDs":         {"dynamo-operator.upgradeCRD"},
		"dynamo-operator.natsAddress":         {"dynamo-operator.natsAddr"},
		"dynamo-operator.etcdAddress":         {"dynamo-operator.etcdAddr"},
		"dynamo-operator.namespaceRestricted": {"dynamo-operator.namespaceRestriction.enabled"},
		"dynamo-operator.metrics":             {"dynamo-operator.metricsService"},
		"dynamo-operator.imagePullSecret":     {"dynamo-operator.imagePullSecrets"},
	}
}
