// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import "strings"

// Revision names the exact state of a checkout, in the form that Flux uses in
// the status of its sources:
//
//	main@sha1:4f1c…   a branch or tag, and the commit it stood at
//	sha1:4f1c…        a commit that was asked for by its name alone
//	                  (empty) a plain directory, which has no revision
//
// A revision asked for by [Ref.Name] keeps the full name, as with Flux:
// refs/pull/42/head@sha1:4f1c….
type Revision string

const digestPrefix = "sha1:"

// String returns the revision as it stands.
func (r Revision) String() string { return string(r) }

// Name returns the branch, tag or ref in front of the "@"; empty for a bare
// commit and for a directory.
func (r Revision) Name() string {
	i := strings.LastIndex(string(r), "@"+digestPrefix)
	if i < 0 {
		return ""
	}
	return string(r[:i])
}

// Commit returns the 40 hexadecimal digits of the commit; empty for a directory.
func (r Revision) Commit() string {
	i := strings.LastIndex(string(r), digestPrefix)
	if i < 0 {
		return ""
	}
	return string(r[i+len(digestPrefix):])
}

func newRevision(label, commit string) Revision {
	if label == "" {
		return Revision(digestPrefix + commit)
	}
	return Revision(label + "@" + digestPrefix + commit)
}
