// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Command planebuild builds what is missing of the test plane's programs: with
// the argument "testplane" Kubernetes, etcd and KWOK, with "peers" the Flux
// controllers.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/binaries"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "planebuild:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("say what to build: testplane or peers")
	}
	for _, arg := range args {
		var err error
		switch arg {
		case "testplane":
			err = binaries.EnsurePlane(ctx, os.Stderr)
		case "peers":
			err = binaries.EnsurePeers(ctx, os.Stderr)
		default:
			err = fmt.Errorf("there is no %q to build; it is testplane or peers", arg)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
