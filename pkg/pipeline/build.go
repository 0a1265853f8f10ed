// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package pipeline is the one way from files to objects. The command line, the
// Argo CD plugin and the controller all call Build, so the same input gives the
// same bytes in each of them.
//
//	files → overlay → config → generate → validate → Plan
//
// Build reads nothing but the given file system and the shipped overlays. It
// uses no network, no clock, no environment and no temporary files.
package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/dynamo-gitops/dynamo-gitops/overlays"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/validate"
)

// Options says what to build and how.
type Options struct {
	// FS is the source tree. Nothing outside it is read. Required.
	FS fs.FS
	// Dir is the slash-separated directory to build, below the root of FS.
	// Default: the root.
	Dir string
	// Revision names the state of FS, as "main@sha1:…". It is passed on to the
	// Plan and takes no part in the build. Default: none.
	Revision string
	// Strict makes warnings refuse the build. Default: false.
	Strict bool
	// AllowUnknownVersion builds for a chart version newer than the newest
	// known one, with that one's keys. Default: such a version is refused.
	AllowUnknownVersion bool
	// KubeVersion is the Kubernetes version of the target cluster, "1.31", for
	// Platforms that do not say it themselves. Default: unknown.
	KubeVersion string
	// Overlays holds the profiles, each a directory at the root.
	// Default: the shipped ones.
	Overlays fs.FS
	// Limits bound the files that are read. Default: config.DefaultLimits.
	Limits config.Limits
	// Override replaces what every Platform says. Default: nothing.
	Override Override
}

// Plan is the result of a build that was not refused. It is never empty: a
// directory without any object is refused, because an empty answer makes
// whoever applies it delete everything.
type Plan struct {
	// Objects in the order in which they are applied.
	Objects []object.Object
	// Findings that did not refuse the build, sorted.
	Findings []object.Finding
	// Platforms says what each Platform became.
	Platforms []PlatformPlan
	// Config are the decoded kinds.
	Config *config.Set
	// Files are the files that were read, sorted.
	Files []string
	// Revision is that of the Options.
	Revision string

	build *build
}

// Locate moves findings about objects of the plan, which stand at the object, to
// the line and column of their field. It reads the file system of the Options,
// so that must still be open; without it the findings stay where they are.
func (p *Plan) Locate(findings []object.Finding) {
	if p.build != nil {
		p.build.locate(findings)
	}
}

// Build turns a directory into a Plan.
//
// When the input is refused the error is an *object.FindingsError with every
// finding, warnings included, sorted and with positions. Any other error means
// that the build could not be done: the context was cancelled or the file
// system failed. In both cases there is no Plan.
//
// Build may be called from several goroutines at once; builds that need
// Kustomize take turns in it.
func Build(ctx context.Context, o Options) (*Plan, error) {
	if o.FS == nil {
		return nil, errors.New("pipeline: Options.FS is required")
	}
	b := newBuild(o)
	plan, err := b.run(ctx)
	if err == nil {
		return plan, nil
	}
	var refused *object.FindingsError
	if errors.As(err, &refused) {
		findings := append(b.findings, refused.Findings...)
		b.locate(findings)
		return nil, object.NewFindingsError(findings...)
	}
	return nil, err
}

// build is the state of one call of Build.
type build struct {
	Options
	locator   *config.Locator
	documents map[object.Position]int // the YAML document that an object stands in
	patches   []string                // the files that may hold patches
	profiles  map[string]*profile
	overlays  map[string]builtOverlay // by directory
	findings  []object.Finding
	files     []string
}

func newBuild(o Options) *build {
	o.Dir = path.Clean(cmp.Or(o.Dir, "."))
	if o.Overlays == nil {
		o.Overlays = overlays.FS()
	}
	if o.Limits == (config.Limits{}) {
		o.Limits = config.DefaultLimits()
	}
	return &build{
		Options: o, locator: config.NewLocator(o.FS, o.Limits),
		documents: map[object.Position]int{}, profiles: map[string]*profile{},
		overlays: map[string]builtOverlay{},
	}
}

func (b *build) run(ctx context.Context) (*Plan, error) {
	result, err := overlay.Build(ctx, b.FS, b.Dir, overlay.Options{Limits: b.Limits})
	if err != nil {
		return nil, err
	}
	b.files = result.Files
	b.index(result)
	set, err := b.locator.Load(b.withoutOverlays(ctx, result))
	if err != nil {
		return nil, err
	}
	if err := b.override(set); err != nil {
		return nil, err
	}
	platforms, err := b.platforms(ctx, set)
	if err != nil {
		return nil, err
	}
	models := generateModels(set.Models)
	b.findings = append(b.findings, validate.Run(b.input(set, platforms))...)
	accept(b.findings, result.Objects)
	objects, err := assemble(set, platforms, models)
	if err != nil {
		return nil, err
	}
	if object.HasErrors(b.findings, b.Strict) {
		return nil, &object.FindingsError{}
	}
	if len(objects) == 0 {
		return nil, b.refuse(codeEmpty, object.Finding{
			Position: object.Position{File: b.Dir},
			Problem:  "the directory holds nothing to apply",
			Fix:      "add a Platform, a Model or other manifests, or point at another directory",
		})
	}
	return b.plan(set, platforms, objects), nil
}

func (b *build) plan(set *config.Set, platforms []*platform, objects []object.Object) *Plan {
	b.locate(b.findings)
	object.SortFindings(b.findings)
	plan := &Plan{
		Objects: objects, Findings: b.findings, Config: set,
		Files: uniqueSorted(b.files), Revision: b.Revision, build: b,
	}
	for _, p := range platforms {
		plan.Platforms = append(plan.Platforms, p.plan())
	}
	return plan
}

func (b *build) refuse(code object.Code, f object.Finding) error {
	f.Code, f.Severity = code.ID, cmp.Or(f.Severity, code.Severity)
	return object.NewFindingsError(f)
}

// refusal makes an error of a finding about one source object.
func refusal(code object.Code, source object.Object, f object.Finding) error {
	f.Code, f.Severity = code.ID, cmp.Or(f.Severity, code.Severity)
	f.Object, f.Position = source.Reference(), source.Position
	return object.NewFindingsError(f)
}

// wrapped says what an unexpected error happened to.
func wrapped(source object.Object, err error) error {
	return fmt.Errorf("%s (%s): %w", source.Reference(), source.Position, err)
}
