// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/internal/drifttest"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/nats"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

// TestJudge applies the rules to answers that no real server gives on demand.
func TestJudge(t *testing.T) {
	const jetStream = `"jetstream":{"config":{"max_storage":1073741824,"max_memory":100},"stats":{"storage":0,"memory":%d}}`
	varz := func(memory int) string {
		return fmt.Sprintf(`{"server_id":"A","server_name":"dynamo-nats-0","version":"2.15.2","max_payload":15728640,`+jetStream+"}", memory)
	}
	stream := func(name, cluster string) string {
		return fmt.Sprintf(`{"account_details":[{"name":"$G","stream_detail":[{"name":%q,"config":{"num_replicas":3},"cluster":%s}]}]}`, name, cluster)
	}
	for name, tt := range map[string]struct {
		documents map[string]string
		want      []string
	}{
		"in order":          {map[string]string{}, nil},
		"memory store full": {map[string]string{"varz": varz(96)}, []string{"DG3010 error jetstream.memory_store: 96% of 100"}},
		"unwell": {map[string]string{"healthz": `{"status":"unavailable","error":"JetStream has not established\ncontact with a meta leader"}`},
			[]string{"DG3007 error jetstream.health: JetStream has not established contact with a meta leader"}},
		"unwell without a reason": {map[string]string{"healthz": `{}`}, []string{"DG3007 error jetstream.health: not ok"}},
		"no meta leader":          {map[string]string{"jsz": `{"meta_cluster":{"cluster_size":1}}`}, []string{"DG3007 error jetstream.health: no leader"}},
		"turned off by itself":    {map[string]string{"jsz": `{"disabled":true}`}, []string{"DG3006 error jetstream: off"}},
		"peers that are gone": {map[string]string{"jsz": `{"meta_cluster":{"leader":"dynamo-nats-0","cluster_size":2,"replicas":[{"name":"old","offline":true}]}}`},
			[]string{"DG3008 warning jetstream.meta.cluster_size: 2"}},
		"a stream without a leader": {map[string]string{"jsz": stream("s", `{"replicas":[]}`)}, []string{"DG3012 error streams[name=s].leader: none"}},
		"a replica behind": {map[string]string{"jsz": stream("s", `{"leader":"dynamo-nats-0","replicas":[{"name":"b","lag":5000},{"name":"c","current":true}]}`)},
			[]string{"DG3012 warning streams[name=s].replicas: b is behind"}},
		"a replica nearly there": {map[string]string{"jsz": stream("s", `{"leader":"dynamo-nats-0","replicas":[{"name":"b","lag":5},{"name":"c","current":true}]}`)}, nil},
		"a replica unheard of": {map[string]string{"jsz": stream("s", `{"leader":"dynamo-nats-0","replicas":[{"name":"b","active":60000000000},{"name":"c","current":true}]}`)},
			[]string{"DG3012 warning streams[name=s].replicas: b is behind"}},
		"a replica too few": {map[string]string{"jsz": stream("s", `{"leader":"dynamo-nats-0","replicas":[{"name":"b","current":true}]}`)},
			[]string{"DG3012 warning streams[name=s].replicas: 2 of 3 replicas"}},
		"a follower's view": {map[string]string{"jsz": stream("s", `{"leader":"x","replicas":[{"name":"b","offline":true}]}`)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			documents := map[string][]byte{"varz": []byte(varz(0)), "healthz": []byte(`{"status":"ok"}`), "jsz": []byte("{}"), "routez": []byte("{}")}
			for document, text := range tt.documents {
				documents[document] = []byte(text)
			}
			seen := nats.JudgeAnswers(nats.Options{Want: want(1)}, documents)
			var got []string
			for _, f := range seen.Findings {
				got = append(got, fmt.Sprintf("%s %s %s: %s", f.Code, f.Severity, f.Field, f.Have))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || len(seen.Unknowns) > 0 {
				t.Errorf("findings (-want +got):\n%s%v", diff, seen.Unknowns)
			}
		})
	}
}

// TestManyStreams bounds what is reported one by one.
func TestManyStreams(t *testing.T) {
	var list []string
	for i := range 1000 {
		list = append(list, fmt.Sprintf(`{"name":"s%04d","config":{"num_replicas":1}}`, i))
	}
	w := want(1)
	w.StreamReplicas = 3
	seen := nats.JudgeAnswers(nats.Options{Want: w}, map[string][]byte{
		"varz":    []byte(`{"server_id":"A","version":"2.15.2","max_payload":15728640,"jetstream":{"config":{"max_storage":1073741824}}}`),
		"healthz": []byte(`{"status":"ok"}`), "routez": []byte("{}"),
		"jsz": []byte(`{"account_details":[{"name":"APP","stream_detail":[` + strings.Join(list, ",") + "]}]}"),
	})
	if n := len(seen.Findings); n != 21 || seen.Findings[0].Problem != "980 more streams are like those named" {
		t.Errorf("%d findings, the first %+v", n, seen.Findings[0])
	}
}

// TestClocks compares times of servers whose clocks are wrong.
func TestClocks(t *testing.T) {
	now := time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		changed     time.Duration // before now
		loaded      time.Duration // before the server's now
		ahead       time.Duration // the server's clock
		want        int
		withoutTime bool
	}{
		"loaded after":                         {time.Hour, 50 * time.Minute, 0, 0, false},
		"loaded before":                        {time.Hour, 2 * time.Hour, 0, 1, false},
		"on its way":                           {2 * time.Minute, time.Hour, 0, 0, false},
		"loaded after, by a clock behind":      {time.Hour, 50 * time.Minute, -24 * time.Hour, 0, false},
		"loaded before, by a clock ahead":      {time.Hour, 2 * time.Hour, 24 * time.Hour, 1, false},
		"loaded at about the moment of change": {time.Hour, time.Hour + 30*time.Second, 0, 0, false},
		"a server that tells no time":          {time.Hour, 2 * time.Hour, 0, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			clock := now.Add(tt.ahead)
			times := fmt.Sprintf(`"now":%q,"config_load_time":%q,`, clock.Format(time.RFC3339), clock.Add(-tt.loaded).Format(time.RFC3339))
			if tt.withoutTime {
				times = ""
			}
			seen := nats.JudgeAnswers(nats.Options{Want: want(1), Now: func() time.Time { return now },
				ConfigChanged: func() time.Time { return now.Add(-tt.changed) }}, map[string][]byte{
				"varz":    []byte("{" + times + `"server_id":"A","version":"2.15.2","max_payload":15728640,"jetstream":{"config":{"max_storage":1073741824}}}`),
				"healthz": []byte(`{"status":"ok"}`), "jsz": []byte("{}"), "routez": []byte("{}"),
			})
			if len(seen.Findings) != tt.want || tt.want == 1 && seen.Findings[0].Code != codes.NATSConfig {
				t.Errorf("observation %v", drifttest.Brief(seen))
			}
		})
	}
}

