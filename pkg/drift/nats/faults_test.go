// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/internal/drifttest"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/stores"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/nats"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

// serve is an HTTP server that answers as it is told.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

func TestFaults(t *testing.T) {
	const monitoring = "check that the address is NATS's monitoring port, 8222 in the chart"
	text := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); _, _ = io.WriteString(w, body) }
	}
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		reason  string
	}{
		"a web page":      {text(200, "<html>hunter2</html>"), "it does not answer as a NATS server does: the answer of 20 bytes is no JSON"},
		"another service": {text(200, `{"status":"hunter2"}`), "it does not answer as a NATS server does: it names no server_id"},
		"a list":          {text(200, "[1]"), "it does not answer as a NATS server does: the answer is JSON of another kind"},
		"numbers as text": {text(200, `{"server_id":"A","max_payload":"hunter2"}`), "it does not answer as a NATS server does: the answer is JSON of another kind"},
		"nothing":         {text(200, ""), "it does not answer as a NATS server does: the answer is empty"},
		"not found":       {text(404, ""), "it answered with HTTP status 404"},
		"not allowed":     {text(403, "hunter2"), "it answered with HTTP status 403"},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://hunter2.example.com/", http.StatusFound)
		}, "it answered with HTTP status 302"},
		"without end": {func(w http.ResponseWriter, _ *http.Request) {
			for line := strings.Repeat(" ", 1<<16); ; {
				if _, err := io.WriteString(w, line); err != nil {
					return
				}
			}
		}, "its answer is larger than 4 MiB"},
		"never": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "it did not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, tt.handler)
			o := nats.Options{Want: want(1), Timeout: 5 * time.Second,
				Endpoints: []drift.Endpoint{{Name: "dynamo-nats-0", Address: strings.Replace(s.URL, "://", "://admin:hunter2@", 1)}}}
			if name == "never" {
				o.Timeout = 50 * time.Millisecond
			}
			seen := detect(t, nats.New(o))
			drifttest.WantLines(t, seen, "DG3001 unknown dynamo-nats-0: "+tt.reason)
			if action := seen.Unknowns[0].Action; action == "" || strings.Contains(tt.reason, "no JSON") && action != monitoring {
				t.Errorf("action %q", action)
			}
			noLeaks(t)
		})
	}
}

// TestPartialAnswer has a server that tells who it is and nothing else.
func TestPartialAnswer(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/varz" {
			fmt.Fprintf(w, `{"server_id":"A","server_name":"dynamo-nats-0","version":%q,"max_payload":1024,"jetstream":{"config":{"max_storage":1073741824}}}`, serverVersion)
			return
		}
		_, _ = io.WriteString(w, "<html>")
	})
	seen := detect(t, nats.New(nats.Options{Want: want(1), Endpoints: []drift.Endpoint{{Name: "dynamo-nats-0", Address: s.URL}}}))
	drifttest.WantLines(t, seen, "DG3013 error dynamo-nats-0 max_payload: 1024",
		"DG3001 unknown dynamo-nats-0: healthz, jsz, routez: it does not answer as a NATS server does: the answer of 6 bytes is no JSON")
}

func TestStrangeConnections(t *testing.T) {
	for name, tt := range map[string]struct {
		handle func(net.Conn)
		http   string
		client string
	}{
		"closes":  {func(net.Conn) {}, "it closed the connection", "it closed the connection"},
		"silent":  {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "it did not answer in time", "it did not answer in time"},
		"babbles": {func(c net.Conn) { _, _ = io.WriteString(c, "220 mail.example.com\r\n") }, "", "it does not answer as a NATS server does: it does not greet"},
		"greets as another": {func(c net.Conn) { _, _ = io.WriteString(c, "INFO {}\r\n") }, "",
			"it does not answer as a NATS server does: it names no server_id"},
		"a line without end": {func(c net.Conn) {
			for line := strings.Repeat("x", 1<<16); ; {
				if _, err := io.WriteString(c, line); err != nil {
					return
				}
			}
		}, "", "it closed the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			address := drifttest.Listen(t, tt.handle)
			o := nats.Options{Want: want(1), Endpoints: []drift.Endpoint{{Name: "m", Address: address}}, Timeout: 200 * time.Millisecond}
			seen := detect(t, nats.New(o))
			if name == "closes" && len(seen.Unknowns) == 1 && seen.Unknowns[0].Reason == "the connection was reset" {
				seen.Unknowns[0].Reason = tt.http // what it is when the request was already on its way
			}
			if len(seen.Unknowns) != 1 || tt.http != "" && seen.Unknowns[0].Reason != tt.http {
				t.Errorf("monitoring: %v", drifttest.Brief(seen))
			}
			o.Endpoints, o.Clients = []drift.Endpoint{}, []drift.Endpoint{{Name: "c", Address: "nats://" + address}}
			drifttest.WantLines(t, detect(t, nats.New(o)), "DG3001 unknown c: "+tt.client)
			login := &nats.Login{URLs: []string{"nats://admin:hunter2@" + address}}
			for kind, o := range map[string]nats.Options{
				"system account": {Want: want(1), System: login, Timeout: 200 * time.Millisecond}, "account": {Want: want(1), Account: login, Timeout: 200 * time.Millisecond},
			} {
				seen := detect(t, nats.New(o))
				if len(seen.Unknowns) != 1 || len(seen.Findings) != 0 || !strings.HasPrefix(seen.Unknowns[0].Target.Endpoint, kind+" at 127.0.0.1:") {
					t.Errorf("%s: %v", kind, drifttest.Brief(seen))
				}
			}
			noLeaks(t)
		})
	}
}

