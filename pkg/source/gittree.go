// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// objects is a store of Git objects. Implementations are safe for concurrent use.
type objects interface {
	// size returns the length of an object's content in bytes.
	size(h plumbing.Hash) (int64, error)
	// content returns an object of the given type; the caller must not write to it.
	content(t plumbing.ObjectType, h plumbing.Hash) ([]byte, error)
	// kind returns the type of an object.
	kind(h plumbing.Hash) (plumbing.ObjectType, error)
	close() error
}

// maxTagChain bounds tags that point to tags.
const maxTagChain = 8

// maxMetaBytes bounds one commit or tag object.
const maxMetaBytes = 4 << 20

// peel follows annotated tags to the commit.
func peel(store objects, h plumbing.Hash) ([]*object.Tag, *object.Commit, error) {
	var tags []*object.Tag
	for range maxTagChain {
		kind, err := store.kind(h)
		if err != nil {
			return nil, nil, err
		}
		switch kind {
		case plumbing.CommitObject:
			c := new(object.Commit)
			err := decode(store, kind, h, c.Decode)
			return tags, c, err
		case plumbing.TagObject:
			t := new(object.Tag)
			if err := decode(store, kind, h, t.Decode); err != nil {
				return nil, nil, err
			}
			tags = append(tags, t)
			h = t.Target
		default:
			return nil, nil, invalid("this revision is a "+kind.String()+", not a commit", "name a branch, a tag of a commit, or a commit")
		}
	}
	return nil, nil, corrupt("the tag leads to a tag, and so on, without end")
}

// decode loads a commit, tag or tree object.
func decode(store objects, t plumbing.ObjectType, h plumbing.Hash, into func(plumbing.EncodedObject) error) error {
	size, err := store.size(h)
	if err != nil {
		return err
	}
	if t != plumbing.TreeObject && size > maxMetaBytes {
		return corrupt(fmt.Sprintf("the %s %s is %d bytes large", t, h, size))
	}
	data, err := store.content(t, h)
	if err != nil {
		return err
	}
	o := new(plumbing.MemoryObject)
	o.SetType(t)
	if _, err := o.Write(data); err != nil {
		return err
	}
	if err := into(o); err != nil {
		return corrupt(fmt.Sprintf("the %s %s cannot be read: %v", t, h, err))
	}
	return nil
}

// gitWalker builds the index of a commit's tree.
type gitWalker struct {
	builder
	ctx     context.Context //nolint:containedctx // lives as long as the walk
	objects objects
	when    time.Time
	trees   map[plumbing.Hash][]object.TreeEntry // each tree is read once, however often it appears
	sizes   map[plumbing.Hash]int64
}

func newGitWalker(ctx context.Context, store objects, limits Limits, when time.Time) *gitWalker {
	return &gitWalker{
		builder: builder{limits: limits},
		ctx:     ctx, objects: store, when: when,
		trees: map[plumbing.Hash][]object.TreeEntry{},
		sizes: map[plumbing.Hash]int64{},
	}
}

func (w *gitWalker) walk(h plumbing.Hash, at place) error {
	if stopped := interrupted(w.ctx); stopped != nil {
		return stopped
	}
	entries, err := w.list(h)
	if err != nil {
		return inPath(err, at.path)
	}
	for i := range entries {
		if err := w.entry(&entries[i], at); err != nil {
			return err
		}
	}
	return w.seal(at)
}

// list reads one tree object.
func (w *gitWalker) list(h plumbing.Hash) ([]object.TreeEntry, error) {
	if entries, ok := w.trees[h]; ok {
		return entries, nil
	}
	size, err := w.objects.size(h)
	if err != nil {
		return nil, err
	}
	if size > w.limits.MaxFileBytes {
		return nil, tooLarge("MaxFileBytes", "", fmt.Sprintf("the directory listing is %d bytes large", size), w.limits.MaxFileBytes)
	}
	var tree object.Tree
	if err := decode(w.objects, plumbing.TreeObject, h, tree.Decode); err != nil {
		return nil, err
	}
	w.trees[h] = tree.Entries
	return tree.Entries, nil
}

// size returns the size of a blob.
func (w *gitWalker) size(h plumbing.Hash) (int64, error) {
	if n, ok := w.sizes[h]; ok {
		return n, nil
	}
	n, err := w.objects.size(h)
	if err == nil {
		w.sizes[h] = n
	}
	return n, err
}

func (w *gitWalker) entry(e *object.TreeEntry, at place) error {
	n := &node{name: e.Name, modTime: w.when, blob: e.Hash}
	path := at.join(e.Name)
	var err error
	switch e.Mode {
	case filemode.Dir:
		n.mode = fs.ModeDir | 0o755
		if err := w.add(at, n); err != nil {
			return err
		}
		return w.walk(e.Hash, place{parent: n, path: path, depth: at.depth + 1})
	case filemode.Regular, filemode.Deprecated:
		n.mode = 0o644
	case filemode.Executable:
		n.mode = 0o755
	case filemode.Symlink:
		n.mode = fs.ModeSymlink | 0o777
		n.link, err = w.linkTarget(e.Hash, path)
		if err != nil {
			return err
		}
		n.size = int64(len(n.link))
		return w.add(at, n)
	default:
		if !w.limits.IgnoreSubmodules {
			return submodule(printable(abbreviate(path)))
		}
		n.mode = fs.ModeDir | 0o755
		return w.add(at, n)
	}
	if n.size, err = w.size(e.Hash); err != nil {
		return inPath(err, path)
	}
	return w.add(at, n)
}

func (w *gitWalker) linkTarget(h plumbing.Hash, path string) (string, error) {
	size, err := w.objects.size(h)
	if err != nil {
		return "", inPath(err, path)
	}
	if size > int64(w.limits.MaxPathBytes) {
		return "", tooLarge("MaxPathBytes", abbreviate(path), fmt.Sprintf("the link's target is %d bytes long", size), int64(w.limits.MaxPathBytes))
	}
	data, err := w.objects.content(plumbing.BlobObject, h)
	return string(data), inPath(err, path)
}

// inPath names the file that an object error belongs to.
func inPath(err error, path string) error {
	var e *Error
	if errors.As(err, &e) && e.Path == "" {
		c := *e
		c.Path = abbreviate(path)
		return &c
	}
	return err
}

// gitFiles reads blobs on demand.
type gitFiles struct {
	objects objects
	max     int64
}

func (g *gitFiles) close() error { return g.objects.close() }

func (g *gitFiles) read(n *node) (data []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			data, err = nil, corrupt(fmt.Sprintf("reading the file failed: %v", r))
		}
	}()
	data, err = g.objects.content(plumbing.BlobObject, n.blob)
	if err != nil {
		return nil, inPath(err, n.path())
	}
	return bytes.Clone(data), nil
}

// locked makes a store that is not safe for concurrent use safe.
type locked struct {
	mu    sync.Mutex
	inner objects
}

func (l *locked) size(h plumbing.Hash) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.inner.size(h)
}

func (l *locked) content(t plumbing.ObjectType, h plumbing.Hash) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.inner.content(t, h)
}

func (l *locked) kind(h plumbing.Hash) (plumbing.ObjectType, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.inner.kind(h)
}

func (l *locked) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.inner.close()
}
