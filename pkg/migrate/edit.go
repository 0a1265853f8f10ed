// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// target is a document and the way to an object in it.
type target struct {
	document int
	path     []step
}

// below returns the target with more keys.
func (a target) below(keys ...string) target {
	path := slices.Clone(a.path)
	for _, key := range keys {
		path = append(path, key)
	}
	return target{a.document, path}
}

// find returns the mappings on the way to a target, outermost first, and the
// node there, which is nil when the last steps are missing. Anchors and aliases
// on the way are refused.
func (t *text) find(at target) (way []*yaml.Node, n *yaml.Node, err error) {
	if at.document >= len(t.roots) || t.roots[at.document] == nil {
		return nil, nil, errShape
	}
	n = t.roots[at.document]
	for i := range at.path {
		if n.Kind == yaml.AliasNode {
			return nil, nil, errShape
		}
		way = append(way, n)
		if _, merged := entry(n, "<<"); merged != nil && i > 0 {
			return nil, nil, errShape
		}
		if n = nodeAt(n, at.path[i:i+1]); n == nil {
			return way, nil, nil
		}
	}
	return way, n, nil
}

// replaceScalar writes another value in place of a plain or quoted scalar of
// one line and keeps its quotes.
func (t *text) replaceScalar(at target, value string) (string, error) {
	_, n, err := t.find(at)
	if err != nil {
		return "", err
	}
	if n == nil || n.Kind != yaml.ScalarNode || n.Line < 1 || n.Line > len(t.lines) {
		return "", errShape
	}
	quote := ""
	switch n.Style {
	case yaml.SingleQuotedStyle:
		quote = "'"
	case yaml.DoubleQuotedStyle:
		quote = `"`
	case 0:
	default:
		return "", errShape
	}
	line := t.lines[n.Line-1]
	start := n.Column - 1
	if n.Anchor != "" || start > len(line) || !strings.HasPrefix(line[start:], quote+n.Value+quote) {
		return "", errShape
	}
	end := start + len(quote+n.Value+quote)
	out := slices.Clone(t.lines)
	out[n.Line-1] = line[:start] + quote + value + quote + line[end:]
	return strings.Join(out, ""), nil
}

// removed is what was taken away with a key: its comments.
type removed struct {
	above []string // comment lines, trimmed
	line  string   // the comment behind the value, with its #
	at    target   // the topmost key that went
	index int      // the line where it stood, or -1 within a flow mapping
}

// remove takes a key away, and the mappings above it that become empty by it,
// up to but without keep.
func (t *text) remove(at target, keep int) (string, removed, error) {
	way, n, err := t.find(at)
	if err != nil || n == nil {
		return "", removed{}, orShape(err)
	}
	var r removed
	for i := len(way) - 1; i >= keep; i-- {
		if len(way[i].Content) > 2 || i == keep {
			r.at = target{at.document, at.path[:i+1]}
			break
		}
	}
	for i := keep; i < len(way); i++ {
		if isFlow(way[i]) {
			return t.removeFlow(r, i)
		}
	}
	depth := len(r.at.path) - 1
	var outer span
	for i := depth; i < len(way); i++ {
		key, value := entry(way[i], at.path[i].(string))
		s, err := t.span(key, value)
		if err != nil {
			return "", r, err
		}
		if i == depth {
			outer = s
		}
		r.above = append(r.above, t.comments(s, value)...)
	}
	if n.Kind == yaml.ScalarNode && n.LineComment != "" {
		r.line = n.LineComment
	}
	r.index = outer.head
	if len(way[depth].Content) == 2 {
		return t.emptied(way, depth, at, outer, r)
	}
	return t.cut(outer), r, nil
}

// cut removes the lines of an entry, and the blank one behind it where another
// or the start of the mapping is before it.
func (t *text) cut(s span) string {
	end := s.end
	if end < len(t.lines) && isBlank(t.lines[end]) && s.head > 0 {
		before := strings.TrimRight(t.lines[s.head-1], " \r\n")
		if before == "" || strings.HasSuffix(before, ":") {
			end++
		}
	}
	head := s.head
	if end == len(t.lines) && head > 0 && isBlank(t.lines[head-1]) {
		head--
	}
	return t.splice(head, end)
}

