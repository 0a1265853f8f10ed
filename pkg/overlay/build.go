// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// The defaults of Options.
const (
	defaultObjects = 200_000
	defaultFiles   = 50_000
	maxDepth       = 64
	maxFindings    = 100
)

// Options bounds a build. The zero Options is ready to use.
type Options struct {
	// Limits of each file. Default: config.DefaultLimits().
	Limits config.Limits
	// MaxObjects is how many objects a build may give. Default: 200000.
	MaxObjects int
	// MaxFiles is how many files a build may read. Default: 50000.
	MaxFiles int
}

// Result is what a build gives.
type Result struct {
	// Objects with their positions. Those of plain manifests come in the order
	// of their files' names, those of each overlay by group, kind, namespace
	// and name.
	Objects []object.Object
	// Files are the paths of every file that was read, sorted.
	Files []string
	// Kustomized says whether the directory itself has a kustomization file.
	Kustomized bool
}

// Build returns the objects of a directory of fsys, "." for its root.
//
// An object's Position is where its manifest starts, also when it was
// transformed; what a generator made points at the kustomization file. Objects
// with the annotation config.kubernetes.io/local-config are dropped from
// overlays, as Kustomize does.
//
// On error there is no result. What is wrong with the input comes as an
// [object.FindingsError] with all findings; when ctx ends, its error comes
// instead, and a run of Kustomize's engine that cannot be interrupted is left
// to end by itself in the background.
//
// The cost is linear in the number of objects unless Kustomize's engine is
// needed. It is needed for the whole build when a kustomization has
// replacements, vars, generators (external), transformers, validators,
// configurations, crds, openapi, buildMetadata or patchesJson6902, or labels
// with fields of their own. Otherwise it is needed only for some objects of the
// kinds that Kubernetes brings: all that take part in references where names
// change (prefixes, suffixes, generators) and one of them refers to others;
// those that say the namespace of others where namespaces change; those with
// selectors, pod templates, replicas or images where such a field is used; and
// those that get a strategic merge patch with lists. Patches with directives
// such as $patch need it for whatever they apply to. Custom resources such as
// DynamoModels and HelmReleases otherwise never do.
//
// Build writes nothing and may be called from several goroutines.
func Build(ctx context.Context, fsys fs.FS, dir string, o Options) (*Result, error) {
	b := newBuilder(ctx, fsys, o)
	objects, kustomized, err := b.build(dir)
	if err := errors.Join(ctx.Err(), err); err != nil {
		return nil, flatten(err)
	}
	return &Result{Objects: objects, Files: b.tree.read, Kustomized: kustomized}, nil
}

// builder is one build.
type builder struct {
	ctx      context.Context //nolint:containedctx // one builder is one call
	tree     *tree
	options  Options
	locator  *config.Locator
	findings []object.Finding
	objects  int
}

func newBuilder(ctx context.Context, fsys fs.FS, o Options) *builder {
	o.MaxObjects = positive(o.MaxObjects, defaultObjects)
	o.MaxFiles = positive(o.MaxFiles, defaultFiles)
	if o.Limits.MaxFileBytes <= 0 {
		o.Limits.MaxFileBytes = config.DefaultLimits().MaxFileBytes
	}
	return &builder{ctx: ctx, tree: newTree(fsys, o), options: o, locator: config.NewLocator(fsys, o.Limits)}
}

func positive(value, fallback int) int {
	if value > 0 {
		return value
	}
	return fallback
}

func (b *builder) build(dir string) ([]object.Object, bool, error) {
	dir, err := b.directory(dir)
	if err != nil {
		return nil, false, err
	}
	name, err := b.kustomizationFile(dir)
	if err != nil {
		return nil, false, err
	}
	var objects []object.Object
	if name != "" {
		objects, err = b.kustomized(dir, reference{})
	} else {
		objects, err = b.plain(dir)
	}
	if err = errors.Join(err, object.NewFindingsError(b.findings...)); err != nil {
		return nil, false, err
	}
	if len(objects) == 0 {
		return nil, false, refuse(CodeNothing, object.Position{File: dir}, "the directory holds no manifests",
			"add manifests (*.yaml, *.yml, *.json), or name another directory")
	}
	slices.Sort(b.tree.read)
	return objects, name != "", nil
}

