// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// redactor removes from messages what must not be seen in them.
type redactor struct {
	secrets []string
	source  *regexp.Regexp
}

// minSecret is the length from which a text counts as a secret: shorter ones
// are words such as "on" that stand in every message.
const minSecret = 4

// newRedactor collects the texts under names that hold secrets.
func newRedactor(given map[string]any) *redactor {
	r := &redactor{
		// "tpl" quotes the text of the template, which comes from the values.
		source: regexp.MustCompile(`(cannot parse template|function execution for) "(?:[^"\\]|\\.)*"`),
	}
	r.collect(given, false)
	slices.SortFunc(r.secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	r.secrets = slices.Compact(r.secrets)
	return r
}

// collect takes in the texts of a value that stands under a sensitive name.
func (r *redactor) collect(v any, secret bool) {
	switch t := v.(type) {
	case map[string]any:
		for key, item := range t {
			r.collect(item, !benign(key) && (secret || sensitive(key)))
		}
	case []any:
		for _, item := range t {
			r.collect(item, secret)
		}
	case string:
		if !secret {
			return
		}
		for line := range strings.SplitSeq(t, "\n") {
			if line = strings.TrimSpace(line); len(line) >= minSecret {
				r.secrets = append(r.secrets, line)
			}
		}
	}
}

// text returns a message without secrets.
func (r *redactor) text(message string) string {
	message = r.source.ReplaceAllString(message, "$1 (text left out)")
	for _, secret := range r.secrets {
		message = strings.ReplaceAll(message, secret, "***")
	}
	return message
}

// sensitive says whether a key is one that holds a secret.
func sensitive(key string) bool {
	key = bare(key)
	return key == "key" || strings.HasSuffix(key, ".key") || slices.ContainsFunc([]string{
		"password", "passwd", "passphrase", "token", "secret", "credential", "privatekey", "apikey", "accesskey", "signingkey",
	}, func(word string) bool { return strings.Contains(key, word) })
}

// benign says whether a key that sounds like a secret names one only.
func benign(key string) bool {
	key = bare(key)
	return strings.Contains(key, "existing") || slices.ContainsFunc([]string{"name", "ref", "type", "path", "file", "namespace"},
		func(suffix string) bool { return strings.HasSuffix(key, suffix) })
}

// bare is a key in lower case without separators.
func bare(key string) string {
	return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(key))
}
