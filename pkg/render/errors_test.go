// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/render"
)

const canary = "hunter2-canary-7f"

func template(text string) files { return files{"templates/a.yaml": text} }

// TestRenderErrors holds every failure against its reason, place and message.
func TestRenderErrors(t *testing.T) {
	object := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
	schema := `{"type": "object", "properties": {"replicas": {"type": "integer"}, "password": {"pattern": "^[a-z]$"}, "mode": {"enum": ["a", "b"]}}, "additionalProperties": false}`
	for _, tt := range []struct {
		name     string
		files    files
		values   string
		change   func(*render.Input)
		reason   error
		template string
		line     int
		message  string // is in the error's text
	}{
		{"fail", template("a: 1\n{{ fail (printf `nats.enabled=%v cannot be` .Values.enabled) }}"), "enabled: true", nil,
			render.ErrGuard, "demo/templates/a.yaml", 2, "nats.enabled=true cannot be"},
		{"fail in a helper", files{"templates/a.yaml": "\n{{ include `guard` . }}", "templates/_h.tpl": "{{ define `guard` }}\n{{ fail `no` }}{{ end }}"}, "", nil,
			render.ErrGuard, "demo/templates/a.yaml", 2, "no"},
		{"required", template("\n\na: {{ required `name it` .Values.name }}"), "", nil, render.ErrGuard, "demo/templates/a.yaml", 3, "name it"},
		{"does not parse", template("{{ if }}"), "", nil, render.ErrTemplate, "demo/templates/a.yaml", 1, "missing value for if"},
		{"unknown function", template("\n{{ nothing }}"), "", nil, render.ErrTemplate, "demo/templates/a.yaml", 2, `function "nothing" not defined`},
		{"nil pointer", template("x: 1\ny: {{ .Values.a.b.c }}"), "", nil, render.ErrTemplate, "demo/templates/a.yaml", 2, "nil pointer evaluating"},
		{"nested helper", files{"templates/a.yaml": "{{ include `one` . }}", "templates/_h.tpl": "{{ define `one` }}\n\n{{ .Values.a.b.c }}{{ end }}"}, "", nil,
			render.ErrTemplate, "demo/templates/_h.tpl", 3, "nil pointer evaluating"},
		{"no such helper", template("{{ include `one` . }}"), "", nil, render.ErrTemplate, "demo/templates/a.yaml", 1, `no template "one"`},
		{"in a sub-chart", merged(template(object), files{"charts/a/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0", "charts/a/templates/x.yaml": "\n{{ fail `deep` }}"}), "", nil,
			render.ErrGuard, "demo/charts/a/templates/x.yaml", 2, "deep"},
		{"endless recursion", template("{{ define `r` }}{{ include `r` . }}{{ end }}{{ include `r` . }}"), "", nil,
			render.ErrTemplate, "demo/templates/a.yaml", 1, "nested reference name: r"},
		{"a panic", template("{{ mustToYaml .Values.x }}{{ (index .Values.l 3) }}"), "l: [1]", nil, render.ErrTemplate, "demo/templates/a.yaml", 1, "index out of range"},
		{"division by zero", template("{{ div 1 0 }}"), "", nil, render.ErrTemplate, "demo/templates/a.yaml", 1, "divide by zero"},
		{"no YAML", template(object + "a: [1\nb: 2"), "", nil, render.ErrManifest, "demo/templates/a.yaml", 0, "document 1 of the rendered text: yaml: line"},
		{"second document", template(object + "---\nkind: X"), "", nil, render.ErrManifest, "demo/templates/a.yaml", 0, "document 2 of the rendered text: the object has no apiVersion"},
		{"no kind", template("apiVersion: v1"), "", nil, render.ErrManifest, "demo/templates/a.yaml", 0, "no kind"},
		{"odd metadata", template("apiVersion: v1\nkind: X\nmetadata: x"), "", nil, render.ErrManifest, "demo/templates/a.yaml", 0, "metadata is no table"},
		{"no table", template("- 1"), "", nil, render.ErrManifest, "demo/templates/a.yaml", 0, "no table"},
		{"an item without a kind", template("apiVersion: v1\nkind: List\nitems: [{a: 1}]"), "", nil, render.ErrManifest, "demo/templates/a.yaml", 0, "item of a List"},
		{"a broken definition", files{"crds/a.yaml": "a: ["}, "", func(in *render.Input) { in.IncludeCRDs = true }, render.ErrManifest, "demo/crds/a.yaml", 0, "did not find"},
		{"Kubernetes too old", files{"Chart.yaml": demoChart + "kubeVersion: '>=1.30.0-0'"}, "", func(in *render.Input) { in.KubeVersion = "1.28.3" },
			render.ErrKubeVersion, "", 0, "asks for Kubernetes >=1.30.0-0, the target is v1.28.3"},
		{"odd Kubernetes", template(object), "", func(in *render.Input) { in.KubeVersion = "new" }, render.ErrInput, "", 0, `"new"`},
		{"no chart", nil, "", func(in *render.Input) { in.Chart = nil }, render.ErrInput, "", 0, "there is no chart"},
		{"odd release", template(object), "", func(in *render.Input) { in.ReleaseName = "Not_This" }, render.ErrInput, "", 0, `"Not_This"`},
		{"odd namespace", template(object), "", func(in *render.Input) { in.Namespace = "a/b" }, render.ErrInput, "", 0, `"a/b"`},
		{"values of a sub-chart", merged(files{"Chart.yaml": demoChart + "dependencies: [{name: a, version: 0.1.0}]"}, subchart("a", "")), "a: " + canary, nil,
			render.ErrDependencies, "", 0, "the values of the sub-chart a are no table"},
		{"schema", files{"values.schema.json": schema}, "{replicas: x, mode: c, other: 1, password: " + canary + "}", nil, render.ErrSchema, "", 0,
			"replicas: got string, want integer"},
		{"schema of a sub-chart", merged(subchart("a", ""), files{"charts/a/values.schema.json": schema}), "a: {replicas: x}", nil, render.ErrSchema, "", 0,
			"a.replicas: got string, want integer"},
		{"broken schema", files{"values.schema.json": "{"}, "", nil, render.ErrSchema, "demo/values.schema.json", 0, "is no JSON"},
		{"schema on the network", files{"values.schema.json": `{"$ref": "http://127.0.0.1:1/x.json"}`}, "", nil, render.ErrRemoteSchema, "demo/values.schema.json", 0, "127.0.0.1"},
		{"schema on the disk", files{"values.schema.json": `{"properties": {"a": {"$ref": "other.json#/x"}}}`}, "", nil, render.ErrRemoteSchema, "demo/values.schema.json", 0, "other.json"},
		{"too much", template("a: {{ repeat 2000 `x` }}"), "", func(in *render.Input) { in.MaxOutput = 1000 }, render.ErrOutputSize, "demo/templates/a.yaml", 1, "repeat makes more than"},
		{"too much text", template("a: " + strings.Repeat("x", 2000)), "", func(in *render.Input) { in.MaxOutput = 1000 }, render.ErrOutputSize, "demo/templates/a.yaml", 0, "2003 bytes"},
		{"until", template("{{ until 1000000000 }}"), "", nil, render.ErrOutputSize, "demo/templates/a.yaml", 1, "until from 0 to 1000000000"},
		{"untilStep", template("{{ untilStep 0 -2000000 -1 }}"), "", nil, render.ErrOutputSize, "demo/templates/a.yaml", 1, "untilStep"},
		{"seq", template("{{ seq 1 2000000 }}"), "", nil, render.ErrOutputSize, "demo/templates/a.yaml", 1, "seq"},
		{"indent", template("{{ indent 100000000 `x` }}"), "", nil, render.ErrOutputSize, "demo/templates/a.yaml", 1, "indent"},
		{"nindent", template("{{ nindent 100000000 `x` }}"), "", nil, render.ErrOutputSize, "demo/templates/a.yaml", 1, "nindent"},
		{"a secret in fail", template("{{ fail (printf `bad password %s` .Values.auth.password) }}"), "auth: {password: " + canary + "}", nil,
			render.ErrGuard, "demo/templates/a.yaml", 1, "bad password ***"},
		{"a secret in tpl", template("{{ tpl .Values.text . }}"), "text: '" + canary + " {{ .Values.a.b.c }}'", nil, render.ErrTemplate, "demo/templates/a.yaml", 1, "nil pointer"},
		{"a secret in tpl that does not parse", template("{{ tpl .Values.text . }}"), "text: '" + canary + " {{ if'", nil, render.ErrTemplate, "demo/templates/a.yaml", 1, "unclosed action"},
		{"a secret that is no YAML", template(object + "data: {{ .Values.token }}\n x"), "token: [" + canary + "]", nil, render.ErrManifest, "demo/templates/a.yaml", 0, "yaml: line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := render.Input{}
			if tt.files != nil {
				in = input(t, tt.files.load(t), tt.values)
			}
			if tt.change != nil {
				tt.change(&in)
			}
			out, err := render.Render(t.Context(), in)
			if out != nil {
				t.Error("there is output beside the error")
			}
			var failure *render.RenderError
			if !errors.As(err, &failure) || !errors.Is(err, tt.reason) {
				t.Fatalf("error %v, want %v", err, tt.reason)
			}
			if failure.Template != tt.template || failure.Line != tt.line {
				t.Errorf("place %q, want %s:%d", failure.Place(), tt.template, tt.line)
			}
			if !strings.Contains(err.Error(), tt.message) {
				t.Errorf("error %q does not say %q", err, tt.message)
			}
			if failure.Fix == "" || in.Chart != nil && !strings.HasPrefix(err.Error(), "chart demo 1.2.3: ") {
				t.Errorf("error %q lacks the chart or the fix", err)
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("a secret is in the error %q", err)
			}
		})
	}
}

