// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/overlays"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// ToOptions says what to migrate and how far.
type ToOptions struct {
	// FS is the source tree. Nothing outside it is read, and nothing in it is
	// written. Required.
	FS fs.FS
	// Dir is the slash-separated directory whose files are rewritten, below the
	// root of FS. Files that take part but lie elsewhere are read only.
	// Default: the root.
	Dir string
	// Version is the exact chart version to go to: "1.5.0". It may be older
	// than what the files say. Required.
	Version string
	// AllowUnknownVersion takes a version newer than every known one as the
	// newest known. Default: such a version is refused.
	AllowUnknownVersion bool
	// Overlays holds the profiles, each a directory at the root.
	// Default: the shipped ones.
	Overlays fs.FS
}

// Result is what To would write.
type Result struct {
	// Files that change, sorted by path.
	Files []File
	// Changes in the order of files and lines.
	Changes []Change
	// Findings that did not refuse the migration, sorted.
	Findings []object.Finding
}

// File is one file that changes.
type File struct {
	// Path from the root of the tree, with slashes.
	Path string
	// Before and After are the whole content.
	Before, After []byte
}

// Change is one rewrite, for the reader.
type Change struct {
	// File is the path from the root of the tree.
	File string
	// Line from 1: that of From in the file as it was, or where nothing stood
	// before, that of To in the file as it will be.
	Line int
	// Object that the file describes or patches.
	Object object.Reference
	// From is the path in the object, such as spec.values.grove.enabled; empty
	// where the value is new.
	From string
	// To is the path in the object; empty where the value goes.
	To string
	// Value is what stands at To. It is never a secret that was not there.
	Value any
	// Reason says why, in one line.
	Reason string
}

// To rewrites every Platform below a directory for another chart version, with
// the Kustomize patches that apply to them (files and inline, strategic merge
// and simple JSON patches) and the overlays that they name.
//
// What is refused comes as an *object.FindingsError with everything that is in
// the way, and there is no Result: a migration is done as a whole or not at
// all. Any other error is one of the context or the file system. A tree in
// which nothing is to be done gives an empty Result.
//
// To writes nothing. It may be called from several goroutines.
func To(ctx context.Context, o ToOptions) (*Result, error) {
	if o.FS == nil {
		return nil, errors.New("migrate: ToOptions.FS is required")
	}
	goal, err := chart.Lookup(o.Version, chart.LookupOptions{AllowUnknown: o.AllowUnknownVersion})
	if err != nil {
		return nil, object.NewFindingsError(versionFinding(object.Finding{}, err))
	}
	o.Dir = path.Clean(cmp.Or(o.Dir, "."))
	if o.Overlays == nil {
		o.Overlays = overlays.FS()
	}
	m := &migration{ToOptions: o, goal: goal, tree: &tree{FS: o.FS, edited: map[string][]byte{}}}
	m.world = newWorld(m.tree, o.Overlays, o.AllowUnknownVersion)
	if err := m.run(ctx); err != nil {
		return nil, err
	}
	return m.result(), nil
}

func versionFinding(f object.Finding, err error) object.Finding {
	f.Code, f.Severity, f.Problem = CodeVersion, object.SeverityError, err.Error()
	var unknown *chart.VersionError
	if errors.As(err, &unknown) {
		f.Problem = "chart version " + unknown.Version + " is " + unknown.Reason.Error()
		f.Fix = unknown.Fix
	}
	return f
}

// migration is the state of one call of To.
type migration struct {
	ToOptions
	goal     *chart.Version
	tree     *tree
	scan     *scan
	world    *world
	changes  []record
	findings []object.Finding
}

// record is a change with the fragment that it is about.
type record struct {
	fragment *fragment
	from, to []string
	value    any
	reason   string
}

func (m *migration) run(ctx context.Context) error {
	var err error
	if m.scan, err = scanTree(ctx, m.tree, m.Dir); err != nil {
		return err
	}
	m.world.scan = m.scan
	if err := m.versions(ctx); err != nil {
		return err
	}
	if err := m.refusal(); err != nil {
		return err
	}
	before := m.roots(ctx)
	for {
		moved, err := m.round(ctx)
		if err != nil {
			return err
		}
		if err := m.refusal(); err != nil {
			return err
		}
		if !moved {
			break
		}
	}
	m.compare(ctx, before)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return m.refusal()
}

// refusal returns the findings as an error when one of them refuses.
func (m *migration) refusal() error {
	if !object.HasErrors(m.findings, false) {
		return nil
	}
	return object.NewFindingsError(m.findings...)
}

// report adds a finding about a place in a fragment.
func (m *migration) report(f *fragment, keys []string, finding object.Finding) {
	if finding.Severity == "" {
		finding.Severity = object.SeverityError
	}
	finding.Object, finding.Field = f.reference, strings.Join(keys, ".")
	finding.Position = object.Position{File: f.file, Line: m.tree.line(f, keys)}
	for _, known := range m.findings {
		if known.Code == finding.Code && known.Position == finding.Position && known.Field == finding.Field && known.Object == finding.Object {
			return
		}
	}
	m.findings = append(m.findings, finding)
}

// record notes a change. One that goes on from an earlier one takes its place.
func (m *migration) record(f *fragment, from, to []string, value any, reason string) {
	next := record{f, from, to, value, reason}
	for i, c := range m.changes {
		if c.fragment != f || len(from) == 0 || !slices.Equal(c.to, from) {
			continue
		}
		next.from = c.from
		m.changes = slices.Delete(m.changes, i, i+1)
		break
	}
	if len(next.from) > 0 || len(next.to) > 0 {
		m.changes = append(m.changes, next)
	}
}

// result gathers the files that changed.
func (m *migration) result() *Result {
	result := &Result{Findings: m.findings}
	object.SortFindings(result.Findings)
	original := &tree{FS: m.FS, edited: map[string][]byte{}}
	for name, after := range m.tree.edited {
		before, err := original.read(name)
		if err == nil && !bytes.Equal(before, after) {
			result.Files = append(result.Files, File{Path: name, Before: before, After: after})
		}
	}
	slices.SortFunc(result.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	for _, r := range m.changes {
		c := Change{
			File: r.fragment.file, Object: r.fragment.reference, Value: r.value, Reason: r.reason,
			From: dotted(r.from), To: dotted(r.to),
		}
		if len(r.from) > 0 {
			c.Line = original.line(r.fragment, r.from)
		} else {
			c.Line = m.tree.line(r.fragment, r.to)
		}
		result.Changes = append(result.Changes, c)
	}
	slices.SortStableFunc(result.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return result
}
