// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
)

const maxURL = 2048

// NormalizeURL brings the addresses of one repository into one form, to compare
// them: "host/path", without scheme, user, the scheme's own port and a final
// .git; so that HTTPS, SSH and git@host:path are the same. The host is in lower
// case, and so is the path on hosts that do not tell upper from lower case. A
// local repository is "file:" and its path. It is false for what is no address.
func NormalizeURL(address string) (string, bool) {
	if address == "" || len(address) > maxURL || strings.ContainsFunc(address, unicode.IsControl) {
		return "", false
	}
	if !strings.Contains(address, "://") {
		return normalizeSCP(address)
	}
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" {
		return "", false
	}
	scheme := strings.ToLower(u.Scheme)
	ports := map[string]string{"https": "443", "http": "80", "ssh": "22", "git": "9418", "git+ssh": "22"}
	port, known := ports[scheme]
	switch {
	case scheme == "file":
		return normalizePath("file:", u.Path)
	case !known || u.Hostname() == "":
		return "", false
	}
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" && p != port {
		host += ":" + p
	}
	return normalizePath(host, u.Path)
}

// normalizeSCP reads user@host:path.
func normalizeSCP(address string) (string, bool) {
	host, rest, ok := strings.Cut(address, ":")
	if _, after, found := strings.Cut(host, "@"); found {
		host = after
	}
	if !ok || host == "" || strings.ContainsAny(host, "/\\ @") {
		return "", false
	}
	return normalizePath(strings.ToLower(host), rest)
}

func normalizePath(host, name string) (string, bool) {
	name = path.Clean("/" + name)
	name = strings.TrimSuffix(name, ".git")
	if strings.Trim(name, "/") == "" || strings.ContainsFunc(name, unicode.IsControl) {
		return "", false
	}
	if slices.Contains([]string{"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"}, host) {
		name = strings.ToLower(name)
	}
	return host + strings.TrimSuffix(name, "/"), true
}

// normalised returns the normal forms of addresses, each once, without those
// that are none.
func normalised(addresses ...string) []string {
	var list []string
	for _, address := range addresses {
		if n, ok := NormalizeURL(address); ok && !slices.Contains(list, n) && len(list) < maxURLs {
			list = append(list, n)
		}
	}
	return list
}
