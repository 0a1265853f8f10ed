// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package schema_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/schema"
)

func TestKindsHaveSchemas(t *testing.T) {
	for _, kind := range append(schema.Kinds(), "") {
		data, err := schema.JSON(kind)
		if err != nil {
			t.Fatalf("JSON(%q): %v", kind, err)
		}
		var document map[string]any
		if err := json.Unmarshal(data, &document); err != nil {
			t.Fatalf("JSON(%q) is not JSON: %v", kind, err)
		}
		if got := document["$schema"]; got != "http://json-schema.org/draft-07/schema#" {
			t.Errorf("JSON(%q): $schema is %v", kind, got)
		}
		want := "https://dynamo-gitops.io/schemas/v1alpha1/" + schema.FileName(kind)
		if diff := cmp.Diff(want, document["$id"]); diff != "" {
			t.Errorf("JSON(%q): $id (-want +got):\n%s", kind, diff)
		}
	}
}

func TestJSONIgnoresCase(t *testing.T) {
	lower, err := schema.JSON("platform")
	if err != nil {
		t.Fatal(err)
	}
	upper, err := schema.JSON("Platform")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(upper), string(lower)); diff != "" {
		t.Error(diff)
	}
}

func TestJSONUnknownKind(t *testing.T) {
	for _, kind := range []string{"Deployment", "all", "../platform", "Plat form"} {
		_, err := schema.JSON(kind)
		if !errors.Is(err, schema.ErrUnknownKind) {
			t.Errorf("JSON(%q): got %v, want ErrUnknownKind", kind, err)
			continue
		}
		if !strings.Contains(err.Error(), "Model, Platform, WorkerPool") {
			t.Errorf("JSON(%q): %q does not name the kinds", kind, err)
		}
	}
}

// TestEveryFieldIsDescribed holds for every field at every depth.
func TestEveryFieldIsDescribed(t *testing.T) {
	for _, kind := range schema.Kinds() {
		data, err := schema.JSON(kind)
		if err != nil {
			t.Fatal(err)
		}
		var document map[string]any
		if err := json.Unmarshal(data, &document); err != nil {
			t.Fatal(err)
		}
		if fields := undescribed(kind, document); len(fields) > 0 {
			t.Errorf("no description: %s", strings.Join(fields, ", "))
		}
	}
}

func undescribed(path string, node map[string]any) []string {
	var missing []string
	properties, _ := node["properties"].(map[string]any)
	for name, value := range properties {
		child, _ := value.(map[string]any)
		if child["description"] == nil {
			missing = append(missing, path+"."+name)
		}
		missing = append(missing, undescribed(path+"."+name, child)...)
	}
	if items, ok := node["items"].(map[string]any); ok {
		missing = append(missing, undescribed(path+"[]", items)...)
	}
	return missing
}

// The shortest valid document of each kind.
const (
	platform = "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: dynamo, namespace: dynamo-system}\n" +
		"spec: {version: 0.9.0"
	model = "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Model\nmetadata: {name: m, namespace: ns}\n" +
		"spec: {modelName: org/model"
	pool = "apiVersion: dynamo-gitops.io/v1alpha1\nkind: WorkerPool\nmetadata: {name: p}\n" +
		"spec: {nodeSelector: {a: b}, nodes: {min: 1}, gpu: {perNode: 8}"
)

