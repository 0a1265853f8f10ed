// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// scanner reads all kustomization files that take part in a build, with the
// resources and patches that they name, and reports what Kustomize would refuse
// or what it must not be given.
type scanner struct {
	*builder
	units map[string]*unit
	files map[string][]object.Object
	stack []string
	scp   *regexp.Regexp

	objectFiles []string // resource files in the order of reading
}

func newScanner(b *builder) *scanner {
	return &scanner{
		builder: b, units: map[string]*unit{}, files: map[string][]object.Object{},
		scp: regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]*@`),
	}
}

// at returns the position of a field in a unit's file.
func (s *scanner) at(u *unit, field string) object.Position {
	return s.locator.Locate(u.position, u.document, field)
}

func (s *scanner) positionOf(r reference) object.Position {
	if r.unit == nil {
		return object.Position{}
	}
	return s.at(r.unit, r.field)
}

// unit reads the kustomization of a directory and what it names. It returns nil
// when there was a finding.
func (s *scanner) unit(dir string, from reference) *unit {
	if i := slices.Index(s.stack, dir); i >= 0 {
		circle := append(slices.Clone(s.stack[i:]), dir)
		s.report(CodeCycle, s.positionOf(from), "overlays in a circle: "+strings.Join(circle, " → "), "remove the entry, or move what both need into a base of its own")
		return nil
	}
	if u, ok := s.units[dir]; ok {
		return u
	}
	if len(s.stack) >= maxDepth {
		s.report(CodeTooMany, s.positionOf(from), "overlays nest too deep", "flatten them")
		return nil
	}
	file, err := s.kustomizationFile(dir)
	if s.absorb(err) {
		return nil
	}
	if file == "" {
		s.report(CodeMissing, s.positionOf(from), fmt.Sprintf("the directory %s has no kustomization file", dir), "add a kustomization.yaml to it, or list its files")
		return nil
	}
	s.stack = append(s.stack, dir)
	defer func() { s.stack = s.stack[:len(s.stack)-1] }()
	u := s.parseUnit(dir, file)
	s.units[dir] = u
	if u == nil {
		return nil
	}
	s.resources(u)
	s.components(u)
	s.patches(u)
	s.otherFiles(u)
	return u
}

// resources reads the entries of resources, which by now hold those of the
// older field bases as well.
func (s *scanner) resources(u *unit) {
	seen := map[string]int{}
	for i, value := range u.kust.Resources {
		r := reference{unit: u, field: fmt.Sprintf("resources[%d]", i), value: value}
		name, ok := s.local(r)
		if !ok {
			continue
		}
		if first, twice := seen[name]; twice {
			s.report(CodeTwice, s.positionOf(r), fmt.Sprintf("%s is listed twice, first as entry %d", name, first+1), "remove one of the two")
			continue
		}
		seen[name] = i
		s.resource(u, r, name)
	}
}

func (s *scanner) resource(u *unit, r reference, name string) {
	if dir, _ := s.tree.isDir(name); !dir {
		if slices.Contains(kustomizationNames(), path.Base(name)) {
			s.report(CodeField, s.positionOf(r), name+" is a kustomization file, not a resource", "name its directory: "+path.Dir(r.value))
			return
		}
		u.entries = append(u.entries, entry{file: name, objects: s.objectsOf(name)})
		return
	}
	child := s.unit(name, r)
	if child == nil {
		return
	}
	if child.kust.Kind == types.ComponentKind {
		s.report(CodeField, s.positionOf(r), name+" is a component, not a resource", "list it under components")
		return
	}
	u.entries = append(u.entries, entry{unit: child})
}

// objectsOf returns the objects of a resource file, read once.
func (s *scanner) objectsOf(name string) []object.Object {
	if objects, ok := s.files[name]; ok {
		return objects
	}
	s.files[name] = nil
	if s.ctx.Err() != nil || len(s.findings) > maxFindings {
		return nil
	}
	data, err := s.tree.file(name)
	if s.absorb(err) {
		return nil
	}
	objects, err := config.Decode(name, data, s.options.Limits)
	if s.absorb(err) || !s.countObjects(name, len(objects)) {
		return nil
	}
	s.files[name] = objects
	s.objectFiles = append(s.objectFiles, name)
	return objects
}

func (s *scanner) components(u *unit) {
	for i, value := range u.kust.Components {
		r := reference{unit: u, field: fmt.Sprintf("components[%d]", i), value: value}
		name, ok := s.local(r)
		if !ok {
			continue
		}
		if dir, _ := s.tree.isDir(name); !dir {
			s.report(CodeField, s.positionOf(r), name+" is a file; a component is a directory", "name the directory")
			continue
		}
		child := s.unit(name, r)
		if child == nil {
			continue
		}
		if child.kust.Kind != types.ComponentKind {
			s.report(CodeField, s.positionOf(r), name+" is no component", "write kind: Component in its kustomization file, or list it under resources")
			continue
		}
		u.components = append(u.components, child)
	}
}

// local returns the path in the tree that a reference names, which exists.
func (s *scanner) local(r reference) (string, bool) {
	if s.isRemote(r.value) {
		s.report(CodeRemote, s.positionOf(r), fmt.Sprintf("%s names a remote place: %s", r.field, withoutCredentials(r.value)), "copy it into the repository and name it by a relative path")
		return "", false
	}
	name, ok := inside(r.unit.dir, r.value)
	if !ok {
		s.report(CodeEscape, s.positionOf(r), fmt.Sprintf("%s leads out of the root of the source: %s", r.field, r.value), "use a relative path to something in the repository")
		return "", false
	}
	if _, exists := s.tree.isDir(name); !exists {
		s.report(CodeMissing, s.positionOf(r), fmt.Sprintf("%s does not exist", name), "correct the path, or commit the file")
		return "", false
	}
	return name, true
}

// inside joins a directory and a path that was named in it. It refuses what is
// absolute or leaves the root on the way.
func inside(dir, value string) (string, bool) {
	if value == "" || path.IsAbs(value) || strings.ContainsAny(value, "\\\x00") {
		return "", false
	}
	name := path.Join(dir, value)
	return name, fs.ValidPath(name)
}

// isRemote says whether Kustomize might fetch a path. It says so of everything
// that Kustomize's own rules accept, and of some more.
func (s *scanner) isRemote(value string) bool {
	lower := strings.ToLower(strings.TrimSpace(value))
	if strings.Contains(lower, "://") || strings.Contains(lower, "?ref=") || strings.Contains(lower, "?version=") || s.scp.MatchString(lower) {
		return true
	}
	return slices.ContainsFunc([]string{"git::", "gh:", "github.com", "www.github.com", "gitlab.com", "bitbucket.org", "http:", "https:", "ssh:", "file:"},
		func(prefix string) bool { return strings.HasPrefix(lower, prefix) })
}

// withoutCredentials hides the user part of a URL.
func withoutCredentials(value string) string {
	scheme, rest, ok := strings.Cut(value, "://")
	at := strings.LastIndexByte(rest, '@')
	if !ok || at < 0 {
		return value
	}
	return scheme + "://***" + rest[at:]
}
