// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	branchRefs = "refs/heads/"
	tagRefs    = "refs/tags/"

	maxRef     = 1024
	maxUpdates = 10_000
	maxURLs    = 16
)

// ErrPayload is wrapped by every error about what a payload says.
var ErrPayload = errors.New("the payload cannot be read")

func unreadable(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrPayload}, args...)...)
}

// Push is what a payload says about a push.
type Push struct {
	// URLs are the normalised addresses of the repository, each once.
	URLs []string
	// DefaultBranch is the repository's, without refs/heads/; empty when the
	// payload does not say.
	DefaultBranch string
	// Updates are the refs that were pushed.
	Updates []Update
	// Sent is when the payload was made, by a form that says so.
	Sent time.Time
}

// Update is what a push did to one ref.
type Update struct {
	// Ref is the full name, such as refs/heads/main.
	Ref string
	// Deleted says that the ref is no more.
	Deleted bool
}

// Parse reads the payload of a push in the form of a provider. It trusts
// nothing in it: addresses are normalised, refs checked by Git's own rules. The
// payload must have been proved genuine before.
func Parse(p Provider, body []byte) (Push, error) {
	f, ok := formOf(p)
	if !ok {
		return Push{}, fmt.Errorf("provider %q is unknown; use one of %v", p, Providers())
	}
	if !utf8.Valid(body) {
		return Push{}, unreadable("it is not UTF-8")
	}
	push, err := f.parse(body)
	if err != nil {
		return Push{}, err
	}
	if len(push.URLs) == 0 {
		return Push{}, unreadable("it names no repository")
	}
	if len(push.Updates) > maxUpdates {
		return Push{}, unreadable("it has more than %d refs", maxUpdates)
	}
	for _, u := range push.Updates {
		if !validRef(u.Ref) {
			return Push{}, unreadable("a ref is not as Git names one")
		}
	}
	return push, nil
}

func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return unreadable("it is not the JSON that its form has") // the decoder's words would quote the payload
	}
	return nil
}

// parseHub reads what GitHub, Gitea and Forgejo send.
func parseHub(body []byte) (Push, error) {
	var payload struct {
		Ref        string `json:"ref"`
		After      string `json:"after"`
		Deleted    bool   `json:"deleted"`
		Repository struct {
			CloneURL      string `json:"clone_url"`
			SSHURL        string `json:"ssh_url"`
			GitURL        string `json:"git_url"`
			HTMLURL       string `json:"html_url"`
			DefaultBranch string `json:"default_branch"`
		} `json:"repository"`
	}
	if err := decode(body, &payload); err != nil {
		return Push{}, err
	}
	r := payload.Repository
	return Push{
		URLs:          normalised(r.CloneURL, r.SSHURL, r.GitURL, r.HTMLURL),
		DefaultBranch: r.DefaultBranch,
		Updates:       []Update{{Ref: payload.Ref, Deleted: payload.Deleted || noCommit(payload.After)}},
	}, nil
}

// parseGitLab reads push and tag_push, of projects and of system hooks.
func parseGitLab(body []byte) (Push, error) {
	var payload struct {
		Kind    string `json:"object_kind"`
		Name    string `json:"event_name"`
		Ref     string `json:"ref"`
		After   string `json:"after"`
		Project struct {
			HTTPURL       string `json:"git_http_url"`
			SSHURL        string `json:"git_ssh_url"`
			WebURL        string `json:"web_url"`
			DefaultBranch string `json:"default_branch"`
		} `json:"project"`
	}
	if err := decode(body, &payload); err != nil {
		return Push{}, err
	}
	r := payload.Project
	push := Push{URLs: normalised(r.HTTPURL, r.SSHURL, r.WebURL), DefaultBranch: r.DefaultBranch}
	switch kind := payload.Kind + payload.Name; {
	case strings.Contains(kind, "push"):
		push.Updates = []Update{{Ref: payload.Ref, Deleted: noCommit(payload.After)}}
	case len(push.URLs) == 0: // a system hook about something else
		return Push{}, errNotPush
	}
	return push, nil
}

// errNotPush says that the body, not the header, tells of another event.
var errNotPush = errors.New("the event is no push")

// bitbucketRef is a ref as both Bitbuckets describe one.
type bitbucketRef struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

func (r bitbucketRef) full() string {
	switch strings.ToLower(r.Type) {
	case "branch", "named_branch":
		return branchRefs + r.Name
	case "tag", "annotated_tag":
		return tagRefs + r.Name
	}
	return ""
}

func parseBitbucketCloud(body []byte) (Push, error) {
	var payload struct {
		Push struct {
			Changes []struct {
				Old *bitbucketRef `json:"old"`
				New *bitbucketRef `json:"new"`
			} `json:"changes"`
		} `json:"push"`
		Repository struct {
			FullName string `json:"full_name"`
			Links    struct {
				HTML struct {
					Href string `json:"href"`
				} `json:"html"`
			} `json:"links"`
		} `json:"repository"`
	}
	if err := decode(body, &payload); err != nil {
		return Push{}, err
	}
	push := Push{URLs: normalised(payload.Repository.Links.HTML.Href)}
	for _, change := range payload.Push.Changes {
		switch {
		case change.New != nil:
			push.Updates = append(push.Updates, Update{Ref: change.New.full()})
		case change.Old != nil:
			push.Updates = append(push.Updates, Update{Ref: change.Old.full(), Deleted: true})
		}
	}
	return push, nil
}

func parseBitbucketServer(body []byte) (Push, error) {
	var payload struct {
		Repository struct {
			Links struct {
				Clone []struct {
					Href string `json:"href"`
				} `json:"clone"`
			} `json:"links"`
		} `json:"repository"`
		Changes []struct {
			Ref struct {
				ID string `json:"id"`
			} `json:"ref"`
			Type string `json:"type"`
		} `json:"changes"`
	}
	if err := decode(body, &payload); err != nil {
		return Push{}, err
	}
	var hrefs []string
	for _, link := range payload.Repository.Links.Clone {
		hrefs = append(hrefs, link.Href)
	}
	push := Push{URLs: normalised(hrefs...)}
	for _, change := range payload.Changes {
		push.Updates = append(push.Updates, Update{Ref: change.Ref.ID, Deleted: strings.EqualFold(change.Type, "DELETE")})
	}
	return push, nil
}

// noCommit recognises the name of no object. An absent name says nothing.
func noCommit(name string) bool {
	return len(name) >= 40 && strings.Trim(name, "0") == ""
}

// validRef checks a full name by the rules of git check-ref-format.
func validRef(ref string) bool {
	rest, ok := strings.CutPrefix(ref, "refs/")
	if !ok || len(ref) > maxRef || strings.ContainsAny(rest, " ~^:?*[\\") || strings.Contains(rest, "..") ||
		strings.Contains(rest, "@{") || strings.HasSuffix(rest, ".") {
		return false
	}
	for part := range strings.SplitSeq(rest, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return !strings.ContainsFunc(ref, unicode.IsControl)
}
