// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
)

// An overlay puts the Models of a base into a namespace.
func Example() {
	files := fstest.MapFS{
		"base/kustomization.yaml": {Data: []byte("resources: [model.yaml]\n")},
		"base/model.yaml": {Data: []byte(`apiVersion: dynamo-gitops.io/v1alpha1
kind: Model
metadata: {name: llama}
spec: {modelName: meta-llama/Llama-3.3-70B-Instruct}
`)},
		"prod/kustomization.yaml": {Data: []byte("resources: [../base]\nnamespace: inference\n")},
	}
	result, err := overlay.Build(context.Background(), files, "prod", overlay.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range result.Objects {
		fmt.Println(o.Reference(), "from", o.Position)
	}
	_, err = overlay.Build(context.Background(), files, "staging", overlay.Options{})
	fmt.Println(err)
	// Output:
	// Model/inference/llama from base/model.yaml:1:1
	// staging: the directory does not exist; check the path and the revision [DG1152]
}
