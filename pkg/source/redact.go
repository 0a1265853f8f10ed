// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// hidden stands where a secret or an untrustworthy part of a URL was.
const hidden = "***"

// Redact returns location in a form fit for logs, errors and status: a URL
// loses its user, password, query and fragment, "git@host:path" its user, and
// control characters become spaces. A URL that cannot be taken apart with
// certainty is hidden but for its scheme. A directory stays as it is.
func Redact(location string) string {
	scheme, rest, isURL := strings.Cut(location, "://")
	if !isURL {
		if user, after, ok := strings.Cut(location, "@"); ok && isSCP(location) && user != "" {
			return printable(after)
		}
		return printable(location)
	}
	u, err := url.Parse(location)
	if err != nil || u.Opaque != "" || u.Scheme == "" {
		return printable(schemeOnly(scheme))
	}
	// "https://user:12/34@host/": what looks like host and port may be a
	// user name and a password with a slash in it.
	if u.User == nil && strings.Contains(rest, "@") && (u.Port() != "" || u.Host == "") {
		return printable(schemeOnly(scheme))
	}
	clean := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	if clean.Host == "" { // file:///path keeps its three slashes
		return printable(u.Scheme + "://" + clean.EscapedPath())
	}
	return printable(clean.String())
}

func schemeOnly(scheme string) string {
	for _, r := range scheme {
		letter := r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r))
		if !letter && !strings.ContainsRune("+-.", r) {
			return hidden
		}
	}
	return scheme + "://" + hidden
}

// printable replaces control characters, which a hostile server could use to
// steer the terminal, and limits the length of text that is not ours.
func printable(s string) string {
	const keep = 600
	s = strings.ToValidUTF8(s, "?")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	if len(s) > keep {
		s = strings.ToValidUTF8(s[:keep], "") + "…"
	}
	return strings.TrimSpace(s)
}

// scrubber removes known secrets, and anything that looks like userinfo in a
// URL, from text that others wrote.
func scrubber(secrets []string) func(string) string {
	var pairs []string
	for _, s := range secrets {
		if s == "" {
			continue
		}
		pairs = append(pairs, s, hidden)
		if esc := url.QueryEscape(s); esc != s {
			pairs = append(pairs, esc, hidden)
		}
		if esc := url.PathEscape(s); esc != s {
			pairs = append(pairs, esc, hidden)
		}
	}
	replace := strings.NewReplacer(pairs...)
	userinfo := regexp.MustCompile(`://[^/@\s"']*@`)
	return func(text string) string {
		return printable(userinfo.ReplaceAllString(replace.Replace(text), "://"))
	}
}

// secrets lists every form in which the credentials could be echoed.
func (a *Auth) secrets() []string {
	if a == nil {
		return nil
	}
	list := []string{a.Password, a.BearerToken, a.SSHKeyPassphrase}
	if a.Password != "" {
		list = append(list, base64.StdEncoding.EncodeToString([]byte(a.user()+":"+a.Password)))
	}
	return list
}

func proxyPassword(proxy string) string {
	u, err := url.Parse(proxy)
	if err != nil || u.User == nil {
		return ""
	}
	password, _ := u.User.Password()
	return password
}
