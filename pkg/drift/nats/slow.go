// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"time"
)

// slowMemory remembers each server's count of slow consumers between looks: the
// count only ever rises until the server restarts.
type slowMemory struct {
	servers map[string]slowCount
}

type slowCount struct {
	count int64
	rose  time.Time // when it was last seen to rise; zero for never
}

// update takes the counts of a look, and returns which servers had a slow
// consumer within the window. A server that restarted, and so has another id,
// or whose count fell, starts anew.
func (m *slowMemory) update(servers []*server, now time.Time, window time.Duration) map[string]bool {
	next, recent := make(map[string]slowCount, len(servers)), map[string]bool{}
	for _, s := range servers {
		current := slowCount{count: s.varz.SlowConsumers}
		before, known := m.servers[s.varz.ID]
		if known {
			current.rose = before.rose
			if current.count > before.count {
				current.rose = now
			}
		}
		next[s.varz.ID] = current
		recent[s.varz.ID] = !current.rose.IsZero() && now.Sub(current.rose) <= window
	}
	m.servers = next
	return recent
}
