// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/diff"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

func platform(version string, spec ...string) string {
	text := "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: dynamo, namespace: dynamo-system}\nspec:\n  version: " + version + "\n"
	for _, line := range spec {
		text += "  " + strings.ReplaceAll(line, "\n", "\n  ") + "\n"
	}
	return text
}

func build(t testing.TB, documents ...string) *pipeline.Plan {
	t.Helper()
	plan, err := pipeline.Build(t.Context(), pipeline.Options{FS: fstest.MapFS{"all.yaml": {Data: []byte(strings.Join(documents, "---\n"))}}})
	if err != nil {
		var refused *object.FindingsError
		if errors.As(err, &refused) {
			for _, f := range refused.Findings {
				t.Log(f.Severity, f)
			}
		}
		t.Fatal(err)
	}
	return plan
}

// objects decodes YAML documents.
func objects(t testing.TB, text string) []object.Object {
	t.Helper()
	var out []object.Object
	for document := range strings.SplitSeq(text, "---\n") {
		content := map[string]any{}
		if err := yaml.Unmarshal([]byte(document), &content); err != nil {
			t.Fatal(err)
		}
		if len(content) > 0 {
			out = append(out, object.New(content))
		}
	}
	return out
}

// planOf is a plan of objects alone.
func planOf(t testing.TB, text string) *pipeline.Plan {
	t.Helper()
	return &pipeline.Plan{Objects: objects(t, text)}
}

func compare(t testing.TB, o diff.Options, environments ...diff.Environment) *diff.Report {
	t.Helper()
	report, err := diff.Compare(t.Context(), environments, o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// one compares one environment that differs.
func one(t testing.TB, before, after *pipeline.Plan) diff.EnvironmentReport {
	t.Helper()
	report := compare(t, diff.Options{}, diff.Environment{Name: "prod", Before: before, After: after})
	if len(report.Environments) != 1 {
		t.Fatalf("%d environments differ", len(report.Environments))
	}
	return report.Environments[0]
}

// renderer renders what a function says and counts its calls.
type renderer struct {
	render func(pipeline.PlatformPlan) ([]object.Object, error)
	calls  int
}

func (r *renderer) Render(_ context.Context, p pipeline.PlatformPlan) ([]object.Object, error) {
	r.calls++
	return r.render(p)
}

// outputs writes the report in all forms.
func outputs(t testing.TB, r *diff.Report) string {
	t.Helper()
	var b bytes.Buffer
	for _, err := range []error{
		diff.WriteText(&b, r, false), diff.WriteText(&b, r, true), diff.WriteMarkdown(&b, r, 0),
		diff.WriteMarkdown(&b, r, diff.MarkdownLimit), diff.WriteJSON(&b, r),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
