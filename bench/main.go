// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Command bench measures whole processes: CPU time and peak memory of this
// program and of its peers, in one run on one machine, and prints a Markdown
// report with medians and ratios.
//
//	go run ./bench -dynamo-gitops bin/dynamo-gitops -kustomize bin/kustomize -helm bin/helm
//
// It makes its input in a temporary directory and removes it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	program, kustomize, helm, quickstart, charts, only string
	runs, largest, peerLargest                         int
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&s.program, "dynamo-gitops", "bin/dynamo-gitops", "the program to measure")
	flags.StringVar(&s.kustomize, "kustomize", "bin/kustomize", "kustomize v5.8.0 to compare with")
	flags.StringVar(&s.helm, "helm", "bin/helm", "helm v4 to compare with")
	flags.StringVar(&s.quickstart, "quickstart", "examples/quickstart", "the starter repository")
	flags.StringVar(&s.charts, "charts", "overlays/charts", "the reference charts")
	flags.StringVar(&s.only, "only", "", "one part alone: start-up, starter, rendering, adapters or pass-through")
	flags.IntVar(&s.runs, "runs", 7, "runs of each short measurement")
	flags.IntVar(&s.largest, "largest", 100_000, "most adapters")
	flags.IntVar(&s.peerLargest, "peer-largest", 10_000, "most objects given to kustomize, which takes minutes for 10,000")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "dynamo-gitops-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return s.report(ctx, dir, out)
}

func (s settings) report(ctx context.Context, dir string, out io.Writer) error {
	fmt.Fprintf(out, "## Measured\n\nMedians of CPU time (user and system) and the highest resident set of whole processes, cold start included.\n")
	for _, part := range []struct {
		name string
		run  func(context.Context, string, io.Writer) error
	}{
		{"start-up", s.startUp},
		{"starter", s.starter},
		{"rendering", s.rendering},
		{"adapters", s.adapters},
		{"pass-through", s.passThrough},
	} {
		if s.only != "" && s.only != part.name {
			continue
		}
		if err := part.run(ctx, dir, out); err != nil {
			return err
		}
	}
	return nil
}

// startUp compares what it costs to start at all.
func (s settings) startUp(ctx context.Context, dir string, out io.Writer) error {
	empty := filepath.Join(dir, "empty")
	if err := buildEmpty(ctx, dir, empty); err != nil {
		return err
	}
	table := newTable(out, "Start-up", "process", "CPU", "memory")
	for _, c := range []struct {
		name string
		argv []string
	}{
		{"an empty Go program", []string{empty}},
		{"`dynamo-gitops version`", []string{s.program, "version"}},
		{"`kustomize version`", []string{s.kustomize, "version"}},
		{"`helm version`", []string{s.helm, "version"}},
	} {
		cost, err := measure(ctx, s.runs*3, c.argv...)
		if err != nil {
			return err
		}
		table.row(c.name, cost.cpuText(), cost.memoryText())
	}
	return nil
}

// starter measures the main job on the starter repository.
func (s settings) starter(ctx context.Context, _ string, out io.Writer) error {
	table := newTable(out, "The starter repository", "process", "CPU", "memory")
	for _, environment := range []string{"dev", "test", "prod"} {
		target := filepath.Join(s.quickstart, "clusters", environment)
		for _, argv := range [][]string{{s.program, "generate", "--path", "clusters/" + environment, s.quickstart}, {s.kustomize, "build", target}} {
			cost, err := measure(ctx, s.runs, argv...)
			if err != nil {
				return err
			}
			table.row("`"+filepath.Base(argv[0])+" "+argv[1]+"` of clusters/"+environment, cost.cpuText(), cost.memoryText())
		}
	}
	return nil
}

// adapters shows how the cost grows with the number of adapters, and compares
// with kustomize on the same DynamoModels as plain YAML.
func (s settings) adapters(ctx context.Context, dir string, out io.Writer) error {
	table := newTable(out, "Adapters: one Platform, Models in 200 files",
		"adapters", "dynamo-gitops CPU", "memory", "per adapter", "`kustomize build` of the same DynamoModels", "ratio")
	for count := 100; count <= s.largest; count *= 10 {
		models, plain := filepath.Join(dir, fmt.Sprint("models", count)), filepath.Join(dir, fmt.Sprint("plain", count))
		if err := errors.Join(writeModels(models, count), writeDynamoModels(plain, count, false)); err != nil {
			return err
		}
		ours, err := measure(ctx, s.runsFor(count), s.program, "generate", models)
		if err != nil {
			return err
		}
		row := []string{fmt.Sprint(count), ours.cpuText(), ours.memoryText(), fmt.Sprintf("%.1f µs", ours.cpu.Seconds()*1e6/float64(count))}
		table.row(append(row, s.peer(ctx, count, plain, ours)...)...)
	}
	return nil
}

// passThrough compares manifests that are handed on unchanged, plain and
// through a kustomization with an overlay.
func (s settings) passThrough(ctx context.Context, dir string, out io.Writer) error {
	table := newTable(out, "Manifests that pass through, in 200 files",
		"objects", "form", "dynamo-gitops CPU", "memory", "`kustomize build`", "ratio")
	for _, count := range []int{1_000, 10_000} {
		for _, overlaid := range []bool{false, true} {
			form, source := "a directory", filepath.Join(dir, fmt.Sprint("pass", count, overlaid))
			if err := writeDynamoModels(source, count, overlaid); err != nil {
				return err
			}
			target := source
			if overlaid {
				form, target = "an overlay with namespace, labels and a patch", filepath.Join(source, "overlay")
			}
			argv := []string{s.program, "generate", source}
			if overlaid {
				argv = []string{s.program, "generate", "--path", "overlay", source}
			} else {
				// Without its kustomization the directory is taken as a whole.
				if err := os.Rename(filepath.Join(source, "kustomization.yaml"), filepath.Join(dir, "kustomization.yaml")); err != nil {
					return err
				}
			}
			ours, err := measure(ctx, s.runsFor(count), argv...)
			if err != nil {
				return err
			}
			if !overlaid {
				if err := os.Rename(filepath.Join(dir, "kustomization.yaml"), filepath.Join(source, "kustomization.yaml")); err != nil {
					return err
				}
			}
			row := []string{fmt.Sprint(count), form, ours.cpuText(), ours.memoryText()}
			table.row(append(row, s.peer(ctx, count, target, ours)...)...)
		}
	}
	return nil
}

// peer measures kustomize once (it takes minutes) and returns its time and the
// ratio of ours to it.
func (s settings) peer(ctx context.Context, count int, target string, ours cost) []string {
	if count > s.peerLargest {
		return []string{"not measured", ""}
	}
	theirs, err := measure(ctx, 1, s.kustomize, "build", target)
	if err != nil {
		return []string{err.Error(), ""}
	}
	return []string{theirs.cpuText(), fmt.Sprintf("1/%.0f", theirs.cpu.Seconds()/ours.cpu.Seconds())}
}

func (s settings) runsFor(count int) int {
	if count >= 100_000 {
		return min(s.runs, 3)
	}
	return s.runs
}
