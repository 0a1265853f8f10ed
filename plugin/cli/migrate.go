// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/migrate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// migrateFlags are the flags of migrate.
type migrateFlags struct {
	to, fromValues, version, name, namespace, profile string
	allowUnknown, dryRun                              bool
}

func (s *session) migrateCommand() *cobra.Command {
	var f migrateFlags
	cmd := &cobra.Command{
		Use:   "migrate --to VERSION [PATH] | migrate --from-values FILE",
		Short: "Rewrite Platforms for another chart version, or make one from existing values",
		Long: `migrate --to rewrites every Platform below PATH (default: this directory), its
Kustomize patches and its own overlays for another version of the chart, in place,
keeping comments and order, and prints each change with its reason. What has no
equivalent is refused, and then no file is changed.

migrate --from-values reads a values file, a Flux HelmRelease or an Argo CD
Application and prints a Platform that compiles to the same values: typed
components as far as possible, the rest as raw values.`,
		Example: "  " + s.displayName() + " migrate --to 1.5.0 .\n  " +
			s.displayName() + " migrate --from-values values.yaml --version 0.9.0 > platform.yaml",
		Args: atMostOne,
		RunE: run(func(cmd *cobra.Command, args []string) error {
			switch {
			case (f.to == "") == (f.fromValues == ""):
				return usage("see migrate --help", "give either --to or --from-values")
			case f.to != "":
				return s.migrateTo(cmd.Context(), &f, args)
			case len(args) > 0:
				return usage("drop it", "--from-values takes no PATH, but %q is given", args[0])
			default:
				return s.migrateFrom(cmd.Context(), &f)
			}
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "", "chart version to migrate to")
	flags.BoolVar(&f.dryRun, "dry-run", false, "with --to: print the changes and write nothing")
	flags.StringVar(&f.fromValues, "from-values", "", "file with values, a HelmRelease or an Application")
	flags.StringVar(&f.version, "version", "", "chart version of a bare values file")
	flags.StringVar(&f.name, "name", "", "name of the Platform (default: that of the release)")
	flags.StringVar(&f.namespace, "namespace", "", "namespace of the Platform (default: that of the release)")
	flags.StringVar(&f.profile, "profile", "", "profile to start from: dev, test or prod (default: the one with the shortest result)")
	flags.BoolVar(&f.allowUnknown, "allow-unknown-version", false, "accept a chart version newer than the newest known, with that one's keys")
	_ = cmd.MarkFlagFilename("from-values")
	completeWith(cmd, "profile", string(v1alpha1.ProfileDev), string(v1alpha1.ProfileTest), string(v1alpha1.ProfileProd))
	return cmd
}

func (s *session) migrateTo(ctx context.Context, f *migrateFlags, args []string) error {
	target := "."
	if len(args) == 1 {
		target = args[0]
	}
	root := s.absolute(target)
	checkout, err := source.Directory(root, source.Limits{MaxFileBytes: 1 << 40, MaxTotalBytes: 1 << 50})
	if err != nil {
		return err
	}
	defer func() { _ = checkout.Close() }()
	at := place{location: root, dir: ".", prefix: s.shown(root)}
	result, err := migrate.To(ctx, migrate.ToOptions{
		FS: checkout.FS, Dir: ".", Version: f.to, AllowUnknownVersion: f.allowUnknown,
	})
	var findings *object.FindingsError
	if errors.As(err, &findings) {
		at.relocate(findings.Findings)
	}
	if err != nil {
		return err
	}
	if !f.dryRun {
		if err := writeMigrated(root, result.Files); err != nil {
			return err
		}
	}
	s.printMigrated(f, at, result)
	return nil
}

// writeMigrated writes the files, each at once, and puts those that were written
// back when one cannot be.
func writeMigrated(root string, files []migrate.File) error {
	for i, file := range files {
		err := rewrite(filepath.Join(root, filepath.FromSlash(file.Path)), file.Before, file.After)
		if err == nil {
			continue
		}
		for _, done := range files[:i] {
			err = errors.Join(err, rewrite(filepath.Join(root, filepath.FromSlash(done.Path)), done.After, done.Before))
		}
		return err
	}
	return nil
}

// rewrite replaces a file that still has the content it was read with, keeping
// its permissions.
func rewrite(path string, before, after []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	current, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if string(current) != string(before) {
		return fmt.Errorf("%s was changed meanwhile; run the command again", path)
	}
	if err := writeAtomically(path, after); err != nil {
		return err
	}
	return os.Chmod(path, info.Mode().Perm())
}

func (s *session) printMigrated(f *migrateFlags, at place, result *migrate.Result) {
	for _, c := range result.Changes {
		where := object.Position{File: c.File, Line: c.Line}
		one := []object.Finding{{Position: where}}
		at.relocate(one)
		s.printf("%s: %s\n", printable(one[0].Position.String()), printable(describeChange(c)))
	}
	at.relocate(result.Findings)
	s.printFindings(result.Findings)
	verb := "changed"
	if f.dryRun {
		verb = "would change"
	}
	s.printf("%s %d files for chart %s\n", verb, len(result.Files), f.to)
}

func describeChange(c migrate.Change) string {
	var text string
	switch {
	case c.From != "" && c.To != "" && c.From != c.To:
		text = c.From + " → " + c.To
	case c.To == "":
		text = c.From + " removed"
	default:
		text = c.To
	}
	if c.Value != nil {
		text += fmt.Sprintf(" = %v", c.Value)
	}
	return text + ": " + c.Reason
}

func (s *session) migrateFrom(ctx context.Context, f *migrateFlags) error {
	data, err := s.readFile("from-values", f.fromValues)
	if err != nil {
		return err
	}
	adoption, err := migrate.From(ctx, migrate.FromOptions{
		Data: data, File: f.fromValues, Version: f.version, Name: f.name, Namespace: f.namespace,
		Profile: v1alpha1.Profile(f.profile), AllowUnknownVersion: f.allowUnknown,
	})
	if err != nil {
		return err
	}
	s.out.Write(adoption.Platform)
	s.printFindings(adoption.Findings)
	s.printf("profile %s, %d values typed, %d raw\n", adoption.Profile, len(adoption.Typed), len(adoption.Raw))
	return nil
}
