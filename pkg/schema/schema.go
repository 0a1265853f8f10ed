// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package schema holds the JSON Schemas (draft-07) of the kinds that a user
// keeps in Git: Platform, Model and WorkerPool of dynamo-gitops.io/v1alpha1.
//
// They are for editors (yaml-language-server: a comment
// "# yaml-language-server: $schema=FILE" at the top of a file) and for other
// tools that check files without this one. They are generated from the Go types
// in pkg/apis/v1alpha1. What JSON Schema cannot say, such as "profile or
// overlay, not both", stands in the descriptions and is checked by pkg/config.
//
// The package keeps no state and may be used from several goroutines.
package schema

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

//go:embed model.json platform.json workerpool.json all.json
var files embed.FS

// ErrUnknownKind says that there is no schema for a kind.
var ErrUnknownKind = errors.New("no schema for this kind")

// Kinds returns the kinds that have a schema, in alphabetical order.
func Kinds() []string { return v1alpha1.Kinds() }

// JSON returns the schema of a kind, as indented JSON with a final newline. The
// case of kind does not count. With kind empty it returns one schema for a
// document of any of the kinds. The caller owns the bytes. An unknown kind is an
// error that matches ErrUnknownKind and names the known ones.
func JSON(kind string) ([]byte, error) {
	name := FileName(kind)
	if kind != "" && !slices.ContainsFunc(Kinds(), func(k string) bool { return strings.EqualFold(k, kind) }) {
		return nil, fmt.Errorf("%w: %q; the kinds are %s", ErrUnknownKind, kind, strings.Join(Kinds(), ", "))
	}
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read embedded schema: %w", err)
	}
	return data, nil
}

// FileName returns the name under which the schema of a kind is stored:
// "platform.json"; "all.json" for the empty kind.
func FileName(kind string) string {
	if kind == "" {
		return "all.json"
	}
	return strings.ToLower(kind) + ".json"
}
