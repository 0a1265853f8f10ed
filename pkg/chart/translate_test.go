// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// arrows prints changes as "from -> to = value".
func arrows(changes []values.Change) []string {
	var out []string
	for _, c := range changes {
		line := c.From.String() + " ->"
		if len(c.To) > 0 {
			line += fmt.Sprintf(" %s = %v", c.To, c.Value)
		}
		out = append(out, line)
	}
	return out
}

func TestTranslate(t *testing.T) {
	for _, tc := range []struct {
		name, from, to, in, want string
		changes, issues          []string
	}{
		{name: "etcd on by default becomes explicit", from: "0.9.0", to: "1.0.0", in: "etcd: {replicaCount: 3}",
			want: "{etcd: {replicaCount: 3}, global: {etcd: {install: true}}}", changes: []string{" -> global.etcd.install = true"}},
		{name: "etcd off stays off", from: "0.9.0", to: "1.0.0", in: "etcd: {enabled: false}",
			want: "{global: {etcd: {install: false}}}", changes: []string{"etcd.enabled -> global.etcd.install = false"}},
		{name: "nothing given, all the way up", from: "0.8.0", to: "1.6.0", in: "",
			want:    "global: {etcd: {install: true}, nats: {install: true}}",
			changes: []string{" -> global.etcd.install = true", " -> global.nats.install = true"}},
		{name: "nothing given, all the way down", from: "1.6.0", to: "0.8.0", in: "",
			want:    "{etcd: {enabled: false}, nats: {enabled: false}, dynamo-operator: {nats: {enabled: false}}}",
			changes: []string{" -> nats.enabled = false", " -> dynamo-operator.nats.enabled = false", " -> etcd.enabled = false"}},
		{name: "the ignored new key does not win", from: "0.9.0", to: "1.0.0", in: "global: {etcd: {install: false}}",
			want: "global: {etcd: {install: true}}", changes: []string{"global.etcd.install ->", " -> global.etcd.install = true"}},
		{name: "the ignored old key does not come back", from: "1.0.0", to: "0.9.0", in: "etcd: {enabled: true}",
			want: "etcd: {enabled: false}", changes: []string{"etcd.enabled ->", " -> etcd.enabled = false"}},
		{name: "grove up", from: "0.9.0", to: "1.0.0", in: "{grove: {enabled: true, tolerations: []}, etcd: {enabled: false}}",
			want:    "{grove: {tolerations: []}, global: {etcd: {install: false}, grove: {install: true, enabled: true}}}",
			changes: []string{"etcd.enabled -> global.etcd.install = false", "grove.enabled -> global.grove.install = true", "grove.enabled -> global.grove.enabled = true"}},
		{name: "grove down", from: "1.0.0", to: "0.9.0", in: "global: {grove: {install: true, enabled: true}, etcd: {install: true}}",
			want: "{grove: {enabled: true}, etcd: {enabled: true}}",
			changes: []string{"global.etcd.install -> etcd.enabled = true", "global.grove.install -> grove.enabled = true",
				"global.grove.enabled -> grove.enabled = true"}},
		{name: "grove installed but not used", from: "1.0.0", to: "0.9.0", in: "global: {grove: {install: true, enabled: false}, etcd: {install: true}}",
			want:    "{grove: {enabled: true}, etcd: {enabled: true}}",
			changes: []string{"global.etcd.install -> etcd.enabled = true", "global.grove.install -> grove.enabled = true", "global.grove.enabled ->"},
			issues:  []string{"unknown global.grove.enabled"}},
		{name: "grove from elsewhere", from: "1.0.0", to: "0.9.0", in: "global: {grove: {enabled: true}, etcd: {install: true}}",
			want: "etcd: {enabled: true}", changes: []string{"global.etcd.install -> etcd.enabled = true", "global.grove.enabled ->"}},
		{name: "nats external up", from: "1.1.0", to: "1.2.0", in: "{nats: {enabled: false}, dynamo-operator: {natsAddr: 'nats://n:4222', nats: {enabled: true}}}",
			want:    "{global: {nats: {install: false}}, dynamo-operator: {natsAddr: 'nats://n:4222'}}",
			changes: []string{"nats.enabled -> global.nats.install = false", "dynamo-operator.nats.enabled ->"}},
		{name: "nats external down", from: "1.2.0", to: "1.1.0", in: "{global: {nats: {install: false}}, dynamo-operator: {natsAddr: 'nats://n:4222'}}",
			want:    "{nats: {enabled: false}, dynamo-operator: {natsAddr: 'nats://n:4222', nats: {enabled: true}}}",
			changes: []string{"global.nats.install -> nats.enabled = false", "global.nats.install -> dynamo-operator.nats.enabled = true"}},
		{name: "nats both keys", from: "1.1.0", to: "1.2.0", in: "{nats: {enabled: true}, dynamo-operator: {nats: {enabled: true}}}",
			want:    "global: {nats: {install: true}}",
			changes: []string{"nats.enabled -> global.nats.install = true", "dynamo-operator.nats.enabled -> global.nats.install = true"}},
		{name: "nats, the operator's key alone", from: "1.1.0", to: "1.2.0", in: "dynamo-operator: {nats: {enabled: true}}",
			want: "global: {nats: {install: true}}", changes: []string{"dynamo-operator.nats.enabled -> global.nats.install = true"}},
		{name: "nats installed but not used", from: "1.1.0", to: "1.2.0", in: "dynamo-operator: {nats: {enabled: false}}",
			want: "{}", changes: []string{"dynamo-operator.nats.enabled ->"}, issues: []string{"unknown dynamo-operator.nats.enabled"}},
		{name: "nats used but nowhere", from: "1.1.0", to: "1.2.0", in: "{nats: {enabled: false}, dynamo-operator: {nats: {enabled: true}}}",
			want:    "global: {nats: {install: false}}",
			changes: []string{"nats.enabled -> global.nats.install = false", "dynamo-operator.nats.enabled ->"},
			issues:  []string{"unknown dynamo-operator.nats.enabled"}},
		{name: "nats stays on past 1.4", from: "1.3.0", to: "1.4.0", in: "nats: {config: {cluster: {enabled: true}}}",
			want: "{nats: {config: {cluster: {enabled: true}}}, global: {nats: {install: true}}}", changes: []string{" -> global.nats.install = true"}},
		{name: "nats stays off before 1.4", from: "1.4.0", to: "1.3.0", in: "", want: "global: {nats: {install: false}}",
			changes: []string{" -> global.nats.install = false"}},
		{name: "keys that lose nothing", from: "0.9.0", to: "1.0.0",
			in: `{etcd: {enabled: false}, dynamo-operator: {webhook: {enabled: true, certificateValidity: 30, certGenerator: {image: {tag: x}}},
			      dynamo: {mpiRun: {sshKeygen: {enabled: false}}, internalImages: {debugger: x}, dockerRegistry: {secure: true}}}}`,
			want: "global: {etcd: {install: false}}",
			changes: []string{"dynamo-operator.dynamo.dockerRegistry.secure ->", "etcd.enabled -> global.etcd.install = false", "dynamo-operator.dynamo.internalImages ->",
				"dynamo-operator.dynamo.mpiRun.sshKeygen ->", "dynamo-operator.webhook.certGenerator ->", "dynamo-operator.webhook.certificateValidity ->",
				"dynamo-operator.webhook.enabled ->"}},
		{name: "keys that lose something", from: "0.9.0", to: "1.0.0",
			in: `{etcd: {enabled: false}, dynamo-operator: {webhook: {enabled: false}, dynamo: {virtualServiceSupportsHTTPS: true, enableRestrictedSecurityContext: true},
			      controllerManager: {manager: {args: [--v=2]}}}}`,
			want: "global: {etcd: {install: false}}",
			changes: []string{"etcd.enabled -> global.etcd.install = false", "dynamo-operator.controllerManager.manager.args ->",
				"dynamo-operator.dynamo.enableRestrictedSecurityContext ->", "dynamo-operator.dynamo.virtualServiceSupportsHTTPS ->", "dynamo-operator.webhook.enabled ->"},
			issues: []string{"dead dynamo-operator.controllerManager.manager.args", "dead dynamo-operator.dynamo.enableRestrictedSecurityContext",
				"dead dynamo-operator.dynamo.virtualServiceSupportsHTTPS", "dead dynamo-operator.webhook.enabled"}},
		{name: "newer keys at their defaults", from: "1.0.0", to: "0.9.0",
			in:   "{global: {etcd: {install: true}}, dynamo-operator: {upgradeCRD: true, gpuDiscovery: {enabled: true}, env: [], checkpoint: {enabled: false}}}",
			want: "etcd: {enabled: true}",
			changes: []string{"global.etcd.install -> etcd.enabled = true", "dynamo-operator.checkpoint ->", "dynamo-operator.env ->",
				"dynamo-operator.gpuDiscovery ->", "dynamo-operator.upgradeCRD ->"}},
		{name: "newer keys that say something", from: "1.0.0", to: "0.9.0",
			in:   "{global: {etcd: {install: true}}, dynamo-operator: {upgradeCRD: false, gpuDiscovery: {enabled: false}, env: [{name: A}], checkpoint: {enabled: true}}}",
			want: "etcd: {enabled: true}",
			changes: []string{"global.etcd.install -> etcd.enabled = true", "dynamo-operator.checkpoint ->", "dynamo-operator.env ->",
				"dynamo-operator.gpuDiscovery ->", "dynamo-operator.upgradeCRD ->"},
			issues: []string{"unknown dynamo-operator.checkpoint", "unknown dynamo-operator.env", "unknown dynamo-operator.gpuDiscovery", "unknown dynamo-operator.upgradeCRD"}},
		{name: "a key the old version did not know", from: "0.9.0", to: "1.0.0", in: "{etcd: {enabled: false}, dynamo-operator: {upgradeCRD: false}}",
			want: "global: {etcd: {install: false}}", changes: []string{"dynamo-operator.upgradeCRD ->", "etcd.enabled -> global.etcd.install = false"}},
		{name: "free-form maps stay", from: "0.8.0", to: "0.9.0", in: "{grove: {tolerations: [{operator: Exists}], own: 1}, nats: {podTemplate: {merge: {spec: {affinity: {}}}}}}",
			want: "{grove: {tolerations: [{operator: Exists}], own: 1}, nats: {podTemplate: {merge: {spec: {affinity: {}}}}}}"},
		{name: "what nobody knows stays", from: "0.9.0", to: "1.0.0", in: "{etcd: {enabled: false}, bogus: {a: 1}}",
			want: "{global: {etcd: {install: false}}, bogus: {a: 1}}", changes: []string{"etcd.enabled -> global.etcd.install = false"}},
		{name: "snapshot chart down", from: "1.5.0", to: "1.4.0", in: "{global: {snapshot: {install: true}}, snapshot: {a: 1}}", want: "{}",
			changes: []string{"global.snapshot ->", "snapshot ->"}, issues: []string{"unknown global.snapshot", "unknown snapshot"}},
		{name: "feature gate up", from: "1.4.0", to: "1.5.0", in: "dynamo-operator: {featureGates: {gmsSnapshot: true}}", want: "{}",
			changes: []string{"dynamo-operator.featureGates.gmsSnapshot ->"}, issues: []string{"dead dynamo-operator.featureGates.gmsSnapshot"}},
		{name: "patch releases", from: "1.4.0", to: "1.4.2", in: "bogus: 1", want: "bogus: 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := parse(t, tc.in)
			out, changes, issues := at(t, tc.to).Translate(in, at(t, tc.from))
			if diff := cmp.Diff(parse(t, tc.want), out, equateEmpty()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.changes, arrows(changes)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.issues, brief(issues)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(parse(t, tc.in), in); diff != "" {
				t.Errorf("the input changed: %s", diff)
			}
			for _, c := range changes {
				if c.Reason == "" {
					t.Errorf("no reason in %v", c)
				}
			}
		})
	}
}