// emptied leaves {} where the only key of a mapping that has to stay went.
func (t *text) emptied(way []*yaml.Node, depth int, at target, outer span, r removed) (string, removed, error) {
	if depth == 0 {
		return "", r, errShape
	}
	name, ok := at.path[depth-1].(string)
	key, _ := entry(way[depth-1], name)
	if !ok || key == nil || key.Line-1 >= outer.head {
		return "", r, errShape
	}
	line := strings.TrimRight(t.lines[key.Line-1], "\r\n")
	colon := strings.Index(line[key.Column-1:], ":")
	if colon < 0 {
		return "", r, errShape
	}
	colon += key.Column
	out := t.splice(outer.head, outer.end)
	again := &text{lines: splitLines(out), eol: t.eol}
	return again.splice(key.Line-1, key.Line, line[:colon]+" {}"+line[colon:]), r, nil
}

func orShape(err error) error {
	if err != nil {
		return err
	}
	return errShape
}

// insertion is a value to write at a place where nothing stands.
type insertion struct {
	at    target
	value any
	above []string // comments for above the topmost new key
	line  string   // comment for behind the value
	keep  int      // how many steps of the path exist for certain
	index int      // preferred line, used where it is within the mapping; -1 for none
}

// insert writes it.
func (t *text) insert(in insertion) (string, error) {
	way, n, err := t.find(in.at)
	if err != nil || n != nil {
		return "", orShape(err)
	}
	parent := way[len(way)-1]
	depth := len(way) - 1
	for i, m := range way {
		if i >= in.keep && isFlow(m) {
			return t.insertFlow(in, i)
		}
	}
	if isNothing(parent) && depth > 0 {
		return t.insertUnder(in, way[depth-1], depth)
	}
	return t.insertAmong(in, parent, depth)
}

// insertUnder writes the first entry of a mapping that is empty; above is the
// mapping with its key.
func (t *text) insertUnder(in insertion, above *yaml.Node, depth int) (string, error) {
	name, ok := in.at.path[depth-1].(string)
	key, _ := entry(above, name)
	if !ok || key == nil {
		return "", errShape
	}
	step := indentStep(t.roots[in.at.document])
	lines, err := rendered(in.at.path[depth:], in, key.Column-1+step, step)
	if err != nil {
		return "", err
	}
	return t.splice(key.Line, key.Line, lines...), nil
}

// insertAmong writes an entry of a mapping that has others: at the preferred
// line where that is between two of them, else behind the last.
func (t *text) insertAmong(in insertion, parent *yaml.Node, depth int) (string, error) {
	if !isBlock(parent) || len(parent.Content) == 0 {
		return "", errShape
	}
	last := len(parent.Content)
	end, err := t.span(parent.Content[last-2], parent.Content[last-1])
	if err != nil {
		return "", err
	}
	first, err := t.span(parent.Content[0], parent.Content[1])
	if err != nil {
		return "", err
	}
	step := indentStep(t.roots[in.at.document])
	lines, err := rendered(in.at.path[depth:], in, parent.Content[0].Column-1, step)
	if err != nil {
		return "", err
	}
	line := end.end
	if in.index >= first.head && in.index <= end.end && t.boundary(parent, in.index) {
		line = in.index
	}
	return t.splice(line, line, lines...), nil
}

// boundary says whether a line is where an entry of the mapping starts or the
// last one ends.
func (t *text) boundary(parent *yaml.Node, line int) bool {
	for i := 0; i+1 < len(parent.Content); i += 2 {
		s, err := t.span(parent.Content[i], parent.Content[i+1])
		if err == nil && (s.head == line || s.end == line) {
			return true
		}
	}
	return false
}

// rendered writes the missing keys and the value as lines of a block.
func rendered(missing []step, in insertion, indent, step int) ([]string, error) {
	margin := strings.Repeat(" ", indent)
	var lines []string
	for _, comment := range in.above {
		lines = append(lines, margin+comment)
	}
	value := in.value
	for _, key := range slices.Backward(missing) {
		value = map[string]any{key.(string): value}
	}
	block, err := encode(value, step)
	if err != nil {
		return nil, err
	}
	for _, line := range strings.Split(strings.TrimRight(block, "\n"), "\n") {
		if line != "" {
			line = margin + line
		}
		lines = append(lines, line)
	}
	if in.line != "" {
		lines[len(lines)-1] += " " + in.line
	}
	return lines, nil
}

// encode writes a value as block YAML with sorted keys.
func encode(value any, indent int) (string, error) {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(indent)
	if err := e.Encode(value); err != nil {
		return "", err
	}
	return out.String(), e.Close()
}
