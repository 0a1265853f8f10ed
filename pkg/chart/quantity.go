// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"
)

const (
	kibi = int64(1) << 10
	mebi = int64(1) << 20
	gibi = int64(1) << 30
)

// ninetyPercent returns nine tenths of a quantity in whole units, rounded down.
func ninetyPercent(q resource.Quantity) int64 {
	n := q.Value()
	return n/10*9 + n%10*9/10
}

// share returns nine tenths of a size as a whole number of Gi where it is one,
// else of Mi rounded down, or Ki, or bytes where it is smaller than that.
func share(size resource.Quantity) string {
	n := ninetyPercent(size)
	switch {
	case n >= gibi && n%gibi == 0:
		return fmt.Sprintf("%dGi", n/gibi)
	case n >= mebi:
		return fmt.Sprintf("%dMi", n/mebi)
	case n >= kibi:
		return fmt.Sprintf("%dKi", n/kibi)
	default:
		return fmt.Sprintf("%d", n)
	}
}

// goMemoryLimit returns nine tenths of a memory limit as Go's GOMEMLIMIT wants
// it, in MiB rounded down; nothing below 1 MiB.
func goMemoryLimit(limit resource.Quantity) string {
	if n := ninetyPercent(limit) / mebi; n > 0 {
		return fmt.Sprintf("%dMiB", n)
	}
	return ""
}
