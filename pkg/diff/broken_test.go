// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/diff"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// TestBrokenSidesKeepSecrets plants secrets in what is said about sides that do
// not build, and looks for them in every format.
func TestBrokenSidesKeepSecrets(t *testing.T) {
	refused := func(secret string) []object.Finding {
		return []object.Finding{{
			Severity: object.SeverityError, Code: "DG0001", Problem: "cannot read password: " + secret,
			Fix: "fetch https://user:" + secret + "@git.test/x", Position: object.Position{File: "a.yaml", Line: 3},
		}}
	}
	older, newer := refused(canary), refused(canary2)
	report, err := diff.Compare(t.Context(), []diff.Environment{{Name: "prod", Broken: []diff.BrokenSide{
		{Side: diff.Older, Revision: "main", Findings: older}, {Side: diff.Newer, Revision: "change", Findings: newer},
	}}}, diff.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !report.HasErrors(false) {
		t.Error("a report with a side that does not build has no errors")
	}
	if !strings.Contains(older[0].Problem, canary) {
		t.Error("the findings that were given are changed")
	}
	var text, coloured, markdown, encoded bytes.Buffer
	for _, err := range []error{
		diff.WriteText(&text, report, false), diff.WriteText(&coloured, report, true),
		diff.WriteMarkdown(&markdown, report, diff.MarkdownLimit), diff.WriteJSON(&encoded, report),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for format, out := range map[string]string{
		"text": text.String(), "colour": coloured.String(), "markdown": markdown.String(), "json": encoded.String(),
	} {
		leaks(t, format, out)
		if !strings.Contains(out, "a.yaml") || strings.Contains(out, "Nothing changes") {
			t.Errorf("%s:\n%s", format, out)
		}
	}
}
