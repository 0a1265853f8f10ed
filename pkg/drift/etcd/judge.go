// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"cmp"
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// input is all that the rules look at.
type input struct {
	want    wanted.Etcd
	members []*member
}

// rule finds one kind of drift.
type rule struct {
	code string
	// passing says that what it finds may pass by itself.
	passing bool
	// foreign says that it is asked of an external etcd as well.
	foreign bool
	find    func(*input) []drift.Finding
}

func rules() []rule {
	return []rule{
		// A member is replaced by removing it and adding it again.
		{code: codes.EtcdMissing, passing: true, find: findMissing},
		{code: codes.EtcdExtra, passing: true, find: findExtra},
		{code: codes.EtcdLearner, passing: true, find: findLearners},
		{code: codes.EtcdUnstarted, passing: true, find: findUnstarted},
		{code: codes.EtcdDown, passing: true, foreign: true, find: findDown},
		{code: codes.EtcdNoLeader, passing: true, foreign: true, find: findNoLeader},
		{code: codes.EtcdSplit, find: findSplit},
		{code: codes.EtcdLag, passing: true, find: findLag},
		{code: codes.EtcdVersion, find: findVersion},
		{code: codes.EtcdVersion, passing: true, find: findVersionMix},
		{code: codes.EtcdAlarm, foreign: true, find: findAlarms},
		{code: codes.EtcdFull, foreign: true, find: findFull},
		{code: codes.EtcdQuota, find: findQuota},
		{code: codes.EtcdFragmented, find: findFragmented},
		{code: codes.EtcdAuth, find: findAuth},
		{code: codes.EtcdTLS, find: findTLS},
	}
}

// judge applies every rule to what was gathered. Findings that may pass by
// themselves are returned apart. It is pure.
func judge(in *input) (lasting, passing []drift.Finding) {
	severities := map[string]object.Severity{}
	for _, c := range codes.Etcd() {
		severities[c.ID] = c.Severity
	}
	for _, r := range rules() {
		if in.want.Presence == wanted.External && !r.foreign {
			continue
		}
		for _, f := range r.find(in) {
			f.Layer, f.Code = drift.LayerEtcd, r.code
			if f.Severity == "" {
				f.Severity = severities[r.code]
			}
			f.Target.Object = in.want.Workload.Object
			if r.passing {
				passing = append(passing, f)
			} else {
				lasting = append(lasting, f)
			}
		}
	}
	return lasting, passing
}

// at is the target of a finding about one member; judge adds the object.
func at(label string) drift.Target { return drift.Target{Endpoint: label} }

// answering returns the members that said how they are.
func (in *input) answering() []*member {
	return slices.DeleteFunc(slices.Clone(in.members), func(m *member) bool { return m.status == nil })
}

// each returns what one question finds about each member that answers.
func (in *input) each(ask func(m *member) (drift.Finding, bool)) []drift.Finding {
	var found []drift.Finding
	for _, m := range in.answering() {
		if f, ok := ask(m); ok {
			f.Target = at(m.label)
			found = append(found, f)
		}
	}
	return found
}

// cluster returns the id of the cluster that most members say they belong to,
// the one of the first member where none has more.
func (in *input) cluster() uint64 {
	counts := map[uint64]int{}
	var most uint64
	for _, m := range in.answering() {
		counts[m.status.cluster]++
	}
	for _, m := range in.answering() {
		if counts[m.status.cluster] > counts[most] {
			most = m.status.cluster
		}
	}
	return most
}

// list returns the list of members as the one that is ahead sees it, sorted by
// name; nil when none gave one.
func (in *input) list() []listed {
	cluster := in.cluster()
	var best *member
	for _, m := range in.answering() {
		if m.list == nil || m.status.cluster != cluster {
			continue
		}
		if best == nil || ahead(m.status, best.status) {
			best = m
		}
	}
	if best == nil {
		return nil
	}
	list := slices.Clone(best.list)
	slices.SortFunc(list, func(a, b listed) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id)) })
	return list
}

func ahead(a, b *report) bool {
	return cmp.Or(cmp.Compare(a.term, b.term), cmp.Compare(a.applied, b.applied)) > 0
}
