// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Numbers of alternatives that errors name.
const (
	shownAlternatives = 5
	keptAlternatives  = 200
)

// sameVersion reports whether two versions differ in spelling only: in a
// leading "v" or in parts that are left out. Build metadata counts.
func sameVersion(a, b string) bool {
	va, errA := semver.NewVersion(a)
	vb, errB := semver.NewVersion(b)
	if errA != nil || errB != nil {
		return a == b
	}
	return va.Equal(vb) && va.Metadata() == vb.Metadata()
}

// missingVersion says that the repository lacks the version, and what is near.
func missingVersion(where, version string, known []string) *Error {
	sorted := newestFirst(known)
	e := &Error{
		Kind: ErrNotFound, Available: sorted[:min(len(sorted), keptAlternatives)],
		Reason: "the " + where + " does not have this version of the chart",
		Fix:    "check the version; it may have been withdrawn or not be published yet",
	}
	if len(sorted) > 0 {
		e.Fix = "use a version that it has, such as " + strings.Join(nearestVersions(version, sorted), ", ")
		if more := len(sorted) - shownAlternatives; more > 0 {
			e.Fix += fmt.Sprintf(" (and %d more)", more)
		}
	}
	return e
}

// newestFirst sorts versions, and drops what is none and what appears twice.
func newestFirst(known []string) []string {
	type parsed struct {
		text    string
		version *semver.Version
	}
	var list []parsed
	for _, text := range known {
		if v, err := semver.NewVersion(text); err == nil {
			list = append(list, parsed{printable(text), v})
		}
	}
	slices.SortStableFunc(list, func(a, b parsed) int {
		return cmp.Or(b.version.Compare(a.version), cmp.Compare(a.text, b.text))
	})
	texts := make([]string, 0, len(list))
	for _, p := range list {
		texts = append(texts, p.text)
	}
	return slices.Compact(texts)
}

// nearestVersions picks the few versions nearest to the wanted one, keeping the
// order. Versions that share the leading numbers are near.
func nearestVersions(wanted string, sorted []string) []string {
	w, err := semver.NewVersion(wanted)
	if err != nil || len(sorted) <= shownAlternatives {
		return sorted[:min(len(sorted), shownAlternatives)]
	}
	order := make([]int, len(sorted))
	distance := make([][3]uint64, len(sorted))
	for i, text := range sorted {
		order[i] = i
		if v, err := semver.NewVersion(text); err == nil {
			distance[i] = [3]uint64{apart(v.Major(), w.Major()), apart(v.Minor(), w.Minor()), apart(v.Patch(), w.Patch())}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(distance[a][:], distance[b][:]) })
	order = order[:shownAlternatives]
	slices.Sort(order)
	near := make([]string, 0, shownAlternatives)
	for _, i := range order {
		near = append(near, sorted[i])
	}
	return near
}

func apart(a, b uint64) uint64 { return max(a, b) - min(a, b) }

// missingChart says that the repository lacks the chart, and what it has.
func missingChart(name string, names []string) *Error {
	names = slices.Clone(names)
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(editDistance(a, name), editDistance(b, name)), cmp.Compare(a, b))
	})
	e := &Error{
		Kind: ErrNotFound, Available: names[:min(len(names), keptAlternatives)],
		Reason: "the repository has no chart of this name",
		Fix:    "check the repository's URL: its index is empty",
	}
	if len(names) > 0 {
		e.Fix = "check the name and the repository's URL; it has " + strings.Join(names[:min(len(names), shownAlternatives)], ", ")
		if more := len(names) - shownAlternatives; more > 0 {
			e.Fix += fmt.Sprintf(" and %d more", more)
		}
	}
	return e
}

// editDistance counts the single-byte changes that turn a into b.
func editDistance(a, b string) int {
	const longest = 64 // names beyond are compared by their beginning
	a, b = a[:min(len(a), longest)], b[:min(len(b), longest)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
