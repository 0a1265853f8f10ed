// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/migrate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares a text with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// load reads a directory into memory.
func load(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	disk := os.DirFS(dir)
	err := fs.WalkDir(disk, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(disk, name)
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// with returns the tree with the result written.
func with(in fstest.MapFS, r *migrate.Result) fstest.MapFS {
	out := fstest.MapFS{}
	for name, file := range in {
		out[name] = file
	}
	for _, f := range r.Files {
		out[f.Path] = &fstest.MapFile{Data: f.After}
	}
	return out
}

func long(err error) string {
	var refused *object.FindingsError
	if !errors.As(err, &refused) {
		return fmt.Sprint(err)
	}
	var b strings.Builder
	for _, f := range refused.Findings {
		fmt.Fprintf(&b, "%s %s [%s] %s\n", f.Code, f, f.Field, f.Object)
	}
	return b.String()
}

func changes(r *migrate.Result) string {
	var b strings.Builder
	for _, c := range r.Changes {
		fmt.Fprintf(&b, "%s:%d %s: %s -> %s = %v (%s)\n", c.File, c.Line, c.Object, c.From, c.To, c.Value, c.Reason)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %s\n", f.Code, f)
	}
	return b.String()
}

func corpus(t testing.TB, kind string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join("testdata", kind))
	if err != nil || len(entries) == 0 {
		t.Fatal("no corpus", err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestToGolden(t *testing.T) {
	for _, name := range corpus(t, "to") {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("testdata", "to", name)
			before := load(t, filepath.Join(dir, "before"))
			result, err := migrate.To(t.Context(), migrate.ToOptions{FS: before, Version: "1.4.0"})
			if err != nil {
				golden(t, filepath.Join(dir, "refused.txt"), long(err))
				return
			}
			for _, f := range result.Files {
				golden(t, filepath.Join(dir, "after", filepath.FromSlash(f.Path)), string(f.After))
			}
			golden(t, filepath.Join(dir, "changes.txt"), changes(result))
			again, err := migrate.To(t.Context(), migrate.ToOptions{FS: with(before, result), Version: "1.4.0"})
			if err != nil || len(again.Files)+len(again.Changes) > 0 {
				t.Errorf("not idempotent: %v %v", again, err)
			}
		})
	}
}

// TestToStepwise: one long way gives the bytes of many short ones, or both are
// refused, for every pair of versions.
func TestToStepwise(t *testing.T) {
	versions := chart.Versions()
	for _, name := range corpus(t, "to") {
		t.Run(name, func(t *testing.T) {
			start := load(t, filepath.Join("testdata", "to", name, "before"))
			for from := range versions {
				first, err := migrate.To(t.Context(), migrate.ToOptions{FS: start, Version: versions[from]})
				if err != nil {
					continue
				}
				at := with(start, first)
				short, refused := at, false
				for to := from + 1; to < len(versions); to++ {
					direct, err := migrate.To(t.Context(), migrate.ToOptions{FS: at, Version: versions[to]})
					if !refused {
						next, err := migrate.To(t.Context(), migrate.ToOptions{FS: short, Version: versions[to]})
						if refused = err != nil; !refused {
							short = with(short, next)
						}
					}
					if refused != (err != nil) {
						t.Fatalf("%s to %s: %v, step by step refused: %t", versions[from], versions[to], err, refused)
					}
					if refused {
						break
					}
					if diff := cmp.Diff(texts(short), texts(with(at, direct))); diff != "" {
						t.Fatalf("%s to %s: %s", versions[from], versions[to], diff)
					}
				}
			}
		})
	}
}

func texts(in fstest.MapFS) map[string]string {
	out := map[string]string{}
	for name, f := range in {
		out[name] = string(f.Data)
	}
	return out
}
