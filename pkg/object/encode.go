// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package object

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"go.yaml.in/yaml/v2"
)

// WriteYAML writes the objects as a stream of YAML documents, each preceded by
// "---". Keys are sorted, so the same objects give the same bytes; the form is
// that of kubectl and flux (sigs.k8s.io/yaml).
func WriteYAML(w io.Writer, objects []Object) error {
	for _, o := range objects {
		document, err := o.YAML()
		if err != nil {
			return err
		}
		if _, err := w.Write(append([]byte("---\n"), document...)); err != nil {
			return fmt.Errorf("write %s: %w", o.Reference(), err)
		}
	}
	return nil
}

// YAML returns the object as one YAML document without a separator.
func (o Object) YAML() ([]byte, error) {
	document, err := yaml.Marshal(o.Object)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", o.Reference(), err)
	}
	return document, nil
}

// WriteJSON writes the objects as one v1 List, indented, with a final newline.
func WriteJSON(w io.Writer, objects []Object) error {
	items := make([]any, 0, len(objects))
	for _, o := range objects {
		items = append(items, o.Object)
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	list := map[string]any{"apiVersion": "v1", "kind": "List", "items": items}
	if err := encoder.Encode(list); err != nil {
		return fmt.Errorf("encode list: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}
