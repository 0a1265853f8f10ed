// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd_test

import (
	"flag"
	"syscall"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/internal/codepage"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/etcd"
)

var update = flag.Bool("update", false, "write the page")

// TestPage keeps the codes on the page, with examples that the rules printed.
func TestPage(t *testing.T) {
	w := want(3)
	w.Version, w.Quota = "3.5.18", 8<<30
	o := etcd.Options{Want: w}

	answers := healthy()
	answers[0].Version, answers[1].Version = "3.5.18", "3.5.18"
	answers[1].Applied -= 6000
	answers[1].Size, answers[1].InUse = 1_740<<20, 90<<20
	answers[0].Errors = []string{"memberID:2 alarm:NOSPACE"}
	answers[2] = etcd.Answer{Label: answers[2].Label, Err: syscall.ECONNREFUSED}
	sick := etcd.JudgeAnswers(o, answers...)

	extra := healthy()
	for i := range extra {
		extra[i].Version = "3.5.17"
		extra[i].Members = append(extra[i].Members[:3:3], etcd.Member{ID: 0x8e9e05c52164694d, Name: "dynamo-etcd-3", Learner: true},
			etcd.Member{ID: 0xd282ac2ce600c1ce})
	}
	extra[2].Cluster, extra[2].Leader = 0xcdf818194e3a8c32, 0
	odd := etcd.JudgeAnswers(o, extra...)

	removed := healthy()
	for i := range removed {
		removed[i].Members = removed[i].Members[:2]
	}
	w.TLS = "on"
	few := etcd.JudgeAnswers(etcd.Options{Want: w}, removed...)
	codepage.Check(t, "../../../docs/spec/drift.md", "etcd", *update, codes.Etcd(), sick, odd, few, etcd.JudgeAuthOn(o))
}