// equateEmpty takes a nil map for an empty one.
func equateEmpty() cmp.Option {
	return cmp.FilterValues(func(a, b map[string]any) bool { return len(a) == 0 && len(b) == 0 }, cmp.Ignore())
}

// samples are values that use every key whose meaning depends on the version.
func samples() []string {
	return []string{
		"",
		"{etcd: {enabled: true}, nats: {enabled: true}, grove: {enabled: true}, kai-scheduler: {enabled: true}}",
		"{etcd: {enabled: false}, nats: {enabled: false}, dynamo-operator: {nats: {enabled: false}}}",
		"{nats: {enabled: false}, dynamo-operator: {natsAddr: 'nats://n:4222', etcdAddr: 'http://e:2379'}}",
		"global: {etcd: {install: true}, nats: {install: true}, grove: {install: true, enabled: true}, kai-scheduler: {install: true, enabled: true}}",
		"global: {etcd: {install: false}, nats: {install: false}, grove: {install: false, enabled: true}, kai-scheduler: {install: false, enabled: false}}",
		"{dynamo-operator: {enabled: false, upgradeCRD: false, webhook: {enabled: false}, checkpoint: {enabled: true, storage: {type: pvc, pvc: {pvcName: a}}}}}",
		"{dynamo-operator: {dynamo: {virtualServiceSupportsHTTPS: true, dockerRegistry: {secure: true}}, featureGates: {gmsSnapshot: true}}, bogus: {a: [1]}}",
		"{dynamo-operator: null, nats: {enabled: null}, etcd: 5, global: {nats: null}}",
	}
}

