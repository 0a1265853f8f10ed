// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"encoding/json"
	"fmt"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// patch is one entry of patches or patchesStrategicMerge.
type patch struct {
	ref     reference
	target  *types.Selector
	options *types.PatchArgs
	merges  []map[string]any // strategic merge patches
	ops     jsonpatch.Patch  // or JSON patch operations
	text    string
	legacy  bool // from patchesStrategicMerge

	forEngine []bool // by merge: it concerns objects of the engine
}

// patches reads the patches of a unit, in the order in which they apply.
func (s *scanner) patches(u *unit) {
	for i, value := range u.kust.PatchesStrategicMerge {
		r := reference{unit: u, field: fmt.Sprintf("patchesStrategicMerge[%d]", i), value: string(value)}
		p := &patch{ref: r, legacy: true}
		if isInline(r.value) {
			s.parsePatch(u, p, []byte(r.value), "")
		} else if data, name := s.data(r); name != "" {
			s.parsePatch(u, p, data, name)
		}
	}
	for i, entry := range u.kust.Patches {
		r := reference{unit: u, field: fmt.Sprintf("patches[%d]", i), value: entry.Path}
		p := &patch{ref: r, target: entry.Target, options: entry.Options}
		inline := strings.TrimSpace(entry.Patch)
		switch {
		case inline == "" && entry.Path == "":
			s.report(CodePatch, s.positionOf(r), "the patch has neither patch nor path", "add one of the two")
		case inline != "" && entry.Path != "":
			s.report(CodePatch, s.positionOf(r), "the patch has both patch and path", "remove one of the two")
		case inline != "":
			s.parsePatch(u, p, []byte(inline), "")
		default:
			p.ref.field += ".path"
			if data, name := s.data(p.ref); name != "" {
				s.parsePatch(u, p, data, name)
			}
		}
	}
}

// parsePatch reads the text of a patch, from the file of that name or inline.
func (s *scanner) parsePatch(u *unit, p *patch, data []byte, name string) {
	file := name
	if file == "" {
		file = u.file
	}
	documents, err := config.Documents(file, data, s.options.Limits)
	if err != nil {
		if name != "" {
			s.absorb(err)
			return
		}
		s.report(CodePatch, s.positionOf(p.ref), p.ref.field+" holds broken YAML", "correct its indentation and quotes")
		return
	}
	p.text = string(data)
	for _, document := range documents {
		position := document.Position
		if name == "" {
			position = s.positionOf(p.ref)
		}
		if !s.patchDocument(p, document.Value, position) {
			return
		}
	}
	switch {
	case len(p.merges) == 0 && p.ops == nil:
		s.report(CodePatch, s.positionOf(p.ref), p.ref.field+" is empty", "add the patch, or remove the entry")
	case p.ops != nil && p.target == nil:
		s.report(CodePatch, s.positionOf(p.ref), p.ref.field+" is a JSON patch without a target", "add target: with a kind and a name")
	case len(p.merges) > 1 && p.target != nil:
		s.report(CodePatch, s.positionOf(p.ref), p.ref.field+" has a target and several patches", "write one entry for each patch")
	default:
		p.forEngine = make([]bool, len(p.merges))
		u.patches = append(u.patches, p)
	}
}

func (s *scanner) patchDocument(p *patch, value any, position object.Position) bool {
	switch v := value.(type) {
	case map[string]any:
		return s.mergeDocument(p, v, position)
	case []any:
		if p.legacy {
			break
		}
		raw, err := json.Marshal(v)
		if err == nil {
			p.ops, err = jsonpatch.DecodePatch(raw)
		}
		if text := strings.TrimSpace(p.text); err == nil && strings.HasPrefix(text, "[") && !json.Valid([]byte(text)) {
			err = fmt.Errorf("a list in brackets must be JSON")
		}
		if err != nil {
			s.report(CodePatch, position, "the JSON patch is broken: "+err.Error(), "write a list of operations with op, path and value")
			return false
		}
		return true
	}
	s.report(CodePatch, position, "the patch is neither an object nor a list of operations", "write an object with the fields to change")
	return false
}

func (s *scanner) mergeDocument(p *patch, content map[string]any, position object.Position) bool {
	o := object.New(content)
	switch {
	case o.GetKind() == "":
		s.report(CodePatch, position, "the patch has no kind", "add apiVersion, kind and metadata.name of the object to patch")
	case o.GetName() == "" && p.target == nil:
		s.report(CodePatch, position, "the patch has neither a target nor a metadata.name", "add apiVersion, kind and metadata.name of the object to patch")
	default:
		p.merges = append(p.merges, content)
		return true
	}
	return false
}
