// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// commitCheck is what came of checking one commit.
type commitCheck struct {
	tip
	// unfit says why the commit is refused as a whole; empty when it was built.
	unfit string
	// environments counts the directories that were built.
	environments int
	// refused are those that would be refused, in order.
	refused []refusedEnvironment
	// refusing are the findings that refuse, each once, sorted; passing counts
	// the others.
	refusing []object.Finding
	passing  tally
	seen     map[object.Finding]bool
}

// refusedEnvironment is a directory that would be refused.
type refusedEnvironment struct {
	dir    string
	counts tally
}

func (c *commitCheck) ok() bool { return c.unfit == "" && len(c.refused) == 0 }

// pushCheck is the check of one push.
type pushCheck struct {
	*session
	flags      *hookFlags
	repository hookRepository
	// left is how many directories may still be built.
	left int
}

// commit builds the environments of a commit. Every one is built each time,
// whatever a push changes: what a build reads is known only after it, and it
// takes milliseconds. An error says that there is no answer.
func (p *pushCheck) commit(ctx context.Context, t tip) (*commitCheck, error) {
	c := &commitCheck{tip: t, seen: map[object.Finding]bool{}}
	if len(t.commit) != 40 {
		return nil, errors.New("the repository names its objects by SHA-256, which cannot be read here; use a repository in the format sha1")
	}
	checkout, err := source.Open(ctx, source.Options{
		Location: p.repository.dir, ObjectDirs: p.repository.objects, Ref: source.Ref{Commit: t.commit},
		Limits: p.flags.limits(), Timeout: p.flags.timeout,
	})
	if errors.Is(err, source.ErrUnsafe) || errors.Is(err, source.ErrTooLarge) {
		c.unfit = treeProblem(err)
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = checkout.Close() }()
	dirs, err := p.flags.directories(ctx, checkout.FS)
	if err != nil {
		return nil, err
	}
	if len(dirs) > p.left {
		c.unfit = fmt.Sprintf("the push has more than %d directories to build; push fewer branches at a time, or have --%s of the hook raised",
			p.flags.maxEnvironments, maxEnvironmentsFlag)
		return c, nil
	}
	p.left -= len(dirs)
	c.environments = len(dirs)
	for _, dir := range dirs {
		if err := p.environment(ctx, c, checkout, dir); err != nil {
			return nil, err
		}
	}
	object.SortFindings(c.refusing)
	return c, nil
}

// directories lists what is to be built.
func (f *hookFlags) directories(ctx context.Context, fsys fs.FS) ([]string, error) {
	if len(f.paths) > 0 {
		return matchingDirectories(ctx, fsys, f.paths)
	}
	return pushedEnvironments(ctx, fsys)
}

// environment builds one directory.
func (p *pushCheck) environment(ctx context.Context, c *commitCheck, checkout *source.Checkout, dir string) error {
	plan, err := p.pipeline(ctx, pipeline.Options{
		FS: checkout.FS, Dir: dir, Revision: checkout.Revision.String(), Strict: p.flags.strict,
		AllowUnknownVersion: p.flags.allowUnknownVersion, KubeVersion: p.flags.kubeVersion,
	})
	var refused *object.FindingsError
	switch {
	case err == nil:
		c.note(plan.Findings, p.flags.strict)
	case errors.As(err, &refused) && len(refused.Findings) > 0:
		c.refused = append(c.refused, refusedEnvironment{dir: dir, counts: countFindings(refused.Findings)})
		c.note(refused.Findings, p.flags.strict)
	default:
		return err
	}
	return nil
}

// note keeps findings. Those in what several environments share count once.
func (c *commitCheck) note(findings []object.Finding, strict bool) {
	for _, finding := range findings {
		one := []object.Finding{finding}
		switch {
		case c.seen[finding]:
		case object.HasErrors(one, strict):
			c.refusing = append(c.refusing, finding)
		default:
			c.passing = c.passing.plus(countFindings(one))
		}
		c.seen[finding] = true
	}
}

func (t tally) plus(other tally) tally {
	return tally{Errors: t.Errors + other.Errors, Warnings: t.Warnings + other.Warnings, Infos: t.Infos + other.Infos}
}

// treeProblem says what is wrong with a commit, for whoever pushed it: where
// the repository lies on the server is left out.
func treeProblem(err error) string {
	var e *source.Error
	if !errors.As(err, &e) {
		return oneLine(err.Error())
	}
	shown := *e
	shown.URL, shown.Ref = "", ""
	text := oneLine(shown.Error())
	if flag := limitFlag(e.Limit); flag != "" && errors.Is(e, source.ErrTooLarge) {
		text += " (--" + flag + " of the hook)"
	}
	return text
}
