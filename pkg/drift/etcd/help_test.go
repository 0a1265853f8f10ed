// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/stores"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/etcd"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// serverVersion is that of the test plane's etcd.
const serverVersion = "3.7.0"

const password = "hunter2"

func want(replicas int) wanted.Etcd {
	return wanted.Etcd{
		Presence: wanted.InChart, Replicas: replicas, Version: serverVersion, TLS: wanted.Off, Auth: wanted.Off,
		Workload: wanted.Workload{Service: "dynamo-etcd-headless",
			Object: object.Reference{APIVersion: "apps/v1", Kind: "StatefulSet", Namespace: "dynamo-system", Name: "dynamo-etcd"}},
	}
}

func endpoints(e *stores.Etcd, members ...int) []drift.Endpoint {
	var list []drift.Endpoint
	for _, i := range members {
		list = append(list, drift.Endpoint{Name: e.Name(i), Address: e.Client(i)})
	}
	return list
}

// detect looks once; no secret may be shown.
func detect(t testing.TB, o etcd.Options) drift.Observation { return again(t, etcd.New(o)) }

func again(t testing.TB, d *etcd.Detector) drift.Observation {
	t.Helper()
	seen := d.Detect(t.Context())
	if text := fmt.Sprintf("%+v", seen); strings.Contains(text, password) {
		t.Errorf("a secret is shown: %s", text)
	}
	return seen
}

// brief shows an observation as lines "code severity target field: have".
func brief(o drift.Observation) []string {
	lines := []string{}
	for _, f := range o.Findings {
		lines = append(lines, fmt.Sprintf("%s %s %s %s: %s", f.Code, f.Severity, f.Target.Endpoint, f.Field, f.Have))
	}
	for _, u := range o.Unknowns {
		lines = append(lines, fmt.Sprintf("%s unknown %s: %s", u.Code, u.Target.Endpoint, u.Reason))
	}
	return lines
}

func wantLines(t testing.TB, seen drift.Observation, lines ...string) {
	t.Helper()
	if lines == nil {
		lines = []string{}
	}
	if diff := cmp.Diff(lines, brief(seen)); diff != "" {
		t.Errorf("observation (-want +got):\n%s", diff)
	}
}

func eventually(t testing.TB, look func() drift.Observation, lines ...string) {
	t.Helper()
	if lines == nil {
		lines = []string{}
	}
	var seen drift.Observation
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		if seen = look(); cmp.Equal(lines, brief(seen)) {
			return
		}
	}
	t.Fatalf("observation (-want +got):\n%s", cmp.Diff(lines, brief(seen)))
}

// noLeaks waits until no goroutine of the client is left.
func noLeaks(t testing.TB) {
	t.Helper()
	var left []string
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		var all bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&all, 2); err != nil {
			t.Fatal(err)
		}
		left = nil
		for _, stack := range strings.Split(all.String(), "\n\n") {
			if (strings.Contains(stack, "google.golang.org/grpc") || strings.Contains(stack, "etcd/client") || strings.Contains(stack, "pkg/drift/etcd.")) &&
				!strings.Contains(stack, "noLeaks") {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return
		}
	}
	t.Errorf("%d goroutines are left:\n%s", len(left), strings.Join(left, "\n\n"))
}

// admin is a client as a person would use one.
func admin(t testing.TB, e *stores.Etcd, i int, config *tls.Config, user string) *clientv3.Client {
	t.Helper()
	c := clientv3.Config{Endpoints: []string{e.Client(i)}, TLS: config, Logger: zap.NewNop(), DialTimeout: 30 * time.Second}
	if user != "" {
		c.Username, c.Password = user, password
	}
	client, err := clientv3.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// do runs what a person does, until it works.
func do(t testing.TB, what string, action func(ctx context.Context) error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); <-time.After(50 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		err = action(ctx)
		cancel()
		if err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}
