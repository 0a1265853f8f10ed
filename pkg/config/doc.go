// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package config reads manifests: bytes of YAML or JSON become objects that know
// where they stand in their file, and objects of the group dynamo-gitops.io
// become typed values.
//
// [Decode] takes one file, [Load] takes the objects of a whole build, and a
// [Locator] finds the line of a field afterwards. All three are strict: what a
// cluster would ignore in silence, such as a misspelt field or a key that stands
// twice, is refused. Everything that is wrong is reported at once, as an
// [object.FindingsError] whose codes are listed by [Codes].
//
// YAML is read as Kustomize reads it: yes, no, on and off are strings, so are
// timestamps; whole numbers are int64, others float64; 0o17 and 017 are octal;
// merge keys (<<) are applied and anchors expanded. Values therefore have only
// the types of JSON: map[string]any, []any, string, int64, float64, bool, nil.
//
// The package is pure: it opens no file of its own accord (a Locator reads from
// the fs.FS that it was given), keeps no state and never prints. No finding
// holds a value from the data or stringData of a Secret.
package config
