// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/guard"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func (s *session) validateCommand() *cobra.Command {
	var f buildFlags
	var output, from string
	cmd := &cobra.Command{
		Use:   "validate [PATH|URL]",
		Short: "Say what is wrong with a directory or Git repository",
		Long: `validate builds the directory PATH (default: this one) or the Git repository URL
as generate does, and prints what it found instead of the objects.

The report goes to standard output in one of these formats:

  text    file:line:column: severity: problem; fix [code]
  json    one object with the findings
  sarif   SARIF 2.1.0, for code scanning
  github  workflow commands, which GitHub shows beside the lines

Exit status 0 says that nothing would be refused.`,
		Example: "  " + s.displayName() + " validate --strict clusters/prod\n  " +
			s.displayName() + " validate clusters/prod -o sarif > dynamo.sarif",
		Args: atMostOne,
		RunE: run(func(cmd *cobra.Command, args []string) error {
			return s.validate(cmd.Context(), &f, output, from, args)
		}),
	}
	f.register(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", formatText, "text, json, sarif or github")
	cmd.Flags().StringVar(&from, "from", "", "revision that runs now: say as well what the way from it would refuse, lose or interrupt")
	completeWith(cmd, "output", formatText, formatJSON, formatSARIF, formatGitHub)
	return cmd
}

func (s *session) validate(ctx context.Context, f *buildFlags, output, from string, args []string) error {
	if err := oneOf("output", output, formatText, formatJSON, formatSARIF, formatGitHub); err != nil {
		return err
	}
	f.fromTop = output == formatSARIF || output == formatGitHub
	if from != "" {
		f.inspect = func(ctx context.Context, b *built) error { return s.guardFrom(ctx, f, from, b) }
	}
	b, err := s.buildFrom(ctx, f, args)
	if err != nil {
		return err
	}
	s.refused = b.plan == nil
	if output != formatText {
		s.printFindings(b.findings)
	}
	switch output {
	case formatJSON:
		err = s.reportJSON(b)
	case formatSARIF:
		err = s.reportSARIF(b)
	case formatGitHub:
		s.reportGitHub(b)
	default:
		colour := s.paintFor(s.OutTerminal)
		for _, finding := range b.findings {
			fmt.Fprintln(&s.out, colour.line(finding))
		}
	}
	if err != nil {
		return err
	}
	if err := s.flush(); err != nil {
		return err
	}
	s.out.Reset()
	s.printSummary(b)
	return nil
}

// guardFrom adds what the way from an older revision of the same directory finds.
// A refusal by the guard refuses the build.
func (s *session) guardFrom(ctx context.Context, f *buildFlags, from string, b *built) error {
	at := b.at
	if !at.git {
		full := filepath.Join(at.location, filepath.FromSlash(at.dir))
		top := workTree(full)
		if top == "" {
			return fmt.Errorf("--from needs a Git work tree, and %s is in none", at.location)
		}
		at = place{location: top, dir: slashRel(top, full), git: true}
	}
	flags := f.sourceFlags
	flags.revision = from
	before := &side{at: at, revision: from}
	var err error
	if before.checkout, err = s.open(ctx, &flags, at); err != nil {
		return err
	}
	defer func() { _ = before.checkout.Close() }()
	plan, err := s.buildSide(ctx, &diffFlags{buildFlags: *f}, before, ".")
	var findings *object.FindingsError
	if errors.As(err, &findings) || err == nil && plan == nil {
		s.printf("the directory does not build at %s, so the way from there is not judged\n", printable(from))
		return nil
	}
	if err != nil {
		return err
	}
	found := guard.Check(plan, b.plan)
	b.plan.Locate(found)
	b.findings = append(b.findings, found...)
	object.SortFindings(b.findings)
	if object.HasErrors(found, f.strict) {
		b.plan = nil
	}
	return nil
}

// printSummary ends the report with a line for the reader.
func (s *session) printSummary(b *built) {
	state := "valid"
	if b.plan == nil {
		state = "refused"
	}
	if b.revision != "" {
		state += " at " + printable(b.revision)
	}
	objects := ""
	if b.plan != nil {
		objects = fmt.Sprintf(", %d objects from %d files", len(b.plan.Objects), len(b.plan.Files))
	}
	s.printf("%s: %s%s\n", state, countFindings(b.findings), objects)
}

// jsonReport is what validate -o json prints.
type jsonReport struct {
	// Valid says whether the build would succeed.
	Valid bool `json:"valid"`
	// Revision is the commit that was read, absent for a directory.
	Revision string `json:"revision,omitempty"`
	// Summary counts the findings.
	Summary tally `json:"summary"`
	// Findings are all of them, worst first.
	Findings []object.Finding `json:"findings"`
}

func (s *session) reportJSON(b *built) error {
	findings := b.findings
	if findings == nil {
		findings = []object.Finding{}
	}
	return writeJSON(&s.out, jsonReport{
		Valid: b.plan != nil, Revision: b.revision, Summary: countFindings(findings), Findings: findings,
	})
}
