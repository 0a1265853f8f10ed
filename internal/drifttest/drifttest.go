// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package drifttest holds what the tests of the detectors share.
package drifttest

import (
	"bytes"
	"fmt"
	"net"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
)

const (
	patience = 30 * time.Second
	pause    = 20 * time.Millisecond
)

// Brief shows an observation as lines "code severity target field: have".
func Brief(o drift.Observation) []string {
	lines := []string{}
	for _, f := range o.Findings {
		lines = append(lines, fmt.Sprintf("%s %s %s %s: %s", f.Code, f.Severity, f.Target.Endpoint, f.Field, f.Have))
	}
	for _, u := range o.Unknowns {
		lines = append(lines, fmt.Sprintf("%s unknown %s: %s", u.Code, u.Target.Endpoint, u.Reason))
	}
	return lines
}

// WantLines compares an observation with lines of Brief.
func WantLines(t testing.TB, seen drift.Observation, lines ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, lines...), Brief(seen)); diff != "" {
		t.Errorf("observation (-want +got):\n%s", diff)
	}
}

// Eventually looks until the observation is as wanted, and returns it. It ends
// the test after half a minute.
func Eventually(t testing.TB, look func() drift.Observation, lines ...string) drift.Observation {
	t.Helper()
	lines = append([]string{}, lines...)
	var seen drift.Observation
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(pause) {
		if seen = look(); cmp.Equal(lines, Brief(seen)) {
			return seen
		}
	}
	t.Fatalf("observation (-want +got):\n%s", cmp.Diff(lines, Brief(seen)))
	return seen
}

// NoLeaks waits until no goroutine is left whose stack holds one of the parts.
func NoLeaks(t testing.TB, parts ...string) {
	t.Helper()
	var left []string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(pause) {
		var all bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&all, 2); err != nil {
			t.Fatal(err)
		}
		left = slices.DeleteFunc(strings.Split(all.String(), "\n\n"), func(stack string) bool {
			return strings.Contains(stack, "drifttest.NoLeaks") || !slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(stack, part) })
		})
		if len(left) == 0 {
			return
		}
	}
	t.Errorf("%d goroutines are left:\n%s", len(left), strings.Join(left, "\n\n"))
}

// Listen is a server that does with each connection as it is told, and closes it
// then. It returns the address.
func Listen(t testing.TB, handle func(net.Conn)) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				handle(conn)
			}()
		}
	}()
	return l.Addr().String()
}
