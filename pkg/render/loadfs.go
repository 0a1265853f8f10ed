// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"helm.sh/helm/v4/pkg/ignore"
)

// LoadFS reads a chart from a directory of a file system, leaving out what its
// .helmignore names, as Helm does. A link or another irregular file is refused.
// Every failure is a *LoadError.
func LoadFS(fsys fs.FS, dir string, limits Limits) (*Chart, error) {
	limits = limits.withDefaults()
	reader := newFileReader(limits)
	root, err := fs.Sub(fsys, path.Clean(dir))
	if err != nil {
		return nil, &LoadError{File: dir, Message: err.Error(), Fix: "name a directory", Reason: ErrInvalidChart}
	}
	rules, err := ignoreRules(root)
	if err != nil {
		return nil, &LoadError{File: ignore.HelmIgnore, Message: err.Error(), Fix: "correct the pattern", Reason: ErrInvalidChart}
	}
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return readFailure(path.Join(dir, name), err)
		}
		return reader.visit(root, rules, name, entry)
	})
	if err != nil {
		return nil, reader.blame(err)
	}
	return assemble(reader)
}

// visit reads one file of a directory.
func (r *fileReader) visit(root fs.FS, rules *ignore.Rules, name string, entry fs.DirEntry) error {
	if name == "." {
		return nil
	}
	info, err := entry.Info()
	if err != nil {
		return readFailure(name, err)
	}
	if rules.Ignore(name, info) {
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	if entry.IsDir() {
		return nil
	}
	if !info.Mode().IsRegular() {
		return unsafe(name, "is a link or another irregular file")
	}
	if info.Size() > r.limits.MaxFile {
		return r.fileTooLarge(name, info.Size())
	}
	file, err := root.Open(name)
	if err != nil {
		return readFailure(name, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, r.limits.MaxFile+1))
	if err != nil {
		return readFailure(name, err)
	}
	return r.add(name, data, 0)
}

func readFailure(name string, err error) error {
	return &LoadError{File: name, Message: fmt.Sprintf("cannot be read: %v", err),
		Fix: "check that the directory is a chart and can be read", Reason: ErrInvalidChart}
}

// ignoreRules reads a chart's .helmignore.
func ignoreRules(root fs.FS) (*ignore.Rules, error) {
	rules := ignore.Empty()
	data, err := fs.ReadFile(root, ignore.HelmIgnore)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w", err)
	default:
		if rules, err = ignore.Parse(bytes.NewReader(data)); err != nil {
			return nil, fmt.Errorf("cannot be parsed: %s", strings.TrimSpace(err.Error()))
		}
	}
	rules.AddDefaults()
	return rules, nil
}
