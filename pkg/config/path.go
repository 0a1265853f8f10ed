// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strconv"
	"strings"
)

// segment is one step of a field path: a key, or an index where key is empty
// and isIndex is set.
type segment struct {
	key     string
	index   int
	isIndex bool
}

// fieldPath is the path to a field, from the object's root.
type fieldPath []segment

// push and pop keep one path for a whole walk, without an allocation per field.
func (p *fieldPath) push(key string)     { *p = append(*p, segment{key: key}) }
func (p *fieldPath) pushIndex(index int) { *p = append(*p, segment{index: index, isIndex: true}) }
func (p *fieldPath) pop()                { *p = (*p)[:len(*p)-1] }

// String returns the path as spec.adapters[3].values["a.b"].
func (p fieldPath) String() string {
	var b strings.Builder
	for _, s := range p {
		switch {
		case s.isIndex:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case !isPlainKey(s.key):
			b.WriteString("[" + strconv.Quote(s.key) + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.key)
		}
	}
	return b.String()
}

// isPlainKey says whether a key needs no quotes in a path.
func isPlainKey(key string) bool {
	for _, r := range key {
		if !(r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z') {
			return false
		}
	}
	return key != ""
}

// parsePath is the inverse of String. It is lenient: what cannot be read ends
// the path.
func parsePath(field string) fieldPath {
	var path fieldPath
	for field != "" {
		switch {
		case field[0] == '.':
			field = field[1:]
		case strings.HasPrefix(field, "[\""):
			quoted, err := strconv.QuotedPrefix(field[1:])
			if err != nil {
				return path
			}
			key, err := strconv.Unquote(quoted)
			if err != nil {
				return path
			}
			path.push(key)
			field = strings.TrimPrefix(field[1+len(quoted):], "]")
		case field[0] == '[':
			number, rest, ok := strings.Cut(field[1:], "]")
			index, err := strconv.Atoi(number)
			if !ok || err != nil {
				return path
			}
			path.pushIndex(index)
			field = rest
		default:
			end := strings.IndexAny(field, ".[")
			if end < 0 {
				end = len(field)
			}
			path.push(field[:end])
			field = field[end:]
		}
	}
	return path
}