// TestTranslateStepByStep: one long way equals many short ones, every part
// stays what it was, and nothing is left that the new version ignores.
func TestTranslateStepByStep(t *testing.T) {
	all := chart.Versions()
	versions := map[string]*chart.Version{}
	for _, version := range all {
		versions[version] = at(t, version)
	}
	for _, text := range samples() {
		for i, from := range all {
			for j, to := range all {
				in := parse(t, text)
				start, end := versions[from], versions[to]
				direct, _, lost := end.Translate(in, start)
				way := slices.Clone(all[min(i, j) : max(i, j)+1])
				if i > j {
					slices.Reverse(way)
				}
				stepped, lostInSteps := in, []values.Issue(nil)
				for k := 1; k < len(way); k++ {
					var issues []values.Issue
					stepped, _, issues = versions[way[k]].Translate(stepped, versions[way[k-1]])
					lostInSteps = append(lostInSteps, issues...)
				}
				if diff := cmp.Diff(stepped, direct, equateEmpty()); diff != "" {
					t.Errorf("%s to %s of %s: %s", from, to, text, diff)
				}
				if diff := cmp.Diff(lostInSteps, lost); diff != "" {
					t.Errorf("%s to %s of %s: %s", from, to, text, diff)
				}
				for _, part := range []chart.Part{chart.PartOperator, chart.PartNATS, chart.PartEtcd, chart.PartGrove, chart.PartKAI} {
					if start.Installs(in, part) != end.Installs(direct, part) {
						t.Errorf("%s to %s of %s: %s changed", from, to, text, part)
					}
				}
				checkNothingIgnored(t, start, end, in, direct)
			}
		}
	}
}

