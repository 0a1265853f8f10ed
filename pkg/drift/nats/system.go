// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
)

// Login is how to connect to NATS as a client.
type Login struct {
	// URLs of servers: "nats://…" or "tls://…". One that can be reached is enough.
	URLs []string
	// User and Password, or Token, or the content of a credentials file.
	User, Password, Token string
	Credentials           []byte
}

// How long is waited for servers to answer a question to all.
const (
	// idle is how long after the last answer no more are expected.
	idle = 300 * time.Millisecond
	// maxServers bounds the servers that are taken note of.
	maxServers = 256
)

// dialer opens nats.go's connections by the given function.
type dialer struct {
	ctx  context.Context //nolint:containedctx // nats.go's interface has none
	dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Dial implements nats.CustomDialer.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.dial(d.ctx, network, address)
}

// connect logs in. Only the context bounds it, and nothing reconnects.
func (d *Detector) connect(ctx context.Context, l *Login) (*nats.Conn, error) {
	options := []nats.Option{
		nats.Name("dynamo-gitops drift"), nats.NoReconnect(), nats.Timeout(d.options.Timeout), nats.DontRandomize(),
		nats.SetCustomDialer(dialer{ctx, d.options.DialContext}), nats.IgnoreDiscoveredServers(),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // else nats.go writes to standard error
	}
	if d.options.TLS != nil {
		options = append(options, secureOption(d.options.TLS.Clone(), l.URLs))
	}
	switch {
	case len(l.Credentials) > 0:
		options = append(options, nats.UserCredentialBytes(l.Credentials))
	case l.Token != "":
		options = append(options, nats.Token(l.Token))
	case l.User != "":
		options = append(options, nats.UserInfo(l.User, l.Password))
	}
	conn, err := nats.Connect(strings.Join(l.URLs, ","), options...)
	if err != nil {
		return nil, withoutSecrets(err, l)
	}
	return conn, nil
}

// withoutSecrets replaces an error that repeats what nobody may read.
func withoutSecrets(err error, l *Login) error {
	secrets := append([]string{l.Password, l.Token}, l.URLs...)
	for _, secret := range secrets {
		if secret != "" && strings.Contains(err.Error(), secret) {
			return errors.New("the connection failed")
		}
	}
	return err
}

// label names a login without its secrets.
func (l *Login) label(kind string) string {
	var hosts []string
	for _, u := range l.URLs {
		hosts = append(hosts, drift.Host(u, "4222"))
	}
	return drift.Line(kind + " at " + strings.Join(hosts, ", "))
}

// askSystem asks all servers of the cluster by way of one.
func (d *Detector) askSystem(ctx context.Context) ([]*server, []drift.Unknown) {
	label := d.options.System.label("system account")
	ctx, cancel := context.WithTimeout(ctx, d.options.Timeout)
	defer cancel()
	conn, err := d.connect(ctx, d.options.System)
	if err != nil {
		return nil, []drift.Unknown{d.obstacle(label, "", err)}
	}
	defer conn.Close()
	answers, err := askAll(ctx, conn, "$SYS.REQ.SERVER.PING.VARZ")
	if err != nil {
		return nil, []drift.Unknown{d.obstacle(label, "", err)}
	}
	var (
		servers  []*server
		unknowns []drift.Unknown
	)
	for _, data := range answers {
		s := &server{}
		if s.varz, err = decodeVarz(data); err != nil {
			unknowns = append(unknowns, d.obstacle(label, "varz", err))
			continue
		}
		servers = append(servers, s)
		unknowns = append(unknowns, d.askMore(s, drift.Line(s.varz.Name), map[string]func() ([]byte, error){
			"healthz": func() ([]byte, error) { return askOne(ctx, conn, s.varz.ID, "HEALTHZ", `{"js-server-only":true}`) },
			"jsz": func() ([]byte, error) {
				return askOne(ctx, conn, s.varz.ID, "JSZ", `{"accounts":true,"streams":true,"config":true}`)
			},
			"routez": func() ([]byte, error) { return askOne(ctx, conn, s.varz.ID, "ROUTEZ", "") },
		})...)
	}
	return servers, unknowns
}

