// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
)

// local reads a chart from the tree of the request.
func (f *Fetcher) local(ctx context.Context, t *target) (*Archive, error) {
	data, err := f.localArchive(ctx, t)
	if err != nil {
		return nil, err
	}
	sum := digestOf(data)
	if t.digest != "" && t.digest != sum {
		return nil, wrongDigest(t.digest, sum, "the request")
	}
	found, err := inspect(data, f.limits)
	if err != nil {
		return nil, err
	}
	if err := checkIdentity(t, found); err != nil {
		return nil, err
	}
	return &Archive{Name: found.Name, Version: found.Version, Digest: sum, Data: data}, nil
}

// localArchive finds what the path means and returns it as an archive.
func (f *Fetcher) localArchive(ctx context.Context, t *target) ([]byte, error) {
	candidates := []string{t.Repository}
	if t.name != "" {
		candidates = append(candidates, path.Join(t.Repository, t.name))
		if t.version != "" {
			candidates = append(candidates, path.Join(t.Repository, t.name+"-"+t.version+".tgz"))
		}
	}
	for _, at := range candidates {
		if stopped := interrupted(ctx); stopped != nil {
			return nil, stopped
		}
		info, err := fs.Stat(t.FS, at)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, unreadable(err, at)
		case info.Mode().IsRegular():
			return f.localFile(t.FS, at)
		case !info.IsDir():
			return nil, unsafeArchive(at, "the path names neither a file nor a directory")
		}
		if _, err := fs.Stat(t.FS, path.Join(at, "Chart.yaml")); err == nil {
			return pack(ctx, t.FS, at, f.limits)
		}
	}
	return nil, &Error{
		Kind:   ErrNotFound,
		Reason: "the path leads to no chart",
		Fix:    "name a directory with a Chart.yaml, a directory above charts, or a .tgz file",
	}
}

func (f *Fetcher) localFile(fsys fs.FS, at string) ([]byte, error) {
	limit := f.limits.MaxArchive
	data, err := readLimited(fsys, at, limit)
	if err != nil {
		return nil, unreadable(err, at)
	}
	if int64(len(data)) > limit {
		return nil, tooLarge("MaxArchive", limit, "", "the chart archive has more bytes than allowed")
	}
	return data, nil
}

// checkIdentity holds the chart that came against the one that was asked for.
func checkIdentity(t *target, found facts) error {
	switch {
	case t.name != "" && found.Name != t.name:
		return &Error{
			Kind:   ErrCorrupt,
			Reason: fmt.Sprintf("the archive holds the chart %q instead", printable(found.Name)),
			Fix:    "correct the name, or tell the publisher of the repository",
		}
	case t.version == "" || sameVersion(found.Version, t.version):
		return nil
	case t.scheme == schemeLocal:
		return &Error{
			Kind: ErrNotFound, Available: []string{printable(found.Version)},
			Reason: fmt.Sprintf("the chart there has the version %q", printable(found.Version)),
			Fix:    "ask for that version, or name the place of the other one",
		}
	}
	return &Error{
		Kind:   ErrCorrupt,
		Reason: fmt.Sprintf("the archive holds the version %q instead", printable(found.Version)),
		Fix:    "tell the publisher of the repository: its index or tag leads to the wrong archive",
	}
}

func wrongDigest(wanted, got, source string) *Error {
	return &Error{
		Kind:   ErrDigest,
		Reason: fmt.Sprintf("the archive has the digest %s, but %s expects %s", got, source, wanted),
		Fix: "find out whether the version was published again with other content; " +
			"if so and you trust it, write the lock file anew, otherwise do not use it",
	}
}
