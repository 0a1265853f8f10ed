// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package testplane runs a real Kubernetes control plane for tests and for the
// lab: etcd, kube-apiserver and, when asked for, kube-controller-manager,
// kube-scheduler and KWOK, which plays the nodes.
//
// Objects are as real as in any cluster: client certificates, RBAC, service
// accounts, admission and an audit log. There are no kubelets, so no container
// runs. Everything listens on 127.0.0.1 alone and speaks TLS with certificates of
// an authority that lives as long as the plane. Planes do not know each other;
// any number may run side by side.
//
// The programs come from package binaries: make testplane builds them.
package testplane
