// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

// The defaults of Limits.
const (
	defaultFileBytes      = 10 << 20
	defaultDocuments      = 50_000
	defaultDepth          = 100
	defaultAliasExpansion = 100_000
	defaultFindings       = 100
)

// Limits bounds what is read, so that a hostile or mistaken file costs an error
// message and not the machine. A field that is zero or negative takes its
// default.
type Limits struct {
	// MaxFileBytes is the largest file, in bytes. Default: 10 MiB.
	MaxFileBytes int64
	// MaxDocuments is how many YAML documents one file may hold, empty ones
	// included. Default: 50000.
	MaxDocuments int
	// MaxDepth is how deep maps and lists may nest. Default: 100.
	MaxDepth int
	// MaxAliasExpansion is how many nodes the aliases (*name) of one file may
	// add when they are expanded; each 64 bytes of a text count as one more.
	// Default: 100000.
	MaxAliasExpansion int
	// MaxFindings is how many findings are reported; the rest are left out.
	// Default: 100.
	MaxFindings int
}

// DefaultLimits returns the limits that a zero Limits stands for.
func DefaultLimits() Limits {
	return Limits{}.withDefaults()
}

func (l Limits) withDefaults() Limits {
	if l.MaxFileBytes <= 0 {
		l.MaxFileBytes = defaultFileBytes
	}
	for _, limit := range []struct {
		field *int
		value int
	}{
		{&l.MaxDocuments, defaultDocuments},
		{&l.MaxDepth, defaultDepth},
		{&l.MaxAliasExpansion, defaultAliasExpansion},
		{&l.MaxFindings, defaultFindings},
	} {
		if *limit.field <= 0 {
			*limit.field = limit.value
		}
	}
	return l
}
