// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// minorsPerMajor is larger than any minor number of a major version.
const minorsPerMajor = 1000

// minor is a minor version as one ordered number.
type minor int

// String returns the first release of the minor: "1.4.0".
func (m minor) String() string {
	return fmt.Sprintf("%d.%d.0", m/minorsPerMajor, m%minorsPerMajor)
}

// release is an exact version without a pre-release or build part.
type release struct{ major, minor, patch int }

func (r release) compare(o release) int {
	return cmp.Or(cmp.Compare(r.major, o.major), cmp.Compare(r.minor, o.minor), cmp.Compare(r.patch, o.patch))
}

// line returns the minor the release belongs to. A minor number beyond the
// scale counts as the last of its major.
func (r release) line() minor {
	return minor(r.major*minorsPerMajor + min(r.minor, minorsPerMajor-1))
}

// Version is one version of the dynamo-platform chart. Get one from [Lookup];
// the zero Version is not usable. It is immutable and safe for concurrent use.
type Version struct {
	entry     entry
	requested release
	known     bool
	keys      func() *node
}

// LookupOptions tune Lookup.
type LookupOptions struct {
	// AllowUnknown takes a version newer than every known one as the newest
	// known, instead of refusing it.
	AllowUnknown bool
}

// Release is the Helm release that values are compiled for; the addresses of
// the services in the chart hold both.
type Release struct {
	// Name of the release.
	Name string
	// Namespace the release is installed into.
	Namespace string
}

// Dependency is a chart within the platform chart.
type Dependency struct {
	// Name of the chart, as in Chart.yaml.
	Name string
	// Version of the chart, as pinned.
	Version string
	// Condition is the key that turns it on.
	Condition string
}

// Floors are the versions of separately installed schedulers that the operator
// of a chart version works with. An empty field is no limit, or none published.
type Floors struct {
	// KAI is the oldest KAI scheduler: "v0.13.4".
	KAI string
	// GroveMin is the oldest Grove: "v0.1.0-alpha.8".
	GroveMin string
	// GroveBelow is the first Grove that is too new.
	GroveBelow string
}

// Versions returns the first release of every known minor version, ascending.
func Versions() []string {
	table := entries()
	known := make([]string, 0, len(table))
	for _, e := range table {
		known = append(known, e.minor.String())
	}
	return known
}

// Lookup returns what is known of an exact version: "0.9.0", "1.4.2". Every
// patch release of a known minor resolves to that minor. Pre-releases, rebuilds
// ("0.9.0.post1"), ranges and a leading "v" are refused with the nearest
// release in the fix. Every error is a *VersionError.
func Lookup(version string, o LookupOptions) (*Version, error) {
	table := entries()
	wanted, err := parseRelease(version)
	if err != nil {
		return nil, &VersionError{Version: version, Known: Versions(), Reason: ErrInvalidVersion, Fix: fixInvalid(version, table)}
	}
	oldest, newest := table[0], table[len(table)-1]
	switch {
	case wanted.line() < oldest.minor:
		return nil, &VersionError{Version: version, Known: Versions(), Reason: ErrUnsupportedVersion,
			Fix: fmt.Sprintf("use %s or newer", oldest.minor)}
	case wanted.line() > newest.minor && !o.AllowUnknown:
		return nil, &VersionError{Version: version, Known: Versions(), Reason: ErrUnknownVersion,
			Fix: fmt.Sprintf("use %s, or allow unknown versions to treat it like that one", newest.minor)}
	}
	keys := sync.OnceValue(parseKeys)
	for _, e := range table {
		if e.minor == wanted.line() {
			return &Version{entry: e, requested: wanted, known: true, keys: keys}, nil
		}
	}
	return &Version{entry: newest, requested: wanted, keys: keys}, nil
}

