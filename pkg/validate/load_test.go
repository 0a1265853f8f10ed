// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/validate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// canary stands wherever a test puts a secret; no finding may show it.
const canary = "CANARY-s3cr3t"

// ruleCase is one input and what one rule finds in it.
type ruleCase struct {
	// code of the rule and a few words on the case.
	code, name string
	// input as YAML documents; see load.
	input string
	// want is "severity field" for each finding of the code, separated by ";".
	// Empty: the rule is content.
	want string
}

// plat returns a Platform named dynamo with the given fields of its spec, in
// flow style.
func plat(version, spec string) string {
	if spec != "" {
		spec = ", " + spec
	}
	return fmt.Sprintf("{apiVersion: dynamo-gitops.io/v1alpha1, kind: Platform, metadata: {name: dynamo, namespace: dynamo-system}, spec: {version: %s%s}}", version, spec)
}

// vals returns a Platform with raw values.
func vals(version, raw string) string { return plat(version, "values: {"+raw+"}") }

// op returns a Platform with raw values of the operator.
func op(version, raw string) string { return vals(version, "dynamo-operator: {"+raw+"}") }

// prodVals returns a Platform of the prod profile with raw values.
func prodVals(version, raw string) string { return plat(version, "profile: prod, values: {"+raw+"}") }

// with renames an object made by plat.
func with(name, namespace, document string) string {
	return strings.Replace(document, "name: dynamo, namespace: dynamo-system", "name: "+name+", namespace: "+namespace, 1)
}

// preset gives the Platform before it values of its profile.
func preset(in string) string { return "{kind: Preset, values: {" + in + "}}" }

func services(spec string) string { return alpha("services: {" + spec + "}") }

func alpha(spec string) string {
	return "{apiVersion: nvidia.com/v1alpha1, kind: DynamoGraphDeployment, metadata: {name: g, namespace: ns}, spec: {" + spec + "}}"
}

func beta(components string) string {
	return "{apiVersion: nvidia.com/v1beta1, kind: DynamoGraphDeployment, metadata: {name: g, namespace: ns}, spec: {components: [" + components + "]}}"
}

func model(spec string) string {
	return "{apiVersion: dynamo-gitops.io/v1alpha1, kind: Model, metadata: {name: m, namespace: ns}, spec: {" + spec + "}}"
}

func dynamoModel(name, spec string) string {
	return "{apiVersion: nvidia.com/v1alpha1, kind: DynamoModel, metadata: {name: " + name + ", namespace: ns}, spec: {" + spec + "}}"
}

func pool(name, spec string) string {
	return "{apiVersion: dynamo-gitops.io/v1alpha1, kind: WorkerPool, metadata: {name: " + name + "}, spec: {" + spec + "}}"
}

func docs(documents ...string) string { return strings.Join(documents, "\n---\n") }

// load makes an Input of YAML documents: our kinds, a Preset that gives the
// Platform before it profile values, and objects that pass through.
func load(t testing.TB, text string) *validate.Input {
	t.Helper()
	in := &validate.Input{}
	decoder := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for line := 1; ; line++ {
		document, err := decoder.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		add(t, in, document, line)
	}
	linkModels(in)
	return in
}

func add(t testing.TB, in *validate.Input, document []byte, line int) {
	t.Helper()
	content := decode[map[string]any](t, document)
	o := object.New(content)
	o.Position = object.Position{File: "test.yaml", Line: line}
	switch o.GetKind() {
	case v1alpha1.PlatformKind:
		in.Platforms = append(in.Platforms, platformOf(decode[v1alpha1.Platform](t, document), o))
	case v1alpha1.ModelKind:
		in.Models = append(in.Models, validate.Model{Spec: decode[v1alpha1.Model](t, document), Source: o})
	case v1alpha1.WorkerPoolKind:
		in.WorkerPools = append(in.WorkerPools, validate.WorkerPool{Spec: decode[v1alpha1.WorkerPool](t, document), Source: o})
	case "Preset":
		setPreset(&in.Platforms[len(in.Platforms)-1], content)
	default:
		in.Objects = append(in.Objects, o)
	}
}

// setPreset lays the raw values over those of a profile or of an overlay.
func setPreset(p *validate.Platform, content map[string]any) {
	below, _ := content["values"].(map[string]any)
	if overlay, ok := content["overlay"].(map[string]any); ok {
		below, p.Overlay = overlay, overlay
		p.OverlayPosition = object.Position{File: "overlay.yaml", Line: 3}
	}
	p.Values = values.Merge(below, p.Raw)
	if field, ok := content["unsupported"].(string); ok {
		p.ComponentIssues = []values.Issue{{Kind: values.IssueUnsupported, Field: field, Problem: "the version has no such field"}}
	}
}

func platformOf(spec v1alpha1.Platform, source object.Object) validate.Platform {
	raw, _ := values.Get(source.Object, "spec", "values")
	rawMap, _ := raw.(map[string]any)
	release := spec.Spec.ReleaseName
	if release == "" {
		release = spec.Name
	}
	return validate.Platform{
		Spec: spec, Source: source, Chart: fakeChart{spec.Spec.Version},
		ReleaseName: release, Namespace: spec.Namespace, Raw: rawMap, Values: values.Merge(nil, rawMap),
	}
}

func linkModels(in *validate.Input) {
	for i := range in.Models {
		m := &in.Models[i]
		var charts []validate.Chart
		for _, p := range in.Platforms {
			ref := m.Spec.Spec.PlatformRef
			if ref == nil || ref.Name == p.Spec.Name && (ref.Namespace == "" || ref.Namespace == p.Namespace) {
				charts = append(charts, p.Chart)
			}
		}
		m.Platforms = len(charts)
		if len(charts) == 1 {
			m.Chart = charts[0]
		}
	}
}

func decode[T any](t testing.TB, document []byte) T {
	t.Helper()
	var out T
	if err := yaml.Unmarshal(document, &out); err != nil {
		t.Fatalf("%v in %s", err, document)
	}
	return out
}
