// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// repositoryRoot returns the directory of go.mod.
func repositoryRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
}

type crd struct {
	Metadata struct {
		Name        string            `json:"name"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Spec struct {
		Group    string         `json:"group"`
		Scope    string         `json:"scope"`
		Names    map[string]any `json:"names"`
		Versions []struct {
			Name           string           `json:"name"`
			Served         bool             `json:"served"`
			Storage        bool             `json:"storage"`
			Subresources   map[string]any   `json:"subresources"`
			PrinterColumns []map[string]any `json:"additionalPrinterColumns"`
			Schema         struct {
				Root map[string]any `json:"openAPIV3Schema"`
			} `json:"schema"`
		} `json:"versions"`
	} `json:"spec"`
}

func readCRD(t *testing.T, file string) crd {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out crd
	if err := yaml.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// flatten writes one entry per schema in root: its path, and everything that constrains a value there. Descriptions
// and the messages of rules are prose and left out.
func flatten(schema map[string]any, path string, out map[string]string) {
	facts := map[string]any{}
	for key, value := range schema {
		switch key {
		case "properties", "items", "description", "additionalProperties":
		case "required":
			if list := value.([]any); len(list) > 0 {
				slices.SortFunc(list, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
				facts[key] = list
			}
		case "enum":
			list := slices.Clone(value.([]any))
			slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			facts[key] = list
		case "x-kubernetes-validations":
			var rules []any
			for _, rule := range value.([]any) {
				rules = append(rules, rule.(map[string]any)["rule"])
			}
			facts[key] = rules
		default:
			facts[key] = value
		}
	}
	text, _ := yaml.Marshal(facts)
	out[path] = string(text)
	properties, _ := schema["properties"].(map[string]any)
	for name, child := range properties {
		flatten(child.(map[string]any), path+"."+name, out)
	}
	if child, ok := schema["items"].(map[string]any); ok {
		flatten(child, path+"[]", out)
	}
	if child, ok := schema["additionalProperties"].(map[string]any); ok {
		flatten(child, path+"{}", out)
	}
}

// TestCRDsMatchDynamo compares the generated definitions, path by path, with those that Dynamo 0.9.0 ships: every
// property, type, format, enum, default, bound, pattern, list type, rule and required list; the names, scope,
// subresources and columns. There is no exception.
func TestCRDsMatchDynamo(t *testing.T) {
	root := repositoryRoot(t)
	upstream := filepath.Join(root, "..", "shared", "upstream", "crds", "0.9.0")
	if _, err := os.Stat(upstream); err != nil {
		t.Skip("Dynamo's own definitions are not here:", err)
	}
	minimum := map[string]int{
		"dynamomodels":                         20,
		"dynamographdeployments":               1500,
		"dynamocomponentdeployments":           1500,
		"dynamographdeploymentscalingadapters": 10,
	}
	for _, plural := range slices.Sorted(maps.Keys(minimum)) {
		t.Run(plural, func(t *testing.T) {
			file := "nvidia.com_" + plural + ".yaml"
			want := readCRD(t, filepath.Join(upstream, file))
			got := readCRD(t, filepath.Join(root, "overlays", "charts", "dynamo-crds", "templates", file))

			wantPaths, gotPaths := map[string]string{}, map[string]string{}
			flatten(want.Spec.Versions[0].Schema.Root, "", wantPaths)
			flatten(got.Spec.Versions[0].Schema.Root, "", gotPaths)
			if len(wantPaths) < minimum[plural] {
				t.Fatalf("only %d paths in Dynamo's definition: the comparison is void", len(wantPaths))
			}
			if diff := cmp.Diff(wantPaths, gotPaths); diff != "" {
				t.Errorf("schema (-dynamo +ours):\n%s", diff)
			}
			if diff := cmp.Diff(want.Spec.Names, got.Spec.Names); diff != "" {
				t.Errorf("names (-dynamo +ours):\n%s", diff)
			}
			if want.Spec.Group != got.Spec.Group || want.Spec.Scope != got.Spec.Scope {
				t.Errorf("got %s %s, want %s %s", got.Spec.Group, got.Spec.Scope, want.Spec.Group, want.Spec.Scope)
			}
			if diff := cmp.Diff(want.Spec.Versions[0].Subresources, got.Spec.Versions[0].Subresources); diff != "" {
				t.Errorf("subresources (-dynamo +ours):\n%s", diff)
			}
			if diff := cmp.Diff(columns(want), columns(got)); diff != "" {
				t.Errorf("columns (-dynamo +ours):\n%s", diff)
			}
		})
	}
}

// columns returns the printer columns of the only version, without their descriptions.
func columns(c crd) []map[string]any {
	out := c.Spec.Versions[0].PrinterColumns
	for _, column := range out {
		delete(column, "description")
	}
	return out
}

// TestCRDs holds without Dynamo's files.
func TestCRDs(t *testing.T) {
	dir := filepath.Join(repositoryRoot(t), "overlays", "charts", "dynamo-crds", "templates")
	for _, plural := range []string{
		"dynamomodels", "dynamographdeployments", "dynamocomponentdeployments", "dynamographdeploymentscalingadapters",
		"dynamoworkermetadatas", "dynamographdeploymentrequests",
	} {
		t.Run(plural, func(t *testing.T) {
			got := readCRD(t, filepath.Join(dir, "nvidia.com_"+plural+".yaml"))
			if want := plural + ".nvidia.com"; got.Metadata.Name != want {
				t.Errorf("name is %q, want %q", got.Metadata.Name, want)
			}
			if policy := got.Metadata.Annotations["helm.sh/resource-policy"]; policy != "keep" {
				t.Errorf("helm.sh/resource-policy is %q: uninstalling the chart would delete every object of the kind", policy)
			}
			if got.Spec.Scope != "Namespaced" || len(got.Spec.Versions) != 1 {
				t.Fatalf("got scope %s and %d versions, want Namespaced and 1", got.Spec.Scope, len(got.Spec.Versions))
			}
			version := got.Spec.Versions[0]
			if version.Name != "v1alpha1" || !version.Served || !version.Storage {
				t.Errorf("got %s, served %t, stored %t", version.Name, version.Served, version.Storage)
			}
			paths := map[string]string{}
			flatten(version.Schema.Root, "", paths)
			for path := range paths {
				for _, field := range []string{"fileKeyRef", "hostnameOverride", "podCertificate", "restartPolicyRules", "schedulingGroup",
					"bindMountOptions", "defaultUser", "evictionResponders"} {
					if strings.HasSuffix(path, "."+field) {
						t.Errorf("%s is newer than Dynamo 0.9.0", path)
					}
				}
			}
		})
	}
}

func TestWorkerMetadataKeepsUnknownFields(t *testing.T) {
	dir := filepath.Join(repositoryRoot(t), "overlays", "charts", "dynamo-crds", "templates")
	got := readCRD(t, filepath.Join(dir, "nvidia.com_dynamoworkermetadatas.yaml"))
	paths := map[string]string{}
	flatten(got.Spec.Versions[0].Schema.Root, "", paths)
	want := "type: object\nx-kubernetes-preserve-unknown-fields: true\n"
	if diff := cmp.Diff(want, paths[".spec.data"]); diff != "" {
		t.Errorf("spec.data (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("required:\n- data\ntype: object\n", paths[".spec"]); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{"dwm"}, got.Spec.Names["shortNames"]); diff != "" {
		t.Errorf("short names (-want +got):\n%s", diff)
	}
}
