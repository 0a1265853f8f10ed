// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package generate

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// DynamoModelAPIVersion is the only API version of DynamoModel in every Dynamo
// version from 0.8 to 1.6.
const DynamoModelAPIVersion = "nvidia.com/v1alpha1"

// DynamoModelKind is the kind of a DynamoModel.
const DynamoModelKind = "DynamoModel"

// ModelTypeBase is the modelType of a base model.
const ModelTypeBase = "base"

// maxNameLength keeps names usable as a label value and a DNS label.
const maxNameLength = 63

const hashLength = 8

// Models generates the DynamoModels of a Model: one for the base, unless
// spec.base is false, and one for each adapter in the order of the file. Each
// carries the position of the Model, so that findings point at it.
func Models(m *v1alpha1.Model, source object.Object) []object.Object {
	labels := stringMap(merged(m.Labels, map[string]string{LabelModel: labelValue(m.Name)}))
	annotations := stringMap(kept(m.Annotations))
	build := func(spec modelSpec) object.Object {
		o := object.New(spec.content(m.Namespace, labels, annotations))
		o.Position, o.Document = source.Position, source.Document
		return o
	}
	objects := make([]object.Object, 0, len(m.Spec.Adapters)+1)
	if m.Spec.Base == nil || *m.Spec.Base {
		objects = append(objects, build(modelSpec{
			slug: m.Name, model: m.Spec.ModelName, base: m.Spec.ModelName, kind: ModelTypeBase,
		}))
	}
	for i := range m.Spec.Adapters {
		a := &m.Spec.Adapters[i]
		objects = append(objects, build(modelSpec{
			slug: m.Name + "-" + a.Name, model: cmp.Or(a.ModelName, a.Name), base: m.Spec.ModelName,
			kind: cmp.Or(string(a.Type), string(v1alpha1.AdapterLoRA)), source: a.Source,
		}))
	}
	return objects
}

type modelSpec struct {
	slug, model, base, kind, source string
}

func (s modelSpec) content(namespace string, labels, annotations map[string]any) map[string]any {
	spec := map[string]any{"modelName": s.model, "baseModelName": s.base, "modelType": s.kind}
	if s.source != "" {
		spec["source"] = map[string]any{"uri": s.source}
	}
	metadata := map[string]any{"name": ModelObjectName(s.slug, s.base, s.kind, s.model), "labels": labels}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	if len(annotations) > 0 {
		metadata["annotations"] = annotations
	}
	return map[string]any{
		"apiVersion": DynamoModelAPIVersion, "kind": DynamoModelKind, "metadata": metadata, "spec": spec,
	}
}

// ModelObjectName returns the name of a DynamoModel: the slug made a DNS label
// and a hash over baseModelName, modelType and modelName.
//
// The first two are immutable: the operator's admission refuses a change, so a
// changed one must be another object. The third may change, but the adapter of
// the old name would stay loaded for ever, so it is another object as well. The
// source is left out: two objects that load the same name at once would unload
// each other's.
func ModelObjectName(slug, baseModelName, modelType, modelName string) string {
	sum := sha256.Sum256([]byte(baseModelName + "\x00" + modelType + "\x00" + modelName))
	hash := hex.EncodeToString(sum[:])[:hashLength]
	prefix := dnsLabel(slug, maxNameLength-hashLength-1)
	if prefix == "" {
		prefix = "model"
	}
	return prefix + "-" + hash
}

// labelValue returns a name as a label's value: names may be longer than the 63
// characters that a label may have.
func labelValue(name string) string {
	if len(name) <= maxNameLength {
		return name
	}
	return ModelObjectName(name, name, "", "")
}

// dnsLabel makes any string into lower-case letters, digits and single dashes,
// at most limit bytes, with a letter first and no dash at the end. It is empty
// when nothing is left.
func dnsLabel(s string, limit int) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
			continue
		}
		dash = true
	}
	out := b.String()
	if out != "" && out[0] >= '0' && out[0] <= '9' {
		out = "m-" + out
	}
	if len(out) > limit {
		out = out[:limit]
	}
	return strings.TrimRight(out, "-")
}
