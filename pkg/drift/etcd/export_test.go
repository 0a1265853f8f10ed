// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd

import "github.com/dynamo-gitops/dynamo-gitops/pkg/drift"

// Answer is what a member says, for tests of the rules.
type Answer struct {
	Label                string
	Cluster, ID, Leader  uint64
	Index, Applied, Term uint64
	Version              string
	Size, InUse, Quota   int64
	Errors               []string
	Members              []Member
	Err                  error // instead of all the rest
}

// Member is an entry of the list of members.
type Member struct {
	ID      uint64
	Name    string
	Learner bool
	URLs    []string
}

// RuleCodes are the codes of the rules.
func RuleCodes() []string {
	var ids []string
	for _, r := range rules() {
		ids = append(ids, r.Code)
	}
	return ids
}

// JudgeAnswers judges what members say.
func JudgeAnswers(o Options, answers ...Answer) drift.Observation {
	d := New(o)
	var members []*member
	for _, a := range answers {
		m := &member{label: a.Label, err: a.Err}
		if a.Err == nil {
			m.status = &report{cluster: a.Cluster, id: a.ID, leader: a.Leader, index: a.Index, applied: a.Applied, term: a.Term,
				version: drift.Line(a.Version), dbSize: a.Size, dbInUse: a.InUse, quota: a.Quota, errors: a.Errors}
		}
		for _, l := range a.Members {
			m.list = append(m.list, listed{id: l.ID, name: drift.Line(l.Name), learner: l.Learner, clients: l.URLs})
		}
		members = append(members, m)
	}
	lasting, passing := judge(&input{want: o.Want, members: members})
	out := drift.Observation{Findings: append(lasting, passing...), Unknowns: d.obstacles(members)}
	out.Sort()
	return out
}

// JudgeAuthOn judges a member that wants a login.
func JudgeAuthOn(o Options) drift.Observation {
	lasting, _ := judge(&input{want: o.Want, members: []*member{{label: "dynamo-etcd-0", auth: authOn, err: errNoUser}}})
	return drift.Observation{Findings: lasting}
}
