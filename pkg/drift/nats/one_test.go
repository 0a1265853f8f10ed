// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/internal/drifttest"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/stores"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/nats"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

// one looks at a single server with what mutate makes of the wanted state.
func one(t *testing.T, n *stores.NATS, mutate func(*wanted.NATS)) drift.Observation {
	t.Helper()
	w := want(1)
	if mutate != nil {
		mutate(&w)
	}
	return detect(t, nats.New(nats.Options{Want: w, Endpoints: endpoints(n, 1)}))
}

func TestOneServer(t *testing.T) {
	n := stores.StartNATS(t, 1, stores.NATSConfig{})
	t.Run("as in Git", func(t *testing.T) {
		drifttest.WantLines(t, one(t, n, nil))
		noLeaks(t)
	})
	t.Run("a stream that no client has made yet is no drift", func(t *testing.T) {
		drifttest.WantLines(t, one(t, n, func(w *wanted.NATS) { w.StreamReplicas = 3 }))
	})
	t.Run("what Git does not say is not judged", func(t *testing.T) {
		drifttest.WantLines(t, one(t, n, func(w *wanted.NATS) { *w = wanted.NATS{Presence: wanted.InChart} }))
	})
	t.Run("any patch of the version", func(t *testing.T) {
		drifttest.WantLines(t, one(t, n, func(w *wanted.NATS) { w.Version = "2.15" }))
	})
	t.Run("another version", func(t *testing.T) {
		drifttest.WantLines(t, one(t, n, func(w *wanted.NATS) { w.Version = "2.10.21" }), "DG3005 warning dynamo-nats-0 version: "+serverVersion)
	})
	t.Run("JetStream that Git does not want", func(t *testing.T) {
		drifttest.WantLines(t, one(t, n, func(w *wanted.NATS) { w.JetStream = wanted.Off }), "DG3006 warning dynamo-nats-0 jetstream: on")
	})
	t.Run("store limit", func(t *testing.T) {
		drifttest.WantLines(t, one(t, n, func(w *wanted.NATS) { w.MaxFileStore, w.MaxMemoryStore = 45<<30, 2<<30 }),
			"DG3009 warning dynamo-nats-0 jetstream.max_file_store: 1Gi", "DG3009 warning dynamo-nats-0 jetstream.max_memory_store: 64Mi")
	})
	t.Run("TLS not required", func(t *testing.T) {
		drifttest.WantLines(t, one(t, n, func(w *wanted.NATS) { w.TLS = wanted.On }), "DG3014 error dynamo-nats-0 tls: off")
	})
	t.Run("absent by design", func(t *testing.T) {
		drifttest.WantLines(t, one(t, n, func(w *wanted.NATS) { w.Presence = wanted.Absent }))
	})
	t.Run("smaller messages, edited and reloaded, and back", func(t *testing.T) {
		n.Edit(0, stores.NATSConfig{MaxPayload: 1 << 20})
		drifttest.WantLines(t, one(t, n, nil), "DG3013 error dynamo-nats-0 max_payload: 1048576")
		n.Edit(0, stores.NATSConfig{MaxPayload: 32 << 20})
		drifttest.WantLines(t, one(t, n, nil), "DG3013 warning dynamo-nats-0 max_payload: 33554432")
		n.Edit(0, stores.NATSConfig{})
		drifttest.WantLines(t, one(t, n, nil))
	})
	t.Run("restarted without JetStream", func(t *testing.T) {
		n.Stop(0)
		n.Start(0, stores.NATSConfig{NoJetStream: true})
		drifttest.WantLines(t, one(t, n, nil), "DG3006 error dynamo-nats-0 jetstream: off")
	})
	t.Run("stopped", func(t *testing.T) {
		n.Stop(0)
		seen := one(t, n, nil)
		drifttest.WantLines(t, seen, "DG3001 unknown dynamo-nats-0: connection refused")
		if seen.Verdict() != drift.VerdictUnknown {
			t.Errorf("verdict = %s", seen.Verdict())
		}
		noLeaks(t)
	})
}

func TestStoreFills(t *testing.T) {
	n := stores.StartNATS(t, 1, stores.NATSConfig{MaxFileStore: 4 << 20})
	api, _ := streams(t, n, 0)
	makeStream(t, api, "events", 1)
	fill := func(bytes int) {
		for range bytes / (64 << 10) {
			if _, err := api.Publish(t.Context(), "events.kv", make([]byte, 64<<10-200)); err != nil {
				t.Fatal(err)
			}
		}
	}
	look := func() drift.Observation { return one(t, n, func(w *wanted.NATS) { w.MaxFileStore = 4 << 20 }) }
	fill(2 << 20)
	drifttest.WantLines(t, look()) // half full is no drift
	fill(1600 << 10)
	seen := look()
	if len(seen.Findings) != 1 || seen.Findings[0].Code != "DG3010" || seen.Findings[0].Severity != "warning" ||
		!strings.HasSuffix(seen.Findings[0].Have, "% of 4Mi") {
		t.Fatalf("observation %v", drifttest.Brief(seen))
	}
	fill(320 << 10)
	if seen := look(); len(seen.Findings) != 1 || seen.Findings[0].Severity != "error" {
		t.Errorf("observation %v", drifttest.Brief(seen))
	}
}

