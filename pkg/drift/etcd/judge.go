// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"cmp"
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

// input is all that the rules look at.
type input struct {
	want    wanted.Etcd
	members []*member
}

func rules() []drift.Rule[*input] {
	return []drift.Rule[*input]{
		// A member is replaced by removing it and adding it again.
		{Code: codes.EtcdMissing, Passing: true, Find: findMissing},
		{Code: codes.EtcdExtra, Passing: true, Find: findExtra},
		{Code: codes.EtcdLearner, Passing: true, Find: findLearners},
		{Code: codes.EtcdUnstarted, Passing: true, Find: findUnstarted},
		{Code: codes.EtcdDown, Passing: true, Foreign: true, Find: findDown},
		{Code: codes.EtcdNoLeader, Passing: true, Foreign: true, Find: findNoLeader},
		{Code: codes.EtcdSplit, Find: findSplit},
		{Code: codes.EtcdLag, Passing: true, Find: findLag},
		{Code: codes.EtcdVersion, Find: findVersion},
		{Code: codes.EtcdVersion, Passing: true, Find: findVersionMix},
		{Code: codes.EtcdAlarm, Foreign: true, Find: findAlarms},
		{Code: codes.EtcdFull, Foreign: true, Find: findFull},
		{Code: codes.EtcdQuota, Find: findQuota},
		{Code: codes.EtcdFragmented, Find: findFragmented},
		{Code: codes.EtcdAuth, Find: findAuth},
		{Code: codes.EtcdTLS, Find: findTLS},
	}
}

// judge applies every rule to what was gathered. It is pure.
func judge(in *input) (lasting, passing []drift.Finding) {
	return drift.Judge(in, rules(), drift.Judgement{
		Layer: drift.LayerEtcd, Codes: codes.Etcd(), Object: in.want.Workload.Object, Foreign: in.want.Presence == wanted.External,
	})
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
