// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// maxSuggestions bounds the search for near keys in one check: values with
// more unknown keys than this are meant for another chart.
const maxSuggestions = 100

// CheckValues returns what is wrong with values for this version, sorted by
// path: unknown keys with the nearest known one in the fix, moved keys (ignored
// in silence), dead keys, keys and combinations that make the chart fail, and
// values of a type that the chart misreads. A null is right everywhere a key
// is. Free-form maps of the charts take any key. The values are not changed.
//
// Each entry of allow is a path, with "*" for any one key, that is left alone
// together with everything below it: a fork of the chart may read it. What
// makes the chart fail is reported all the same.
//
// Cross-checks that need more than the values (the release, the cluster, other
// objects) are no part of it.
func (v *Version) CheckValues(in map[string]any, allow []string) []values.Issue {
	c := checker{version: v, fates: fatesAt(v.entry.minor), allow: parseAllow(allow)}
	c.level(nil, v.keys(), in, false)
	c.combinations(in)
	slices.SortStableFunc(c.issues, func(a, b values.Issue) int { return slices.Compare(a.Path, b.Path) })
	return c.issues
}

// checker holds one run of CheckValues.
type checker struct {
	version     *Version
	fates       map[string]fate
	allow       []values.Path
	suggestions int
	issues      []values.Issue
}

// level checks the keys of one map. In an open level unknown keys are fine.
func (c *checker) level(prefix values.Path, n *node, in map[string]any, open bool) {
	for _, key := range sortedKeys(in) {
		path := append(slices.Clone(prefix), key)
		if f, ok := c.fates[path.String()]; ok {
			c.doomed(path, f)
			continue
		}
		if c.allowed(path) {
			c.onlyRejected(path, in[key])
			continue
		}
		c.key(path, n.child(key), in[key], open)
	}
}

// key checks one key without a fate.
func (c *checker) key(path values.Path, n *node, value any, open bool) {
	kind := n.kind(c.version.entry.minor)
	below, isMap := value.(map[string]any)
	switch {
	case kind == typeNone && open:
		return
	case kind == typeNone && isMap && (c.allowedBelow(path) || c.fateBelow(path)):
		c.level(path, n, below, false)
	case kind == typeNone:
		c.unknown(path, n)
	case !fits(kind, value):
		c.report(values.Issue{Kind: values.IssueType, Path: path,
			Problem: fmt.Sprintf("%s is %s where the chart wants %s", path, describe(value), kind.want()),
			Fix:     typeFix(kind, value)})
	case isMap && kind != typeAny:
		c.level(path, n, below, open || kind == typeFree)
	}
}

// onlyRejected looks below an allowed path for what makes the chart fail.
func (c *checker) onlyRejected(path values.Path, value any) {
	below, _ := value.(map[string]any)
	values.Walk(below, func(rest values.Path, _ any) bool {
		full := append(slices.Clone(path), rest...)
		if f, ok := c.fates[full.String()]; ok {
			c.doomed(full, f)
			return false
		}
		return true
	})
}

// doomed reports a key with a fate.
func (c *checker) doomed(path values.Path, f fate) {
	if f.kind != values.IssueRejected && c.allowed(path) {
		return
	}
	var problem string
	switch f.kind {
	case values.IssueRejected:
		problem = fmt.Sprintf("%s makes chart %s fail: %s", path, c.version, f.why)
	case values.IssueMoved:
		problem = fmt.Sprintf("%s is ignored by chart %s: %s", path, c.version, f.why)
	default:
		problem = fmt.Sprintf("%s has no effect in chart %s: %s", path, c.version, f.why)
	}
	c.report(values.Issue{Kind: f.kind, Path: path, Problem: problem, Fix: c.fateFix(f)})
}

func (c *checker) fateFix(f fate) string {
	if f.to == "" {
		return "remove it"
	}
	fix := "use " + f.to
	for _, part := range []Part{PartGrove, PartKAI} {
		keys := c.version.entry.minor.toggle(part)
		if f.to == keys.install && keys.integrate != "" {
			fix += " to install it and " + keys.integrate + " to let the operator use it"
		}
	}
	if keys := c.version.entry.minor.toggle(PartNATS); f.to == keys.install && keys.integrate != "" {
		fix += " and " + keys.integrate
	}
	return fix
}

// unknown reports a key that this version does not read; the node, where there
// is one, says which version does.
func (c *checker) unknown(path values.Path, n *node) {
	issue := values.Issue{Kind: values.IssueUnknown, Path: path,
		Problem: fmt.Sprintf("%s is no key of chart %s, which would ignore it", path, c.version),
		Fix:     "remove it"}
	since, until, elsewhere := n.years()
	now := c.version.entry.minor
	switch {
	case elsewhere && since > now:
		issue.Problem += fmt.Sprintf("; it comes with %s", since)
		issue.Fix = fmt.Sprintf("remove it, or use chart %s or newer", since)
	case elsewhere && until < now:
		issue.Problem += fmt.Sprintf("; %s was the last to have it", until)
	case elsewhere:
		issue.Problem += "; versions before and after it have it"
		issue.Fix = "remove it, or use another chart version"
	default:
		if near := c.nearest(path); near != "" {
			issue.Fix = fmt.Sprintf("did you mean %s?", near)
		}
	}
	c.report(issue)
}

// nearest returns the known key that the path most likely means.
func (c *checker) nearest(path values.Path) string {
	if c.suggestions++; c.suggestions > maxSuggestions {
		return ""
	}
	return suggest(c.version.keys(), c.version.entry.minor, path)
}

func (c *checker) report(issue values.Issue) { c.issues = append(c.issues, issue) }

// allowed says whether a path or one above it is in the allow list.
func (c *checker) allowed(path values.Path) bool {
	return slices.ContainsFunc(c.allow, func(pattern values.Path) bool {
		return len(pattern) <= len(path) && matches(pattern, path[:len(pattern)])
	})
}

// allowedBelow says whether something below the path is in the allow list.
func (c *checker) allowedBelow(path values.Path) bool {
	return slices.ContainsFunc(c.allow, func(pattern values.Path) bool {
		return len(pattern) > len(path) && matches(pattern[:len(path)], path)
	})
}

// fateBelow says whether a key below the path has a fate.
func (c *checker) fateBelow(path values.Path) bool {
	prefix := path.String() + "."
	for doomed := range c.fates {
		if strings.HasPrefix(doomed, prefix) {
			return true
		}
	}
	return false
}

func matches(pattern, path values.Path) bool {
	for i, key := range pattern {
		if key != wildcard && key != path[i] {
			return false
		}
	}
	return true
}

// parseAllow reads the allow list. An entry that is no path allows nothing.
func parseAllow(allow []string) []values.Path {
	patterns := make([]values.Path, 0, len(allow))
	for _, text := range allow {
		if path, err := values.ParsePath(strings.TrimSpace(text)); err == nil {
			patterns = append(patterns, path)
		}
	}
	return patterns
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