// askAll collects the answers of all servers until no more come.
func askAll(ctx context.Context, conn *nats.Conn, subject string) ([][]byte, error) {
	inbox, err := conn.SubscribeSync(conn.NewInbox())
	if err != nil {
		return nil, err
	}
	if err := conn.PublishRequest(subject, inbox.Subject, nil); err != nil {
		return nil, err
	}
	first, err := inbox.NextMsgWithContext(ctx)
	if errors.Is(err, nats.ErrNoResponders) || errors.Is(conn.LastError(), nats.ErrPermissionViolation) {
		return nil, errNotSystem
	}
	var answers [][]byte
	for message := first; err == nil && len(answers) < maxServers; message, err = nextSoon(ctx, inbox) {
		data, err := opened(message.Data)
		if err != nil {
			return nil, err
		}
		answers = append(answers, data)
	}
	if len(answers) == 0 {
		return nil, err
	}
	return answers, nil // that no more came is how it ends
}

func nextSoon(ctx context.Context, inbox *nats.Subscription) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, idle)
	defer cancel()
	return inbox.NextMsgWithContext(ctx)
}

func askOne(ctx context.Context, conn *nats.Conn, id, what, options string) ([]byte, error) {
	if strings.ContainsAny(id, ".*> \t\r\n") {
		return nil, fmt.Errorf("%w: its server_id is none", errNonsense)
	}
	message, err := conn.RequestWithContext(ctx, "$SYS.REQ.SERVER."+id+"."+what, []byte(options))
	if err != nil {
		return nil, err
	}
	return opened(message.Data)
}

// opened takes the answer out of the envelope of the system account.
func opened(envelope []byte) ([]byte, error) {
	var e struct {
		Data  json.RawMessage `json:"data"`
		Error *struct {
			Description string `json:"description"`
		} `json:"error"`
	}
	if err := decode(envelope, &e); err != nil {
		return nil, err
	}
	if e.Error != nil && len(e.Data) == 0 {
		return nil, fmt.Errorf("%w: %s", errNonsense, drift.Line(e.Error.Description))
	}
	return e.Data, nil
}

// askAccount lists the streams of one account.
func (d *Detector) askAccount(ctx context.Context) ([]stream, []drift.Unknown) {
	label := d.options.Account.label("account")
	ctx, cancel := context.WithTimeout(ctx, d.options.Timeout)
	defer cancel()
	conn, err := d.connect(ctx, d.options.Account)
	if err != nil {
		return nil, []drift.Unknown{d.obstacle(label, "", err)}
	}
	defer conn.Close()
	api, err := jetstream.New(conn)
	if err != nil {
		return nil, []drift.Unknown{d.obstacle(label, "", err)}
	}
	if _, err := api.AccountInfo(ctx); err != nil {
		return nil, []drift.Unknown{d.obstacle(label, "JetStream", err)}
	}
	var streams []stream
	list := api.ListStreams(ctx)
	for info := range list.Info() {
		if len(streams) < maxStreams {
			streams = append(streams, fromAPI(info))
		}
	}
	if err := list.Err(); err != nil {
		return streams, []drift.Unknown{d.obstacle(label, "streams", err)}
	}
	return streams, nil
}

func fromAPI(info *jetstream.StreamInfo) stream {
	s := stream{Name: info.Config.Name}
	s.Config = &struct {
		Replicas int `json:"num_replicas"`
	}{info.Config.Replicas}
	if info.Cluster == nil {
		return s
	}
	s.Cluster = &group{Leader: info.Cluster.Leader}
	for _, p := range info.Cluster.Replicas {
		s.Cluster.Replicas = append(s.Cluster.Replicas, peer{Name: p.Name, Current: p.Current, Offline: p.Offline, Active: p.Active, Lag: p.Lag})
	}
	return s
}
