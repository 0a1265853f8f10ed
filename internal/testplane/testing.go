// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"testing"

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
