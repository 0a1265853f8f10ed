// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"io"
	"os"
	"path"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

const (
	maxEnvironmentsFlag = "max-environments"

	// defaultMaxEnvironments is how many directories one push may have built.
	defaultMaxEnvironments = 1000
)

// hookFlags are the flags of hook pre-receive.
type hookFlags struct {
	paths, branches             []string
	strict, allowUnknownVersion bool
	kubeVersion                 string
	timeout                     time.Duration
	maxFiles, maxEnvironments   int
	maxFileBytes, maxTotalBytes int64
}

func (s *session) hookCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "Refuse bad pushes in a Git repository of your own, and tell the cluster about good ones",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(s.preReceiveCommand(), s.postReceiveCommand())
	return cmd
}

func (s *session) preReceiveCommand() *cobra.Command {
	var f hookFlags
	cmd := &cobra.Command{
		Use:   "pre-receive",
		Short: "Check a push before it is accepted",
		Long: `pre-receive is run by Git in the repository that is pushed to, by an executable
file hooks/pre-receive that holds:

  #!/bin/sh
  exec dynamo-gitops hook pre-receive

For every branch that is created or moved it builds the environments of the new
commit and refuses the whole push (exit status 1) when one of them would be
refused by validate; whoever pushes sees the findings. Deleted branches, tags
and other refs pass. What cannot be checked is refused.

The environments are the directories given by --path, or else every directory
that holds a kustomization or a Platform and that no other one refers to. In
globs, * stands for one name or a part of it and ** for any directories; a
directory that --path names without them must be there.

Nothing is written, no program is run and no network is used.`,
		Example: "  " + s.displayName() + " hook pre-receive --branch main --path 'clusters/*'",
		Args:    noArguments,
		RunE: run(func(cmd *cobra.Command, _ []string) error {
			return s.preReceive(cmd.Context(), &f, cmd.InOrStdin())
		}),
	}
	f.register(cmd)
	return cmd
}

func (f *hookFlags) register(cmd *cobra.Command) {
	limits := source.DefaultLimits()
	flags := cmd.Flags()
	flags.StringArrayVar(&f.paths, "path", nil, "glob of the directories to build (default: the environments); may be repeated")
	flags.StringArrayVar(&f.branches, "branch", nil, "glob of the branches to check (default: all); may be repeated")
	flags.BoolVar(&f.strict, "strict", false, "refuse warnings as well")
	flags.BoolVar(&f.allowUnknownVersion, "allow-unknown-version", false,
		"build for a chart version newer than the newest known, with that one's keys")
	flags.StringVar(&f.kubeVersion, "kube-version", "",
		"Kubernetes version of the cluster, for Platforms that do not say it")
	flags.DurationVar(&f.timeout, "timeout", defaultTimeout, "most that the check of a push may take; a push that takes longer is refused")
	flags.IntVar(&f.maxEnvironments, maxEnvironmentsFlag, defaultMaxEnvironments, "most directories to build for a push")
	flags.IntVar(&f.maxFiles, maxFilesFlag, limits.MaxFiles, "most files in a commit")
	flags.Int64Var(&f.maxFileBytes, maxFileBytesFlag, limits.MaxFileBytes, "largest file in a commit, in bytes")
	flags.Int64Var(&f.maxTotalBytes, maxTotalBytesFlag, limits.MaxTotalBytes, "most bytes in a commit")
}

// check finds what is wrong with the flags and cleans the globs.
func (f *hookFlags) check() error {
	switch {
	case f.timeout <= 0:
		return usage(`write it as "60s" or "5m"`, "--timeout %s is not above zero", f.timeout)
	case f.maxFiles <= 0 || f.maxFileBytes <= 0 || f.maxTotalBytes <= 0 || f.maxEnvironments <= 0:
		return usage("give positive numbers", "a limit is not above zero")
	}
	for i, glob := range f.paths {
		clean := path.Clean(glob)
		if glob == "" || path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
			return usage("name directories from the top of the repository", "--path %q leads out of the repository", glob)
		}
		f.paths[i] = clean
	}
	for i, glob := range f.branches {
		f.branches[i] = strings.TrimPrefix(glob, branchRefs)
	}
	for _, globs := range []struct {
		flag  string
		globs []string
	}{{"path", f.paths}, {"branch", f.branches}} {
		for _, glob := range globs.globs {
			if _, err := path.Match(glob, ""); err != nil {
				return usage("close the [ and end it with no backslash", "--%s %q is no glob", globs.flag, glob)
			}
		}
	}
	return kubeVersion(f.kubeVersion)
}

func (f *hookFlags) limits() source.Limits {
	return source.Limits{MaxFiles: f.maxFiles, MaxFileBytes: f.maxFileBytes, MaxTotalBytes: f.maxTotalBytes}
}

// preReceive checks one push. Any error refuses it.
func (s *session) preReceive(ctx context.Context, f *hookFlags, in io.Reader) error {
	if err := f.check(); err != nil {
		return err
	}
	if typedByHand(in) {
		return usage("install it as the file hooks/pre-receive of the repository; see "+s.displayName()+" hook pre-receive --help",
			"this command reads from Git what is pushed")
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	checks, err := s.checkPush(ctx, f, in)
	if err != nil {
		return s.unchecked(err, f)
	}
	return s.reportPush(checks, f)
}

// typedByHand says whether the input is a terminal or another device rather
// than what Git writes.
func typedByHand(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// checkPush reads what is pushed and checks each commit once.
func (s *session) checkPush(ctx context.Context, f *hookFlags, in io.Reader) ([]*commitCheck, error) {
	updates, err := readUpdates(ctx, in)
	if err != nil {
		return nil, err
	}
	repository, err := s.hookRepository()
	if err != nil {
		return nil, err
	}
	p := &pushCheck{session: s, flags: f, repository: repository, left: f.maxEnvironments}
	var checks []*commitCheck
	for _, t := range branchTips(updates, f.branches) {
		check, err := p.commit(ctx, t)
		if err != nil {
			return nil, err
		}
		checks = append(checks, check)
	}
	return checks, nil
}
