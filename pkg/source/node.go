// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// node is one entry of a checkout. The whole index is built and judged when a
// checkout is opened and never changes after that.
type node struct {
	name     string
	parent   *node
	mode     fs.FileMode
	size     int64
	modTime  time.Time
	blob     plumbing.Hash // content of a file from Git
	link     string        // target as written, for a symbolic link
	target   *node         // where the link finally leads
	cost     int           // links followed on the way to target
	children []*node       // of a directory, sorted by name
}

func newRoot(modTime time.Time) *node {
	return &node{name: ".", mode: fs.ModeDir | 0o755, modTime: modTime}
}

// path returns the slash-separated path from the root; "." for the root.
func (n *node) path() string {
	if n.parent == nil {
		return "."
	}
	var parts []string
	for ; n.parent != nil; n = n.parent {
		parts = append(parts, n.name)
	}
	slices.Reverse(parts)
	return strings.Join(parts, "/")
}

// child finds an entry of a directory by name.
func (n *node) child(name string) *node {
	i, ok := slices.BinarySearchFunc(n.children, name, func(c *node, name string) int {
		return strings.Compare(c.name, name)
	})
	if !ok {
		return nil
	}
	return n.children[i]
}

// final follows a link to what it leads to.
func (n *node) final() *node {
	if n.target != nil {
		return n.target
	}
	return n
}

// builder adds nodes and enforces the limits while it does.
type builder struct {
	limits Limits
	files  int
	bytes  int64
	links  []*node
}

// place describes where the next node goes.
type place struct {
	parent *node
	path   string // of parent, "" for the root
	depth  int    // of parent, 0 for the root
}

func (p place) join(name string) string {
	if p.path == "" {
		return name
	}
	return p.path + "/" + name
}

// add judges one entry and appends it to its directory.
func (b *builder) add(at place, n *node) error {
	path := at.join(n.name)
	if reason := unsafeName(n.name); reason != "" {
		return &Error{
			Kind: ErrUnsafe, Detail: ErrName, Path: strings.Trim(strconv.Quote(path), `"`),
			Reason: reason, Fix: "rename or remove it in the source",
		}
	}
	b.files++
	switch {
	case b.files > b.limits.MaxFiles:
		return tooLarge("MaxFiles", "", fmt.Sprintf("the tree has more than %d entries", b.limits.MaxFiles), int64(b.limits.MaxFiles))
	case at.depth > b.limits.MaxDepth:
		return tooLarge("MaxDepth", abbreviate(path), "the tree is nested too deeply", int64(b.limits.MaxDepth))
	case len(path) > b.limits.MaxPathBytes:
		return tooLarge("MaxPathBytes", abbreviate(path), fmt.Sprintf("the path is %d bytes long", len(path)), int64(b.limits.MaxPathBytes))
	case n.name == ".gitmodules" && at.path == "" && !b.limits.IgnoreSubmodules:
		return submodule(path)
	}
	n.parent = at.parent
	at.parent.children = append(at.parent.children, n)
	if n.mode&fs.ModeSymlink != 0 {
		b.links = append(b.links, n)
		return nil
	}
	return b.weigh(path, n)
}

func (b *builder) weigh(path string, n *node) error {
	if n.mode.IsDir() {
		return nil
	}
	if n.size > b.limits.MaxFileBytes {
		return tooLarge("MaxFileBytes", path, fmt.Sprintf("the file is %d bytes large", n.size), b.limits.MaxFileBytes)
	}
	b.bytes += n.size
	if b.bytes > b.limits.MaxTotalBytes {
		return tooLarge("MaxTotalBytes", "", "the files together are too large", b.limits.MaxTotalBytes)
	}
	return nil
}

// seal sorts a directory once all its entries are there.
func (b *builder) seal(at place) error {
	slices.SortFunc(at.parent.children, func(x, y *node) int { return strings.Compare(x.name, y.name) })
	for i, c := range at.parent.children {
		if i > 0 && at.parent.children[i-1].name == c.name {
			e := corrupt("the tree lists the same name twice")
			e.Path = at.join(c.name)
			return e
		}
	}
	return nil
}

// finish resolves every link of the tree, or says which one is refused.
func (b *builder) finish() error {
	for _, l := range b.links {
		if _, err := resolve(l, 0); err != nil {
			var e *Error
			if errors.As(err, &e) {
				e.Path = l.path()
			}
			return err
		}
	}
	return nil
}

func submodule(path string) *Error {
	return &Error{
		Kind: ErrUnsafe, Detail: ErrSubmodule, Path: path,
		Reason: "the repository uses submodules, which are not followed",
		Fix:    "copy the files into the repository, or ignore submodules in the limits",
	}
}

// abbreviate keeps a path in an error readable.
func abbreviate(path string) string {
	const keep = 120
	if len(path) <= keep {
		return path
	}
	return strings.ToValidUTF8(path[:keep/2], "") + "…" + strings.ToValidUTF8(path[len(path)-keep/2:], "")
}
