// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"net/url"
	"path/filepath"
	"strings"
	"unicode"
)

// transportKind is how a location is reached.
type transportKind int

const (
	kindDirectory transportKind = iota
	kindHTTP
	kindHTTPS
	kindSSH
	kindFile
)

// location is a source taken apart.
type location struct {
	kind transportKind
	url  *url.URL // HTTP, HTTPS and SSH; without userinfo
	path string   // file system path of a directory or file repository
	user string   // from the URL
	pass string   // from the URL
}

// IsGitURL reports whether location is a Git URL rather than the path of a
// directory: https, http, ssh or file with "://", or the form user@host:path.
// It looks at the text only. A URL with a scheme that is not supported counts
// as well, since it is no directory either; opening it fails with ErrInvalid.
func IsGitURL(location string) bool {
	return strings.Contains(location, "://") || isSCP(location)
}

// isSCP recognises user@host:path. Without a user it would be the path of a
// file on some systems, so then it is a directory.
func isSCP(s string) bool {
	head, _, ok := strings.Cut(s, ":")
	if !ok || strings.ContainsAny(head, `/\ `) || strings.HasPrefix(s, "-") {
		return false
	}
	user, host, ok := strings.Cut(head, "@")
	return ok && user != "" && host != "" && !strings.HasPrefix(host, "-") && !strings.Contains(s, "://")
}

// classify takes a location apart.
func classify(loc string) (location, error) {
	if loc == "" {
		return location{}, invalid("no location is given", `name a directory ("." for this one) or a Git URL`)
	}
	if strings.ContainsFunc(loc, unicode.IsControl) {
		return location{}, invalid("the location contains control characters", "remove them")
	}
	if isSCP(loc) {
		return classifySCP(loc)
	}
	if !strings.Contains(loc, "://") {
		return location{kind: kindDirectory, path: loc}, nil
	}
	u, err := url.Parse(loc)
	if err != nil {
		return location{}, invalid("the URL cannot be understood", "percent-encode special characters in it; give passwords apart from the URL")
	}
	if u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return location{}, invalid("the URL has a query or a fragment", `drop everything from "?" or "#"; name the revision apart from the URL`)
	}
	l := location{url: u}
	if u.User != nil {
		l.user = u.User.Username()
		l.pass, _ = u.User.Password()
		u.User = nil
	}
	return l.byScheme()
}

func (l location) byScheme() (location, error) {
	switch strings.ToLower(l.url.Scheme) {
	case "https":
		l.kind = kindHTTPS
	case "http":
		l.kind = kindHTTP
	case "ssh":
		l.kind = kindSSH
	case "file":
		return l.file()
	default:
		return location{}, invalid("the scheme "+printable(l.url.Scheme)+" is not supported", "use https://, ssh:// or file://")
	}
	if l.url.Hostname() == "" || strings.HasPrefix(l.url.Hostname(), "-") {
		return location{}, invalid("the URL has no valid host name", "write it as https://host/path")
	}
	if strings.Trim(l.url.Path, "/") == "" {
		return location{}, invalid("the URL has no path", "add the path of the repository after the host")
	}
	return l, nil
}

func (l location) file() (location, error) {
	if h := l.url.Host; h != "" && h != "localhost" {
		return location{}, invalid("a file URL names a host", "write three slashes: file:///path")
	}
	if l.url.Path == "" {
		return location{}, invalid("the URL has no path", "write it as file:///path")
	}
	return location{kind: kindFile, path: filepath.FromSlash(l.url.Path)}, nil
}

// classifySCP reads user@host:path; the path is relative to the home directory.
func classifySCP(loc string) (location, error) {
	head, path, _ := strings.Cut(loc, ":")
	user, host, _ := strings.Cut(head, "@")
	if strings.Trim(path, "/") == "" || strings.Contains(host, "@") {
		return location{}, invalid("this is not a complete address", "write it as git@host:path")
	}
	if strings.ContainsAny(host, "[]%?#") {
		return location{}, invalid("this host cannot be written in the short form", "write it as ssh://user@host:port/path")
	}
	return location{kind: kindSSH, user: user, url: &url.URL{Scheme: "ssh", Host: host, Path: path}}, nil
}
