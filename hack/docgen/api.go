// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/schema"
)

// node is the part of a JSON Schema that the page shows.
type node struct {
	Description          string           `json:"description"`
	Type                 any              `json:"type"`
	Enum                 []string         `json:"enum"`
	AnyOf                []node           `json:"anyOf"`
	Pattern              string           `json:"pattern"`
	Minimum              *int             `json:"minimum"`
	Maximum              *int             `json:"maximum"`
	Properties           map[string]*node `json:"properties"`
	Required             []string         `json:"required"`
	Items                *node            `json:"items"`
	AdditionalProperties json.RawMessage  `json:"additionalProperties"`
}

// apiPage documents every field of every kind.
func apiPage() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "# API reference: %s\n\n", v1alpha1.APIVersion)
	b.WriteString("The kinds that are kept in Git. A field that is not set has the default told here; an unknown field is refused.\n" +
		"Editors get all of this from the JSON Schemas, which `dynamo-gitops schema` prints.\n")
	for _, kind := range schema.Kinds() {
		data, err := schema.JSON(kind)
		if err != nil {
			return "", err
		}
		var root node
		if err := json.Unmarshal(data, &root); err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", kind, root.Description)
		spec := root.Properties["spec"]
		if spec == nil {
			return "", fmt.Errorf("%s has no spec", kind)
		}
		table(&b, "spec", spec)
	}
	return b.String(), nil
}

// table writes the fields of one object, then those of the objects in it.
func table(b *strings.Builder, path string, n *node) {
	fmt.Fprintf(b, "\n### %s\n\n", path)
	if extra := rules(n.Description); extra != "" {
		fmt.Fprintf(b, "%s\n\n", extra)
	}
	b.WriteString("| field | type | description |\n|---|---|---|\n")
	names := slices.Sorted(maps.Keys(n.Properties))
	for _, name := range names {
		field := n.Properties[name]
		mark := ""
		if slices.Contains(n.Required, name) {
			mark = " (required)"
		}
		fmt.Fprintf(b, "| `%s`%s | %s | %s |\n", name, mark, typeOf(field), cell(field.Description))
	}
	for _, name := range names {
		field, below := n.Properties[name], path+"."+name
		for field.Items != nil {
			field, below = field.Items, below+"[]"
		}
		if len(field.Properties) > 0 {
			table(b, below, field)
		}
	}
}

// rules returns the rules that stand in a description.
func rules(description string) string {
	var found []string
	for part := range strings.SplitSeq(description, "\n\n") {
		if strings.HasPrefix(part, "Rule: ") {
			found = append(found, part)
		}
	}
	return strings.Join(found, "\n\n")
}

// typeOf says the type of a field in a few words.
func typeOf(n *node) string {
	var text string
	switch {
	case len(n.Enum) > 0:
		text = "`" + strings.Join(n.Enum, "`, `") + "`"
	case len(n.AnyOf) > 0:
		text = "quantity"
	case n.Items != nil && n.Items.Type != nil:
		text = "list of " + typeOf(n.Items)
	case n.Items != nil:
		text = "list"
	case n.Type == nil:
		text = "any"
	case n.Type == "object" && len(n.AdditionalProperties) > 0 && n.AdditionalProperties[0] == '{':
		var value node
		text = "map"
		if json.Unmarshal(n.AdditionalProperties, &value) == nil {
			text = "map of " + typeOf(&value)
		}
	default:
		text = fmt.Sprint(n.Type)
	}
	switch {
	case n.Minimum != nil && n.Maximum != nil:
		text += fmt.Sprintf(", %d to %d", *n.Minimum, *n.Maximum)
	case n.Minimum != nil:
		text += fmt.Sprintf(", at least %d", *n.Minimum)
	}
	return text
}

// cell fits a text into a table cell.
func cell(text string) string {
	text = regexp.MustCompile(`\s*\n\s*`).ReplaceAllString(strings.TrimSpace(text), "<br>")
	return strings.NewReplacer("|", `\|`, "<release>", "&lt;release&gt;").Replace(text)
}
