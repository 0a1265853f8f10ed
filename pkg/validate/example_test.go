// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate_test

import (
	"fmt"

	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/validate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

func decodable(text string, into *map[string]any) bool {
	return yaml.Unmarshal([]byte(text), into) == nil
}

// lenient is a chart that knows every key.
type lenient struct{ fakeChart }

func (lenient) CheckValues(map[string]any, []string) []values.Issue { return nil }

// eager is a chart that reports a combination which it sees in one tree only.
type eager struct{ fakeChart }

func (eager) CheckValues(map[string]any, []string) []values.Issue {
	path := values.Path{"kai-scheduler", "scheduler", "args", "default-staleness-grace-period"}
	return []values.Issue{{Kind: values.IssueRejected, Path: path, Problem: "the chart fails", Fix: "set it"}}
}

func ExampleRun() {
	var content map[string]any
	if err := yaml.Unmarshal([]byte(`
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: llama, namespace: inference}
spec:
  services:
    Decode: {componentType: worker, autoscaling: {enabled: true}}
`), &content); err != nil {
		fmt.Println(err)
		return
	}
	graph := object.New(content)
	graph.Position = object.Position{File: "llama.yaml", Line: 2}
	for _, finding := range validate.Run(&validate.Input{Objects: []object.Object{graph}}) {
		fmt.Println(finding.Severity, finding)
	}
	// Output: warning llama.yaml:2: spec.services.Decode.autoscaling: autoscaling of Decode is ignored; remove it; set scalingAdapter.enabled: true and let an autoscaler scale the adapter [DG1530]
}

func ExampleCodes() {
	code := validate.Codes()[0]
	fmt.Println(code.ID, code.Severity, code.Title)
	// Output: DG1210 error unknown value key
}
