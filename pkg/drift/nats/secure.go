// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"crypto/tls"
	"strings"

	"github.com/nats-io/nats.go"
)

// secureOption gives the TLS configuration, and asks for TLS where an address does.
func secureOption(config *tls.Config, urls []string) nats.Option {
	return func(o *nats.Options) error {
		o.TLSConfig = config
		for _, u := range urls {
			o.Secure = o.Secure || strings.HasPrefix(u, "tls://") || strings.HasPrefix(u, "wss://")
		}
		return nil
	}
}
