// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/validate"
)

// A value that stands in the user's overlay is blamed there, unless the
// Platform itself says otherwise.
func TestRunBlamesTheOverlay(t *testing.T) {
	const overlay = "{kind: Preset, overlay: {etcd: {replicaCount: 2}, nats: {unknownKey: 1}, dynamo-operator: {dynamo: {dockerRegistry: {password: " + canary + "}}}}}"
	inOverlay, inTest := object.Position{File: "overlay.yaml", Line: 3}, object.Position{File: "test.yaml", Line: 1}
	for _, test := range []struct {
		code, platform, field string
		want                  object.Position
	}{
		{"DG1210", plat("0.9.0", "overlay: o"), "spec.values.nats.unknownKey", inOverlay},
		{"DG1217", plat("0.9.0", "overlay: o"), "spec.values.dynamo-operator.dynamo.dockerRegistry.password", inOverlay},
		{"DG1340", plat("0.9.0", "overlay: o"), "spec.values.etcd.replicaCount", inOverlay},
		{"DG1340", plat("0.9.0", "overlay: o, values: {etcd: {replicaCount: 4}}"), "spec.values.etcd.replicaCount", inTest},
		{"DG1340", plat("0.9.0", "overlay: o, components: {etcd: {replicas: 2}}"), "spec.components.etcd.replicas", inTest},
	} {
		findings := validate.Run(load(t, docs(test.platform, overlay)))
		i := slices.IndexFunc(findings, func(f object.Finding) bool { return f.Code == test.code })
		if i < 0 {
			t.Fatalf("no %s in %v", test.code, findings)
		}
		f := findings[i]
		if f.Field != test.field || f.Position != test.want || f.Object.Kind != v1alpha1.PlatformKind {
			t.Errorf("%s points at %s %s of %s, want %s %s", test.code, f.Position, f.Field, f.Object, test.want, test.field)
		}
		checkText(t, f)
	}
}

// The keys of an overlay are judged by the version that it was written for.
func TestRunChecksOverlayByItsVersion(t *testing.T) {
	in := load(t, docs(plat("0.9.0", "overlay: o"), "{kind: Preset, overlay: {unknownKey: 1}}"))
	in.Platforms[0].OverlayChart = lenient{fakeChart{"1.0.0"}}
	for _, f := range validate.Run(in) {
		if f.Code == "DG1210" {
			t.Errorf("judged by the platform's version: %s", f)
		}
	}
}

// A combination that fails only in one tree of values is left to the rules that
// see all of them.
func TestRunJudgesCombinationsOnce(t *testing.T) {
	in := load(t, vals("1.5.0", "global: {grove: {install: true}, kai-scheduler: {install: true}}"))
	in.Platforms[0].Chart = eager{fakeChart{"1.5.0"}}
	var codes []string
	for _, f := range validate.Run(in) {
		if f.Severity == object.SeverityError {
			codes = append(codes, f.Code)
		}
	}
	if diff := cmp.Diff([]string{"DG1317"}, codes); diff != "" {
		t.Errorf("errors differ (-want +got):\n%s", diff)
	}
}

func TestRunOfALittle(t *testing.T) {
	if findings := validate.Run(&validate.Input{}); len(findings) != 0 {
		t.Errorf("findings in nothing: %v", findings)
	}
	in := &validate.Input{
		Platforms:   []validate.Platform{{Spec: v1alpha1.Platform{Spec: v1alpha1.PlatformSpec{Version: "9.9.9"}}}},
		Models:      []validate.Model{{}},
		WorkerPools: []validate.WorkerPool{{}},
		Objects:     []object.Object{{}},
	}
	for _, f := range validate.Run(in) {
		if f.Severity == object.SeverityError {
			t.Errorf("an error without a chart or a source: %s", f)
		}
	}
}

