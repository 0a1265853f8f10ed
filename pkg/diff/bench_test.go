// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/diff"
)

// BenchmarkCompare compares 50 environments, of which one changed.
func BenchmarkCompare(b *testing.B) {
	var environments []diff.Environment
	for i := range 50 {
		text := platform("0.9.0", "profile: test")
		e := diff.Environment{Name: fmt.Sprintf("clusters/%02d", i), Before: build(b, text), After: build(b, text)}
		if i == 7 {
			e.After = build(b, platform("0.9.0", "profile: test", "components: {etcd: {storage: 7Gi}}"))
		}
		environments = append(environments, e)
	}
	b.ReportAllocs()
	for b.Loop() {
		report, err := diff.Compare(b.Context(), environments, diff.Options{})
		if err != nil || len(report.Environments) != 1 {
			b.Fatal(len(report.Environments), err)
		}
	}
}

// BenchmarkCompareUnchanged compares one environment with its equal.
func BenchmarkCompareUnchanged(b *testing.B) {
	text := platform("0.9.0", "profile: test")
	environments := []diff.Environment{{Name: "a", Before: build(b, text), After: build(b, text)}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := diff.Compare(b.Context(), environments, diff.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWriteMarkdown writes the report of an upgrade.
func BenchmarkWriteMarkdown(b *testing.B) {
	report := upgrade(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := diff.WriteMarkdown(io.Discard, report, diff.MarkdownLimit); err != nil {
			b.Fatal(err)
		}
	}
}
