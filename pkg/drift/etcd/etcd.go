// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package etcd looks for drift inside etcd: what each member says of itself and
// of the others, against what Git wants.
//
// Gathering and judging are apart: the rules are pure functions over what was
// gathered, in one ordered table. What could not be gathered is an Unknown. A
// look writes no data, and asks no member for what needs a majority, so it works
// the same without one. Two things go through etcd's log all the same: a login,
// and whether authentication is on, where a client certificate is given and Git
// says anything about it.
//
// Settings are compared as they are at the moment of the look. While a release
// is being rolled out they differ rightly, so a caller should look only at a
// release that is ready, and must give Options.Grace to look again and again.
package etcd

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

// DefaultTimeout bounds what is asked of one member.
const DefaultTimeout = 5 * time.Second

// Options say what to look at, and how.
type Options struct {
	// Want is what Git wants. Nothing is looked at where it is absent by design.
	Want wanted.Etcd
	// Endpoints are the members' addresses for clients: a URL or a host, with
	// port 2379 unless given. Default: Want.Endpoints().
	Endpoints []drift.Endpoint
	// DialContext opens every connection. Default: a net.Dialer.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is used for https addresses; it holds the client's certificate where
	// members want one. Default: the system's roots.
	TLS *tls.Config
	// User and Password, where authentication is on. A user without the role
	// root can see all that is judged here.
	User, Password string
	// Grace is for how long what may pass by itself (a member that restarts, an
	// election, a learner) is held back. Zero reports it at once.
	Grace time.Duration
	// Timeout bounds what is asked of one member. Default: DefaultTimeout.
	Timeout time.Duration
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Detector looks at one etcd. It is for one goroutine at a time and keeps what
// it must remember between two looks.
type Detector struct {
	options Options
	grace   drift.Grace
}

var _ drift.Detector = (*Detector)(nil)

// New returns a detector. It connects to nothing before Detect, and holds no
// connection between two looks.
func New(o Options) *Detector {
	if o.Endpoints == nil {
		o.Endpoints = o.Want.Endpoints()
	}
	if o.DialContext == nil {
		o.DialContext = (&net.Dialer{}).DialContext
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Detector{options: o, grace: drift.Grace{Period: o.Grace}}
}

// Name implements drift.Detector.
func (*Detector) Name() string { return "etcd" }

// Layer implements drift.Detector.
func (*Detector) Layer() drift.Layer { return drift.LayerEtcd }

// Detect implements drift.Detector.
func (d *Detector) Detect(ctx context.Context) drift.Observation {
	o := d.options
	if o.Want.Presence == wanted.Absent {
		return drift.Observation{}
	}
	if len(o.Endpoints) == 0 {
		return drift.Observation{Unknowns: []drift.Unknown{d.unknown("", "no endpoint is known", "give the address of a member")}}
	}
	members := d.gather(ctx)
	lasting, passing := judge(&input{want: o.Want, members: members})
	out := drift.Observation{Findings: lasting, Unknowns: d.obstacles(members)}
	if ctx.Err() == nil { // else who did not answer was not given the time
		out.Findings = append(out.Findings, d.grace.Settled(passing, o.Now())...)
	}
	out.Sort()
	return out
}

// obstacles reports the members that said nothing, or not all.
func (d *Detector) obstacles(members []*member) []drift.Unknown {
	var unknowns []drift.Unknown
	for _, m := range members {
		if m.err != nil {
			reason, action := explain(m.err, d.options.Now)
			if m.part != "" {
				reason = m.part + ": " + reason
			}
			unknowns = append(unknowns, d.unknown(m.label, reason, action))
		}
	}
	return unknowns
}

func (d *Detector) unknown(endpoint, reason, action string) drift.Unknown {
	return drift.Unknown{Layer: drift.LayerEtcd, Code: codes.EtcdUnknown,
		Target: drift.Target{Object: d.options.Want.Workload.Object, Endpoint: endpoint}, Reason: reason, Action: action}
}
