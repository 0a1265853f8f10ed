// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Command dynamo-gitops turns a description of NVIDIA Dynamo in Git into Flux
// HelmReleases and DynamoModels, and refuses what would break. Installed as
// flux-dynamo or kubectl-dynamo it is a plugin of those programs.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/term"

	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

// Set by the linker: -ldflags "-X main.version=v1.2.3 -X main.commit=4f1c…".
//
//nolint:gochecknoglobals // the linker can set package variables only
var version, commit string

func main() {
	os.Exit(run())
}

func run() int {
	// A reader that goes away must be an error and an exit status, not a signal.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the process at once
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: the working directory cannot be found: %v\n", err)
		return cli.ExitRefused
	}
	return cli.New(cli.Options{
		Name: filepath.Base(os.Args[0]),
		Out:  os.Stdout, Err: os.Stderr,
		OutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		Getenv:      os.Getenv,
		Dir:         dir,
		Build:       cli.ReadBuildInfo(version, commit),
	}).Execute(ctx, os.Args[1:])
}
