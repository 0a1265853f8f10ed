// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

const generated = `
metadata: {name: graphs.nvidia.com}
spec:
  versions:
  - name: v1alpha1
    schema:
      openAPIV3Schema:
        description: ours
        properties:
          kind: {type: string, description: standard}
          spec:
            properties:
              services:
                description: ours
                additionalProperties:
                  description: ours
                  properties:
                    extraPodSpec:
                      description: ours
                      required: [containers]
                      properties:
                        hostnameOverride: {type: string}
                        mainContainer:
                          description: ours
                          required: [name]
                          properties: {args: {type: array, description: theirs, items: {type: string, description: theirs}}}
                        containers:
                          description: theirs
                          items: {description: theirs, required: [name]}
`

const adapted = `
metadata: {name: graphs.nvidia.com, annotations: {helm.sh/resource-policy: keep}}
spec:
  versions:
  - name: v1alpha1
    schema:
      openAPIV3Schema:
        description: ours
        properties:
          kind: {type: string}
          spec:
            properties:
              services:
                description: ours
                additionalProperties:
                  description: ours
                  properties:
                    extraPodSpec:
                      description: ours
                      properties:
                        mainContainer:
                          description: ours
                          properties: {args: {type: array, items: {type: string}}}
                        containers:
                          items: {required: [name]}
`

func parse(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAdapt(t *testing.T) {
	got := parse(t, generated)
	if err := adapt(got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(parse(t, adapted), got); diff != "" {
		t.Errorf("adapt (-want +got):\n%s", diff)
	}
}

func TestAdaptRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no metadata": "spec: {versions: [{}]}",
		"no versions": "metadata: {name: a}",
		"no schema":   "{metadata: {name: a}, spec: {versions: [{name: v1}]}}",
	} {
		t.Run(name, func(t *testing.T) {
			if err := adapt(parse(t, text)); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestRun(t *testing.T) {
	in, out := t.TempDir(), filepath.Join(t.TempDir(), "new")
	if err := run(in, out); err == nil {
		t.Error("an empty input directory was accepted")
	}
	write := func(dir, name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(in, "nvidia.com_graphs.yaml", generated)
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	write(out, "nvidia.com_gone.yaml", "stale")
	write(out, "NOTES.txt", "not ours")
	if err := run(in, out); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(out, "nvidia.com_gone.yaml")); !os.IsNotExist(err) {
		t.Errorf("the stale definition is still there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(out, "NOTES.txt")); err != nil {
		t.Errorf("a file of another kind was removed: %v", err)
	}
	data, err := os.ReadFile(filepath.Join(out, "nvidia.com_graphs.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(data), fileHeader) {
		t.Errorf("the header is missing:\n%.200s", data)
	}
	if diff := cmp.Diff(parse(t, adapted), parse(t, string(data))); diff != "" {
		t.Errorf("written file (-want +got):\n%s", diff)
	}

	write(in, "nvidia.com_graphs.yaml", strings.Replace(generated, "description: ours", "description: '{{ no }}'", 1))
	if err := run(in, out); err == nil || !strings.Contains(err.Error(), "braces") {
		t.Errorf("braces: got error %v", err)
	}
}
