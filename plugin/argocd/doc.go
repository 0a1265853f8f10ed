// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package argocd is what a config management plugin of Argo CD needs beside the
// pipeline: the parameters that Argo CD hands over in the environment, their
// announcement, and the two outputs that helm-controller has no part in.
//
// The functions are pure: the environment arrives as a list, nothing is read or
// written. They may be used from several goroutines.
package argocd
