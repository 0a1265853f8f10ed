// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// engineLock guards Kustomize's engine, whose OpenAPI schema is a variable of
// the process: one run at a time. It is the only variable of this package and
// holds no data; a channel and not a mutex, so that waiting ends with a context.
var engineLock = make(chan struct{}, 1)

// originAnnotation is where the engine notes the file of an object.
const originAnnotation = "config.kubernetes.io/origin"

// engine builds a unit with Kustomize's engine, with some files replaced.
func (b *builder) engine(u *unit, overrides map[string][]byte) ([]object.Object, error) {
	var root types.Kustomization
	if err := yaml.Unmarshal(overrides[u.file], &root); err != nil {
		return nil, fmt.Errorf("read back %s: %w", u.file, err)
	}
	asked := slices.Contains(root.BuildMetadata, types.OriginAnnotations)
	if !asked {
		root.BuildMetadata = append(slices.Clone(root.BuildMetadata), types.OriginAnnotations)
	}
	data, err := yaml.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", u.file, err)
	}
	files := map[string][]byte{u.file: data}
	for name, content := range overrides {
		if name != u.file {
			files[name] = content
		}
	}
	documents, err := run(b.ctx, &memory{tree: b.tree, files: files}, u, hasSchema(u, map[*unit]bool{}))
	if err != nil {
		return nil, b.engineError(u, err)
	}
	return b.engineObjects(u, documents, asked)
}

// hasSchema says whether a unit changes the schema of the process.
func hasSchema(u *unit, seen map[*unit]bool) bool {
	if seen[u] {
		return false
	}
	seen[u] = true
	changed := len(u.kust.OpenAPI) > 0
	for _, e := range u.entries {
		changed = e.unit != nil && hasSchema(e.unit, seen) || changed
	}
	for _, c := range u.components {
		changed = hasSchema(c, seen) || changed
	}
	return changed
}

// run runs the engine under the lock and returns each object as JSON. When the
// context ends it returns at once; the run ends by itself and then gives the
// lock back.
func run(ctx context.Context, files *memory, u *unit, schema bool) ([][]byte, error) {
	select {
	case engineLock <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	type answer struct {
		documents [][]byte
		err       error
	}
	done := make(chan answer, 1)
	go func() {
		defer func() { <-engineLock }()
		documents, err := runLocked(files, u.dir, schema)
		done <- answer{documents, err}
	}()
	select {
	case a := <-done:
		return a.documents, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// runLocked runs the engine. A panic in it becomes an error.
func runLocked(files *memory, dir string, schema bool) (documents [][]byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			documents, err = nil, fmt.Errorf("the engine failed: %v", r)
		}
	}()
	if schema {
		openapi.ResetOpenAPI()
		defer openapi.ResetOpenAPI()
	}
	options := krusty.MakeDefaultOptions()
	options.LoadRestrictions = types.LoadRestrictionsNone
	options.Reorder = krusty.ReorderOptionNone
	result, err := krusty.MakeKustomizer(options).Run(files, "/"+strings.TrimPrefix(dir, "."))
	if err != nil {
		return nil, err
	}
	return marshal(result)
}

func marshal(result resmap.ResMap) ([][]byte, error) {
	var documents [][]byte
	for _, r := range result.Resources() {
		data, err := r.MarshalJSON()
		if err != nil {
			return nil, err
		}
		documents = append(documents, data)
	}
	return documents, nil
}

// engineError makes a finding of what the engine says. Its messages repeat
// themselves on every level and may quote whole patches, so they are cut.
func (b *builder) engineError(u *unit, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	message := strings.Join(strings.Fields(err.Error()), " ")
	if len(message) > 300 {
		message = strings.ToValidUTF8(message[:300], "") + "…"
	}
	if hasSecrets(u, map[*unit]bool{}) {
		message = "the message is withheld because the overlay handles Secrets"
	}
	return refuse(CodeKustomize, object.Position{File: u.file, Line: u.position.Line}, "Kustomize refuses the overlay: "+message, "run \"kustomize build "+u.dir+"\" for the whole message")
}

// hasSecrets says whether a unit makes or reads Secrets.
func hasSecrets(u *unit, seen map[*unit]bool) bool {
	if seen[u] {
		return false
	}
	seen[u] = true
	if len(u.kust.SecretGenerator) > 0 {
		return true
	}
	for _, p := range u.patches {
		for _, content := range p.merges {
			if content["kind"] == "Secret" {
				return true
			}
		}
	}
	for _, e := range u.entries {
		if e.unit != nil && hasSecrets(e.unit, seen) || slices.ContainsFunc(e.objects, func(o object.Object) bool { return o.GetKind() == "Secret" }) {
			return true
		}
	}
	return slices.ContainsFunc(u.components, func(c *unit) bool { return hasSecrets(c, seen) })
}

// engineObjects decodes the engine's objects and finds where they came from.
func (b *builder) engineObjects(u *unit, documents [][]byte, keepOrigin bool) ([]object.Object, error) {
	sources := map[string][]object.Object{}
	var objects []object.Object
	for _, data := range documents {
		decoded, err := config.Documents("kustomize.json", data, config.Limits{MaxFileBytes: int64(len(data)) + 1})
		if err != nil || len(decoded) != 1 {
			return nil, refuse(CodeKustomize, u.position, "Kustomize gave an object that cannot be read", "run \"kustomize build "+u.dir+"\"")
		}
		content, _ := decoded[0].Value.(map[string]any)
		o := object.New(content)
		b.place(u, &o, sources)
		if !keepOrigin {
			removeAnnotation(content, originAnnotation)
		}
		objects = append(objects, o)
	}
	return objects, nil
}

// place sets the position of an object from its origin annotation.
func (b *builder) place(u *unit, o *object.Object, sources map[string][]object.Object) {
	var origin struct {
		Path         string `json:"path"`
		ConfiguredIn string `json:"configuredIn"`
	}
	text := o.GetAnnotations()[originAnnotation]
	if text == "" || yaml.Unmarshal([]byte(text), &origin) != nil {
		o.Position = u.position
		return
	}
	if origin.Path == "" {
		o.Position = object.Position{File: path.Join(u.dir, origin.ConfiguredIn), Line: 1}
		return
	}
	file := path.Join(u.dir, origin.Path)
	o.Position = object.Position{File: file}
	candidates, ok := sources[file]
	if !ok {
		if data, err := b.tree.file(file); err == nil {
			candidates, _ = config.Decode(file, data, b.options.Limits)
		}
		sources[file] = candidates
	}
	if source, ok := likeliest(candidates, *o); ok {
		o.Position, o.Document = source.Position, source.Document
	}
}

// likeliest returns the object in a file that became o: of the same group and
// kind, with the name of o or, before prefixes and suffixes, a part of it.
func likeliest(candidates []object.Object, o object.Object) (object.Object, bool) {
	best, length := object.Object{}, -1
	for _, c := range candidates {
		if c.GroupKind() != o.GroupKind() {
			continue
		}
		n := 0
		switch name := c.GetName(); {
		case name == o.GetName():
			n = 1000 + len(name)
		case strings.Contains(o.GetName(), name):
			n = len(name)
		}
		if n > length {
			best, length = c, n
		}
	}
	return best, length >= 0
}

// removeAnnotation removes an annotation, and the annotations if it was alone.
func removeAnnotation(content map[string]any, key string) {
	metadata, _ := content["metadata"].(map[string]any)
	annotations, ok := metadata["annotations"].(map[string]any)
	if !ok {
		return
	}
	delete(annotations, key)
	if len(annotations) == 0 {
		delete(metadata, "annotations")
	}
}
