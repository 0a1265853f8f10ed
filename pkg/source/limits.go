// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"fmt"
	"strconv"
)

// Limits bound what a checkout may hold, so that a hostile or mistaken
// repository costs a bounded amount of memory and time. A zero field stands
// for its default; a negative one is refused. There is no "unlimited": set a
// large number if that is what you mean.
type Limits struct {
	// MaxFiles is the number of entries in the tree: files, directories and
	// links together, each counted as often as it appears. Default 100,000.
	MaxFiles int
	// MaxFileBytes is the size of one file in bytes. Default 10 MiB.
	MaxFileBytes int64
	// MaxTotalBytes is the size of all files together, in bytes; for Git also
	// of all objects that were fetched, unpacked. Default 512 MiB.
	MaxTotalBytes int64
	// MaxDepth is the number of directories above a file. Default 64.
	MaxDepth int
	// MaxPathBytes is the length of one path, and of a link's target, in bytes. Default 1,024.
	MaxPathBytes int
	// MaxFetchBytes is the number of bytes read from a Git server. Default 256 MiB.
	MaxFetchBytes int64
	// IgnoreSubmodules shows a submodule as an empty directory, as a clone
	// without --recurse-submodules does, instead of refusing the tree.
	IgnoreSubmodules bool
}

// Sizes that only this package uses.
const (
	// maxAdvertisedBytes bounds the list of refs that a server sends first.
	maxAdvertisedBytes = 64 << 20
	// maxLinkHops is the number of links followed for one path, as in Linux.
	maxLinkHops = 40
	// objectsPerFile relates the number of objects in a pack to MaxFiles.
	objectsPerFile = 10
	// maxDroppedBytes is the largest blob that is looked at only to name its path.
	maxDroppedBytes = 64 << 20
)

// DefaultLimits returns the limits that stand in for a zero value: generous
// for a repository of manifests, far below what would hurt a build machine.
func DefaultLimits() Limits {
	return Limits{
		MaxFiles:      100_000,
		MaxFileBytes:  10 << 20,
		MaxTotalBytes: 512 << 20,
		MaxDepth:      64,
		MaxPathBytes:  1024,
		MaxFetchBytes: 256 << 20,
	}
}

// complete fills in the defaults and refuses negative numbers.
func (l Limits) complete() (Limits, error) {
	d := DefaultLimits()
	for _, f := range []struct {
		name string
		n    *int
		def  int
	}{
		{"MaxFiles", &l.MaxFiles, d.MaxFiles},
		{"MaxDepth", &l.MaxDepth, d.MaxDepth},
		{"MaxPathBytes", &l.MaxPathBytes, d.MaxPathBytes},
	} {
		n := int64(*f.n)
		if err := fill(f.name, &n, int64(f.def)); err != nil {
			return l, err
		}
		*f.n = int(n)
	}
	for _, f := range []struct {
		name string
		n    *int64
		def  int64
	}{
		{"MaxFileBytes", &l.MaxFileBytes, d.MaxFileBytes},
		{"MaxTotalBytes", &l.MaxTotalBytes, d.MaxTotalBytes},
		{"MaxFetchBytes", &l.MaxFetchBytes, d.MaxFetchBytes},
	} {
		if err := fill(f.name, f.n, f.def); err != nil {
			return l, err
		}
	}
	return l, nil
}

func fill(name string, n *int64, def int64) error {
	if *n < 0 {
		return invalid("the limit "+name+" is negative", "give a positive number, or 0 for the default of "+strconv.FormatInt(def, 10))
	}
	if *n == 0 {
		*n = def
	}
	return nil
}

// tooLarge builds the error for one exceeded limit.
func tooLarge(limit, path, what string, max int64) *Error {
	return &Error{
		Kind: ErrTooLarge, Limit: limit, Path: path,
		Reason: fmt.Sprintf("%s; the limit %s is %d", what, limit, max),
		Fix:    "keep such content in a repository of its own, or raise " + limit,
	}
}