// TestSchemaMessages shows all problems of one set of values.
func TestSchemaMessages(t *testing.T) {
	f := files{"values.schema.json": `{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "additionalProperties": false, "properties": {
		"port": {"type": "integer", "maximum": 10}, "key": {"pattern": "^a"}, "never": false, "either": {"oneOf": [{"type": "string"}, {"type": "boolean"}]}}}`}
	in := input(t, f.load(t), "{port: 11, key: "+canary+", never: 1, either: 3, zzz: 1}")
	_, err := render.Render(t.Context(), in)
	var failure *render.RenderError
	if !errors.As(err, &failure) {
		t.Fatal(err)
	}
	want := "either: got number, want boolean\neither: got number, want string\nkey: the text does not match the pattern \"^a\"\n" +
		"never: no value is allowed here\nport: maximum: got 11, want 10\nthe values: additional properties 'zzz' not allowed"
	if failure.Message != want {
		t.Errorf("message\n%s\nwant\n%s", failure.Message, want)
	}
	in.SkipSchema = true
	render1(t, in)
}

// TestManySchemaProblems shows that a message stays readable.
func TestManySchemaProblems(t *testing.T) {
	f := files{"values.schema.json": `{"additionalProperties": {"type": "string"}}`}
	values := map[string]any{}
	for i := range 30 {
		values["key"+strings.Repeat("x", i)] = i
	}
	_, err := render.Render(t.Context(), render.Input{Chart: f.load(t), ReleaseName: "x", Values: values})
	if !errors.Is(err, render.ErrSchema) || !strings.Contains(err.Error(), "and 10 more") {
		t.Error(err)
	}
}

// loop calls a function for ever, as far as a test is concerned.
const loop = "{{ range 1000000000 }}{{ $x := default 1 . }}{{ end }}"

// TestTime shows that Render comes back when its time is up.
func TestTime(t *testing.T) {
	in := input(t, template(loop).load(t), "")
	in.Timeout = 20 * time.Millisecond
	_, err := render.Render(t.Context(), in)
	if !errors.Is(err, render.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "the limit is 20ms") {
		t.Errorf("by the timeout: %v", err)
	}
	in.Timeout = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := render.Render(ctx, in)
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) || errors.Is(err, render.ErrTimeout) {
		t.Errorf("by cancelling: %v", err)
	}
	if _, err := render.Render(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
}

// TestErrorText shows the forms of an error.
func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&render.RenderError{Chart: "a", Version: "1.0.0", Template: "a/templates/x.yaml", Line: 3, Column: 7, Message: "no", Fix: "do"}, "chart a 1.0.0: a/templates/x.yaml:3:7: no; do"},
		{&render.RenderError{Template: "x", Line: 3, Message: "no"}, "chart: x:3: no"},
		{&render.LoadError{Chart: "a", File: "x", Message: "no", Fix: "do"}, "chart a: x: no; do"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
