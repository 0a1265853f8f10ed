// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/internal/drifttest"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/etcd"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

// healthy are the answers of three members that are as Git says.
func healthy() []etcd.Answer {
	var (
		answers []etcd.Answer
		list    []etcd.Member
	)
	for i := range uint64(3) {
		list = append(list, etcd.Member{ID: i + 1, Name: fmt.Sprintf("dynamo-etcd-%d", i), URLs: []string{"http://x:2379"}})
	}
	for i := range uint64(3) {
		answers = append(answers, etcd.Answer{Label: list[i].Name, Cluster: 7, ID: i + 1, Leader: 1, Index: 10_000, Applied: 10_000, Term: 2,
			Version: serverVersion, Size: 20 << 20, InUse: 1 << 20, Quota: 2 << 30, Members: list})
	}
	return answers
}

// TestJudge applies the rules to answers that no real cluster gives on demand.
func TestJudge(t *testing.T) {
	for name, tt := range map[string]struct {
		mutate func(*wanted.Etcd, []etcd.Answer)
		want   []string
	}{
		"in order":      {func(*wanted.Etcd, []etcd.Answer) {}, nil},
		"a little late": {func(_ *wanted.Etcd, a []etcd.Answer) { a[2].Applied -= 5000 }, nil},
		"ahead":         {func(_ *wanted.Etcd, a []etcd.Answer) { a[2].Applied += 5000 }, nil},
		"behind": {func(_ *wanted.Etcd, a []etcd.Answer) { a[2].Applied -= 5001 },
			[]string{"DG3109 warning dynamo-etcd-2 raft_applied_index: 5001 behind"}},
		"several versions": {func(w *wanted.Etcd, a []etcd.Answer) { w.Version, a[1].Version = "", "3.5.18" },
			[]string{"DG3110 warning  version: 3.5.18, 3.7.0"}},
		"a version that lags": {func(_ *wanted.Etcd, a []etcd.Answer) { a[1].Version = "3.5.18" },
			[]string{"DG3110 warning dynamo-etcd-1 version: 3.5.18"}},
		"members disagree on the leader": {func(_ *wanted.Etcd, a []etcd.Answer) { a[1].Leader = 2 }, nil},
		"an alarm of a member that is away": {func(_ *wanted.Etcd, a []etcd.Answer) {
			a[0].Errors = []string{"memberID:3  alarm:CORRUPT "}
			a[2] = etcd.Answer{Label: a[2].Label, Err: syscall.ECONNREFUSED}
		}, []string{"DG3111 error dynamo-etcd-2 alarms[name=CORRUPT]: CORRUPT", "DG3106 warning dynamo-etcd-2 health: does not answer",
			"DG3101 unknown dynamo-etcd-2: connection refused"}},
		"an alarm all know of": {func(_ *wanted.Etcd, a []etcd.Answer) {
			for i := range a {
				a[i].Errors = []string{"etcdserver: no leader", "alarm:NOSPACE memberID:2"}
			}
		}, []string{"DG3111 error dynamo-etcd-1 alarms[name=NOSPACE]: NOSPACE"}},
		"quota before 3.6": {func(_ *wanted.Etcd, a []etcd.Answer) { a[0].Quota, a[0].Size, a[0].InUse = 0, 1_800<<20, 1_700<<20 },
			[]string{"DG3112 warning dynamo-etcd-0 db_size: 88% of 2Gi"}},
		"quota in Git, before 3.6": {func(w *wanted.Etcd, a []etcd.Answer) {
			w.Quota = 8 << 30
			for i := range a {
				a[i].Quota = 0
			}
			a[0].Size, a[0].InUse = 1_800<<20, 1_700<<20
		}, nil},
		"fragmented, and large": {func(_ *wanted.Etcd, a []etcd.Answer) { a[0].Size, a[0].InUse = 1_200<<20, 100<<20 },
			[]string{"DG3114 warning dynamo-etcd-0 db_size_in_use: 8% of 1200Mi"}},
		"one that refuses to talk is not down": {func(_ *wanted.Etcd, a []etcd.Answer) {
			a[2] = etcd.Answer{Label: a[2].Label, Err: errors.New("strange")}
		},
			[]string{"DG3101 unknown dynamo-etcd-2: strange"}},
		"none answers": {func(_ *wanted.Etcd, a []etcd.Answer) {
			for i := range a {
				a[i] = etcd.Answer{Label: a[i].Label, Err: syscall.ECONNREFUSED}
			}
		}, []string{"DG3101 unknown dynamo-etcd-0: connection refused", "DG3101 unknown dynamo-etcd-1: connection refused", "DG3101 unknown dynamo-etcd-2: connection refused"}},
		"external is not ours to count": {func(w *wanted.Etcd, a []etcd.Answer) {
			*w = wanted.Etcd{Presence: wanted.External}
			a[0].Version, a[0].Errors = "3.1.0", []string{"memberID:1 alarm:NOSPACE"}
		}, []string{"DG3111 error dynamo-etcd-0 alarms[name=NOSPACE]: NOSPACE"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, answers := want(3), healthy()
			tt.mutate(&w, answers)
			got := drifttest.Brief(etcd.JudgeAnswers(etcd.Options{Want: w}, answers...))
			if len(got) == 0 {
				got = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("observation (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRules has one code for each rule, and a rule for each code but that of Unknowns.
func TestRules(t *testing.T) {
	has := map[string]bool{codes.EtcdUnknown: true}
	for _, id := range etcd.RuleCodes() {
		has[id] = true
	}
	for _, c := range codes.Etcd() {
		if !has[c.ID] || c.Title == "" || c.Help == "" || c.Severity == "" {
			t.Errorf("code %+v has no rule, or is not complete", c)
		}
		delete(has, c.ID)
	}
	if len(has) > 0 {
		t.Errorf("rules without a code: %v", has)
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add("3.7.0", "memberID:1 alarm:NOSPACE", "dynamo-etcd-0", "http://x", uint64(1), uint64(2), int64(1), int64(2), int64(3))
	f.Add("", "alarm:", "", "", uint64(0), uint64(0), int64(-1), int64(-1), int64(-1))
	f.Add("x\ny", "memberID:99999999999999999999 alarm:A\x1b", "\x00", "\n", ^uint64(0), uint64(1), int64(1<<62), int64(1), int64(1))
	f.Fuzz(func(t *testing.T, version, text, name, url string, a, b uint64, x, y, z int64) {
		w := want(3)
		w.Quota = z
		one := etcd.Answer{Label: "dynamo-etcd-0", Cluster: a, ID: b, Leader: a, Index: a, Applied: b, Term: b, Version: version, Size: x, InUse: y, Quota: z,
			Errors: []string{text}, Members: []etcd.Member{{ID: a, Name: name, URLs: []string{url}}, {ID: b, Learner: true}}}
		two := one
		two.Label, two.Cluster, two.Index, two.Applied = "dynamo-etcd-1", b, b, a
		look := func() []string {
			seen := etcd.JudgeAnswers(etcd.Options{Want: w}, one, two, etcd.Answer{Label: "dynamo-etcd-2", Err: errors.New(text)})
			var lines []string
			for _, found := range seen.Findings {
				lines = append(lines, fmt.Sprintf("%+v", found))
			}
			for _, unknown := range seen.Unknowns {
				lines = append(lines, fmt.Sprintf("%+v", unknown))
			}
			return lines
		}
		first := look()
		if diff := cmp.Diff(first, look()); diff != "" {
			t.Errorf("two looks differ:\n%s", diff)
		}
		for _, line := range first {
			if strings.ContainsFunc(line, unicode.IsControl) || len(line) > 20_000 {
				t.Errorf("%q", line)
			}
		}
	})
}

func ExampleDetector() {
	// Git wants no etcd, so none is looked for.
	d := etcd.New(etcd.Options{Want: wanted.Etcd{Presence: wanted.Absent}})
	fmt.Println(d.Layer(), d.Name())
	// Output: etcd etcd
}

var _ drift.Detector = (*etcd.Detector)(nil)
