// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// malformedModel is a field of a DynamoModel that passes through which the API
// server would refuse or drop.
type malformedModel struct {
	at           Place
	problem, fix string
}

// addDynamoModel reads a DynamoModel that passes through.
func (f *Facts) addDynamoModel(o *object.Object) {
	spec, ok := o.Object["spec"].(map[string]any)
	if !ok {
		f.malformed = append(f.malformed, malformedModel{At(*o, "spec"), "the DynamoModel has no spec", "set spec.modelName and spec.baseModelName"})
		return
	}
	text := func(fields map[string]any, path, key string) string {
		value, set := fields[key]
		text, ok := value.(string)
		if set && !ok {
			f.malformed = append(f.malformed, malformedModel{At(*o, path+"."+key), key + " is no string", "write a string"})
		}
		return text
	}
	entry := modelEntry{
		source: o, adapter: notAdapter, passed: true,
		namespace: o.GetNamespace(), kind: orElse(text(spec, "spec", "modelType"), "base"),
		name: text(spec, "spec", "modelName"), base: text(spec, "spec", "baseModelName"),
	}
	if source, ok := spec["source"].(map[string]any); ok {
		entry.address = text(source, "spec.source", "uri")
	} else if spec["source"] != nil {
		f.malformed = append(f.malformed, malformedModel{At(*o, "spec.source"), "source is no map", "write source.uri"})
	}
	for _, p := range f.watching(o.GetNamespace()) {
		if p.Chart != nil {
			entry.charts = append(entry.charts, p.Chart)
		}
	}
	f.checkDynamoModel(&entry, spec)
	f.models = append(f.models, entry)
}

func (f *Facts) checkDynamoModel(e *modelEntry, spec map[string]any) {
	fail := func(field, problem, fix string) {
		f.malformed = append(f.malformed, malformedModel{e.at(field), problem, fix})
	}
	for _, key := range []string{"modelName", "baseModelName"} {
		if value, ok := spec[key]; !ok || value == "" {
			fail("spec", key+" is missing", "set spec."+key)
		}
	}
	if !slices.Contains([]string{"base", lora, "adapter"}, e.kind) {
		fail("spec.modelType", fmt.Sprintf("modelType %q is not known", e.kind), "write base, lora or adapter")
	}
	if source, ok := spec["source"].(map[string]any); ok && source["uri"] == nil {
		fail("spec.source", "source has no uri", "set spec.source.uri")
	}
	for _, path := range unknownFields(spec) {
		fail("spec."+path, fmt.Sprintf("DynamoModel has no field %s; the API server drops it", path), unknownFix(path))
	}
}

// unknownFields returns the paths below spec that the API does not have, sorted.
func unknownFields(spec map[string]any) []string {
	var unknown []string
	for key := range spec {
		if !slices.Contains([]string{"modelName", "baseModelName", "modelType", "source"}, key) {
			unknown = append(unknown, key)
		}
	}
	source, _ := spec["source"].(map[string]any)
	for key := range source {
		if key != "uri" {
			unknown = append(unknown, "source."+key)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// unknownFix knows the fields that drafts and tutorials mention.
func unknownFix(path string) string {
	switch strings.ToLower(path) {
	case "basemodel":
		return "use spec.baseModelName"
	case "type":
		return "use spec.modelType"
	case "sourceurl", "source.url", "uri":
		return "use spec.source.uri"
	case "loras", "adapters":
		return "make one DynamoModel of modelType lora for each adapter, or use a Model of dynamo-gitops.io"
	case "modelid":
		return "use spec.modelName"
	case "revision", "source.revision":
		return "put the revision into spec.source.uri: hf://org/model@revision"
	default:
		return "remove it"
	}
}

func dynamoModelRules() []Rule {
	return []Rule{
		failure("DG1420", "malformed DynamoModel",
			"The API server refuses the object, or drops the field in silence: spec has modelName, baseModelName, modelType (base, lora, adapter) and source.uri, and nothing else.",
			checkMalformed),
	}
}

func checkMalformed(f *Facts, r *Report) {
	for _, m := range f.malformed {
		r.Add(m.at, m.problem, m.fix)
	}
}
