// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
)

// authorOf returns the manager that owns the field of that path, such as "spec",
// "unschedulable"; the latest one where several do.
func authorOf(entries []metav1.ManagedFieldsEntry, path ...string) drift.Author {
	var found drift.Author
	for _, entry := range entries {
		if entry.FieldsV1 == nil || !owns(entry.FieldsV1.GetRawBytes(), path) {
			continue
		}
		author := drift.Author{Manager: entry.Manager, Operation: string(entry.Operation), Subresource: entry.Subresource}
		if entry.Time != nil {
			author.Time = entry.Time.Time
		}
		if found.IsZero() || author.Time.After(found.Time) {
			found = author
		}
	}
	return found
}

func owns(fields []byte, path []string) bool {
	for _, name := range path {
		var level map[string]json.RawMessage
		if json.Unmarshal(fields, &level) != nil {
			return false
		}
		next, ok := level["f:"+name]
		if !ok {
			return false
		}
		fields = next
	}
	return true
}
