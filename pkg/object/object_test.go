// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package object_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func obj(apiVersion, kind, namespace, name string) object.Object {
	metadata := map[string]any{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	return object.New(map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": metadata})
}

func TestReference(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		object object.Object
		want   string
		group  string
	}{
		"namespaced": {obj("apps/v1", "Deployment", "web", "shop"), "Deployment/web/shop", "apps"},
		"cluster":    {obj("v1", "Namespace", "", "web"), "Namespace/web", ""},
		"zero":       {object.Object{}, "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tt.object.Reference().String(); got != tt.want {
				t.Errorf("reference %q, want %q", got, tt.want)
			}
			if tt.object.Unstructured != nil && tt.object.GroupKind().Group != tt.group {
				t.Errorf("group %q, want %q", tt.object.Group(), tt.group)
			}
		})
	}
}

func TestFindingString(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		finding object.Finding
		want    string
	}{
		"everything": {
			object.Finding{
				Code: "DG1", Position: object.Position{File: "a.yaml", Line: 3, Column: 5}, Field: "spec.x",
				Problem: "is wrong", Fix: "mend it",
			},
			"a.yaml:3:5: spec.x: is wrong; mend it [DG1]",
		},
		"the field is named once": {
			object.Finding{Position: object.Position{File: "a.yaml"}, Field: "spec.x", Problem: "spec.x is wrong"},
			"a.yaml: spec.x is wrong",
		},
		"no file": {
			object.Finding{Object: object.Reference{Kind: "Model", Name: "m"}, Problem: "is wrong"},
			"Model/m: is wrong",
		},
		"a line alone": {
			object.Finding{Position: object.Position{File: "a.yaml", Line: 3}, Problem: "is wrong"}, "a.yaml:3: is wrong",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tt.finding.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSortFindings(t *testing.T) {
	t.Parallel()
	at := func(severity object.Severity, file string, line int) object.Finding {
		return object.Finding{Severity: severity, Position: object.Position{File: file, Line: line}}
	}
	got := []object.Finding{
		at(object.SeverityInfo, "a", 1), at(object.SeverityWarning, "a", 1),
		at(object.SeverityError, "b", 1), at(object.SeverityError, "a", 9), at(object.SeverityError, "a", 2),
	}
	object.SortFindings(got)
	want := []object.Finding{
		at(object.SeverityError, "a", 2), at(object.SeverityError, "a", 9), at(object.SeverityError, "b", 1),
		at(object.SeverityWarning, "a", 1), at(object.SeverityInfo, "a", 1),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestHasErrors(t *testing.T) {
	t.Parallel()
	warning := []object.Finding{{Severity: object.SeverityInfo}, {Severity: object.SeverityWarning}}
	if object.HasErrors(warning, false) {
		t.Error("a warning is an error without strict")
	}
	if !object.HasErrors(warning, true) {
		t.Error("a warning is no error with strict")
	}
	if !object.HasErrors([]object.Finding{{Severity: object.SeverityError}}, false) {
		t.Error("an error is no error")
	}
}

func TestFindingsError(t *testing.T) {
	t.Parallel()
	if err := object.NewFindingsError(); err != nil {
		t.Errorf("no findings give the error %v", err)
	}
	err := object.NewFindingsError(
		object.Finding{Severity: object.SeverityWarning, Problem: "small"},
		object.Finding{Severity: object.SeverityError, Problem: "large"},
	)
	if got, want := err.Error(), "large (and 1 more)"; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
	var findings *object.FindingsError
	if !errors.As(fmt.Errorf("wrapped: %w", err), &findings) || len(findings.Findings) != 2 {
		t.Errorf("the findings are lost in %v", err)
	}
	if got := (&object.FindingsError{}).Error(); got != "refused" {
		t.Errorf("message without findings: %q", got)
	}
}

func TestSortApplyOrder(t *testing.T) {
	t.Parallel()
	want := []object.Object{
		obj("v1", "Namespace", "", "dynamo-system"),
		obj("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "x"),
		obj("v1", "ServiceAccount", "a", "x"),
		obj("v1", "ConfigMap", "a", "x"),
		obj("source.toolkit.fluxcd.io/v1", "HelmRepository", "a", "x"),
		obj("apps/v1", "Deployment", "a", "x"),
		obj("helm.toolkit.fluxcd.io/v2", "HelmRelease", "a", "b"),
		obj("helm.toolkit.fluxcd.io/v2", "HelmRelease", "a", "c"),
		obj("nvidia.com/v1alpha1", "DynamoGraphDeployment", "a", "x"),
		obj("nvidia.com/v1alpha1", "DynamoModel", "a", "x"),
		obj("nvidia.com/v1alpha1", "DynamoModel", "b", "a"),
	}
	got := make([]object.Object, len(want))
	for i := range want {
		got[len(want)-1-i] = want[i]
	}
	object.SortApplyOrder(got)
	if diff := cmp.Diff(references(want), references(got)); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func references(objects []object.Object) []string {
	var out []string
	for _, o := range objects {
		out = append(out, o.Reference().String())
	}
	return out
}

func TestWriteYAMLIsStable(t *testing.T) {
	t.Parallel()
	o := object.New(map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "x"},
		"data": map[string]any{"b": "yes", "a": "1", "c": "line\nline\n"},
	})
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := object.WriteYAML(b, []object.Object{o, o}); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Error("the same objects give different bytes")
	}
	for _, want := range []string{"a: \"1\"", "b: \"yes\"", "c: |\n    line"} {
		if !strings.Contains(first.String(), want) {
			t.Errorf("%q is missing in\n%s", want, first.String())
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWriteReportsTheWriter(t *testing.T) {
	t.Parallel()
	objects := []object.Object{obj("v1", "ConfigMap", "a", "x")}
	if err := object.WriteYAML(broken{}, objects); !errors.Is(err, os.ErrClosed) {
		t.Errorf("WriteYAML: error %v, want %v", err, os.ErrClosed)
	}
	if err := object.WriteJSON(broken{}, objects); !errors.Is(err, os.ErrClosed) {
		t.Errorf("WriteJSON: error %v, want %v", err, os.ErrClosed)
	}
}

func ExampleWriteYAML() {
	o := object.New(map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "dynamo-system"},
	})
	if err := object.WriteYAML(os.Stdout, []object.Object{o}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ---
	// apiVersion: v1
	// kind: Namespace
	// metadata:
	//   name: dynamo-system
}

func ExampleWriteJSON() {
	o := object.New(map[string]any{"apiVersion": "v1", "kind": "Namespace"})
	if err := object.WriteJSON(os.Stdout, []object.Object{o}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "apiVersion": "v1",
	//   "items": [
	//     {
	//       "apiVersion": "v1",
	//       "kind": "Namespace"
	//     }
	//   ],
	//   "kind": "List"
	// }
}
