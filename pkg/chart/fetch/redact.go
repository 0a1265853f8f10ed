// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// hidden stands where a secret or an untrustworthy part of a URL was.
const hidden = "***"

// redact returns a repository's location in a form fit for errors: a URL loses
// its user, password, query and fragment; one that cannot be taken apart with
// certainty is hidden but for its scheme.
func redact(location string) string {
	scheme, rest, isURL := strings.Cut(location, "://")
	if !isURL {
		return printable(location)
	}
	u, err := url.Parse(location)
	if err != nil || u.Host == "" || (u.User == nil && strings.Contains(rest, "@") && u.Port() != "") {
		if regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]{0,15}$`).MatchString(scheme) {
			return scheme + "://" + hidden
		}
		return hidden
	}
	clean := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return printable(clean.String())
}

// printable replaces control characters, which a hostile server could use to
// steer a terminal, and limits the length of text that is not ours.
func printable(s string) string {
	const keep = 800
	s = strings.ToValidUTF8(s, "?")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || (r >= '\u202a' && r <= '\u202e') {
			return ' '
		}
		return r
	}, s)
	if len(s) > keep {
		s = strings.ToValidUTF8(s[:keep], "") + "…"
	}
	return strings.TrimSpace(s)
}

// scrubber removes known secrets from text that others wrote, and from every
// URL in it the user, the query and the fragment, where secrets hide.
func scrubber(secrets []string) func(string) string {
	var pairs []string
	for _, s := range secrets {
		if s == "" {
			continue
		}
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s)} {
			pairs = append(pairs, form, hidden)
		}
	}
	replace := strings.NewReplacer(pairs...)
	userinfo := regexp.MustCompile(`://[^/@\s"']*@`)
	query := regexp.MustCompile(`(://[^\s"'?#]*)[?#][^\s"']*`)
	return func(text string) string {
		text = userinfo.ReplaceAllString(replace.Replace(text), "://")
		return printable(query.ReplaceAllString(text, "$1"))
	}
}

// secrets lists every form in which the credential could be echoed.
func (c Credential) secrets() []string {
	list := []string{c.Password, c.Token, c.IdentityToken}
	if c.Password != "" {
		list = append(list, base64.StdEncoding.EncodeToString([]byte(c.Username+":"+c.Password)))
	}
	return list
}
