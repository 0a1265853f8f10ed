// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/internal/drifttest"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/stores"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/etcd"
)

func TestFaults(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	for name, tt := range map[string]struct {
		address string
		reason  string
	}{
		"closes": {drifttest.Listen(t, func(net.Conn) {}), "it closed the connection|the connection was reset"},
		"silent": {drifttest.Listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }), "it did not answer in time"},
		"babbles": {drifttest.Listen(t, func(c net.Conn) {
			_, _ = io.WriteString(c, "220 mail.example.com\r\n")
			_, _ = io.Copy(io.Discard, c)
		}), "it does not answer as etcd does"},
		"a web page": {web.Listener.Addr().String(), "it does not answer as etcd does"},
		"settings, then nothing": {drifttest.Listen(t, func(c net.Conn) {
			_, _ = c.Write([]byte{0, 0, 0, 4, 0, 0, 0, 0, 0})
			_, _ = io.Copy(io.Discard, c)
		}), "it did not answer in time"},
		"settings, then noise": {drifttest.Listen(t, func(c net.Conn) {
			_, _ = c.Write([]byte{0, 0, 0, 4, 0, 0, 0, 0, 0})
			_, _ = io.WriteString(c, strings.Repeat("noise", 10_000))
			_, _ = io.Copy(io.Discard, c)
		}), ""},
		"nobody":  {"127.0.0.1:1", "connection refused"},
		"no name": {"nobody.invalid:2379", "its name could not be resolved: no such host"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, scheme := range []string{"http://", "https://"} {
				o := etcd.Options{Want: want(1), User: "root", Password: password, Timeout: 300 * time.Millisecond,
					Endpoints: []drift.Endpoint{{Name: "m", Address: scheme + "root:" + password + "@" + tt.address}}}
				start := time.Now()
				seen := detect(t, o)
				if len(seen.Unknowns) != 1 || len(seen.Findings) != 0 ||
					scheme == "http://" && tt.reason != "" && !slices.Contains(strings.Split(tt.reason, "|"), seen.Unknowns[0].Reason) {
					t.Errorf("%s: %v", scheme, drifttest.Brief(seen))
				}
				if took := time.Since(start); took > 20*time.Second {
					t.Errorf("it took %s", took)
				}
			}
			noLeaks(t)
		})
	}
}

// TestDialContext reaches a member by a name that only the given function knows,
// as a forwarded port does; its certificate is for that name.
func TestDialContext(t *testing.T) {
	const name = "dynamo-etcd-0.dynamo-etcd-headless.dynamo-system.svc"
	authority := stores.NewAuthority(t)
	e := stores.StartEtcd(t, 1, stores.EtcdConfig{TLS: authority, ServerCert: stores.Leaf{Name: "etcd", Names: []string{name}}})
	w := want(1)
	w.TLS, w.ClientPort = "on", 2379
	o := etcd.Options{Want: w, TLS: authority.Client(), DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != name+":2379" {
			t.Errorf("dialled %s", address)
		}
		return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(e.Client(0), "https://"))
	}}
	drifttest.Eventually(t, func() drift.Observation { return detect(t, o) })
	noLeaks(t)
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	seen := etcd.New(etcd.Options{Want: want(1), Endpoints: []drift.Endpoint{{Name: "m", Address: "127.0.0.1:1"}}}).Detect(ctx)
	drifttest.WantLines(t, seen, "DG3101 unknown m: the look was cancelled")
}

// TestCutOff has one member that answers and one that is slow: that one is down
// where it was given the time, and not where the look was cut off before.
func TestCutOff(t *testing.T) {
	e := stores.StartEtcd(t, 1, stores.EtcdConfig{})
	silent := drift.Endpoint{Name: "dynamo-etcd-1", Address: drifttest.Listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })}
	w := want(0)
	drifttest.Eventually(t, func() drift.Observation { return detect(t, etcd.Options{Want: w, Endpoints: endpoints(e, 0)}) })
	const unknown = "DG3101 unknown dynamo-etcd-1: it did not answer in time"
	o := etcd.Options{Want: w, Endpoints: append(endpoints(e, 0), silent), Timeout: time.Second}
	drifttest.WantLines(t, detect(t, o), "DG3106 error dynamo-etcd-1 health: does not answer", unknown)
	o.Timeout = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	drifttest.WantLines(t, etcd.New(o).Detect(ctx), unknown)
	noLeaks(t)
}

// TestAuthWithoutMajority has a client certificate, which may stand for a user, so
// that only a majority knows whether authentication is on.
func TestAuthWithoutMajority(t *testing.T) {
	authority := stores.NewAuthority(t)
	cert, _, _ := authority.Certificate(stores.Leaf{Name: "viewer"})
	e := stores.StartEtcd(t, 2, stores.EtcdConfig{TLS: authority, ClientCerts: true})
	o := etcd.Options{Want: want(2), Endpoints: endpoints(e, 0), TLS: authority.Client(cert), Timeout: 4 * time.Second}
	o.Want.TLS = "on"
	drifttest.Eventually(t, func() drift.Observation { return detect(t, o) })
	e.Stop(1)
	drifttest.Eventually(t, func() drift.Observation { return detect(t, o) }, "DG3107 error dynamo-etcd-0 leader: none",
		"DG3101 unknown dynamo-etcd-0: authentication: whether it is on cannot be learnt with a client certificate and without a majority")
	noLeaks(t)
}
