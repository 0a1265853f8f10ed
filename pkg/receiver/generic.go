// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"encoding/json"
	"time"
)

// Notice is the payload of the generic form.
type Notice struct {
	// ID makes the payload one of a kind, so that it is not taken for one that
	// was handled before. Optional.
	ID string `json:"id,omitempty"`
	// Timestamp is when the payload was made. Required; a time too far from the
	// receiver's is refused.
	Timestamp time.Time `json:"timestamp"`
	// Repository is an address of the repository, in any form that Git takes.
	Repository string `json:"repository"`
	// DefaultBranch is the repository's, without refs/heads/. Optional.
	DefaultBranch string `json:"defaultBranch,omitempty"`
	// Ref is the full name of a pushed ref; Updates are several. At least one
	// of the two.
	Ref     string         `json:"ref,omitempty"`
	Updates []NoticeUpdate `json:"updates,omitempty"`
}

// NoticeUpdate is one ref in a Notice.
type NoticeUpdate struct {
	// Ref is the full name, such as refs/heads/main.
	Ref string `json:"ref"`
	// Commit is the object that the ref leads to now. For information.
	Commit string `json:"commit,omitempty"`
	// Deleted says that the ref is no more.
	Deleted bool `json:"deleted,omitempty"`
}

// Encode returns the body to sign and send.
func (n Notice) Encode() ([]byte, error) { return json.Marshal(n) }

func parseGeneric(body []byte) (Push, error) {
	var n Notice
	if err := decode(body, &n); err != nil {
		return Push{}, err
	}
	push := Push{URLs: normalised(n.Repository), DefaultBranch: n.DefaultBranch, Sent: n.Timestamp}
	if n.Ref != "" {
		push.Updates = append(push.Updates, Update{Ref: n.Ref})
	}
	for _, u := range n.Updates {
		push.Updates = append(push.Updates, Update{Ref: u.Ref, Deleted: u.Deleted})
	}
	switch {
	case n.Timestamp.IsZero():
		return Push{}, unreadable("it has no timestamp")
	case len(push.Updates) == 0:
		return Push{}, unreadable("it has no ref")
	}
	return push, nil
}
