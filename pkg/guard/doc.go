// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package guard judges the step from one plan of an environment to the next:
// what the change makes impossible, destroys or interrupts in a cluster that
// runs the first plan.
//
// validate asks whether a plan is right; guard asks whether the way to it is.
// A chart version that no longer brings NATS is right, unless a graph uses it;
// a claim of 50Gi is right, unless the StatefulSet that runs was made with
// another size, because Kubernetes refuses the change.
//
// The rules are an ordered table. Each has a documented code, DG17xx, which
// never changes its meaning. They are pure: they know the two plans and the
// facts about chart versions, and neither cluster nor clock. So a finding says
// what follows if the first plan is what runs.
package guard
