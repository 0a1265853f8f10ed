// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
)

func TestVersions(t *testing.T) {
	want := []string{"0.8.0", "0.9.0", "1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0"}
	if diff := cmp.Diff(want, chart.Versions()); diff != "" {
		t.Error(diff)
	}
}

func TestLookup(t *testing.T) {
	for _, tc := range []struct {
		version string
		options chart.LookupOptions
		want    error
		fix     string
		known   bool
	}{
		{version: "0.8.0", known: true},
		{version: "0.9.1", known: true},
		{version: "1.4.2", known: true},
		{version: "1.6.99", known: true},
		{version: "1.7.0", want: chart.ErrUnknownVersion, fix: "1.6.0"},
		{version: "2.0.0", want: chart.ErrUnknownVersion, fix: "1.6.0"},
		{version: "1.7.3", options: chart.LookupOptions{AllowUnknown: true}},
		{version: "1.1006.0", options: chart.LookupOptions{AllowUnknown: true}},
		{version: "0.7.1", options: chart.LookupOptions{AllowUnknown: true}, want: chart.ErrUnsupportedVersion, fix: "0.8.0"},
		{version: "0.0.0", want: chart.ErrUnsupportedVersion, fix: "0.8.0"},
		{version: "0.9.0-rc1", want: chart.ErrInvalidVersion, fix: "0.9.0"},
		{version: "0.9.0.post1", want: chart.ErrInvalidVersion, fix: "0.9.0"},
		{version: "1.4.2+build5", want: chart.ErrInvalidVersion, fix: "1.4.2"},
		{version: "v1.4.2", want: chart.ErrInvalidVersion, fix: "1.4.2"},
		{version: "~1.4", want: chart.ErrInvalidVersion, fix: "1.4.0"},
		{version: "1.4.x", want: chart.ErrInvalidVersion, fix: "1.4.0"},
		{version: "1.4", want: chart.ErrInvalidVersion, fix: "1.4.0"},
		{version: "01.4.0", want: chart.ErrInvalidVersion, fix: "1.6.0"},
		{version: "-1.4.0", want: chart.ErrInvalidVersion, fix: "1.6.0"},
		{version: "9.4", want: chart.ErrInvalidVersion, fix: "1.6.0"},
		{version: "99999999999999999999.0.0", want: chart.ErrInvalidVersion, fix: "1.6.0"},
		{version: "1.9999999.0", options: chart.LookupOptions{AllowUnknown: true}, want: chart.ErrInvalidVersion, fix: "1.6.0"},
		{version: "latest", want: chart.ErrInvalidVersion, fix: "1.6.0"},
		{version: "", want: chart.ErrInvalidVersion, fix: "1.6.0"},
	} {
		t.Run(tc.version, func(t *testing.T) {
			v, err := chart.Lookup(tc.version, tc.options)
			if !errors.Is(err, tc.want) {
				t.Fatalf("error %v, want %v", err, tc.want)
			}
			var versionError *chart.VersionError
			if tc.want != nil {
				if !errors.As(err, &versionError) {
					t.Fatalf("%T is no VersionError", err)
				}
				if versionError.Version != tc.version || !strings.Contains(versionError.Fix, tc.fix) || len(versionError.Known) != 9 {
					t.Errorf("%+v, want %q in the fix", versionError, tc.fix)
				}
				if !strings.Contains(err.Error(), tc.version) || !strings.Contains(err.Error(), tc.fix) {
					t.Errorf("message %q", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if v.String() != tc.version || v.Known() != tc.known {
				t.Errorf("got %s, known %t", v, v.Known())
			}
		})
	}
}

func TestUnknownVersionIsNewestKnown(t *testing.T) {
	v, err := chart.Lookup("2.1.0", chart.LookupOptions{AllowUnknown: true})
	if err != nil {
		t.Fatal(err)
	}
	newest := at(t, "1.6.0")
	if diff := cmp.Diff(newest.Dependencies(), v.Dependencies()); diff != "" {
		t.Error(diff)
	}
	if !v.AtLeast("2.1.0") || v.AtLeast("2.1.1") {
		t.Error("AtLeast does not compare the version asked for")
	}
}

func TestAtLeast(t *testing.T) {
	for _, tc := range []struct {
		version, other string
		want           bool
	}{
		{"1.4.2", "1.4.2", true}, {"1.4.2", "1.4.1", true}, {"1.4.2", "1.4.3", false},
		{"1.4.2", "0.9.9", true}, {"0.9.0", "1.0.0", false}, {"1.6.10", "1.6.9", true},
		{"1.4.2", "1.4", false}, {"1.4.2", "nonsense", false},
	} {
		if got := at(t, tc.version).AtLeast(tc.other); got != tc.want {
			t.Errorf("%s at least %s: %t", tc.version, tc.other, got)
		}
	}
}

func TestFacts(t *testing.T) {
	type facts struct {
		CRDChart          bool
		Kubernetes        string
		Driver            int
		KAI, Grove        string
		KAIMin, GroveMin  string
		GroveBelow        string
		NATSCondition     string
		EtcdCondition     string
		GroveCondition    string
		Schemes, Snapshot string
	}
	const s3hf, files = "s3:// hf://", "s3:// hf:// file:///"
	for version, want := range map[string]facts{
		"0.8.0": {true, "", 575, "v0.9.4", "v0.1.0-alpha.3", "", "", "", "nats.enabled", "etcd.enabled", "grove.enabled", s3hf, ""},
		"0.9.0": {true, "", 575, "v0.9.4", "v0.1.0-alpha.3", "", "", "", "nats.enabled", "etcd.enabled", "grove.enabled", s3hf, ""},
		"1.0.1": {false, "", 575, "v0.13.0-rc1", "v0.1.0-alpha.6", "v0.13.0", "v0.1.0-alpha.6", "", "nats.enabled", "global.etcd.install", "global.grove.install", s3hf, ""},
		"1.1.0": {false, "", 575, "v0.13.4", "v0.1.0-alpha.8", "v0.13.4", "v0.1.0-alpha.8", "", "nats.enabled", "global.etcd.install", "global.grove.install", s3hf, ""},
		"1.2.0": {false, "", 575, "v0.13.4", "v0.1.0-alpha.8", "v0.13.4", "v0.1.0-alpha.8", "", "global.nats.install", "global.etcd.install", "global.grove.install", s3hf, ""},
		"1.3.0": {false, "1.30", 580, "v0.13.4", "v0.1.0-alpha.8", "v0.13.4", "v0.1.0-alpha.8", "v0.1.0-alpha.9", "global.nats.install", "global.etcd.install", "global.grove.install", files, ""},
		"1.4.2": {false, "1.30", 580, "v0.13.4", "v0.1.0-alpha.12-rc1", "v0.13.4", "v0.1.0-alpha.12-rc1", "", "global.nats.install", "global.etcd.install", "global.grove.install", files, ""},
		"1.5.0": {false, "1.30", 580, "v0.17.0", "v0.1.0-alpha.13", "v0.17.0", "v0.1.0-alpha.13", "", "global.nats.install", "global.etcd.install", "global.grove.install", files, "0.1.0-alpha.1"},
		"1.6.0": {false, "1.30", 580, "v0.17.0", "v0.1.0-alpha.14", "v0.17.0", "v0.1.0-alpha.14", "", "global.nats.install", "global.etcd.install", "global.grove.install", files, "0.1.0"},
	} {
		t.Run(version, func(t *testing.T) {
			v := at(t, version)
			f := v.Floors()
			got := facts{CRDChart: v.UsesCRDChart(), Kubernetes: v.MinKubernetes(), Driver: v.DriverFloor(),
				KAIMin: f.KAI, GroveMin: f.GroveMin, GroveBelow: f.GroveBelow, Schemes: strings.Join(v.AdapterSchemes(), " ")}
			for _, d := range v.Dependencies() {
				switch d.Name {
				case "kai-scheduler":
					got.KAI = d.Version
				case "grove-charts":
					got.Grove, got.GroveCondition = d.Version, d.Condition
				case "nats":
					got.NATSCondition = d.Condition
				case "etcd":
					got.EtcdCondition = d.Condition
				case "snapshot":
					got.Snapshot = d.Version
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
