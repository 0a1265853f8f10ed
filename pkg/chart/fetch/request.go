// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Request names one chart.
type Request struct {
	// Repository is where the chart is:
	//   - https://host/path: an HTTP Helm repository, the URL that index.yaml is below;
	//     http:// only with AllowInsecure
	//   - oci://host/path: a registry, without the chart's name
	//   - anything else, with FS set: a slash-separated path in FS that names a
	//     chart's directory, a directory of charts, or a .tgz file
	// It must hold no user, password, query or fragment.
	Repository string
	// FS is the tree that a local Repository is a path in; nil for a URL. What
	// its links may lead to is its own decision.
	FS fs.FS
	// Name is the chart's name. Required but for a local path.
	Name string
	// Version is the exact version; ranges are not resolved here. "1.2.3" also
	// finds "v1.2.3". Required but for a local path.
	Version string
	// Digest is the wanted SHA-256 of the archive as "sha256:" and 64 hexadecimal
	// digits, such as [Archive.Digest]. Empty accepts what the repository has.
	Digest string
	// Credential is sent to the host of Repository only. The zero value asks
	// [Options.Credentials].
	Credential Credential
	// AllowInsecure permits http:// repositories, and makes oci:// use HTTP
	// without TLS. Credentials are then sent in the clear.
	AllowInsecure bool
	// Refresh asks the repository even if the cache has the version: a version
	// can be published again with other content. The archive itself is not
	// downloaded again if its digest, as the repository states it now, is in the
	// cache. It has no effect when offline.
	Refresh bool
}

type scheme int

const (
	schemeLocal scheme = iota
	schemeHTTP
	schemeOCI
)

// target is a request that has been checked.
type target struct {
	Request
	scheme  scheme
	url     *url.URL // of a remote repository; the path without a final slash
	display string   // the location for errors
	name    string
	version string
	digest  string
}

// parse checks a request.
func parse(r Request) (*target, *Error) {
	t := &target{Request: r, display: redact(r.Repository), name: r.Name, version: r.Version, digest: r.Digest}
	err := t.check()
	if err != nil {
		return t, about(err, t, scrubber(r.Credential.secrets()))
	}
	return t, nil
}

func (t *target) check() error {
	if strings.Contains(t.Repository, "://") {
		if err := t.checkURL(); err != nil {
			return err
		}
	} else if err := t.checkPath(); err != nil {
		return err
	}
	if t.Digest != "" && !validDigest(t.Digest) {
		return invalid("the digest is not of the form sha256:<64 hexadecimal digits>", "take it from the lock file or from sha256sum of the archive")
	}
	if t.Name != "" && !regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,249}$`).MatchString(t.Name) {
		return invalid("the chart's name is malformed", "use letters, digits, dots, dashes and underscores; a path belongs into the repository's URL")
	}
	if t.Version != "" {
		if _, err := semver.NewVersion(t.Version); err != nil {
			return invalid("the version is not an exact semantic version", "write it as 1.2.3")
		}
	}
	return t.Credential.check()
}

func (t *target) checkPath() error {
	switch {
	case t.FS == nil:
		return invalid("the repository is neither a URL nor a path in a given tree", "write https://… or oci://…, or name a path in the repository with the charts")
	case !t.Credential.IsZero():
		return invalid("a local chart needs no credentials", "leave them out")
	}
	t.scheme = schemeLocal
	t.Repository = path.Clean(strings.TrimPrefix(t.Repository, "./"))
	if !fs.ValidPath(t.Repository) {
		return invalid("the path leads out of its tree", "name a path below the tree's root, with slashes and without ..")
	}
	return nil
}

func (t *target) checkURL() error {
	u, err := url.Parse(t.Repository)
	if err != nil || u.Opaque != "" || u.Hostname() == "" {
		return invalid("the repository's URL cannot be understood", "write it as https://host/path or oci://host/path")
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch {
	case u.Scheme == "oci":
		t.scheme = schemeOCI
	case u.Scheme == "https", u.Scheme == "http" && t.AllowInsecure:
		t.scheme = schemeHTTP
	case u.Scheme == "http":
		return invalid("the repository's URL is not encrypted", "use https://, or allow insecure repositories explicitly")
	default:
		return invalid("repositories of the scheme "+printable(u.Scheme)+" are not supported", "use https:// or oci://")
	}
	switch {
	case t.FS != nil:
		return invalid("the repository is a URL, but a tree of files is given too", "give one of them")
	case u.User != nil, u.Port() != "" && strings.Contains(u.Path, "@"): // "user:12/34@host"
		return invalid("the repository's URL holds a user name or password", "give credentials apart from the URL")
	case u.RawQuery != "" || u.Fragment != "":
		return invalid("the repository's URL holds a query or a fragment", "give the URL that index.yaml is below, or that of the registry")
	case t.Name == "" || t.Version == "":
		return invalid("the chart's name or version is missing", "name the chart and the exact version")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	t.url = u
	return nil
}

// key identifies repository, name and version in the cache.
func (t *target) key() string {
	sum := sha256.Sum256([]byte(t.url.String() + "\x00" + t.name + "\x00" + t.version))
	return hex.EncodeToString(sum[:])
}

const digestPrefix = "sha256:"

func validDigest(s string) bool {
	h, ok := strings.CutPrefix(s, digestPrefix)
	return ok && len(h) == 2*sha256.Size && strings.Trim(h, "0123456789abcdef") == ""
}

// digestOf returns the digest of data as "sha256:<hex>".
func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return digestPrefix + hex.EncodeToString(sum[:])
}
