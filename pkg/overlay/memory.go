// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// errReadOnly answers every attempt of the engine to change files.
var errReadOnly = errors.New("the source is read-only")

// memory shows the source to the engine as a read-only file system with the
// root "/", with some files replaced. Nothing outside of it can be named.
type memory struct {
	tree  *tree
	files map[string][]byte
}

var _ filesys.FileSystem = (*memory)(nil)

// name turns a path of the engine into one of the source.
func (m *memory) name(p string) string {
	clean := path.Clean("/" + filepath.ToSlash(p))
	if clean == "/" {
		return "."
	}
	return strings.TrimPrefix(clean, "/")
}

// ReadFile returns the content of a file.
func (m *memory) ReadFile(p string) ([]byte, error) {
	name := m.name(p)
	if data, ok := m.files[name]; ok {
		return data, nil
	}
	if dir, exists := m.tree.isDir(name); dir || !exists {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return m.tree.file(name)
}

// IsDir says whether a path is a directory.
func (m *memory) IsDir(p string) bool {
	dir, _ := m.tree.isDir(m.name(p))
	return dir
}

// Exists says whether a path exists.
func (m *memory) Exists(p string) bool {
	_, exists := m.tree.isDir(m.name(p))
	return exists
}

// CleanedAbs cuts a path into a directory that exists and a file name.
func (m *memory) CleanedAbs(p string) (filesys.ConfirmedDir, string, error) {
	name := m.name(p)
	dir, exists := m.tree.isDir(name)
	switch {
	case !exists:
		return "", "", fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	case dir:
		return confirmed(name), "", nil
	default:
		return confirmed(path.Dir(name)), path.Base(name), nil
	}
}

func confirmed(dir string) filesys.ConfirmedDir {
	return filesys.ConfirmedDir(path.Join("/", dir))
}

// ReadDir returns the names in a directory.
func (m *memory) ReadDir(p string) ([]string, error) {
	entries, err := fs.ReadDir(m.tree.fsys, m.name(p))
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names, nil
}

// Glob returns the paths that match a pattern.
func (m *memory) Glob(pattern string) ([]string, error) {
	names, err := fs.Glob(m.tree.fsys, m.name(pattern))
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		names[i] = "/" + name
	}
	return names, nil
}

// Create is refused: the file system is read-only, as are the others below.
func (m *memory) Create(string) (filesys.File, error) { return nil, errReadOnly }

// Open is refused: the engine reads whole files.
func (m *memory) Open(string) (filesys.File, error) { return nil, errReadOnly }

// Mkdir is refused.
func (m *memory) Mkdir(string) error { return errReadOnly }

// MkdirAll is refused.
func (m *memory) MkdirAll(string) error { return errReadOnly }

// RemoveAll is refused.
func (m *memory) RemoveAll(string) error { return errReadOnly }

// WriteFile is refused.
func (m *memory) WriteFile(string, []byte) error { return errReadOnly }

// Walk is refused: the engine names every file that it reads.
func (m *memory) Walk(string, filepath.WalkFunc) error { return errReadOnly }
