// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package dynamogitops_test holds the rules that the repository as a whole must
// keep, as tests.
package dynamogitops_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	modulePath = "github.com/dynamo-gitops/dynamo-gitops"

	maxFileLines     = 500
	maxTestFileLines = 800
	maxMainLines     = 80
)

// layer is one row of the import table: the packages of a layer may import
// those of the layers below, and of their own only what peers lists.
type layer struct {
	name  string
	paths []string // relative to the module; a final /... covers what is below
	// peers are pairs "importer imported" within the layer, with the reason.
	peers map[string]string
}

// layers returns the import table, the lowest first.
func layers() []layer {
	return []layer{
		{name: "types", paths: []string{"pkg/apis/...", "pkg/object", "pkg/values", "pkg/graph", "pkg/schema", "overlays", "examples"},
			peers: map[string]string{
				"pkg/graph pkg/apis/...":  "a graph is read into the product's own terms",
				"pkg/graph pkg/object":    "a graph is read from an object",
				"pkg/graph pkg/values":    "paths of fields",
				"pkg/values pkg/object":   "issues become findings",
				"pkg/schema pkg/apis/...": "the kinds that have a schema",
			}},
		{name: "pure", paths: []string{"pkg/config", "pkg/validate", "pkg/generate", "pkg/inventory", "pkg/lock"}},
		{name: "engines", paths: []string{"pkg/source", "pkg/overlay", "pkg/chart/...", "pkg/render"},
			peers: map[string]string{
				"pkg/render pkg/chart/...":    "what is rendered is a version of the chart",
				"pkg/chart/... pkg/chart/...": "a package and the ones below it",
			}},
		{name: "pipeline", paths: []string{"pkg/pipeline", "pkg/drift/..."},
			peers: map[string]string{"pkg/drift/... pkg/drift/...": "detectors report in the common terms"}},
		{name: "work on plans", paths: []string{"pkg/guard", "pkg/inflate", "pkg/migrate"}},
		{name: "comparison of plans", paths: []string{"pkg/diff"}},
		{name: "reconcile", paths: []string{"pkg/reconcile"}},
		{name: "hosts", paths: []string{"pkg/controller", "pkg/receiver", "pkg/dashboard", "pkg/metrics"}},
		{name: "plugins", paths: []string{"plugin/..."},
			peers: map[string]string{"plugin/... plugin/...": "programs are put together here"}},
	}
}

// owners lists the libraries that one part of the code alone may import.
func owners() []struct{ library, owner, reason string } {
	return []struct{ library, owner, reason string }{
		{"github.com/go-git/", "pkg/source", "every way into Git goes through the limits and checks of pkg/source"},
		{"sigs.k8s.io/kustomize/api/", "pkg/overlay", "Kustomize keeps process-global state, which pkg/overlay guards"},
		{"github.com/nats-io/", "pkg/drift/nats", "what NATS says of itself is one package's job, and its client is no part of the small programs"},
		{"go.etcd.io/etcd/", "pkg/drift/etcd", "what etcd says of itself is one package's job, and its client is no part of the small programs"},
		{"helm.sh/helm/", "pkg/render", "Helm costs start-up time, and rendering is one package's job"},
		{"github.com/spf13/cobra", "plugin", "commands and flags belong to programs"},
		{"github.com/spf13/pflag", "plugin", "commands and flags belong to programs"},
		{"golang.org/x/term", "plugin", "only programs know terminals"},
		{"os/exec", "", "nothing shells out"},
	}
}

// goPackage is what go list says of a package.
type goPackage struct {
	ImportPath string
	Dir        string
	Name       string
	Doc        string
	Imports    []string
	GoFiles    []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Dir,Name,Doc,Imports,GoFiles", "./...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var list []goPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			list = append(list, p)
		}
	}
}

// relative is an import path without the module's; false for other modules.
func relative(importPath string) (string, bool) {
	return strings.CutPrefix(importPath, modulePath+"/")
}

func matches(pattern, path string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return path == pattern
}

// place returns the row of a package and the pattern that it matched.
func place(path string) (int, string) {
	for i, l := range layers() {
		for _, pattern := range l.paths {
			if matches(pattern, path) {
				return i, pattern
			}
		}
	}
	return -1, ""
}

func TestImportTable(t *testing.T) {
	for _, p := range packages(t) {
		from, ok := relative(p.ImportPath)
		if !ok || isTool(from) {
			continue
		}
		row, pattern := place(from)
		if row < 0 {
			t.Errorf("%s is in no layer; put it into the table in repo_test.go", from)
			continue
		}
		for _, imported := range p.Imports {
			if to, ok := relative(imported); ok {
				checkImport(t, from, row, pattern, to)
			}
		}
	}
}

func checkImport(t *testing.T, from string, row int, pattern, to string) {
	t.Helper()
	target, targetPattern := place(to)
	table := layers()
	switch {
	case strings.HasPrefix(to, "internal/testplane"):
		t.Errorf("%s imports %s, which is for tests", from, to)
	case target < 0:
		t.Errorf("%s imports %s, which is in no layer", from, to)
	case target > row:
		t.Errorf("%s (%s) imports %s (%s): imports point down only; declare a small interface where it is needed",
			from, table[row].name, to, table[target].name)
	case target == row && table[row].peers[pattern+" "+targetPattern] == "":
		t.Errorf("%s imports %s: packages of the layer %q do not know each other; pass what is needed through %s",
			from, to, table[row].name, "a layer above")
	}
}

