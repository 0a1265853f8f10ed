// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"fmt"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// reader reads fields of an object and keeps what has the wrong shape.
type reader struct {
	errs []*FieldError
}

// node is a map in the object and the path to it. A nil map reads as empty.
type node struct {
	fields map[string]any
	path   string
}

func (n node) exists() bool { return n.fields != nil }

// at returns the path of a key of the node.
func (n node) at(key string) string {
	key = values.Path{key}.String()
	if n.path == "" || key[0] == '[' {
		return n.path + key
	}
	return n.path + "." + key
}

func (r *reader) fail(field, problem, fix string) {
	r.errs = append(r.errs, &FieldError{Field: field, Problem: problem, Fix: fix})
}

func (r *reader) wrongType(field, want string, got any) {
	r.fail(field, fmt.Sprintf("is %s where the API wants %s", kindOf(got), want), "write "+want)
}

// child returns the map at the key; an empty node when it is absent or null.
func (r *reader) child(n node, key string) node {
	value, ok := n.fields[key]
	if !ok || value == nil {
		return node{path: n.at(key)}
	}
	return r.mapOf(value, n.at(key))
}

func (r *reader) mapOf(value any, path string) node {
	fields, ok := value.(map[string]any)
	if !ok {
		r.wrongType(path, "a map", value)
		return node{path: path}
	}
	return node{fields: fields, path: path}
}

// items returns the maps in the list at the key, without those that are none.
func (r *reader) items(n node, key string) []node {
	list := r.list(n, key)
	nodes := make([]node, 0, len(list))
	for i, value := range list {
		if item := r.mapOf(value, index(n.at(key), i)); item.exists() {
			nodes = append(nodes, item)
		}
	}
	return nodes
}

func (r *reader) list(n node, key string) []any {
	value, ok := n.fields[key]
	if !ok || value == nil {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		r.wrongType(n.at(key), "a list", value)
	}
	return list
}

func (r *reader) text(n node, key string) string {
	value, ok := n.fields[key]
	if !ok || value == nil {
		return ""
	}
	text, ok := value.(string)
	if !ok {
		r.wrongType(n.at(key), "a string", value)
	}
	return text
}

// enabled returns what the node says at the key "enabled".
func (r *reader) enabled(n node) bool {
	const key = "enabled"
	value, ok := n.fields[key]
	if !ok || value == nil {
		return false
	}
	flag, ok := value.(bool)
	if !ok {
		r.wrongType(n.at(key), "true or false", value)
	}
	return flag
}

// integer returns the whole number at the key and whether there is a good one.
func (r *reader) integer(n node, key string) (int64, bool) {
	value, ok := n.fields[key]
	if !ok || value == nil {
		return 0, false
	}
	number, ok := values.WholeNumber(value)
	if !ok {
		r.wrongType(n.at(key), "a whole number", value)
		return 0, false
	}
	if number < 0 {
		r.fail(n.at(key), "is below 0", "write 0 or more")
		return 0, false
	}
	return number, true
}

func (r *reader) texts(n node, key string) []string {
	var texts []string
	for i, value := range r.list(n, key) {
		text, ok := value.(string)
		if !ok {
			r.wrongType(index(n.at(key), i), "a string", value)
			continue
		}
		texts = append(texts, text)
	}
	return texts
}

// textMap returns the string values of the map at the key.
func (r *reader) textMap(n node, key string) map[string]string {
	child := r.child(n, key)
	if !child.exists() {
		return nil
	}
	texts := make(map[string]string, len(child.fields))
	for _, name := range sortedKeys(child.fields) {
		text, ok := child.fields[name].(string)
		if !ok {
			r.wrongType(child.at(name), "a string", child.fields[name])
			continue
		}
		texts[name] = text
	}
	return texts
}

// count reads a number of devices, as a quantity or a number.
func (r *reader) count(value any, path string) (int64, bool) {
	if number, ok := values.WholeNumber(value); ok && number >= 0 {
		return number, true
	}
	text, ok := value.(string)
	if !ok {
		r.wrongType(path, "a whole number of devices", value)
		return 0, false
	}
	quantity, err := resource.ParseQuantity(text)
	if err != nil || quantity.Sign() < 0 {
		r.fail(path, "is not a whole number of devices", `write a count such as "8"`)
		return 0, false
	}
	number, exact := quantity.AsInt64()
	if !exact {
		r.fail(path, "is not a whole number of devices", `write a count such as "8"`)
		return 0, false
	}
	return number, true
}

func kindOf(value any) string {
	switch value.(type) {
	case string:
		return "a string"
	case bool:
		return "true or false"
	case map[string]any:
		return "a map"
	case []any:
		return "a list"
	case nil:
		return "null"
	default:
		return "a number"
	}
}

func index(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
