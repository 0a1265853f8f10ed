// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// errShape says that a text cannot be edited where it would have to be.
var errShape = errors.New("the YAML is written in a form that cannot be edited safely")

// step is a key (string) or an index (int) on the way to a node.
type step = any

// text is a YAML file, or the content of a block scalar, under edit.
type text struct {
	lines []string // each with its line ending
	eol   string
	roots []*yaml.Node // the content of each document, nil for an empty one
}

// parseText splits and parses a text. The error is that of the YAML parser.
func parseText(data []byte) (*text, error) {
	t := &text{lines: splitLines(string(data)), eol: "\n"}
	if len(t.lines) > 0 && strings.HasSuffix(t.lines[0], "\r\n") {
		t.eol = "\r\n"
	}
	decoder := yaml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		var root *yaml.Node
		if len(document.Content) > 0 {
			root = document.Content[0]
		}
		t.roots = append(t.roots, root)
	}
}

func splitLines(s string) []string {
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func (t *text) String() string { return strings.Join(t.lines, "") }

// splice replaces the lines [from,to) by others, given without line endings.
func (t *text) splice(from, to int, lines ...string) string {
	out := slices.Clone(t.lines[:from])
	if from > 0 && len(lines) > 0 && !strings.HasSuffix(out[from-1], "\n") {
		out[from-1] += t.eol
	}
	for _, line := range lines {
		out = append(out, line+t.eol)
	}
	return strings.Join(append(out, t.lines[to:]...), "")
}

// node follows a path below a node; nil where it leads nowhere.
func nodeAt(n *yaml.Node, path []step) *yaml.Node {
	for _, s := range path {
		if n == nil {
			return nil
		}
		switch s := s.(type) {
		case string:
			_, n = entry(n, s)
		case int:
			if n.Kind != yaml.SequenceNode || s >= len(n.Content) {
				return nil
			}
			n = n.Content[s]
		}
	}
	return n
}

// entry returns the key and value nodes of a key in a mapping.
func entry(n *yaml.Node, key string) (k, v *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Kind == yaml.ScalarNode && n.Content[i].Value == key {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

func isBlock(n *yaml.Node) bool { return n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 }

func isFlow(n *yaml.Node) bool { return n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0 }

func isNothing(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null" && n.Value == "" && n.Anchor == ""
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func isBlank(line string) bool { return strings.TrimSpace(line) == "" }

func isComment(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") }

// span is the lines of a mapping's entry: head is the first comment line that
// belongs to it, start the line of the key, end the line behind it.
type span struct{ head, start, end int }

// span finds the lines of an entry of a block mapping.
func (t *text) span(key, value *yaml.Node) (span, error) {
	s := span{start: key.Line - 1}
	if s.start >= len(t.lines) {
		return s, errShape
	}
	column := key.Column - 1
	line := t.lines[s.start]
	if column > len(line) || !isBlank(line[:column]) || column != indentOf(line) {
		return s, errShape
	}
	s.end = s.start + 1
	for i := s.end; i < len(t.lines); i++ {
		line := t.lines[i]
		if isBlank(line) {
			continue
		}
		indent := indentOf(line)
		item := value.Kind == yaml.SequenceNode && indent == column && strings.HasPrefix(line[indent:], "-") && !strings.HasPrefix(line, "---")
		if indent <= column && !item {
			break
		}
		s.end = i + 1
	}
	s.head = s.start
	for s.head > 0 && isComment(t.lines[s.head-1]) && indentOf(t.lines[s.head-1]) == column {
		s.head--
	}
	return s, nil
}

// comments returns the comment lines of an entry, trimmed: those above it and
// the one behind a key that is followed by a block.
func (t *text) comments(s span, value *yaml.Node) []string {
	var out []string
	for _, line := range t.lines[s.head:s.start] {
		out = append(out, strings.TrimSpace(line))
	}
	if isBlock(value) && value.Line-1 > s.start {
		if _, after, ok := strings.Cut(t.lines[s.start], " #"); ok {
			out = append(out, "#"+strings.TrimRight(after, "\r\n"))
		}
	}
	return out
}

// indentStep guesses how far the file indents.
func indentStep(n *yaml.Node) int {
	if n == nil {
		return defaultIndent
	}
	for i := 0; i+1 < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
		value := n.Content[i+1]
		if isBlock(value) && len(value.Content) > 0 && value.Content[0].Column > n.Content[i].Column {
			return value.Content[0].Column - n.Content[i].Column
		}
	}
	for i := 1; i < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
		if s := indentStep(n.Content[i]); s != defaultIndent {
			return s
		}
	}
	return defaultIndent
}

const defaultIndent = 2
