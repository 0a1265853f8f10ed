// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// values moves and drops raw values.
func (m *migration) values(p *plan) {
	done := map[string]bool{}
	for _, c := range p.changes {
		if len(c.From) == 0 {
			if p.kind == releaseKind && !p.patch() {
				m.add(p, append([]string{"spec", "values"}, c.To...), c.Value, c.Reason)
			}
			continue
		}
		if _, own := values.Get(p.own, c.From...); !own || done[c.From.String()] {
			continue
		}
		done[c.From.String()] = true
		var to []values.Change
		for _, other := range p.changes {
			if slices.Equal(other.From, c.From) && len(other.To) > 0 {
				to = append(to, other)
			}
		}
		m.move(p, c, to)
	}
}

// move writes what a value became and takes it away.
func (m *migration) move(p *plan, c values.Change, to []values.Change) {
	from := append([]string{"spec", "values"}, c.From...)
	at := p.inner().below(from...)
	keep := len(p.inner().path) + 2
	fix := moveFix(c, to)
	in, err := m.tree.load(p.fragment)
	if err != nil {
		m.refuseShape(p.fragment, from, err, fix)
		return
	}
	_, gone, err := in.remove(at, keep)
	if err != nil {
		m.refuseShape(p.fragment, from, err, fix)
		return
	}
	for i, change := range to {
		keys := append([]string{"spec", "values"}, change.To...)
		in := insertion{at: p.inner().below(keys...), value: change.Value, keep: keep, index: -1}
		if i == 0 {
			in.above, in.line, in.index = gone.above, gone.line, gone.index
		}
		if !m.put(p.fragment, keys, in, fix) {
			return
		}
	}
	err = m.tree.rewrite(p.fragment, func(t *text, _ target) (string, error) {
		out, _, err := t.remove(at, keep)
		return out, err
	}, func(o any) {
		spec, _ := follow(o, []step{"spec"}).(map[string]any)
		if below, ok := spec["values"].(map[string]any); ok {
			values.Delete(below, c.From...)
		}
	})
	if err != nil {
		m.refuseShape(p.fragment, from, err, fix)
		return
	}
	for _, change := range to {
		m.record(p.fragment, from, append([]string{"spec", "values"}, change.To...), change.Value, change.Reason)
	}
	if len(to) == 0 {
		m.record(p.fragment, from, nil, nil, c.Reason)
	}
}

func moveFix(c values.Change, to []values.Change) string {
	if len(to) == 0 {
		return fmt.Sprintf("remove %s by hand: %s", c.From, c.Reason)
	}
	var names []string
	for _, change := range to {
		names = append(names, change.To.String())
	}
	return fmt.Sprintf("move %s to %s by hand", c.From, strings.Join(names, " and "))
}

// put writes a value below the object, over one that is there.
func (m *migration) put(f *fragment, keys []string, in insertion, fix string) bool {
	err := m.tree.rewrite(f, func(t *text, _ target) (string, error) {
		if _, n, err := t.find(in.at); err == nil && n != nil {
			return t.replaceScalar(in.at, fmt.Sprint(in.value))
		}
		return t.insert(in)
	}, func(o any) {
		content, _ := o.(map[string]any)
		values.Set(content, in.value, keys...)
	})
	if err != nil {
		m.refuseShape(f, keys, err, fix)
	}
	return err == nil
}

// add writes a value that was not there.
func (m *migration) add(p *plan, keys []string, value any, reason string) {
	in := insertion{at: p.inner().below(keys...), value: value, keep: len(p.inner().path) + 1, index: -1}
	if m.put(p.fragment, keys, in, fmt.Sprintf("set %s: %v by hand", dotted(keys), value)) {
		m.record(p.fragment, nil, keys, value, reason)
	}
}

func (m *migration) refuseShape(f *fragment, keys []string, err error, fix string) {
	problem := errShape.Error()
	if !errors.Is(err, errShape) {
		problem = clean(err)
	}
	m.report(f, keys, object.Finding{Code: CodeShape, Problem: problem, Fix: fix})
}

// version writes the chart version.
func (m *migration) version(p *plan) {
	read, err := m.tree.object(p.fragment)
	if err != nil {
		return
	}
	keys := p.versionPath()
	if _, given := follow(read, steps(keys)).(string); !given {
		return
	}
	err = m.tree.rewrite(p.fragment, func(t *text, at target) (string, error) {
		return t.replaceScalar(at.below(keys...), p.next.String())
	}, func(o any) {
		content, _ := o.(map[string]any)
		values.Set(content, p.next.String(), keys...)
	})
	if err != nil {
		m.refuseShape(p.fragment, keys, err, "set "+strings.Join(keys, ".")+" by hand")
		return
	}
	m.record(p.fragment, keys, keys, p.next.String(), "the version asked for")
}

// allowed rewrites the paths in spec.allowUnknownValues that moved.
func (m *migration) allowed(p *plan) {
	read, err := m.tree.object(p.fragment)
	list, ok := follow(read, []step{"spec", "allowUnknownValues"}).([]any)
	if err != nil || !ok || p.kind != platformKind {
		return
	}
	for i, item := range list {
		for _, c := range p.changes {
			if item != c.From.String() || len(c.From) == 0 || len(c.To) == 0 {
				continue
			}
			path := append(slices.Clone(p.inner().path), "spec", "allowUnknownValues", i)
			err := m.tree.rewrite(p.fragment, func(t *text, at target) (string, error) {
				return t.replaceScalar(target{at.document, path}, c.To.String())
			}, func(o any) {
				if list, ok := follow(o, []step{"spec", "allowUnknownValues"}).([]any); ok {
					list[i] = c.To.String()
				}
			})
			if err != nil {
				m.refuseShape(p.fragment, []string{"spec", "allowUnknownValues"}, err, moveFix(c, []values.Change{c}))
			}
			break
		}
	}
}

// settle writes down what the profile and the components of the new version no
// longer say.
func (m *migration) settle(ctx context.Context, p *plan) {
	read, err := m.tree.object(p.fragment)
	content, ok := read.(map[string]any)
	if err != nil || !ok {
		return
	}
	now, err := m.world.effective(ctx, content, p.file, p.next)
	if err != nil {
		m.report(p.fragment, nil, object.Finding{Code: CodeUnchecked, Severity: object.SeverityError, Problem: clean(err), Fix: "mend it, then migrate"})
		return
	}
	for _, path := range differences(p.next, p.want, now.values()) {
		if wrote(path) {
			continue
		}
		wanted, _ := p.next.Value(p.want, path...)
		keys := append([]string{"spec", "values"}, path...)
		if field, ok := schedulerField(p.next, path); ok && follow(content, steps(append([]string{"spec", "components"}, field[:1]...))) != nil {
			keys = append([]string{"spec", "components"}, field...)
		}
		m.add(p, keys, wanted, fmt.Sprintf("what was in effect stays: %s no longer comes by itself at chart %s", path, p.next))
	}
}

// schedulerField returns the typed field for the use of a scheduler.
func schedulerField(v *chart.Version, path values.Path) ([]string, bool) {
	if !v.AtLeast("1.0.0") || len(path) != 3 || path[0] != "global" || path[2] != "enabled" {
		return nil, false
	}
	switch path[1] {
	case string(chart.PartGrove):
		return []string{"grove", "integrate"}, true
	case string(chart.PartKAI):
		return []string{"kaiScheduler", "integrate"}, true
	}
	return nil, false
}

func steps(keys []string) []step {
	out := make([]step, len(keys))
	for i, key := range keys {
		out[i] = key
	}
	return out
}
