// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import "sync"

// maxMemo bounds the text that a chart's memo holds, in bytes. The parsed form
// takes some four times as much memory.
const maxMemo = 8 << 20

// memo remembers what documents parse to. Environments of one chart version
// differ in few documents, and parsing YAML costs as much as executing the
// templates that wrote it. It is safe for concurrent use.
type memo struct {
	mu      sync.Mutex
	entries map[string]map[string]any
	size    int
}

// decode is the function decode, remembered. The result is the caller's own.
func (m *memo) decode(text string) (map[string]any, error) {
	m.mu.Lock()
	content, ok := m.entries[text]
	m.mu.Unlock()
	if !ok {
		var err error
		if content, err = decode(text); err != nil {
			return nil, err
		}
		m.keep(text, content)
	}
	clone, _ := plain(content).(map[string]any)
	return clone, nil
}

// keep adds an entry, and forgets everything first when there is no room: what
// is in use comes back by itself.
func (m *memo) keep(text string, content map[string]any) {
	if len(text) > maxMemo/4 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.entries[text]; ok {
		return
	}
	if m.entries == nil || m.size+len(text) > maxMemo {
		m.entries, m.size = map[string]map[string]any{}, 0
	}
	m.entries[text] = content
	m.size += len(text)
}
