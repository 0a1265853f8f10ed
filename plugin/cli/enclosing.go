// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	// maxKustomization bounds a kustomization file that is looked into here; a
	// larger one is judged when it is built.
	maxKustomization = 1 << 20
	// maxVisited bounds the directories that are looked into.
	maxVisited = 10_000
)

// enclosing returns the lowest directory that holds dir and every directory
// that its kustomizations and Platforms refer to, not above ceiling, and never
// home or something that holds home. It only looks; what is wrong with the files
// is found when they are built.
func enclosing(dir, ceiling, home string) string {
	e := encloser{root: dir, ceiling: ceiling, home: home, visited: map[string]bool{}, overlays: regexp.MustCompile(overlayPattern)}
	e.directory(dir)
	return e.root
}

// visit calls look for the files of every directory that enclosing would look
// into, in no particular order of directories, until it returns false.
func visit(dir, ceiling string, look func(file string) bool) {
	e := encloser{root: dir, ceiling: ceiling, visited: map[string]bool{}, overlays: regexp.MustCompile(overlayPattern)}
	e.directory(dir)
	for _, dir := range slices.Sorted(maps.Keys(e.visited)) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			if entry.Type().IsRegular() && !look(filepath.Join(dir, entry.Name())) {
				return
			}
		}
	}
}

type encloser struct {
	root, ceiling, home string
	visited             map[string]bool
	overlays            *regexp.Regexp
}

// include raises the root until it holds path, unless path is beyond reach.
func (e *encloser) include(path string) bool {
	if !within(e.ceiling, path) {
		return false
	}
	root := e.root
	for !within(root, path) {
		root = filepath.Dir(root)
	}
	tooMuch := root == filepath.Dir(root) || filepath.IsAbs(e.home) && within(root, e.home)
	if root != e.root && tooMuch {
		return false
	}
	e.root = root
	return true
}

// directory follows the references of one directory.
func (e *encloser) directory(dir string) {
	if e.visited[dir] || len(e.visited) >= maxVisited {
		return
	}
	e.visited[dir] = true
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		if data, ok := readSmall(filepath.Join(dir, name)); ok {
			e.kustomization(dir, data)
			return
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		switch {
		case strings.HasPrefix(entry.Name(), "."):
		case entry.IsDir():
			e.directory(path)
		case entry.Type() == 0:
			e.manifest(path)
		}
	}
}

// kustomization follows every text in a kustomization that could be a path.
func (e *encloser) kustomization(dir string, data []byte) {
	var document yaml.Node
	if yaml.Unmarshal(data, &document) != nil {
		return
	}
	for _, text := range scalars(&document, nil) {
		path := filepath.Join(dir, filepath.FromSlash(text))
		climbs := strings.HasPrefix(text, "../") || text == ".."
		info, err := os.Stat(path)
		if err != nil && !climbs || !e.include(path) || err != nil {
			continue
		}
		if info.IsDir() {
			e.directory(path)
		} else {
			e.manifest(path)
		}
	}
}

// scalars collects the texts of a document that are no prose and no URL.
// Aliases are not followed: what they name is in the document anyway.
func scalars(node *yaml.Node, found []string) []string {
	const longestPath = 1024
	if node.Kind == yaml.ScalarNode && node.Value != "" && len(node.Value) <= longestPath &&
		!strings.ContainsAny(node.Value, "\n\x00") && !strings.Contains(node.Value, "://") && !filepath.IsAbs(node.Value) {
		found = append(found, node.Value)
	}
	for _, child := range node.Content {
		found = scalars(child, found)
	}
	return found
}

// overlayPattern finds the spec.overlay of Platforms.
const overlayPattern = `(?m)\boverlay["']?:[ \t]*["']?(\.\.?/[^"'\s#,}]*)`

// manifest follows the overlays that the Platforms of a file name.
func (e *encloser) manifest(path string) {
	switch filepath.Ext(path) {
	case ".yaml", ".yml", ".json":
	default:
		return
	}
	data, ok := readSmall(path)
	if !ok || !bytes.Contains(data, []byte("overlay")) {
		return
	}
	for _, match := range e.overlays.FindAllSubmatch(data, -1) {
		dir := filepath.Join(filepath.Dir(path), filepath.FromSlash(string(match[1])))
		if e.include(dir) {
			e.directory(dir)
		}
	}
}

// readSmall reads a regular file that is not too large.
func readSmall(path string) ([]byte, bool) {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Type() != fs.FileMode(0) || info.Size() > maxKustomization {
		return nil, false
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, false
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxKustomization))
	return data, err == nil
}
