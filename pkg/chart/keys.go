// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

//go:embed keys/*.txt
var keyFiles embed.FS

// keyType is the type of a key, as keys/*.txt writes it.
type keyType string

const (
	typeNone     keyType = ""
	typeBool     keyType = "bool"
	typeInt      keyType = "int"
	typeString   keyType = "string"
	typeQuantity keyType = "quantity"
	typeList     keyType = "list"
	typeMap      keyType = "map"
	typeFree     keyType = "free"
	typeAny      keyType = "any"
)

// wildcard is the key that stands for every name.
const wildcard = "*"

// span is what a key is in a range of versions.
type span struct {
	since, until minor
	kind         keyType
	// preset is the default as JSON; empty for none.
	preset string
}

// node is one key with what is below it. A tree is read-only once parsed.
type node struct {
	children map[string]*node
	// spans in order of precedence: the platform chart's, then the inner one's.
	spans []span
}

// parseKeys reads the embedded lists into one tree over all versions. The
// lists are part of the program and covered by a test, so a malformed line,
// which cannot happen, is left out.
func parseKeys() *node {
	root := &node{}
	for _, file := range []struct{ name, prefix string }{
		{"platform", ""}, {"operator", "dynamo-operator"}, {"nats", "nats"}, {"etcd", "etcd"},
	} {
		data, err := keyFiles.ReadFile("keys/" + file.name + ".txt")
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			if line[0] == '#' {
				continue
			}
			path, s, err := parseKey(strings.TrimSuffix(line, "\n"))
			if err != nil {
				continue
			}
			root.mount(file.prefix, path, s)
		}
	}
	return root
}

// mount adds a key of a chart below its prefix. A chart's global keys are the
// platform's as well, since Helm hands those down.
func (n *node) mount(prefix string, path values.Path, s span) {
	if prefix == "" {
		n.add(path, s)
		return
	}
	n.add(append(values.Path{prefix}, path...), s)
	if path[0] == "global" {
		n.add(path, s)
	}
}

func (n *node) add(path values.Path, s span) {
	for _, key := range path {
		next := n.children[key]
		if next == nil {
			next = &node{}
			if n.children == nil {
				n.children = map[string]*node{}
			}
			n.children[key] = next
		}
		n = next
	}
	n.spans = append(n.spans, s)
}

// parseKey reads one line of a list.
func parseKey(line string) (values.Path, span, error) {
	head, preset, _ := strings.Cut(line, " = ")
	name, rest, _ := strings.Cut(head, " ")
	kind, versions, _ := strings.Cut(rest, " ")
	s := span{until: forever, kind: keyType(kind), preset: preset}
	if versions != "" {
		var err error
		if s.since, s.until, err = parseRange(versions); err != nil {
			return nil, span{}, fmt.Errorf("key line %q: %w", line, err)
		}
	}
	if strings.Contains(name, "[") {
		path, err := values.ParsePath(name)
		return path, s, err
	}
	return strings.Split(name, "."), s, nil
}

// forever is beyond every version.
const forever = minor(9*minorsPerMajor + 999)

func parseRange(text string) (since, until minor, err error) {
	from, to, open := strings.Cut(text, "-")
	since, until = 0, forever
	if from != "" {
		if since, err = parseMinor(from); err != nil {
			return 0, 0, err
		}
	}
	if !open {
		return since, since, nil
	}
	if to != "" {
		until, err = parseMinor(to)
	}
	return since, until, err
}

func parseMinor(text string) (minor, error) {
	major, rest, ok := strings.Cut(text, ".")
	a, err := strconv.Atoi(major)
	if err != nil || !ok {
		return 0, fmt.Errorf("%q is no minor version", text)
	}
	b, err := strconv.Atoi(rest)
	if err != nil {
		return 0, fmt.Errorf("%q is no minor version", text)
	}
	return minor(a*minorsPerMajor + b), nil
}

// child returns the node of a key, by name or else by wildcard, or nil.
func (n *node) child(key string) *node {
	if n == nil {
		return nil
	}
	if c := n.children[key]; c != nil {
		return c
	}
	return n.children[wildcard]
}

// find returns the node at a path, or nil.
func (n *node) find(path ...string) *node {
	for _, key := range path {
		n = n.child(key)
	}
	return n
}

// kind returns the type of the key in a version; typeNone when the version
// does not read it. A key with live keys below it is a map.
func (n *node) kind(m minor) keyType {
	if n == nil {
		return typeNone
	}
	for _, s := range n.spans {
		if s.since <= m && m <= s.until {
			return s.kind
		}
	}
	for _, c := range n.children {
		if c.kind(m) != typeNone {
			return typeMap
		}
	}
	return typeNone
}

// years returns the first and the last version that read the key; ok is false
// when none does.
func (n *node) years() (since, until minor, ok bool) {
	if n == nil {
		return 0, 0, false
	}
	for _, s := range n.spans {
		if !ok || s.since < since {
			since = s.since
		}
		until = max(until, s.until)
		ok = true
	}
	for _, c := range n.children {
		a, b, found := c.years()
		if !found {
			continue
		}
		if !ok || a < since {
			since = a
		}
		until = max(until, b)
		ok = true
	}
	return since, until, ok
}
