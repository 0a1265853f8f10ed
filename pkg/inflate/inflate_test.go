// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package inflate_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/inflate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

const platform = `apiVersion: dynamo-gitops.io/v1alpha1
kind: Platform
metadata: {name: dynamo, namespace: dynamo-system}
spec:
  version: 0.9.0
`

// reference gives the reference charts and counts how often it is asked.
type reference struct {
	fetcher *fetch.Fetcher
	asked   atomic.Int32
	err     error
}

func newReference(t testing.TB) *reference {
	t.Helper()
	fetcher, err := fetch.NewFetcher(fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &reference{fetcher: fetcher}
}

// Archive implements inflate.Source.
func (r *reference) Archive(ctx context.Context, request inflate.Request) ([]byte, error) {
	r.asked.Add(1)
	if r.err != nil {
		return nil, r.err
	}
	archive, err := r.fetcher.Fetch(ctx, fetch.Request{
		FS: os.DirFS("../../overlays/charts"), Repository: request.Name, Name: request.Name,
	})
	if err != nil {
		return nil, err
	}
	return archive.Data, nil
}

func build(t testing.TB, text string) *pipeline.Plan {
	t.Helper()
	plan, err := pipeline.Build(t.Context(), pipeline.Options{FS: fstest.MapFS{
		"platform.yaml": {Data: []byte(text)},
		"other.yaml": {Data: []byte("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n" +
			"metadata: {name: theirs, namespace: x}\nspec: {interval: 1m, chart: {spec: {chart: nginx, sourceRef: {kind: HelmRepository, name: n}}}}\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestPlan(t *testing.T) {
	t.Parallel()
	result, err := inflate.New(inflate.Options{Charts: newReference(t)}).Plan(t.Context(), build(t, platform))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range result.Objects {
		got = append(got, o.Reference().String())
		if o.GetKind() == "CustomResourceDefinition" && o.GetAnnotations()["helm.sh/resource-policy"] != "keep" {
			t.Errorf("%s may be deleted", o.Reference())
		}
	}
	for _, want := range []string{
		"Namespace/dynamo-system", "CustomResourceDefinition/dynamomodels.nvidia.com",
		"StatefulSet/dynamo-system/dynamo-nats", "StatefulSet/dynamo-system/dynamo-etcd",
		"Deployment/dynamo-system/dynamo-dynamo-operator-controller-manager", "HelmRelease/x/theirs",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing in %v", want, got)
		}
	}
	for _, gone := range []string{"HelmRelease/dynamo-system/dynamo", "HelmRepository/dynamo-system/dynamo"} {
		if slices.Contains(got, gone) {
			t.Errorf("%s is still there", gone)
		}
	}
}

func TestPlanReadsAChartOnce(t *testing.T) {
	t.Parallel()
	charts := newReference(t)
	inflater := inflate.New(inflate.Options{Charts: charts})
	var first []object.Object
	for range 3 {
		result, err := inflater.Plan(t.Context(), build(t, platform))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = result.Objects
		}
		if diff := cmp.Diff(text(t, first), text(t, result.Objects)); diff != "" {
			t.Fatalf("the same plan renders differently (-first +again):\n%s", diff)
		}
	}
	if got := charts.asked.Load(); got != 2 {
		t.Errorf("%d archives were asked for, want the two charts", got)
	}
}

func text(t *testing.T, objects []object.Object) string {
	t.Helper()
	var b strings.Builder
	if err := object.WriteYAML(&b, objects); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPlanFindings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text     string
		code     string
		severity object.Severity
		problem  string
	}{
		"a chart that refuses": {
			text: platform + "  kubernetes: {version: \"1.31\"}\n  components: {operator: {registry: {server: x.test}}}\n" +
				"  values: {etcd: {replicaCount: \"three\"}}\n  allowUnknownValues: [etcd]\n",
			code: "DG1251", severity: object.SeverityError, problem: "replicaCount",
		},
		"values in the cluster": {
			text: platform + "  valuesFrom: [{kind: Secret, name: s}]\n",
			code: "DG1253", severity: object.SeverityWarning, problem: "spec.valuesFrom",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan, err := pipeline.Build(t.Context(), pipeline.Options{FS: fstest.MapFS{"platform.yaml": {Data: []byte(tt.text)}}})
			if err != nil {
				t.Fatalf("refused before rendering: %v", err)
			}
			result, err := inflate.New(inflate.Options{Charts: newReference(t)}).Plan(t.Context(), plan)
			var findings []object.Finding
			var refused *object.FindingsError
			switch {
			case errors.As(err, &refused):
				findings = refused.Findings
			case err != nil:
				t.Fatal(err)
			default:
				findings = result.Findings
			}
			if len(findings) != 1 {
				t.Fatalf("findings %v, want one", findings)
			}
			f := findings[0]
			if f.Code != tt.code || f.Severity != tt.severity || !strings.Contains(f.Problem, tt.problem) || f.Fix == "" {
				t.Errorf("finding %+v, want %s %s with %q and a fix", f, tt.code, tt.severity, tt.problem)
			}
			if f.Position.File != "platform.yaml" {
				t.Errorf("position %s, want the Platform's", f.Position)
			}
		})
	}
}

func TestPlanWithoutCharts(t *testing.T) {
	t.Parallel()
	broken := errors.New("no such chart")
	charts := newReference(t)
	charts.err = broken
	inflater := inflate.New(inflate.Options{Charts: charts})
	_, err := inflater.Plan(t.Context(), build(t, platform))
	if !errors.Is(err, broken) {
		t.Fatalf("error %v, want %v", err, broken)
	}
	const want = "platform.yaml:1:1: Platform/dynamo-system/dynamo: no such chart"
	if err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
	charts.err = nil
	if _, err := inflater.Plan(t.Context(), build(t, platform)); err != nil {
		t.Errorf("the failure is remembered: %v", err)
	}
}

func TestRenderIsPartOfPlan(t *testing.T) {
	t.Parallel()
	plan := build(t, platform)
	inflater := inflate.New(inflate.Options{Charts: newReference(t)})
	objects, err := inflater.Render(t.Context(), plan.Platforms[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(objects) == 0 {
		t.Error("nothing was rendered")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := inflater.Render(ctx, plan.Platforms[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// BenchmarkPlan is 50 environments of one chart version in one call.
func BenchmarkPlan(b *testing.B) {
	var plans []*pipeline.Plan
	for i := range 50 {
		plans = append(plans, build(b, platform+fmt.Sprintf("  values: {etcd: {podAnnotations: {environment: \"%d\"}}}\n", i)))
	}
	charts := newReference(b)
	b.ReportAllocs()
	for b.Loop() {
		inflater := inflate.New(inflate.Options{Charts: charts})
		for _, plan := range plans {
			if _, err := inflater.Plan(b.Context(), plan); err != nil {
				b.Fatal(err)
			}
		}
	}
}