// TestMonitoringByTLS has certificates that are not what they should be.
func TestMonitoringByTLS(t *testing.T) {
	authority := stores.NewAuthority(t)
	good, _, _ := authority.Certificate(stores.Leaf{Name: "nats"})
	old, _, _ := authority.Certificate(stores.Leaf{Name: "nats", Expired: true})
	other, _, _ := authority.Certificate(stores.Leaf{Name: "nats", Names: []string{"other.example.com"}})
	n := stores.StartNATS(t, 1, stores.NATSConfig{})
	for name, tt := range map[string]struct {
		certificate tls.Certificate
		client      *tls.Config
		reason      string
	}{
		"good":              {good, authority.Client(), ""},
		"expired":           {old, authority.Client(), "its certificate expired on "},
		"for another name":  {other, authority.Client(), "its certificate is for another name"},
		"by another":        {good, stores.NewAuthority(t).Client(), "its certificate is signed by an authority that is not trusted"},
		"without authority": {good, nil, "its certificate is signed by an authority that is not trusted"},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, n.Monitor(0)+r.URL.String(), nil)
				if err != nil {
					t.Error(err)
					return
				}
				answer, err := http.DefaultTransport.RoundTrip(request)
				if err != nil {
					t.Error(err)
					return
				}
				defer answer.Body.Close()
				_, _ = io.Copy(w, answer.Body)
			}))
			proxy.Config.ErrorLog = log.New(io.Discard, "", 0)
			proxy.TLS = &tls.Config{Certificates: []tls.Certificate{tt.certificate}, MinVersion: tls.VersionTLS12}
			proxy.StartTLS()
			defer proxy.Close()
			seen := detect(t, nats.New(nats.Options{Want: want(1), TLS: tt.client, Endpoints: []drift.Endpoint{{Name: "m", Address: proxy.URL}}}))
			if tt.reason == "" {
				drifttest.WantLines(t, seen)
				return
			}
			if len(seen.Unknowns) != 1 || !strings.HasPrefix(seen.Unknowns[0].Reason, tt.reason) {
				t.Errorf("observation %v", drifttest.Brief(seen))
			}
		})
	}
	plain := strings.Replace(n.Monitor(0), "http://", "https://", 1)
	drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: want(1), TLS: authority.Client(), Endpoints: []drift.Endpoint{{Name: "m", Address: plain}}})),
		"DG3001 unknown m: it does not speak TLS")
}

// TestDialContext reaches servers by names that only the given function knows, as
// a forwarded port does.
func TestDialContext(t *testing.T) {
	n := stores.StartNATS(t, 1, stores.NATSConfig{})
	w := want(1)
	targets := map[string]string{
		"dynamo-nats-0.dynamo-nats-headless.dynamo-system.svc:8222": strings.TrimPrefix(n.Monitor(0), "http://"),
		"dynamo-nats:4222": strings.TrimPrefix(n.Client(0), "nats://"),
	}
	w.MonitoringPort = 8222
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, targets[address])
	}
	drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: w, DialContext: dial})))
	login := system(n)
	login.URLs = []string{"nats://dynamo-nats"}
	drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: w, System: login, DialContext: dial})))
	noLeaks(t)
}

func TestCancelled(t *testing.T) {
	n := stores.StartNATS(t, 1, stores.NATSConfig{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	seen := nats.New(nats.Options{Want: want(1), Endpoints: endpoints(n, 1)}).Detect(ctx)
	drifttest.WantLines(t, seen, "DG3001 unknown dynamo-nats-0: the look was cancelled")
}

func TestNowhere(t *testing.T) {
	drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: wanted.NATS{Presence: wanted.InChart}})), "DG3001 unknown : no endpoint is known")
	drifttest.WantLines(t, detect(t, nats.New(nats.Options{Want: wanted.NATS{Presence: wanted.InChart, Monitoring: wanted.Off}})),
		"DG3001 unknown : the monitoring endpoint is off in Git, and no login of the system account is given")
}
