// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/render"
)

// BenchmarkLoad reads the reference chart, which is done once per chart version.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := render.LoadFS(os.DirFS(chartsDir()), "dynamo-platform", render.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRender renders one environment of each profile.
func BenchmarkRender(b *testing.B) {
	for _, name := range []string{"dev", "test", "prod"} {
		b.Run(name, func(b *testing.B) {
			in := render.Input{Chart: reference(b, "dynamo-platform"), Values: profile(b, name), ReleaseName: releaseName, Namespace: namespace}
			b.ReportAllocs()
			for b.Loop() {
				render1(b, in)
			}
		})
	}
}

// BenchmarkOneEnvironment reads the chart and renders once, which is what a run
// of the program for one environment does.
func BenchmarkOneEnvironment(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		render1(b, render.Input{Chart: reference(b, "dynamo-platform"), Values: profile(b, "prod"), ReleaseName: releaseName, Namespace: namespace})
	}
}

// BenchmarkFiftyEnvironments renders one chart version with fifty different
// values, chart read included: as fifty clusters have it, in the same namespace,
// and in fifty namespaces, where no two objects are the same.
func BenchmarkFiftyEnvironments(b *testing.B) {
	for _, tt := range []struct{ name, namespace string }{{"clusters", namespace}, {"namespaces", "dynamo-%d"}} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				chart := reference(b, "dynamo-platform")
				for i := range 50 {
					values := profile(b, "prod")
					values["dynamo-operator"].(map[string]any)["dynamo"].(map[string]any)["ingressHostSuffix"] = fmt.Sprintf("env-%d.example.com", i)
					in := render.Input{Chart: chart, Values: values, ReleaseName: releaseName, Namespace: tt.namespace}
					if strings.Contains(tt.namespace, "%") {
						in.Namespace = fmt.Sprintf(tt.namespace, i)
					}
					render1(b, in)
				}
			}
		})
	}
}

// BenchmarkDisabledParts shows what parts of the chart cost that are turned off.
func BenchmarkDisabledParts(b *testing.B) {
	chart := reference(b, "dynamo-platform")
	for _, tt := range []struct{ name, values string }{
		{"nats", "{etcd: {enabled: false}, dynamo-operator: {enabled: false}}"},
		{"nothing", "{etcd: {enabled: false}, nats: {enabled: false}, dynamo-operator: {enabled: false}}"},
	} {
		b.Run(tt.name, func(b *testing.B) {
			in := input(b, chart, tt.values)
			for b.Loop() {
				render1(b, in)
			}
		})
	}
}
