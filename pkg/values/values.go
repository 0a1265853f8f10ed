// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package values works on Helm values: nested maps with string keys, as JSON
// decodes them (map[string]any, []any, string, bool, int64, float64, nil).
//
// All functions are pure. None keeps a reference to its arguments unless it
// says so.
package values

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Path is the way to a value, one key per level.
type Path []string

// String returns the path with dots. A key that itself holds a dot or a
// bracket stands as ["key"]: podTemplate.topologySpreadConstraints["kubernetes.io/hostname"].
func (p Path) String() string {
	var b strings.Builder
	for _, key := range p {
		switch {
		case strings.ContainsAny(key, ".[]\"") || key == "":
			fmt.Fprintf(&b, "[%q]", key)
		case b.Len() > 0:
			b.WriteString("." + key)
		default:
			b.WriteString(key)
		}
	}
	return b.String()
}

// ParsePath reads what Path.String writes. It returns an error for an
// unbalanced bracket, a missing quote or an empty key.
func ParsePath(s string) (Path, error) {
	var path Path
	for rest := s; rest != ""; {
		var key string
		var err error
		if strings.HasPrefix(rest, "[") {
			key, rest, err = parseBracket(rest)
		} else {
			key, rest, err = parsePlain(rest)
		}
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", s, err)
		}
		path = append(path, key)
	}
	if len(path) == 0 {
		return nil, fmt.Errorf("path %q is empty", s)
	}
	return path, nil
}

func parseBracket(s string) (key, rest string, err error) {
	quoted, err := strconv.QuotedPrefix(s[1:])
	if err != nil || quoted[0] != '"' || !strings.HasPrefix(s[1+len(quoted):], "]") {
		return "", "", fmt.Errorf("%q wants the form [\"key\"]", s)
	}
	if key, err = strconv.Unquote(quoted); err != nil {
		return "", "", fmt.Errorf("%q: %w", quoted, err)
	}
	rest = s[len(quoted)+2:]
	switch {
	case rest == "" || rest[0] == '[':
		return key, rest, nil
	case rest[0] == '.' && len(rest) > 1:
		return key, rest[1:], nil
	default:
		return "", "", fmt.Errorf("no key at %q", rest)
	}
}

func parsePlain(s string) (key, rest string, err error) {
	end := strings.IndexAny(s, ".[")
	if end < 0 {
		return s, "", nil
	}
	if end == 0 || s[end] == '.' && end == len(s)-1 {
		return "", "", fmt.Errorf("empty key at %q", s)
	}
	rest = s[end:]
	return s[:end], strings.TrimPrefix(rest, "."), nil
}

// Get returns the value at the path and whether it is there. A nil value that
// is written down is there.
func Get(m map[string]any, path ...string) (any, bool) {
	var current any = m
	for _, key := range path {
		level, ok := current.(map[string]any)
		if !ok {
			return nil, false
		}
		if current, ok = level[key]; !ok {
			return nil, false
		}
	}
	return current, true
}

// Set puts a value at the path, making maps on the way and replacing what is no
// map. The map is changed; the value is kept, not copied. An empty path does
// nothing.
func Set(m map[string]any, value any, path ...string) {
	if len(path) == 0 {
		return
	}
	for _, key := range path[:len(path)-1] {
		next, ok := m[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[key] = next
		}
		m = next
	}
	m[path[len(path)-1]] = value
}

// Delete removes the value at the path, and maps above it that became empty by
// it. It returns what was removed and whether there was anything.
func Delete(m map[string]any, path ...string) (any, bool) {
	if len(path) == 0 {
		return nil, false
	}
	key := path[0]
	if len(path) == 1 {
		value, ok := m[key]
		delete(m, key)
		return value, ok
	}
	next, ok := m[key].(map[string]any)
	if !ok {
		return nil, false
	}
	value, ok := Delete(next, path[1:]...)
	if ok && len(next) == 0 {
		delete(m, key)
	}
	return value, ok
}

// Clone returns a deep copy.
func Clone(m map[string]any) map[string]any {
	if m == nil {
		return nil
	}
	return cloneValue(m).(map[string]any)
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = cloneValue(value)
		}
		return out
	case []any:
		out := slices.Clone(v)
		for i := range out {
			out[i] = cloneValue(out[i])
		}
		return out
	default:
		return v
	}
}

// Merge lays over onto base and returns the result as a new map, as Helm does:
// maps are merged key by key, everything else is replaced, and a null stays a
// null (Helm takes it as "remove the chart's default").
func Merge(base, over map[string]any) map[string]any {
	out := Clone(base)
	if out == nil {
		out = map[string]any{}
	}
	for key, value := range over {
		below, ok := out[key].(map[string]any)
		above, ok2 := value.(map[string]any)
		if ok && ok2 {
			out[key] = Merge(below, above)
			continue
		}
		out[key] = cloneValue(value)
	}
	return out
}

// Walk calls visit for every value, parents before children, keys sorted. A
// visit that returns false skips what is below. Lists are leaves.
func Walk(m map[string]any, visit func(path Path, value any) bool) {
	walk(nil, m, visit)
}

func walk(prefix Path, m map[string]any, visit func(Path, any) bool) {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		path := append(slices.Clone(prefix), key)
		below, isMap := m[key].(map[string]any)
		if visit(path, m[key]) && isMap {
			walk(path, below, visit)
		}
	}
}
