// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package drift

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
	"unicode"
)

// maxLine is the most characters that Line lets through.
const maxLine = 240

// Line makes text that came from elsewhere fit for a reason or a value: one
// line, printable, bounded.
func Line(text string) string {
	var b strings.Builder
	count, space := 0, false
	for _, r := range text {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			space = b.Len() > 0
			continue
		}
		if count >= maxLine {
			b.WriteString("…")
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
		count++
	}
	return b.String()
}

// Explain says why an endpoint could not be reached, and what to do, each in
// one line. Addresses and credentials that the error holds are not shown.
// The clock tells how long a certificate has been expired; nil leaves it out.
func Explain(err error, now func() time.Time) (reason, action string) {
	if reason, action, ok := explainCertificate(err, now); ok {
		return reason, action
	}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return Line("its name could not be resolved: " + dns.Err), "check the address, or look from where its name is known"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused", "check that its pod runs and the port is right"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was reset", "check that the port speaks what is expected, with or without TLS"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to it", "check the address, the pod's node and NetworkPolicies"
	case errors.Is(err, context.Canceled):
		return "the look was cancelled", "run it again"
	case isTimeout(err):
		return "it did not answer in time", "check its load and its disk, and NetworkPolicies on the way"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), closedIdle(err):
		return "it closed the connection", "check that the port speaks what is expected, with or without TLS"
	}
	return Line(innermost(err)), "look at the log of its pod"
}

// closedIdle is for an error of net/http that has no name: the server closed the
// connection in the moment before the request was written.
func closedIdle(err error) bool {
	return strings.HasSuffix(text(err), "http: server closed idle connection")
}

func explainCertificate(err error, now func() time.Time) (reason, action string, ok bool) {
	var (
		invalid   x509.CertificateInvalidError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return expired(invalid.Cert, now), "renew the certificate and let the server load it", true
	case errors.As(err, &invalid):
		return Line("its certificate is not valid: " + invalid.Error()), "issue a certificate for servers", true
	case errors.As(err, &authority):
		return "its certificate is signed by an authority that is not trusted", "give the CA that signed it", true
	case errors.As(err, &host):
		return "its certificate is for another name", "issue one for the name, or give the name that it is for", true
	case errors.As(err, &record):
		return "it does not speak TLS", "use an address without TLS, or turn TLS on", true
	case errors.As(err, &alert):
		return Line("it refused the TLS handshake: " + strings.TrimPrefix(alert.Error(), "tls: ")), "give a client certificate that it trusts", true
	case strings.Contains(text(err), "remote error: tls: "):
		_, alert, _ := strings.Cut(text(err), "remote error: tls: ")
		return Line("it refused the TLS handshake: " + alert), "give a client certificate that it trusts", true
	case strings.Contains(text(err), "server gave HTTP response to HTTPS client"):
		return "it does not speak TLS", "use an address without TLS, or turn TLS on", true
	}
	return "", "", false
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func expired(cert *x509.Certificate, now func() time.Time) string {
	switch {
	case cert == nil:
		return "its certificate has expired or is not yet valid"
	case now != nil && now().Before(cert.NotBefore):
		return fmt.Sprintf("its certificate is not valid before %s", cert.NotBefore.UTC().Format(time.RFC3339))
	default:
		return fmt.Sprintf("its certificate expired on %s", cert.NotAfter.UTC().Format(time.RFC3339))
	}
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

// innermost is the message of an error without the address that url.Error and
// net.OpError put before it.
func innermost(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	if err == nil {
		return "it failed without a reason"
	}
	return err.Error()
}
