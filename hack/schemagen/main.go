// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Command schemagen turns the CustomResourceDefinitions that controller-gen writes for pkg/apis/v1alpha1 into JSON
// Schemas (draft-07) for editors: one per kind and all.json for a file of any of them. See convert for what it changes.
// It is run by generate.sh.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

func main() {
	in := flag.String("in", "", "directory with the files of controller-gen")
	out := flag.String("out", "", "directory to write the schemas to")
	flag.Parse()
	if *in == "" || *out == "" || flag.NArg() != 0 {
		fmt.Fprintln(os.Stderr, "usage: schemagen -in DIRECTORY -out DIRECTORY")
		os.Exit(2)
	}
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "schemagen:", err)
		os.Exit(1)
	}
}

// run converts every definition in the directory in and writes the schemas to
// out. It refuses an in without files: that is a generator that did not run.
func run(in, out string) error {
	files, err := filepath.Glob(filepath.Join(in, "*.yaml"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s holds no .yaml file", in)
	}
	slices.Sort(files)
	var schemas []kindSchema
	for _, file := range files {
		s, err := read(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		schemas = append(schemas, s)
	}
	for _, s := range schemas {
		if err := write(filepath.Join(out, strings.ToLower(s.kind)+".json"), s.document()); err != nil {
			return err
		}
	}
	return write(filepath.Join(out, "all.json"), union(schemas))
}

// read converts the definition in one file.
func read(file string) (kindSchema, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return kindSchema{}, err
	}
	var crd definition
	if err := yaml.Unmarshal(data, &crd); err != nil {
		return kindSchema{}, err
	}
	if len(crd.Spec.Versions) != 1 {
		return kindSchema{}, errors.New("want exactly one version")
	}
	return crd.convert()
}

// write writes the document as indented JSON with sorted keys.
func write(file string, document map[string]any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}
