// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// removeFlow takes a key out of a mapping in braces; outer is the depth of the
// outermost such mapping.
func (t *text) removeFlow(r removed, outer int) (string, removed, error) {
	r.index = -1
	if len(r.at.path)-1 < outer {
		return t.removeLine(r)
	}
	way, _, err := t.find(r.at)
	if err != nil {
		return "", r, err
	}
	braces := way[outer]
	replaced, err := t.withFlow(braces, func() error {
		deleteKey(way[len(way)-1], r.at.path[len(r.at.path)-1])
		return nil
	})
	return replaced, r, err
}

// removeLine removes a block key whose value is in braces.
func (t *text) removeLine(r removed) (string, removed, error) {
	way, n, err := t.find(r.at)
	if err != nil || n == nil {
		return "", r, orShape(err)
	}
	name, ok := r.at.path[len(r.at.path)-1].(string)
	if !ok {
		return "", r, errShape
	}
	parent := way[len(way)-1]
	key, value := entry(parent, name)
	s, err := t.span(key, value)
	if err != nil {
		return "", r, err
	}
	for _, line := range t.lines[s.head:s.start] {
		r.above = append(r.above, strings.TrimSpace(line))
	}
	for line := s.start + 1; line < s.end; line++ {
		if strings.Contains(t.lines[line], "#") {
			return "", r, errShape
		}
	}
	for _, comment := range []string{value.LineComment, key.LineComment} {
		if comment != "" && r.line == "" {
			r.line = comment
		}
	}
	r.index = s.head
	if len(parent.Content) == 2 {
		return t.emptied(way, len(way)-1, r.at, s, r)
	}
	return t.cut(s), r, nil
}

func deleteKey(n *yaml.Node, key step) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
			return
		}
	}
}

// insertFlow writes a key into a mapping in braces.
func (t *text) insertFlow(in insertion, outer int) (string, error) {
	if len(in.above) > 0 {
		return t.insertAbove(in, outer)
	}
	way, _, err := t.find(in.at)
	if err != nil {
		return "", err
	}
	parent := way[len(way)-1]
	if parent.Kind != yaml.MappingNode {
		return "", errShape
	}
	return t.withFlow(way[outer], func() error {
		value := &yaml.Node{}
		if err := value.Encode(in.value); err != nil {
			return err
		}
		missing := in.at.path[len(way)-1:]
		for i := len(missing) - 1; i > 0; i-- {
			value = mapping(missing[i].(string), value)
		}
		added := mapping(missing[0].(string), value)
		parent.Content = append(parent.Content, added.Content...)
		return nil
	})
}

// insertAbove inserts into braces and puts the comments over their line.
func (t *text) insertAbove(in insertion, outer int) (string, error) {
	way, _, err := t.find(in.at)
	if err != nil {
		return "", err
	}
	comments := in.above
	in.above = nil
	line := way[outer].Line - 1
	out, err := t.insertFlow(in, outer)
	if err != nil {
		return "", err
	}
	again := &text{lines: splitLines(out), eol: t.eol}
	margin := strings.Repeat(" ", indentOf(again.lines[line]))
	for i := range comments {
		comments[i] = margin + comments[i]
	}
	return again.splice(line, line, comments...), nil
}

func mapping(key string, value *yaml.Node) *yaml.Node {
	name := &yaml.Node{}
	name.SetString(key)
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle, Content: []*yaml.Node{name, value}}
}

// withFlow lets change edit a mapping in braces and writes it anew, in one line.
func (t *text) withFlow(n *yaml.Node, change func() error) (string, error) {
	from, to, ok := t.braces(n)
	if !ok || n.Anchor != "" {
		return "", errShape
	}
	if err := change(); err != nil {
		return "", err
	}
	n.LineComment, n.HeadComment, n.FootComment = "", "", ""
	out, err := yaml.Marshal(n)
	if err != nil {
		return "", err
	}
	flow := strings.TrimSpace(string(out))
	if strings.Contains(flow, "\n") {
		return "", errShape
	}
	whole := t.String()
	return whole[:from] + flow + whole[to:], nil
}

// braces returns where the text of a mapping in braces starts and ends, in
// bytes. A comment within is refused.
func (t *text) braces(n *yaml.Node) (from, to int, ok bool) {
	for _, line := range t.lines[:n.Line-1] {
		from += len(line)
	}
	from += n.Column - 1
	whole := t.String()
	if from >= len(whole) || whole[from] != '{' {
		return 0, 0, false
	}
	scan := braceScanner{text: whole}
	for i := from; i < len(whole); i++ {
		switch scan.next(&i) {
		case braceComment:
			return 0, 0, false
		case braceEnd:
			return from, i + 1, true
		}
	}
	return 0, 0, false
}

// braceScanner finds the end of a mapping in braces.
type braceScanner struct {
	text  string
	depth int
	quote byte // the quote that is open, or 0
}

// What a byte means to a braceScanner.
const (
	braceMore = iota
	braceComment
	braceEnd
)

// next reads the byte at i, and one more where that is escaped.
func (s *braceScanner) next(i *int) int {
	c := s.text[*i]
	switch {
	case s.quote == '"' && c == '\\':
		*i++
	case s.quote != 0:
		if c == s.quote {
			s.quote = 0
		}
	case (c == '"' || c == '\'') && s.after(*i, "{[,: \n"):
		s.quote = c
	case c == '#' && s.after(*i, " \t\n"):
		return braceComment
	case c == '{' || c == '[':
		s.depth++
	case c == '}' || c == ']':
		if s.depth--; s.depth == 0 {
			return braceEnd
		}
	}
	return braceMore
}

// after says whether the byte before i is one of those.
func (s *braceScanner) after(i int, bytes string) bool {
	return i > 0 && strings.IndexByte(bytes, s.text[i-1]) >= 0
}
