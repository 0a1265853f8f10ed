// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate_test

import (
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/validate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// fakeChart is a small stand-in for a chart version: a few defaults, and keys
// whose names say what is wrong with them.
type fakeChart struct{ version string }

func (c fakeChart) String() string { return c.version }

func (c fakeChart) AtLeast(version string) bool {
	return semver.MustParse(c.version).Compare(semver.MustParse(version)) >= 0
}

func (c fakeChart) installPath(part string) (path string, byDefault bool) {
	switch {
	case part == "operator":
		return "dynamo-operator.enabled", true
	case part == "nats" && !c.AtLeast("1.2.0"), part != "nats" && !c.AtLeast("1.0.0"):
		return part + ".enabled", part == "nats" || part == "etcd"
	default:
		return "global." + part + ".install", part == "nats" && !c.AtLeast("1.4.0")
	}
}

func (c fakeChart) Installs(in map[string]any, part string) bool {
	path, preset := c.installPath(part)
	if value, ok := values.Get(in, strings.Split(path, ".")...); ok {
		return value == true
	}
	return preset
}

func (c fakeChart) Integrates(in map[string]any, part string) bool {
	if part == "nats" && !c.AtLeast("1.2.0") {
		value, ok := values.Get(in, "dynamo-operator", "nats", "enabled")
		return !ok || value == true
	}
	value, ok := values.Get(in, "global", part, "enabled")
	if !ok || !c.AtLeast("1.0.0") {
		return c.Installs(in, part)
	}
	return value == true
}

func (c fakeChart) Value(in map[string]any, path ...string) (any, bool) {
	if value, ok := values.Get(in, path...); ok {
		return value, value != nil
	}
	value, ok := map[string]any{
		"dynamo-operator.discoveryBackend":                 "kubernetes",
		"dynamo-operator.upgradeCRD":                       c.AtLeast("1.0.0"),
		"dynamo-operator.dynamo.dockerRegistry.username":   "$oauthtoken",
		"dynamo-operator.dynamo.ingress.tlsSecretName":     "my-tls-secret",
		"nats.config.jetstream.enabled":                    true,
		"nats.config.jetstream.fileStore.enabled":          true,
		"nats.config.jetstream.fileStore.pvc.enabled":      true,
		"nats.config.jetstream.fileStore.pvc.size":         "10Gi",
		"nats.config.merge.max_payload":                    int64(15728640),
		"nats.podDisruptionBudget.enabled":                 true,
		"etcd.replicaCount":                                int64(1),
		"etcd.persistence.enabled":                         true,
		"etcd.auth.token.enabled":                          true,
		"etcd.pdb.minAvailable":                            "51%",
		"dynamo-operator.controllerManager.leaderElection": map[string]any{},
	}[strings.Join(path, ".")]
	return value, ok
}

func (c fakeChart) CheckValues(in map[string]any, allow []string) []values.Issue {
	var issues []values.Issue
	values.Walk(in, func(path values.Path, _ any) bool {
		kind, ok := map[string]values.IssueKind{
			"unknownKey": values.IssueUnknown, "movedKey": values.IssueMoved, "rejectedKey": values.IssueRejected,
			"deadKey": values.IssueDead, "typedKey": values.IssueType,
		}[path[len(path)-1]]
		if ok && !slices.Contains(allow, path.String()) {
			issues = append(issues, values.Issue{Kind: kind, Path: path, Problem: string(kind) + " key", Fix: "correct it"})
		}
		return true
	})
	return issues
}

func (c fakeChart) MinKubernetes() string {
	if c.AtLeast("1.3.0") {
		return "1.30"
	}
	return ""
}

func (c fakeChart) DriverFloor() int {
	if c.AtLeast("1.3.0") {
		return 580
	}
	return 575
}

func (c fakeChart) AdapterSchemes() []string {
	if c.AtLeast("1.3.0") {
		return []string{"s3://", "hf://", "file:///"}
	}
	return []string{"s3://", "hf://"}
}

var _ validate.Chart = fakeChart{}
