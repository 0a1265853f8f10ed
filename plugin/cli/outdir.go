// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

const (
	// markerName is the file that says which files of a directory are ours. It
	// starts with a dot, so Kustomize, Flux and kubectl leave it alone.
	markerName = ".dynamo-gitops-output"
	// markerTitle is its first line.
	markerTitle = "# Written by dynamo-gitops generate --output-dir; lists the files that it may replace or remove."

	dirMode  = 0o755
	fileMode = 0o644
	// maxName is the longest file name without its ending; file systems stop at 255 bytes.
	maxName = 200
)

// objectFiles encodes one file per object, <kind>_<namespace>_<name>.yaml.
func objectFiles(objects []object.Object, e encoder) (map[string][]byte, error) {
	files := make(map[string][]byte, len(objects))
	for _, o := range objects {
		data, err := e.encode(o)
		if err != nil {
			return nil, err
		}
		files[uniqueName(files, o, "."+e.format)] = data
	}
	return files, nil
}

// encoder writes objects in a format. With a map it remembers what it wrote:
// environments share the definitions of a chart version, which are large.
type encoder struct {
	format string
	known  map[*unstructured.Unstructured][]byte
}

func (e encoder) encode(o object.Object) ([]byte, error) {
	if data, ok := e.known[o.Unstructured]; ok {
		return data, nil
	}
	var data []byte
	var err error
	if e.format == formatJSON {
		var b bytes.Buffer
		err = writeJSON(&b, o.Object)
		data = b.Bytes()
	} else {
		data, err = o.YAML()
	}
	if e.known != nil && err == nil && o.GetKind() == "CustomResourceDefinition" {
		e.known[o.Unstructured] = data
	}
	return data, err
}

// uniqueName names the file of an object. Objects whose names differ only in
// what a file name cannot hold, in their case or in their group get a suffix
// made from their full identity, so the name does not depend on the others' order.
func uniqueName(taken map[string][]byte, o object.Object, ending string) string {
	parts := []string{o.GetKind(), o.GetNamespace(), o.GetName()}
	plain := strings.Join(slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return p == "" }), "_")
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(plain))
	_, used := taken[name+ending]
	if used || len(name) > maxName || strings.HasPrefix(name, ".") || name != strings.ToLower(plain) {
		const digits = 10
		sum := sha256.Sum256([]byte(o.Group() + "\x00" + strings.Join(parts, "\x00")))
		name = strings.TrimLeft(name[:min(len(name), maxName)], ".") + "_" + hex.EncodeToString(sum[:])[:digits]
	}
	return name + ending
}

// outputDir is the target of --output-dir.
type outputDir struct {
	path  string
	force bool
}

// replace makes the directory hold exactly the files, as far as they are ours:
// files of an earlier call that are no more wanted are removed, files of others
// stay. A directory that holds files of others only is refused without force.
//
// Everything is first written to a temporary directory beside it, and renamed
// when all of it is on disk, so a failure leaves the old content and nothing else.
func (d outputDir) replace(ctx context.Context, files map[string][]byte) error {
	old, err := d.inspect(files)
	if err != nil {
		return err
	}
	made, err := makeParents(filepath.Dir(d.path))
	if err != nil {
		return err
	}
	if err := d.write(ctx, files, old); err != nil {
		removeMade(made)
		return err
	}
	return nil
}

// inspect returns the names of our files in the directory.
func (d outputDir) inspect(files map[string][]byte) ([]string, error) {
	entries, err := os.ReadDir(d.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("--output-dir: %w", err)
	}
	old, ours := readMarker(filepath.Join(d.path, markerName))
	if !ours && !d.force {
		return nil, fmt.Errorf("--output-dir %s holds files that were not written by this command; "+
			"name another directory, or add --force to write beside them", d.path)
	}
	for _, entry := range entries {
		name := entry.Name()
		if _, replaced := files[name]; replaced && !d.force && !slices.Contains(old, name) {
			return nil, fmt.Errorf("--output-dir %s: %s was not written by this command; move it away, or add --force to replace it", d.path, name)
		}
		if _, replaced := files[name]; replaced && entry.IsDir() {
			return nil, fmt.Errorf("--output-dir %s: %s is a directory; move it away", d.path, name)
		}
	}
	return old, nil
}