func TestSlowConsumer(t *testing.T) {
	n := stores.StartNATS(t, 1, stores.NATSConfig{MaxPayload: 64 << 10, Extra: "max_pending: 65536\nwrite_deadline: \"50ms\"\n"})
	now := time.Now()
	w := want(1)
	w.MaxPayload = 64 << 10
	d := nats.New(nats.Options{Want: w, Endpoints: endpoints(n, 1), Now: func() time.Time { return now }})
	drifttest.WantLines(t, detect(t, d))

	// A client that subscribes and never reads, beside one that talks.
	deaf, err := net.Dial("tcp", strings.TrimPrefix(n.Client(0), "nats://"))
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	if _, err := fmt.Fprintf(deaf, "CONNECT {\"verbose\":false}\r\nSUB flood 1\r\nPING\r\n"); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReaderSize(deaf, 16)
	for line := ""; !strings.HasPrefix(line, "PONG"); {
		if line, err = reader.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	_, talker := streams(t, n, 0)
	seen := drift.Observation{}
	for deadline := time.Now().Add(30 * time.Second); len(seen.Findings) == 0 && time.Now().Before(deadline); {
		if err := talker.Publish("flood", make([]byte, 60<<10)); err != nil {
			t.Fatal(err)
		}
		if err := talker.Flush(); err != nil {
			t.Fatal(err)
		}
		seen = detect(t, d)
	}
	if len(seen.Findings) != 1 || seen.Findings[0].Code != "DG3016" || seen.Findings[0].Severity != "warning" {
		t.Fatalf("observation %v", drifttest.Brief(seen))
	}

	// Long after, it is a note about the past, which is no drift.
	now = now.Add(time.Hour)
	seen = detect(t, d)
	if len(seen.Findings) != 1 || seen.Findings[0].Severity != "info" || seen.Verdict() != drift.VerdictInSync {
		t.Errorf("observation %v, verdict %s", drifttest.Brief(seen), seen.Verdict())
	}
}

func TestTLS(t *testing.T) {
	authority := stores.NewAuthority(t)
	n := stores.StartNATS(t, 1, stores.NATSConfig{TLS: authority})
	drifttest.WantLines(t, one(t, n, func(w *wanted.NATS) { w.TLS = wanted.On }))
	drifttest.WantLines(t, one(t, n, nil), "DG3014 error dynamo-nats-0 tls: on")

	secure := system(n, 0)
	secure.URLs[0] = strings.Replace(secure.URLs[0], "nats://", "tls://", 1)
	w := want(1)
	w.TLS = wanted.On
	drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: w, System: secure, TLS: authority.Client()})))
	drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: w, System: secure, TLS: stores.NewAuthority(t).Client()})),
		"DG3001 unknown system account at "+drift.Host(n.Client(0), "")+": its certificate is signed by an authority that is not trusted")
	noLeaks(t)
}

func TestExternal(t *testing.T) {
	n := stores.StartNATS(t, 1, stores.NATSConfig{NoJetStream: true, MaxPayload: 1 << 20})
	w := wanted.NATS{Presence: wanted.External, Address: strings.Replace(n.Client(0), "nats://", "nats://admin:hunter2@", 1)}
	drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: w})))
	w.TLS = wanted.On
	drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: w})), "DG3014 error "+n.Client(0)+" tls: off")
	n.Stop(0)
	drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: w})), "DG3001 unknown "+n.Client(0)+": connection refused")
}

func TestConfigurationThatIsOlder(t *testing.T) {
	n := stores.StartNATS(t, 1, stores.NATSConfig{})
	var changed time.Time
	d := nats.New(nats.Options{Want: want(1), Endpoints: endpoints(n, 1),
		ConfigArrival: time.Millisecond, ConfigChanged: func() time.Time { return changed }})
	look := func() drift.Observation { return detect(t, d) }
	drifttest.WantLines(t, look()) // nobody knows when it was changed
	changed = time.Now().Add(-time.Hour)
	drifttest.WantLines(t, look())
	// The file is changed, and the reloader does not tell the server.
	changed = time.Now()
	old := drifttest.Eventually(t, func() drift.Observation { return codesOnly(look()) }, "DG3015 warning dynamo-nats-0 : ")
	if old.Findings[0].Want != "after "+changed.UTC().Format(time.RFC3339) {
		t.Errorf("finding %+v", old.Findings[0])
	}
	n.Edit(0, stores.NATSConfig{Extra: "ping_interval: 100\n"})
	drifttest.WantLines(t, look())
}
