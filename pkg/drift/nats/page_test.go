// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats_test

import (
	"flag"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/internal/codepage"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/nats"
)

var update = flag.Bool("update", false, "write the page")

// TestPage keeps the codes on the page, with examples that the rules printed.
func TestPage(t *testing.T) {
	const (
		rest = `"max_payload":1048576,"tls_required":false,"slow_consumers":7,"start":"2026-11-01T08:00:00Z","now":"2026-11-02T10:00:00Z",
			"config_load_time":"2026-11-01T08:00:00Z"`
		one   = `{"server_id":"A","server_name":"dynamo-nats-0","version":"2.10.18","jetstream":{"config":{"max_storage":10737418240},"stats":{"storage":9126805504}},` + rest + "}"
		two   = `{"server_id":"B","server_name":"dynamo-nats-1","version":"2.10.21",` + rest + "}"
		meta  = `"meta_cluster":{"leader":"dynamo-nats-0","cluster_size":5,"replicas":[{"name":"dynamo-nats-3","offline":true},{"name":"dynamo-nats-4","offline":true}]}`
		lists = `"account_details":[{"name":"$G","stream_detail":[{"name":"kv-events","config":{"num_replicas":1}},
			{"name":"traces","config":{"num_replicas":3},"cluster":{"leader":"dynamo-nats-0","replicas":[{"name":"dynamo-nats-1","current":true},{"name":"dynamo-nats-2","offline":true}]}}]}]`
	)
	w := want(3)
	w.Version, w.TLS, w.MaxFileStore, w.StreamReplicas = "2.10.21", "on", 45<<30, 3
	now := time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)
	o := nats.Options{Want: w, Now: func() time.Time { return now }, ConfigChanged: func() time.Time { return now.Add(-time.Hour) }}
	documents := func(varz, healthz, jsz, routez string) map[string][]byte {
		return map[string][]byte{"varz": []byte(varz), "healthz": []byte(healthz), "jsz": []byte(jsz), "routez": []byte(routez)}
	}
	unwell := `{"status":"unavailable","error":"JetStream has not established contact with a meta leader"}`
	servers := nats.JudgeAnswers(o, documents(one, unwell, "{"+meta+","+lists+"}", "{}"), documents(two, "{}", "{}", "{}"))
	scaled := nats.JudgeAnswers(o, documents(one, "{}", "{}", `{"routes":[{"remote_id":"B"},{"remote_id":"C"},{"remote_id":"D"}]}`))
	refused := detect(t, nats.New(nats.Options{Want: w, Endpoints: []drift.Endpoint{{Name: "dynamo-nats-2", Address: "127.0.0.1:1"}}}))
	codepage.Check(t, "../../../docs/spec/drift.md", "NATS", *update, codes.NATS(), servers, scaled, refused)
}
