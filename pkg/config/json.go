// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxJSONDepth keeps the parser's stack bounded, as YAML's parser does. What is
// deeper than Limits.MaxDepth is refused later, with its place.
const maxJSONDepth = 10_000

// jsonError is a syntax error with its line.
type jsonError struct {
	line    int
	message string
}

// Error implements error.
func (e *jsonError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.message) }

// jsonDocuments returns an iterator over the values of a JSON file as YAML
// nodes with positions; io.EOF at the end. JSON is read as JSON and not as YAML
// because the two disagree about escaped characters outside the basic plane.
func jsonDocuments(data []byte) func() (*yaml.Node, error) {
	p := &jsonParser{data: data, decoder: json.NewDecoder(bytes.NewReader(data)), line: 1, column: 1}
	p.decoder.UseNumber()
	return func() (*yaml.Node, error) {
		n, err := p.next()
		if err == nil || errors.Is(err, io.EOF) && p.atEnd() {
			return n, err
		}
		message := err.Error()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			message = "the file ends too early"
		}
		return nil, &jsonError{line: lineAt(data, min(int(p.decoder.InputOffset()), len(data))), message: jsonMessage(message)}
	}
}

// jsonMessage keeps the parser's words but not the characters of the file.
func jsonMessage(message string) string {
	if _, rest, ok := strings.Cut(message, "' "); ok && strings.HasPrefix(message, "invalid character") {
		return "unexpected character " + rest
	}
	return message
}

type jsonParser struct {
	data    []byte
	decoder *json.Decoder
	depth   int

	// offset is up to where lines and columns were counted; column counts
	// characters. A file may be one long line, so nothing is counted twice.
	offset, line, column int
}

func (p *jsonParser) atEnd() bool {
	return p.depth == 0 && len(bytes.TrimSpace(p.data[min(int(p.decoder.InputOffset()), len(p.data)):])) == 0
}

// next reads one value. The decoder itself bounds how deep values nest.
func (p *jsonParser) next() (*yaml.Node, error) {
	p.skip()
	n := &yaml.Node{Line: p.line, Column: p.column}
	token, err := p.decoder.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		return n, p.collection(n, t)
	case string:
		n.Kind, n.Tag, n.Value = yaml.ScalarNode, "!!str", t
	case json.Number:
		n.Kind, n.Tag, n.Value = yaml.ScalarNode, "!!float", t.String()
		if isDigits(t.String()) && fitsInt64(t) {
			n.Tag = "!!int"
		}
	case bool:
		n.Kind, n.Tag, n.Value = yaml.ScalarNode, "!!bool", fmt.Sprint(t)
	default:
		n.Kind, n.Tag = yaml.ScalarNode, "!!null"
	}
	return n, nil
}

func fitsInt64(number json.Number) bool {
	_, err := number.Int64()
	return err == nil
}

func (p *jsonParser) collection(n *yaml.Node, open json.Delim) error {
	n.Kind, n.Tag = yaml.MappingNode, "!!map"
	if open == '[' {
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
	}
	p.depth++
	if p.depth > maxJSONDepth {
		return fmt.Errorf("maps and lists nest deeper than %d levels", maxJSONDepth)
	}
	for p.decoder.More() {
		child, err := p.next()
		if err != nil {
			return err
		}
		n.Content = append(n.Content, child)
	}
	_, err := p.decoder.Token()
	p.depth--
	return err
}

// skip moves past spaces and punctuation to the start of the next value,
// counting lines.
func (p *jsonParser) skip() {
	p.count(int(p.decoder.InputOffset()))
	end := p.offset
	for end < len(p.data) && strings.IndexByte(" \t\r\n,:", p.data[end]) >= 0 {
		end++
	}
	p.count(end)
}

func (p *jsonParser) count(to int) {
	for ; p.offset < to && p.offset < len(p.data); p.offset++ {
		switch b := p.data[p.offset]; {
		case b == '\n':
			p.line++
			p.column = 1
		case utf8.RuneStart(b):
			p.column++
		}
	}
}
