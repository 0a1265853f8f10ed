// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// Decode returns the objects of one manifest file, in the order of the file.
//
// The file is YAML with any number of documents, or JSON where its name ends in
// ".json". Empty documents are skipped, and so a file of comments gives no
// objects; the items of a List, or of any kind that ends in "List" and has
// items, come in place of the list. Each object has the Position of its first
// key and the number of its document.
//
// The name is used in positions only; nothing is opened. On error no object is
// returned, and the error is an [object.FindingsError] with all that is wrong.
// A broken document hides what follows it in the same file.
func Decode(file string, data []byte, l Limits) ([]object.Object, error) {
	l = l.withDefaults()
	findings := &collector{limit: l.MaxFindings}
	if f := checkText(file, data, l); f != nil {
		findings.add(*f)
		return nil, findings.err()
	}
	d := decoder{file: file, converter: converter{file: file, limits: l, findings: findings}}
	err := eachDocument(file, data, l, func(document int, root *yaml.Node) {
		d.document = document
		d.root(root)
	})
	if err != nil {
		findings.add(*err)
	}
	if err := findings.err(); err != nil {
		return nil, err
	}
	return d.objects, nil
}

// eachDocument parses the documents of a file and calls visit with the content
// of each one that is not empty.
func eachDocument(file string, data []byte, l Limits, visit func(int, *yaml.Node)) *object.Finding {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	next := yamlDocuments(data)
	if strings.HasSuffix(file, ".json") {
		next = jsonDocuments(data)
	}
	for document := 0; ; document++ {
		root, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var broken *jsonError
		if errors.As(err, &broken) {
			return textFinding(CodeSyntax, file, broken.line, "broken JSON: "+broken.message, "check commas, quotes and brackets near this line")
		}
		if err != nil {
			f := syntaxFinding(file, data, err)
			return &f
		}
		if document >= l.MaxDocuments {
			return textFinding(CodeTooManyDocuments, file, lineOfNode(root), fmt.Sprintf("the file holds more than %d documents", l.MaxDocuments), "split it into several files")
		}
		if root != nil && !isNull(root) {
			visit(document, root)
		}
	}
}

// yamlDocuments returns an iterator over the documents' content nodes; nil for
// a document without content, io.EOF at the end.
func yamlDocuments(data []byte) func() (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	return func() (root *yaml.Node, err error) {
		defer func() {
			if r := recover(); r != nil {
				root, err = nil, fmt.Errorf("the parser failed")
			}
		}()
		var document yaml.Node
		if err := decoder.Decode(&document); err != nil {
			return nil, err
		}
		if len(document.Content) == 0 {
			return nil, nil
		}
		return document.Content[0], nil
	}
}

func lineOfNode(n *yaml.Node) int {
	if n == nil {
		return 0
	}
	return n.Line
}

func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && shortTag(n.Tag) == "!!null"
}

// decoder makes objects of documents.
type decoder struct {
	converter
	file     string
	document int
	objects  []object.Object
}

// root appends the object or objects of a document.
func (d *decoder) root(n *yaml.Node) {
	n = dealias(n)
	if n.Kind != yaml.MappingNode {
		d.report(n, CodeNotAnObject, "the document is "+kindName(n)+", not a Kubernetes object",
			"write an object with apiVersion, kind and metadata, or list the file in .sourceignore if it is no manifest")
		return
	}
	kind, items := scalarOf(n, "kind"), childOf(n, "items")
	if strings.HasSuffix(kind, "List") && items != nil && dealias(items).Kind == yaml.SequenceNode {
		d.list(dealias(items))
		return
	}
	d.object(n)
}

func (d *decoder) list(items *yaml.Node) {
	if d.depth >= d.limits.MaxDepth {
		d.report(items, CodeDepth, fmt.Sprintf("lists nest deeper than %d levels", d.limits.MaxDepth), "flatten the lists")
		return
	}
	d.depth++
	for _, item := range items.Content {
		if isNull(item) {
			continue
		}
		if item.Kind == yaml.AliasNode && !d.countAlias(item) {
			break
		}
		d.root(item)
	}
	d.depth--
}

func (d *decoder) object(n *yaml.Node) {
	d.secret = scalarOf(n, "kind") == "Secret"
	before := len(d.findings.findings)
	content, ok := d.value(n).(map[string]any)
	if !ok || len(d.findings.findings) > before {
		return
	}
	if !d.checkHeader(n, content) {
		return
	}
	o := object.New(content)
	o.Position = object.Position{File: d.file, Line: n.Line, Column: n.Column}
	o.Document = d.document
	d.objects = append(d.objects, o)
}

// childOf returns the value node of a key of a mapping, or nil.
func childOf(n *yaml.Node, key string) *yaml.Node {
	_, value := entryOf(n, key)
	return value
}

// entryOf returns the key and value nodes of a key of a mapping, or nils.
func entryOf(n *yaml.Node, key string) (*yaml.Node, *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// scalarOf returns the text of a scalar child, or "".
func scalarOf(n *yaml.Node, key string) string {
	if child := childOf(n, key); child != nil && dealias(child).Kind == yaml.ScalarNode {
		return dealias(child).Value
	}
	return ""
}

// dealias returns the node that an alias stands for.
func dealias(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "plain text"
	}
}

// Document is one YAML document or JSON value of a file.
type Document struct {
	// Value has only the types of JSON, as the package documentation says.
	Value any
	// Position of the first key, entry or character.
	Position object.Position
	// Index is the number of the document in the file, from 0.
	Index int
}

// Documents returns the documents of a file that are not empty, whatever they
// hold, under the same limits and with the same refusals as [Decode], but
// without asking for Kubernetes objects. It is for configuration files such as
// kustomization.yaml and for patches.
func Documents(file string, data []byte, l Limits) ([]Document, error) {
	l = l.withDefaults()
	findings := &collector{limit: l.MaxFindings}
	if f := checkText(file, data, l); f != nil {
		findings.add(*f)
		return nil, findings.err()
	}
	c := converter{file: file, limits: l, findings: findings}
	var documents []Document
	failed := eachDocument(file, data, l, func(index int, root *yaml.Node) {
		position := object.Position{File: file, Line: root.Line, Column: root.Column}
		c.secret = root.Kind == yaml.MappingNode && scalarOf(root, "kind") == "Secret"
		documents = append(documents, Document{Value: c.value(root), Position: position, Index: index})
	})
	if failed != nil {
		findings.add(*failed)
	}
	if err := findings.err(); err != nil {
		return nil, err
	}
	return documents, nil
}
