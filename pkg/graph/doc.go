// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package graph reads DynamoGraphDeployments and DynamoComponentDeployments of
// either API version into one form, so that whoever asks "how many GPUs does
// the decode worker of this graph want" need not know how that version says it.
//
//	nvidia.com/v1alpha1  spec.services, a map; GPUs as a string
//	nvidia.com/v1beta1   spec.components, a list; GPUs in the pod template
//
// Parse never panics and never gives up: a field of the wrong shape is reported
// and left out, everything else is still read. The package is pure and keeps no
// reference to the object that it read.
package graph
