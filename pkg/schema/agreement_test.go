// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package schema_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/schema"
)

// node is one place of a schema.
type node map[string]any

func (n node) properties() map[string]any { return asMap(n["properties"]) }

func (n node) types() []string {
	switch t := n["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var all []string
		for _, name := range t {
			all = append(all, name.(string))
		}
		return all
	}
	var all []string
	alternatives, _ := n["anyOf"].([]any)
	for _, alternative := range alternatives {
		all = append(all, node(asMap(alternative)).types()...)
	}
	return all
}

func (n node) bound(keyword string) (int, bool) {
	value, ok := n[keyword].(float64)
	return int(value), ok
}

func asMap(value any) map[string]any {
	m, _ := value.(map[string]any)
	return m
}

// samples are valid texts, of which the first that a pattern takes is used.
func samples() []string {
	return []string{
		"text", "0.9.0", "inference/llama", "https://charts.acme.io/x", "nats://nats.acme.io:4222", "1.31", "1Gi",
	}
}

// sample makes a valid value with every optional field; path is that of the node.
func sample(t *testing.T, n node, path string) any {
	t.Helper()
	if value, ok := n["const"]; ok {
		return value
	}
	if values, ok := n["enum"].([]any); ok {
		return values[0]
	}
	types := n.types()
	switch {
	case len(types) == 0:
		return map[string]any{"any": "thing"}
	case slices.Contains(types, "object"):
		return sampleObject(t, n, path)
	case slices.Contains(types, "array"):
		return []any{sample(t, asMap(n["items"]), path+"[0]")}
	case slices.Contains(types, "string"):
		return sampleText(t, n, path)
	case slices.Contains(types, "boolean"):
		return true
	default:
		least, _ := n.bound("minimum")
		return float64(max(least, 1))
	}
}

func sampleObject(t *testing.T, n node, path string) any {
	t.Helper()
	out := map[string]any{}
	for name, child := range n.properties() {
		if path+"."+name == "spec.overlay" { // not together with profile
			continue
		}
		out[name] = sample(t, asMap(child), strings.TrimPrefix(path+"."+name, "."))
	}
	if each, ok := n["additionalProperties"].(map[string]any); ok {
		out["key"] = sample(t, each, path+".key")
	}
	return out
}

func sampleText(t *testing.T, n node, path string) any {
	t.Helper()
	name := path[strings.LastIndex(path, ".")+1:]
	switch {
	case name == "interval" || name == "timeout":
		return "10m"
	case name == "creationTimestamp":
		return nil
	}
	pattern, _ := n["pattern"].(string)
	for _, text := range samples() {
		if regexp.MustCompile(pattern).MatchString(text) {
			return text
		}
	}
	t.Fatalf("%s: no sample fits %s; add one", path, pattern)
	return nil
}

// mutation is a change of a valid document after which it is invalid.
type mutation struct {
	path []string // of the value that is changed; "[0]" for the entry of a list
	what string
	set  any // what stands there afterwards
	drop bool
}

func (m mutation) field() string {
	return strings.ReplaceAll(strings.Join(m.path, "."), ".[0]", "[0]")
}

// mutations derives all violations of a node and of what is below it.
func mutations(n node, path []string) []mutation {
	var all []mutation
	add := func(what string, value any) {
		all = append(all, mutation{path: slices.Clone(path), what: what, set: value})
	}
	wrongTypes(n, add)
	bounds(n, add)
	required, _ := n["required"].([]any)
	for _, name := range required {
		all = append(all, mutation{path: append(slices.Clone(path), name.(string)), what: "missing", drop: true})
	}
	if n["additionalProperties"] == false {
		all = append(all, mutation{path: append(slices.Clone(path), "unknownField"), what: "unknown field", set: "x"})
	}
	for _, name := range slices.Sorted(maps.Keys(n.properties())) {
		all = append(all, mutations(asMap(n.properties()[name]), append(slices.Clone(path), name))...)
	}
	if items, ok := n["items"].(map[string]any); ok {
		all = append(all, mutations(items, append(slices.Clone(path), "[0]"))...)
	}
	if each, ok := n["additionalProperties"].(map[string]any); ok {
		all = append(all, mutations(each, append(slices.Clone(path), "key"))...)
	}
	return all
}

func wrongTypes(n node, add func(string, any)) {
	types := n.types()
	if len(types) == 0 {
		return
	}
	values := map[string]any{"string": "no type fits", "boolean": true, "array": []any{}, "object": map[string]any{}, "null": nil, "integer": 7.0}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(types, name) {
			add("wrong type "+name, values[name])
		}
	}
	if !slices.Contains(types, "number") {
		add("wrong type number", 1.5)
	}
}

func bounds(n node, add func(string, any)) {
	if _, ok := n["enum"]; ok {
		add("not in enum", "no-such-value")
		add("enum in another case", strings.ToUpper(n["enum"].([]any)[0].(string)))
	}
	if pattern, ok := n["pattern"].(string); ok {
		for _, text := range []string{"", "!", "Not A Name", "a_b", "-a", "a-", "1.2", ">=1.0.0", "v1.2.3", "ftp://x", "nats://u:p@h", "https://u@h", "a/b/c", "/b", "10GB", "1 Gi"} {
			if !regexp.MustCompile(pattern).MatchString(text) {
				add(fmt.Sprintf("pattern does not take %q", text), text)
			}
		}
	}
	if least, ok := n.bound("minimum"); ok {
		add("below minimum", float64(least-1))
	}
	if most, ok := n.bound("maximum"); ok {
		add("above maximum", float64(most+1))
	}
	if most, ok := n.bound("maxLength"); ok {
		add("too long", strings.Repeat("a", most+1))
	}
	if _, ok := n.bound("minLength"); ok {
		add("empty text", "")
	}
	if _, ok := n.bound("minItems"); ok {
		add("empty list", []any{})
	}
	if _, ok := n.bound("minProperties"); ok {
		add("empty map", map[string]any{})
	}
}

