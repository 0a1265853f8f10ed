// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// cost is what a process used.
type cost struct {
	cpu    time.Duration
	memory int64 // bytes, the highest resident set
}

func (c cost) cpuText() string    { return fmt.Sprintf("%.3f s", c.cpu.Seconds()) }
func (c cost) memoryText() string { return fmt.Sprintf("%d MiB", c.memory>>20) }

// measure runs a command several times and returns the median CPU time and the
// highest memory. The output of the command is thrown away.
func measure(ctx context.Context, runs int, argv ...string) (cost, error) {
	var times []time.Duration
	var result cost
	for range runs {
		one, err := measureOnce(ctx, argv)
		if err != nil {
			return cost{}, err
		}
		times = append(times, one.cpu)
		result.memory = max(result.memory, one.memory)
	}
	slices.Sort(times)
	result.cpu = times[len(times)/2]
	return result, nil
}

func measureOnce(ctx context.Context, argv []string) (cost, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &stderr
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, stderr.String())
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return cost{}, fmt.Errorf("%s: no resource usage on this system", argv[0])
	}
	return cost{
		cpu:    cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		memory: usage.Maxrss << 10,
	}, nil
}

// buildEmpty compiles a Go program that does nothing.
func buildEmpty(ctx context.Context, dir, binary string) error {
	source := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, source).CombinedOutput()
	if err != nil {
		return fmt.Errorf("build the empty program: %w: %s", err, out)
	}
	return nil
}

// table prints Markdown.
type table struct{ out io.Writer }

func newTable(out io.Writer, title string, columns ...string) table {
	t := table{out}
	fmt.Fprintf(out, "\n### %s\n\n", title)
	t.row(columns...)
	t.row(slices.Repeat([]string{"---"}, len(columns))...)
	return t
}

func (t table) row(cells ...string) {
	fmt.Fprintf(t.out, "| %s |\n", strings.Join(cells, " | "))
}
