// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/dynamo-gitops/dynamo-gitops/examples"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/schema"
)

// What the starter repository holds where the flags say something else.
const (
	starterVersion   = "0.9.0"
	starterName      = "dynamo"
	starterNamespace = "dynamo-system"

	// schemaDir is where a repository keeps the schemas for editors.
	schemaDir = ".schemas"
	// maxReleaseName is what the names that the charts derive leave of a name.
	maxReleaseName = 43
)

// starter says what the starter repository is to hold.
type starter struct {
	version, name, namespace string
	force                    bool
}

func (s *session) initCommand() *cobra.Command {
	var o starter
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a starter repository",
		Long: `init writes a small, complete repository to DIR (default: this directory): a base
with a platform, a graph, a model and a worker pool, and the clusters dev, test
and prod, which adapt it. DIR must be empty or not exist.`,
		Example:           "  " + s.displayName() + " init my-platform --version 1.4.0",
		Args:              atMostOne,
		ValidArgsFunction: directories,
		RunE: run(func(_ *cobra.Command, args []string) error {
			return s.init(o, args)
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&o.version, "version", starterVersion, "version of the dynamo-platform chart")
	flags.StringVar(&o.name, "name", starterName, "name of the Platform and of the Helm release")
	flags.StringVar(&o.namespace, "namespace", starterNamespace, "namespace of the Platform and of the Helm release")
	flags.BoolVar(&o.force, "force", false, "write even if DIR holds files; those of the same names are replaced")
	completeWith(cmd, "version", chart.Versions()...)
	return cmd
}

func (s *session) init(o starter, args []string) error {
	if err := o.check(); err != nil {
		return err
	}
	target := "."
	if len(args) == 1 {
		target = args[0]
	}
	dir := s.absolute(target)
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case len(visible(entries)) > 0 && !o.force:
		return fmt.Errorf("%s is not empty; name another directory, or add --force to write into it", target)
	}
	files, err := o.files()
	if err != nil {
		return err
	}
	if err := writeFiles(dir, files); err != nil {
		return err
	}
	for _, name := range sortedNames(files) {
		s.printf("wrote %s\n", path.Join(filepath.ToSlash(target), name))
	}
	s.printf("next: %s generate %s\n", s.displayName(), path.Join(filepath.ToSlash(target), "clusters", "dev"))
	return nil
}

// visible leaves out ".git": a fresh clone counts as empty.
func visible(entries []fs.DirEntry) []fs.DirEntry {
	var left []fs.DirEntry
	for _, e := range entries {
		if e.Name() != ".git" {
			left = append(left, e)
		}
	}
	return left
}

func (o starter) check() error {
	if _, err := chart.Lookup(o.version, chart.LookupOptions{}); err != nil {
		var unknown *chart.VersionError
		if errors.As(err, &unknown) {
			return usage(unknown.Fix, "--version %q is %v", unknown.Version, unknown.Reason)
		}
		return usage("", "--version: %v", err)
	}
	for _, name := range []struct{ flag, value string }{{"name", o.name}, {"namespace", o.namespace}} {
		if problems := validation.IsDNS1123Label(name.value); len(problems) > 0 {
			return usage("use lower-case letters, digits and hyphens, at most 63", "--%s %q is no name in Kubernetes", name.flag, name.value)
		}
	}
	if len(o.name) > maxReleaseName {
		return usage("choose a shorter one", "--name is longer than %d characters, which the charts' own names need", maxReleaseName)
	}
	return nil
}

// files returns the starter repository, adapted, by path.
func (o starter) files() (map[string][]byte, error) {
	quickstart, err := examples.Quickstart()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	err = fs.WalkDir(quickstart, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(quickstart, name)
		if err != nil {
			return err
		}
		files[name] = o.adapt(data)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, kind := range schema.Kinds() {
		if files[path.Join(schemaDir, schema.FileName(kind))], err = schema.JSON(kind); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// adapt puts the version, name and namespace in. It replaces whole words of the
// few lines that hold them, so that comments and layout stay.
func (o starter) adapt(data []byte) []byte {
	platform := "kind: Platform\nmetadata:\n  name: %s\n  namespace: %s\n"
	for _, r := range []struct{ from, to string }{
		{fmt.Sprintf(platform, starterName, starterNamespace), fmt.Sprintf(platform, o.name, o.namespace)},
		{"  version: " + starterVersion + "\n", "  version: " + o.version + "\n"},
		{"-runtime:" + starterVersion + "\n", "-runtime:" + o.version + "\n"},
		{"`" + starterNamespace + "`", "`" + o.namespace + "`"},
	} {
		data = bytes.ReplaceAll(data, []byte(r.from), []byte(r.to))
	}
	return data
}
