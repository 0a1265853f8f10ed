// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/validation"
)

// checkHeader checks what every Kubernetes object has and says whether it is
// in order.
func (d *decoder) checkHeader(n *yaml.Node, content map[string]any) bool {
	before := len(d.findings.findings)
	_, hasVersion := content["apiVersion"]
	_, hasKind := content["kind"]
	if !hasVersion && !hasKind {
		d.report(n, CodeNotAnObject, "the document is no Kubernetes object: it has neither apiVersion nor kind",
			"add both, or move the file out of the directory or list it in .sourceignore")
		return false
	}
	d.checkAPIVersion(n, content)
	d.checkKind(n, content)
	d.checkMetadata(n, content)
	return len(d.findings.findings) == before
}

// reportField reports at the key of a field, or at the object where it is
// missing.
func (d *decoder) reportField(n *yaml.Node, code, problem, fix string, keys ...string) {
	at := n
	for _, key := range keys {
		keyNode, value := entryOf(dealias(at), key)
		d.path.push(key)
		if keyNode == nil {
			continue
		}
		n, at = keyNode, value
	}
	d.report(n, code, problem, fix)
	d.path = d.path[:len(d.path)-len(keys)]
}

func (d *decoder) checkAPIVersion(n *yaml.Node, content map[string]any) {
	value, ok := content["apiVersion"]
	text, isString := value.(string)
	switch {
	case !ok || value == nil || isString && text == "":
		d.reportField(n, CodeAPIVersion, "apiVersion is missing", "add it, such as apiVersion: apps/v1", "apiVersion")
	case !isString:
		d.reportField(n, CodeAPIVersion, "apiVersion is "+typeOf(value)+", not a string", "write it as group/version", "apiVersion")
	case strings.Count(text, "/") > 1 || strings.HasPrefix(text, "/") || strings.HasSuffix(text, "/") || strings.ContainsAny(text, " \t\n"):
		d.reportField(n, CodeAPIVersion, fmt.Sprintf("apiVersion %q is malformed", clip(text)), "write it as group/version, or v1 for the core group", "apiVersion")
	}
}

func (d *decoder) checkKind(n *yaml.Node, content map[string]any) {
	value, ok := content["kind"]
	text, isString := value.(string)
	switch {
	case !ok || value == nil || isString && text == "":
		d.reportField(n, CodeKind, "kind is missing", "add it, such as kind: ConfigMap", "kind")
	case !isString:
		d.reportField(n, CodeKind, "kind is "+typeOf(value)+", not a string", "write the name of the kind", "kind")
	case strings.ContainsAny(text, " \t\n/"):
		d.reportField(n, CodeKind, fmt.Sprintf("kind %q is malformed", clip(text)), "write the name of the kind without spaces or slashes", "kind")
	}
}

func (d *decoder) checkMetadata(n *yaml.Node, content map[string]any) {
	value, ok := content["metadata"]
	metadata, isMap := value.(map[string]any)
	if ok && value != nil && !isMap {
		d.reportField(n, CodeType, "metadata is "+typeOf(value)+", not a map", "write metadata as a map with a name", "metadata")
		return
	}
	d.checkName(n, metadata)
	d.checkNamespace(n, metadata)
	d.checkTexts(n, metadata, "labels")
	d.checkTexts(n, metadata, "annotations")
}

func (d *decoder) checkName(n *yaml.Node, metadata map[string]any) {
	value := metadata["name"]
	name, isString := value.(string)
	_, generated := metadata["generateName"]
	switch {
	case value == nil && generated:
		d.reportField(n, CodeName, "the object has metadata.generateName and no metadata.name", "give it a fixed metadata.name: each apply would make another object", "metadata", "generateName")
	case value == nil, isString && name == "":
		d.reportField(n, CodeName, "metadata.name is missing", "add a name", "metadata", "name")
	case !isString:
		d.reportField(n, CodeName, "metadata.name is "+typeOf(value)+", not a string", "quote the name", "metadata", "name")
	case name == "." || name == ".." || strings.ContainsAny(name, "/% \t\n"):
		d.reportField(n, CodeName, fmt.Sprintf("metadata.name %q cannot be a name", clip(name)), "use lower-case letters, digits, '-' and '.'", "metadata", "name")
	}
}

func (d *decoder) checkNamespace(n *yaml.Node, metadata map[string]any) {
	value, ok := metadata["namespace"]
	if !ok || value == nil || value == "" {
		return
	}
	namespace, isString := value.(string)
	if !isString {
		d.reportField(n, CodeNamespace, "metadata.namespace is "+typeOf(value)+", not a string", "quote it", "metadata", "namespace")
		return
	}
	if len(validation.IsDNS1123Label(namespace)) > 0 {
		d.reportField(n, CodeNamespace, fmt.Sprintf("metadata.namespace %q is no DNS label", clip(namespace)),
			"use lower-case letters, digits and '-', at most 63 characters", "metadata", "namespace")
	}
}

// checkTexts checks that labels or annotations map strings to strings.
func (d *decoder) checkTexts(n *yaml.Node, metadata map[string]any, field string) {
	value, ok := metadata[field]
	if !ok || value == nil {
		return
	}
	texts, isMap := value.(map[string]any)
	if !isMap {
		d.reportField(n, CodeType, "metadata."+field+" is "+typeOf(value)+", not a map", "write key: value pairs", "metadata", field)
		return
	}
	for key, text := range texts {
		if _, isString := text.(string); !isString {
			d.reportField(n, CodeType, fmt.Sprintf("the value of %q in metadata.%s is %s, not a string", clip(key), field, typeOf(text)), "quote the value", "metadata", field, key)
		}
	}
}

// typeOf names the type of a decoded value with its article.
func typeOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case int64:
		return "an integer"
	case float64:
		return "a decimal number"
	case []any:
		return "a list"
	default:
		return "a map"
	}
}
