// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package nats looks for drift inside NATS: what the servers say of themselves
// at their monitoring endpoint, in the system account and in JetStream's API,
// against what Git wants.
//
// Gathering and judging are apart: the rules are pure functions over what was
// gathered, in one ordered table. What could not be gathered is an Unknown.
//
// Settings are compared as they are at the moment of the look. While a release
// is being rolled out they differ rightly, so a caller should look only at a
// release that is ready, and must give Options.Grace to look again and again.
package nats

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

// Defaults of Options.
const (
	// DefaultTimeout bounds what is asked of one endpoint.
	DefaultTimeout = 5 * time.Second
	// DefaultConfigArrival is what a changed configuration may take to be loaded.
	DefaultConfigArrival = 3 * time.Minute
	// DefaultSlowWindow is for how long slow consumers are a warning after the
	// last one.
	DefaultSlowWindow = 10 * time.Minute
)

// Options say what to look at, and how.
type Options struct {
	// Want is what Git wants. Nothing is looked at where it is absent by design.
	Want wanted.NATS
	// Endpoints are the monitoring endpoints, one per server: a URL or a host
	// with a port (8222 unless given). Default: Want.Endpoints(), where there is
	// neither System nor Account.
	Endpoints []drift.Endpoint
	// Clients are client ports (4222 unless given) of servers of which no more
	// can be asked: a server greets with its version and limits before any login.
	// Default: the address of an external NATS without Endpoints and System.
	Clients []drift.Endpoint
	// System is a login of the system account; it also shows servers that have
	// no endpoint. Optional.
	System *Login
	// Account is a login of the account that holds the streams; needed only
	// where neither Endpoints nor System show them. Optional.
	Account *Login
	// DialContext opens every connection. Default: a net.Dialer.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is used for https and tls addresses. Default: the system's roots.
	TLS *tls.Config
	// ConfigChanged returns when the servers' configuration was last changed in
	// the cluster, as managedFields of its ConfigMap tell; zero or nil when that
	// is not known.
	ConfigChanged func() time.Time
	// ConfigArrival is what a changed configuration may take to be loaded: the
	// kubelet brings it, and the reloader sees it. Default: DefaultConfigArrival.
	ConfigArrival time.Duration
	// Grace is for how long what may pass by itself (a server that restarts, an
	// election, a stream that catches up) is held back. Zero reports it at once.
	Grace time.Duration
	// Timeout bounds what is asked of one endpoint. Default: DefaultTimeout.
	Timeout time.Duration
	// SlowWindow is for how long slow consumers are a warning. Default: DefaultSlowWindow.
	SlowWindow time.Duration
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Detector looks at one NATS. It is for one goroutine at a time and keeps what
// it must remember between two looks.
type Detector struct {
	options Options
	grace   drift.Grace
	slow    slowMemory
}

var _ drift.Detector = (*Detector)(nil)

// New returns a detector. It connects to nothing before Detect, and holds no
// connection between two looks.
func New(o Options) *Detector {
	if o.Endpoints == nil && o.System == nil && o.Account == nil {
		o.Endpoints = o.Want.Endpoints()
	}
	if o.Clients == nil && len(o.Endpoints) == 0 && o.System == nil && o.Want.Presence == wanted.External {
		o.Clients = externalClients(o.Want.Address)
	}
	if o.DialContext == nil {
		o.DialContext = (&net.Dialer{}).DialContext
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.ConfigArrival <= 0 {
		o.ConfigArrival = DefaultConfigArrival
	}
	if o.SlowWindow <= 0 {
		o.SlowWindow = DefaultSlowWindow
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Detector{options: o, grace: drift.Grace{Period: o.Grace}}
}

// Name implements drift.Detector.
func (*Detector) Name() string { return "nats" }

// Layer implements drift.Detector.
func (*Detector) Layer() drift.Layer { return drift.LayerNATS }

// Detect implements drift.Detector.
func (d *Detector) Detect(ctx context.Context) drift.Observation {
	if d.options.Want.Presence == wanted.Absent {
		return drift.Observation{}
	}
	seen := d.gather(ctx)
	now := d.options.Now()
	in := &input{want: d.options.Want, look: seen, now: now, configArrival: d.options.ConfigArrival,
		slow: d.slow.update(seen.servers, now, d.options.SlowWindow)}
	if d.options.ConfigChanged != nil {
		in.configChanged = d.options.ConfigChanged()
	}
	lasting, passing := judge(in)
	out := drift.Observation{Findings: lasting, Unknowns: seen.unknowns}
	if ctx.Err() == nil { // else who did not answer was not given the time
		out.Findings = append(out.Findings, d.grace.Settled(passing, now)...)
	}
	out.Sort()
	return out
}

// unknown reports what could not be looked at.
func (d *Detector) unknown(endpoint, reason, action string) drift.Unknown {
	return drift.Unknown{Layer: drift.LayerNATS, Code: codes.NATSUnknown,
		Target: drift.Target{Object: d.options.Want.Workload.Object, Endpoint: endpoint}, Reason: reason, Action: action}
}

// obstacle reports an error of an endpoint; what says what was asked of it.
func (d *Detector) obstacle(endpoint, what string, err error) drift.Unknown {
	reason, action := explain(err, d.options.Now)
	if what != "" {
		reason = what + ": " + reason
	}
	return d.unknown(endpoint, reason, action)
}
