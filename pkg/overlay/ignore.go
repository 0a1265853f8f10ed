// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"path"
	"slices"
	"strings"
)

// ignore holds the patterns of .sourceignore files, which have the syntax of
// .gitignore: the last pattern that matches decides, "!" takes a path back in,
// a slash at the end means directories only, a slash elsewhere anchors the
// pattern to the file's own directory, and ** stands for any directories.
type ignore struct {
	patterns []pattern
}

type pattern struct {
	domain   []string // segments of the directory of the file
	segments []string
	negated  bool
	dirOnly  bool
}

func newIgnore() *ignore { return &ignore{} }

// add reads the patterns of the file in dir.
func (ig *ignore) add(dir string, data []byte) {
	for line := range strings.Lines(string(data)) {
		if p, ok := parsePattern(dir, strings.TrimRight(line, "\r\n")); ok {
			ig.patterns = append(ig.patterns, p)
		}
	}
}

func parsePattern(dir, line string) (pattern, bool) {
	if strings.HasPrefix(line, "#") {
		return pattern{}, false
	}
	if trimmed := strings.TrimRight(line, " "); !strings.HasSuffix(trimmed, "\\") {
		line = trimmed
	}
	var p pattern
	line, p.negated = strings.CutPrefix(line, "!")
	line, p.dirOnly = strings.CutSuffix(line, "/")
	if line == "" {
		return pattern{}, false
	}
	anchored := strings.Contains(line, "/")
	p.segments = strings.Split(strings.TrimPrefix(line, "/"), "/")
	if !anchored {
		p.segments = append([]string{"**"}, p.segments...)
	}
	p.segments = slices.CompactFunc(p.segments, func(a, b string) bool { return a == "**" && b == "**" })
	for i, segment := range p.segments {
		p.segments[i] = strings.ReplaceAll(segment, "[!", "[^")
	}
	if dir != "." {
		p.domain = strings.Split(dir, "/")
	}
	return p, true
}

// match says whether a path is ignored. Its parents must have been asked
// before: what is below an ignored directory is never reached.
func (ig *ignore) match(name string, isDir bool) bool {
	segments := strings.Split(name, "/")
	for _, p := range slices.Backward(ig.patterns) {
		if p.dirOnly && !isDir || len(segments) <= len(p.domain) || !slices.Equal(segments[:len(p.domain)], p.domain) {
			continue
		}
		if matchSegments(p.segments, segments[len(p.domain):]) {
			return !p.negated
		}
	}
	return false
}

// matchSegments matches a path against a pattern, both cut at the slashes. A
// "**" at the end stands for at least one segment, elsewhere for any number.
func matchSegments(pattern, name []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			return matchAny(pattern[1:], name)
		}
		if len(name) == 0 {
			return false
		}
		if ok, err := path.Match(pattern[0], name[0]); err != nil || !ok {
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return len(name) == 0
}

func matchAny(rest, name []string) bool {
	if len(rest) == 0 {
		return len(name) > 0
	}
	for i := range len(name) {
		if matchSegments(rest, name[i:]) {
			return true
		}
	}
	return false
}
