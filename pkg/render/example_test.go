// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/render"
)

func exampleChart() fstest.MapFS {
	return fstest.MapFS{
		"hello/Chart.yaml":          {Data: []byte("apiVersion: v2\nname: hello\nversion: 1.0.0\n")},
		"hello/values.yaml":         {Data: []byte("who: world\n")},
		"hello/templates/conf.yaml": {Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hello}\ndata: {text: hello {{ required `who is there?` .Values.who }}}\n")},
	}
}

func ExampleRender() {
	chart, err := render.LoadFS(exampleChart(), "hello", render.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, who := range []string{"dev", "prod"} {
		out, err := render.Render(context.Background(), render.Input{
			Chart: chart, Values: map[string]any{"who": who}, ReleaseName: "hello", Namespace: "apps",
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, o := range out.Objects {
			fmt.Println(o.Reference(), o.Object["data"])
		}
	}
	// Output:
	// ConfigMap/apps/hello map[text:hello dev]
	// ConfigMap/apps/hello map[text:hello prod]
}

func ExampleRenderError() {
	chart, err := render.LoadFS(exampleChart(), "hello", render.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = render.Render(context.Background(), render.Input{Chart: chart, Values: map[string]any{"who": ""}, ReleaseName: "hello"})
	fmt.Println(err)
	// Output:
	// chart hello 1.0.0: hello/templates/conf.yaml:4:22: who is there?; change the values as the chart's message says
}
