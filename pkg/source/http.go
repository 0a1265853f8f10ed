// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
)

// httpSession speaks Git's smart HTTP protocol.
type httpSession struct {
	transport.UploadPackSession
	job    *job
	client *boundedTransport
}

func dialHTTP(j *job) (session, error) {
	rt, err := httpTransport(j.opts)
	if err != nil {
		return nil, err
	}
	auth, err := httpAuth(j.opts.Auth)
	if err != nil {
		return nil, err
	}
	port, _ := strconv.Atoi(j.loc.url.Port())
	host := j.loc.url.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	ep := &transport.Endpoint{
		Protocol: strings.ToLower(j.loc.url.Scheme), Host: host, Port: port,
		Path: strings.TrimRight(j.loc.url.EscapedPath(), "/"),
	}
	client := &boundedTransport{next: rt, limit: j.opts.Limits.MaxFetchBytes}
	s, err := githttp.NewClient(&http.Client{Transport: client}).NewUploadPackSession(ep, auth)
	if err != nil {
		return nil, httpError(j, err)
	}
	return &httpSession{s, j, client}, nil
}

// httpTransport is a transport of our own: no connection outlives the session.
func httpTransport(o GitOptions) (*http.Transport, error) {
	rt := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   20 * time.Second,
		ExpectContinueTimeout: time.Second,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if o.ProxyURL != "" {
		u, err := url.Parse(o.ProxyURL)
		if err != nil || u.Host == "" {
			return nil, invalid("the proxy URL cannot be understood", "write it as http://host:port")
		}
		rt.Proxy = http.ProxyURL(u)
	}
	if len(o.CABundle) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(o.CABundle) {
			return nil, invalid("the CA bundle holds no certificate", "give PEM blocks that begin with BEGIN CERTIFICATE")
		}
		rt.TLSClientConfig.RootCAs = pool
	}
	return rt, nil
}

func httpAuth(a *Auth) (transport.AuthMethod, error) {
	switch {
	case a == nil:
		return nil, nil
	case a.BearerToken != "" && a.Password != "":
		return nil, invalid("both a password and a bearer token are given", "keep the one that the server expects")
	case a.BearerToken != "":
		return &githttp.TokenAuth{Token: a.BearerToken}, nil
	case a.Password != "" || a.Username != "":
		return &githttp.BasicAuth{Username: a.user(), Password: a.Password}, nil
	}
	return nil, nil
}

func (s *httpSession) advertised(ctx context.Context) (*packp.AdvRefs, error) {
	adv, err := s.AdvertisedReferencesContext(ctx)
	if err != nil {
		return nil, httpError(s.job, err)
	}
	if s.client.multiACK { // go-git has taken it out of the list
		if err := adv.Capabilities.Set(capability.MultiACKDetailed); err != nil {
			return nil, err
		}
	}
	return adv, nil
}

func (s *httpSession) uploadPack(ctx context.Context, req *packp.UploadPackRequest) (io.ReadCloser, error) {
	resp, err := s.UploadPack(ctx, req)
	if err != nil {
		return nil, httpError(s.job, err)
	}
	return resp, nil
}

func (s *httpSession) Close() error {
	err := s.UploadPackSession.Close()
	s.client.next.CloseIdleConnections()
	return err
}

// httpError classifies what go-git's HTTP transport returns.
func httpError(j *job, err error) error {
	var own *Error
	var status *githttp.Err
	var badCert *tls.CertificateVerificationError
	var opaque *plumbing.UnexpectedError
	if errors.As(err, &opaque) { // it has no Unwrap
		err = opaque.Err
	}
	text := j.clean(err.Error())
	switch {
	case errors.As(err, &own):
		return own
	case refusedText(text):
		return errRefused
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed):
		return unauthorized(j.opts.Auth != nil)
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return &Error{
			Kind: ErrNotFound, Reason: "the server knows no such repository",
			Fix: "check the URL; some servers also answer so when the credentials do not allow access",
		}
	case errors.Is(err, transport.ErrEmptyRemoteRepository):
		return emptyRepository()
	case errors.As(err, &badCert):
		return &Error{
			Kind: ErrUnreachable, Reason: "the server's certificate is not trusted: " + text,
			Fix: "give the certificate of its authority as CA bundle, and check the host name",
		}
	case errors.As(err, &status):
		return &Error{
			Kind: ErrUnreachable, Reason: "the server answered with HTTP status " + strconv.Itoa(status.StatusCode()),
			Fix: "check the URL, and try again later if the status is 429 or 5xx",
		}
	}
	return unreachableOrNoGit(err, text)
}

// unreachableOrNoGit tells a network failure from an answer that is not Git.
func unreachableOrNoGit(err error, text string) error {
	var network *url.Error
	if errors.As(err, &network) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &Error{
			Kind: ErrUnreachable, Reason: "the server cannot be reached: " + text,
			Fix: "check host name, port, network and proxy",
		}
	}
	return &Error{
		Kind: ErrCorrupt, Reason: "the server's answer is not that of a Git server: " + text,
		Fix: "check that the URL is that of a Git repository, and that its answer is complete",
	}
}

func unauthorized(given bool) *Error {
	e := &Error{Kind: ErrUnauthorized, Reason: "the server asks for credentials", Fix: "give a user name and a password or access token"}
	if given {
		e.Reason = "the server refuses the credentials"
		e.Fix = "check that the token or key is valid, has not expired and may read this repository"
	}
	return e
}

func emptyRepository() *Error {
	return &Error{Kind: ErrNotFound, Reason: "the repository is empty", Fix: "push a commit to it first"}
}

// boundedTransport limits the bytes of every answer: those with the refs to a
// fixed size, those with a pack to the limit plus some framing. It serves one
// session, one request after the other.
type boundedTransport struct {
	next     *http.Transport
	limit    int64
	multiACK bool // the server offers multi_ack_detailed
}

func (b *boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		const errorPage = 64 << 10
		resp.Body = &boundedBody{ReadCloser: resp.Body, left: errorPage, cut: true}
		return resp, nil
	}
	body := &boundedBody{ReadCloser: resp.Body, left: b.limit + b.limit/8 + 1<<20, limit: b.limit}
	resp.Body = body
	if r.Method == http.MethodGet {
		body.left = min(body.left, maxAdvertisedBytes)
		const firstLines = 4 << 10
		head := bufio.NewReaderSize(body, firstLines)
		peek, _ := head.Peek(firstLines) // an error comes again on reading
		b.multiACK = bytes.Contains(peek, []byte(" "+capability.MultiACKDetailed.String()))
		resp.Body = struct {
			io.Reader
			io.Closer
		}{head, body}
	}
	return resp, nil
}

type boundedBody struct {
	io.ReadCloser
	left, limit int64
	cut         bool // end quietly instead of failing: an error page
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		if b.cut {
			return 0, io.EOF
		}
		return 0, fetchTooLarge(b.limit)
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}
