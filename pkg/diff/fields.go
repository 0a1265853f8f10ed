// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// segment is one step of a path: a key of a map or an item of a list.
type segment struct {
	key  string
	item bool
}

// location is the way to a field. It is never changed once made.
type location []segment

func (l location) key(key string) location { return append(slices.Clip(l), segment{key: key}) }

func (l location) item(name string) location {
	return append(slices.Clip(l), segment{key: name, item: true})
}

// lastKey returns the key of the map that holds the value, or nothing for an
// item.
func (l location) lastKey() string {
	if len(l) == 0 || l[len(l)-1].item {
		return ""
	}
	return l[len(l)-1].key
}

// String returns the path with dots; items stand in brackets, and so do keys
// that hold a dot or a bracket, quoted.
func (l location) String() string {
	var b strings.Builder
	for i, s := range l {
		switch {
		case s.item:
			b.WriteString("[" + s.key + "]")
		case s.key == "" || strings.ContainsAny(s.key, ".[]"):
			b.WriteString(fmt.Sprintf("[%q]", s.key))
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.key)
		}
	}
	return b.String()
}

// difference is one leaf that differs, with the values as they are: it never
// leaves the package.
type difference struct {
	at            location
	before, after any
	// The map that holds the leaf: the value of an environment variable is
	// judged by the name beside it.
	parentBefore, parentAfter map[string]any
	// The item before the leaf in its list: it may be a flag, and the leaf its
	// value.
	flagBefore, flagAfter any
}

func (d difference) change() Change {
	switch {
	case isEmpty(d.before):
		return Added
	case isEmpty(d.after):
		return Removed
	default:
		return Changed
	}
}

// compare returns the leaves that differ, keys sorted. Empty maps and lists
// equal absent ones, as in Kubernetes. Items of lists are matched by name where
// all have one, so that their order does not matter.
//
// A map that came or went as a whole is one difference; with leaves it is one
// for each of its leaves.
func compare(before, after any, leaves bool) []difference {
	c := comparison{leaves: leaves}
	c.walk(nil, difference{before: before, after: after})
	return c.found
}

type comparison struct {
	leaves bool
	found  []difference
}

func (c *comparison) walk(at location, d difference) {
	if equal(d.before, d.after) {
		return
	}
	beforeMap, isMap := d.before.(map[string]any)
	afterMap, isMap2 := d.after.(map[string]any)
	if isMap && isMap2 || c.leaves && (isMap && isEmpty(d.after) || isMap2 && isEmpty(d.before)) {
		c.maps(at, beforeMap, afterMap)
		return
	}
	beforeList, isList := d.before.([]any)
	afterList, isList2 := d.after.([]any)
	if isList && isList2 && c.lists(at, beforeList, afterList) {
		return
	}
	d.at = at
	c.found = append(c.found, d)
}

func (c *comparison) maps(at location, before, after map[string]any) {
	keys := slices.Collect(maps.Keys(before))
	for key := range after {
		if _, ok := before[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		c.walk(at.key(key), difference{before: before[key], after: after[key], parentBefore: before, parentAfter: after})
	}
}

// lists compares item by item where the items can be matched; otherwise it
// returns false, and the list differs as a whole.
func (c *comparison) lists(at location, before, after []any) bool {
	if key, ok := itemKey(before, after); ok {
		c.named(at, key, before, after)
		return true
	}
	if len(before) != len(after) {
		return false
	}
	for i := range before {
		d := difference{before: before[i], after: after[i]}
		if i > 0 {
			d.flagBefore, d.flagAfter = before[i-1], after[i-1]
		}
		c.walk(at.item(strconv.Itoa(i)), d)
	}
	return true
}

func (c *comparison) named(at location, key string, before, after []any) {
	old, order := index(key, before)
	now, later := index(key, after)
	for _, name := range later {
		if _, ok := old[name]; !ok {
			order = append(order, name)
		}
	}
	for _, name := range order {
		c.walk(at.item(name), difference{before: old[name], after: now[name]})
	}
}

func index(key string, list []any) (map[string]any, []string) {
	items, order := make(map[string]any, len(list)), make([]string, 0, len(list))
	for _, item := range list {
		name := fmt.Sprint(item.(map[string]any)[key])
		items[name] = item
		order = append(order, name)
	}
	return items, order
}

// itemKey returns the key by which the items of both lists have a name of their
// own.
func itemKey(lists ...[]any) (string, bool) {
	for _, key := range []string{"name", "mountPath", "key", "containerPort", "port", "host", "topologyKey"} {
		if names(key, lists...) {
			return key, true
		}
	}
	return "", false
}

func names(key string, lists ...[]any) bool {
	for _, list := range lists {
		seen := make(map[string]bool, len(list))
		for _, item := range list {
			fields, ok := item.(map[string]any)
			if !ok {
				return false
			}
			name := fields[key]
			switch name.(type) {
			case string, int64, float64, int, json.Number:
			default:
				return false
			}
			text := fmt.Sprint(name)
			if seen[text] {
				return false
			}
			seen[text] = true
		}
	}
	return true
}

// isEmpty says whether a value means the same as none.
func isEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	default:
		return false
	}
}

// equal compares two JSON values. It allocates nothing for equal ones of the
// same types.
func equal(a, b any) bool {
	if isEmpty(a) || isEmpty(b) {
		return isEmpty(a) && isEmpty(b)
	}
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && equalMaps(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	default:
		if isContainer(b) {
			return false
		}
		return a == b || isNumber(a) && isNumber(b) && fmt.Sprint(a) == fmt.Sprint(b)
	}
}

func equalMaps(a, b map[string]any) bool {
	for key, value := range a {
		if !equal(value, b[key]) {
			return false
		}
	}
	for key, value := range b {
		if _, ok := a[key]; !ok && !isEmpty(value) {
			return false
		}
	}
	return true
}

func isContainer(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return true
	default:
		return false
	}
}

func isNumber(value any) bool {
	switch value.(type) {
	case int, int32, int64, float64, json.Number:
		return true
	default:
		return false
	}
}
