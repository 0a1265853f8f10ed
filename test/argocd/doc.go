// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package argocd runs the plugin inside the real config management plugin server
// of Argo CD, and its Lua in Argo CD's own machine. It is a module of its own, so
// that Argo CD's dependencies stay out of the product's.
package argocd
