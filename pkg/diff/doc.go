// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package diff says what a change in Git does to a cluster: which chart values
// and which objects of each environment change, grouped by consequence, together
// with the findings of the upgrade guard.
//
// Compare works on two plans for each environment; with a Renderer it also
// compares what the charts make of the values. It knows no cluster, so a
// consequence is what follows if the first plan is what runs.
//
// No secret leaves this package. Data of Secrets, values at keys that look
// like a secret, environment variables, flags and lines of text of such names,
// credentials in URLs, private keys and well-known tokens are replaced by
// Redacted or RedactedChanged in everything that Compare returns, errors
// included. What was passed in is never changed.
package diff
