// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// RequestedAtAnnotation is what a Requester sets on a target: Flux's own.
const RequestedAtAnnotation = "reconcile.fluxcd.io/requestedAt"

// ErrNotFound is returned by Receivers for an address that leads nowhere.
var ErrNotFound = errors.New("no such receiver")

// Receiver is one address that deliveries are sent to.
type Receiver struct {
	// Namespace and Name are its own. Only targets of its namespace are asked
	// to reconcile, unless AllNamespaces is set.
	Namespace, Name string
	AllNamespaces   bool
	// Provider is the only form that is accepted here.
	Provider Provider
	// Token is the secret shared with the sender. A receiver without one
	// accepts nothing.
	Token []byte
}

// Receivers knows the receivers by their Digest. It is called concurrently. The
// error is ErrNotFound for a digest that is none's.
type Receivers interface {
	Receiver(ctx context.Context, digest string) (Receiver, error)
}

// Target is a PlatformSync: what may be asked to reconcile.
type Target struct {
	Namespace, Name string
	// URL is the repository that it follows, in any form; where it reads
	// through a source object, that one's.
	URL string
	// Ref is what it follows there.
	Ref Ref
	// Suspended targets are left alone.
	Suspended bool
}

// Ref selects a revision. As in Flux, of several fields the last one here that
// is set counts; without any it is the default branch.
type Ref struct {
	// Branch is without refs/heads/, Tag without refs/tags/.
	Branch, Tag string
	// SemVer selects among the tags.
	SemVer string
	// Name is the full name of a ref.
	Name string
	// Commit is fixed: no push changes it.
	Commit string
}

// Lister finds targets. It is called concurrently.
type Lister interface {
	// Targets returns those whose URL is url by NormalizeURL; more do no harm.
	Targets(ctx context.Context, url string) ([]Target, error)
}

// Requester has one target reconciled, by setting RequestedAtAnnotation to at
// and nothing else. A target that is no more is no error. It is called
// concurrently.
type Requester interface {
	Request(ctx context.Context, target Target, at time.Time) error
}

// follows says whether a push changes what a ref selects.
func (r Ref) follows(push Push) bool {
	return slices.ContainsFunc(push.Updates, func(u Update) bool { return !u.Deleted && r.selects(u.Ref, push.DefaultBranch) })
}

func (r Ref) selects(pushed, defaultBranch string) bool {
	switch {
	case r.Commit != "":
		return false
	case r.Name != "":
		return pushed == r.Name
	case r.SemVer != "":
		return strings.HasPrefix(pushed, tagRefs)
	case r.Tag != "":
		return pushed == tagRefs+r.Tag
	case r.Branch != "":
		return pushed == branchRefs+r.Branch
	case defaultBranch != "":
		return pushed == branchRefs+defaultBranch
	}
	return strings.HasPrefix(pushed, branchRefs)
}

// matching returns the targets of a push that a receiver may ask, each once, by
// namespace and name.
func matching(ctx context.Context, lister Lister, r Receiver, push Push) ([]Target, error) {
	var found []Target
	for _, url := range push.URLs {
		targets, err := lister.Targets(ctx, url)
		if err != nil {
			return nil, err
		}
		for _, t := range targets {
			normal, ok := NormalizeURL(t.URL)
			if ok && normal == url && !t.Suspended && (r.AllNamespaces || t.Namespace == r.Namespace) && t.Ref.follows(push) {
				found = append(found, t)
			}
		}
	}
	slices.SortFunc(found, func(a, b Target) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
	return slices.CompactFunc(found, func(a, b Target) bool { return a.Namespace == b.Namespace && a.Name == b.Name }), nil
}
