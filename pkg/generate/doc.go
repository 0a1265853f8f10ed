// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package generate turns decoded kinds into the objects that Flux and the Dynamo
// operator read: a Platform into a Namespace, a chart source, HelmReleases and
// routes; a Model into DynamoModels.
//
// Every function is pure: the same input gives the same objects, no input is
// changed, and nothing is read from files, the clock, the network or a cluster.
// What depends on the chart version (which keys exist, whether the dynamo-crds
// chart does) arrives as data in the input.
package generate
