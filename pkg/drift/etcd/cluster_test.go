// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/dynamo-gitops/dynamo-gitops/internal/drifttest"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/stores"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/etcd"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

// TestCluster goes through the life of a cluster with TLS.
func TestCluster(t *testing.T) {
	authority := stores.NewAuthority(t)
	e := stores.StartEtcd(t, 3, stores.EtcdConfig{TLS: authority})
	all := etcd.Options{Want: want(3), Endpoints: endpoints(e, 0, 1, 2), TLS: authority.Client()}
	all.Want.TLS = wanted.On
	look := func() drift.Observation { return detect(t, all) }
	drifttest.Eventually(t, look)
	client := admin(t, e, 0, authority.Client(), "")

	t.Run("another leader", func(t *testing.T) { testLeader(t, e, all) })
	t.Run("scaled in Git only", func(t *testing.T) {
		o := all
		o.Want.Replicas = 5
		drifttest.WantLines(t, detect(t, o), "DG3102 error  members: 3")
	})
	t.Run("a learner", func(t *testing.T) { testLearner(t, e, client, all) })
	t.Run("a member restarts, and stays away", func(t *testing.T) { testDown(t, e, all) })
	t.Run("a member removed", func(t *testing.T) { testRemoved(t, e, client, all) })
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	noLeaks(t)
}

// testLeader moves the leader while it looks: no look may see a drift.
func testLeader(t *testing.T, e *stores.Etcd, all etcd.Options) {
	all.Grace = time.Second
	d := etcd.New(all)
	for range 6 {
		leader := admin(t, e, 0, all.TLS, "")
		status, err := leader.Status(t.Context(), e.Client(0))
		if err != nil {
			t.Fatal(err)
		}
		list, err := leader.MemberList(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var heir uint64
		for _, m := range list.Members {
			if m.ID != status.Leader {
				heir = m.ID
			}
		}
		for i := range 3 {
			mover := admin(t, e, i, all.TLS, "")
			_, err := mover.MoveLeader(t.Context(), heir) // works on the leader only
			_ = mover.Close()
			if err == nil {
				break
			}
		}
		_ = leader.Close()
		drifttest.WantLines(t, again(t, d))
	}
}

func testLearner(t *testing.T, e *stores.Etcd, client *clientv3.Client, all etcd.Options) {
	look := func() drift.Observation { return detect(t, all) }
	i := e.Reserve()
	var id uint64
	do(t, "member add --learner", func(ctx context.Context) error {
		answer, err := client.MemberAddAsLearner(ctx, []string{e.Peer(i)})
		if err == nil {
			id = answer.Member.ID
		}
		return err
	})
	unstarted := fmt.Sprintf("DG3105 warning  members[id=%x]: unstarted", id)
	drifttest.Eventually(t, look, "DG3103 warning  members: 4", unstarted)

	e.Start(i, "existing", i+1)
	drifttest.Eventually(t, look, "DG3103 warning  members: 4", "DG3104 warning  members[name=dynamo-etcd-3].isLearner: true")
	patient := all
	patient.Grace = time.Minute // one that is added rightly is promoted before
	patient.Want.Replicas = 4
	drifttest.WantLines(t, detect(t, patient))

	do(t, "member promote", func(ctx context.Context) error { _, err := client.MemberPromote(ctx, id); return err })
	drifttest.Eventually(t, look, "DG3103 warning  members: 4")
	do(t, "member remove", func(ctx context.Context) error { _, err := client.MemberRemove(ctx, id); return err })
	e.Stop(i)
	drifttest.Eventually(t, look)
}

func testDown(t *testing.T, e *stores.Etcd, all etcd.Options) {
	now := time.Now()
	patient := all
	patient.Grace, patient.Now = 2*time.Minute, func() time.Time { return now }
	d := etcd.New(patient)
	drifttest.WantLines(t, again(t, d))

	e.Stop(2)
	const away = "DG3101 unknown dynamo-etcd-2: connection refused"
	const down = "DG3106 warning dynamo-etcd-2 health: does not answer"
	look := func() drift.Observation { return detect(t, all) }
	// A restart within the grace is no finding, and no "no drift" either. That
	// the leader may have been the one that went takes a moment.
	drifttest.Eventually(t, func() drift.Observation { return again(t, d) }, away)
	drifttest.Eventually(t, look, down, away)
	now = now.Add(3 * time.Minute)
	drifttest.WantLines(t, again(t, d), down, away)

	// Without a majority there is no leader.
	e.Stop(1)
	drifttest.Eventually(t, look,
		"DG3107 error dynamo-etcd-0 leader: none", "DG3106 error dynamo-etcd-1 health: does not answer",
		"DG3106 error dynamo-etcd-2 health: does not answer", "DG3101 unknown dynamo-etcd-1: connection refused", away)

	e.Start(1, "new", 3)
	e.Start(2, "new", 3)
	drifttest.Eventually(t, look)
	now = now.Add(time.Second)
	drifttest.WantLines(t, again(t, d))
}

// testRemoved removes a member.
func testRemoved(t *testing.T, e *stores.Etcd, client *clientv3.Client, all etcd.Options) {
	list, err := client.MemberList(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list.Members {
		if m.Name == e.Name(2) {
			do(t, "member remove", func(ctx context.Context) error { _, err := client.MemberRemove(ctx, m.ID); return err })
		}
	}
	e.Stop(2)
	look := func() drift.Observation { return detect(t, all) }
	drifttest.Eventually(t, look, "DG3102 error  members: 2", "DG3106 warning dynamo-etcd-2 health: does not answer",
		"DG3101 unknown dynamo-etcd-2: connection refused")
}

// TestSplit shows members that each are a cluster of their own.
func TestSplit(t *testing.T) {
	a, b := stores.StartEtcd(t, 2, stores.EtcdConfig{}), stores.StartEtcd(t, 1, stores.EtcdConfig{})
	o := etcd.Options{Want: want(3), Endpoints: append(endpoints(a, 0, 1), drift.Endpoint{Name: "dynamo-etcd-2", Address: b.Client(0)})}
	look := func() drift.Observation {
		seen := detect(t, o)
		for i := range seen.Findings {
			if seen.Findings[i].Code == "DG3108" {
				seen.Findings[i].Have = ""
			}
		}
		return seen
	}
	drifttest.Eventually(t, look, "DG3102 error  members: 2", "DG3108 error dynamo-etcd-2 cluster_id: ")
}

func BenchmarkLook(b *testing.B) {
	authority := stores.NewAuthority(b)
	e := stores.StartEtcd(b, 3, stores.EtcdConfig{TLS: authority})
	o := etcd.Options{Want: want(3), Endpoints: endpoints(e, 0, 1, 2), TLS: authority.Client()}
	o.Want.TLS = wanted.On
	drifttest.Eventually(b, func() drift.Observation { return detect(b, o) })
	d := etcd.New(o)
	b.ReportAllocs()
	for b.Loop() {
		if seen := d.Detect(b.Context()); len(seen.Findings)+len(seen.Unknowns) > 0 {
			b.Fatal(drifttest.Brief(seen))
		}
	}
}
