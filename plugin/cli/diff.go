// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/diff"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

const formatMarkdown = "markdown"

// diffFlags are the flags of diff.
type diffFlags struct {
	buildFlags
	chartFlags
	from, to, output string
	paths            []string
	render           bool
}

func (s *session) diffCommand() *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use:   "diff [PATH|URL] --from REV [--to REV] | diff DIR DIR",
		Short: "Show what a change does to each environment",
		Long: `diff builds every environment of two revisions, or of a revision and the working
tree, or of two directories, and shows what differs: values of the releases,
objects and, with --render, what the charts make of them; grouped by what it does
in a cluster, worst first. The upgrade guard says what would be refused, lost or
interrupted on the way.

An environment that is built from the same files on both sides is not built. One
that does not build on a side cannot be compared: the report says why, and shows
the others.

Environments are the directories that --environments matches, or else the Kustomize
directories that no other one refers to.

Exit status 0 says that nothing is refused and everything could be compared, also
where something differs.`,
		Example: "  " + s.displayName() + " diff --from main\n  " +
			s.displayName() + " diff https://git.example.com/platform.git --from v1.4.0 --to main --render -o markdown",
		Args: cobra.ArbitraryArgs,
		RunE: run(func(cmd *cobra.Command, args []string) error {
			return s.diff(cmd.Context(), &f, args)
		}),
	}
	f.buildFlags.register(cmd)
	f.chartFlags.register(cmd)
	flags := cmd.Flags()
	_ = flags.MarkHidden("revision")
	_ = flags.MarkHidden("path")
	flags.StringVar(&f.from, "from", "", "revision to compare with: branch, tag, version range or commit")
	flags.StringVar(&f.to, "to", "", "revision to look at (default: the working tree)")
	flags.StringSliceVar(&f.paths, "environments", nil, "directories to build, such as clusters/*; may be given several times")
	flags.BoolVar(&f.render, "render", false, "compare what the charts render as well")
	flags.StringVarP(&f.output, "output", "o", formatText, "text, markdown or json")
	completeWith(cmd, "output", formatText, formatMarkdown, formatJSON)
	return cmd
}

func (s *session) diff(ctx context.Context, f *diffFlags, args []string) error {
	if err := oneOf("output", f.output, formatText, formatMarkdown, formatJSON); err != nil {
		return err
	}
	if err := kubeVersion(f.kubeVersion); err != nil {
		return err
	}
	if f.path != "" {
		f.paths = append(f.paths, f.path)
	}
	before, after, err := s.sides(f, args)
	if err != nil {
		return err
	}
	charts, err := s.diffCharts(f)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	for _, side := range []*side{before, after} {
		if err := s.openSide(ctx, f, side); err != nil {
			return err
		}
		defer func() { _ = side.checkout.Close() }()
	}
	compared, err := s.buildSides(ctx, f, charts, before, after)
	if err != nil {
		return err
	}
	report, err := diff.Compare(ctx, compared, diff.Options{})
	if err != nil {
		return err
	}
	placeGuard(report, compared, after.at)
	if err := s.writeDiff(f, report); err != nil {
		return err
	}
	s.refused = report.HasErrors(f.strict)
	return nil
}

// side is one of the two states that are compared.
type side struct {
	at       place
	revision string
	checkout *source.Checkout
}

// sides finds out what is compared.
func (s *session) sides(f *diffFlags, args []string) (before, after *side, err error) {
	switch {
	case len(args) > 2:
		return nil, nil, usage("see diff --help", "diff takes two directories at most, but %d are given", len(args))
	case len(args) == 2 && (f.from != "" || f.to != ""):
		return nil, nil, usage("name one directory, or drop --from and --to", "two directories are compared as they are")
	case len(args) == 2:
		return s.directorySide(args[0]), s.directorySide(args[1]), nil
	case f.from == "":
		return nil, nil, usage("add --from REV, such as --from main, or name two directories", "there is nothing to compare with")
	}
	target := "."
	if len(args) == 1 {
		target = args[0]
	}
	if err := f.check(target); err != nil {
		return nil, nil, err
	}
	if source.IsGitURL(target) {
		if f.to == "" {
			return nil, nil, usage("add --to REV", "a URL has no working tree to compare with")
		}
		at := place{location: target, dir: ".", git: true}
		return &side{at: at, revision: f.from}, &side{at: at, revision: f.to}, nil
	}
	full := s.absolute(target)
	top := workTree(full)
	if top == "" {
		return nil, nil, &failure{fmt.Errorf("%s is in no Git work tree; name two directories, or a repository", target)}
	}
	at := place{location: top, dir: slashRel(top, full), prefix: s.shown(top)}
	committed := at
	committed.git = true
	before = &side{at: committed, revision: f.from}
	if f.to == "" {
		return before, &side{at: at}, nil
	}
	return before, &side{at: committed, revision: f.to}, nil
}