func parseRelease(version string) (release, error) {
	parts := strings.Split(version, ".")
	if len(parts) != 3 {
		return release{}, ErrInvalidVersion
	}
	var numbers [3]int
	for i, part := range parts {
		n, err := parseNumber(part)
		if err != nil {
			return release{}, err
		}
		numbers[i] = n
	}
	return release{numbers[0], numbers[1], numbers[2]}, nil
}

// parseNumber reads a number as semantic versions write it: digits only, no
// leading zero, no sign.
func parseNumber(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1_000_000 || strconv.Itoa(n) != s {
		return 0, ErrInvalidVersion
	}
	return n, nil
}

// fixInvalid names the release that the malformed version most likely means.
func fixInvalid(version string, table []entry) string {
	near := nearestRelease(version, table)
	if near == "" {
		return fmt.Sprintf("write an exact release such as %s", table[len(table)-1].minor)
	}
	return "write an exact release such as " + near
}

func nearestRelease(version string, table []entry) string {
	digits := func(r rune) bool { return r < '0' || r > '9' }
	core, _, _ := strings.Cut(strings.TrimLeft(version, "vV=^~<> "), "-")
	core, _, _ = strings.Cut(core, "+")
	fields := strings.FieldsFunc(core, digits)
	if len(fields) < 2 {
		return ""
	}
	if len(fields) > 3 {
		fields = fields[:3]
	}
	for len(fields) < 3 {
		fields = append(fields, "0")
	}
	r, err := parseRelease(strings.Join(fields, "."))
	if err != nil {
		return ""
	}
	for _, e := range table {
		if e.minor == r.line() {
			return strings.Join(fields, ".")
		}
	}
	return ""
}

// String returns the version as it was asked for.
func (v *Version) String() string {
	return fmt.Sprintf("%d.%d.%d", v.requested.major, v.requested.minor, v.requested.patch)
}

// AtLeast says whether this version is the given one or newer. It compares the
// version that was asked for, patch included. A malformed argument gives false.
func (v *Version) AtLeast(version string) bool {
	other, err := parseRelease(version)
	return err == nil && v.requested.compare(other) >= 0
}

// Known says whether the version's minor is in the table; it is false only for
// a version that Lookup took as the newest known.
func (v *Version) Known() bool { return v.known }

// UsesCRDChart says whether the CRDs come from a chart of their own,
// dynamo-crds, of the same version. From 1.0.0 the operator brings them.
func (v *Version) UsesCRDChart() bool { return v.entry.minor < minor10 }

// MinKubernetes returns the oldest Kubernetes minor the chart accepts, "1.30",
// or nothing where it accepts any.
func (v *Version) MinKubernetes() string { return v.entry.kubernetes }

// DriverFloor returns the oldest branch of the NVIDIA driver that this
// version's runtime images work with: 575 (CUDA 12.9) or 580 (CUDA 13).
func (v *Version) DriverFloor() int { return v.entry.driver }

// Floors returns the limits for a Grove or KAI scheduler from elsewhere.
func (v *Version) Floors() Floors { return v.entry.floors }

// AdapterSchemes returns the URI prefixes that a LoRA source may have.
func (v *Version) AdapterSchemes() []string {
	schemes := []string{"s3://", "hf://"}
	if v.entry.files {
		schemes = append(schemes, "file:///")
	}
	return schemes
}

// Dependencies returns the charts within, in the order of Chart.yaml.
func (v *Version) Dependencies() []Dependency {
	e := v.entry
	all := []Dependency{
		{"dynamo-operator", e.operator, e.minor.toggle(PartOperator).install},
		{"nats", e.nats, e.minor.toggle(PartNATS).install},
		{"etcd", e.etcd, e.minor.toggle(PartEtcd).install},
		{"kai-scheduler", e.kai, e.minor.toggle(PartKAI).install},
		{"grove-charts", e.grove, e.minor.toggle(PartGrove).install},
	}
	if e.snapshot != "" {
		all = append(all, Dependency{"snapshot", e.snapshot, "global.snapshot.install"})
	}
	return all
}
