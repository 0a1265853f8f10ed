// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package drift_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func TestEndpoint(t *testing.T) {
	for _, tt := range []struct {
		endpoint   drift.Endpoint
		text, host string
	}{
		{drift.Endpoint{Address: "10.0.0.1"}, "10.0.0.1", "10.0.0.1:8222"},
		{drift.Endpoint{Address: "10.0.0.1:9"}, "10.0.0.1:9", "10.0.0.1:9"},
		{drift.Endpoint{Address: "http://nats:9/x"}, "http://nats:9/x", "nats:9"},
		{drift.Endpoint{Address: "nats://nats"}, "nats://nats", "nats:8222"},
		{drift.Endpoint{Name: "dynamo-nats-0", Address: "nats://nats"}, "dynamo-nats-0", "nats:8222"},
		{drift.Endpoint{Address: "nats://user:hunter2@nats"}, "nats://nats", "nats:8222"},
		{drift.Endpoint{Address: "user:hunter2@nats:1"}, "nats:1", "nats:1"},
		{drift.Endpoint{Address: "http://user:a/b@c@nats:1/?token=hunter2#hunter2"}, "http://nats:1/", "nats:1"},
		{drift.Endpoint{Address: "[::1]:5"}, "[::1]:5", "[::1]:5"},
		{drift.Endpoint{Address: "[::1]"}, "[::1]", "[::1]:8222"},
		{drift.Endpoint{Name: "a\nb\x00c"}, "a b c", ""},
	} {
		if got := tt.endpoint.String(); got != tt.text {
			t.Errorf("%+v is shown as %q, want %q", tt.endpoint, got, tt.text)
		}
		if got := drift.Host(tt.endpoint.Address, "8222"); got != tt.host {
			t.Errorf("%+v has host %q, want %q", tt.endpoint, got, tt.host)
		}
	}
}

func FuzzWithoutCredentials(f *testing.F) {
	f.Add("https://", "etcd:2379", "user", "pass/word@x?#")
	f.Fuzz(func(t *testing.T, scheme, host, user, password string) {
		if strings.ContainsAny(scheme+host, "@") || len(password) < 8 || strings.Contains(scheme+host+user, password) {
			t.Skip()
		}
		for _, shown := range []string{
			drift.Endpoint{Address: "https://" + user + ":" + password + "@" + host}.String(),
			drift.Host("https://"+user+":"+password+"@"+host, "1"),
		} {
			if strings.Contains(shown, password) {
				t.Errorf("%q shows the password %q", shown, password)
			}
		}
	})
}

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"": "", " a\t\n b ": "a b", "\x1b[31mred": "[31mred", "ünï": "ünï",
	} {
		if got := drift.Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
	if got := drift.Line(strings.Repeat("x", 10_000)); len([]rune(got)) != 241 || !strings.HasSuffix(got, "…") {
		t.Errorf("a long line is %d long", len(got))
	}
}

type slow struct{ error }

func (slow) Timeout() bool { return true }

func TestExplain(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	cert := &x509.Certificate{NotBefore: now.Add(-time.Hour), NotAfter: now.Add(-time.Minute)}
	early := &x509.Certificate{NotBefore: now.Add(time.Hour), NotAfter: now.Add(2 * time.Hour)}
	refused := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{Port: 1}, Err: syscall.ECONNREFUSED}
	for want, err := range map[string]error{
		"connection refused":                                            &url.Error{Op: "Get", URL: "http://user:hunter2@x", Err: refused},
		"it did not answer in time":                                     fmt.Errorf("x: %w", context.DeadlineExceeded),
		"the look was cancelled":                                        context.Canceled,
		"it closed the connection":                                      &url.Error{Op: "Get", URL: "http://hunter2@x", Err: io.EOF},
		"the connection was reset":                                      syscall.ECONNRESET,
		"no route to it":                                                syscall.EHOSTUNREACH,
		"its name could not be resolved: no such host":                  &net.DNSError{Err: "no such host", Name: "hunter2"},
		"its certificate expired on 2026-10-31T23:59:00Z":               x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired},
		"its certificate is not valid before 2026-11-01T01:00:00Z":      x509.CertificateInvalidError{Cert: early, Reason: x509.Expired},
		"its certificate is signed by an authority that is not trusted": &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
		"its certificate is for another name":                           x509.HostnameError{Certificate: cert, Host: "x"},
		"it does not speak TLS":                                         tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
		"it refused the TLS handshake: bad certificate":                 errors.New("remote error: tls: bad certificate"),
		"something else":                                                &url.Error{Op: "Get", URL: "http://user:hunter2@x", Err: errors.New("something\nelse")},
		"its certificate has expired or is not yet valid":               x509.CertificateInvalidError{Reason: x509.Expired},
		"it failed without a reason":                                    nil,
	} {
		if reason, action := drift.Explain(err, func() time.Time { return now }); reason != want || action == "" {
			t.Errorf("Explain(%v) = %q, %q, want %q", err, reason, action, want)
		}
	}
	if reason, _ := drift.Explain(slow{errors.New("x")}, nil); reason != "it did not answer in time" {
		t.Errorf("a timeout is %q", reason)
	}
}

func TestGrace(t *testing.T) {
	a, b := finding(drift.LayerNATS, "a", object.SeverityError), finding(drift.LayerNATS, "b", object.SeverityError)
	g := drift.Grace{Period: 2 * time.Minute}
	start := time.Unix(1000, 0)
	for i, step := range []struct {
		after time.Duration
		seen  []drift.Finding
		want  []drift.Finding
	}{
		{0, []drift.Finding{a}, nil},
		{time.Minute, []drift.Finding{a, b}, nil},
		{2 * time.Minute, []drift.Finding{a, b}, []drift.Finding{a}},
		{3 * time.Minute, []drift.Finding{b}, []drift.Finding{b}},
		{4 * time.Minute, []drift.Finding{a, b}, []drift.Finding{b}}, // a starts anew
		{-time.Hour, []drift.Finding{b}, nil},                        // the clock was set back
		{-time.Hour + 2*time.Minute, []drift.Finding{b}, []drift.Finding{b}},
	} {
		if diff := cmp.Diff(step.want, g.Settled(step.seen, start.Add(step.after))); diff != "" {
			t.Errorf("step %d (-want +got):\n%s", i, diff)
		}
	}
	var at drift.Grace
	if got := at.Settled([]drift.Finding{a}, start); len(got) != 1 {
		t.Errorf("without a period: %v", got)
	}
}

// TestTrackerUnknownOfOneEndpoint keeps what was found at an endpoint that cannot
// be seen, and of its object as a whole, but not what was found elsewhere.
func TestTrackerUnknownOfOneEndpoint(t *testing.T) {
	whole := finding(drift.LayerEtcd, "etcd", object.SeverityError)
	zero, one := whole, whole
	zero.Target.Endpoint, one.Target.Endpoint = "etcd-0", "etcd-1"
	var tracker drift.Tracker
	tracker.Update(drift.Observation{Findings: []drift.Finding{whole, zero, one}}, time.Unix(1, 0))
	blind := drift.Unknown{Layer: drift.LayerEtcd, Code: "DG3101", Target: one.Target, Reason: "refused"}
	seen, _ := tracker.Update(drift.Observation{Unknowns: []drift.Unknown{blind}}, time.Unix(2, 0))
	var kept []string
	for _, f := range seen.Findings {
		kept = append(kept, f.Target.Endpoint)
	}
	if diff := cmp.Diff([]string{"", "etcd-1"}, kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}
