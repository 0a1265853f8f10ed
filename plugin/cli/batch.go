// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// generateEach builds every environment below the target and writes each to a
// directory of its own below --output-dir. Nothing is written when one of them
// is refused. A chart is read once, and what is equal in several environments is
// rendered and encoded once.
func (s *session) generateEach(ctx context.Context, f *generateFlags, engine ChartEngine, args []string) error {
	if f.dir == "" {
		return usage("add --output-dir, which gets a directory for each environment",
			"--environments writes several environments, which do not go to one output")
	}
	if f.origin {
		return usage("drop one of them, or generate one environment", "--show-origin tells about one environment, not about --environments")
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	batch, err := s.openBatch(ctx, f, args)
	if err != nil {
		return err
	}
	defer func() { _ = batch.checkout.Close() }()
	dirs, err := environments(ctx, batch.checkout.FS, batch.at.dir, f.environments)
	if err != nil {
		return err
	}
	if len(dirs) == 0 {
		return errors.New("no environment was found; name them by --environments 'clusters/*'")
	}
	var all []environmentFiles
	for _, dir := range dirs {
		one, err := s.generateOne(ctx, f, engine, batch, dir)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	findings := sortedOnce(batch.findings)
	if batch.refused {
		return &object.FindingsError{Findings: findings}
	}
	for _, one := range all {
		target := outputDir{path: filepath.Join(s.absolute(f.dir), filepath.FromSlash(one.name)), force: f.force}
		if err := target.replace(ctx, one.files); err != nil {
			return err
		}
	}
	s.printf("wrote %d environments to %s\n", len(all), f.dir)
	s.printFindings(findings)
	return nil
}

// batch is a source whose environments are generated in one call.
type batch struct {
	at       place
	checkout *source.Checkout
	encoded  encoder
	// findings of all environments; refused says that they refuse one.
	findings []object.Finding
	refused  bool
	// inflaters render the releases, one for each lock file.
	inflaters map[string]Renderer
}

// environmentFiles are the files of one environment.
type environmentFiles struct {
	name  string
	files map[string][]byte
}

func (s *session) openBatch(ctx context.Context, f *generateFlags, args []string) (*batch, error) {
	target := "."
	if len(args) == 1 {
		target = args[0]
	}
	if err := errors.Join(f.check(target), kubeVersion(f.kubeVersion)); err != nil {
		return nil, err
	}
	at, err := s.locate(target, &f.sourceFlags)
	if err != nil {
		return nil, err
	}
	checkout, err := s.open(ctx, &f.sourceFlags, at)
	if err != nil {
		return nil, err
	}
	return &batch{at: at, checkout: checkout, encoded: encoder{format: f.output, known: map[*unstructured.Unstructured][]byte{}}, inflaters: map[string]Renderer{}}, nil
}

// generateOne builds, renders and encodes one environment. Findings that refuse
// it are kept, so that the user sees those of all.
func (s *session) generateOne(ctx context.Context, f *generateFlags, engine ChartEngine, b *batch, dir string) (environmentFiles, error) {
	at := b.at
	at.dir = dir
	one := environmentFiles{name: below(b.at.dir, dir)}
	plan, err := s.pipeline(ctx, pipeline.Options{
		FS: b.checkout.FS, Dir: dir, Revision: b.checkout.Revision.String(), Strict: f.strict,
		AllowUnknownVersion: f.allowUnknownVersion, KubeVersion: f.kubeVersion,
	})
	if err != nil {
		return one, b.refuse(err)
	}
	objects := plan.Objects
	b.keep(plan.Findings)
	if f.render {
		inflater, err := s.inflater(f, engine, b, at)
		if err != nil {
			return one, err
		}
		var found []object.Finding
		if objects, found, err = inflater.Inflate(ctx, plan); err != nil {
			return one, b.refuse(err)
		}
		b.keep(found)
		b.refused = b.refused || object.HasErrors(found, f.strict)
	}
	one.files, err = objectFiles(objects, b.encoded)
	return one, err
}

// inflater returns the renderer for the lock file that counts at a place.
func (s *session) inflater(f *generateFlags, engine ChartEngine, b *batch, at place) (Renderer, error) {
	locked, err := findLock(b.checkout.FS, at)
	if err != nil {
		return nil, err
	}
	if known := b.inflaters[locked.file]; known != nil {
		return known, nil
	}
	settings, err := s.settings(&f.chartFlags, &built{at: at, lock: locked})
	if err != nil {
		return nil, err
	}
	settings.KubeVersion = f.kubeVersion
	made, err := engine.Renderer(settings)
	if err == nil {
		b.inflaters[locked.file] = made
	}
	return made, err
}

// refuse keeps the findings of a refusal; other errors end the command.
func (b *batch) refuse(err error) error {
	var refused *object.FindingsError
	if !errors.As(err, &refused) {
		return err
	}
	b.keep(refused.Findings)
	b.refused = true
	return nil
}

func (b *batch) keep(findings []object.Finding) {
	b.at.relocate(findings)
	b.findings = append(b.findings, findings...)
}

// sortedOnce sorts findings and leaves out repetitions: environments that share
// a base share what is said about it.
func sortedOnce(findings []object.Finding) []object.Finding {
	object.SortFindings(findings)
	return slices.Compact(findings)
}

// below names a directory as seen from another one above it.
func below(top, dir string) string {
	rel, err := filepath.Rel(filepath.FromSlash(top), filepath.FromSlash(dir))
	if err != nil {
		return dir
	}
	return path.Clean(filepath.ToSlash(rel))
}
