// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package chart knows the released versions of the dynamo-platform Helm chart:
// which value keys each one reads, with their types and defaults, which keys
// moved, are dead or make the chart fail, how the typed components of a
// Platform become values, how values of one version become values of another,
// and what each version needs around it.
//
// The package is pure: it reads no file, no network and no clock, and the same
// input gives the same output. A [Version] is safe for concurrent use.
//
// # Where the facts are
//
// versions.go has one entry per minor version: dependencies, floors, drivers.
// toggles.go says which key turns a part on in which version.
// fates.go lists the keys that a version ignores or refuses.
// keys/*.txt lists every key that some version reads, one per line:
//
//	path type [range] [= default]
//
// A path is written as [values.Path] prints it, relative to the chart the file
// is about; a key "*" stands for any name. The type is bool, int, string,
// quantity, list, map (only the keys listed), free (a map with any keys) or any.
// The range is in minor versions: "1.2-" since, "-0.9" until, "1.2-1.4" from and
// until, "1.4" only; without one the key is in every version. The default is
// JSON; without one there is none, or none worth knowing.
// A default in platform.txt wins over the one of the chart within.
//
// # Adding a version
//
// One entry at the end of the table in versions.go, its new keys in keys/*.txt
// with a range that starts there (and an end for those that went), a line in
// fates.go for each key that is now ignored or refused, and
//
//	go test ./pkg/chart -update
//
// which writes the golden folder testdata/<version> to read through.
package chart
