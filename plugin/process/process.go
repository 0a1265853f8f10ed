// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package process runs the command line as a process: streams, signals, working
// directory and environment, and the hand-over between the two programs.
package process

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"

	"golang.org/x/term"

	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

// ChartsProgram is the program with Helm in it. It stands beside dynamo-gitops.
const ChartsProgram = "dynamo-gitops-charts"

// The garbage collection of a process that renders: none while the heap stays
// below renderHeap bytes, which is enough for one environment; from then on the
// heap may grow to renderGCPercent of what is live.
const (
	renderHeap      = 128 << 20
	renderGCPercent = 400
)

// nameVariable tells the other program how the user called this one.
const nameVariable = "DYNAMO_GITOPS_PROGRAM_NAME"

// Run executes the command line of this process and returns its exit status.
// Signals and the end of ctx stop it.
// With charts nil, commands that need Helm replace this process by ChartsProgram.
func Run(ctx context.Context, build cli.BuildInfo, charts cli.ChartEngine) int {
	// A reader that goes away must be an error and an exit status, not a signal.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the process at once
	if charts != nil {
		prepareHelm()
	}
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: the working directory cannot be found: %v\n", err)
		return cli.ExitRefused
	}
	name := filepath.Base(os.Args[0])
	if given := os.Getenv(nameVariable); given != "" && charts != nil {
		name = given
	}
	return cli.New(cli.Options{
		Name: name,
		In:   os.Stdin,
		Out:  os.Stdout, Err: os.Stderr,
		OutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		Getenv:      os.Getenv,
		Environ:     os.Environ(),
		Dir:         dir,
		Build:       build,
		Charts:      charts,
		Handover:    func() error { return handover(name) },
	}).Execute(ctx, os.Args[1:])
}

// prepareHelm makes the process fit for rendering. Helm writes warnings to the
// standard logger, and may quote values in them; findings say the same without.
func prepareHelm() {
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		delayGC()
	}
}

// delayGC puts off the first collection. Rendering makes much short-lived
// garbage, and most processes end before it is worth the time to look for it.
func delayGC() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(renderHeap)
	// The first collection finds that nothing refers to the mark.
	runtime.AddCleanup(new([16]byte), func(struct{}) {
		debug.SetMemoryLimit(math.MaxInt64)
		debug.SetGCPercent(renderGCPercent)
	}, struct{}{})
}

// handover replaces this process by ChartsProgram, the one beside this program
// or else the one on the PATH. It returns only when there is none.
func handover(name string) error {
	program, err := chartsProgram()
	if err != nil {
		return fmt.Errorf("rendering charts needs the program %s, which is neither beside this one nor on the PATH; "+
			"install both: make build, or go install ./plugin/...", ChartsProgram)
	}
	environment := append(os.Environ(), nameVariable+"="+name)
	err = syscall.Exec(program, append([]string{program}, os.Args[1:]...), environment) //nolint:gosec // our own program
	return fmt.Errorf("%s does not start: %w", program, err)
}

// chartsProgram finds the program: first beside this one, then on the PATH.
func chartsProgram() (string, error) {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	if self, err := os.Executable(); err == nil {
		if self, err = filepath.EvalSymlinks(self); err == nil {
			dirs = append([]string{filepath.Dir(self)}, dirs...)
		}
	}
	for _, dir := range dirs {
		program := filepath.Join(dir, ChartsProgram)
		info, err := os.Stat(program)
		if err == nil && filepath.IsAbs(program) && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return program, nil
		}
	}
	return "", os.ErrNotExist
}
