// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"bytes"
	"io/fs"
	"path"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
)

// tree is a file system with edited files on top. It is an fs.FS.
type tree struct {
	fs.FS
	edited map[string][]byte
	// generation counts the edits.
	generation int
}

// Open implements fs.FS.
func (t *tree) Open(name string) (fs.File, error) {
	file, err := t.FS.Open(name)
	data, ok := t.edited[name]
	if err != nil || !ok {
		return file, err
	}
	return &editedFile{File: file, Reader: bytes.NewReader(data), size: int64(len(data))}, nil
}

func (t *tree) write(name string, data []byte) {
	t.edited[name] = data
	t.generation++
}

// editedFile shows the file on disk with other content.
type editedFile struct {
	fs.File
	*bytes.Reader
	size int64
}

// Read implements fs.File.
func (f *editedFile) Read(p []byte) (int, error) { return f.Reader.Read(p) }

// Stat implements fs.File.
func (f *editedFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	return editedInfo{info, f.size}, err
}

type editedInfo struct {
	fs.FileInfo
	size int64
}

// Size implements fs.FileInfo.
func (i editedInfo) Size() int64 { return i.size }

// read returns a file as it is now.
func (t *tree) read(name string) ([]byte, error) { return fs.ReadFile(t, name) }

// documents decodes a text by number of document. Text that is refused there,
// by its limits or its form, is not understood.
func documents(name string, data []byte) (map[int]any, error) {
	list, err := config.Documents(name, data, config.Limits{})
	if err != nil {
		return nil, err
	}
	out := make(map[int]any, len(list))
	for _, d := range list {
		out[d.Index] = d.Value
	}
	return out, nil
}

func isYAML(name string) bool {
	ext := path.Ext(name)
	return ext == ".yaml" || ext == ".yml" || path.Base(name) == "Kustomization"
}

func isKustomization(name string) bool {
	switch path.Base(name) {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

// within says whether a file lies in a directory, "." being the root.
func within(name, dir string) bool {
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
}

func isHidden(name string) bool { return len(name) > 1 && name[0] == '.' && name != ".." }
