// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/binaries"
)

// New starts a plane for a test and stops it at the test's end. It ends the test,
// saying what to run, where the programs are missing. When the test has failed,
// the end of what the API server wrote goes to the test's log.
func New(t testing.TB, o Options) *Plane {
	t.Helper()
	p, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of kube-apiserver's output:\n%s", tailOf(p.Log(binaries.APIServer)))
		}
		if err := p.Stop(); err != nil {
			t.Errorf("stop the test plane: %v", err)
		}
	})
	return p
}

// eventually is how long Eventually waits: what takes seconds here may take
// minutes where other tests run beside it.
const eventually = 150 * time.Second

// Eventually calls check, ten times a second, until it returns nil. After two and
// a half minutes it ends the test with the last error.
func Eventually(t testing.TB, check func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), eventually)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	var last error
	for {
		err := check(ctx)
		if err == nil {
			return
		}
		if ctx.Err() == nil && !strings.Contains(err.Error(), "rate limiter") { // which knows that the time is nearly over
			last = err
		}
		select {
		case <-ctx.Done():
			t.Fatal(last)
		case <-ticker.C:
		}
	}
}
