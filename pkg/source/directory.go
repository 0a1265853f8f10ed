// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// readDirBatch is how many names are taken from a directory at a time, so that
// a directory of millions of files is noticed before it is in memory.
const readDirBatch = 512

// Directory opens the directory path as a checkout without revision.
//
// Everything named ".git" is hidden; .gitignore and .sourceignore are not
// looked at. The tree is walked once: whatever leaves it, is unsafe (links out
// of it or to nothing, loops, devices, sockets, pipes, submodules, names that
// other systems read differently) or exceeds the limits makes the whole
// directory refused. Files are read when asked for, through os.Root, so later
// changes on disk cannot lead outside either; a file that grew beyond
// Limits.MaxFileBytes meanwhile is refused on reading.
//
// The error is an [*Error].
func Directory(path string, limits Limits) (*Checkout, error) {
	c, err := openDirectory(path, limits)
	if err != nil {
		return nil, located(err, path, "", printable)
	}
	return c, nil
}

func openDirectory(path string, limits Limits) (*Checkout, error) {
	limits, err := limits.complete()
	if err != nil {
		return nil, err
	}
	if st, statErr := os.Stat(path); statErr == nil && !st.IsDir() {
		return nil, invalid("this is a file, not a directory", "name the directory that holds it")
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fileError("", err)
	}
	st, err := root.Stat(".")
	if err != nil {
		return nil, errors.Join(fileError("", err), root.Close())
	}
	w := dirWalker{builder: builder{limits: limits}}
	top := newRoot(st.ModTime())
	if err = w.walk(root, place{parent: top}); err == nil {
		err = w.finish()
	}
	if err != nil {
		_ = root.Close()
		return nil, err
	}
	c := newCheckout(top, &dirFiles{root: root, max: limits.MaxFileBytes})
	c.URL = printable(path)
	return c, nil
}

// dirWalker builds the index of a directory.
type dirWalker struct{ builder }

func (w *dirWalker) walk(dir *os.Root, at place) error {
	names, err := w.names(dir, at)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := w.entry(dir, at, name); err != nil {
			return err
		}
	}
	return w.seal(at)
}

// names lists a directory in order, so that the first thing refused is the
// same every time.
func (w *dirWalker) names(dir *os.Root, at place) ([]string, error) {
	f, err := dir.Open(".")
	if err != nil {
		return nil, fileError(at.path, err)
	}
	defer f.Close()
	var names []string
	for len(names) <= w.limits.MaxFiles {
		batch, err := f.ReadDir(readDirBatch)
		for _, entry := range batch {
			if entry.Name() != dotGit {
				names = append(names, entry.Name())
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fileError(at.path, err)
		}
	}
	slices.Sort(names)
	return names, nil
}

func (w *dirWalker) entry(dir *os.Root, at place, name string) error {
	path := at.join(name)
	st, err := dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // removed while we were looking
	}
	if err != nil {
		return fileError(path, err)
	}
	n := &node{name: name, mode: st.Mode(), size: st.Size(), modTime: st.ModTime()}
	switch n.mode.Type() {
	case 0:
		return w.add(at, n)
	case fs.ModeDir:
		n.size = 0
		return w.directory(dir, at, n)
	case fs.ModeSymlink:
		if n.link, err = dir.Readlink(name); err != nil {
			return fileError(path, err)
		}
		n.link = filepath.ToSlash(n.link)
		n.size = int64(len(n.link))
		return w.add(at, n)
	}
	return &Error{
		Kind: ErrUnsafe, Detail: ErrSpecialFile, Path: path,
		Reason: "this is neither a file nor a directory but a device, a socket or a pipe",
		Fix:    "remove it from the directory",
	}
}

func (w *dirWalker) directory(dir *os.Root, at place, n *node) error {
	if err := w.add(at, n); err != nil {
		return err
	}
	below := place{parent: n, path: at.join(n.name), depth: at.depth + 1}
	sub, err := dir.OpenRoot(n.name)
	if err != nil {
		return fileError(below.path, err)
	}
	defer sub.Close()
	return w.walk(sub, below)
}

// dirFiles reads files of a directory on demand.
type dirFiles struct {
	root *os.Root
	max  int64
}

func (d *dirFiles) close() error { return d.root.Close() }

func (d *dirFiles) read(n *node) ([]byte, error) {
	// O_NONBLOCK: should a pipe have taken the file's place, do not wait for its writer.
	f, err := d.root.OpenFile(filepath.FromSlash(n.path()), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fileError(n.path(), err)
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return nil, corrupt("the file was replaced by something else while the checkout was open")
	}
	data, err := io.ReadAll(io.LimitReader(f, d.max+1))
	if err != nil {
		return nil, fileError(n.path(), err)
	}
	if int64(len(data)) > d.max {
		return nil, tooLarge("MaxFileBytes", n.path(), "the file has grown while the checkout was open", d.max)
	}
	return data, nil
}

// fileError classifies an error of the operating system.
func fileError(path string, err error) *Error {
	e := &Error{Path: path, Err: err}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		e.Err = pe.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Reason, e.Fix = ErrNotFound, "no such file or directory", "check the path"
	case errors.Is(err, fs.ErrPermission):
		e.Kind, e.Reason, e.Fix = ErrUnauthorized, "permission denied", "make it readable for this process"
	default:
		e.Kind, e.Reason, e.Fix = ErrCorrupt, fmt.Sprintf("it cannot be read: %v", e.Err), "check the file system"
	}
	return e
}
