// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// maxLag is how many entries a member may be behind; etcd itself refuses
// requests of a member that is behind by as many.
const maxLag = 5000

func (l listed) label() string {
	if l.name == "" {
		return strconv.FormatUint(l.id, 16)
	}
	return l.name
}

func labels(list []listed) string {
	names := make([]string, 0, len(list))
	for _, l := range list {
		names = append(names, l.label())
	}
	return drift.Line(strings.Join(names, ", "))
}

func findMissing(in *input) []drift.Finding {
	list := in.list()
	if list == nil || in.want.Replicas == 0 || len(list) >= in.want.Replicas {
		return nil
	}
	return []drift.Finding{{Field: "members", Want: strconv.Itoa(in.want.Replicas), Have: strconv.Itoa(len(list)),
		Problem: fmt.Sprintf("the cluster has %d of %d members: %s", len(list), in.want.Replicas, labels(list)),
		Action:  "remove the data of the one that is missing and let it join again, or add it with etcdctl member add"}}
}

// findExtra finds members beyond the replicas; a learner that somebody adds
// counts, too.
func findExtra(in *input) []drift.Finding {
	list := in.list()
	if in.want.Replicas == 0 || len(list) <= in.want.Replicas {
		return nil
	}
	return []drift.Finding{{Field: "members", Want: strconv.Itoa(in.want.Replicas), Have: strconv.Itoa(len(list)),
		Problem: fmt.Sprintf("the cluster has %d members, and Git says %d: %s", len(list), in.want.Replicas, labels(list)),
		Action:  "remove what is not wanted with etcdctl member remove, or change spec.components.etcd.replicas"}}
}

func findLearners(in *input) []drift.Finding {
	var found []drift.Finding
	for _, l := range in.list() {
		if l.learner && l.name != "" {
			found = append(found, drift.Finding{Field: "members[name=" + l.name + "].isLearner", Want: "false", Have: "true",
				Problem: fmt.Sprintf("member %s has no vote", l.name), Action: "run etcdctl member promote " + strconv.FormatUint(l.id, 16)})
		}
	}
	return found
}

func findUnstarted(in *input) []drift.Finding {
	var found []drift.Finding
	for _, l := range in.list() {
		if l.name == "" {
			id := strconv.FormatUint(l.id, 16)
			found = append(found, drift.Finding{Field: "members[id=" + id + "]", Want: "started", Have: "unstarted",
				Problem: fmt.Sprintf("member %s was added and never started", id), Action: "start it with its cluster's state existing, or run etcdctl member remove " + id})
		}
	}
	return found
}

// findDown finds members that do not answer while others of their cluster do:
// then it is not the way there that is closed.
func findDown(in *input) []drift.Finding {
	answering := len(in.answering())
	if answering == 0 {
		return nil
	}
	size := max(len(in.list()), len(in.members))
	var found []drift.Finding
	for _, m := range in.members {
		if m.status != nil || !isDown(m.err) {
			continue
		}
		f := drift.Finding{Target: at(m.label), Field: "health", Want: "answers", Have: "does not answer",
			Problem: fmt.Sprintf("does not answer, while %d of %d do", answering, size),
			Action:  "look at its pod and its volume; with the chart's probes off the pod is Ready all the same"}
		if answering < size/2+1 {
			f.Severity = object.SeverityError
		}
		found = append(found, f)
	}
	return found
}

func findNoLeader(in *input) []drift.Finding {
	return in.each(func(m *member) (drift.Finding, bool) {
		if m.status.leader != 0 {
			return drift.Finding{}, false
		}
		return drift.Finding{Field: "leader", Want: "a leader", Have: "none",
			Problem: "knows no leader, so nothing can be written", Action: "bring back a majority of the members"}, true
	})
}

func findSplit(in *input) []drift.Finding {
	cluster := in.cluster()
	return in.each(func(m *member) (drift.Finding, bool) {
		if m.status.cluster == cluster {
			return drift.Finding{}, false
		}
		return drift.Finding{Field: "cluster_id", Want: strconv.FormatUint(cluster, 16), Have: strconv.FormatUint(m.status.cluster, 16),
			Problem: "belongs to another cluster than the other members", Action: "remove its data and let it join"}, true
	})
}

func findLag(in *input) []drift.Finding {
	var committed uint64
	cluster := in.cluster()
	for _, m := range in.answering() {
		if m.status.cluster == cluster {
			committed = max(committed, m.status.index)
		}
	}
	return in.each(func(m *member) (drift.Finding, bool) {
		if m.status.cluster != cluster || m.status.applied >= committed || committed-m.status.applied <= maxLag {
			return drift.Finding{}, false
		}
		lag := committed - m.status.applied
		return drift.Finding{Field: "raft_applied_index", Want: fmt.Sprintf("within %d", maxLag), Have: fmt.Sprintf("%d behind", lag),
			Problem: fmt.Sprintf("is %d entries behind", lag), Action: "look for a slow disk, or CPU limits"}, true
	})
}

func findVersion(in *input) []drift.Finding {
	return in.each(func(m *member) (drift.Finding, bool) {
		if in.want.Version == "" || wanted.SameVersion(in.want.Version, m.status.version) {
			return drift.Finding{}, false
		}
		return drift.Finding{Field: "version", Want: in.want.Version, Have: m.status.version,
			Problem: fmt.Sprintf("runs etcd %s, and the image in Git is %s", m.status.version, in.want.Version),
			Action:  "look at the StatefulSet's image and restart the pod"}, true
	})
}

// findVersionMix finds members of several versions where Git names none.
func findVersionMix(in *input) []drift.Finding {
	var versions []string
	for _, m := range in.answering() {
		versions = append(versions, m.status.version)
	}
	slices.Sort(versions)
	versions = slices.Compact(versions)
	if in.want.Version != "" || len(versions) < 2 {
		return nil
	}
	return []drift.Finding{{Field: "version", Want: "one version", Have: drift.Line(strings.Join(versions, ", ")),
		Problem: "the members run several versions", Action: "restart the pods that run an older image"}}
}
