// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// call is one fetch over the network. It is used by one goroutine, but for
// credentials, which the registry client may ask for.
type call struct {
	f       *Fetcher
	t       *target
	client  *http.Client
	secrets []string
	helper  *HelperError
}

func (f *Fetcher) newCall(t *target) *call {
	return &call{f: f, t: t, client: f.client(t.AllowInsecure), secrets: t.Credential.secrets()}
}

// download is an archive as it came, with the digest that the repository
// states for it, or "".
type download struct {
	data   []byte
	stated string
}

// run fetches the archive and turns every failure into a clean *Error.
func (c *call) run(ctx context.Context) (*download, error) {
	ctx, cancel := context.WithTimeout(ctx, c.f.timeout)
	defer cancel()
	var d *download
	var err error
	if c.t.scheme == schemeOCI {
		d, err = c.fromRegistry(ctx, c.t.url.Host, strings.TrimPrefix(c.t.url.Path+"/"+c.t.name, "/"), tagOf(c.t.version))
	} else {
		d, err = c.fromRepository(ctx)
	}
	if err != nil {
		return nil, c.failure(ctx, err)
	}
	return d, nil
}

// failure classifies err, adds what is known about credential helpers and cleans it.
func (c *call) failure(ctx context.Context, err error) *Error {
	e := about(classify(ctx, err), c.t, scrubber(c.secrets))
	if errors.Is(e, ErrUnauthorized) && c.helper != nil {
		e.Reason += "; " + printable(c.helper.Error())
		e.Fix = "give user name and password directly, or log in so that the Docker configuration holds them itself"
	}
	return e
}

func classify(ctx context.Context, err error) error {
	var own *Error
	var network *url.Error
	var status *errcode.ErrorResponse
	var timeout net.Error
	if stopped := interrupted(ctx); stopped != nil {
		return stopped
	}
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &status):
		return statusError(&http.Response{StatusCode: status.StatusCode}, time.Time{})
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return statusError(&http.Response{StatusCode: http.StatusUnauthorized}, time.Time{})
	case errors.Is(err, errdef.ErrNotFound):
		return statusError(&http.Response{StatusCode: http.StatusNotFound}, time.Time{})
	case errors.As(err, &timeout) && timeout.Timeout():
		return timedOut(nil)
	case errors.As(err, &network):
		return unreachable(network.Err)
	}
	return corrupt("the server's answer makes no sense: " + err.Error())
}

func unreachable(err error) *Error {
	var cert *tls.CertificateVerificationError
	if errors.As(err, &cert) {
		return &Error{
			Kind: ErrUnreachable, Reason: "the server's certificate is not trusted: " + cert.Err.Error(),
			Fix: "give the certificate of its authority as CA bundle, and check the host name",
		}
	}
	return &Error{
		Kind: ErrUnreachable, Reason: "the server cannot be reached, or the connection was lost: " + err.Error(),
		Fix: "check host name, port, network and proxy",
	}
}

// credential finds what to open a server with: what the request holds for the
// repository's own origin, otherwise what the source knows of the host.
func (c *call) credential(ctx context.Context, u *url.URL) (Credential, error) {
	if !c.t.Credential.IsZero() && sameOrigin(u, c.origin()) {
		return c.t.Credential, nil
	}
	if c.f.credentials == nil {
		return Credential{}, nil
	}
	found, err := c.f.credentials.Credential(ctx, u.Host)
	var helper *HelperError
	if errors.As(err, &helper) {
		c.helper = helper
		return Credential{}, nil
	}
	if err == nil {
		err = found.check()
	}
	if err != nil {
		return Credential{}, &Error{
			Kind:   ErrUnauthorized,
			Reason: "the credentials for " + u.Host + " cannot be read",
			Fix:    "check the source of the credentials",
		}
	}
	c.secrets = append(c.secrets, found.secrets()...)
	return found, nil
}

// origin is the repository's URL with the scheme that is spoken.
func (c *call) origin() *url.URL {
	if c.t.scheme == schemeOCI {
		return registryURL(c.t.url.Host, c.t.AllowInsecure)
	}
	return c.t.url
}

func registryURL(host string, allowInsecure bool) *url.URL {
	if allowInsecure {
		return &url.URL{Scheme: "http", Host: host}
	}
	return &url.URL{Scheme: "https", Host: host}
}

// sameOrigin compares scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && hostPort(a) == hostPort(b)
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[strings.ToLower(u.Scheme)]
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}
