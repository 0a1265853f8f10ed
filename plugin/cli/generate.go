// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"path"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// generateFlags are the flags of generate.
type generateFlags struct {
	buildFlags
	chartFlags
	output, dir string
	// environments are patterns of directories to generate in one call.
	environments []string
	render       bool
	force        bool
	origin       bool
}

func (s *session) generateCommand() *cobra.Command {
	var f generateFlags
	cmd := &cobra.Command{
		Use:   "generate [PATH|URL]",
		Short: "Print the objects that a directory or Git repository describes",
		Long: `generate prints the Flux objects, DynamoModels and everything else that belongs
to the directory PATH (default: this one) or to the Git repository URL, in the
order in which they are applied. The same input gives the same bytes.

With --environments it generates many directories in one call, each into a
directory of its own below --output-dir, reading each chart once.

Nothing is printed or written when anything is refused.`,
		Example: "  " + s.displayName() + ` generate clusters/prod
  ` + s.displayName() + ` generate https://git.example.com/platform.git --revision v1.4.0 --path clusters/prod
  ` + s.displayName() + ` generate clusters/prod --output-dir rendered/prod
  ` + s.displayName() + ` generate --environments 'clusters/*' --render --output-dir rendered`,
		Args: atMostOne,
		RunE: run(func(cmd *cobra.Command, args []string) error {
			return s.generate(cmd.Context(), &f, args)
		}),
	}
	f.buildFlags.register(cmd)
	f.chartFlags.register(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.render, "render", false, "print what the charts render instead of the HelmReleases")
	flags.StringVarP(&f.output, "output", "o", formatYAML, "yaml or json")
	flags.StringVar(&f.dir, "output-dir", "", "write one file per object to this directory instead of standard output")
	flags.StringSliceVar(&f.environments, "environments", nil, "directories to generate, such as 'clusters/*', each below --output-dir")
	flags.BoolVar(&f.force, "force", false, "let --output-dir write into a directory that holds other files")
	flags.BoolVar(&f.origin, "show-origin", false, "tell on standard error where each release value comes from")
	completeWith(cmd, "output", formatYAML, formatJSON)
	_ = cmd.MarkFlagDirname("output-dir")
	return cmd
}

func (s *session) generate(ctx context.Context, f *generateFlags, args []string) error {
	if err := oneOf("output", f.output, formatYAML, formatJSON); err != nil {
		return err
	}
	if f.force && f.dir == "" {
		return usage("drop it, or add --output-dir", "--force is of use with --output-dir only")
	}
	var engine ChartEngine
	if f.render {
		var err error
		if engine, err = s.charts(); err != nil {
			return err
		}
	}
	if len(f.environments) > 0 {
		return s.generateEach(ctx, f, engine, args)
	}
	b, err := s.buildFrom(ctx, &f.buildFlags, args)
	if err != nil {
		return err
	}
	if b.plan == nil {
		return &object.FindingsError{Findings: b.findings}
	}
	objects := b.plan.Objects
	if f.render {
		if objects, err = s.inflate(ctx, engine, f, b); err != nil {
			return err
		}
	}
	if err := s.emit(ctx, f, objects); err != nil {
		return err
	}
	s.printFindings(b.findings)
	if f.origin {
		s.printOrigins(b)
	}
	return nil
}

// inflate renders the releases, within the time that the command has.
func (s *session) inflate(ctx context.Context, engine ChartEngine, f *generateFlags, b *built) ([]object.Object, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	settings, err := s.settings(&f.chartFlags, b)
	if err != nil {
		return nil, err
	}
	settings.KubeVersion = f.kubeVersion
	objects, found, err := engine.Inflate(ctx, b.plan, settings)
	var findings *object.FindingsError
	if errors.As(err, &findings) {
		b.at.relocate(findings.Findings)
	}
	if err != nil {
		return nil, err
	}
	b.at.relocate(found)
	b.findings = append(b.findings, found...)
	object.SortFindings(b.findings)
	if f.strict && object.HasErrors(found, true) {
		return nil, &object.FindingsError{Findings: b.findings}
	}
	return objects, nil
}

// emit puts the objects where the flags say.
func (s *session) emit(ctx context.Context, f *generateFlags, objects []object.Object) error {
	if f.dir == "" {
		if f.output == formatJSON {
			return object.WriteJSON(&s.out, objects)
		}
		return object.WriteYAML(&s.out, objects)
	}
	files, err := objectFiles(objects, encoder{format: f.output})
	if err != nil {
		return err
	}
	if err := (outputDir{path: s.absolute(f.dir), force: f.force}).replace(ctx, files); err != nil {
		return err
	}
	s.printf("wrote %d files to %s\n", len(files), f.dir)
	return nil
}

// printOrigins shows which layer wrote each value of each release.
func (s *session) printOrigins(b *built) {
	for _, p := range b.plan.Platforms {
		where := p.Source.Position
		where.File = path.Join(b.at.prefix, where.File)
		s.printf("\n%s: values of release %s/%s, chart %s\n",
			printable(where.String()), p.Release.Namespace, p.Release.Name, p.Version)
		table := tabwriter.NewWriter(s.Err, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "  VALUE\tORIGIN")
		for _, o := range p.Origins {
			_, _ = fmt.Fprintf(table, "  %s\t%s\n", printable(o.Path), o.Layer)
		}
		_ = table.Flush()
	}
}
