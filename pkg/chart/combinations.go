// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"fmt"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// stalenessGrace is the value that switches the KAI scheduler's staleness
// eviction off, which charts from 1.5.0 demand beside Grove.
const stalenessGrace = "-1s"

// stalenessPath is the key for it.
func stalenessPath() values.Path {
	return values.Path{"kai-scheduler", "scheduler", "args", "default-staleness-grace-period"}
}

// combinations reports values that make the chart fail although each key alone
// is fine, and that no other part of the project looks at.
func (c *checker) combinations(in map[string]any) {
	now := c.version.entry.minor
	if now >= minor12 {
		c.checkpointStorage(in)
	}
	if now >= minor12 && now <= minor14 {
		c.reservedEnv(in)
	}
	if now >= minor15 {
		c.staleness(in)
	}
}

// checkpointStorage: checkpoints on a claim need its name and path.
func (c *checker) checkpointStorage(in map[string]any) {
	storage := values.Path{"dynamo-operator", "checkpoint", "storage"}
	enabled, _ := c.version.Value(in, "dynamo-operator", "checkpoint", "enabled")
	kind, _ := c.version.Value(in, append(storage, "type")...)
	if enabled != true || kind != "pvc" {
		return
	}
	for _, key := range []string{"pvcName", "basePath"} {
		path := append(storage[:len(storage):len(storage)], "pvc", key)
		if value, ok := c.version.Value(in, path...); !ok || value == "" {
			c.report(values.Issue{Kind: values.IssueRejected, Path: path,
				Problem: fmt.Sprintf("%s is empty, and chart %s fails without it where checkpoints are stored on a claim", path, c.version),
				Fix:     "set it"})
		}
	}
}

// reservedEnv: one variable of the operator belongs to a feature gate.
func (c *checker) reservedEnv(in map[string]any) {
	const reserved = "DYN_OPERATOR_ALLOW_GMS_SNAPSHOT"
	path := values.Path{"dynamo-operator", "env"}
	env, _ := values.Get(in, path...)
	list, _ := env.([]any)
	for _, item := range list {
		variable, _ := item.(map[string]any)
		if variable["name"] == reserved {
			c.report(values.Issue{Kind: values.IssueRejected, Path: path,
				Problem: fmt.Sprintf("%s holds %s, which chart %s keeps for itself and fails on", path, reserved, c.version),
				Fix:     "use dynamo-operator.featureGates.gmsSnapshot"})
		}
	}
}

// staleness: KAI from this chart beside Grove must not evict stale gangs.
func (c *checker) staleness(in map[string]any) {
	v := c.version
	grove := v.Installs(in, PartGrove) || v.Integrates(in, PartGrove)
	if !grove || !v.Installs(in, PartKAI) {
		return
	}
	path := stalenessPath()
	if value, _ := v.Value(in, path...); value != stalenessGrace {
		c.report(values.Issue{Kind: values.IssueRejected, Path: path,
			Problem: fmt.Sprintf("%s is not %q, and chart %s fails without it where Grove is on and KAI is installed", path, stalenessGrace, v),
			Fix:     fmt.Sprintf("set it to %q", stalenessGrace)})
	}
}
