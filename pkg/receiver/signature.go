// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	hookPath = "/hook/"

	// maxSignatures bounds the signatures of one delivery that are tried.
	maxSignatures = 4
)

// Digest is the last part of a receiver's address: the SHA-256, in hexadecimal,
// of its token, name and namespace, as Flux derives it.
func Digest(token []byte, name, namespace string) string {
	sum := sha256.Sum256(bytes.Join([][]byte{token, []byte(name), []byte(namespace)}, nil))
	return hex.EncodeToString(sum[:])
}

// Path is a receiver's address on the server: "/hook/" and its Digest. It is
// derived from a secret and is not to be shown around.
func Path(token []byte, name, namespace string) string {
	return hookPath + Digest(token, name, namespace)
}

// Sign returns the value of the header X-Signature for a body in the generic
// form: "sha256=" and the HMAC of the body by the token, in hexadecimal.
func Sign(token, body []byte) string {
	return "sha256=" + hex.EncodeToString(authenticate(token, body))
}

func authenticate(token []byte, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, token)
	for _, part := range parts {
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// verification is what a proof is judged by.
type verification struct {
	header    http.Header
	body      []byte
	token     []byte
	now       time.Time
	tolerance time.Duration
}

// signed returns the proof by an HMAC with SHA-256 of the body, in hexadecimal
// after a prefix, in the first of the headers that is there. A delivery is known
// again by its body: nothing else in it is signed, least of all its id.
func signed(prefix string, headers ...string) func(verification) (string, bool) {
	return func(v verification) (string, bool) {
		text, ok := strings.CutPrefix(first(v.header, headers), prefix)
		got, err := hex.DecodeString(text)
		want := authenticate(v.token, v.body)
		match := hmac.Equal(got, want)
		return string(want), ok && err == nil && match
	}
}

// gitLabProof takes the token itself, or a signature where there is one. Who
// knows the token can send whatever they like; the ids keep only the repetitions
// of GitLab itself apart from new pushes of the same commits.
func gitLabProof(v verification) (string, bool) {
	if v.header.Values("Webhook-Signature") != nil {
		return standardProof(v)
	}
	// Digests are compared, so that not even the length of the token shows.
	got, want := sha256.Sum256([]byte(first(v.header, []string{"X-Gitlab-Token"}))), sha256.Sum256(v.token)
	body := sha256.Sum256(v.body)
	id := first(v.header, []string{"Idempotency-Key", "X-Gitlab-Event-Uuid"})
	return string(body[:]) + id, subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// standardProof is the form of standardwebhooks.com: the signature covers an id,
// the time and the body.
func standardProof(v verification) (string, bool) {
	id, sent := first(v.header, []string{"Webhook-Id"}), first(v.header, []string{"Webhook-Timestamp"})
	want := authenticate(standardKey(v.token), []byte(id+"."+sent+"."), v.body)
	match := false
	for i, text := range strings.Fields(first(v.header, []string{"Webhook-Signature"})) {
		encoded, ok := strings.CutPrefix(text, "v1,")
		got, err := base64.StdEncoding.DecodeString(encoded)
		if i < maxSignatures && ok && err == nil && hmac.Equal(got, want) {
			match = true
		}
	}
	seconds, err := strconv.ParseInt(sent, 10, 64)
	// A retry has the same id and another time, and with it another signature.
	body := sha256.Sum256(v.body)
	return string(body[:]) + id, match && id != "" && err == nil && fresh(time.Unix(seconds, 0), v.now, v.tolerance)
}

// standardKey is the key of a token "whsec_" and base64; other tokens are taken
// as they are.
func standardKey(token []byte) []byte {
	if encoded, ok := bytes.CutPrefix(token, []byte("whsec_")); ok {
		if key, err := base64.StdEncoding.DecodeString(string(encoded)); err == nil {
			return key
		}
	}
	return token
}

// fresh says whether a time is near enough to now, before or after.
func fresh(sent, now time.Time, tolerance time.Duration) bool {
	return !sent.Before(now.Add(-tolerance)) && !sent.After(now.Add(tolerance))
}
