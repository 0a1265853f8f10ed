// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

// sections names the codes by their first two digits.
func sections() []struct{ prefix, title string } {
	return []struct{ prefix, title string }{
		{"DG10", "Files and fields"},
		{"DG11", "Sources and overlays"},
		{"DG12", "Chart versions and values"},
		{"DG13", "Platforms"},
		{"DG14", "Models"},
		{"DG15", "Graphs"},
		{"DG16", "Worker pools"},
		{"DG17", "Upgrades"},
		{"DG18", "Migrations"},
		{"DG20", "Detectors of drift"},
		{"DG22", "Drift in GPU worker pools"},
		{"DG30", "Inside NATS"},
		{"DG31", "Inside etcd"},
	}
}

// codesPage documents every code of a finding.
func codesPage() (string, error) {
	var b strings.Builder
	b.WriteString("# Findings\n\n" +
		"Every finding carries one of these codes. An **error** refuses the input. A **warning** does so with `--strict` only:\n" +
		"it is about something that one directory cannot prove, or that works but should not be left so. " +
		"`dynamo-gitops codes CODE` prints an entry. Codes from DG20 on are about a running cluster and refuse nothing:\n" +
		"[Drift](../spec/drift.md) has an example of each that is about NATS or etcd.\n")
	written := 0
	for _, section := range sections() {
		if !slices.ContainsFunc(cli.Codes(), func(c object.Code) bool { return strings.HasPrefix(c.ID, section.prefix) }) {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n| code | severity | finding | why, and what to do |\n|---|---|---|---|\n", section.title)
		for _, c := range cli.Codes() {
			if strings.HasPrefix(c.ID, section.prefix) {
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.ID, c.Severity, cell(c.Title), cell(c.Help))
				written++
			}
		}
	}
	if all := len(cli.Codes()); written != all {
		return "", fmt.Errorf("%d of %d codes are in no section", all-written, all)
	}
	return b.String(), nil
}
