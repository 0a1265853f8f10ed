// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// states keeps what is known about the receivers that were used lately: how
// often, and what was handled. It is bounded in the number of receivers, and
// for each in the number of deliveries and in time.
type states struct {
	options Options
	mu      sync.Mutex
	used    map[string]*state
}

type state struct {
	limiter *rate.Limiter
	last    time.Time
	seen    map[[sha256.Size]byte]*delivery
	// order are the deliveries by age, the oldest first.
	order []*delivery
}

// delivery is one that is handled or was.
type delivery struct {
	key [sha256.Size]byte
	at  time.Time
}

// state returns that of a receiver; the caller holds the lock.
func (s *states) state(digest string, now time.Time) *state {
	st := s.used[digest]
	if st == nil {
		if len(s.used) >= s.options.MaxReceivers {
			s.forgetOne()
		}
		st = &state{limiter: rate.NewLimiter(s.options.Rate, s.options.Burst), seen: map[[sha256.Size]byte]*delivery{}}
		s.used[digest] = st
	}
	st.last = now
	return st
}

// forgetOne drops the receiver that was used longest ago.
func (s *states) forgetOne() {
	var oldest string
	for digest, st := range s.used {
		if o := s.used[oldest]; o == nil || st.last.Before(o.last) {
			oldest = digest
		}
	}
	delete(s.used, oldest)
}

// allow takes one delivery from what a receiver may have; otherwise it returns
// how long until there is one again.
func (s *states) allow(digest string, now time.Time) (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	reservation := s.state(digest, now).limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait, wait <= 0
}

// begin remembers a delivery; it is false for one that is remembered already.
func (s *states) begin(digest, identity string, now time.Time) (forget func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state(digest, now)
	for len(st.order) > 0 && now.Sub(st.order[0].at) >= s.options.Remember {
		st.drop(st.order[0])
	}
	d := &delivery{key: sha256.Sum256([]byte(identity)), at: now}
	if st.seen[d.key] != nil {
		return nil, false
	}
	if len(st.order) >= s.options.MaxRemembered {
		st.drop(st.order[0])
	}
	st.seen[d.key] = d
	st.order = append(st.order, d)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		st.drop(d)
	}, true
}

func (st *state) drop(d *delivery) {
	if st.seen[d.key] == d {
		delete(st.seen, d.key)
	}
	for i, other := range st.order {
		if other == d {
			st.order = append(st.order[:i], st.order[i+1:]...)
			return
		}
	}
}
