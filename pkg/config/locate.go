// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"io"
	"io/fs"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// locatorFiles is how many parsed files a Locator keeps.
const locatorFiles = 16

// Locator finds the line of a field in the files of a source tree. It reads a
// file when it is first asked about it and keeps the last few. It may be used
// from several goroutines.
type Locator struct {
	fsys   fs.FS
	limits Limits

	mu    sync.Mutex
	files map[string][]*yaml.Node // content nodes by document
	order []string                // oldest first
}

// NewLocator returns a Locator for the files of fsys, which must be the tree
// that the positions are relative to.
func NewLocator(fsys fs.FS, l Limits) *Locator {
	return &Locator{fsys: fsys, limits: l.withDefaults(), files: map[string][]*yaml.Node{}}
}

// Locate returns the line and column of a field of the object at position p in
// the document of that number. The field is a path as findings have it, such as
// spec.adapters[3].source or spec.values.nats["a.b"]; the position is that of
// the key, or of the list entry.
//
// Where the field is not in the file, as after a Kustomize patch or when it is
// missing, the deepest parent that is there counts; without one, or without a
// readable file, p is returned as it is.
func (l *Locator) Locate(p object.Position, document int, field string) object.Position {
	if l == nil || p.File == "" {
		return p
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	documents := l.parse(p.File)
	if document < 0 || document >= len(documents) || documents[document] == nil {
		return p
	}
	node := findObject(documents[document], p, l.limits.MaxDepth)
	if node == nil {
		return p
	}
	return descend(node, parsePath(field), p)
}

// descend follows a path as far as the nodes go.
func descend(node *yaml.Node, path fieldPath, p object.Position) object.Position {
	for _, s := range path {
		node = dealias(node)
		var at, next *yaml.Node
		switch {
		case s.isIndex && node.Kind == yaml.SequenceNode && s.index >= 0 && s.index < len(node.Content):
			at, next = node.Content[s.index], node.Content[s.index]
		case !s.isIndex && node.Kind == yaml.MappingNode:
			at, next = entryOf(node, s.key)
		}
		if next == nil {
			break
		}
		p.Line, p.Column = at.Line, at.Column
		node = next
	}
	return p
}

// findObject returns the object at a position: the document itself, or the item
// of a list.
func findObject(n *yaml.Node, p object.Position, depth int) *yaml.Node {
	n = dealias(n)
	if n.Line == p.Line && (p.Column == 0 || n.Column == p.Column) {
		return n
	}
	if n.Kind != yaml.MappingNode || depth == 0 {
		return nil
	}
	items := childOf(n, "items")
	if items == nil {
		return nil
	}
	for _, item := range dealias(items).Content {
		if found := findObject(item, p, depth-1); found != nil {
			return found
		}
	}
	return nil
}

// parse returns the documents of a file, nil for what cannot be read.
func (l *Locator) parse(file string) []*yaml.Node {
	if documents, ok := l.files[file]; ok {
		return documents
	}
	var documents []*yaml.Node
	if data := l.read(file); data != nil && checkText(file, data, l.limits) == nil {
		_ = eachDocument(file, data, l.limits, func(document int, root *yaml.Node) {
			for len(documents) < document {
				documents = append(documents, nil)
			}
			documents = append(documents, root)
		})
	}
	if len(l.order) >= locatorFiles {
		delete(l.files, l.order[0])
		l.order = l.order[1:]
	}
	l.files[file] = documents
	l.order = append(l.order, file)
	return documents
}

func (l *Locator) read(file string) []byte {
	f, err := l.fsys.Open(file)
	if err != nil {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(f, l.limits.MaxFileBytes+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil
	}
	return data
}
