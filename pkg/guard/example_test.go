// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/guard"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

func ExampleCheck() {
	plan := func(members string) *pipeline.Plan {
		plan, err := pipeline.Build(context.Background(), pipeline.Options{FS: fstest.MapFS{"platform.yaml": {Data: []byte(
			"apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: dynamo, namespace: dynamo-system}\n" +
				"spec:\n  version: 1.4.0\n  components: {etcd: {enabled: true, replicas: " + members + "}}\n")}}})
		if err != nil {
			fmt.Println(err)
		}
		return plan
	}
	for _, f := range guard.Check(plan("3"), plan("1")) {
		fmt.Println(f.Severity, f.Code, f.Field)
		fmt.Println(f.Problem)
	}
	// Output:
	// error DG1740 spec.components.etcd.replicas
	// etcd goes from 3 to 1 members, and 2 must be left for a quorum of 3
}
