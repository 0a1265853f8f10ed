// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// MaxBytes is the size of the largest file that [Read] accepts.
const MaxBytes = 1 << 20

// Read decodes a lock file. It is strict: unknown and repeated fields, a chart
// that is locked twice, anchors, a second document, and values of another type
// or form are errors. The error is a [*FormatError] with the line.
func Read(data []byte) (*Lock, error) {
	if len(data) > MaxBytes {
		return nil, &FormatError{Reason: fmt.Sprintf("the file has %d bytes, more than %d", len(data), MaxBytes)}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, &FormatError{Reason: "the file is empty"}
	case err != nil:
		return nil, syntaxError(err)
	}
	var second yaml.Node
	switch err := decoder.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		return nil, syntaxError(err)
	default:
		return nil, &FormatError{Line: second.Line, Reason: "the file has a second document"}
	}
	return readLock(document.Content[0])
}

// syntaxError takes the line out of the parser's message, which may quote text.
func syntaxError(err error) error {
	e := &FormatError{Reason: "the file is not valid YAML"}
	if m := regexp.MustCompile(`line (\d+)`).FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1]) // digits; an absurd number gives 0
	}
	return e
}

func readLock(root *yaml.Node) (*Lock, error) {
	fields, err := fieldsOf(root, "", "apiVersion", "kind", "charts")
	if err != nil {
		return nil, err
	}
	for _, want := range []struct{ field, value string }{{"apiVersion", APIVersion}, {"kind", Kind}} {
		got, err := text(fields[want.field], want.field)
		if err != nil {
			return nil, err
		}
		if got != want.value {
			return nil, &FormatError{lineOf(fields[want.field], root), want.field, want.field + " is not " + want.value}
		}
	}
	list := fields["charts"]
	switch {
	case list == nil:
		return nil, &FormatError{root.Line, "charts", "charts is missing; an empty list is written as []"}
	case list.Kind != yaml.SequenceNode:
		return nil, &FormatError{list.Line, "charts", "charts is not a list"}
	}
	return readCharts(list)
}

func readCharts(list *yaml.Node) (*Lock, error) {
	l := &Lock{Charts: make([]Chart, 0, len(list.Content))}
	lines := map[Chart]int{} // by all but the digest
	for i, n := range list.Content {
		at := fmt.Sprintf("charts[%d]", i)
		c, err := readChart(n, at)
		if err != nil {
			return nil, err
		}
		c.Repository = canonical(c.Repository)
		key := c
		key.Digest = ""
		if line, twice := lines[key]; twice {
			return nil, &FormatError{n.Line, at, fmt.Sprintf("the chart is locked on line %d already", line)}
		}
		lines[key] = n.Line
		l.Charts = append(l.Charts, c)
	}
	return l, nil
}

func readChart(n *yaml.Node, at string) (Chart, error) {
	var c Chart
	fields, err := fieldsOf(n, at, "repository", "name", "version", "digest")
	if err != nil {
		return c, err
	}
	for _, f := range []struct {
		name string
		to   *string
	}{{"repository", &c.Repository}, {"name", &c.Name}, {"version", &c.Version}, {"digest", &c.Digest}} {
		if *f.to, err = text(fields[f.name], at+"."+f.name); err != nil {
			return c, err
		}
	}
	if field, reason := c.check(); reason != "" {
		return c, &FormatError{lineOf(fields[field], n), at + "." + field, reason}
	}
	return c, nil
}

// fieldsOf returns the values of a map that may only have the known keys.
func fieldsOf(n *yaml.Node, at string, known ...string) (map[string]*yaml.Node, error) {
	if n.Kind != yaml.MappingNode || n.Anchor != "" {
		return nil, &FormatError{n.Line, at, "it is not a plain map"}
	}
	fields := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		name := join(at, clip(key.Value))
		switch {
		case key.Kind != yaml.ScalarNode || !slices.Contains(known, key.Value):
			return nil, &FormatError{key.Line, name, "the field is not known"}
		case fields[key.Value] != nil:
			return nil, &FormatError{key.Line, name, "the field is given twice"}
		}
		fields[key.Value] = n.Content[i+1]
	}
	return fields, nil
}

// text returns a string value; "" for an absent field.
func text(n *yaml.Node, at string) (string, error) {
	switch {
	case n == nil:
		return "", nil
	case n.Kind != yaml.ScalarNode || n.Anchor != "" || n.Tag != "!!str":
		return "", &FormatError{n.Line, at, "it is not a string"}
	}
	return n.Value, nil
}

func lineOf(n, otherwise *yaml.Node) int {
	if n != nil {
		return n.Line
	}
	return otherwise.Line
}

func join(at, field string) string {
	if at == "" {
		return field
	}
	return at + "." + field
}

// clip makes a key that is not ours fit for a message.
func clip(s string) string {
	const keep = 40
	runes := []rune{}
	for _, r := range s {
		if len(runes) == keep {
			return string(runes) + "…"
		}
		if !unicode.IsPrint(r) {
			r = '?'
		}
		runes = append(runes, r)
	}
	return string(runes)
}
