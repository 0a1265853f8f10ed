// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/internal/drifttest"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/stores"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/nats"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

func TestCluster(t *testing.T) {
	n := stores.StartNATS(t, 3, stores.NATSConfig{})
	all := nats.Options{Want: want(3), Endpoints: endpoints(n, 3)}
	look := func() drift.Observation { return detect(t, nats.New(all)) }

	t.Run("as in Git", func(t *testing.T) {
		drifttest.WantLines(t, look())
		drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: want(3), System: system(n, 0)})))
		both := all
		both.System = system(n, 1)
		drifttest.WantLines(t, detect(t, nats.New(both)))
		noLeaks(t)
	})
	t.Run("more servers than in Git", func(t *testing.T) {
		scaled := all
		scaled.Want.Replicas, scaled.Endpoints = 2, endpoints(n, 2)
		drifttest.WantLines(t, detect(t, nats.New(scaled)),
			"DG3008 warning  jetstream.meta.cluster_size: 3", "DG3003 warning  servers: 3")
	})
	t.Run("fewer than in Git", func(t *testing.T) {
		scaled := all
		scaled.Want.Replicas = 5
		drifttest.WantLines(t, detect(t, nats.New(scaled)), "DG3002 warning  servers: 3")
		scaled.Want.Replicas = 7
		drifttest.WantLines(t, detect(t, nats.New(scaled)), "DG3002 error  servers: 3")
	})
	t.Run("a login that is not of the system account", func(t *testing.T) {
		w := want(3)
		drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: w,
			System: &nats.Login{URLs: []string{n.Client(0)}, User: stores.NATSUser, Password: stores.NATSPassword}})),
			"DG3001 unknown system account at "+drift.Host(n.Client(0), "")+": the login is not of the system account")
		drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: w,
			System: &nats.Login{URLs: []string{n.Client(0)}, User: "nobody", Password: "hunter2"}})),
			"DG3001 unknown system account at "+drift.Host(n.Client(0), "")+": the login was refused")
		noLeaks(t)
	})
	t.Run("streams", func(t *testing.T) { testStreams(t, n, all) })
	t.Run("one configuration edited by hand", func(t *testing.T) {
		n.Edit(2, stores.NATSConfig{MaxPayload: 8 << 20})
		drifttest.WantLines(t, look(), "DG3013 error dynamo-nats-2 max_payload: 8388608")
		n.Edit(2, stores.NATSConfig{})
		drifttest.WantLines(t, look())
	})
	t.Run("a server stopped", func(t *testing.T) { testStopped(t, n, all) })
}

func testStreams(t *testing.T, n *stores.NATS, all nats.Options) {
	api, conn := streams(t, n, 0)
	makeStream(t, api, "kept", 3)
	makeStream(t, api, "alone", 1)
	look := func(o nats.Options) func() drift.Observation {
		return func() drift.Observation { return detect(t, nats.New(o)) }
	}
	drifttest.Eventually(t, look(all)) // one replica is what clients make unless told otherwise
	all.Want.StreamReplicas = 3
	drifttest.Eventually(t, look(all), "DG3011 warning  streams[name=APP/alone].num_replicas: 1")
	account := nats.Options{Want: all.Want,
		Account: &nats.Login{URLs: []string{n.Client(1)}, User: stores.NATSUser, Password: stores.NATSPassword}}
	drifttest.Eventually(t, look(account), "DG3011 warning  streams[name=alone].num_replicas: 1")
	if err := api.DeleteStream(t.Context(), "alone"); err != nil {
		t.Fatal(err)
	}
	drifttest.Eventually(t, look(all))
	conn.Close() // the test's own
	noLeaks(t)
}