// directory checks the directory that was asked for.
func (b *builder) directory(dir string) (string, error) {
	clean := path.Clean(cmp.Or(dir, "."))
	if !fs.ValidPath(clean) {
		return "", refuse(CodeEscape, object.Position{}, fmt.Sprintf("the path %q is absolute or leaves the root of the source", dir), "use a path relative to the root of the source")
	}
	info, err := fs.Stat(b.tree.fsys, clean)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", refuse(CodeMissing, object.Position{File: clean}, "the directory does not exist", "check the path and the revision")
	case err != nil:
		return "", unreadable(clean, err)
	case !info.IsDir():
		return "", refuse(CodeMissing, object.Position{File: clean}, "this is a file, not a directory", "name the directory that holds it")
	}
	return clean, nil
}

// kustomized builds a directory that has a kustomization file.
func (b *builder) kustomized(dir string, from reference) ([]object.Object, error) {
	s := newScanner(b)
	u := s.unit(dir, from)
	if len(b.findings) > 0 || u == nil {
		return nil, nil
	}
	if err := b.ctx.Err(); err != nil {
		return nil, err
	}
	objects, err := b.assemble(s, u)
	if err != nil {
		return nil, err
	}
	sortObjects(objects)
	return objects, nil
}

// sortObjects sorts by group, kind, namespace and name.
func sortObjects(objects []object.Object) {
	slices.SortStableFunc(objects, func(a, b object.Object) int {
		return cmp.Or(
			cmp.Compare(a.Group(), b.Group()), cmp.Compare(a.GetKind(), b.GetKind()),
			cmp.Compare(a.GetNamespace(), b.GetNamespace()), cmp.Compare(a.GetName(), b.GetName()),
		)
	})
}

// report adds a finding.
func (b *builder) report(code string, position object.Position, problem, fix string) {
	b.findings = append(b.findings, finding(code, position, problem, fix))
}

// absorb adds the findings of an error and says whether there was one.
func (b *builder) absorb(err error) bool {
	if err == nil {
		return false
	}
	var refused *object.FindingsError
	if errors.As(err, &refused) {
		b.findings = append(b.findings, refused.Findings...)
	} else {
		b.report(CodeUnreadable, object.Position{}, err.Error(), "")
	}
	return true
}

// countObjects notes new objects and says whether there is room for them.
func (b *builder) countObjects(file string, n int) bool {
	before := b.objects
	b.objects += n
	if b.objects > b.options.MaxObjects && before <= b.options.MaxObjects {
		b.report(CodeTooMany, object.Position{File: file}, fmt.Sprintf("there are more than %d objects", b.options.MaxObjects), "split the directory, or raise the limit")
	}
	return b.objects <= b.options.MaxObjects
}

func finding(code string, position object.Position, problem, fix string) object.Finding {
	return object.Finding{Code: code, Severity: object.SeverityError, Position: position, Problem: problem, Fix: fix}
}

func refuse(code string, position object.Position, problem, fix string) error {
	return object.NewFindingsError(finding(code, position, problem, fix))
}

func unreadable(name string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return refuse(CodeUnreadable, object.Position{File: name}, "the file cannot be read: "+err.Error(), "check the source")
}

// flatten returns the context's error, or one FindingsError of all findings.
func flatten(err error) error {
	for _, stop := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, stop) {
			return fmt.Errorf("build of the overlay was stopped: %w", stop)
		}
	}
	var refused *object.FindingsError
	if !errors.As(err, &refused) {
		return err
	}
	sorted := slices.Clone(refused.Findings)
	object.SortFindings(sorted)
	sorted = slices.CompactFunc(sorted, func(a, b object.Finding) bool { return a == b })
	return &object.FindingsError{Findings: sorted[:min(len(sorted), maxFindings)]}
}