func (s *session) directorySide(dir string) *side {
	full := s.absolute(dir)
	ceiling, home := s.ceiling(full)
	root := enclosing(full, ceiling, home)
	return &side{at: place{location: root, dir: slashRel(root, full), prefix: s.shown(root)}}
}

func (s *session) openSide(ctx context.Context, f *diffFlags, one *side) error {
	flags := f.sourceFlags
	flags.revision = one.revision
	var err error
	one.checkout, err = s.open(ctx, &flags, one.at)
	return err
}

// buildSides builds every environment that differs in a file on both sides. One
// that is refused on a side is kept with what is wrong with it.
func (s *session) buildSides(ctx context.Context, f *diffFlags, charts *diffCharts, before, after *side) ([]diff.Environment, error) {
	names := map[string]bool{}
	for _, one := range []*side{before, after} {
		dirs, err := environments(ctx, one.checkout.FS, one.at.dir, f.paths)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, dir := range dirs {
			names[one.name(dir)] = true
		}
	}
	if len(names) == 0 {
		return nil, errors.New("no environment was found; name them by --environments clusters/*")
	}
	var all []diff.Environment
	for _, name := range sortedKeys(names) {
		one, err := s.buildPair(ctx, f, charts, before, after, name)
		if err != nil {
			return nil, err
		}
		if one.Before != nil || one.After != nil || len(one.Broken) > 0 {
			all = append(all, one)
		}
	}
	return all, nil
}

// buildPair builds one environment on both sides; neither, if no change
// reaches it.
func (s *session) buildPair(ctx context.Context, f *diffFlags, charts *diffCharts, before, after *side, name string) (diff.Environment, error) {
	one := diff.Environment{Name: name}
	var err error
	if one.ChartsBefore, err = charts.of(before, name); err != nil {
		return one, err
	}
	if one.ChartsAfter, err = charts.of(after, name); err != nil {
		return one, err
	}
	if before.at.dir == after.at.dir && one.ChartsBefore.ID == one.ChartsAfter.ID &&
		sameSources(ctx, before.checkout.FS, after.checkout.FS, path.Join(after.at.dir, name)) {
		one.Before = &pipeline.Plan{} // stands for both sides
		one.After = one.Before
		return one, nil
	}
	if one.Before, err = s.buildOrKeep(ctx, f, before, &one, diff.Older); err != nil {
		return one, err
	}
	one.After, err = s.buildOrKeep(ctx, f, after, &one, diff.Newer)
	return one, err
}

// buildOrKeep builds a side, and keeps in the environment why it is refused.
func (s *session) buildOrKeep(ctx context.Context, f *diffFlags, from *side, one *diff.Environment, which diff.SideName) (*pipeline.Plan, error) {
	plan, err := s.buildSide(ctx, f, from, one.Name)
	var refused *object.FindingsError
	if !errors.As(err, &refused) {
		return plan, err
	}
	from.at.relocate(refused.Findings)
	one.Broken = append(one.Broken, diff.BrokenSide{Side: which, Revision: from.describe(), Findings: refused.Findings})
	return nil, nil //nolint:nilnil // the environment says why there is no plan
}

// name is an environment's directory below what is compared.
func (one *side) name(dir string) string {
	rel, err := filepath.Rel(one.at.dir, dir)
	if err != nil {
		return dir
	}
	return filepath.ToSlash(rel)
}

func (one *side) describe() string {
	if one.revision == "" {
		return one.at.location
	}
	return one.revision
}

func (s *session) buildSide(ctx context.Context, f *diffFlags, one *side, name string) (*pipeline.Plan, error) {
	dir := path.Join(one.at.dir, name)
	if info, statErr := fs.Stat(one.checkout.FS, dir); errors.Is(statErr, fs.ErrNotExist) || statErr == nil && !info.IsDir() {
		return nil, nil //nolint:nilnil // an environment that is not there is no plan
	}
	return s.pipeline(ctx, pipeline.Options{
		FS: one.checkout.FS, Dir: dir, Revision: one.checkout.Revision.String(),
		AllowUnknownVersion: f.allowUnknownVersion, KubeVersion: f.kubeVersion,
	})
}

// placeGuard moves the guard's findings to the lines of their fields.
func placeGuard(report *diff.Report, compared []diff.Environment, at place) {
	for i := range report.Environments {
		one := &report.Environments[i]
		at := slices.IndexFunc(compared, func(e diff.Environment) bool { return e.Name == one.Name })
		if at >= 0 && compared[at].After != nil {
			compared[at].After.Locate(one.Guard)
		}
	}
	for i := range report.Environments {
		at.relocate(report.Environments[i].Guard)
	}
}

func (s *session) writeDiff(f *diffFlags, report *diff.Report) error {
	switch f.output {
	case formatJSON:
		return diff.WriteJSON(&s.out, report)
	case formatMarkdown:
		return diff.WriteMarkdown(&s.out, report, diff.MarkdownLimit)
	default:
		return diff.WriteText(&s.out, report, bool(s.paintFor(s.OutTerminal)))
	}
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