// checkNothingIgnored: a translation between two versions leaves no key behind
// that the target moved, refuses or does not obey, where the way was not empty.
func checkNothingIgnored(t *testing.T, from, to *chart.Version, in, out map[string]any) {
	t.Helper()
	if from.String() == to.String() {
		return
	}
	for _, i := range to.CheckValues(out, nil) {
		if i.Kind == values.IssueMoved || i.Kind == values.IssueDead || i.Kind == values.IssueRejected && i.Path.String() != "dynamo-operator.checkpoint.storage.pvc.basePath" && i.Path[0] != "kai-scheduler" {
			t.Errorf("%s to %s of %v leaves %s", from, to, in, brief([]values.Issue{i}))
		}
	}
}

func TestTranslateProdProfile(t *testing.T) {
	old := upstream(t, "rendered", "values", "prod-0.9.yaml")
	want := upstream(t, "rendered", "values", "prod-1.x.yaml")
	// Both are dead at 1.x and may stay out.
	values.Delete(want, "dynamo-operator", "dynamo", "dockerRegistry", "secure")
	values.Delete(want, "dynamo-operator", "dynamo", "virtualServiceSupportsHTTPS")
	values.Delete(old, "dynamo-operator", "dynamo", "virtualServiceSupportsHTTPS")
	for _, version := range since("1.2.0") {
		out, _, issues := at(t, version).Translate(old, at(t, "0.9.0"))
		if diff := cmp.Diff(want, out); diff != "" || len(issues) > 0 {
			t.Errorf("%s: %s%s", version, diff, long(issues))
		}
	}
}

func TestTranslateToUnknownVersion(t *testing.T) {
	to, err := chart.Lookup("3.0.0", chart.LookupOptions{AllowUnknown: true})
	if err != nil {
		t.Fatal(err)
	}
	out, _, _ := to.Translate(nil, at(t, "0.9.0"))
	if !at(t, "1.6.0").Installs(out, chart.PartEtcd) {
		t.Error(out)
	}
}
