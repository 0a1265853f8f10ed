// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// otherFiles checks the files that the remaining fields of a unit name.
func (s *scanner) otherFiles(u *unit) {
	for _, r := range fileReferences(u) {
		s.data(r)
	}
	for _, field := range []struct {
		name   string
		values []string
	}{
		{"generators", u.kust.Generators}, {"transformers", u.kust.Transformers}, {"validators", u.kust.Validators},
	} {
		for i, value := range field.values {
			s.plugin(reference{unit: u, field: fmt.Sprintf("%s[%d]", field.name, i), value: value})
		}
	}
}

// fileReferences lists the files that a unit names beside resources, patches
// and plugins.
func fileReferences(u *unit) []reference {
	var all []reference
	add := func(field, value string) {
		if value != "" {
			all = append(all, reference{unit: u, field: field, value: value})
		}
	}
	for i, value := range u.kust.Configurations {
		add(fmt.Sprintf("configurations[%d]", i), value)
	}
	for i, value := range u.kust.Crds {
		add(fmt.Sprintf("crds[%d]", i), value)
	}
	for i, replacement := range u.kust.Replacements {
		add(fmt.Sprintf("replacements[%d].path", i), replacement.Path)
	}
	for i, p := range u.kust.PatchesJson6902 {
		add(fmt.Sprintf("patchesJson6902[%d].path", i), p.Path)
	}
	add("openapi.path", u.kust.OpenAPI["path"])
	for i, args := range u.kust.ConfigMapGenerator {
		generatorReferences(fmt.Sprintf("configMapGenerator[%d]", i), args.KvPairSources, add)
	}
	for i, args := range u.kust.SecretGenerator {
		generatorReferences(fmt.Sprintf("secretGenerator[%d]", i), args.KvPairSources, add)
	}
	return all
}

func generatorReferences(field string, sources types.KvPairSources, add func(field, value string)) {
	for i, value := range sources.FileSources {
		if _, file, ok := strings.Cut(value, "="); ok {
			value = file
		}
		add(fmt.Sprintf("%s.files[%d]", field, i), value)
	}
	for i, value := range sources.EnvSources {
		add(fmt.Sprintf("%s.envs[%d]", field, i), value)
	}
}

// data reads a file that a reference names and returns its content.
func (s *scanner) data(r reference) ([]byte, string) {
	name, ok := s.local(r)
	if !ok {
		return nil, ""
	}
	if dir, _ := s.tree.isDir(name); dir {
		s.report(CodeMissing, s.positionOf(r), name+" is a directory, not a file", "name a file")
		return nil, ""
	}
	content, err := s.tree.file(name)
	if s.absorb(err) {
		return nil, ""
	}
	return content, name
}

// plugin checks the configuration of a generator, transformer or validator:
// given inline, as a file, or as a directory with a kustomization.
func (s *scanner) plugin(r reference) {
	if isInline(r.value) {
		documents, err := config.Documents(r.unit.file, []byte(r.value), s.options.Limits)
		if err != nil {
			s.report(CodeField, s.positionOf(r), r.field+" holds broken YAML", "correct it")
			return
		}
		for _, document := range documents {
			s.pluginConfig(r, document.Value, s.positionOf(r))
		}
		return
	}
	name, ok := s.local(r)
	if !ok {
		return
	}
	if dir, _ := s.tree.isDir(name); dir {
		if child := s.unit(name, r); child != nil {
			s.pluginUnit(r, child)
		}
		return
	}
	for _, o := range s.objectsOf(name) {
		s.pluginConfig(r, o.Object, o.Position)
	}
}

func (s *scanner) pluginUnit(r reference, u *unit) {
	for _, e := range u.entries {
		if e.unit != nil {
			s.pluginUnit(r, e.unit)
		}
		for _, o := range e.objects {
			s.pluginConfig(r, o.Object, o.Position)
		}
	}
}

// pluginConfig refuses what is not built into Kustomize, and paths in the
// configuration that leave the tree.
func (s *scanner) pluginConfig(r reference, value any, position object.Position) {
	content, _ := value.(map[string]any)
	o := object.New(content)
	if content == nil {
		s.report(CodeField, position, r.field+" holds no configuration of a plugin", "write one with apiVersion: builtin")
		return
	}
	if o.GetAPIVersion() != "builtin" || strings.HasPrefix(o.GetKind(), "Helm") {
		s.report(CodePlugin, position, fmt.Sprintf("%s names the plugin %s %s, which is not built in", r.field, o.GetAPIVersion(), o.GetKind()), "use a plugin with apiVersion: builtin, or a patch")
	}
	for key := range o.GetAnnotations() {
		if strings.HasPrefix(key, "config.kubernetes.io/function") || strings.HasPrefix(key, "config.k8s.io/function") {
			s.report(CodePlugin, position, "the annotation "+key+" asks for a function, which would run a program", "remove it")
		}
	}
	s.pluginPaths(r, content, position)
}

// pluginPaths checks every text under a key that names files.
func (s *scanner) pluginPaths(r reference, content map[string]any, position object.Position) {
	for key, value := range content {
		if !slices.Contains([]string{"path", "paths", "files", "env", "envs", "chartHome", "valuesFile"}, key) {
			continue
		}
		texts, isList := value.([]any)
		if !isList {
			texts = []any{value}
		}
		for _, text := range texts {
			name, isText := text.(string)
			if _, file, ok := strings.Cut(name, "="); ok && key == "files" {
				name = file
			}
			if _, ok := inside(r.unit.dir, name); isText && !isInline(name) && (s.isRemote(name) || !ok) {
				s.report(CodeEscape, position, fmt.Sprintf("the plugin names %s, which is not in the source", withoutCredentials(name)), "use a relative path to something in the repository")
			}
		}
	}
}

// isInline says whether an entry that may be a path or a document is a
// document.
func isInline(value string) bool {
	return strings.ContainsAny(value, "\n{") || strings.Contains(value, ": ")
}
