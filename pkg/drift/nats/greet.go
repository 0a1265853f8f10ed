// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
)

// maxGreeting is the most that is read of a greeting.
const maxGreeting = 64 << 10

// externalClients returns the client ports in a list of addresses with commas.
func externalClients(addresses string) []drift.Endpoint {
	var list []drift.Endpoint
	for address := range strings.SplitSeq(addresses, ",") {
		if address = strings.TrimSpace(address); address != "" && len(list) < concurrency {
			list = append(list, drift.Endpoint{Address: address})
		}
	}
	return list
}

// greet reads what a server says before any login, with or without TLS.
func (d *Detector) greet(ctx context.Context, e drift.Endpoint) (greeting, error) {
	if strings.HasPrefix(e.Address, "ws://") || strings.HasPrefix(e.Address, "wss://") {
		return greeting{}, errors.New("a WebSocket address does not greet; give a monitoring endpoint")
	}
	ctx, cancel := context.WithTimeout(ctx, d.options.Timeout)
	defer cancel()
	conn, err := d.options.DialContext(ctx, "tcp", drift.Host(e.Address, "4222"))
	if err != nil {
		return greeting{}, err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetReadDeadline(deadline); err != nil {
			return greeting{}, err
		}
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	line, err := bufio.NewReader(io.LimitReader(conn, maxGreeting)).ReadBytes('\n')
	switch {
	case ctx.Err() != nil:
		return greeting{}, ctx.Err() // it closed the connection
	case err != nil:
		return greeting{}, err
	}
	return decodeGreeting(line)
}

// decodeGreeting reads the first line of a server.
func decodeGreeting(line []byte) (greeting, error) {
	data, ok := bytes.CutPrefix(line, []byte("INFO "))
	if !ok {
		return greeting{}, fmt.Errorf("%w: it does not greet", errNonsense)
	}
	var g greeting
	if err := decode(bytes.TrimSpace(data), &g); err != nil {
		return greeting{}, err
	}
	if g.ID == "" {
		return greeting{}, fmt.Errorf("%w: it names no server_id", errNonsense)
	}
	return g, nil
}
