// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd_test

import (
	"context"
	"strings"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"

	"github.com/dynamo-gitops/dynamo-gitops/internal/drifttest"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/stores"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/etcd"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

func TestOneMember(t *testing.T) {
	e := stores.StartEtcd(t, 1, stores.EtcdConfig{})
	with := func(mutate func(*wanted.Etcd)) etcd.Options {
		w := want(1)
		if mutate != nil {
			mutate(&w)
		}
		return etcd.Options{Want: w, Endpoints: endpoints(e, 0)}
	}
	look := func() drift.Observation { return detect(t, with(nil)) }
	drifttest.Eventually(t, look)

	t.Run("as in Git", func(t *testing.T) {
		drifttest.WantLines(t, look())
		noLeaks(t)
	})
	t.Run("what Git does not say is not judged", func(t *testing.T) {
		drifttest.WantLines(t, detect(t, with(func(w *wanted.Etcd) { *w = wanted.Etcd{Presence: wanted.InChart} })))
	})
	t.Run("absent by design", func(t *testing.T) {
		drifttest.WantLines(t, detect(t, with(func(w *wanted.Etcd) { w.Presence = wanted.Absent })))
	})
	t.Run("external", func(t *testing.T) {
		drifttest.WantLines(t, detect(t, etcd.Options{Want: wanted.Etcd{Presence: wanted.External,
			Address: strings.Replace(e.Client(0), "http://", "http://root:"+password+"@", 1)}}))
	})
	t.Run("no endpoint", func(t *testing.T) {
		drifttest.WantLines(t, detect(t, etcd.Options{Want: wanted.Etcd{Presence: wanted.InChart}}), "DG3101 unknown : no endpoint is known")
	})
	t.Run("another version", func(t *testing.T) {
		drifttest.WantLines(t, detect(t, with(func(w *wanted.Etcd) { w.Version = "3.5.18" })), "DG3110 warning dynamo-etcd-0 version: "+serverVersion)
	})
	t.Run("any patch of the version", func(t *testing.T) {
		drifttest.WantLines(t, detect(t, with(func(w *wanted.Etcd) { w.Version = "3.7" })))
	})
	t.Run("another quota", func(t *testing.T) {
		drifttest.WantLines(t, detect(t, with(func(w *wanted.Etcd) { w.Quota = 8 << 30 })), "DG3113 warning dynamo-etcd-0 quota_backend_bytes: 2Gi")
	})
	t.Run("plain text where Git has TLS", func(t *testing.T) {
		o := with(func(w *wanted.Etcd) { w.TLS = wanted.On })
		drifttest.WantLines(t, detect(t, o), "DG3116 error  members[name=dynamo-etcd-0].clientURLs: TLS off")
		o.Endpoints[0].Address = strings.Replace(o.Endpoints[0].Address, "http://", "https://", 1)
		drifttest.WantLines(t, detect(t, o), "DG3116 error dynamo-etcd-0 tls: off", "DG3101 unknown dynamo-etcd-0: it does not speak TLS, and the address says so")
		noLeaks(t)
	})
	t.Run("authentication that Git wants", func(t *testing.T) {
		o := with(func(w *wanted.Etcd) { w.Auth = wanted.On })
		o.User, o.Password = "root", password
		drifttest.WantLines(t, detect(t, o), "DG3115 error  auth: off")
	})
	t.Run("auth enable", func(t *testing.T) { testAuth(t, e, with) })
	t.Run("stopped", func(t *testing.T) {
		e.Stop(0)
		seen := look()
		drifttest.WantLines(t, seen, "DG3101 unknown dynamo-etcd-0: connection refused")
		if seen.Verdict() != drift.VerdictUnknown {
			t.Errorf("verdict = %s", seen.Verdict())
		}
		noLeaks(t)
	})
}

func testAuth(t *testing.T, e *stores.Etcd, with func(func(*wanted.Etcd)) etcd.Options) {
	client := admin(t, e, 0, nil, "")
	do(t, "auth enable", func(ctx context.Context) error {
		if _, err := client.UserAdd(ctx, "root", password); err != nil {
			return err
		}
		if _, err := client.UserAdd(ctx, "viewer", password); err != nil {
			return err
		}
		if _, err := client.UserGrantRole(ctx, "root", "root"); err != nil {
			return err
		}
		_, err := client.AuthEnable(ctx)
		return err
	})
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	o := with(nil)
	drifttest.WantLines(t, detect(t, o), "DG3115 error  auth: on", "DG3101 unknown dynamo-etcd-0: authentication is on, and no user is given")
	o.User, o.Password = "root", "wrong"
	drifttest.WantLines(t, detect(t, o), "DG3115 error  auth: on", "DG3101 unknown dynamo-etcd-0: the login was refused")
	o.User, o.Password = "viewer", password
	drifttest.WantLines(t, detect(t, o), "DG3115 error  auth: on") // a user without the role root sees the rest
	o.Want.Auth = wanted.On
	drifttest.WantLines(t, detect(t, o))
	noLeaks(t)
}

// TestQuotaFills fills the database as a person would, until etcd refuses.
func TestQuotaFills(t *testing.T) {
	const quota = 200 << 20 // the database grows by about 20 MiB at once
	e := stores.StartEtcd(t, 1, stores.EtcdConfig{Args: []string{"--quota-backend-bytes=209715200"}})
	o := etcd.Options{Want: want(1), Endpoints: endpoints(e, 0)}
	o.Want.Quota = quota
	look := func() drift.Observation { return detect(t, o) }
	drifttest.Eventually(t, look)
	client := admin(t, e, 0, nil, "")
	defer client.Close()
	put := func() error { _, err := client.Put(t.Context(), "key", strings.Repeat("x", 1<<20)); return err }
	var seen drift.Observation
	for len(seen.Findings) == 0 {
		if err := put(); err != nil {
			t.Fatal(err)
		}
		seen = look()
	}
	if f := seen.Findings[0]; len(seen.Findings) != 1 || f.Code != "DG3112" || f.Severity != "warning" || !strings.HasSuffix(f.Have, "% of 200Mi") {
		t.Fatalf("observation %v", drifttest.Brief(seen))
	}
	for put() == nil { // until etcd refuses
	}
	seen = look()
	if len(seen.Findings) != 2 || seen.Findings[0].Code != "DG3111" || seen.Findings[0].Have != "NOSPACE" ||
		seen.Findings[0].Target.Endpoint != "dynamo-etcd-0" || seen.Findings[1].Severity != "error" {
		t.Errorf("observation %v", drifttest.Brief(seen))
	}
}

// TestCorruptAlarm raises the alarm that members raise when their data differs.
func TestCorruptAlarm(t *testing.T) {
	e := stores.StartEtcd(t, 1, stores.EtcdConfig{})
	o := etcd.Options{Want: want(1), Endpoints: endpoints(e, 0)}
	drifttest.Eventually(t, func() drift.Observation { return detect(t, o) })
	client := admin(t, e, 0, nil, "")
	defer client.Close()
	list, err := client.MemberList(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pb.NewMaintenanceClient(client.ActiveConnection()).Alarm(t.Context(), &pb.AlarmRequest{
		Action: pb.AlarmRequest_ACTIVATE, MemberID: list.Members[0].ID, Alarm: pb.AlarmType_CORRUPT}); err != nil {
		t.Fatal(err)
	}
	drifttest.WantLines(t, detect(t, o), "DG3111 error dynamo-etcd-0 alarms[name=CORRUPT]: CORRUPT")
}

func TestFragmented(t *testing.T) {
	e := stores.StartEtcd(t, 1, stores.EtcdConfig{})
	o := etcd.Options{Want: want(1), Endpoints: endpoints(e, 0)}
	drifttest.Eventually(t, func() drift.Observation { return detect(t, o) })
	client := admin(t, e, 0, nil, "")
	defer client.Close()
	var revision int64
	for range 120 {
		answer, err := client.Put(t.Context(), "key", strings.Repeat("x", 1<<20))
		if err != nil {
			t.Fatal(err)
		}
		revision = answer.Header.Revision
	}
	drifttest.WantLines(t, detect(t, o)) // large and used
	if _, err := client.Compact(t.Context(), revision); err != nil {
		t.Fatal(err)
	}
	look := func() drift.Observation {
		// Pages become free with the next write.
		if _, err := client.Put(t.Context(), "other", "x"); err != nil {
			t.Fatal(err)
		}
		seen := detect(t, o)
		for i := range seen.Findings {
			seen.Findings[i].Have = ""
		}
		return seen
	}
	drifttest.Eventually(t, look, "DG3114 info dynamo-etcd-0 db_size_in_use: ")
	if _, err := client.Defragment(t.Context(), e.Client(0)); err != nil {
		t.Fatal(err)
	}
	drifttest.Eventually(t, look)
}

func TestTLS(t *testing.T) {
	authority := stores.NewAuthority(t)
	cert, _, _ := authority.Certificate(stores.Leaf{Name: "viewer"})
	old, _, _ := authority.Certificate(stores.Leaf{Name: "viewer", Expired: true})
	e := stores.StartEtcd(t, 1, stores.EtcdConfig{TLS: authority, ClientCerts: true})
	o := etcd.Options{Want: want(1), Endpoints: endpoints(e, 0), TLS: authority.Client(cert)}
	o.Want.TLS = wanted.On
	drifttest.Eventually(t, func() drift.Observation { return detect(t, o) })
	o.Want.TLS = wanted.Off
	drifttest.WantLines(t, detect(t, o), "DG3116 error  members[name=dynamo-etcd-0].clientURLs: TLS on")
	o.Want.TLS, o.Want.Auth = wanted.On, wanted.On // with a certificate the member must be asked
	drifttest.WantLines(t, detect(t, o), "DG3115 error  auth: off")
	o.Want.Auth = wanted.Off

	const unknown = "DG3101 unknown dynamo-etcd-0: "
	o.TLS = stores.NewAuthority(t).Client(cert)
	drifttest.WantLines(t, detect(t, o), unknown+"its certificate is signed by an authority that is not trusted")
	o.TLS = authority.Client()
	drifttest.WantLines(t, detect(t, o), unknown+"it refused the TLS handshake: certificate required")
	o.TLS = authority.Client(old)
	drifttest.WantLines(t, detect(t, o), unknown+"it refused the TLS handshake: expired certificate")
	o.TLS = authority.Client(cert)
	o.TLS.ServerName = "other.example.com"
	drifttest.WantLines(t, detect(t, o), unknown+"its certificate is for another name")
	o.Endpoints[0].Address = strings.Replace(o.Endpoints[0].Address, "https://", "http://", 1)
	drifttest.WantLines(t, detect(t, o), unknown+"it speaks TLS, and the address does not say so")
	noLeaks(t)
}

func TestExpiredCertificate(t *testing.T) {
	authority := stores.NewAuthority(t)
	e := stores.StartEtcd(t, 1, stores.EtcdConfig{TLS: authority, ServerCert: stores.Leaf{Name: "etcd", Expired: true}})
	o := etcd.Options{Want: want(1), Endpoints: endpoints(e, 0), TLS: authority.Client()}
	look := func() drift.Observation {
		seen := detect(t, o)
		for i, u := range seen.Unknowns {
			if at := strings.Index(u.Reason, " on 20"); at > 0 {
				seen.Unknowns[i].Reason = u.Reason[:at]
			}
		}
		return seen
	}
	drifttest.Eventually(t, look, "DG3101 unknown dynamo-etcd-0: its certificate expired")
}
