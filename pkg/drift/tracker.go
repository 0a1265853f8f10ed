// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package drift

import (
	"cmp"
	"slices"
	"time"
)

// Change is one transition between two looks.
type Change struct {
	// Finding that came or went; zero for a change of an Unknown.
	Finding Finding
	// Unknown that came or went; zero for a change of a Finding.
	Unknown Unknown
	// Resolved says that it went.
	Resolved bool
}

// Tracker follows observations over time: since when a finding holds, and which
// came and went. A finding in a part of the cluster that the last look could
// not see stays, marked Stale. The zero Tracker is ready; it is for one
// goroutine at a time.
type Tracker struct {
	findings map[string]Finding
	unknowns map[string]Unknown
}

// Update takes a new observation and returns it with Since filled in and stale
// findings kept, and what changed since the one before: what came first, then
// what went.
func (t *Tracker) Update(seen Observation, now time.Time) (Observation, []Change) {
	next := Observation{}
	changes := t.updateFindings(&next, seen, now)
	changes = append(changes, t.updateUnknowns(&next, seen.Unknowns, now)...)
	next.Sort()
	sortChanges(changes)
	return next, changes
}

func (t *Tracker) updateFindings(next *Observation, seen Observation, now time.Time) []Change {
	var changes []Change
	current := map[string]Finding{}
	for _, f := range seen.Findings {
		id := f.ID()
		if _, twice := current[id]; twice {
			continue
		}
		before, known := t.findings[id]
		f.Since = now
		if known {
			f.Since, f.Author = before.Since, remembered(f, before)
		} else {
			changes = append(changes, Change{Finding: f})
		}
		current[id] = f
		next.Findings = append(next.Findings, f)
	}
	for id, f := range t.findings {
		switch _, still := current[id]; {
		case still:
		case covers(seen.Unknowns, f):
			f.Stale = true
			current[id] = f
			next.Findings = append(next.Findings, f)
		default:
			changes = append(changes, Change{Finding: f, Resolved: true})
		}
	}
	t.findings = current
	return changes
}

func (t *Tracker) updateUnknowns(next *Observation, seen []Unknown, now time.Time) []Change {
	var changes []Change
	current := map[string]Unknown{}
	for _, u := range seen {
		id := u.ID()
		if _, twice := current[id]; twice {
			continue
		}
		before, known := t.unknowns[id]
		u.Since = now
		if known {
			u.Since = before.Since
		} else {
			changes = append(changes, Change{Unknown: u})
		}
		current[id] = u
		next.Unknowns = append(next.Unknowns, u)
	}
	for id, u := range t.unknowns {
		if _, still := current[id]; !still {
			changes = append(changes, Change{Unknown: u, Resolved: true})
		}
	}
	t.unknowns = current
	return changes
}

// remembered keeps the author of a drift whose value did not change, when a
// later look knows less.
func remembered(f, before Finding) Author {
	if f.Author.IsZero() && f.Have == before.Have {
		return before.Author
	}
	return f.Author
}

// covers says whether a finding lies in what could not be seen: an Unknown
// without an object stands for its whole layer, one without an endpoint for all
// endpoints of its object, and one with an endpoint for that endpoint and for
// what was found of the object as a whole.
func covers(unknowns []Unknown, f Finding) bool {
	return slices.ContainsFunc(unknowns, func(u Unknown) bool {
		switch {
		case u.Layer != f.Layer:
			return false
		case u.Target.Object.IsZero():
			return true
		case u.Target.Object != f.Target.Object:
			return false
		default:
			return u.Target.Endpoint == "" || f.Target.Endpoint == "" || u.Target.Endpoint == f.Target.Endpoint
		}
	})
}

func sortChanges(changes []Change) {
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.id(), b.id()))
	})
}

func order(c Change) int {
	if c.Resolved {
		return 1
	}
	return 0
}

func (c Change) id() string {
	if c.Unknown.Code != "" {
		return c.Unknown.ID()
	}
	return c.Finding.ID()
}
