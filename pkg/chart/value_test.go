// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

func path(t *testing.T, text string) values.Path {
	t.Helper()
	p, err := values.ParsePath(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestValue(t *testing.T) {
	for _, tc := range []struct {
		name, version, in, path string
		want                    any
		ok                      bool
	}{
		{"given", "0.9.0", "etcd: {replicaCount: 3}", "etcd.replicaCount", int64(3), true},
		{"inner chart's default", "0.9.0", "", "etcd.replicaCount", int64(1), true},
		{"platform's default wins", "0.9.0", "", "etcd.persistence.size", "1Gi", true},
		{"platform's default wins over operator's", "1.5.0", "", "dynamo-operator.dynamo.groveTerminationDelay", "4h", true},
		{"platform's null removes the default", "1.5.0", "", "dynamo-operator.dynamo.dockerRegistry.username", nil, false},
		{"null default", "1.0.0", "", "dynamo-operator.metricsService.enabled", nil, false},
		{"other version's default", "0.9.0", "", "dynamo-operator.metricsService.enabled", true, true},
		{"null given", "0.9.0", "etcd: {replicaCount: null}", "etcd.replicaCount", nil, false},
		{"null above", "0.9.0", "etcd: null", "etcd.replicaCount", nil, false},
		{"scalar above is ignored", "0.9.0", "etcd: 5", "etcd.replicaCount", int64(1), true},
		{"payload 0.8", "0.8.0", "", "nats.config.merge.max_payload", int64(10485760), true},
		{"payload 0.9", "0.9.0", "", "nats.config.merge.max_payload", int64(15728640), true},
		{"nats installed 1.3", "1.3.0", "", "global.nats.install", true, true},
		{"nats not installed 1.4", "1.4.0", "", "global.nats.install", false, true},
		{"key of another version", "0.9.0", "", "global.etcd.install", nil, false},
		{"unknown", "0.9.0", "", "nope.nope", nil, false},
		{"unknown but given", "0.9.0", "nope: {nope: 1}", "nope.nope", int64(1), true},
		{"list default", "0.9.0", "", "etcd.persistence.accessModes", []any{"ReadWriteOnce"}, true},
		{"map merges", "0.9.0", "nats: {tlsCA: {enabled: true, secretName: ca}}", "nats.tlsCA",
			map[string]any{"enabled": true, "secretName": "ca", "dir": "/etc/nats-ca-cert", "key": "ca.crt"}, true},
		{"map without defaults", "0.9.0", "nats: {container: {env: {A: b}}}", "nats.container.env", map[string]any{"A": "b"}, true},
		{"empty path", "0.9.0", "a: 1", "", nil, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var p values.Path
			if tc.path != "" {
				p = path(t, tc.path)
			}
			got, ok := at(t, tc.version).Value(parse(t, tc.in), p...)
			if diff := cmp.Diff(tc.want, got); diff != "" || ok != tc.ok {
				t.Errorf("%t %s", ok, diff)
			}
		})
	}
}

func TestValueIsCopy(t *testing.T) {
	in := map[string]any{"nats": map[string]any{"config": map[string]any{"patch": []any{"a"}}}}
	got, _ := at(t, "0.9.0").Value(in, "nats", "config", "patch")
	got.([]any)[0] = "changed"
	if value, _ := values.Get(in, "nats", "config", "patch"); value.([]any)[0] != "a" {
		t.Error("the input changed")
	}
}

func TestInstallsAndIntegrates(t *testing.T) {
	for _, tc := range []struct {
		name, version, in   string
		part                chart.Part
		installs, integrate bool
	}{
		{"operator by default", "0.9.0", "", chart.PartOperator, true, true},
		{"operator off", "1.6.0", "dynamo-operator: {enabled: false}", chart.PartOperator, false, false},
		{"etcd by default", "0.9.0", "", chart.PartEtcd, true, true},
		{"etcd by default later", "1.0.0", "", chart.PartEtcd, false, false},
		{"etcd's old key later", "1.0.0", "etcd: {enabled: true}", chart.PartEtcd, false, false},
		{"etcd's new key before", "0.9.0", "global: {etcd: {install: false}}", chart.PartEtcd, true, true},
		{"etcd external", "0.9.0", "{etcd: {enabled: false}, dynamo-operator: {etcdAddr: 'http://e:2379'}}", chart.PartEtcd, false, true},
		{"nats by default 1.1", "1.1.0", "", chart.PartNATS, true, true},
		{"nats by default 1.3", "1.3.0", "", chart.PartNATS, true, true},
		{"nats by default 1.4", "1.4.0", "", chart.PartNATS, false, false},
		{"nats installed, operator not told", "1.1.0", "dynamo-operator: {nats: {enabled: false}}", chart.PartNATS, true, false},
		{"nats external", "1.4.0", "dynamo-operator: {natsAddr: 'nats://n:4222'}", chart.PartNATS, false, true},
		{"nats null is on", "1.4.0", "global: {nats: {install: null}}", chart.PartNATS, true, true},
		{"nats text is on", "1.4.0", "global: {nats: {install: 'false'}}", chart.PartNATS, true, true},
		{"grove 0.9", "0.9.0", "grove: {enabled: true}", chart.PartGrove, true, true},
		{"grove 1.0 elsewhere", "1.0.0", "global: {grove: {enabled: true}}", chart.PartGrove, false, true},
		{"kai 1.6 installed only", "1.6.0", "global: {kai-scheduler: {install: true}}", chart.PartKAI, true, false},
		{"kai off by default", "0.8.0", "", chart.PartKAI, false, false},
		{"no part", "0.9.0", "", chart.Part("rabbitmq"), false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v, in := at(t, tc.version), parse(t, tc.in)
			if got := v.Installs(in, tc.part); got != tc.installs {
				t.Errorf("installs: %t", got)
			}
			if got := v.Integrates(in, tc.part); got != tc.integrate {
				t.Errorf("integrates: %t", got)
			}
		})
	}
}
