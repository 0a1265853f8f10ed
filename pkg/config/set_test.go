// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// The heads of the kinds, up to and including spec.
const (
	platform = "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: p, namespace: n}\nspec:\n"
	model    = "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Model\nmetadata: {name: m, namespace: n}\nspec:\n"
	pool     = "apiVersion: dynamo-gitops.io/v1alpha1\nkind: WorkerPool\nmetadata: {name: w}\nspec:\n"
	version  = "  version: 0.9.0\n"
	poolSpec = "  nodeSelector: {a: b}\n  nodes: {min: 1}\n  gpu: {perNode: 8}\n"
)

// located decodes a file and loads it with exact positions.
func located(t *testing.T, data string) (*config.Set, error) {
	t.Helper()
	objects, err := config.Decode("f.yaml", []byte(data), config.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"f.yaml": {Data: []byte(data)}}
	return config.NewLocator(files, config.Limits{}).Load(objects)
}

func TestLoadRefuses(t *testing.T) {
	tests := map[string]struct{ data, want, code string }{
		"unknown kind":        {"apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platfrom\nmetadata: {name: a}\n", `f.yaml:2:1: the group dynamo-gitops.io has no kind "Platfrom"; did you mean Platform?`, config.CodeUnknownKind},
		"other kind":          {"apiVersion: dynamo-gitops.io/v1alpha1\nkind: Zebra\nmetadata: {name: a}\n", `f.yaml:2:1: the group dynamo-gitops.io has no kind "Zebra"; the kinds are Model, Platform, WorkerPool`, config.CodeUnknownKind},
		"unknown version":     {"apiVersion: dynamo-gitops.io/v1beta1\nkind: Platform\nmetadata: {name: a}\n", `f.yaml:1:1: apiVersion "dynamo-gitops.io/v1beta1" is not known; use dynamo-gitops.io/v1alpha1`, config.CodeUnknownVersion},
		"misspelt group":      {"apiVersion: dynamo-gitop.io/v1alpha1\nkind: Platform\nmetadata: {name: a}\n", `f.yaml:1:1: apiVersion "dynamo-gitop.io/v1alpha1" is not known; did you mean`, config.CodeUnknownVersion},
		"bad name":            {strings.Replace(platform, "name: p", "name: P_1", 1) + version, `f.yaml:3:12: metadata.name "P_1" is no DNS name`, config.CodeName},
		"no spec":             {"apiVersion: dynamo-gitops.io/v1alpha1\nkind: Model\nmetadata: {name: a}\n", "f.yaml:1:1: the field spec is missing", config.CodeRequired},
		"null spec":           {strings.TrimSuffix(platform, "\n") + "\n", "f.yaml:4:1: spec wants a map and is nothing (null)", config.CodeType},
		"unknown field":       {platform + version + "  componets: {}\n", "f.yaml:6:3: the field spec.componets does not exist; did you mean components?", config.CodeUnknownField},
		"unknown deep field":  {platform + version + "  components:\n    nats: {jetstream: {}}\n", "f.yaml:7:12: the field spec.components.nats.jetstream does not exist; did you mean jetStream?", config.CodeUnknownField},
		"unknown root field":  {platform + version + "sepc: {}\n", "f.yaml:6:1: the field sepc does not exist; did you mean spec?", config.CodeUnknownField},
		"unknown in metadata": {strings.Replace(platform, "{name", "{lables: {}, name", 1) + version, "f.yaml:3:12: the field metadata.lables does not exist; did you mean labels?", config.CodeUnknownField},
		"string replicas":     {platform + version + "  components: {nats: {replicas: \"3\"}}\n", `f.yaml:6:23: spec.components.nats.replicas wants an integer and is the string "3"; remove the quotes`, config.CodeType},
		"decimal replicas":    {platform + version + "  components: {nats: {replicas: 1.5}}\n", "f.yaml:6:23: spec.components.nats.replicas wants an integer and is a decimal", config.CodeType},
		"huge replicas":       {platform + version + "  components: {nats: {replicas: 3000000000}}\n", "f.yaml:6:23: spec.components.nats.replicas: 3000000000 does not fit into 32 bits", config.CodeValue},
		"yes":                 {platform + version + "  components: {grove: {enabled: yes}}\n", `f.yaml:6:24: spec.components.grove.enabled wants true or false and is the string "yes"; write true`, config.CodeType},
		"off":                 {platform + version + "  suspend: off\n", `f.yaml:6:3: spec.suspend wants true or false and is the string "off"; write false`, config.CodeType},
		"number version":      {platform + "  version: 1.0\n", "f.yaml:5:3: spec.version wants a string and is a decimal number; quote", config.CodeType},
		"v version":           {platform + "  version: v0.9.0\n", `f.yaml:5:3: spec.version: "v0.9.0" is malformed; write it like 0.9.0`, config.CodeValue},
		"no version":          {platform + "  profile: dev\n", "f.yaml:4:1: the field spec.version is missing", config.CodeRequired},
		"profile":             {platform + version + "  profile: production\n", `f.yaml:6:3: spec.profile: "production" is not one of dev, test, prod`, config.CodeValue},
		"profile and overlay": {platform + version + "  profile: dev\n  overlay: ./x\n", "f.yaml:7:3: spec.overlay: spec has both profile and overlay", config.CodeExclusive},
		"long release":        {platform + version + "  releaseName: " + strings.Repeat("a", 44) + "\n", "f.yaml:6:3: spec.releaseName: the value has 44 characters", config.CodeValue},
		"upper release":       {platform + version + "  releaseName: A\n", `f.yaml:6:3: spec.releaseName: "A" is malformed`, config.CodeValue},
		"charts url":          {platform + version + "  charts: {url: ftp://user:hunter2@x}\n", `f.yaml:6:12: spec.charts.url: "ftp://***@x" is malformed`, config.CodeValue},
		"nats password":       {platform + version + "  components: {nats: {address: 'nats://u:hunter2@x'}}\n", `f.yaml:6:23: spec.components.nats.address: "nats://***@x" is malformed`, config.CodeValue},
		"quantity":            {platform + version + "  components: {etcd: {storage: 10GB}}\n", `f.yaml:6:23: spec.components.etcd.storage: "10GB" is no quantity`, config.CodeValue},
		"decimal quantity":    {platform + version + "  components: {etcd: {storage: 0.5}}\n", "f.yaml:6:23: spec.components.etcd.storage wants a quantity", config.CodeType},
		"number duration":     {platform + version + "  interval: 30\n", "f.yaml:6:3: spec.interval wants a duration and is an integer; write it with its unit", config.CodeType},
		"bad duration":        {platform + version + "  interval: 30x\n", `f.yaml:6:3: spec.interval: "30x" is no duration`, config.CodeValue},
		"values list":         {platform + version + "  values: [1]\n", "f.yaml:6:3: spec.values: the field wants a map and is a list", config.CodeType},
		"routes map":          {platform + version + "  routes: {a: b}\n", "f.yaml:6:3: spec.routes wants a list and is a map", config.CodeType},
		"route":               {platform + version + "  routes:\n    - {name: a, graph: x, host: h}\n", `f.yaml:7:17: spec.routes[0].graph: "x" is malformed; write it like inference/llama-70b`, config.CodeValue},
		"port":                {platform + version + "  routes: [{name: a, graph: x/y, host: h, port: 70000}]\n", "f.yaml:6:43: spec.routes[0].port: 70000 is above the maximum of 65535", config.CodeValue},
		"empty paths":         {platform + version + "  drift: {ignore: [{paths: []}]}\n", "f.yaml:6:21: spec.drift.ignore[0].paths: the list is empty", config.CodeValue},
		"empty secret name":   {platform + version + "  kubeConfig: {name: \"\"}\n", "f.yaml:6:16: spec.kubeConfig.name: the value is empty", config.CodeValue},
		"requests":            {platform + version + "  components: {operator: {resources: {requests: {cpu: lots}}}}\n", `f.yaml:6:50: spec.components.operator.resources.requests.cpu: "lots" is no quantity`, config.CodeValue},
		"null field":          {platform + version + "  components:\n", "f.yaml:6:3: spec.components wants a map and is nothing (null); give it a value", config.CodeType},
		"text map":            {pool + "  nodeSelector: a\n  nodes: {min: 1}\n  gpu: {perNode: 8}\n", "f.yaml:5:3: spec.nodeSelector wants a map", config.CodeType},
		"empty selector":      {pool + "  nodeSelector: {}\n  nodes: {min: 1}\n  gpu: {perNode: 8}\n", "f.yaml:5:3: spec.nodeSelector: the map is empty", config.CodeValue},
		"range":               {pool + strings.Replace(poolSpec, "min: 1", "min: 3, max: 2", 1), "f.yaml:6:19: spec.nodes.max: max 2 is below min 3", config.CodeExclusive},
		"negative":            {pool + strings.Replace(poolSpec, "min: 1", "min: -1", 1), "f.yaml:6:11: spec.nodes.min: -1 is below the minimum of 0", config.CodeValue},
		"no GPUs":             {pool + strings.Replace(poolSpec, "perNode: 8", "perNode: 0", 1), "f.yaml:7:9: spec.gpu.perNode: 0 is below the minimum of 1", config.CodeValue},
		"mig":                 {pool + strings.Replace(poolSpec, "perNode: 8", "perNode: 8, migStrategy: singel", 1), "f.yaml:7:21: spec.gpu.migStrategy: \"singel\" is not one of none, single, mixed; did you mean single?", config.CodeValue},
		"adapter twice":       {model + "  modelName: m\n  adapters: [{name: a}, {name: a}]\n", "f.yaml:6:26: spec.adapters[1].name: adapters[0] has the name \"a\" already", config.CodeExclusive},
		"adapter field":       {model + "  modelName: m\n  adapters:\n    - name: a\n      uri: hf://x\n", "f.yaml:8:7: the field spec.adapters[0].uri does not exist; the known fields are modelName, name, source, type", config.CodeUnknownField},
		"object twice":        {model + "  modelName: m\n---\n" + model + "  modelName: n\n", "f.yaml:9:12: metadata.name: Model/n/m is defined twice, first in f.yaml:1", config.CodeDuplicateObject},
		"foreign twice":       {doc("---\n") + doc(""), "f.yaml:9:3: metadata.name: ConfigMap/a is defined twice, first in f.yaml:1", config.CodeDuplicateObject},
		"timestamp":           {strings.Replace(platform, "{name", "{creationTimestamp: x, name", 1) + version, "f.yaml:3:12: metadata.creationTimestamp wants a value as the cluster", config.CodeType},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			set, err := located(t, test.data)
			if set != nil {
				t.Fatalf("a set came with the error %v", err)
			}
			all := findings(t, err)
			if len(all) != 1 || !strings.HasPrefix(all[0].String(), test.want) || all[0].Code != test.code || all[0].Fix == "" {
				t.Errorf("got  %v\nwant %s… [%s]", all, test.want, test.code)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the password is in the error")
			}
		})
	}
}

