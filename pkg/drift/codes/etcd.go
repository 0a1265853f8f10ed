// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package codes

import "github.com/dynamo-gitops/dynamo-gitops/pkg/object"

// The codes of etcd.
const (
	// EtcdUnknown is an Unknown: a member, or a part of what it knows, could not be looked at.
	EtcdUnknown = "DG3101"
	// EtcdMissing: fewer members than Git says.
	EtcdMissing = "DG3102"
	// EtcdExtra: more members than Git says.
	EtcdExtra = "DG3103"
	// EtcdLearner: a member without a vote.
	EtcdLearner = "DG3104"
	// EtcdUnstarted: a member that was added and never started.
	EtcdUnstarted = "DG3105"
	// EtcdDown: a member that does not answer while others do.
	EtcdDown = "DG3106"
	// EtcdNoLeader: a member without a leader.
	EtcdNoLeader = "DG3107"
	// EtcdSplit: members of several clusters.
	EtcdSplit = "DG3108"
	// EtcdLag: a member behind its leader.
	EtcdLag = "DG3109"
	// EtcdVersion: another version than that of the image in Git, or several.
	EtcdVersion = "DG3110"
	// EtcdAlarm: an alarm is raised.
	EtcdAlarm = "DG3111"
	// EtcdFull: the database is near its quota.
	EtcdFull = "DG3112"
	// EtcdQuota: another quota than Git says.
	EtcdQuota = "DG3113"
	// EtcdFragmented: most of the database is free space.
	EtcdFragmented = "DG3114"
	// EtcdAuth: authentication on where Git has it off, or the other way round.
	EtcdAuth = "DG3115"
	// EtcdTLS: TLS for clients not as in Git.
	EtcdTLS = "DG3116"
)

// Etcd returns the codes of findings inside etcd, in ascending order.
func Etcd() []object.Code {
	return []object.Code{
		{ID: EtcdUnknown, Severity: object.SeverityWarning, Title: "etcd not looked at",
			Help: "A member, or a part of what it knows, could not be looked at, so nothing is known of it: this is not the same as no drift. The reason says why."},
		{ID: EtcdMissing, Severity: object.SeverityError, Title: "etcd member missing",
			Help: "The cluster has fewer members than the replicas in Git: one was removed, or never joined. A pod that runs does not prove membership. Remove its data and let it join again, or add it with etcdctl member add."},
		{ID: EtcdExtra, Severity: object.SeverityWarning, Title: "etcd member that Git does not know",
			Help: "The cluster counts more members than the replicas in Git, so it needs more for a majority: a trace of scaling down, or of a hand. Remove it with etcdctl member remove."},
		{ID: EtcdLearner, Severity: object.SeverityWarning, Title: "etcd learner",
			Help: "The member has no vote, so it does not count for the majority. Promote it with etcdctl member promote once it has caught up."},
		{ID: EtcdUnstarted, Severity: object.SeverityWarning, Title: "etcd member that never started",
			Help: "A member was added and did not join. It counts for the majority all the same, unless it is a learner. Start it with ETCD_INITIAL_CLUSTER_STATE=existing, or remove it."},
		{ID: EtcdDown, Severity: object.SeverityWarning, Title: "etcd member down",
			Help: "A member does not answer while others do. An error where what is left is no majority. Look at its pod and its volume; with the chart's probes off the pod is Ready all the same."},
		{ID: EtcdNoLeader, Severity: object.SeverityError, Title: "etcd without a leader",
			Help: "The member knows no leader: without a majority nothing can be written, leases run out, and with discoveryBackend etcd workers shut down. Bring back a majority of the members."},
		{ID: EtcdSplit, Severity: object.SeverityError, Title: "etcd members of several clusters",
			Help: "Members that should be one cluster say that they belong to different ones, so clients see different data depending on whom they ask: a member began anew after it lost its data. Remove that member's data and let it join."},
		{ID: EtcdLag, Severity: object.SeverityWarning, Title: "etcd member behind",
			Help: "The member has applied far fewer entries than its leader has committed. Look for a slow disk, or CPU limits."},
		{ID: EtcdVersion, Severity: object.SeverityWarning, Title: "etcd version other than in Git",
			Help: "The member does not run the version of the image in Git, or the members run several. The pod's label carries the sub-chart's version and proves nothing."},
		{ID: EtcdAlarm, Severity: object.SeverityError, Title: "etcd alarm",
			Help: "NOSPACE: the quota is reached and every write is refused; compact, defragment, then etcdctl alarm disarm. CORRUPT: members hold different data; restore the one that is named. An alarm stays until it is disarmed."},
		{ID: EtcdFull, Severity: object.SeverityWarning, Title: "etcd near its quota",
			Help: "At the quota every write is refused. A warning from 80 %, an error from 95 %. Compact and defragment, or raise ETCD_QUOTA_BACKEND_BYTES."},
		{ID: EtcdQuota, Severity: object.SeverityWarning, Title: "etcd quota other than in Git",
			Help: "The member runs with another ETCD_QUOTA_BACKEND_BYTES than the values in Git. Reconcile the HelmRelease and restart it."},
		{ID: EtcdFragmented, Severity: object.SeverityInfo, Title: "etcd needs defragmentation",
			Help: "Most of the database file is free space, which counts against the quota all the same. A warning where the file is over half of the quota. Run etcdctl defrag, one member at a time, the leader last."},
		{ID: EtcdAuth, Severity: object.SeverityError, Title: "etcd authentication not as in Git",
			Help: "Authentication is off where Git has it on, so everybody who reaches etcd may write; or on where Git has it off, so workers are refused (also an error). Reconcile the HelmRelease, or etcdctl auth disable."},
		{ID: EtcdTLS, Severity: object.SeverityError, Title: "etcd TLS not as in Git",
			Help: "The member serves clients in plain text where Git has TLS, or tells them addresses of the other kind than Git says. Reconcile the HelmRelease and restart the member."},
	}
}