// TestSlowCounts follows a server's count, which begins anew with the server.
func TestSlowCounts(t *testing.T) {
	id, count := "A", 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/varz":
			fmt.Fprintf(w, `{"server_id":%q,"version":"2.15.2","max_payload":15728640,"slow_consumers":%d,"jetstream":{"config":{"max_storage":1073741824}}}`, id, count)
		case "/healthz":
			fmt.Fprint(w, `{"status":"ok"}`)
		default:
			fmt.Fprint(w, "{}")
		}
	})
	now := time.Unix(0, 0)
	d := nats.New(nats.Options{Want: want(1), Now: func() time.Time { return now }, SlowWindow: time.Minute,
		Endpoints: []drift.Endpoint{{Name: "m", Address: s.URL}}})
	for i, step := range []struct {
		id    string
		count int
		after time.Duration
		want  string
	}{
		{"A", 4, 0, "info"}, // from before the first look
		{"A", 4, time.Minute, "info"},
		{"A", 5, time.Minute, "warning"},
		{"A", 5, time.Minute, "warning"},
		{"A", 5, time.Minute, "info"},
		{"B", 0, time.Minute, ""},
		{"B", 1, time.Minute, "warning"},
		{"A", 9, time.Minute, "info"},
		{"A", 1, time.Minute, "info"},
	} {
		id, count, now = step.id, step.count, now.Add(step.after)
		got := ""
		for _, f := range detect(t, d).Findings {
			got += string(f.Severity)
		}
		if got != step.want {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
}

// TestRules has one code for each rule, and a rule for each code but that of Unknowns.
func TestRules(t *testing.T) {
	has := map[string]bool{codes.NATSUnknown: true}
	for _, id := range nats.RuleCodes() {
		has[id] = true
	}
	for _, c := range codes.NATS() {
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
	var seed [][]byte
	for _, name := range []string{"varz", "healthz", "jsz", "routez"} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".json")) // as a server of three gave them
		if err != nil {
			f.Fatal(err)
		}
		seed = append(seed, data)
	}
	f.Add(seed[0], seed[1], seed[2], seed[3])
	f.Add([]byte(`{"server_id":"A","jetstream":{"config":{"max_storage":-1},"stats":{"storage":18446744073709551615}},"start":"0000-01-01T00:00:00Z"}`),
		[]byte("{}"), []byte(`{"meta_cluster":{"cluster_size":-1,"replicas":null},"account_details":[{"stream_detail":[{}]}]}`), []byte(`{"routes":[{}]}`))
	w := want(3)
	w.StreamReplicas = 3
	f.Fuzz(func(t *testing.T, varz, healthz, jsz, routez []byte) {
		now := time.Unix(1_800_000_000, 0)
		look := func() []string {
			seen := nats.JudgeAnswers(nats.Options{Want: w, Now: func() time.Time { return now }, SlowWindow: time.Minute},
				map[string][]byte{"varz": varz, "healthz": healthz, "jsz": jsz, "routez": routez})
			if len(seen.Findings) > 100 {
				t.Errorf("%d findings", len(seen.Findings))
			}
			return said(seen)
		}
		first := look()
		if diff := cmp.Diff(first, look()); diff != "" {
			t.Errorf("two looks differ:\n%s", diff)
		}
		for _, text := range first {
			if strings.ContainsFunc(text, unicode.IsControl) || len(text) > 20_000 {
				t.Errorf("%q", text)
			}
		}
	})
}

func FuzzGreeting(f *testing.F) {
	f.Add([]byte("INFO {\"server_id\":\"A\",\"version\":\"2.15.2\",\"max_payload\":1048576}\r\n"))
	f.Add([]byte("INFO {"))
	f.Fuzz(func(t *testing.T, line []byte) {
		if ok, err := nats.DecodeGreeting(line); ok == (err != nil) {
			t.Errorf("%v and %v", ok, err)
		}
	})
}

func ExampleDetector() {
	// Git wants no NATS, so none is looked for.
	d := nats.New(nats.Options{Want: wanted.NATS{Presence: wanted.Absent}})
	fmt.Println(d.Layer(), d.Name())
	// Output: nats nats
}
