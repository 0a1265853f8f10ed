// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory is Receivers, Lister and Requester in memory, for tests. Its zero value
// is empty. It may be used concurrently.
type Memory struct {
	mu        sync.Mutex
	receivers map[string]Receiver
	targets   []Target
	requests  []Request
	err       error
}

// Request is what a Memory was asked for.
type Request struct {
	Namespace, Name string
	At              time.Time
}

// AddReceiver adds a receiver and returns its path.
func (m *Memory) AddReceiver(r Receiver) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.receivers == nil {
		m.receivers = map[string]Receiver{}
	}
	digest := Digest(r.Token, r.Name, r.Namespace)
	m.receivers[digest] = r
	return hookPath + digest
}

// AddTargets adds targets.
func (m *Memory) AddTargets(targets ...Target) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.targets = append(m.targets, targets...)
}

// Fail makes Request return err from now on; nil ends that.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// Requests returns what was asked for so far, by namespace, name and time.
func (m *Memory) Requests() []Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.Clone(m.requests)
	slices.SortFunc(list, func(a, b Request) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name), a.At.Compare(b.At))
	})
	return list
}

// Receiver implements Receivers.
func (m *Memory) Receiver(_ context.Context, digest string) (Receiver, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.receivers[digest]; ok {
		return r, nil
	}
	return Receiver{}, ErrNotFound
}

// Targets implements Lister.
func (m *Memory) Targets(_ context.Context, url string) ([]Target, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Target
	for _, t := range m.targets {
		if normal, ok := NormalizeURL(t.URL); ok && normal == url {
			found = append(found, t)
		}
	}
	return found, nil
}

// Request implements Requester.
func (m *Memory) Request(_ context.Context, t Target, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	m.requests = append(m.requests, Request{Namespace: t.Namespace, Name: t.Name, At: at})
	return nil
}
