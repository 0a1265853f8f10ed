// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/guard"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// platform is a Platform of a version with more lines of its spec.
func platform(version string, spec ...string) string {
	text := "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: dynamo, namespace: dynamo-system}\nspec:\n  version: " + version + "\n"
	for _, line := range spec {
		text += "  " + strings.ReplaceAll(line, "\n", "\n  ") + "\n"
	}
	return text
}

// graph is a v1alpha1 graph with one component.
func graph(name, tag string, fields ...string) string {
	text := "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {name: " + name + ", namespace: inference}\nspec:\n  backendFramework: vllm\n  services:\n    Worker:\n      componentType: worker\n" +
		"      extraPodSpec: {mainContainer: {image: \"nvcr.io/nvidia/ai-dynamo/vllm-runtime:" + tag + "\"}}\n"
	for _, field := range fields {
		text += "      " + field + "\n"
	}
	return text
}

// set is a directory of documents.
func set(documents ...string) string { return strings.Join(documents, "---\n") }

// build makes the plan of a directory; the empty text is no environment.
func build(t testing.TB, documents string, edit func(*pipeline.Plan)) *pipeline.Plan {
	t.Helper()
	if documents == "" {
		return nil
	}
	plan, err := pipeline.Build(t.Context(), pipeline.Options{FS: fstest.MapFS{"all.yaml": {Data: []byte(documents)}}})
	if err != nil {
		var refused *object.FindingsError
		if errors.As(err, &refused) {
			for _, f := range refused.Findings {
				t.Log(f.Severity, f)
			}
		}
		t.Fatal(err)
	}
	if edit != nil {
		edit(plan)
	}
	return plan
}

// summary is each finding's code and severity, sorted.
func summary(findings []object.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Code+" "+string(f.Severity))
	}
	slices.Sort(out)
	return out
}

// scenario is a step and what is found in it.
type scenario struct {
	before, after         string
	editBefore, editAfter func(*pipeline.Plan)
	// want are codes and severities of all findings, sorted.
	want []string
	// field of the finding of the first wanted code, where it matters.
	field string
	// says are words of some problem or fix.
	says []string
}

func (s scenario) run(t *testing.T) {
	t.Helper()
	before, after := build(t, s.before, s.editBefore), build(t, s.after, s.editAfter)
	findings := guard.Check(before, after)
	if got := summary(findings); !slices.Equal(got, s.want) {
		t.Errorf("findings %v, want %v", got, s.want)
		for _, f := range findings {
			t.Log(f.Severity, f)
		}
		return
	}
	var text strings.Builder
	field := ""
	for _, f := range findings {
		text.WriteString(f.String() + "\n")
		if len(s.want) > 0 && strings.HasPrefix(s.want[0], f.Code) {
			field = f.Field
		}
		if f.Problem == "" || f.Fix == "" || strings.HasSuffix(f.Fix, ".") || strings.Contains(f.Problem+f.Fix, "\n") {
			t.Errorf("malformed finding %+v", f)
		}
	}
	if s.field != "" && s.field != field {
		t.Errorf("%s is at %s, want %s", s.want[0], field, s.field)
	}
	for _, words := range s.says {
		if !strings.Contains(text.String(), words) {
			t.Errorf("%q is not in\n%s", words, text.String())
		}
	}
}

func runAll(t *testing.T, scenarios map[string]scenario) {
	t.Helper()
	for name, s := range scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.run(t)
		})
	}
}

// setValue changes a value behind the back of the validation.
func setValue(value any, path ...string) func(*pipeline.Plan) {
	return func(plan *pipeline.Plan) {
		m := plan.Platforms[0].Values
		for _, key := range path[:len(path)-1] {
			below, ok := m[key].(map[string]any)
			if !ok {
				below = map[string]any{}
				m[key] = below
			}
			m = below
		}
		m[path[len(path)-1]] = value
	}
}