// Run gives the same findings each time and from several goroutines, and leaves
// its input alone.
func TestRunIsPure(t *testing.T) {
	var all []string
	for _, c := range slices.Concat(poolCases(), graphCases(), modelCases()) {
		all = append(all, c.input)
	}
	in, again := load(t, docs(all...)), load(t, docs(all...))
	want := validate.Run(in)
	if len(want) == 0 {
		t.Fatal("no findings to compare")
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if diff := cmp.Diff(want, validate.Run(in)); diff != "" {
				t.Errorf("findings differ (-want +got):\n%s", diff)
			}
		})
	}
	group.Wait()
	if diff := cmp.Diff(again.Objects, in.Objects); diff != "" {
		t.Errorf("Run changed its objects:\n%s", diff)
	}
	sorted := slices.Clone(want)
	object.SortFindings(sorted)
	if diff := cmp.Diff(sorted, want); diff != "" {
		t.Errorf("findings are not sorted:\n%s", diff)
	}
}

func TestReport(t *testing.T) {
	in := load(t, vals("0.9.0", "etcd: {replicaCount: 2}"))
	facts := validate.Gather(in)
	for _, rule := range validate.Rules() {
		if rule.ID != "DG1340" {
			continue
		}
		var report validate.Report
		rule.Check(facts, &report)
		if got := report.Findings(); len(got) != 1 || got[0].Field != "spec.values.etcd.replicaCount" {
			t.Errorf("findings = %v", got)
		}
	}
}

// BenchmarkRun shows that the cost grows with the number of adapters and not
// faster: compare the time per adapter.
func BenchmarkRun(b *testing.B) {
	for _, adapters := range []int{100, 1_000, 10_000, 100_000} {
		in := load(b, docs(vals("1.4.0", "etcd: {auth: {token: {enabled: false}}}"), services("W: {componentType: worker, modelRef: {name: base}}")))
		const perModel = 50
		for i := range adapters / perModel {
			in.Models = append(in.Models, bulkModel(i, perModel))
		}
		b.Run(fmt.Sprintf("adapters=%d", adapters), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if findings := validate.Run(in); len(findings) == 0 {
					b.Fatal("nothing was judged")
				}
			}
		})
	}
}

func bulkModel(number, adapters int) validate.Model {
	m := v1alpha1.Model{Spec: v1alpha1.ModelSpec{ModelName: "base"}}
	m.Name, m.Namespace = fmt.Sprintf("m%d", number), "ns"
	for i := range adapters {
		name := fmt.Sprintf("a-%d-%d", number, i)
		m.Spec.Adapters = append(m.Spec.Adapters, v1alpha1.Adapter{Name: name, Source: "hf://org/" + name + "@4f1c"})
	}
	source := object.New(map[string]any{"kind": "Model", "metadata": map[string]any{"name": m.Name, "namespace": "ns"}})
	return validate.Model{Spec: m, Source: source, Chart: fakeChart{"1.4.0"}, Platforms: 1}
}

// FuzzRun feeds graphs, models and values of any shape: no rule may panic, and
// no finding may lack its text.
func FuzzRun(f *testing.F) {
	for _, c := range allCases() {
		f.Add(c.input)
	}
	f.Fuzz(func(t *testing.T, text string) {
		content := map[string]any{}
		if len(text) > 4096 || !decodable(text, &content) {
			return
		}
		spec := content["spec"]
		raw, _ := spec.(map[string]any)
		in := load(t, plat("1.6.0", ""))
		in.Platforms[0].Raw, in.Platforms[0].Values = raw, raw
		for _, head := range [][2]string{
			{"nvidia.com/v1alpha1", "DynamoGraphDeployment"}, {"nvidia.com/v1beta1", "DynamoGraphDeployment"},
			{"nvidia.com/v1beta1", "DynamoComponentDeployment"}, {"nvidia.com/v1alpha1", "DynamoModel"}, {"v1", "Secret"},
		} {
			in.Objects = append(in.Objects, object.New(map[string]any{
				"apiVersion": head[0], "kind": head[1], "metadata": content["metadata"], "spec": spec, "data": spec,
			}))
		}
		for _, finding := range validate.Run(in) {
			if strings.TrimSpace(finding.Problem) == "" || finding.Fix == "" {
				t.Errorf("no text: %+v", finding)
			}
		}
	})
}