func TestLoad(t *testing.T) {
	data := strings.Replace(platform, "{name", "{creationTimestamp: null, labels: {a: b}, name", 1) + `  version: 1.2.0-rc.1
  profile: prod
  interval: 10m
  suspend: true
  components:
    operator: {replicas: 2, tolerations: [{key: a}], env: [{name: A, value: b}], resources: {limits: {cpu: 2, memory: 1Gi}}}
    nats: {replicas: 3.0, maxPayload: 15Mi, jetStream: {storage: 50Gi}}
  values: {nats: {"a.b": 1, none: null}}
---
` + model + "  modelName: base\n  base: false\n  adapters: [{name: a, type: adapter}]\n---\n" + pool + poolSpec + "---\n" + doc("")
	set, err := located(t, data)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Platforms) != 1 || len(set.Models) != 1 || len(set.WorkerPools) != 1 || len(set.Objects) != 1 {
		t.Fatalf("got %+v", set)
	}
	spec := set.Platforms[0].Spec
	nats, operator := spec.Components.NATS, spec.Components.Operator
	cpu := operator.Resources.Limits["cpu"]
	got := []any{
		spec.Version, spec.Profile, spec.Interval.Duration, spec.Suspend, *operator.Replicas, string(operator.Tolerations[0].Raw), operator.Env[0].Value,
		cpu.Value(), *nats.Replicas, nats.MaxPayload.String(), nats.JetStream.Storage.String(), string(spec.Values.Raw),
		set.Platforms[0].Name, set.Platforms[0].Namespace, set.Platforms[0].Labels["a"], set.Platforms[0].Object.Position.Line,
		*set.Models[0].Spec.Base, set.Models[0].Spec.Adapters[0].Type, set.WorkerPools[0].Spec.GPU.PerNode, set.Objects[0].GetKind(),
	}
	want := []any{
		"1.2.0-rc.1", v1alpha1.ProfileProd, 10 * time.Minute, true, int32(2), `{"key":"a"}`, "b",
		int64(2), int32(3), "15Mi", "50Gi", `{"nats":{"a.b":1,"none":null}}`,
		"p", "n", "b", 1, false, v1alpha1.AdapterOther, int32(8), "ConfigMap",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLoadAll reports everything at once, sorted, and without files too.
func TestLoadAll(t *testing.T) {
	data := platform + "  version: 1\n  profil: x\n  routes: [{}]\n---\n" + model + "  adapters: [{source: 1}]\n"
	objects, err := config.Decode("f.yaml", []byte(data), config.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	_, err = config.Load(objects)
	var got []string
	for _, f := range findings(t, err) {
		got = append(got, f.Position.String()+" "+f.Field+" "+f.Code)
	}
	want := []string{
		"f.yaml:1:1 spec.profil DG1022", "f.yaml:1:1 spec.version DG1023", "f.yaml:1:1 spec.routes[0].graph DG1025",
		"f.yaml:1:1 spec.routes[0].host DG1025", "f.yaml:1:1 spec.routes[0].name DG1025",
		"f.yaml:9:1 spec.adapters[0].source DG1023", "f.yaml:9:1 spec.adapters[0].name DG1025", "f.yaml:9:1 spec.modelName DG1025",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLocate(t *testing.T) {
	data := doc("---\n") + `apiVersion: v1
kind: List
items:
  - apiVersion: dynamo-gitops.io/v1alpha1
    kind: Platform
    metadata: {name: a}
    spec:
      values:
        nats:
          "a.b": 1
      list: &l
        - one
        - two
      copy: *l
`
	files := fstest.MapFS{"f.yaml": {Data: []byte(data)}, "bad.yaml": {Data: []byte("a: [")}}
	locator := config.NewLocator(files, config.Limits{})
	object1 := object.Position{File: "f.yaml", Line: 9, Column: 5}
	tests := []struct {
		at       object.Position
		document int
		field    string
		want     string
	}{
		{object1, 1, `spec.values.nats["a.b"]`, "f.yaml:15:11"},
		{object1, 1, "spec.list[1]", "f.yaml:18:11"},
		{object1, 1, "spec.list[7]", "f.yaml:16:7"},
		{object1, 1, "spec.copy[1]", "f.yaml:18:11"},
		{object1, 1, "spec.none.deeper", "f.yaml:12:5"},
		{object1, 1, "", "f.yaml:9:5"},
		{object1, 1, `spec["`, "f.yaml:12:5"},
		{object1, 1, "spec[x]", "f.yaml:12:5"},
		{object1, 5, "spec", "f.yaml:9:5"},
		{object.Position{File: "f.yaml", Line: 1}, 0, "metadata.name", "f.yaml:4:3"},
		{object.Position{File: "f.yaml", Line: 2}, 0, "metadata.name", "f.yaml:2"},
		{object.Position{File: "bad.yaml", Line: 1}, 0, "a", "bad.yaml:1"},
		{object.Position{File: "none.yaml", Line: 3}, 0, "a", "none.yaml:3"},
		{object.Position{}, 0, "a", ""},
	}
	for _, test := range tests {
		if got := locator.Locate(test.at, test.document, test.field).String(); got != test.want {
			t.Errorf("%s of %s is at %s, not %s", test.field, test.at, got, test.want)
		}
	}
	for i := range 40 { // more files than are kept
		name := strings.Repeat("x", i+1) + ".yaml"
		files[name] = &fstest.MapFile{Data: []byte(doc(""))}
		if got := locator.Locate(object.Position{File: name, Line: 1}, 0, "kind").Line; got != 2 {
			t.Errorf("%s: line %d", name, got)
		}
	}
}

func TestNearest(t *testing.T) {
	tests := map[string]string{"replcas": "replicas", "REPLICAS": "replicas", "x": "", "nothing": "", "": ""}
	for text, want := range tests {
		if got := config.Nearest(text, []string{"replicas", "storage"}); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
