// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"fmt"
	"strconv"
)

// Limits bound what a chart may be, so that a hostile or mistaken repository
// costs a bounded amount of memory, disk and time. A zero field stands for its
// default; a negative one is refused. There is no "unlimited": set a large
// number if that is what you mean. The defaults for the index, the archive and
// a file are those of Flux's source-controller, that for the whole is Helm's.
type Limits struct {
	// MaxIndex is the size of a repository's index.yaml in bytes. Default 50 MiB.
	MaxIndex int64
	// MaxArchive is the size of a chart archive in bytes; for a local directory
	// that of the archive it is packed into. Default 10 MiB.
	MaxArchive int64
	// MaxFile is the size of one file in the archive in bytes. Default 5 MiB.
	MaxFile int64
	// MaxFiles is the number of entries in the archive, those of packed
	// sub-charts included. Default 10,000.
	MaxFiles int64
	// MaxUnpacked is the size of the whole archive unpacked, packed sub-charts
	// unpacked as well, in bytes. Default 100 MiB.
	MaxUnpacked int64
}

// DefaultLimits returns the limits that stand in for a zero value.
func DefaultLimits() Limits {
	return Limits{
		MaxIndex:    50 << 20,
		MaxArchive:  10 << 20,
		MaxFile:     5 << 20,
		MaxFiles:    10_000,
		MaxUnpacked: 100 << 20,
	}
}

// Sizes that only this package uses.
const (
	// maxAnswer bounds answers that are neither index nor archive: tokens, manifests, tags.
	maxAnswer = 4 << 20
	// maxErrorPage is how much is read of an answer whose status is an error.
	maxErrorPage = 64 << 10
	// maxMetadata bounds Chart.yaml and .helmignore.
	maxMetadata = 1 << 20
	// maxNesting is the number of packed sub-charts within each other.
	maxNesting = 8
	// maxTags is the number of tags that are listed to name alternatives.
	maxTags = 5_000
)

// complete fills in the defaults and refuses negative numbers.
func (l Limits) complete() (Limits, error) {
	d := DefaultLimits()
	for _, f := range []struct {
		name string
		n    *int64
		def  int64
	}{
		{"MaxIndex", &l.MaxIndex, d.MaxIndex},
		{"MaxArchive", &l.MaxArchive, d.MaxArchive},
		{"MaxFile", &l.MaxFile, d.MaxFile},
		{"MaxFiles", &l.MaxFiles, d.MaxFiles},
		{"MaxUnpacked", &l.MaxUnpacked, d.MaxUnpacked},
	} {
		if *f.n < 0 {
			return l, invalid("the limit "+f.name+" is negative", "give a positive number, or 0 for the default of "+strconv.FormatInt(f.def, 10))
		}
		if *f.n == 0 {
			*f.n = f.def
		}
	}
	return l, nil
}

// tooLarge builds the error for one exceeded limit.
func tooLarge(limit string, maximum int64, path, what string) *Error {
	return &Error{
		Kind: ErrTooLarge, Limit: limit, Path: path,
		Reason: fmt.Sprintf("%s; the limit %s is %d", what, limit, maximum),
		Fix:    "make the chart smaller, or raise " + limit + " if you trust its publisher",
	}
}
