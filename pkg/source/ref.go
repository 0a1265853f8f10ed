// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/go-git/go-git/v5/plumbing"
)

const (
	branchPrefix = "refs/heads/"
	tagPrefix    = "refs/tags/"
	headName     = "HEAD"
)

// Ref says which revision is wanted. The zero value is the remote's default
// branch. If several fields are set, the first of this order counts, as in a
// Flux GitRepository: Commit, Name, SemVer, Tag, Branch. With Commit, Branch
// has a meaning of its own: the commit must then lie on that branch.
type Ref struct {
	// Branch is the short name of a branch.
	Branch string
	// Tag is the short name of a tag.
	Tag string
	// SemVer is a range such as ">=1.2.0 <2.0.0"; the highest matching tag is
	// taken. Tags are full versions with or without a leading "v". Pre-releases
	// match only if the range names one.
	SemVer string
	// Commit is the full name of a commit: 40 hexadecimal digits.
	Commit string
	// Name is the full name of any ref, such as "refs/pull/42/head".
	Name string
}

// IsZero reports whether no revision is asked for.
func (r Ref) IsZero() bool { return r == Ref{} }

// String says in words what is asked for, for messages; empty for the zero value.
func (r Ref) String() string {
	switch {
	case r.Commit != "" && r.Branch != "":
		return "commit " + printable(r.Commit) + " on branch " + printable(r.Branch)
	case r.Commit != "":
		return "commit " + printable(r.Commit)
	case r.Name != "":
		return "ref " + printable(r.Name)
	case r.SemVer != "":
		return "version " + printable(r.SemVer)
	case r.Tag != "":
		return "tag " + printable(r.Tag)
	case r.Branch != "":
		return "branch " + printable(r.Branch)
	}
	return ""
}

// refList is what a repository has on offer.
type refList struct {
	refs map[string]plumbing.Hash // full name → object, for tags maybe a tag object
	head plumbing.Hash            // what HEAD stands at; zero if unknown
	main string                   // full name of the branch that HEAD names; "" if detached
}

// choice is the ref that was chosen.
type choice struct {
	refName string // full name; "" for a bare commit
	label   string // its name in the Revision
	hash    plumbing.Hash
}

// commitHash parses Ref.Commit.
func (r Ref) commitHash() (plumbing.Hash, error) {
	s := strings.ToLower(r.Commit)
	h := plumbing.NewHash(s)
	if !plumbing.IsHash(s) || h.IsZero() {
		return h, invalid("this is not the full name of a commit", "give all 40 hexadecimal digits (git rev-parse prints them)")
	}
	return h, nil
}

// choose picks the ref asked for, other than by commit.
func (l refList) choose(r Ref) (choice, error) {
	switch {
	case r.Name != "":
		return l.named(r.Name)
	case r.SemVer != "":
		return l.highest(r.SemVer)
	case r.Tag != "":
		return l.short(tagPrefix, r.Tag)
	case r.Branch != "":
		return l.short(branchPrefix, r.Branch)
	case l.main != "":
		if h, ok := l.refs[l.main]; ok {
			return choice{l.main, strings.TrimPrefix(l.main, branchPrefix), h}, nil
		}
	case !l.head.IsZero():
		return choice{hash: l.head}, nil
	}
	return choice{}, &Error{
		Kind: ErrNotFound, Reason: "the repository has no default branch",
		Fix: "name a branch or tag" + suggestion(l.shortNames(branchPrefix), ""),
	}
}

func (l refList) named(name string) (choice, error) {
	if name == headName && !l.head.IsZero() {
		return choice{headName, headName, l.head}, nil
	}
	if h, ok := l.refs[name]; ok {
		return choice{name, name, h}, nil
	}
	fix := "check the name with git ls-remote"
	if !strings.HasPrefix(name, "refs/") {
		fix = `write the full name, beginning with "refs/"`
	}
	return choice{}, &Error{
		Kind: ErrNotFound, Reason: "the repository has no such ref",
		Fix: fix + suggestion(slices.Collect(maps.Keys(l.refs)), name),
	}
}

func (l refList) short(prefix, name string) (choice, error) {
	if h, ok := l.refs[prefix+name]; ok {
		return choice{prefix + name, name, h}, nil
	}
	what, other, otherPrefix := "branch", "tag", tagPrefix
	if prefix == tagPrefix {
		what, other, otherPrefix = "tag", "branch", branchPrefix
	}
	if _, ok := l.refs[otherPrefix+name]; ok {
		return choice{}, &Error{
			Kind: ErrNotFound, Reason: "the repository has no " + what + " of this name",
			Fix: "there is a " + other + " called so: ask for the " + other,
		}
	}
	fix := "check the name"
	if looksAbbreviated(name) {
		fix = "write all 40 digits if it is a commit, else check the name"
	}
	return choice{}, &Error{
		Kind: ErrNotFound, Reason: "the repository has no " + what + " of this name",
		Fix: fix + suggestion(l.shortNames(prefix), name),
	}
}

// looksAbbreviated says whether a name could be the beginning of a commit's.
func looksAbbreviated(name string) bool {
	return len(name) >= 7 && len(name) < 40 && strings.Trim(name, "0123456789abcdef") == ""
}

func (l refList) shortNames(prefix string) []string {
	var names []string
	for name := range l.refs {
		if short, ok := strings.CutPrefix(name, prefix); ok {
			names = append(names, short)
		}
	}
	return names
}

// highest picks the tag with the highest version in the range. Versions that
// differ in build metadata only are ordered by tag name.
func (l refList) highest(wanted string) (choice, error) {
	constraint, err := semver.NewConstraint(wanted)
	if err != nil {
		return choice{}, invalid("this is not a version range", `write it like ">=1.2.0 <2.0.0", "1.x" or "~1.4"`)
	}
	var best *semver.Version
	var bestTag string
	for _, tag := range slices.Sorted(slices.Values(l.shortNames(tagPrefix))) {
		v, err := semver.StrictNewVersion(strings.TrimPrefix(tag, "v"))
		if err != nil || !constraint.Check(v) {
			continue
		}
		if best == nil || !v.LessThan(best) {
			best, bestTag = v, tag
		}
	}
	if best == nil {
		return choice{}, &Error{
			Kind: ErrNotFound, Reason: "no tag of the repository matches this version range",
			Fix: "widen the range" + suggestion(l.shortNames(tagPrefix), wanted),
		}
	}
	return l.short(tagPrefix, bestTag)
}

// suggestion lists names that are close to name, or a few that exist.
func suggestion(names []string, name string) string {
	const most = 5
	slices.Sort(names)
	var near []string
	for _, n := range names {
		if name != "" && len(near) < most && similar(n, name) {
			near = append(near, printable(n))
		}
	}
	if len(near) > 0 {
		return fmt.Sprintf(" (did you mean %s?)", strings.Join(near, ", "))
	}
	if len(names) == 0 {
		return " (there is none)"
	}
	more := ""
	if len(names) > most {
		names, more = names[:most], ", …"
	}
	return fmt.Sprintf(" (there is %s%s)", printable(strings.Join(names, ", ")), more)
}

// similar reports whether a few edits turn a into b, not counting case.
func similar(a, b string) bool {
	const longest = 100
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) > longest || len(b) > longest {
		return false
	}
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) || edits(a, b) <= 1+len(b)/4
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
