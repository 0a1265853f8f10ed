// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// bound is the limit on the answer to a request, carried by its context.
type bound struct {
	limit   string // field of Limits; empty for answers without one
	maximum int64
	what    string
}

type boundKey struct{}

func withBound(ctx context.Context, b bound) context.Context {
	return context.WithValue(ctx, boundKey{}, b)
}

func boundOf(ctx context.Context) bound {
	if b, ok := ctx.Value(boundKey{}).(bound); ok {
		return b
	}
	return bound{maximum: maxAnswer, what: "the server's answer"}
}

// patience says how failures that may pass are treated.
type patience struct {
	attempts int           // requests per URL, at least 1
	backoff  time.Duration // before the second attempt, doubled each time
	maximum  time.Duration // the longest wait, Retry-After included
	now      func() time.Time
	sleep    func(context.Context, time.Duration) error
}

// transport is an http.RoundTripper that reads every answer to its end within
// its bound, so that a lost connection is noticed here and tried again like any
// other failure that may pass: 429, 5xx, no connection. It is safe for
// concurrent use.
type transport struct {
	next http.RoundTripper
	patience
}

// RoundTrip returns an answer whose body is in memory. Status 429 and 5xx are
// errors of type *Error once patience is at its end.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		resp, err := t.once(req)
		wait, again := t.verdict(req.Context(), resp, err, attempt)
		if !again {
			if err == nil && passing(resp.StatusCode) {
				return nil, statusError(resp, t.now())
			}
			return resp, err
		}
		if req.Body != nil && req.Body != http.NoBody {
			body, bodyErr := rewind(req)
			if bodyErr != nil {
				return resp, err
			}
			req = req.Clone(req.Context())
			req.Body = body
		}
		if err := t.sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

func rewind(req *http.Request) (io.ReadCloser, error) {
	if req.GetBody == nil {
		return nil, errors.New("the request cannot be sent twice")
	}
	return req.GetBody()
}

// once sends the request and reads the answer.
func (t *transport) once(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := readAnswer(resp, boundOf(req.Context()))
	if closeErr := resp.Body.Close(); err == nil && closeErr != nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

func readAnswer(resp *http.Response, b bound) ([]byte, error) {
	if resp.StatusCode >= http.StatusMultipleChoices {
		// An error page: what is beyond the bound, or lost, does not matter.
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorPage))
		return body, nil
	}
	head := resp.Request != nil && resp.Request.Method == http.MethodHead
	if !head && resp.ContentLength > b.maximum {
		return nil, tooLarge(b.limit, b.maximum, "", fmt.Sprintf("%s has %d bytes", b.what, resp.ContentLength))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, b.maximum+1))
	if int64(len(body)) > b.maximum {
		return nil, tooLarge(b.limit, b.maximum, "", b.what+" has more bytes than allowed")
	}
	return body, err
}

// passing reports whether a status may be another one soon.
func passing(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// verdict says whether to try again, and after which wait.
func (t *transport) verdict(ctx context.Context, resp *http.Response, err error, attempt int) (time.Duration, bool) {
	if attempt >= t.attempts || ctx.Err() != nil {
		return 0, false
	}
	wait := min(t.backoff<<(attempt-1), t.maximum)
	if err != nil {
		return wait, !lasting(err)
	}
	if !passing(resp.StatusCode) {
		return 0, false
	}
	if asked, ok := retryAfter(resp.Header, t.now()); ok {
		return asked, asked <= t.maximum
	}
	return wait, true
}

// lasting reports whether a failure will be the same next time.
func lasting(err error) bool {
	var own *Error
	var cert *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	var host *net.DNSError
	return errors.As(err, &own) || errors.As(err, &cert) || errors.As(err, &noTLS) || (errors.As(err, &host) && host.IsNotFound)
}

// retryAfter reads how long the server asks to wait, in either of its two forms.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}

// statusError classifies a status that is not a success.
func statusError(resp *http.Response, now time.Time) *Error {
	e := &Error{Status: resp.StatusCode}
	status := strconv.Itoa(resp.StatusCode)
	switch s := resp.StatusCode; {
	case s == http.StatusUnauthorized, s == http.StatusForbidden, s == http.StatusProxyAuthRequired:
		e.Kind = ErrUnauthorized
		e.Reason = "the server refuses access with HTTP status " + status
		e.Fix = "give credentials that may read this chart; some servers also answer so when it does not exist"
	case s == http.StatusNotFound, s == http.StatusGone:
		e.Kind = ErrNotFound
		e.Reason = "the server answers with HTTP status " + status
		e.Fix = "check the repository's URL; some servers also answer so when the credentials do not allow access"
	case s == http.StatusTooManyRequests:
		e.Kind = ErrRateLimited
		e.Reason = "the server limits the rate of requests (HTTP status 429)"
		e.Fix = "wait and try again, log in for a higher limit, or use a mirror or the cache"
	case s == http.StatusRequestTimeout:
		e.Kind = ErrTimeout
		e.Reason = "the server gave up waiting (HTTP status 408)"
		e.Fix = "check the network path to the server and try again"
	default:
		e.Kind = ErrServer
		e.Reason = "the server answers with HTTP status " + status
		e.Fix = "check the repository's URL, and try again later if the status is 5xx"
	}
	if asked, ok := retryAfter(resp.Header, now); ok && passing(resp.StatusCode) {
		e.RetryAfter = asked
		e.Reason += ", and asks to wait " + asked.Round(time.Second).String()
	}
	return e
}

// client returns an HTTP client that follows redirects without taking
// credentials, or the address it came from, to another origin.
func (f *Fetcher) client(allowInsecure bool) *http.Client {
	const maxRedirects = 10
	return &http.Client{
		Transport: f.transport,
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			first := via[0].URL
			switch {
			case len(via) > maxRedirects:
				return &Error{Kind: ErrServer, Reason: "the server redirects without end", Fix: "check the repository's URL"}
			case req.URL.Scheme != "https" && (req.URL.Scheme != "http" || !allowInsecure || first.Scheme == "https"):
				return &Error{
					Kind:   ErrServer,
					Reason: "the server redirects to a URL that is not encrypted",
					Fix:    "use a repository that serves its charts over https",
				}
			}
			req.Header.Del("Referer")
			for _, earlier := range via {
				if !sameOrigin(earlier.URL, req.URL) || !sameOrigin(earlier.URL, first) {
					req.Header.Del("Authorization")
				}
			}
			return nil
		},
	}
}

// newTransport is a transport of our own for a Fetcher that was given none.
func newTransport(o Options) (http.RoundTripper, error) {
	if o.Transport != nil {
		if len(o.CABundle) > 0 || len(o.ClientCertificates) > 0 {
			return nil, invalid("certificates are given besides a transport of the caller's", "configure them in the transport")
		}
		return o.Transport, nil
	}
	rt := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   20 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       30 * time.Second,
		MaxIdleConnsPerHost:   4,
		DisableCompression:    true, // the digest is that of the bytes sent
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, Certificates: o.ClientCertificates},
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
