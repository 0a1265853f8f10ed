// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

const (
	defaultName = "dynamo-gitops"

	// maxPrinted is how many findings standard error shows.
	maxPrinted = 50
)

// session is one execution.
type session struct {
	Options
	pipeline func(context.Context, pipeline.Options) (*pipeline.Plan, error)
	noColor  bool
	// out collects standard output until the command has succeeded.
	out bytes.Buffer
	// outcome is what flush leaves for the exit status.
	refused bool
}

// displayName is how the user calls the program.
func (s *session) displayName() string {
	name := strings.TrimSuffix(s.Name, ".exe")
	for _, host := range []string{"flux", "kubectl"} {
		if plugin, ok := strings.CutPrefix(name, host+"-"); ok && plugin != "" {
			return host + " " + plugin
		}
	}
	return name
}

func (s *session) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   strings.ReplaceAll(s.Name, " ", "-"),
		Short: "NVIDIA Dynamo on Kubernetes, from Git",
		Long: `dynamo-gitops turns a short description in Git into the Flux HelmReleases and
DynamoModels that deploy NVIDIA Dynamo, and refuses what would break.

Objects go to standard output, everything else to standard error.
Exit status: 0 done, 1 refused or failed, 2 wrong usage.`,
		Example:       "  " + s.displayName() + " init my-platform\n  " + s.displayName() + " generate my-platform/clusters/dev",
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: s.displayName()},
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	root.SetIn(s.In)
	root.SetOut(&s.out)
	root.SetErr(s.Err)
	root.PersistentFlags().BoolVar(&s.noColor, "no-color", false, "no colour, even on a terminal (as the variable NO_COLOR)")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("see "+cmd.CommandPath()+" --help", "%v", err)
	})
	root.AddCommand(
		s.initCommand(), s.generateCommand(), s.validateCommand(),
		s.diffCommand(), s.migrateCommand(), s.lockCommand(), s.cacheCommand(), s.hookCommand(), s.cmpCommand(), s.schemaCommand(), s.codesCommand(), s.versionCommand(),
	)
	return root
}

func unknownCommand(root *cobra.Command, name string) error {
	fix := "see " + root.CommandPath() + " --help"
	if near := root.SuggestionsFor(name); len(near) > 0 {
		fix = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return usage(fix, "there is no command %q", name)
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage("see "+cmd.CommandPath()+" --help", "%s takes no argument, but %q is given", cmd.CommandPath(), args[0])
}

func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) <= 1 {
		return nil
	}
	return usage("see "+cmd.CommandPath()+" --help",
		"%s takes one argument at most, but %d are given", cmd.CommandPath(), len(args))
}

// flush writes standard output, once.
func (s *session) flush() error {
	if s.out.Len() == 0 {
		return nil
	}
	if _, err := s.Out.Write(s.out.Bytes()); err != nil {
		return &failure{fmt.Errorf("write to standard output: %w", err)}
	}
	return nil
}

// report says on standard error what went wrong and returns the exit status.
func (s *session) report(err error) int {
	if err == nil {
		if s.refused {
			return ExitRefused
		}
		return ExitOK
	}
	if errors.Is(err, refused{}) {
		return ExitRefused
	}
	var findings *object.FindingsError
	if errors.As(err, &findings) && len(findings.Findings) > 0 {
		s.printFindings(findings.Findings)
		s.printf("refused: %s\n", countFindings(findings.Findings))
		return ExitRefused
	}
	var done *failure
	if errors.As(err, &done) {
		s.printf("%serror: %s\n", s.file(done.error), s.explain(done.error))
		return ExitRefused
	}
	var wrong *usageError
	if !errors.As(err, &wrong) { // an error of cobra's own
		err = usage("see "+s.displayName()+" --help", "%s", strings.TrimRight(oneLine(err.Error()), "."))
	}
	s.printf("error: %s\n", oneLine(err.Error()))
	return ExitUsage
}

// file returns "file: " for an error about one file of a local directory.
func (s *session) file(err error) string {
	var e *source.Error
	if !errors.As(err, &e) || e.Path == "" || source.IsGitURL(e.URL) {
		return ""
	}
	return printable(path.Join(s.shown(e.URL), e.Path)) + ": "
}

// explain puts an error on one line, and names the flag where one helps.
func (s *session) explain(err error) string {
	text := oneLine(err.Error())
	var e *source.Error
	if errors.As(err, &e) && !source.IsGitURL(e.URL) { // a directory: as the user would write it
		shown := *e
		shown.URL, shown.Path = cmp.Or(s.shown(e.URL), "."), ""
		if e.Path != "" { // the line begins with the file
			shown.URL = ""
		}
		text = oneLine(shown.Error())
	}
	switch {
	case errors.As(err, &e) && errors.Is(e, source.ErrTooLarge):
		if flag := limitFlag(e.Limit); flag != "" {
			text += " (--" + flag + ")"
		}
	case errors.As(err, &e) && errors.Is(e, source.ErrUnauthorized) && source.IsGitURL(e.URL):
		text += " (token: " + tokenVariable + " or --token-file)"
	case errors.As(err, &e) && errors.Is(e, context.DeadlineExceeded):
		text += " (--timeout)"
	case errors.Is(err, context.DeadlineExceeded):
		text = "the work was not done in the time allowed; raise --timeout"
	case errors.Is(err, context.Canceled):
		text = "interrupted; nothing was written"
	}
	return text
}

// printf writes prose. That standard error cannot be written to is nothing that
// could be told anybody.
func (s *session) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(s.Err, format, args...)
}
