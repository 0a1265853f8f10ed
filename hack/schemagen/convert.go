// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

const (
	draft07  = "http://json-schema.org/draft-07/schema#"
	idPrefix = "https://dynamo-gitops.io/schemas/"

	// namePattern is a DNS-1123 subdomain: what the API server wants of metadata.name.
	namePattern = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	// namespacePattern is a DNS-1123 label.
	namespacePattern = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
)

// definition is the part of a CustomResourceDefinition that is read here.
type definition struct {
	Spec struct {
		Group string `json:"group"`
		Names struct {
			Kind string `json:"kind"`
		} `json:"names"`
		Versions []struct {
			Name   string `json:"name"`
			Schema struct {
				OpenAPIV3Schema map[string]any `json:"openAPIV3Schema"`
			} `json:"schema"`
		} `json:"versions"`
	} `json:"spec"`
}

// kindSchema is the converted schema of one kind.
type kindSchema struct {
	kind, version string
	schema        map[string]any
}

// document returns the schema as a document of its own.
func (k kindSchema) document() map[string]any {
	document := maps.Clone(k.schema)
	document["$schema"] = draft07
	document["$id"] = idPrefix + k.version + "/" + strings.ToLower(k.kind) + ".json"
	return document
}

// union returns the schema of a document of any of the kinds. The choice is by
// "if kind is … then …" rather than by a bare oneOf, because an editor then
// reports what is wrong within the kind instead of "matches no alternative".
func union(schemas []kindSchema) map[string]any {
	kinds, definitions, branches := []any{}, map[string]any{}, []any{}
	for _, k := range schemas {
		kinds = append(kinds, k.kind)
		definitions[k.kind] = k.schema
		branches = append(branches, map[string]any{
			"if":   map[string]any{"properties": map[string]any{"kind": map[string]any{"const": k.kind}}},
			"then": map[string]any{"$ref": "#/definitions/" + k.kind},
		})
	}
	return map[string]any{
		"$schema": draft07, "$id": idPrefix + schemas[0].version + "/all.json",
		"title": "dynamo-gitops", "description": "Any kind that dynamo-gitops reads from Git.",
		"type": "object", "required": []any{"apiVersion", "kind"},
		"properties":  map[string]any{"kind": map[string]any{"enum": kinds}},
		"allOf":       branches,
		"definitions": definitions,
	}
}

// convert makes the JSON Schema of the definition's only version:
//
//   - objects whose fields are known are closed, so that an editor marks a
//     misspelt field; free-form ones (x-kubernetes-preserve-unknown-fields) stay open
//   - apiVersion and kind are constants, metadata has rules, all three and spec are required
//   - rules in CEL, which JSON Schema cannot express, are told in the description
//   - x-kubernetes-… and format keywords are dropped, line breaks inside a paragraph of a description as well
func (d definition) convert() (kindSchema, error) {
	version := d.Spec.Versions[0]
	k := kindSchema{kind: d.Spec.Names.Kind, version: version.Name}
	schema, err := convert(version.Schema.OpenAPIV3Schema)
	if err != nil {
		return k, fmt.Errorf("kind %s: %w", k.kind, err)
	}
	properties, _ := schema["properties"].(map[string]any)
	if properties["spec"] == nil {
		return k, fmt.Errorf("kind %s has no spec", k.kind)
	}
	properties["apiVersion"] = map[string]any{
		"description": "The API group and version of the kind.", "const": d.Spec.Group + "/" + k.version,
	}
	properties["kind"] = map[string]any{"description": "The kind.", "const": k.kind}
	properties["metadata"] = metadataSchema()
	schema["required"] = []any{"apiVersion", "kind", "metadata", "spec"}
	schema["title"] = k.kind
	k.schema = schema
	return k, nil
}

// convert converts one node and everything below it.
func convert(in map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(in)) {
		value, err := keyword(key, in[key])
		if err != nil {
			return nil, err
		}
		if value != nil {
			out[key] = value
		}
	}
	describe(in, out)
	_, hasProperties := out["properties"]
	_, hasAdditional := out["additionalProperties"]
	if hasProperties && !hasAdditional && in["x-kubernetes-preserve-unknown-fields"] != true {
		out["additionalProperties"] = false
	}
	return out, nil
}

// keyword converts one keyword of a node; nil drops it.
func keyword(key string, value any) (any, error) {
	switch key {
	case "properties":
		fields, ok := value.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s is not an object", key)
		}
		converted := map[string]any{}
		for name, field := range fields {
			node, err := subschema(name, field)
			if err != nil {
				return nil, err
			}
			converted[name] = node
		}
		return converted, nil
	case "items", "additionalProperties":
		if flag, ok := value.(bool); ok {
			return flag, nil
		}
		return subschema(key, value)
	case "type", "enum", "pattern", "required", "anyOf", "default",
		"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
		return value, nil
	case "description", "format", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string",
		"x-kubernetes-validations", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type":
		return nil, nil
	default:
		return nil, fmt.Errorf("keyword %q is not known; teach it to hack/schemagen", key)
	}
}

func subschema(name string, value any) (map[string]any, error) {
	node, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is not a schema", name)
	}
	converted, err := convert(node)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return converted, nil
}

// describe sets out's description from in's and the messages of its CEL rules.
func describe(in, out map[string]any) {
	text, _ := in["description"].(string)
	text = unwrap(text)
	rules, _ := in["x-kubernetes-validations"].([]any)
	for _, rule := range rules {
		fields, _ := rule.(map[string]any)
		if message, _ := fields["message"].(string); message != "" {
			text = strings.TrimSpace(text + "\n\nRule: " + message + ".")
		}
	}
	if text != "" {
		out["description"] = text
	}
}

// unwrap joins the lines of each paragraph.
func unwrap(text string) string {
	paragraphs := regexp.MustCompile(`\n[ \t]*\n`).Split(strings.TrimSpace(text), -1)
	for i, p := range paragraphs {
		paragraphs[i] = strings.Join(strings.Fields(p), " ")
	}
	return strings.Join(paragraphs, "\n\n")
}

// metadataSchema is closed: what else an object's metadata may hold is written
// by a server, never by hand.
func metadataSchema() map[string]any {
	text := func(description string) map[string]any {
		return map[string]any{
			"description": description, "type": "object",
			"additionalProperties": map[string]any{"type": "string"},
		}
	}
	return map[string]any{
		"description": "Name, namespace, labels and annotations of the object.",
		"type":        "object", "required": []any{"name"}, "additionalProperties": false,
		"properties": map[string]any{
			"name": map[string]any{
				"description": "Name of the object, unique among those of its kind in the namespace.",
				"type":        "string", "minLength": 1, "maxLength": 253, "pattern": namePattern,
			},
			"namespace": map[string]any{
				"description": "Namespace of the object.",
				"type":        "string", "minLength": 1, "maxLength": 63, "pattern": namespacePattern,
			},
			"labels":      text("Labels of the object."),
			"annotations": text("Annotations of the object."),
			"finalizers": map[string]any{
				"description": "Finalizers of the object.", "type": "array", "items": map[string]any{"type": "string"},
			},
			"creationTimestamp": map[string]any{"description": "Written by the API server; leave it out.", "type": []any{"string", "null"}},
		},
	}
}
