// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"
	"time"
)

// contents delivers the bytes of a regular file; safe for concurrent use.
type contents interface {
	read(n *node) ([]byte, error)
	close() error
}

// treeFS is the read-only view of a checkout.
type treeFS struct {
	root   *node
	files  contents
	closed *atomic.Bool
}

var (
	_ fs.ReadDirFS  = (*treeFS)(nil)
	_ fs.ReadFileFS = (*treeFS)(nil)
	_ fs.StatFS     = (*treeFS)(nil)
	_ fs.ReadLinkFS = (*treeFS)(nil)
)

// find walks to a node. The last element is followed if it is a link and
// follow is set; links on the way always are.
func (t *treeFS) find(op, name string, follow bool) (*node, error) {
	fail := func(err error) error { return &fs.PathError{Op: op, Path: name, Err: err} }
	if !fs.ValidPath(name) {
		return nil, fail(fs.ErrInvalid)
	}
	if t.closed.Load() {
		return nil, fail(fs.ErrClosed)
	}
	n := t.root
	if name == "." {
		return n, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		n = n.final().child(part)
		if n == nil {
			return nil, fail(fs.ErrNotExist)
		}
	}
	if follow {
		n = n.final()
	}
	return n, nil
}

// Open implements fs.FS. A file's content is read at once, within the limits.
func (t *treeFS) Open(name string) (fs.File, error) {
	n, err := t.find("open", name, true)
	if err != nil {
		return nil, err
	}
	as := info{node: n, name: base(name)}
	if n.mode.IsDir() {
		return &openDir{info: as, path: name}, nil
	}
	data, err := t.content("open", name, n)
	if err != nil {
		return nil, err
	}
	as.size = int64(len(data))
	return &openFile{info: as, Reader: bytes.NewReader(data)}, nil
}

// ReadFile implements fs.ReadFileFS; the caller owns the bytes.
func (t *treeFS) ReadFile(name string) ([]byte, error) {
	n, err := t.find("readfile", name, true)
	if err != nil {
		return nil, err
	}
	if n.mode.IsDir() {
		return nil, &fs.PathError{Op: "readfile", Path: name, Err: errors.New("is a directory")}
	}
	return t.content("readfile", name, n)
}

// ReadDir implements fs.ReadDirFS: entries sorted by name, links shown as links.
func (t *treeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.find("readdir", name, true)
	if err != nil {
		return nil, err
	}
	if !n.mode.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a directory")}
	}
	return n.entries(0, len(n.children)), nil
}

// Stat implements fs.StatFS and follows links.
func (t *treeFS) Stat(name string) (fs.FileInfo, error) {
	n, err := t.find("stat", name, true)
	if err != nil {
		return nil, err
	}
	return info{node: n, name: base(name), size: n.size}, nil
}

// Lstat implements fs.ReadLinkFS: Stat that does not follow a last link.
func (t *treeFS) Lstat(name string) (fs.FileInfo, error) {
	n, err := t.find("lstat", name, false)
	if err != nil {
		return nil, err
	}
	return info{node: n, name: base(name), size: n.size}, nil
}

// ReadLink implements fs.ReadLinkFS and returns the target as it is written.
func (t *treeFS) ReadLink(name string) (string, error) {
	n, err := t.find("readlink", name, false)
	if err != nil {
		return "", err
	}
	if n.mode&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	return n.link, nil
}

// content reads a file. A failure is an *Error that also is a *fs.PathError
// for errors.As.
func (t *treeFS) content(op, name string, n *node) ([]byte, error) {
	data, err := t.files.read(n)
	if err == nil && isLFSPointer(data) {
		err = &Error{
			Kind:   ErrLFSPointer,
			Reason: "the file is a Git LFS pointer, its content is not in the repository",
			Fix:    "store this file in Git itself (git lfs migrate export), or run git lfs pull and use the directory",
		}
	}
	if err == nil {
		return data, nil
	}
	var e *Error
	if !errors.As(err, &e) {
		return nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	c := *e
	c.Path = name
	if c.Err == nil {
		c.Err = c.Kind
	}
	c.Err = &fs.PathError{Op: op, Path: name, Err: c.Err}
	return nil, &c
}

// isLFSPointer recognises the small text file that Git LFS leaves in place of
// the content: version line first, and an object ID.
func isLFSPointer(data []byte) bool {
	const maxPointerBytes = 1024
	return len(data) <= maxPointerBytes &&
		bytes.HasPrefix(data, []byte("version https://git-lfs.github.com/spec/")) &&
		bytes.Contains(data, []byte("\noid "))
}

func base(name string) string {
	return name[strings.LastIndexByte(name, '/')+1:]
}

// entries describes the children from i up to j.
func (n *node) entries(i, j int) []fs.DirEntry {
	list := make([]fs.DirEntry, 0, j-i)
	for _, c := range n.children[i:j] {
		list = append(list, fs.FileInfoToDirEntry(info{node: c, name: c.name, size: c.size}))
	}
	return list
}

// info is the fs.FileInfo of a node under the name by which it was reached.
type info struct {
	node *node
	name string
	size int64
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.node.mode }
func (i info) ModTime() time.Time { return i.node.modTime }
func (i info) IsDir() bool        { return i.node.mode.IsDir() }
func (i info) Sys() any           { return nil }

// openFile is a file that has been read.
type openFile struct {
	info info
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

// openDir is a directory being listed; like an os.File, for one goroutine.
type openDir struct {
	info   info
	path   string
	offset int
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.path, Err: errors.New("is a directory")}
}

func (d *openDir) ReadDir(count int) ([]fs.DirEntry, error) {
	left := len(d.info.node.children) - d.offset
	if count > 0 && left == 0 {
		return nil, io.EOF
	}
	if count <= 0 || count > left {
		count = left
	}
	list := d.info.node.entries(d.offset, d.offset+count)
	d.offset += count
	return list, nil
}
