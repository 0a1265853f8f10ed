// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package lock is the lock file, dynamo.lock: which archive each chart that a
// repository's platforms use is, by digest, so that every build and every
// machine renders the same bytes.
//
//	apiVersion: dynamo-gitops.io/v1alpha1
//	kind: Lock
//	charts:
//	- repository: https://charts.example.com
//	  name: dynamo-platform
//	  version: 1.4.0
//	  digest: sha256:…
//
// [Read] accepts exactly this form and says on which line something is wrong;
// [Write] gives one Lock one form: sorted, without times or paths of the
// machine, so that the file changes only when a chart does. The digest is the
// SHA-256 of the chart's .tgz file.
//
// The package is pure: it reads no file, no network and no clock.
package lock
