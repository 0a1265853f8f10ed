// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"net/http"
	"slices"
)

// Provider is the form of a webhook: who sends it, and how it is proved.
type Provider string

// The providers.
const (
	// GitHub signs the body: X-Hub-Signature-256. Its SHA-1 is not accepted.
	GitHub Provider = "github"
	// GitLab sends the token itself: X-Gitlab-Token. Where a signing token is
	// set it signs the body with an id and a time instead: Webhook-Signature.
	GitLab Provider = "gitlab"
	// Gitea signs the body: X-Gitea-Signature.
	Gitea Provider = "gitea"
	// Forgejo signs the body: X-Forgejo-Signature or X-Gitea-Signature.
	Forgejo Provider = "forgejo"
	// BitbucketCloud signs the body: X-Hub-Signature with SHA-256.
	BitbucketCloud Provider = "bitbucket"
	// BitbucketServer, also called Data Center, does as well, with other payloads.
	BitbucketServer Provider = "bitbucket-server"
	// Generic signs the body: X-Signature with SHA-256. The payload is our own
	// and carries a time.
	Generic Provider = "generic-hmac"
)

// Providers returns all providers, in a fixed order.
func Providers() []Provider {
	return []Provider{GitHub, GitLab, Gitea, Forgejo, BitbucketCloud, BitbucketServer, Generic}
}

// action is what an event asks for.
type action int

const (
	actionNone action = iota
	actionPing
	actionPush
)

// form is what differs between providers.
type form struct {
	// verify proves a delivery and returns what tells it from others.
	verify func(v verification) (identity string, ok bool)
	// event is the header with the kind of the event; forms without one send
	// pushes only. The first one that is set counts.
	event         []string
	pings, pushes []string
	parse         func(body []byte) (Push, error)
}

func formOf(p Provider) (form, bool) {
	switch p {
	case GitHub:
		return form{verify: signed("sha256=", "X-Hub-Signature-256"), event: []string{"X-Github-Event"},
			pings: []string{"ping"}, pushes: []string{"push"}, parse: parseHub}, true
	case GitLab:
		return form{verify: gitLabProof, event: []string{"X-Gitlab-Event"},
			pushes: []string{"Push Hook", "Tag Push Hook", "System Hook"}, parse: parseGitLab}, true
	case Gitea:
		return form{verify: signed("", "X-Gitea-Signature"), event: []string{"X-Gitea-Event"},
			pushes: []string{"push"}, parse: parseHub}, true
	case Forgejo:
		return form{verify: signed("", "X-Forgejo-Signature", "X-Gitea-Signature"), event: []string{"X-Forgejo-Event", "X-Gitea-Event"},
			pushes: []string{"push"}, parse: parseHub}, true
	case BitbucketCloud:
		return form{verify: signed("sha256=", "X-Hub-Signature"), event: []string{"X-Event-Key"},
			pings: []string{"diagnostics:ping"}, pushes: []string{"repo:push"}, parse: parseBitbucketCloud}, true
	case BitbucketServer:
		return form{verify: signed("sha256=", "X-Hub-Signature"), event: []string{"X-Event-Key"},
			pings: []string{"diagnostics:ping"}, pushes: []string{"repo:refs_changed"}, parse: parseBitbucketServer}, true
	case Generic:
		return form{verify: signed("sha256=", "X-Signature"), parse: parseGeneric}, true
	}
	return form{}, false
}

// action decides by the header what is asked for. Names of events are public;
// they are compared as they are.
func (f form) action(h http.Header) action {
	if len(f.event) == 0 {
		return actionPush
	}
	event := first(h, f.event)
	switch {
	case slices.Contains(f.pings, event):
		return actionPing
	case slices.Contains(f.pushes, event):
		return actionPush
	}
	return actionNone
}

// first returns the first of the headers that is set exactly once. A header
// that comes twice counts as absent: which one would be meant?
func first(h http.Header, names []string) string {
	for _, name := range names {
		if values := h.Values(name); len(values) == 1 && values[0] != "" {
			return values[0]
		}
	}
	return ""
}
