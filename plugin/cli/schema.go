// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/schema"
)

func (s *session) schemaCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "schema [KIND]",
		Short: "Print the JSON Schemas of the kinds",
		Long: `schema prints the JSON Schema (draft-07) of ` + strings.Join(schema.Kinds(), ", ") + `, for editors and
other tools. Without KIND it prints one schema for all of them.

An editor with yaml-language-server uses the schema that a comment at the top of
a file names:

  # yaml-language-server: $schema=.schemas/platform.json`,
		Example: "  " + s.displayName() + " schema Platform\n  " + s.displayName() + " schema --output-dir .schemas",
		Args:    atMostOne, ValidArgs: schema.Kinds(),
		RunE: run(func(_ *cobra.Command, args []string) error {
			return s.schema(dir, args)
		}),
	}
	cmd.Flags().StringVar(&dir, "output-dir", "", "write the schemas to files in this directory instead")
	_ = cmd.MarkFlagDirname("output-dir")
	return cmd
}

func (s *session) schema(dir string, args []string) error {
	kinds := append([]string{""}, schema.Kinds()...)
	if len(args) == 1 {
		kinds = args
	} else if dir == "" {
		kinds = []string{""}
	}
	files := map[string][]byte{}
	for _, kind := range kinds {
		data, err := schema.JSON(kind)
		if errors.Is(err, schema.ErrUnknownKind) {
			return usage("the kinds are "+strings.Join(schema.Kinds(), ", "), "there is no schema for the kind %q", kind)
		}
		if err != nil {
			return err
		}
		files[schema.FileName(kind)] = data
	}
	if dir == "" {
		for _, data := range files {
			s.out.Write(data)
		}
		return nil
	}
	if err := writeFiles(s.absolute(dir), files); err != nil {
		return err
	}
	for _, name := range sortedNames(files) {
		s.printf("wrote %s\n", filepath.Join(dir, name))
	}
	return nil
}