// readMarker returns the names in a marker. Only plain names count: a marker
// from elsewhere must not make us remove other files.
func readMarker(path string) ([]string, bool) {
	data, ok := readSmall(path)
	if !ok || !strings.HasPrefix(string(data), markerTitle) {
		return nil, false
	}
	var names []string
	for line := range strings.Lines(string(data)) {
		name := strings.TrimRight(line, "\r\n")
		if name == filepath.Base(name) && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "#") && name != "" {
			names = append(names, name)
		}
	}
	return names, true
}

// write puts the files in place.
func (d outputDir) write(ctx context.Context, files map[string][]byte, old []string) error {
	stage, err := os.MkdirTemp(filepath.Dir(d.path), "."+filepath.Base(d.path)+".tmp-")
	if err != nil {
		return fmt.Errorf("--output-dir: %w", err)
	}
	defer func() { _ = os.RemoveAll(stage) }()
	if err := os.Chmod(stage, dirMode); err != nil {
		return fmt.Errorf("--output-dir: %w", err)
	}
	names := sortedNames(files)
	all := maps.Clone(files)
	all[markerName] = []byte(markerTitle + "\n" + strings.Join(names, "\n") + "\n")
	for name, data := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(stage, name), data, fileMode); err != nil {
			return fmt.Errorf("--output-dir: %w", err)
		}
	}
	if err := os.Rename(stage, d.path); err == nil { // it was absent or empty
		return nil
	}
	// The marker goes first: should anything fail after it, the next call still
	// knows every file, old or new, as ours.
	if err := d.mark(stage, names, old); err != nil {
		return err
	}
	for _, name := range append(names, markerName) {
		if err := os.Rename(filepath.Join(stage, name), filepath.Join(d.path, name)); err != nil {
			return fmt.Errorf("--output-dir: %w", err)
		}
	}
	return d.clean(old, files)
}

// mark lists old and new files in the directory's marker.
func (d outputDir) mark(stage string, names, old []string) error {
	both := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(names), old...))))
	temporary := filepath.Join(stage, markerName+".both")
	if err := os.WriteFile(temporary, []byte(markerTitle+"\n"+strings.Join(both, "\n")+"\n"), fileMode); err != nil {
		return fmt.Errorf("--output-dir: %w", err)
	}
	if err := os.Rename(temporary, filepath.Join(d.path, markerName)); err != nil {
		return fmt.Errorf("--output-dir: %w", err)
	}
	return nil
}

// clean removes files of an earlier call.
func (d outputDir) clean(old []string, files map[string][]byte) error {
	for _, name := range old {
		if _, wanted := files[name]; wanted {
			continue
		}
		if err := os.Remove(filepath.Join(d.path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--output-dir: remove old file: %w", err)
		}
	}
	return nil
}

// makeParents makes a directory and those above it, and returns the ones that
// it made, the deepest first.
func makeParents(dir string) ([]string, error) {
	var missing []string
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		missing = append(missing, at)
	}
	if err := os.MkdirAll(dir, dirMode); err != nil {
		removeMade(missing)
		return nil, err
	}
	return missing, nil
}

// removeMade removes directories that makeParents made, if they are empty.
func removeMade(dirs []string) {
	for _, dir := range dirs {
		_ = os.Remove(dir)
	}
}

// writeFiles writes files into a directory, which it makes, replacing those of
// the same names. Each file is written beside its place and renamed.
func writeFiles(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return err
	}
	for _, name := range sortedNames(files) {
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(name)), files[name]); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".tmp-")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(fileMode), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

func sortedNames(files map[string][]byte) []string {
	return slices.Sorted(maps.Keys(files))
}