func testStopped(t *testing.T, n *stores.NATS, all nats.Options) {
	now := time.Now()
	patient := all
	patient.Grace, patient.Now = 2*time.Minute, func() time.Time { return now }
	d := nats.New(patient)
	drifttest.WantLines(t, detect(t, d))

	n.Stop(2)
	const unreachable = "DG3001 unknown dynamo-nats-2: connection refused"
	const missing = "DG3002 warning  servers: 2"
	// A restart within the grace is no finding, and no "no drift" either.
	seen := detect(t, d)
	drifttest.WantLines(t, seen, unreachable)
	now = now.Add(time.Minute)
	drifttest.WantLines(t, detect(t, d), unreachable)
	now = now.Add(2 * time.Minute)
	// What is left has a majority; the replica is away.
	hurry := func() drift.Observation { return detect(t, nats.New(all)) }
	const replica = "DG3012 warning  streams[name=APP/kept].replicas: dynamo-nats-2 is offline"
	drifttest.Eventually(t, hurry, missing, replica, unreachable)
	seen = detect(t, d)
	if len(seen.Findings) == 0 || seen.Findings[0].Code != "DG3002" {
		t.Errorf("after the grace: %v", drifttest.Brief(seen))
	}
	// The others know by the system account as well.
	drifttest.Eventually(t, func() drift.Observation {
		return detect(t, nats.New(nats.Options{Want: all.Want, System: system(n, 0)}))
	}, missing, replica)

	// Without a majority nothing works.
	n.Stop(1)
	drifttest.Eventually(t, func() drift.Observation { return codesOnly(hurry()) },
		"DG3002 error  : ", "DG3012 error  : ", "DG3007 error dynamo-nats-0 : ",
		"DG3001 unknown dynamo-nats-1: connection refused", unreachable)

	// Back again.
	n.Start(1, stores.NATSConfig{})
	n.Start(2, stores.NATSConfig{})
	n.Settle()
	drifttest.Eventually(t, hurry)
	now = now.Add(time.Second)
	drifttest.WantLines(t, detect(t, d))
	noLeaks(t)
}

// codesOnly drops what depends on the moment.
func codesOnly(seen drift.Observation) drift.Observation {
	for i := range seen.Findings {
		seen.Findings[i].Field, seen.Findings[i].Have = "", ""
	}
	return seen
}

// TestClusterWithTLS has TLS for clients and between servers, and an endpoint
// that cannot be reached while the system account can.
func TestClusterWithTLS(t *testing.T) {
	authority := stores.NewAuthority(t)
	n := stores.StartNATS(t, 3, stores.NATSConfig{TLS: authority})
	o := nats.Options{Want: want(3), Endpoints: endpoints(n, 3), System: system(n, 2), TLS: authority.Client()}
	o.Want.TLS = wanted.On
	drifttest.WantLines(t, detect(t, nats.New(o)))
	o.Endpoints[1].Address = "127.0.0.1:1"
	drifttest.WantLines(t, detect(t, nats.New(o)))
	o.System = nil
	drifttest.WantLines(t, detect(t, nats.New(o)), "DG3001 unknown dynamo-nats-1: connection refused")
	noLeaks(t)
}

// TestScaledDown shows the peers that a cluster still counts after servers went.
func TestScaledDown(t *testing.T) {
	n := stores.StartNATS(t, 3, stores.NATSConfig{})
	n.Stop(2)
	w := want(2)
	drifttest.Eventually(t, func() drift.Observation {
		return detect(t, nats.New(nats.Options{Want: w, Endpoints: endpoints(n, 2)}))
	}, "DG3008 warning  jetstream.meta.cluster_size: 3")
}

// TestSplit shows servers that answer and do not know each other.
func TestSplit(t *testing.T) {
	a, b := stores.StartNATS(t, 1, stores.NATSConfig{}), stores.StartNATS(t, 1, stores.NATSConfig{})
	w := want(2)
	w.JetStream = wanted.Unsaid
	seen := detect(t, nats.New(nats.Options{Want: w, Endpoints: []drift.Endpoint{
		{Name: "dynamo-nats-0", Address: a.Monitor(0)}, {Name: "dynamo-nats-1", Address: b.Monitor(0)}}}))
	drifttest.WantLines(t, seen, "DG3004 warning dynamo-nats-0 routes: 0", "DG3004 warning dynamo-nats-1 routes: 0")
}

func BenchmarkLook(b *testing.B) {
	for _, streamsCount := range []int{0, 100} {
		n := stores.StartNATS(b, 3, stores.NATSConfig{})
		api, _ := streams(b, n, 0)
		for i := range streamsCount {
			makeStream(b, api, fmt.Sprintf("s%d", i), 1)
		}
		b.Run(fmt.Sprintf("servers=3/streams=%d", streamsCount), func(b *testing.B) {
			d := nats.New(nats.Options{Want: want(3), Endpoints: endpoints(n, 3)})
			b.ReportAllocs()
			for b.Loop() {
				if seen := d.Detect(b.Context()); len(seen.Findings)+len(seen.Unknowns) > 0 {
					b.Fatal(drifttest.Brief(seen))
				}
			}
		})
		b.Run(fmt.Sprintf("system account/servers=3/streams=%d", streamsCount), func(b *testing.B) {
			d := nats.New(nats.Options{Want: want(3), System: system(n, 0)})
			b.ReportAllocs()
			for b.Loop() {
				if seen := d.Detect(b.Context()); len(seen.Findings)+len(seen.Unknowns) > 0 {
					b.Fatal(drifttest.Brief(seen))
				}
			}
		})
		for i := range 3 {
			n.Stop(i)
		}
	}
}
