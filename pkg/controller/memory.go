// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"maps"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/inventory"
)

// memory is what the controller remembers of PlatformSyncs between attempts. All
// of it can be lost: then the next attempt does in full what it might have spared.
type memory struct {
	mutex  sync.Mutex
	known  map[types.UID]*remembered
	inARow map[types.UID]int
	unwell map[types.UID]time.Time
}

// remembered is what was last applied in full, and how it looked then.
type remembered struct {
	input    string // what was built
	digest   string // what came of it
	warnings string // what the build said
	set      inventory.Set
	prints   map[inventory.ID]string
	applied  time.Time
}

func newMemory() *memory {
	return &memory{known: map[types.UID]*remembered{}, inARow: map[types.UID]int{}, unwell: map[types.UID]time.Time{}}
}

func (m *memory) get(uid types.UID) *remembered {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.known[uid]
}

func (m *memory) put(uid types.UID, r *remembered) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.known[uid] = r
}

// forget forgets what was applied; the backoff goes on.
func (m *memory) forget(uid types.UID) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.known, uid)
}

// drop forgets all of a PlatformSync that is gone.
func (m *memory) drop(uid types.UID) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.known, uid)
	delete(m.inARow, uid)
	delete(m.unwell, uid)
}

func (m *memory) failures(uid types.UID) int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.inARow[uid]
}

func (m *memory) count(uid types.UID, failed bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if failed {
		m.inARow[uid]++
		return
	}
	delete(m.inARow, uid)
}

// unhealthy returns since when objects are not healthy, which begins now if it
// has not begun.
func (m *memory) unhealthy(uid types.UID, now time.Time) time.Time {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if since, ok := m.unwell[uid]; ok {
		return since
	}
	m.unwell[uid] = now
	return now
}

func (m *memory) healthy(uid types.UID) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.unwell, uid)
}

// sameAs says whether nothing has to be applied for the cluster to hold what is
// remembered.
func (r *remembered) sameAs(digest string, recorded inventory.Set) bool {
	return r != nil && r.digest == digest && maps.Equal(r.set, recorded)
}
