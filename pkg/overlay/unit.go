// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// unit is one directory with a kustomization file, read and checked.
type unit struct {
	dir, file  string
	position   object.Position
	document   int
	kust       types.Kustomization
	entries    []entry
	components []*unit
	patches    []*patch
}

// entry is one resource of a unit: a file with its objects, or another unit.
type entry struct {
	file    string
	objects []object.Object
	unit    *unit
}

// reference is where a path was named.
type reference struct {
	unit  *unit
	field string
	value string
}

// parseUnit reads and checks the fields of a kustomization file.
func (s *scanner) parseUnit(dir, file string) *unit {
	data, err := s.tree.file(file)
	if s.absorb(err) {
		return nil
	}
	documents, err := config.Documents(file, data, s.options.Limits)
	if s.absorb(err) {
		return nil
	}
	u := &unit{dir: dir, file: file}
	switch {
	case len(documents) == 0:
		s.report(CodeEmpty, object.Position{File: file}, "the kustomization file is empty", "add resources, or remove the file so that the directory is taken as a whole")
		return nil
	case len(documents) > 1:
		s.report(CodeField, documents[1].Position, "the kustomization file holds more than one document", "keep one")
		return nil
	}
	u.position, u.document = documents[0].Position, documents[0].Index
	content, ok := documents[0].Value.(map[string]any)
	if !ok {
		s.report(CodeField, u.position, "the kustomization file holds no map", "write fields such as resources:")
		return nil
	}
	if !s.decodeUnit(u, content) {
		return nil
	}
	return u
}

// decodeUnit decodes the fields as strictly as Kustomize does.
func (s *scanner) decodeUnit(u *unit, content map[string]any) bool {
	if version, _ := content["apiVersion"].(string); strings.HasPrefix(version, "kustomize.toolkit.fluxcd.io/") {
		s.report(CodeField, s.at(u, "apiVersion"), "this is a Flux Kustomization in a file that is named like Kustomize's",
			"rename the file, or write apiVersion: "+types.KustomizationVersion)
		return false
	}
	known := fieldNames(reflect.TypeFor[types.Kustomization]())
	unknown := false
	for key := range content {
		if !slices.ContainsFunc(known, func(name string) bool { return strings.EqualFold(name, key) }) {
			unknown = true
			s.report(CodeField, s.at(u, key), fmt.Sprintf("a kustomization has no field %q", key), didYouMean(key, known))
		}
	}
	if unknown {
		return false
	}
	raw, err := json.Marshal(content)
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(&u.kust)
	}
	if err != nil {
		s.reportDecode(u, content, err)
		return false
	}
	return s.checkUnit(u)
}

func (s *scanner) checkUnit(u *unit) bool {
	empty := u.kust.CheckEmpty() != nil
	u.kust.FixKustomization()
	if empty {
		s.report(CodeEmpty, u.position, "the kustomization file has no field that does anything", "add resources, or remove the file so that the directory is taken as a whole")
		return false
	}
	for _, problem := range u.kust.EnforceFields() {
		s.report(CodeField, u.position, problem, "correct apiVersion and kind, or leave both out")
		return false
	}
	before := len(s.findings)
	for field, used := range map[string]bool{"helmCharts": len(u.kust.HelmCharts) > 0, "helmGlobals": u.kust.HelmGlobals != nil} {
		if used {
			s.report(CodePlugin, s.at(u, field), field+" would run helm, which is off", "declare the chart in a Platform or a HelmRelease")
		}
	}
	return len(s.findings) == before
}

// reportDecode places an error of the JSON decoder.
func (s *scanner) reportDecode(u *unit, content map[string]any, err error) {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		s.report(CodeField, s.at(u, wrong.Field), fmt.Sprintf("the field %s wants %s and is %s", wrong.Field, wanted(wrong.Type), withArticle(wrong.Value)), "correct the value")
		return
	}
	message := strings.TrimPrefix(err.Error(), "json: ")
	if name, ok := strings.CutPrefix(message, "unknown field "); ok {
		name = strings.Trim(name, "\"")
		s.report(CodeField, s.at(u, findKey(content, name, "")), fmt.Sprintf("the field %q does not exist here", name), "correct the name, or remove the field")
		return
	}
	s.report(CodeField, u.position, "the kustomization cannot be decoded: "+message, "correct the field")
}

func wanted(typ reflect.Type) string {
	switch typ.Kind() {
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "a map"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	default:
		return "a number"
	}
}

func withArticle(jsonType string) string {
	switch {
	case jsonType == "array":
		return "a list"
	case jsonType == "object":
		return "a map"
	case jsonType == "bool":
		return "a boolean"
	case strings.HasPrefix(jsonType, "number"):
		return "a number"
	default:
		return "a " + jsonType
	}
}

// findKey returns the path of the first key of that name, in sorted order.
func findKey(value any, name, at string) string {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range sortedKeys(v) {
			field := strings.TrimPrefix(at+"."+key, ".")
			if key == name {
				return field
			}
			if found := findKey(v[key], name, field); found != "" {
				return found
			}
		}
	case []any:
		for i, item := range v {
			if found := findKey(item, name, fmt.Sprintf("%s[%d]", at, i)); found != "" {
				return found
			}
		}
	}
	return ""
}

// fieldNames returns the JSON names of a struct's fields.
func fieldNames(typ reflect.Type) []string {
	var names []string
	for _, field := range reflect.VisibleFields(typ) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func didYouMean(key string, known []string) string {
	if near := config.Nearest(key, known); near != "" {
		return "did you mean " + near + "?"
	}
	return "remove it, or correct the name"
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
