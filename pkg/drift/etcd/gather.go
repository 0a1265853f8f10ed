// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"errors"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

const (
	// concurrency is how many members are asked at once.
	concurrency = 8
	// maxAnswer is the most that is read of an answer.
	maxAnswer = 4 << 20
	// probeKey is asked for, and never there, to learn whether that is allowed.
	probeKey = "dynamo-gitops/probe"
)

// authState is what is known of authentication.
type authState int

const (
	authUnknown authState = iota
	authOn
	authOff
)

// listed is an entry of the list of members.
type listed struct {
	id      uint64
	name    string
	learner bool
	clients []string
}

// report is what a member says of itself.
type report struct {
	cluster, id, leader  uint64
	term, index, applied uint64
	version              string
	dbSize, dbInUse      int64
	quota                int64 // 0 before 3.6
	learner              bool
	errors               []string
}

// member is one endpoint with what could be learnt of it.
type member struct {
	label string
	// err says why something is not known; part what, empty for all.
	err  error
	part string
	// plain says that the member does not speak TLS where the address does.
	plain  bool
	status *report
	list   []listed
	auth   authState
}

// gather asks every endpoint, a few at once.
func (d *Detector) gather(ctx context.Context) []*member {
	members := make([]*member, len(d.options.Endpoints))
	var wait sync.WaitGroup
	slots := make(chan struct{}, concurrency)
	for i, e := range d.options.Endpoints {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			members[i] = d.ask(ctx, e)
		})
	}
	wait.Wait()
	return members
}

// ask asks one member. One that hangs up may have been asked with TLS where it
// has none, or the other way round.
func (d *Detector) ask(ctx context.Context, e drift.Endpoint) *member {
	ctx, cancel := context.WithTimeout(ctx, d.options.Timeout)
	defer cancel()
	m := &member{label: e.String()}
	d.askAll(ctx, m, e)
	switch secure := isSecure(e); {
	case !hungUp(m.err):
	case secure && d.speaksPlain(ctx, e):
		m.err, m.plain = errSpeaksPlain, true
	case !secure && d.speaksTLS(ctx, e):
		m.err = errSpeaksTLS
	}
	return m
}

// askAll asks a member everything. The first connection that fails ends it, with
// the reason.
func (d *Detector) askAll(ctx context.Context, m *member, e drift.Endpoint) *member {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	m.auth = d.probeAuth(ctx, e, fail)
	if ctx.Err() != nil {
		return m.failed(ctx, ctx.Err(), "")
	}
	if m.auth == authOn && d.options.User == "" {
		return m.failed(ctx, errNoUser, "")
	}
	user := ""
	if m.auth != authOff {
		user = d.options.User
	}
	client, err := d.client(ctx, e, user, fail)
	if err != nil {
		return m.failed(ctx, err, "")
	}
	defer client.Close()
	answer, err := client.Status(ctx, client.Endpoints()[0])
	if err != nil {
		return m.failed(ctx, err, "")
	}
	if answer.Version == "" || answer.Header == nil {
		return m.failed(ctx, errNonsense, "")
	}
	m.status = fromStatus(answer)
	list, err := client.MemberList(ctx, clientv3.WithSerializable())
	if err != nil {
		return m.failed(ctx, err, "members")
	}
	for _, l := range list.Members {
		m.list = append(m.list, listed{id: l.ID, name: drift.Line(l.Name), learner: l.IsLearner, clients: l.ClientURLs})
	}
	if m.auth == authUnknown && d.options.Want.Auth != wanted.Unsaid {
		return m.failed(ctx, errAuthUnknown, "authentication")
	}
	return m
}

// failed notes why a member is not known; what made a connection fail says more
// than that the context ended.
func (m *member) failed(ctx context.Context, err error, part string) *member {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	m.err, m.part = err, part
	return m
}

// probeAuth asks for a key without a login, which a member refuses where
// authentication is on. That is asked of the member alone and leaves no trace.
func (d *Detector) probeAuth(ctx context.Context, e drift.Endpoint, fail context.CancelCauseFunc) authState {
	client, err := d.client(ctx, e, "", fail)
	if err != nil {
		return authUnknown
	}
	defer client.Close()
	_, err = client.Get(ctx, probeKey, clientv3.WithSerializable(), clientv3.WithCountOnly())
	switch {
	case isAuthError(err):
		return authOn
	case err != nil:
		return authUnknown
	case !d.hasCertificate():
		return authOff
	case d.options.Want.Auth != wanted.Unsaid:
		return askAuth(ctx, client, d.options.Timeout/4)
	default:
		return authUnknown
	}
}

// askAuth asks whether authentication is on, where a certificate may have stood
// for a user who may read anything. The question goes through etcd's log and
// needs a majority, so it is asked only where it matters, and not for long.
func askAuth(ctx context.Context, client *clientv3.Client, timeout time.Duration) authState {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	answer, err := client.AuthStatus(ctx)
	switch {
	case isAuthError(err), err == nil && answer.Enabled:
		return authOn
	case err == nil:
		return authOff
	default:
		return authUnknown
	}
}

func (d *Detector) hasCertificate() bool {
	config := d.options.TLS
	return config != nil && (len(config.Certificates) > 0 || config.GetClientCertificate != nil)
}

func fromStatus(a *clientv3.StatusResponse) *report {
	return &report{
		cluster: a.Header.ClusterId, id: a.Header.MemberId, leader: a.Leader,
		term: a.RaftTerm, index: a.RaftIndex, applied: a.RaftAppliedIndex,
		version: drift.Line(a.Version), dbSize: a.DbSize, dbInUse: a.DbSizeInUse, quota: a.DbSizeQuota,
		learner: a.IsLearner, errors: a.Errors,
	}
}
