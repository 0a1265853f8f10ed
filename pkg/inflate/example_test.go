// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package inflate_test

import (
	"context"
	"errors"
	"fmt"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/inflate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// offline is a Source without charts.
type offline struct{}

// Archive implements inflate.Source.
func (offline) Archive(_ context.Context, r inflate.Request) ([]byte, error) {
	return nil, errors.New("chart " + r.Name + " " + r.Version + " is not here; fetch it first")
}

func ExampleInflater_Plan() {
	ctx := context.Background()
	plan, err := pipeline.Build(ctx, pipeline.Options{FS: fstest.MapFS{"platform.yaml": {Data: []byte(platform)}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = inflate.New(inflate.Options{Charts: offline{}}).Plan(ctx, plan)
	fmt.Println(err)
	// Output:
	// platform.yaml:1:1: Platform/dynamo-system/dynamo: chart dynamo-crds 0.9.0 is not here; fetch it first
}
