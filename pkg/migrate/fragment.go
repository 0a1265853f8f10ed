// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// kind is what a fragment is a part of.
type kind int

const (
	platformKind kind = iota
	releaseKind
)

// fragment is an object in a file that says a chart version or values: a whole
// one, a strategic merge patch, or a list of JSON patch operations.
type fragment struct {
	kind kind
	file string
	// at is the object in the file, or the block scalar that holds it.
	at target
	// inline is the object in that scalar, nil where there is none.
	inline *target
	// dir is the Kustomize directory that applies the patch; empty for a whole
	// object.
	dir string
	// selector is the patch's target by name, a regular expression, or empty.
	selector string
	// json says that it is a list of JSON patch operations.
	json bool
	// reference of the object.
	reference object.Reference
	// chart is the version that the values are written for.
	chart *chart.Version
}

func (f *fragment) patch() bool { return f.dir != "" }

// versionPath returns the keys of the chart version.
func (f *fragment) versionPath() []string {
	if f.kind == releaseKind {
		return []string{"spec", "chart", "spec", "version"}
	}
	return []string{"spec", "version"}
}

// inner returns where the object stands in the text that holds it.
func (f *fragment) inner() target {
	if f.inline != nil {
		return *f.inline
	}
	return f.at
}

// load returns the text that holds the object.
func (t *tree) load(f *fragment) (*text, error) {
	data, err := t.read(f.file)
	if err != nil {
		return nil, err
	}
	whole, err := parseText(data)
	if err != nil || f.inline == nil {
		return whole, err
	}
	_, n, err := whole.find(f.at)
	if err != nil || n == nil || n.Kind != yaml.ScalarNode {
		return nil, orShape(err)
	}
	return parseText([]byte(n.Value))
}

// object returns what the object says now.
func (t *tree) object(f *fragment) (any, error) {
	in, err := t.load(f)
	if err != nil {
		return nil, err
	}
	docs, err := documents(f.file, []byte(in.String()))
	if err != nil {
		return nil, err
	}
	return follow(docs[f.inner().document], f.inner().path), nil
}

// follow walks a decoded value.
func follow(value any, path []step) any {
	for _, s := range path {
		switch s := s.(type) {
		case string:
			m, _ := value.(map[string]any)
			value = m[s]
		case int:
			list, _ := value.([]any)
			if s >= len(list) {
				return nil
			}
			value = list[s]
		}
	}
	return value
}

// rewrite edits the text of a fragment. meaning says what the edit is to do to
// the decoded object; where the text says anything else afterwards the edit is
// undone and refused with errShape.
func (t *tree) rewrite(f *fragment, edit func(*text, target) (string, error), meaning func(any)) error {
	in, err := t.load(f)
	if err != nil {
		return err
	}
	before := in.String()
	after, err := edit(in, f.inner())
	if err != nil {
		return err
	}
	if !says(f.file, before, after, f.inner(), meaning) {
		return errShape
	}
	if f.inline == nil {
		t.write(f.file, []byte(after))
		return nil
	}
	return t.store(f, after)
}

// says compares what a text says after an edit with what was wanted.
func says(file, before, after string, at target, meaning func(any)) bool {
	want, err := documents(file, []byte(before))
	if err != nil {
		return false
	}
	got, err := documents(file, []byte(after))
	if err != nil {
		return false
	}
	wanted := map[int]any{}
	for i, value := range want {
		wanted[i] = runtime.DeepCopyJSONValue(value)
	}
	meaning(follow(wanted[at.document], at.path))
	return reflect.DeepEqual(wanted, got)
}

// store writes the content of a literal block scalar back into its file.
func (t *tree) store(f *fragment, inner string) error {
	data, err := t.read(f.file)
	if err != nil {
		return err
	}
	whole, err := parseText(data)
	if err != nil {
		return err
	}
	_, n, err := whole.find(f.at)
	if err != nil || n == nil || n.Style != yaml.LiteralStyle {
		return orShape(err)
	}
	start, end, margin, ok := whole.literal(n)
	if !ok {
		return errShape
	}
	var lines []string
	for _, line := range strings.Split(strings.TrimRight(inner, "\n"), "\n") {
		if line != "" {
			line = margin + line
		}
		lines = append(lines, line)
	}
	after := whole.splice(start, end, lines...)
	again, err := parseText([]byte(after))
	if err != nil {
		return errShape
	}
	_, n, err = again.find(f.at)
	if err != nil || n == nil || strings.TrimRight(n.Value, "\n") != strings.TrimRight(inner, "\n") {
		return errShape
	}
	t.write(f.file, []byte(after))
	return nil
}

// literal returns the lines of a literal block scalar and its indentation.
func (t *text) literal(n *yaml.Node) (start, end int, margin string, ok bool) {
	start = n.Line
	for i := start; i < len(t.lines); i++ {
		line := t.lines[i]
		if isBlank(line) {
			continue
		}
		if margin == "" {
			margin = line[:indentOf(line)]
		}
		if margin == "" || !strings.HasPrefix(line, margin) {
			break
		}
		end = i + 1
	}
	return start, end, margin, end > start
}

// line returns the line of the deepest part of a path that is there.
func (t *tree) line(f *fragment, keys []string) int {
	in, err := t.load(f)
	if err != nil {
		return 0
	}
	offset := 0
	if f.inline != nil {
		data, err := t.read(f.file)
		if err != nil {
			return 0
		}
		whole, err := parseText(data)
		if err != nil {
			return 0
		}
		if _, n, _ := whole.find(f.at); n != nil {
			offset = n.Line
		}
	}
	at := f.inner()
	if at.document >= len(in.roots) {
		return offset
	}
	n := nodeAt(in.roots[at.document], at.path)
	line := 0
	if n != nil {
		line = n.Line
	}
	for _, key := range keys {
		k, v := entry(n, key)
		if k == nil {
			break
		}
		line, n = k.Line, v
	}
	return offset + line
}
