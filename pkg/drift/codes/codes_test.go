// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package codes_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func TestCodes(t *testing.T) {
	for prefix, list := range map[string][]object.Code{"DG20": codes.Common(), "DG22": codes.Capacity(), "DG30": codes.NATS(), "DG31": codes.Etcd()} {
		var ids []string
		for _, c := range list {
			ids = append(ids, c.ID)
			if !strings.HasPrefix(c.ID, prefix) || c.Title == "" || strings.HasSuffix(c.Title, ".") || !strings.HasSuffix(c.Help, ".") {
				t.Errorf("%+v", c)
			}
		}
		if sorted := slices.Compact(slices.Sorted(slices.Values(ids))); !slices.Equal(ids, sorted) {
			t.Errorf("%s: %v are not in ascending order, or not unique", prefix, ids)
		}
	}
}

func ExampleNATS() {
	for _, c := range codes.NATS() {
		if c.ID == codes.NATSMaxPayload {
			fmt.Println(c.ID, c.Severity, c.Title)
		}
	}
	// Output: DG3013 error largest NATS message other than in Git
}
