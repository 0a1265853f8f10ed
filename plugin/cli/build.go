// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// buildFlags are the flags of commands that build.
type buildFlags struct {
	sourceFlags
	strict, allowUnknownVersion bool
	kubeVersion                 string
	// inspect looks at a plan while its source is open, and may add findings
	// whose files are those of the source.
	inspect func(context.Context, *built) error
	// override replaces what Platforms say.
	override pipeline.Override
	// fromTop names files from the top of the Git work tree.
	fromTop bool
}

func (f *buildFlags) register(cmd *cobra.Command) {
	f.sourceFlags.register(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.strict, "strict", false, "refuse warnings as well")
	flags.BoolVar(&f.allowUnknownVersion, "allow-unknown-version", false,
		"build for a chart version newer than the newest known, with that one's keys")
	flags.StringVar(&f.kubeVersion, "kube-version", "",
		"Kubernetes version of the cluster, for Platforms that do not say it")
	cmd.ValidArgsFunction = directories
}

// built is what came of a build that could be done.
type built struct {
	at place
	// plan is nil when the input was refused.
	plan *pipeline.Plan
	// findings are all of them, sorted, with files as seen from the working
	// directory or, with fromTop, from the top of the work tree.
	findings []object.Finding
	revision string
	url      string
	lock     lockData
}

// buildFrom reads the source that the arguments name and builds it. A refusal is
// no error here: plan is nil then.
func (s *session) buildFrom(ctx context.Context, f *buildFlags, args []string) (*built, error) {
	target := "."
	if len(args) == 1 {
		target = args[0]
	}
	if err := f.check(target); err != nil {
		return nil, err
	}
	if err := kubeVersion(f.kubeVersion); err != nil {
		return nil, err
	}
	at, err := s.locate(target, &f.sourceFlags)
	if err != nil {
		return nil, err
	}
	return s.buildAt(ctx, f, at)
}

// buildAt is buildFrom for a place that is known and flags that are checked.
func (s *session) buildAt(ctx context.Context, f *buildFlags, at place) (*built, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	checkout, err := s.open(ctx, &f.sourceFlags, at)
	if err != nil {
		return nil, err
	}
	defer func() { _ = checkout.Close() }()
	b := &built{at: at, revision: checkout.Revision.String(), url: checkout.URL}
	if b.lock, err = findLock(checkout.FS, at); err != nil {
		return nil, err
	}
	b.plan, err = s.pipeline(ctx, pipeline.Options{
		FS: checkout.FS, Dir: at.dir, Revision: b.revision, Strict: f.strict,
		AllowUnknownVersion: f.allowUnknownVersion, KubeVersion: f.kubeVersion, Override: f.override,
	})
	var findings *object.FindingsError
	switch {
	case err == nil:
		b.findings = b.plan.Findings
	case errors.As(err, &findings) && len(findings.Findings) > 0:
		b.findings = findings.Findings
	default:
		return nil, err
	}
	if f.inspect != nil && b.plan != nil {
		if err := f.inspect(ctx, b); err != nil {
			return nil, err
		}
	}
	if f.fromTop {
		b.at = at.fromTop()
	}
	b.at.relocate(b.findings)
	return b, nil
}
