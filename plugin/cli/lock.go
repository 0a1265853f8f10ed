// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/lock"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// lockFlags are the flags of lock.
type lockFlags struct {
	buildFlags
	chartFlags
	file string
}

func (s *session) lockCommand() *cobra.Command {
	var f lockFlags
	cmd := &cobra.Command{
		Use:   "lock [PATH...]",
		Short: "Pin the digests of the charts that directories use",
		Long: `lock asks the chart repositories of every Platform below the given directories
(default: this one) for the charts and writes their digests to dynamo.lock. From
then on every command that renders takes these archives and no others.

What the file says about other charts stays.`,
		Example: "  " + s.displayName() + " lock clusters/dev clusters/prod",
		RunE: run(func(cmd *cobra.Command, args []string) error {
			return s.lock(cmd.Context(), &f, args)
		}),
	}
	f.buildFlags.register(cmd)
	f.registerSource(cmd)
	cmd.Flags().StringVar(&f.file, "lock-file", "", "file to write (default: the nearest dynamo.lock above, else one at the top of the work tree)")
	return cmd
}

func (s *session) lock(ctx context.Context, f *lockFlags, args []string) error {
	engine, err := s.charts()
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"."}
	}
	if f.revision != "" {
		return usage("lock the working tree and commit the file", "--revision is of no use with lock")
	}
	settings, err := s.settings(&f.chartFlags, nil)
	if err != nil {
		return err
	}
	file := s.lockFile(f, args[0])
	locked, before, err := readLock(file)
	if err != nil {
		return err
	}
	for _, arg := range args {
		if err := s.lockDirectory(ctx, engine, settings, f, arg, locked); err != nil {
			return err
		}
	}
	data, err := lock.Write(locked)
	if err != nil {
		return err
	}
	if bytes.Equal(data, before) {
		s.printf("%s is current: %d charts\n", s.shown(file), len(locked.Charts))
		return nil
	}
	if err := writeAtomically(file, data); err != nil {
		return err
	}
	s.printf("wrote %s: %d charts\n", s.shown(file), len(locked.Charts))
	return nil
}

// lockDirectory adds the charts of one directory to the lock.
func (s *session) lockDirectory(ctx context.Context, engine ChartEngine, settings ChartSettings, f *lockFlags, arg string, locked *lock.Lock) error {
	b, err := s.buildFrom(ctx, &f.buildFlags, []string{arg})
	if err != nil {
		return err
	}
	if b.plan == nil {
		return &object.FindingsError{Findings: b.findings}
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	for i := range b.plan.Platforms {
		p := &b.plan.Platforms[i]
		for _, chart := range chartsOf(p) {
			resolved, err := engine.Resolve(ctx, chart, p.Spec.Spec.Charts.Insecure, settings)
			if err != nil {
				return err
			}
			if _, err := locked.Set(resolved); err != nil {
				return err
			}
		}
	}
	return nil
}

// chartsOf lists the charts of a Platform, without digests.
func chartsOf(p *pipeline.PlatformPlan) []lock.Chart {
	repository := cmp.Or(p.Spec.Spec.Charts.URL, generate.DefaultChartsURL)
	charts := []lock.Chart{{Repository: repository, Name: generate.PlatformChart, Version: p.Version}}
	if p.CRDRelease {
		charts = append(charts, lock.Chart{Repository: repository, Name: generate.CRDChart, Version: p.Version})
	}
	return charts
}

// lockFile is where the lock of a directory belongs.
func (s *session) lockFile(f *lockFlags, arg string) string {
	if f.file != "" {
		return s.absolute(f.file)
	}
	dir := s.absolute(arg)
	top := cmp.Or(workTree(dir), dir)
	for at := dir; within(top, at); at = filepath.Dir(at) {
		file := filepath.Join(at, lock.FileName)
		if _, err := os.Lstat(file); err == nil {
			return file
		}
		if at == top {
			break
		}
	}
	return filepath.Join(top, lock.FileName)
}

func readLock(file string) (*lock.Lock, []byte, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return &lock.Lock{}, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	locked, err := lock.Read(data)
	return locked, data, err
}

// writeAtomically replaces a file at once, so that nobody reads half of it.
func writeAtomically(file string, data []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(data)
	err = errors.Join(err, temporary.Chmod(0o644), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), file)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
	}
	return err
}
