// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// Translate turns values of the version from into values of this version, older
// or newer, that mean the same. It goes minor by minor, so one long way equals
// many short ones. The input is not changed.
//
// Moved keys follow. A part that the old version installs by default and the
// new one does not, or the other way round, is written down, as a Change with
// an empty From. Keys that the new version does not read are dropped, as are
// those that the old one ignored and the new one would obey: each is a Change
// with an empty To. Where that loses something, an Issue says so: its Path is
// in the version that last had the key, and its Kind is what the key would be in
// the next one (IssueUnknown, IssueDead, IssueRejected). Keys that neither
// version reads are left for CheckValues.
func (v *Version) Translate(in map[string]any, from *Version) (map[string]any, []values.Change, []values.Issue) {
	t := translation{out: values.Clone(in), stale: map[int]bool{}}
	if t.out == nil {
		t.out = map[string]any{}
	}
	way := v.way(from)
	for i := 1; i < len(way); i++ {
		t.from, t.to = way[i-1], way[i]
		t.step()
	}
	return t.out, t.changes, t.issues
}

// way returns the versions from one to the other, both included.
func (v *Version) way(from *Version) []*Version {
	var way []*Version
	low, high := min(v.entry.minor, from.entry.minor), max(v.entry.minor, from.entry.minor)
	for _, e := range entries() {
		if low <= e.minor && e.minor <= high {
			r := release{int(e.minor / minorsPerMajor), int(e.minor % minorsPerMajor), 0}
			way = append(way, &Version{entry: e, requested: r, known: true, keys: v.keys})
		}
	}
	if from.entry.minor > v.entry.minor {
		slices.Reverse(way)
	}
	return way
}

// translation is one run of Translate, at the step between two neighbours.
type translation struct {
	out      map[string]any
	from, to *Version
	// changes of the steps before, fresh those of this one; stale are the
	// indices of changes that this step took further.
	changes, fresh []values.Change
	stale          map[int]bool
	issues         []values.Issue
}

func (t *translation) step() {
	t.dropIgnored()
	for _, part := range parts() {
		t.toggle(part)
	}
	t.dropGone()
	t.settle()
}

// newer returns the later of the two versions: the one that made the change.
func (t *translation) newer() *Version {
	if t.to.entry.minor > t.from.entry.minor {
		return t.to
	}
	return t.from
}

// dropIgnored removes what the old version ignores or refuses, and what it does
// not know but the new one would obey.
func (t *translation) dropIgnored() {
	doomed := fatesAt(t.from.entry.minor)
	p := pruner{t: t, drop: func(path values.Path, n *node, was, is bool) bool {
		_, ok := doomed[path.String()]
		return ok || !was && is && n != nil && !above(doomed, path)
	}}
	for _, r := range p.prune() {
		t.change(r.path, nil, nil, fmt.Sprintf("chart %s did not read it", t.from))
	}
}

// dropGone removes what the old version reads and the new one does not.
func (t *translation) dropGone() {
	doomed := fatesAt(t.to.entry.minor)
	p := pruner{t: t, drop: func(path values.Path, _ *node, was, is bool) bool {
		_, ok := doomed[path.String()]
		return ok || was && !is && !above(doomed, path)
	}}
	for _, r := range p.prune() {
		t.change(r.path, nil, nil, fmt.Sprintf("chart %s does not read it", t.to))
		if f := doomed[r.path.String()]; !f.harmless && t.says(r.path, r.value) {
			t.lose(r.path, f)
		}
	}
}

// lose reports a key that had an effect and has none any more.
func (t *translation) lose(path values.Path, f fate) {
	issue := values.Issue{Kind: values.IssueUnknown, Path: path,
		Problem: fmt.Sprintf("%s of chart %s has no equivalent in chart %s", path, t.from, t.to),
		Fix:     "check that you can do without it"}
	if f.path != "" {
		issue.Kind = f.kind
		issue.Problem += ": " + f.why
	}
	t.issues = append(t.issues, issue)
}

// says whether a value differs from the old version's defaults.
func (t *translation) says(path values.Path, value any) bool {
	if below, ok := value.(map[string]any); ok {
		return slices.ContainsFunc(sortedKeys(below), func(key string) bool {
			return t.says(append(slices.Clone(path), key), below[key])
		})
	}
	if value == nil || value == "" || value == false {
		preset, ok := t.from.Value(nil, path...)
		return ok && preset != value && preset != ""
	}
	if list, ok := value.([]any); ok && len(list) == 0 {
		return false
	}
	preset, _ := t.from.Value(nil, path...)
	return !same(preset, value)
}

// pruner finds the topmost values that are to go.
type pruner struct {
	t *translation
	// drop decides on one key; was and is say whether the old and the new
	// version read it.
	drop     func(path values.Path, n *node, was, is bool) bool
	removals []removal
}

type removal struct {
	path  values.Path
	value any
}

// prune removes them and returns what they were, sorted by path.
func (p *pruner) prune() []removal {
	p.level(nil, p.t.to.keys(), p.t.out, false, false)
	for _, r := range p.removals {
		values.Delete(p.t.out, r.path...)
	}
	return p.removals
}

// level looks at one map; wasOpen and isOpen say whether it is in a free-form
// map of the old and of the new version.
func (p *pruner) level(prefix values.Path, n *node, in map[string]any, wasOpen, isOpen bool) {
	for _, key := range sortedKeys(in) {
		path, c := append(slices.Clone(prefix), key), n.child(key)
		was, is := c.kind(p.t.from.entry.minor), c.kind(p.t.to.entry.minor)
		if p.drop(path, c, was != typeNone || wasOpen, is != typeNone || isOpen) {
			p.removals = append(p.removals, removal{path, in[key]})
			continue
		}
		if below, ok := in[key].(map[string]any); ok && c != nil {
			p.level(path, c, below, wasOpen || was == typeFree || was == typeAny, isOpen || is == typeFree || is == typeAny)
		}
	}
}

// above says whether a path has a fate below it, which then is the better unit
// to remove.
func above(doomed map[string]fate, path values.Path) bool {
	for _, f := range doomed {
		full := split(f.path)
		if len(full) > len(path) && slices.Equal(full[:len(path)], path) {
			return true
		}
	}
	return false
}

// change records a rewrite. Where it goes on from an earlier one, the two
// become one: the caller sees the old version's path and the new one's.
func (t *translation) change(from, to values.Path, value any, reason string) {
	next := values.Change{From: from, To: to, Value: value, Reason: reason}
	for i, c := range t.changes {
		if len(from) > 0 && slices.Equal(c.To, from) {
			next.From = c.From
			t.stale[i] = true
		}
	}
	t.fresh = append(t.fresh, next)
}

// settle ends a step: it replaces the changes that were taken further.
func (t *translation) settle() {
	kept := make([]values.Change, 0, len(t.changes)+len(t.fresh))
	for i, c := range t.changes {
		if !t.stale[i] {
			kept = append(kept, c)
		}
	}
	for _, c := range t.fresh {
		if len(c.From) > 0 || len(c.To) > 0 {
			kept = append(kept, c)
		}
	}
	t.changes, t.fresh, t.stale = kept, nil, map[int]bool{}
}

// same compares two values as a chart does: 1 and 1.0 are one number.
func same(a, b any) bool {
	if x, ok := toFloat(a); ok {
		y, ok := toFloat(b)
		return ok && x == y
	}
	return reflect.DeepEqual(a, b)
}
