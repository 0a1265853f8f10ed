// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package drift

import (
	"net/url"
	"strings"
)

// Endpoint is where a detector asks.
type Endpoint struct {
	// Name is shown in findings and stays the same while the address changes,
	// such as the pod's: "dynamo-nats-0". Default: the address.
	Name string
	// Address is a host and port, or a URL. Credentials in it are used and never
	// shown.
	Address string
}

// String returns the name, or the address without credentials.
func (e Endpoint) String() string {
	if e.Name != "" {
		return Line(e.Name)
	}
	return Line(WithoutCredentials(e.Address))
}

// WithoutCredentials cuts user, password, query and fragment off an address.
func WithoutCredentials(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		scheme, rest = "", address
	}
	// The last @ ends the user info, also where a password is written that should
	// have been escaped.
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		rest = rest[i+1:]
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	if scheme == "" {
		return rest
	}
	return scheme + "://" + rest
}

// Host returns the host and port of an address, with the port given where it
// names none.
func Host(address, port string) string {
	rest := WithoutCredentials(address)
	if _, after, ok := strings.Cut(rest, "://"); ok {
		rest = after
	}
	rest, _, _ = strings.Cut(rest, "/")
	u := url.URL{Host: rest}
	if u.Port() != "" || rest == "" {
		return rest
	}
	return strings.TrimSuffix(rest, ":") + ":" + port
}