// isTool says whether a package is no part of the product: generators, tests.
func isTool(path string) bool {
	return slices.ContainsFunc([]string{"hack", "internal", "test", "bench"}, func(dir string) bool {
		return path == dir || strings.HasPrefix(path, dir+"/")
	})
}

func TestLibraryOwners(t *testing.T) {
	for _, p := range packages(t) {
		from, ok := relative(p.ImportPath)
		if !ok || isTool(from) {
			continue
		}
		for _, imported := range p.Imports {
			for _, o := range owners() {
				if strings.HasPrefix(imported, o.library) && (o.owner == "" || !matches(o.owner+"/...", from)) {
					t.Errorf("%s imports %s: %s", from, imported, o.reason)
				}
			}
		}
	}
}

// TestMatches shows that the table can be broken.
func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		pattern, path string
		want          bool
	}{
		{"pkg/object", "pkg/object", true},
		{"pkg/object", "pkg/objects", false},
		{"pkg/apis/...", "pkg/apis/nvidia/v1alpha1", true},
		{"pkg/apis/...", "pkg/apisx", false},
	} {
		if got := matches(tt.pattern, tt.path); got != tt.want {
			t.Errorf("matches(%q, %q) = %v", tt.pattern, tt.path, got)
		}
	}
}

func TestPackageDocumentation(t *testing.T) {
	for _, p := range packages(t) {
		switch {
		case p.Doc == "":
			t.Errorf("%s has no package comment", p.ImportPath)
		case p.Name == "main" && !strings.HasPrefix(p.Doc, "Command "+filepath.Base(p.Dir)+" "):
			t.Errorf("%s: the comment of a program begins with %q", p.ImportPath, "Command "+filepath.Base(p.Dir))
		case p.Name != "main" && !strings.HasPrefix(p.Doc, "Package "+p.Name+" "):
			t.Errorf("%s: the comment begins with %q", p.ImportPath, "Package "+p.Name)
		}
	}
}

func TestNoReplace(t *testing.T) {
	data, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(`(?m)^\s*replace\b`).Match(data) {
		t.Error("go.mod has a replace line: go install MODULE@VERSION refuses such a module")
	}
}

// goFiles calls visit for every Go file of the main module.
func goFiles(t *testing.T, visit func(path string, data []byte)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && path != "." {
				return filepath.SkipDir // a module of its own
			}
			if name := entry.Name(); path != "." && (strings.HasPrefix(name, ".") || name == "bin" || name == "testdata" || name == "dist") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			visit(filepath.ToSlash(path), data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func generated(data []byte) bool {
	return regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`).Match(data)
}

func TestLicenseHeader(t *testing.T) {
	const header = "// Copyright 2026 The dynamo-gitops Authors\n// SPDX-License-Identifier: Apache-2.0\n"
	goFiles(t, func(path string, data []byte) {
		text := string(data)
		if constraint, rest, ok := strings.Cut(text, "\n\n"); ok && strings.HasPrefix(constraint, "//go:build ") {
			text = rest
		}
		if !strings.HasPrefix(text, header+"\n") {
			t.Errorf("%s does not begin with the license header and an empty line", path)
		}
	})
}

func TestFileSizes(t *testing.T) {
	goFiles(t, func(path string, data []byte) {
		limit := maxFileLines
		switch {
		case generated(data):
			return
		case strings.HasSuffix(path, "_test.go"):
			limit = maxTestFileLines
		case strings.HasPrefix(path, "plugin/") && filepath.Base(path) == "main.go":
			limit = maxMainLines
		}
		if lines := bytes.Count(data, []byte("\n")); lines > limit {
			t.Errorf("%s has %d lines, the limit is %d: split it by what its parts do", path, lines, limit)
		}
	})
}

// TestNoHiddenState finds init functions, panics and exits.
func TestNoHiddenState(t *testing.T) {
	goFiles(t, func(path string, data []byte) {
		if strings.HasSuffix(path, "_test.go") || generated(data) || isTool(path) {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, data, parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%v", err)
			return
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil {
					t.Errorf("%s has an init function: it runs in every program that links the package", path)
				}
			case *ast.CallExpr:
				switch name := callee(n); {
				case name == "panic":
					t.Errorf("%s panics; return an error", path)
				case (name == "os.Exit" || strings.HasPrefix(name, "log.Fatal")) && filepath.Base(path) != "main.go":
					t.Errorf("%s calls %s; only main exits", path, name)
				}
			}
			return true
		})
	})
}

func callee(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
	}
	return ""
}

// TestPackageNames keeps packages named after what they hold.
func TestPackageNames(t *testing.T) {
	vague := []string{"util", "utils", "common", "types", "helpers", "helper", "shared", "manager", "misc", "base", "lib"}
	for _, p := range packages(t) {
		if slices.Contains(vague, p.Name) {
			t.Errorf("%s: the name says nothing about what the package holds", p.ImportPath)
		}
	}
}
