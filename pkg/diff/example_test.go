// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff_test

import (
	"context"
	"fmt"
	"os"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/diff"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

func ExampleCompare() {
	plan := func(replicas string) *pipeline.Plan {
		plan, err := pipeline.Build(context.Background(), pipeline.Options{FS: fstest.MapFS{"platform.yaml": {Data: []byte(
			"apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: dynamo, namespace: dynamo-system}\n" +
				"spec:\n  version: 1.4.0\n  components: {operator: {replicas: " + replicas + "}}\n")}}})
		if err != nil {
			fmt.Println(err)
		}
		return plan
	}
	report, err := diff.Compare(context.Background(), []diff.Environment{
		{Name: "dev", Before: plan("1"), After: plan("1")},
		{Name: "prod", Before: plan("1"), After: plan("2")},
	}, diff.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := diff.WriteText(os.Stdout, report, false); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Environment prod: restarts pods 1
	//   values
	//     dynamo-system/dynamo
	//       dynamo-operator.controllerManager.replicas 1 → 2  (components)
	//   restarts pods
	//     HelmRelease/dynamo-system/dynamo
	//       spec.values  (the release is upgraded; render to see which pods restart)
	//
	// Unchanged: dev
}
