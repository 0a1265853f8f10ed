// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/diff"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

func TestUnchanged(t *testing.T) {
	t.Parallel()
	r := &renderer{render: func(pipeline.PlatformPlan) ([]object.Object, error) { return nil, errors.New("must not be called") }}
	same := build(t, platform("0.9.0"))
	report := compare(t, diff.Options{Render: r},
		diff.Environment{Name: "dev", Before: same, After: same},
		diff.Environment{Name: "test", Before: build(t, platform("0.9.0")), After: build(t, platform("0.9.0"))},
		diff.Environment{Name: "none"})
	want := &diff.Report{Environments: []diff.EnvironmentReport{}, Unchanged: []string{"dev", "test", "none"}}
	if d := cmp.Diff(want, report); d != "" {
		t.Errorf("report (-want +got):\n%s", d)
	}
	if report.Worst() != diff.NoEffect || report.HasErrors(true) {
		t.Error("nothing has a consequence")
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	before := build(t, platform("0.9.0", "components: {etcd: {replicas: 3}}", "values: {etcd: {extraEnvVars: [{name: A, value: x}, {name: B, value: y}]}}"))
	after := build(t, platform("0.9.0", "components: {etcd: {replicas: 1, storage: 4Gi}}", "values: {etcd: {extraEnvVars: [{name: B, value: z}, {name: A, value: x}]}}"))
	e := one(t, before, after)
	var got []string
	for _, v := range e.Values {
		got = append(got, fmt.Sprintf("%s %s %s %v>%v %s", v.Platform, v.Path, v.Change, v.Before, v.After, v.Origin))
	}
	want := []string{
		"dynamo-system/dynamo etcd.extraEnvVars[B].value changed y>z values",
		"dynamo-system/dynamo etcd.persistence.size added <nil>>4Gi components",
		"dynamo-system/dynamo etcd.replicaCount changed 3>1 components",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("values (-want +got):\n%s", d)
	}
	if len(e.Objects) != 1 || e.Objects[0].Object.Kind != "HelmRelease" || e.Objects[0].Consequence != diff.Restarts ||
		len(e.Objects[0].Fields) != 1 || e.Objects[0].Fields[0].Path != "spec.values" {
		t.Errorf("objects %+v", e.Objects)
	}
	if e.Rendered || len(e.Guard) == 0 || e.Guard[0].Severity != object.SeverityError {
		t.Errorf("guard %v", e.Guard)
	}
}

func TestAddedAndRemovedEnvironments(t *testing.T) {
	t.Parallel()
	plan := build(t, platform("0.9.0"))
	report := compare(t, diff.Options{}, diff.Environment{Name: "new", After: plan}, diff.Environment{Name: "old", Before: plan})
	added, removed := report.Environments[0], report.Environments[1]
	if added.Change != diff.Added || removed.Change != diff.Removed || len(added.Guard) != 0 || len(removed.Guard) == 0 {
		t.Errorf("changes %s, %s; guard %v, %v", added.Change, removed.Change, added.Guard, removed.Guard)
	}
	for _, o := range added.Objects {
		if o.Change != diff.Added || o.Consequence != diff.Creates {
			t.Errorf("%s is %s and %s", o.Object, o.Change, o.Consequence)
		}
	}
	if len(removed.Objects) != len(plan.Objects) || removed.Objects[0].Consequence != diff.DataAtRisk {
		t.Errorf("removed %+v", removed.Objects)
	}
}

// stateful renders a StatefulSet and a ConfigMap of the values.
func stateful(p pipeline.PlatformPlan) ([]object.Object, error) {
	etcd := p.Values["etcd"].(map[string]any)
	return []object.Object{
		object.New(map[string]any{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": map[string]any{"name": "dynamo-etcd", "labels": map[string]any{"helm.sh/chart": "etcd-" + p.Version}},
			"spec": map[string]any{"replicas": etcd["replicaCount"], "template": map[string]any{"metadata": map[string]any{"annotations": map[string]any{"checksum/config": fmt.Sprint(etcd)}}}}}),
		object.New(map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "fixed"}, "data": map[string]any{"a": "b"}}),
	}, nil
}

func TestRender(t *testing.T) {
	t.Parallel()
	r := &renderer{render: stateful}
	before := build(t, platform("0.9.0", "components: {etcd: {replicas: 3}}"))
	after := build(t, platform("0.9.0", "components: {etcd: {replicas: 5}}"))
	report := compare(t, diff.Options{Render: r},
		diff.Environment{Name: "a", Before: before, After: after}, diff.Environment{Name: "b", Before: before, After: after})
	if r.calls != 2 {
		t.Errorf("rendered %d times, want 2: equal Platforms are rendered once", r.calls)
	}
	e := report.Environments[1]
	var got []string
	for _, o := range e.Objects {
		got = append(got, fmt.Sprintf("%s %s %s", o.Consequence, o.Object, o.Release))
	}
	want := []string{"restarts StatefulSet/dynamo-system/dynamo-etcd dynamo-system/dynamo", "changes HelmRelease/dynamo-system/dynamo "}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("objects (-want +got):\n%s", d)
	}
	if !e.Rendered {
		t.Error("the report does not say that it was rendered")
	}
}

func TestRenderAddedPlatform(t *testing.T) {
	t.Parallel()
	r := &renderer{render: stateful}
	report := compare(t, diff.Options{Render: r}, diff.Environment{Name: "old", Before: build(t, platform("0.9.0"))})
	if got := report.Environments[0].Objects[0]; got.Consequence != diff.DataAtRisk || r.calls != 1 {
		t.Errorf("%d renders, worst %+v", r.calls, got)
	}
}

func TestRenderError(t *testing.T) {
	t.Parallel()
	cause := errors.New("template values.yaml:3: cannot use password hunter2-canary")
	r := &renderer{render: func(pipeline.PlatformPlan) ([]object.Object, error) { return nil, fmt.Errorf("wrapped: %w", cause) }}
	_, err := diff.Compare(t.Context(), []diff.Environment{{Name: "prod", After: build(t, platform("0.9.0"))}}, diff.Options{Render: r})
	var rendering *diff.RenderError
	if !errors.As(err, &rendering) || !errors.Is(err, cause) {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"prod", "dynamo-system/dynamo", "0.9.0", "values.yaml:3"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := diff.Compare(ctx, []diff.Environment{{Name: "a"}}, diff.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestCompareLeavesThePlansAlone(t *testing.T) {
	t.Parallel()
	documents := []string{platform("0.9.0"), "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: x}\nstringData: {a: b}\n"}
	before, after, copied := build(t, documents...), build(t, platform("0.9.0", "interval: 5m"), strings.Replace(documents[1], "a: b", "a: c", 1)), build(t, documents...)
	first := compare(t, diff.Options{}, diff.Environment{Name: "a", Before: before, After: after})
	if d := cmp.Diff(copied.Objects, before.Objects, cmp.Comparer(func(a, b object.Object) bool { return cmp.Equal(a.Object, b.Object) })); d != "" {
		t.Errorf("the plan was changed:\n%s", d)
	}
	if d := cmp.Diff(first, compare(t, diff.Options{}, diff.Environment{Name: "a", Before: before, After: after})); d != "" {
		t.Errorf("the second report differs:\n%s", d)
	}
}
