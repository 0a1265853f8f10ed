// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the hash that known_hosts files use for host names
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// knownHost is one line of a known_hosts file.
type knownHost struct {
	marker string // "", "revoked" or "cert-authority"
	hosts  []string
	key    ssh.PublicKey
}

// parseKnownHosts reads a known_hosts file from memory; the library's own
// reader wants a file on disk. Like OpenSSH it passes over lines that it does
// not understand, such as keys of outdated kinds, unless they carry a marker.
func parseKnownHosts(data []byte) ([]knownHost, error) {
	const fix = "give the server's lines as ssh-keyscan prints them, after checking the fingerprint"
	var list []knownHost
	for line := range bytes.Lines(data) {
		marker, hosts, key, _, _, err := ssh.ParseKnownHosts(line)
		switch {
		case err == nil:
			list = append(list, knownHost{marker, hosts, key})
		case errors.Is(err, io.EOF): // empty or a comment
		case bytes.HasPrefix(bytes.TrimSpace(line), []byte("@")):
			return nil, invalid("a known_hosts line with a marker cannot be read", fix)
		}
	}
	if len(list) == 0 {
		return nil, invalid("no readable known_hosts line is given", fix)
	}
	return list, nil
}

// matches reports whether the line is for the host, written as in the file:
// "host", or "[host]:port" for a port other than 22.
func (k knownHost) matches(host string) bool {
	found := false
	for _, pattern := range k.hosts {
		pattern, negated := strings.CutPrefix(pattern, "!")
		if !matchHost(pattern, host) {
			continue
		}
		if negated {
			return false
		}
		found = true
	}
	return found
}

func matchHost(pattern, host string) bool {
	if fields := strings.Split(pattern, "|"); len(fields) == 4 && fields[0] == "" && fields[1] == "1" {
		salt, err1 := base64.StdEncoding.DecodeString(fields[2])
		want, err2 := base64.StdEncoding.DecodeString(fields[3])
		mac := hmac.New(sha1.New, salt)
		mac.Write([]byte(host))
		return err1 == nil && err2 == nil && hmac.Equal(mac.Sum(nil), want)
	}
	return wildcard(strings.ToLower(pattern), host)
}

// wildcard matches "*" and "?" in time linear in the product of the lengths.
func wildcard(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// hostKeys checks one server's key against the known hosts.
type hostKeys struct {
	host  string
	lines []knownHost
}

func newHostKeys(known []byte, host, port string) (*hostKeys, error) {
	all, err := parseKnownHosts(known)
	if err != nil {
		return nil, err
	}
	name := strings.ToLower(host)
	if port != "22" {
		name = "[" + name + "]:" + port
	}
	h := &hostKeys{host: name}
	for _, k := range all {
		if k.matches(name) {
			h.lines = append(h.lines, k)
		}
	}
	return h, nil
}

// algorithms lists the key algorithms for which a key is known, so that the
// server offers a key that can be compared. Empty means no preference.
func (h *hostKeys) algorithms() []string {
	var list []string
	for _, k := range h.lines {
		switch t := k.key.Type(); {
		case k.marker == "revoked":
		case k.marker == "cert-authority":
			return nil
		case t == ssh.KeyAlgoRSA:
			list = append(list, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		default:
			list = append(list, t)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// check is an ssh.HostKeyCallback.
func (h *hostKeys) check(_ string, _ net.Addr, key ssh.PublicKey) error {
	if cert, ok := key.(*ssh.Certificate); ok {
		return h.checkCertificate(cert)
	}
	other := false
	for _, k := range h.lines {
		same := bytes.Equal(k.key.Marshal(), key.Marshal())
		switch {
		case k.marker == "revoked" && same:
			return h.bad(key, "the server's key has been revoked", "do not use this server before its owner has explained why")
		case k.marker == "" && same && !h.revoked(key):
			return nil
		case k.marker == "":
			other = true
		}
	}
	if other {
		return h.bad(key, "the server's key is not the one in known_hosts: it has changed, or somebody poses as the server",
			"ask the server's owner for the new fingerprint and replace its known_hosts line only if it is this one")
	}
	return h.bad(key, "the server is not in known_hosts", "compare the fingerprint with the one its owner publishes, then add the line that ssh-keyscan prints")
}

func (h *hostKeys) revoked(key ssh.PublicKey) bool {
	return slices.ContainsFunc(h.lines, func(k knownHost) bool {
		return k.marker == "revoked" && bytes.Equal(k.key.Marshal(), key.Marshal())
	})
}

func (h *hostKeys) checkCertificate(cert *ssh.Certificate) error {
	checker := &ssh.CertChecker{
		IsHostAuthority: func(ca ssh.PublicKey, _ string) bool {
			return slices.ContainsFunc(h.lines, func(k knownHost) bool {
				return k.marker == "cert-authority" && bytes.Equal(k.key.Marshal(), ca.Marshal())
			})
		},
		IsRevoked: func(c *ssh.Certificate) bool { return h.revoked(c.Key) || h.revoked(c.SignatureKey) },
	}
	host := h.host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if err := checker.CheckHostKey(net.JoinHostPort(host, "22"), nil, cert); err != nil {
		return h.bad(cert.Key, "the server's certificate is not trusted", "add the @cert-authority line of its authority to known_hosts")
	}
	return nil
}

func (h *hostKeys) bad(key ssh.PublicKey, reason, fix string) *Error {
	return &Error{
		Kind:   ErrHostKey,
		Reason: fmt.Sprintf("%s (%s offers %s %s)", reason, h.host, key.Type(), ssh.FingerprintSHA256(key)),
		Fix:    fix,
	}
}
