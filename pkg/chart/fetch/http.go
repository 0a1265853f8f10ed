// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// fromRepository reads index.yaml and then the archive it names.
func (c *call) fromRepository(ctx context.Context) (*download, error) {
	base := *c.t.url
	base.Path += "/"
	if base.RawPath != "" {
		base.RawPath += "/"
	}
	limits := c.f.limits
	index, err := c.get(withBound(ctx, bound{"MaxIndex", limits.MaxIndex, "the repository's index"}), base.JoinPath("index.yaml"))
	if err != nil {
		return nil, explainIndex(err)
	}
	found, err := lookup(index, c.t.name, c.t.version)
	if err != nil {
		return nil, err
	}
	link, err := c.archiveURL(&base, found)
	if err != nil {
		return nil, err
	}
	stated := statedDigest(found.Digest)
	if link.Scheme == "oci" {
		return c.fromLink(ctx, link, stated)
	}
	if kept := c.f.cache.content(stated, limits.MaxArchive); kept != nil {
		return &download{data: kept, stated: stated}, nil
	}
	data, err := c.get(withBound(ctx, bound{"MaxArchive", limits.MaxArchive, "the chart archive"}), link)
	if err != nil {
		return nil, explainArchive(err, link)
	}
	return &download{data: data, stated: stated}, nil
}

// get reads a URL to its end.
func (c *call) get(ctx context.Context, u *url.URL) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, invalid("the URL of the chart cannot be requested", "check the repository's URL and its index")
	}
	credential, err := c.credential(ctx, u)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", userAgent)
	switch {
	case credential.Token != "":
		req.Header.Set("Authorization", "Bearer "+credential.Token)
	case credential.Password != "":
		req.SetBasicAuth(credential.Username, credential.Password)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // it is in memory
	if resp.StatusCode != http.StatusOK {
		return nil, statusError(resp, c.f.transport.now())
	}
	return io.ReadAll(resp.Body)
}

// archiveURL resolves the first URL of an entry against the repository's.
func (c *call) archiveURL(base *url.URL, e *entry) (*url.URL, error) {
	if len(e.URLs) == 0 {
		return nil, corrupt("the repository's index has no URL for this version")
	}
	ref, err := url.Parse(e.URLs[0])
	if err != nil {
		return nil, corrupt("the repository's index has a URL for this version that cannot be understood")
	}
	link := base.ResolveReference(ref)
	link.Scheme = strings.ToLower(link.Scheme)
	insecure := link.Scheme == "http" && c.t.AllowInsecure && base.Scheme == "http"
	switch {
	case link.Hostname() == "" || link.User != nil:
		return nil, corrupt("the repository's index has a URL for this version that cannot be used")
	case link.Scheme == "http" && !insecure:
		return nil, &Error{
			Kind:   ErrServer,
			Reason: "the repository's index leads to an archive that is not encrypted",
			Fix:    "use a repository that serves its charts over https",
		}
	case link.Scheme != "https" && link.Scheme != "oci" && !insecure:
		return nil, corrupt(fmt.Sprintf("the repository's index leads to a URL of the scheme %q", printable(link.Scheme)))
	}
	return link, nil
}

// statedDigest gives the SHA-256 of an index, with or without prefix, one form;
// "" for an absent one and for one of another algorithm. What is malformed stays
// so, and equals no archive's.
func statedDigest(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	algorithm, _, prefixed := strings.Cut(s, ":")
	switch {
	case s == "" || (prefixed && algorithm+":" != digestPrefix):
		return ""
	case prefixed:
		return s
	}
	return digestPrefix + s
}

func explainIndex(err error) error {
	if e, ok := explained(err, ErrNotFound); ok {
		e.Reason = fmt.Sprintf("the repository has no index.yaml (HTTP status %d)", e.Status)
		return e
	}
	return err
}

func explainArchive(err error, link *url.URL) error {
	if e, ok := explained(err, ErrNotFound); ok {
		e.Reason = fmt.Sprintf("the repository's index lists the version, but its archive %s is not there (HTTP status %d)", redact(link.String()), e.Status)
		e.Fix = "ask the publisher of the repository to restore the archive, or use another version"
		return e
	}
	return err
}
