// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"time"
)

// Options say what [Open] opens. Only Location is required; the other fields
// mean the same as those of [GitOptions] and are ignored for a plain
// directory, except for Limits.
type Options struct {
	// Location is the path of a directory or the URL of a Git repository.
	Location string
	// Ref is the revision. With a directory that is a Git repository it makes
	// Open read the commit instead of the working tree.
	Ref Ref
	// Auth holds the credentials; nil for none.
	Auth *Auth
	// Verify asks for signatures to be checked. A working tree carries none,
	// so with a directory the commit is read, as with Ref.
	Verify *Verification
	// Limits bound the tree; zero fields have defaults.
	Limits Limits
	// Depth is the number of commits to fetch; 0 for one.
	Depth int
	// Timeout bounds a checkout from Git; 0 for 60 s.
	Timeout time.Duration
	// ProxyURL is the proxy for https sources; empty for the environment's.
	ProxyURL string
	// CABundle are PEM certificates of additional authorities.
	CABundle []byte
	// ObjectDirs are further object directories of a local repository.
	ObjectDirs []string
	// AllowInsecureHTTP permits http:// URLs.
	AllowInsecureHTTP bool
}

// Open opens whatever Location names:
//
//   - https://, ssh://, user@host:path and file:// are Git; http:// too, if
//     AllowInsecureHTTP is set.
//   - Anything else is a directory. Its files are taken as they are, committed
//     or not, unless Ref or Verify is set: then the repository whose top it is
//     gives the commit. The directory of a bare repository has no files to
//     take, so its default branch is opened.
//
// The error is an [*Error]. Open is safe for concurrent use.
func Open(ctx context.Context, opts Options) (*Checkout, error) {
	if stopped := interrupted(ctx); stopped != nil {
		return nil, located(stopped, Redact(opts.Location), opts.Ref.String(), printable)
	}
	loc, err := classify(opts.Location)
	if err != nil {
		return nil, located(err, Redact(opts.Location), opts.Ref.String(), printable)
	}
	if loc.kind != kindDirectory {
		return Git(ctx, opts.git(opts.Location))
	}
	dirs, isRepo := findGit(opts.Location)
	bare := isRepo && dirs.git == opts.Location
	if opts.Ref.IsZero() && opts.Verify == nil && !bare {
		return Directory(opts.Location, opts.Limits)
	}
	c, err := openRepository(ctx, opts)
	var e *Error
	if errors.As(err, &e) {
		shown := *e
		shown.URL = printable(opts.Location)
		return nil, &shown
	}
	return c, err
}

// openRepository opens the commit of a repository given by its directory.
func openRepository(ctx context.Context, opts Options) (*Checkout, error) {
	abs, err := filepath.Abs(opts.Location)
	if err != nil {
		return nil, fileError("", err)
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(abs)}
	return Git(ctx, opts.git(u.String()))
}

func (o Options) git(url string) GitOptions {
	return GitOptions{
		URL: url, Ref: o.Ref, Auth: o.Auth, Verify: o.Verify,
		Limits: o.Limits, Depth: o.Depth, Timeout: o.Timeout,
		ProxyURL: o.ProxyURL, CABundle: o.CABundle,
		ObjectDirs: o.ObjectDirs, AllowInsecureHTTP: o.AllowInsecureHTTP,
	}
}
