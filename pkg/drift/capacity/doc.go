// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package capacity finds drift in GPU worker pools: nodes that are not what a
// WorkerPool says, and workers that do not run as their graphs and the pool's
// bounds want.
//
// What is known of the cluster is kept in a State, which takes one object after
// the other and keeps only what is judged: a few hundred bytes for a node or a
// pod. Judging is pure: the same State and Want give the same observation. Labels
// are those of NVIDIA's GPU feature discovery, device plugin and GPU operator;
// devices that are given out by dynamic resource allocation are counted in
// ResourceSlices (resource.k8s.io/v1, driver gpu.nvidia.com).
package capacity
