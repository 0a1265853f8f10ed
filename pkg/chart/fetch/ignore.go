// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"path"
	"strings"
)

// ignoreRules are those of a chart's .helmignore, with Helm's meaning: a
// pattern without a slash is held against the last element of a path, one with
// a slash against the whole; a final slash restricts it to directories; and,
// unlike in .gitignore, "!" ignores whatever does not match.
type ignoreRules []ignoreRule

type ignoreRule struct {
	pattern  string
	whole    bool // hold against the whole path
	onlyDirs bool
	negate   bool
}

// parseIgnore reads .helmignore. Helm's own rule for files like
// templates/.gitkeep comes first.
func parseIgnore(data []byte) (ignoreRules, error) {
	rules := ignoreRules{{pattern: "templates/.?*", whole: true}}
	text := strings.TrimPrefix(string(data), "\ufeff")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var r ignoreRule
		if r.negate = strings.HasPrefix(line, "!"); r.negate {
			line = line[1:]
		}
		if r.onlyDirs = strings.HasSuffix(line, "/"); r.onlyDirs {
			line = strings.TrimSuffix(line, "/")
		}
		if r.whole = strings.Contains(line, "/"); r.whole {
			line = strings.TrimPrefix(line, "/")
		}
		if _, err := path.Match(line, "x"); err != nil || strings.Contains(line, "**") || line == "" {
			return nil, &Error{
				Kind: ErrCorrupt, Path: ".helmignore", Reason: "the pattern " + strings.TrimSpace(line) + " cannot be used",
				Fix: "Helm knows *, ? and [a-z] in patterns, but not **",
			}
		}
		r.pattern = line
		rules = append(rules, r)
	}
	return rules, nil
}

// ignored reports whether a path below the chart's directory is left out.
func (rules ignoreRules) ignored(name string, isDir bool) bool {
	for _, r := range rules {
		subject := name
		if !r.whole {
			subject = path.Base(name)
		}
		matched, _ := path.Match(r.pattern, subject) // the pattern has been checked
		switch {
		case r.negate:
			if (r.onlyDirs && !isDir) || !matched {
				return true
			}
		case r.onlyDirs && !isDir:
		case matched:
			return true
		}
	}
	return false
}
