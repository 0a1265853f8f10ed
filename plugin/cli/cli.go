// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package cli is the command line of dynamo-gitops.
//
// New builds the commands; nothing is read from the process itself: streams,
// environment, working directory and build facts arrive in Options, so the whole
// command line runs in a test. Execute never calls os.Exit, it returns the exit
// status:
//
//	0  done
//	1  the input was refused, or the work failed
//	2  the command was used wrongly
//
// Objects and reports go to standard output, in one write after everything has
// succeeded; prose goes to standard error. A command that fails writes no
// objects. No secret is taken from the arguments, and none is printed.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// The exit statuses of Execute.
const (
	// ExitOK says that everything went well.
	ExitOK = 0
	// ExitRefused says that the input was refused or the work failed.
	ExitRefused = 1
	// ExitUsage says that a flag or an argument is wrong; nothing was done.
	ExitUsage = 2
)

// Options are what the commands need from the process.
type Options struct {
	// Name is the name of the executable, without directory. "flux-dynamo" and
	// "kubectl-dynamo" make the usage say "flux dynamo" and "kubectl dynamo".
	// Default: "dynamo-gitops".
	Name string
	// In is what a hook reads. Default: nothing.
	In io.Reader
	// Out receives objects and reports, Err receives prose. Required.
	Out, Err io.Writer
	// OutTerminal and ErrTerminal say whether the streams are terminals; colour
	// and progress are only for those.
	OutTerminal, ErrTerminal bool
	// Getenv looks up an environment variable. Default: none is set.
	Getenv func(string) string
	// Environ lists the environment as NAME=VALUE, for the Argo CD plugin, which
	// refuses variables that it does not know. Default: empty.
	Environ []string
	// Dir is the absolute working directory, from which relative paths count.
	// Required.
	Dir string
	// Build says what this program was built from.
	Build BuildInfo
	// Charts fetches and renders charts; nil in a program without Helm.
	Charts ChartEngine
	// Handover replaces this process by the program that has Charts, with the
	// same arguments; it returns only when that fails. Used where Charts is nil.
	Handover func() error
}

// CLI is the command line. A CLI may be executed several times, one after
// the other.
type CLI struct {
	options Options
	build   func(context.Context, pipeline.Options) (*pipeline.Plan, error)
}

// New returns the command line.
func New(o Options) *CLI {
	if o.Name == "" {
		o.Name = defaultName
	}
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if o.In == nil {
		o.In = strings.NewReader("")
	}
	return &CLI{options: o, build: pipeline.Build}
}

// Execute runs the command that args (without the program's name) ask for and
// returns the exit status. Cancelling ctx stops it; nothing is left behind then.
func (c *CLI) Execute(ctx context.Context, args []string) int {
	s := &session{Options: c.options, pipeline: c.build}
	root := s.rootCommand() //nolint:contextcheck // a command's context is the one it is executed with
	root.SetArgs(append([]string{}, args...))
	err := recovered(func() error { return root.ExecuteContext(ctx) })
	if err == nil {
		err = s.flush()
	}
	return s.report(err)
}

// Command returns the tree of commands for tools that document it. It is not
// meant to be executed.
func (c *CLI) Command() *cobra.Command {
	s := &session{Options: c.options, pipeline: c.build}
	root := s.rootCommand()
	root.InitDefaultCompletionCmd()
	return root
}

// recovered turns a panic into an error: a defect in here or in a dependency must
// look like a failure to whoever reads the exit status, and not write objects.
func recovered(run func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &failure{fmt.Errorf("internal error: %v; please report it with the command you ran", r)}
		}
	}()
	return run()
}

// failure marks an error of a command that was used rightly.
type failure struct{ error }

func (f *failure) Unwrap() error { return f.error }

// refused is returned when everything that there is to say has been said.
type refused struct{}

func (refused) Error() string { return "refused" }

// usageError is a wrong flag or argument that the command itself found.
type usageError struct{ problem, fix string }

func (e *usageError) Error() string {
	if e.fix == "" {
		return e.problem
	}
	return e.problem + "; " + e.fix
}

func usage(fix, format string, args ...any) error {
	return &usageError{problem: fmt.Sprintf(format, args...), fix: fix}
}

// run adapts a command's function. Whatever it returns is a failure unless it
// says that it was used wrongly; errors from cobra itself are wrong usage.
func run(f func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := f(cmd, args)
		var wrong *usageError
		if err == nil || errors.As(err, &wrong) {
			return err
		}
		return &failure{err}
	}
}

// oneLine keeps an error on one line.
func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}
