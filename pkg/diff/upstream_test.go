// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/diff"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// rendered returns the long-lived objects of a release that was rendered with
// upstream's chart, or skips where they are not there.
func rendered(t *testing.T, version, profile string) []object.Object {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "upstream", "rendered", version, profile+".yaml"))
	if os.IsNotExist(err) {
		t.Skip("upstream's data is not on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	return objects(t, string(data))
}

// TestUpstreamUpgrade compares what upstream's charts render before and after
// an upgrade of production: the stores keep their claims, and only restart.
func TestUpstreamUpgrade(t *testing.T) {
	t.Parallel()
	before, after := rendered(t, "0.9.0", "prod"), rendered(t, "1.5.0", "prod")
	r := &renderer{render: func(p pipeline.PlatformPlan) ([]object.Object, error) {
		if p.Version == "0.9.0" {
			return before, nil
		}
		return after, nil
	}}
	report := compare(t, diff.Options{Render: r}, diff.Environment{Name: "prod", Before: build(t, platform("0.9.0")), After: build(t, platform("1.5.0"))})
	worst := map[string]diff.Consequence{}
	for _, o := range report.Environments[0].Objects {
		worst[o.Object.Kind+"/"+o.Object.Name] = o.Consequence
		if o.Consequence == diff.Refused || o.Consequence == diff.DataAtRisk {
			t.Errorf("%s is %s: %+v", o.Object, o.Consequence, o.Fields)
		}
	}
	for name, want := range map[string]diff.Consequence{
		"StatefulSet/dynamo-etcd": diff.Restarts, "StatefulSet/dynamo-nats": diff.Restarts,
		"Deployment/dynamo-dynamo-operator-controller-manager": diff.Restarts,
		"ConfigMap/dynamo-dynamo-operator-config":              diff.Creates,
		"Service/dynamo-dynamo-operator":                       diff.Changes,
		"Issuer/dynamo-dynamo-operator-ca-issuer":              diff.NoEffect,
		"HelmRelease/dynamo-crds":                              diff.Deletes,
	} {
		if worst[name] != want {
			t.Errorf("%s is %s, want %s", name, worst[name], want)
		}
	}
	outputs(t, report)
}

// TestUpstreamProfiles compares what two profiles render: production has three
// members and larger claims, which no live StatefulSet takes.
func TestUpstreamProfiles(t *testing.T) {
	t.Parallel()
	e := one(t, &pipeline.Plan{Objects: rendered(t, "0.9.0", "prod")}, &pipeline.Plan{Objects: rendered(t, "0.9.0", "dev")})
	for _, o := range e.Objects {
		if o.Object.Kind == "StatefulSet" && o.Change == diff.Changed && o.Consequence != diff.Refused && o.Consequence != diff.DataAtRisk {
			t.Errorf("%s is %s", o.Object, o.Consequence)
		}
	}
	if len(e.Objects) == 0 || e.Objects[0].Consequence.Title() == "" {
		t.Error("the profiles do not differ")
	}
}
