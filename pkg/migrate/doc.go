// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package migrate rewrites what people wrote by hand: To takes Platforms,
// patches of them and overlays to another chart version, in place; From makes a
// Platform out of a values file, a Flux HelmRelease or an Argo CD Application.
//
// # To
//
// The text is edited, not encoded anew: comments, order, blank lines, quotes,
// indentation and line endings of everything that does not change stay. Each
// edit is read back and compared with what it was meant to do; a file where the
// two differ, as with anchors in the way, is refused and left alone. A way over
// several versions is walked minor by minor, so it gives the same bytes as the
// single steps.
//
// What is given means the same afterwards: the values that a Platform compiles
// to, profile, components and raw values together, are those of before,
// translated by chart.Version.Translate, apart from values that say what the
// chart does anyway. What has no equivalent is refused with file and line.
//
// # From
//
// The given values are spread over typed components and, for the rest, raw
// values, starting from the profile that needs the fewest of both. Where the
// profile says something that the given values do not, the chart's default is
// written down. Secrets are not copied.
//
// The package writes no file, and reads no network, clock or environment. The
// same input gives the same output.
package migrate
