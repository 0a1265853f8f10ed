// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package drift

import (
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func layers() []Layer { return []Layer{LayerObjects, LayerNATS, LayerEtcd, LayerCapacity} }

func layer(l Layer) int {
	if i := slices.Index(layers(), l); i >= 0 {
		return i
	}
	return len(layers())
}

func severity(s object.Severity) int {
	switch s {
	case object.SeverityError:
		return 0
	case object.SeverityWarning:
		return 1
	default:
		return 2
	}
}

func sortStable[T any](list []T, compare func(a, b T) int) { slices.SortStableFunc(list, compare) }
