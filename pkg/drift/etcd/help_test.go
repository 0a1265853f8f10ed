// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/dynamo-gitops/dynamo-gitops/internal/drifttest"
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

// noLeaks waits until no goroutine of the client is left.
func noLeaks(t testing.TB) {
	t.Helper()
	drifttest.NoLeaks(t, "google.golang.org/grpc", "etcd/client", "pkg/drift/etcd.")
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
