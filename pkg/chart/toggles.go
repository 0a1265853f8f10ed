// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// Part is a part of the platform that a release may install or use.
type Part string

// The parts.
const (
	// PartOperator is the Dynamo operator.
	PartOperator Part = "operator"
	// PartNATS is the message bus.
	PartNATS Part = "nats"
	// PartEtcd is the key-value store.
	PartEtcd Part = "etcd"
	// PartGrove is the gang-scheduling operator.
	PartGrove Part = "grove"
	// PartKAI is the KAI scheduler.
	PartKAI Part = "kai-scheduler"
)

// parts returns all parts in a fixed order.
func parts() []Part {
	return []Part{PartOperator, PartNATS, PartEtcd, PartGrove, PartKAI}
}

// toggle holds the keys that turn a part on, dotted. An empty key means that
// the version has none.
type toggle struct {
	// install deploys the part with the release.
	install string
	// integrate tells the operator of it.
	integrate string
}

// toggle returns the keys of a part in this version.
func (m minor) toggle(part Part) toggle {
	switch {
	case part == PartOperator:
		return toggle{install: "dynamo-operator.enabled"}
	case part == PartNATS && m < minor12:
		return toggle{install: "nats.enabled", integrate: "dynamo-operator.nats.enabled"}
	case part == PartNATS || part == PartEtcd && m >= minor10:
		return toggle{install: "global." + string(part) + ".install"}
	case m < minor10:
		return toggle{install: string(part) + ".enabled"}
	default:
		return toggle{install: "global." + string(part) + ".install", integrate: "global." + string(part) + ".enabled"}
	}
}

// Installs says whether a release with these values deploys the part: the
// value of the part's key, or else the chart's default. As in Helm, a key that
// is null or no boolean leaves the part on. A part that is not one of the
// constants gives false.
func (v *Version) Installs(in map[string]any, part Part) bool {
	return known(part) && v.condition(in, v.entry.minor.toggle(part).install)
}

// Integrates says whether the operator is set up to use the part, installed by
// this release or elsewhere. For Grove and KAI that is the integration key from
// 1.0.0 on; below, the operator finds them by itself, and Integrates is
// Installs. For NATS and etcd it is an address given to the operator, or else
// the part in this release; below 1.2.0 NATS has a key of its own for that.
func (v *Version) Integrates(in map[string]any, part Part) bool {
	if !known(part) {
		return false
	}
	switch part {
	case PartNATS:
		if v.hasAddress(in, "natsAddr") {
			return true
		}
	case PartEtcd:
		if v.hasAddress(in, "etcdAddr") {
			return true
		}
	}
	keys := v.entry.minor.toggle(part)
	if keys.integrate == "" {
		return v.condition(in, keys.install)
	}
	return v.condition(in, keys.integrate)
}

func known(part Part) bool {
	for _, p := range parts() {
		if p == part {
			return true
		}
	}
	return false
}

func (v *Version) hasAddress(in map[string]any, key string) bool {
	address, ok := v.Value(in, "dynamo-operator", key)
	return ok && address != ""
}

// condition evaluates a boolean key the way Helm evaluates a condition.
func (v *Version) condition(in map[string]any, dotted string) bool {
	value, _ := v.Value(in, split(dotted)...)
	on, ok := value.(bool)
	return on || !ok
}

// split cuts a dotted path of which no key holds a dot.
func split(dotted string) values.Path { return strings.Split(dotted, ".") }
