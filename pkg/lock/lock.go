// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// What a lock file is called and says of itself.
const (
	// FileName is the name of the file, at the root of the repository.
	FileName = "dynamo.lock"
	// APIVersion is its apiVersion.
	APIVersion = v1alpha1.Group + "/v1alpha1"
	// Kind is its kind.
	Kind = "Lock"
)

// Chart is one locked chart.
type Chart struct {
	// Repository is the URL of the Helm repository or registry (https://…,
	// oci://…) without user, password, query and fragment. The same repository
	// is found whatever the case of its host and with or without a final slash.
	Repository string
	// Name is the chart's name.
	Name string
	// Version is the exact version.
	Version string
	// Digest is the SHA-256 of the archive as "sha256:" and 64 lower-case
	// hexadecimal digits.
	Digest string
}

// Lock is the content of a lock file. The zero value locks nothing. It is safe
// for concurrent use as long as nobody changes it.
type Lock struct {
	// Charts are the locked charts, in any order. No two have the same
	// repository, name and version.
	Charts []Chart
}

// Lookup finds a chart; false if it is not locked.
func (l *Lock) Lookup(repository, name, version string) (Chart, bool) {
	i := l.index(repository, name, version)
	if i < 0 {
		return Chart{}, false
	}
	return l.Charts[i], true
}

// Set locks a chart, in place of what was locked for its repository, name and
// version. It reports whether that changed the lock. The error is a
// [*FormatError] without a line if the chart cannot be in a lock file.
func (l *Lock) Set(c Chart) (changed bool, err error) {
	c.Repository = canonical(c.Repository)
	if field, reason := c.check(); reason != "" {
		return false, &FormatError{Field: field, Reason: reason}
	}
	i := l.index(c.Repository, c.Name, c.Version)
	switch {
	case i < 0:
		l.Charts = append(l.Charts, c)
	case l.Charts[i] == c:
		return false, nil
	default:
		l.Charts[i] = c
	}
	return true, nil
}

// Retain drops the charts for which keep is false, and returns them sorted.
func (l *Lock) Retain(keep func(Chart) bool) (dropped []Chart) {
	l.Charts = slices.DeleteFunc(slices.Clone(l.Charts), func(c Chart) bool {
		if keep(c) {
			return false
		}
		dropped = append(dropped, c)
		return true
	})
	slices.SortFunc(dropped, compare)
	return dropped
}

// Verify checks that a chart that was fetched is the one that is locked. The
// error is a [*MismatchError], which matches [ErrNotLocked] if the chart is not
// in the lock at all and [ErrMismatch] if it is there with another digest.
func (l *Lock) Verify(c Chart) error {
	locked, ok := l.Lookup(c.Repository, c.Name, c.Version)
	if ok && locked.Digest == c.Digest {
		return nil
	}
	c.Repository = canonical(c.Repository)
	return &MismatchError{Chart: c, Locked: locked.Digest}
}

func (l *Lock) index(repository, name, version string) int {
	repository = canonical(repository)
	return slices.IndexFunc(l.Charts, func(c Chart) bool {
		return c.Name == name && c.Version == version && canonical(c.Repository) == repository
	})
}

// compare orders charts by repository, name, version.
func compare(a, b Chart) int {
	return cmp.Or(
		cmp.Compare(canonical(a.Repository), canonical(b.Repository)),
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Version, b.Version),
	)
}

// canonical gives a repository's URL one spelling. What is no URL stays as it is.
func canonical(repository string) string {
	u, err := url.Parse(repository)
	if err != nil || u.Host == "" {
		return repository
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u.String()
}

// check says which field cannot be in a lock file and why; no reason if all can.
// No reason quotes a value that may hold a secret.
func (c Chart) check() (field, reason string) {
	u, err := url.Parse(c.Repository)
	switch {
	case c.Repository == "":
		return "repository", "repository is missing"
	case err != nil || u.Host == "" || !slices.Contains([]string{"https", "http", "oci"}, strings.ToLower(u.Scheme)):
		return "repository", "repository is not a URL of the form https://… or oci://…"
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "repository", "repository holds a user name, a password, a query or a fragment, which do not belong into a lock file"
	case c.Name == "":
		return "name", "name is missing"
	case !word(c.Name):
		return "name", "name is malformed"
	case c.Version == "":
		return "version", "version is missing"
	case !word(c.Version):
		return "version", "version is malformed"
	case c.Digest == "":
		return "digest", "digest is missing"
	case !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(c.Digest):
		return "digest", "digest is not of the form sha256:<64 lower-case hexadecimal digits>"
	}
	return "", ""
}

func word(s string) bool {
	return len(s) <= 250 && regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._+-]*$`).MatchString(s)
}
