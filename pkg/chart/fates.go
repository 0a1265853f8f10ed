// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import "github.com/dynamo-gitops/dynamo-gitops/pkg/values"

// fate is a key that a range of versions does not obey, with all below it.
type fate struct {
	path         string
	since, until minor
	kind         values.IssueKind
	// to is where the meaning lives in these versions; empty for nowhere.
	to string
	// why completes "is … : ", in words for the reader.
	why string
	// harmless says that nothing is lost with the key, whatever its value.
	harmless bool
}

// fates returns every such key, in no special order. Ranges of one path do not
// overlap.
func fates() []fate {
	all := []fate{
		{path: "dynamo-operator.dynamo.dockerRegistry.secure", until: forever, kind: values.IssueDead,
			why: "no template of the chart reads it", harmless: true},
		{path: "dynamo-operator.dynamo.virtualServiceSupportsHTTPS", since: minor10, until: forever, kind: values.IssueDead,
			why: "no template of the chart reads it since 1.0.0"},
		{path: "dynamo-operator.controllerManager.manager.args", since: minor10, until: forever, kind: values.IssueDead,
			why: "since 1.0.0 the operator reads its settings from a ConfigMap made of the other keys"},
		{path: "dynamo-operator.controllerManager.manager.image.pullPolicy", until: minor09, kind: values.IssueDead,
			why: "the operator's Deployment has no pull policy below 1.0.0", harmless: true},
		{path: "dynamo-operator.controllerManager.kubeRbacProxy", since: minor10, until: forever, kind: values.IssueDead,
			why: "the proxy container is gone since 1.0.0", harmless: true},
		{path: "dynamo-operator.webhook.service.publishNotReadyAddresses", since: minor14, until: forever, kind: values.IssueDead,
			why: "no released chart reads it", harmless: true},
		{path: "dynamo-operator.featureGates.gmsSnapshot", since: minor15, until: forever, kind: values.IssueDead,
			why: "the gate is gone since 1.5.0"},
		{path: "dynamo-operator.checkpoint.readyForCheckpointFilePath", since: minor11, until: minor11, kind: values.IssueDead,
			why: "gone since 1.1.0", harmless: true},
		{path: "dynamo-operator.checkpoint.readyForCheckpointFilePath", since: minor12, until: forever, kind: values.IssueRejected,
			why: "gone since 1.1.0", harmless: true},
	}
	all = append(all, operatorFates()...)
	return append(all, toggleFates()...)
}

// operatorFates are the operator's keys that 1.0.0 took away: ignored by 1.0
// and 1.1, refused from 1.2.
func operatorFates() []fate {
	var all []fate
	for _, gone := range []fate{
		{path: "dynamo-operator.webhook.enabled", why: "the admission webhook always runs since 1.0.0"},
		{path: "dynamo-operator.webhook.certGenerator", why: "the operator makes its own certificate since 1.0.0", harmless: true},
		{path: "dynamo-operator.webhook.certificateValidity", why: "the operator makes its own certificate since 1.0.0", harmless: true},
		{path: "dynamo-operator.dynamo.mpiRun.sshKeygen", why: "the operator makes the SSH key since 1.0.0", harmless: true},
		{path: "dynamo-operator.dynamo.internalImages", why: "the operator needs no helper image since 1.0.0", harmless: true},
		{path: "dynamo-operator.dynamo.enableRestrictedSecurityContext", why: "the switch is gone since 1.0.0"},
	} {
		all = append(all, refusedLater(gone, minor10)...)
	}
	return all
}

// toggleFates are the keys that turn a part on in another version than this.
func toggleFates() []fate {
	var all []fate
	for _, part := range []Part{PartEtcd, PartGrove, PartKAI} {
		name := string(part)
		all = append(all, refusedLater(fate{path: name + ".enabled", to: "global." + name + ".install",
			why: "it moved in 1.0.0"}, minor10)...)
		all = append(all, fate{path: "global." + name + ".install", until: minor09, kind: values.IssueMoved, to: name + ".enabled",
			why: "the key comes with 1.0.0"})
		if part != PartEtcd {
			all = append(all, fate{path: "global." + name + ".enabled", until: minor09, kind: values.IssueMoved, to: name + ".enabled",
				why: "the key comes with 1.0.0; below, the operator finds the scheduler by itself"})
		}
	}
	for _, path := range []string{"nats.enabled", "dynamo-operator.nats.enabled"} {
		all = append(all, refusedLater(fate{path: path, to: "global.nats.install", why: "it moved in 1.2.0"}, minor12)...)
	}
	return append(all, fate{path: "global.nats.install", until: minor11, kind: values.IssueMoved, to: "nats.enabled",
		why: "the key comes with 1.2.0"})
}

// refusedLater gives a key that is gone since a version its two fates: ignored
// below 1.2.0, where the chart has no check yet, and refused from there.
func refusedLater(gone fate, since minor) []fate {
	ignored, refused := gone, gone
	ignored.since, ignored.until, ignored.kind = since, minor11, values.IssueDead
	if gone.to != "" {
		ignored.kind = values.IssueMoved
	}
	refused.since, refused.until, refused.kind = max(since, minor12), forever, values.IssueRejected
	if since >= minor12 {
		return []fate{refused}
	}
	return []fate{ignored, refused}
}

// fatesAt returns the fates of one version by path.
func fatesAt(m minor) map[string]fate {
	at := map[string]fate{}
	for _, f := range fates() {
		if f.since <= m && m <= f.until {
			at[f.path] = f
		}
	}
	return at
}
