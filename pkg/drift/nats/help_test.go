// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	natsclient "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/dynamo-gitops/dynamo-gitops/internal/drifttest"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/stores"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/nats"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// serverVersion is that of the servers in the tests.
const serverVersion = "2.15.2"

// want is what Git wants of a cluster started with the zero configuration.
func want(replicas int) wanted.NATS {
	return wanted.NATS{
		Presence: wanted.InChart, Replicas: replicas, Version: serverVersion, JetStream: wanted.On,
		MaxFileStore: 1 << 30, MaxPayload: 15 << 20, TLS: wanted.Off, Monitoring: wanted.On,
		Workload: wanted.Workload{Service: "dynamo-nats-headless",
			Object: object.Reference{APIVersion: "apps/v1", Kind: "StatefulSet", Namespace: "dynamo-system", Name: "dynamo-nats"}},
	}
}

// endpoints are the monitoring endpoints of the first servers.
func endpoints(n *stores.NATS, count int) []drift.Endpoint {
	var list []drift.Endpoint
	for i := range count {
		list = append(list, drift.Endpoint{Name: n.Name(i), Address: n.Monitor(i)})
	}
	return list
}

func system(n *stores.NATS, servers ...int) *nats.Login {
	l := &nats.Login{User: stores.SystemUser, Password: stores.SystemPassword}
	for _, i := range servers {
		l.URLs = append(l.URLs, n.Client(i))
	}
	return l
}

// detect looks once; nothing that was opened may stay open.
func detect(t testing.TB, d *nats.Detector) drift.Observation {
	t.Helper()
	seen := d.Detect(t.Context())
	for _, text := range said(seen) {
		for _, secret := range []string{stores.SystemPassword, stores.NATSPassword, "hunter2"} {
			if strings.Contains(text, secret) {
				t.Errorf("a secret is shown: %s", text)
			}
		}
	}
	return seen
}

func said(o drift.Observation) []string {
	var texts []string
	for _, f := range o.Findings {
		texts = append(texts, fmt.Sprintf("%+v", f))
	}
	for _, u := range o.Unknowns {
		texts = append(texts, fmt.Sprintf("%+v", u))
	}
	return texts
}

// noLeaks waits until no goroutine of the clients is left. Those of the servers,
// which run in this process, are not counted.
func noLeaks(t testing.TB) {
	t.Helper()
	drifttest.NoLeaks(t, "nats-io/nats%2ego", "nats-io/nats.go", "net/http.(*persistConn)", "pkg/drift/nats.")
}

// streams connects as a client that uses JetStream.
func streams(t testing.TB, n *stores.NATS, i int) (jetstream.JetStream, *natsclient.Conn) {
	t.Helper()
	conn, err := natsclient.Connect(n.Client(i), natsclient.UserInfo(stores.NATSUser, stores.NATSPassword))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	api, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return api, conn
}

func makeStream(t testing.TB, api jetstream.JetStream, name string, replicas int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := api.CreateStream(ctx, jetstream.StreamConfig{Name: name, Subjects: []string{name + ".*"}, Replicas: replicas}); err != nil {
		t.Fatal(err)
	}
}
