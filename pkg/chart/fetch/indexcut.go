// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"bytes"
	"strings"
)

// cutEntry finds the lines of one chart without parsing the others: an index
// can have 50 MiB, and a YAML tree of it many times that. It knows the form in
// which Helm writes an index, maps and lists on lines of their own; ok is false
// for any other. The block is nil if there is no such chart.
func cutEntry(data []byte, name string) (block []byte, names []string, ok bool) {
	c := &cutter{name: name}
	for at := 0; at < len(data); {
		next := len(data)
		if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		line := bytes.TrimRight(data[at:next], " \t\r\n")
		text := bytes.TrimLeft(line, " ")
		if len(text) > 0 && text[0] != '#' && text[0] != '-' && !c.line(text, len(line)-len(text), at, next) {
			return nil, nil, false
		}
		at = next
	}
	switch {
	case c.from == 0:
		return nil, c.names, len(c.names) > 0
	case c.to == 0:
		c.to = len(data)
	}
	return data[c.from:c.to], c.names, true
}

// cutter goes through the lines of an index.
type cutter struct {
	name     string
	names    []string
	seen     bool // the key entries
	inside   bool // below it
	indent   int  // of the names of charts; 0 until the first
	from, to int  // the block; 0 for not yet
}

// line looks at a line that is neither empty, a comment nor an item of a list.
// It returns false if the index has another form than Helm's.
func (c *cutter) line(text []byte, depth, at, next int) bool {
	if depth == 0 {
		c.end(at)
		if c.inside = string(text) == "entries:"; c.inside && c.seen {
			return false // twice
		}
		c.seen = c.seen || c.inside
		return true
	}
	if !c.inside || (c.indent != 0 && depth > c.indent) {
		return true
	}
	key, plain := entryKey(text)
	if !plain || (c.indent != 0 && depth != c.indent) {
		return false
	}
	c.indent = depth
	c.end(at)
	if key == c.name {
		if c.from > 0 {
			return false // twice
		}
		c.from = next
	}
	c.names = append(c.names, key)
	return true
}

// end closes the block if it is open.
func (c *cutter) end(at int) {
	if c.from > 0 && c.to == 0 {
		c.to = at
	}
}

// entryKey reads a line that holds nothing but a key.
func entryKey(text []byte) (string, bool) {
	key, found := strings.CutSuffix(string(text), ":")
	if len(key) > 1 && (key[0] == '"' || key[0] == '\'') && key[len(key)-1] == key[0] {
		key = key[1 : len(key)-1]
	}
	plain := found && key != "" && strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == ""
	return key, plain
}
