// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"
)

// makeTree builds a tree from lines: "dir/", "file", "link -> target".
func makeTree(text string) (*node, error) {
	b := builder{limits: DefaultLimits()}
	root := newRoot(time.Time{})
	dirs := map[string]place{"": {parent: root}}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		path, target, isLink := strings.Cut(line, " -> ")
		path, isDir := strings.CutSuffix(path, "/")
		dir, name := "", path
		if i := strings.LastIndexByte(path, '/'); i >= 0 {
			dir, name = path[:i], path[i+1:]
		}
		at, ok := dirs[dir]
		if !ok {
			continue
		}
		n := &node{name: name, mode: 0o644}
		switch {
		case isLink:
			n.mode, n.link = fs.ModeSymlink|0o777, target
		case isDir:
			n.mode = fs.ModeDir | 0o755
		}
		if err := b.add(at, n); err != nil {
			return nil, err
		}
		if isDir {
			dirs[path] = place{parent: n, path: path, depth: at.depth + 1}
		}
	}
	for _, at := range dirs {
		if err := b.seal(at); err != nil {
			return nil, err
		}
	}
	return root, b.finish()
}

// FuzzLinks: a tree is either refused, or every link in it leads to a file or
// directory of the same tree, and every path can be asked for.
func FuzzLinks(f *testing.F) {
	f.Add("a\nl -> a", "l")
	f.Add("d/\nd/f\nl -> d\nm -> l/../l/f", "m")
	f.Add("l -> m\nm -> l", "l/x")
	f.Add("d/\nd/l -> ../..", "d/l")
	f.Add("l -> /etc/passwd", "l")
	f.Add("d/\nd/up -> ..\nx -> d/up/d/up/x", "x")
	f.Fuzz(func(t *testing.T, text, path string) {
		root, err := makeTree(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		c := newCheckout(root, noFiles{})
		err = fs.WalkDir(c.FS, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			st, err := fs.Stat(c.FS, p)
			if err == nil && st.Mode()&fs.ModeSymlink != 0 {
				err = fmt.Errorf("%s leads to a link", p)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		_, err = fs.Stat(c.FS, path)
		if !fs.ValidPath(path) && err == nil {
			t.Errorf("the path %q was accepted", path)
		}
	})
}

type noFiles struct{}

func (noFiles) read(*node) ([]byte, error) { return nil, nil }
func (noFiles) close() error               { return nil }

func TestLinkOutcomeDoesNotDependOnOrder(t *testing.T) {
	chain := func(n int, reverse bool) string {
		lines := []string{"l00"}
		for i := range n {
			lines = append(lines, fmt.Sprintf("l%02d -> l%02d", i+1, i))
		}
		if reverse {
			for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
				lines[i], lines[j] = lines[j], lines[i]
			}
		}
		return strings.Join(lines, "\n")
	}
	for n, ok := range map[int]bool{39: true, 40: true, 41: false, 80: false} {
		for _, reverse := range []bool{false, true} {
			_, err := makeTree(chain(n, reverse))
			if (err == nil) != ok || (err != nil && !errors.Is(err, ErrSymlinkLoop)) {
				t.Errorf("chain of %d, reversed %v: %v", n, reverse, err)
			}
		}
	}
}
