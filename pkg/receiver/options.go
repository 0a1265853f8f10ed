// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"
)

// Options are what a Handler needs.
type Options struct {
	// Receivers, Lister and Requester. Required.
	Receivers Receivers
	Lister    Lister
	Requester Requester
	// Observer is told about each delivery. Default: nobody.
	Observer Observer
	// Now is the clock. Default: time.Now.
	Now func() time.Time

	// MaxBody is the largest body, in bytes. Default: 1 MiB.
	MaxBody int64
	// BodyTimeout is how long a body may take to arrive. Default: 10 s.
	BodyTimeout time.Duration
	// Timeout is how long a delivery may take to be handled once it is there.
	// Default: 20 s.
	Timeout time.Duration
	// Tolerance is how far the time in a delivery may be from Now, before or
	// after, in the forms that carry one. Default: 5 min.
	Tolerance time.Duration
	// Remember is how long the same delivery is not handled again, MaxRemembered
	// how many are remembered for one receiver. Default: 15 min, which is at
	// least twice Tolerance by need, and 1000.
	Remember      time.Duration
	MaxRemembered int
	// Rate is how many deliveries a second a receiver may have, on average,
	// Burst how many at once. Only pushes that are genuine and new count.
	// Default: 1, 20.
	Rate  rate.Limit
	Burst int
	// MaxReceivers is for how many receivers that is kept apart. Default: 10000.
	MaxReceivers int
	// MaxConcurrent is how many deliveries are read and handled at once, those
	// that are not genuine included. Default: 64.
	MaxConcurrent int
}

// Outcome is what came of a delivery.
type Outcome string

// The outcomes.
const (
	OutcomeRequested    Outcome = "requested"    // targets were asked
	OutcomeUnmatched    Outcome = "unmatched"    // a push that no target follows
	OutcomePing         Outcome = "ping"         // a ping
	OutcomeIgnored      Outcome = "ignored"      // an event that is no push
	OutcomeReplayed     Outcome = "replayed"     // handled before
	OutcomeMalformed    Outcome = "malformed"    // the request or its payload cannot be read
	OutcomeUnauthorized Outcome = "unauthorized" // the address, the signature or the time is wrong
	OutcomeLimited      Outcome = "limited"      // too many
	OutcomeFailed       Outcome = "failed"       // an interface failed
)

// Observation is what an Observer is told. It holds no secret, and nothing that
// an unknown sender can choose.
type Observation struct {
	// Namespace, Name and Provider are the receiver's; empty unless the delivery
	// was genuine.
	Namespace, Name string
	Provider        Provider
	Outcome         Outcome
	// Status is the code that was answered.
	Status int
	// Requested is how many targets were asked.
	Requested int
	// Err is why the outcome is failed or malformed. It is for logs.
	Err error
}

// Observer counts and logs. It is called concurrently, once for each request
// that reached the address of a receiver.
type Observer interface {
	Observe(ctx context.Context, o Observation)
}

type noObserver struct{}

func (noObserver) Observe(context.Context, Observation) {}

// orElse sets a value that is zero.
func orElse[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// complete fills in the defaults.
func (o Options) complete() (Options, error) {
	if o.Receivers == nil || o.Lister == nil || o.Requester == nil {
		return o, errors.New("receiver: Options needs Receivers, Lister and Requester")
	}
	if o.Observer == nil {
		o.Observer = noObserver{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	orElse(&o.MaxBody, 1<<20)
	orElse(&o.BodyTimeout, 10*time.Second)
	orElse(&o.Timeout, 20*time.Second)
	orElse(&o.Tolerance, 5*time.Minute)
	orElse(&o.Remember, max(15*time.Minute, 2*o.Tolerance))
	orElse(&o.MaxRemembered, 1000)
	orElse(&o.Rate, 1)
	orElse(&o.Burst, 20)
	orElse(&o.MaxReceivers, 10_000)
	orElse(&o.MaxConcurrent, 64)
	for name, value := range map[string]int64{
		"MaxBody": o.MaxBody, "BodyTimeout": int64(o.BodyTimeout), "Timeout": int64(o.Timeout), "Tolerance": int64(o.Tolerance),
		"MaxRemembered": int64(o.MaxRemembered), "Burst": int64(o.Burst), "MaxReceivers": int64(o.MaxReceivers), "MaxConcurrent": int64(o.MaxConcurrent),
	} {
		if value < 0 {
			return o, fmt.Errorf("receiver: Options.%s is %d; leave it out or make it positive", name, value)
		}
	}
	if o.Rate < 0 || o.Remember < 2*o.Tolerance {
		return o, errors.New("receiver: Options.Rate is positive, and Options.Remember at least twice Options.Tolerance: a delivery could come again otherwise")
	}
	return o, nil
}