func TestDocuments(t *testing.T) {
	tests := []struct {
		name, document string
		want           string // part of the validator's complaint; empty for a valid document
	}{
		{"platform", platform + "}", ""},
		{"platform with quantities", platform + ", components: {nats: {jetStream: {storage: 50Gi}}, etcd: {storage: 1073741824}}}", ""},
		{"platform with raw values", platform + ", values: {nats: {config: {anything: [1, a]}}}}", ""},
		{"platform with affinity", platform + ", components: {operator: {affinity: {nodeAffinity: {}}, tolerations: [{key: a}]}}}", ""},
		{"model", model + ", adapters: [{name: sql, source: 'hf://a/b@c'}]}", ""},
		{"pool", pool + "}", ""},
		{"no version", strings.Replace(platform, "version: 0.9.0", "profile: dev", 1) + "}", "missing property 'version'"},
		{"misspelt field", platform + ", profil: dev}", "'profil'"},
		{"misspelt component field", platform + ", components: {nats: {replica: 3}}}", "'replica'"},
		{"unknown profile", platform + ", profile: production}", "profile"},
		{"version range", strings.Replace(platform, "0.9.0", "'>=0.9.0'", 1) + "}", "version"},
		{"replicas as a string", platform + ", components: {nats: {replicas: '3'}}}", "got string, want integer"},
		{"negative replicas", platform + ", components: {operator: {replicas: -1}}}", "minimum"},
		{"bad quantity", platform + ", components: {etcd: {storage: 20Gib}}}", "storage"},
		{"values as a list", platform + ", values: []}", "want object"},
		{"wrong group", strings.Replace(model, "dynamo-gitops.io/v1alpha1", "nvidia.com/v1alpha1", 1) + "}", "apiVersion"},
		{"name in capitals", strings.Replace(model, "name: m,", "name: M,", 1) + "}", "name"},
		{"no name", strings.Replace(model, "name: m, ", "", 1) + "}", "missing property 'name'"},
		{"misspelt namespace", strings.Replace(model, "namespace: ns", "nampespace: ns", 1) + "}", "'nampespace'"},
		{"adapter without a name", model + ", adapters: [{source: 'hf://a/b'}]}", "missing property 'name'"},
		{"unknown adapter type", model + ", adapters: [{name: a, type: qlora}]}", "type"},
		{"pool without selector", strings.Replace(pool, "{a: b}", "{}", 1) + "}", "minProperties"},
		{"no GPUs", strings.Replace(pool, "perNode: 8", "perNode: 0", 1) + "}", "minimum"},
	}
	compiled := compile(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			document := decode(t, []byte(tt.document))
			for _, name := range []string{document["kind"].(string), ""} {
				check(t, compiled[name], document, tt.want)
			}
		})
	}
}

func check(t *testing.T, s *jsonschema.Schema, document map[string]any, want string) {
	t.Helper()
	err := s.Validate(document)
	switch {
	case want == "" && err != nil:
		t.Errorf("refused: %v", err)
	case want != "" && err == nil:
		t.Errorf("accepted; want a complaint about %q", want)
	case want != "" && !strings.Contains(err.Error(), want):
		t.Errorf("complaint %q does not mention %q", err, want)
	}
}

// TestExamples validates every document of our kinds under examples, patches
// (which are no whole documents) left out.
func TestExamples(t *testing.T) {
	compiled := compile(t)
	count := 0
	err := filepath.WalkDir("../../examples", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(file) != ".yaml" || strings.HasPrefix(filepath.Base(file), "patch") {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for part := range strings.SplitSeq("\n"+string(data), "\n---\n") {
			document := decode(t, []byte(part))
			kind, _ := document["kind"].(string)
			if document["apiVersion"] != v1alpha1.APIVersion {
				continue
			}
			count++
			if err := compiled[kind].Validate(document); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			if want := "$schema=../.schemas/" + schema.FileName(kind); !strings.Contains(string(data), want) {
				t.Errorf("%s has no comment with %s", file, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count < len(schema.Kinds()) {
		t.Errorf("found %d documents of our kinds, want at least one of each", count)
	}
}

// TestExampleSchemas holds the copies in the starter repository to the originals.
func TestExampleSchemas(t *testing.T) {
	for _, kind := range schema.Kinds() {
		want, err := schema.JSON(kind)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("../../examples/quickstart/.schemas", schema.FileName(kind)))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s differs from the one in pkg/schema; run make generate", schema.FileName(kind))
		}
	}
}

func compile(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	compiled := map[string]*jsonschema.Schema{}
	for _, kind := range append(schema.Kinds(), "") {
		data, err := schema.JSON(kind)
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
		if err != nil {
			t.Fatal(err)
		}
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource("mem:///"+schema.FileName(kind), document); err != nil {
			t.Fatal(err)
		}
		if compiled[kind], err = compiler.Compile("mem:///" + schema.FileName(kind)); err != nil {
			t.Fatalf("schema of %q does not compile: %v", kind, err)
		}
	}
	return compiled
}

func decode(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var document map[string]any
	if err := yaml.Unmarshal(data, &document); err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	return document
}

func ExampleJSON() {
	data, err := schema.JSON("WorkerPool")
	if err != nil {
		fmt.Println(err)
		return
	}
	var document struct {
		ID string `json:"$id"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(document.ID)
	// Output: https://dynamo-gitops.io/schemas/v1alpha1/workerpool.json
}
