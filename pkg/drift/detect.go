// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package drift

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
)

// Detector looks at one part of the cluster.
type Detector interface {
	// Name of the detector, for logs and metrics: "nats".
	Name() string
	// Layer that the detector reports on.
	Layer() Layer
	// Detect looks once. It ends when the context does, reports what it could
	// not see as an Unknown rather than as an error, and may be called again,
	// but not at the same time.
	Detect(ctx context.Context) Observation
}

// DefaultTimeout bounds one look of one detector.
const DefaultTimeout = 30 * time.Second

// RunOptions bound a Run.
type RunOptions struct {
	// Timeout of each detector. Default: DefaultTimeout.
	Timeout time.Duration
	// Concurrency is how many detectors run at once. Default: all.
	Concurrency int
}

// Run looks with every detector, side by side, and returns what they saw,
// sorted. A detector that panics or does not end in time becomes an Unknown;
// its goroutine is left to end by itself when its context is done.
func Run(ctx context.Context, detectors []Detector, o RunOptions) Observation {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Concurrency <= 0 {
		o.Concurrency = len(detectors)
	}
	results := make([]Observation, len(detectors))
	slots := make(chan struct{}, max(o.Concurrency, 1))
	var wait sync.WaitGroup
	for i, d := range detectors {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			results[i] = look(ctx, d, o.Timeout)
		})
	}
	wait.Wait()
	var all Observation
	for _, r := range results {
		all.Add(r)
	}
	all.Sort()
	return all
}

func look(ctx context.Context, d Detector, timeout time.Duration) Observation {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	done := make(chan Observation, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- failed(d, fmt.Sprintf("the detector met something unexpected: %v", r), "report it with the input")
			}
		}()
		done <- d.Detect(ctx)
	}()
	select {
	case seen := <-done:
		return seen
	case <-ctx.Done():
	}
	select { // it may have ended at the same moment
	case seen := <-done:
		return seen
	default:
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return failed(d, fmt.Sprintf("it did not answer within %s", timeout), "look at the endpoint, or raise the timeout")
	}
	return failed(d, "it was cancelled", "run it again")
}

func failed(d Detector, reason, action string) Observation {
	return Observation{Unknowns: []Unknown{{Layer: d.Layer(), Code: codes.DetectorFailed,
		Target: Target{Endpoint: "detector " + d.Name()}, Reason: reason, Action: action}}}
}