// apply returns a copy of the document with the change.
func (m mutation) apply(t *testing.T, document any) any {
	t.Helper()
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	var clone any
	if err := json.Unmarshal(data, &clone); err != nil {
		t.Fatal(err)
	}
	if len(m.path) == 0 {
		return m.set
	}
	at := clone
	for _, key := range m.path[:len(m.path)-1] {
		if list, ok := at.([]any); ok {
			at = list[0]
			continue
		}
		at = asMap(at)[key]
	}
	last := m.path[len(m.path)-1]
	switch parent := at.(type) {
	case []any:
		parent[0] = m.set
	case map[string]any:
		if m.drop {
			delete(parent, last)
		} else {
			parent[last] = m.set
		}
	}
	return clone
}

// load decodes a document as a build does.
func load(t *testing.T, document any) error {
	t.Helper()
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := config.Decode("a.json", data, config.DefaultLimits())
	if err != nil {
		return err
	}
	_, err = config.Load(objects)
	return err
}

// elsewhere says which violations make the document one that is not ours, which
// passes through a build as it is.
func elsewhere(m mutation) bool {
	return len(m.path) == 0 || m.path[0] == "apiVersion" && !m.drop
}

func schemaOf(t *testing.T, kind string) node {
	t.Helper()
	data, err := schema.JSON(kind)
	if err != nil {
		t.Fatal(err)
	}
	var root node
	if err := json.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	return root
}

// TestSchemaAndConfigAgree derives from each schema every way to violate it in
// one place: what an editor marks, a build refuses, and at the same field.
func TestSchemaAndConfigAgree(t *testing.T) {
	compiled := compile(t)
	for _, kind := range schema.Kinds() {
		root := schemaOf(t, kind)
		valid := sample(t, root, "")
		agreeOnValid(t, compiled[kind], valid)
		checked := 0
		for _, m := range mutations(root, nil) {
			document := m.apply(t, valid)
			if elsewhere(m) {
				continue
			}
			checked++
			if compiled[kind].Validate(document) == nil {
				t.Errorf("%s %s: the schema accepts: %s", kind, m.field(), m.what)
			}
			err := load(t, document)
			var refused *object.FindingsError
			if !errors.As(err, &refused) {
				t.Errorf("%s %s: config accepts: %s", kind, m.field(), m.what)
				continue
			}
			if !slices.ContainsFunc(refused.Findings, func(f object.Finding) bool { return blames(f.Field, m) }) {
				t.Errorf("%s %s: %s is blamed on %v", kind, m.field(), m.what, refused.Findings)
			}
		}
		if checked < 40 {
			t.Errorf("%s: only %d violations were derived", kind, checked)
		}
	}
}

// blames says whether a finding is about the place of a violation: metadata that
// is not there lacks its name.
func blames(field string, m mutation) bool {
	return field == m.field() || m.field() == "metadata" && field == "metadata.name"
}

func agreeOnValid(t *testing.T, compiled *jsonschema.Schema, valid any) {
	t.Helper()
	if err := compiled.Validate(valid); err != nil {
		t.Errorf("the schema refuses the sample: %v", err)
	}
	if err := load(t, valid); err != nil {
		t.Errorf("config refuses the sample: %v", err)
	}
}

// TestSchemaAndConfigAcceptTheSame leaves out each optional field in turn, and
// takes each allowed value of every enumeration.
func TestSchemaAndConfigAcceptTheSame(t *testing.T) {
	compiled := compile(t)
	for _, kind := range schema.Kinds() {
		root := schemaOf(t, kind)
		valid := sample(t, root, "")
		for _, m := range variations(root, nil) {
			document := m.apply(t, valid)
			if err := compiled[kind].Validate(document); err != nil {
				t.Errorf("%s %s: the schema refuses %s: %v", kind, m.field(), m.what, err)
			}
			if err := load(t, document); err != nil {
				t.Errorf("%s %s: config refuses %s: %v", kind, m.field(), m.what, err)
			}
		}
	}
}

// variations derives changes after which a document is still valid.
func variations(n node, path []string) []mutation {
	var all []mutation
	add := func(what string, value any) {
		all = append(all, mutation{path: slices.Clone(path), what: what, set: value})
	}
	values, _ := n["enum"].([]any)
	for _, value := range values {
		add(fmt.Sprint(value), value)
	}
	for _, keyword := range []string{"minimum", "maximum"} {
		if bound, ok := n.bound(keyword); ok && (len(path) == 0 || path[len(path)-1] != "max") { // max is bound by min as well
			add(keyword, float64(bound))
		}
	}
	if most, ok := n.bound("maxLength"); ok {
		add("longest", strings.Repeat("a", most))
	}
	required, _ := n["required"].([]any)
	for name, child := range n.properties() {
		below := append(slices.Clone(path), name)
		if !slices.Contains(required, any(name)) {
			all = append(all, mutation{path: below, what: "absence", drop: true})
		}
		all = append(all, variations(asMap(child), below)...)
	}
	if items, ok := n["items"].(map[string]any); ok {
		all = append(all, variations(items, append(slices.Clone(path), "[0]"))...)
	}
	return all
}
