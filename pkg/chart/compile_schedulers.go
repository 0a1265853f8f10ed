// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// scheduler writes Grove or KAI; field is its name below components.
func (b *builder) scheduler(part Part, field string, s v1alpha1.Scheduler) {
	install, integrate := either(s.Install, s.Enabled), either(s.Integrate, s.Enabled)
	keys := b.version.entry.minor.toggle(part)
	b.flag(keys.install, install)
	switch {
	case keys.integrate != "":
		b.flag(keys.integrate, integrate)
	case integrate != nil && *integrate != isTrue(install):
		b.unsupported(field+".integrate", "below 1.0.0 the operator uses what it finds in the cluster and cannot be told",
			"remove it, or use chart 1.0.0 or newer")
	}
	prefix := string(part)
	if part == PartKAI {
		prefix += ".global"
	}
	if b.since(minor09, field+".tolerations", s.Tolerations != nil) {
		b.tolerations(prefix+".tolerations", field+".tolerations", s.Tolerations)
	}
	if b.since(minor09, field+".affinity", s.Affinity != nil) {
		b.affinity(prefix+".affinity", field+".affinity", s.Affinity)
	}
}

// staleness writes what charts from 1.5.0 demand where KAI is installed beside
// Grove.
func (b *builder) staleness(c v1alpha1.Components) {
	kai := isTrue(either(c.KAIScheduler.Install, c.KAIScheduler.Enabled))
	grove := isTrue(either(c.Grove.Install, c.Grove.Enabled)) || isTrue(either(c.Grove.Integrate, c.Grove.Enabled))
	if kai && grove && !b.before(minor15) {
		values.Set(b.out, stalenessGrace, stalenessPath()...)
	}
}
