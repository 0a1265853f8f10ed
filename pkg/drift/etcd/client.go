// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
)

var (
	// errNonsense is an answer that no etcd gives.
	errNonsense = errors.New("it does not answer as etcd does")
	// errSpeaksTLS is a TLS record where none was asked for.
	errSpeaksTLS = errors.New("it speaks TLS, and the address does not say so")
	// errSpeaksPlain is the other way round.
	errSpeaksPlain = errors.New("it does not speak TLS, and the address says so")
	// errAuthUnknown is authentication that could not be asked for.
	errAuthUnknown = errors.New("whether it is on cannot be learnt with a client certificate and without a majority")
	// errNoUser is authentication without a user to go with.
	errNoUser = errors.New("authentication is on, and no user is given")
)

// client makes a client of one endpoint. What makes a connection fail is given
// to fail, because etcd's client hides it and tries on until the context ends.
func (d *Detector) client(ctx context.Context, e drift.Endpoint, user string, fail context.CancelCauseFunc) (*clientv3.Client, error) {
	address := drift.Host(e.Address, "2379")
	config := clientv3.Config{
		Context: ctx, Endpoints: []string{address}, Logger: zap.NewNop(),
		MaxCallSendMsgSize: 1 << 20, MaxCallRecvMsgSize: maxAnswer, MaxUnaryRetries: 3,
		DialOptions: []grpc.DialOption{grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			conn, err := d.dial(ctx, e, address)
			if err != nil {
				fail(err)
				return nil, err
			}
			return &firstLook{Conn: conn, fail: fail}, nil
		})},
	}
	if user != "" {
		config.Username, config.Password = user, d.options.Password
	}
	return clientv3.New(config)
}

// dial connects, and shakes hands where the address is https.
func (d *Detector) dial(ctx context.Context, e drift.Endpoint, address string) (net.Conn, error) {
	conn, err := d.options.DialContext(ctx, "tcp", address)
	if err != nil || !isSecure(e) {
		return conn, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if d.options.TLS != nil {
		config = d.options.TLS.Clone()
	}
	if config.ServerName == "" {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			host = address
		}
		config.ServerName = host
	}
	config.NextProtos = []string{"h2"}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

func isSecure(e drift.Endpoint) bool { return strings.HasPrefix(e.Address, "https://") }

// speaksPlain says whether a member with an https address answers without TLS.
// No login is sent.
func (d *Detector) speaksPlain(ctx context.Context, e drift.Endpoint) bool {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	e.Address = "http://" + drift.Host(e.Address, "2379")
	client, err := d.client(ctx, e, "", fail)
	if err != nil {
		return false
	}
	defer client.Close()
	_, err = client.Get(ctx, probeKey, clientv3.WithSerializable(), clientv3.WithCountOnly())
	return err == nil || isAuthError(err)
}

// speaksTLS says whether a member with an http address shakes hands all the
// same, whether or not its certificate is trusted.
func (d *Detector) speaksTLS(ctx context.Context, e drift.Endpoint) bool {
	host := drift.Host(e.Address, "2379")
	e.Address = "https://" + host
	conn, err := d.dial(ctx, e, host)
	if err == nil {
		return conn.Close() == nil
	}
	var certificate *tls.CertificateVerificationError
	var alert tls.AlertError
	return errors.As(err, &certificate) || errors.As(err, &alert) || strings.Contains(err.Error(), "remote error: tls: ")
}

// hungUp says whether a server ended a connection without a word.
func hungUp(err error) bool {
	var record tls.RecordHeaderError
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.As(err, &record)
}

// firstLook watches how a connection begins: a server of HTTP/2 begins with its
// settings.
type firstLook struct {
	net.Conn
	fail  context.CancelCauseFunc
	begun []byte
}

// What a connection may begin with.
const (
	headerLength  = 4    // the length of a frame, and its kind
	settingsFrame = 0x04 // the kind
	tlsAlert      = 0x15 // the first byte of a record
)

// lastWords is how long is waited for what a server said before it hung up.
const lastWords = 100 * time.Millisecond

// Read implements net.Conn.
func (c *firstLook) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if len(c.begun) < headerLength {
		c.begun = append(c.begun, p[:min(n, headerLength-len(c.begun))]...)
		switch {
		case len(c.begun) > 0 && c.begun[0] == tlsAlert:
			c.fail(errSpeaksTLS)
		case len(c.begun) == headerLength && c.begun[headerLength-1] != settingsFrame:
			c.fail(errNonsense)
		case err != nil && !errors.Is(err, net.ErrClosed):
			c.fail(err)
		}
	} else if err != nil && strings.Contains(err.Error(), "remote error: tls: ") {
		c.fail(err)
	}
	return n, err
}

// Write implements net.Conn. A server that refuses the client's certificate says
// so after the handshake and hangs up; what it said is there to read even where
// the connection can no longer be written to.
func (c *firstLook) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err == nil || errors.Is(err, net.ErrClosed) {
		return n, err
	}
	if deadlineErr := c.SetReadDeadline(time.Now().Add(lastWords)); deadlineErr == nil {
		if _, said := c.Conn.Read(make([]byte, headerLength)); said != nil && strings.Contains(said.Error(), "remote error: tls: ") {
			c.fail(said)
		}
	}
	c.fail(err)
	return n, err
}

func isAuthError(err error) bool {
	for _, refusal := range []error{rpctypes.ErrUserEmpty, rpctypes.ErrPermissionDenied, rpctypes.ErrInvalidAuthToken, rpctypes.ErrAuthOldRevision} {
		if errors.Is(rpctypes.Error(err), refusal) {
			return true
		}
	}
	return false
}

// isDown says whether an error is that of a member that is not there, rather
// than one that does not want to talk.
func isDown(err error) bool {
	var dns *net.DNSError
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EHOSTUNREACH) ||
		errors.Is(err, io.EOF) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &dns) ||
		status.Code(err) == codes.DeadlineExceeded
}

// explain says why a member could not be asked, and what to do.
func explain(err error, now func() time.Time) (reason, action string) {
	refused := rpctypes.Error(err)
	switch {
	case errors.Is(err, errNonsense):
		return err.Error(), "check that the address is etcd's port for clients, 2379 in the chart"
	case errors.Is(err, errSpeaksTLS):
		return err.Error(), "use an address with https://, and give the CA"
	case errors.Is(err, errAuthUnknown):
		return err.Error(), "bring back a majority of the members"
	case errors.Is(err, errSpeaksPlain):
		return err.Error(), "use an address with http://, or turn TLS on"
	case errors.Is(err, errNoUser), errors.Is(refused, rpctypes.ErrUserEmpty):
		return errNoUser.Error(), "give a user"
	case errors.Is(refused, rpctypes.ErrAuthFailed):
		return "the login was refused", "give a user and password that are valid"
	case isAuthError(err):
		return "the login may not ask this", "give another user"
	case status.Code(err) == codes.ResourceExhausted:
		return "its answer is too large, or it has no room", "look with etcdctl endpoint status"
	case status.Code(err) == codes.Unimplemented, status.Code(err) == codes.Internal:
		return errNonsense.Error(), "check that the address is etcd's port for clients, 2379 in the chart"
	case status.Code(err) == codes.DeadlineExceeded:
		return drift.Explain(context.DeadlineExceeded, now)
	case status.Code(err) == codes.Canceled:
		return drift.Explain(context.Canceled, now)
	}
	return drift.Explain(err, now)
}
