// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"path"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/diff"
)

// diffCharts makes the renderers of a diff: one for each lock file, because each
// side is held against its own.
type diffCharts struct {
	s      *session
	f      *diffFlags
	engine ChartEngine
	made   map[string]Renderer
}

// diffCharts returns nil without --render. It comes before anything is read,
// because the program may have to hand over, and flags that cannot be used are
// said first.
func (s *session) diffCharts(f *diffFlags) (*diffCharts, error) {
	if !f.render {
		return nil, nil //nolint:nilnil // nothing is rendered
	}
	engine, err := s.charts()
	if err != nil {
		return nil, err
	}
	if _, err := s.settings(&f.chartFlags, nil); err != nil {
		return nil, err
	}
	return &diffCharts{s: s, f: f, engine: engine, made: map[string]Renderer{}}, nil
}

// of returns the charts of an environment on one side: those that the side's own
// lock file pins.
func (c *diffCharts) of(one *side, name string) (diff.Charts, error) {
	if c == nil {
		return diff.Charts{}, nil
	}
	at := one.at
	at.dir = path.Join(at.dir, name)
	where := one.describe()
	var locked lockData
	if c.f.charts == "" {
		var err error
		if locked, err = findLock(one.checkout.FS, at); err != nil {
			return diff.Charts{}, fmt.Errorf("%s: %w", where, err)
		}
	}
	out := diff.Charts{ID: string(locked.data), Where: where}
	if locked.data != nil {
		out.Where += ", " + locked.file
	}
	key := locked.file + "\n" + out.ID
	if out.Render = c.made[key]; out.Render != nil {
		return out, nil
	}
	settings, err := c.s.settings(&c.f.chartFlags, &built{at: at, lock: locked})
	if err != nil {
		return diff.Charts{}, fmt.Errorf("%s: %w", where, err)
	}
	settings.KubeVersion = c.f.kubeVersion
	renderer, err := c.engine.Renderer(settings)
	if err != nil {
		return diff.Charts{}, fmt.Errorf("%s: %w", where, err)
	}
	c.made[key] = renderer
	out.Render = renderer
	return out, nil
}
