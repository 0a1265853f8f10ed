// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package drift_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

type detector struct {
	name   string
	layer  drift.Layer
	detect func(ctx context.Context) drift.Observation
}

func (d detector) Name() string                                 { return d.name }
func (d detector) Layer() drift.Layer                           { return d.layer }
func (d detector) Detect(ctx context.Context) drift.Observation { return d.detect(ctx) }

func finding(layer drift.Layer, name string, severity object.Severity) drift.Finding {
	return drift.Finding{Layer: layer, Code: "DG2010", Severity: severity, Field: "spec.replicas", Want: "3", Have: "1",
		Target:  drift.Target{Object: object.Reference{APIVersion: "apps/v1", Kind: "StatefulSet", Namespace: "d", Name: name}},
		Problem: "changed"}
}

func TestRunSideBySide(t *testing.T) {
	started := make(chan struct{}, 2)
	meet := func(l drift.Layer) func(context.Context) drift.Observation {
		return func(ctx context.Context) drift.Observation {
			started <- struct{}{}
			for len(started) < 2 { // ends only when both run
				select {
				case <-ctx.Done():
					return drift.Observation{}
				case <-time.After(time.Millisecond):
				}
			}
			return drift.Observation{Findings: []drift.Finding{finding(l, "a", object.SeverityError)}}
		}
	}
	seen := drift.Run(t.Context(), []drift.Detector{
		detector{"etcd", drift.LayerEtcd, meet(drift.LayerEtcd)}, detector{"nats", drift.LayerNATS, meet(drift.LayerNATS)},
	}, drift.RunOptions{})
	if len(seen.Findings) != 2 || seen.Findings[0].Layer != drift.LayerNATS {
		t.Errorf("findings = %+v", seen.Findings)
	}
}

func TestRunTurnsFailuresIntoUnknowns(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for name, tt := range map[string]struct {
		detect func(context.Context) drift.Observation
		want   string
	}{
		"panic":   {func(context.Context) drift.Observation { panic("index out of range") }, "unexpected: index out of range"},
		"timeout": {func(context.Context) drift.Observation { <-release; return drift.Observation{} }, "did not answer within 20ms"},
	} {
		t.Run(name, func(t *testing.T) {
			seen := drift.Run(t.Context(), []drift.Detector{detector{"etcd", drift.LayerEtcd, tt.detect}}, drift.RunOptions{Timeout: 20 * time.Millisecond})
			if len(seen.Unknowns) != 1 || !strings.Contains(seen.Unknowns[0].Reason, tt.want) || seen.Unknowns[0].Code != codes.DetectorFailed {
				t.Fatalf("unknowns = %+v", seen.Unknowns)
			}
			if seen.Verdict() != drift.VerdictUnknown {
				t.Errorf("verdict = %s", seen.Verdict())
			}
		})
	}
}

func TestRunKeepsToConcurrency(t *testing.T) {
	running := make(chan struct{}, 1)
	one := detector{"one", drift.LayerObjects, func(context.Context) drift.Observation {
		select {
		case running <- struct{}{}:
			defer func() { <-running }()
			return drift.Observation{}
		default:
			return drift.Observation{Findings: []drift.Finding{finding(drift.LayerObjects, "two at once", object.SeverityError)}}
		}
	}}
	if seen := drift.Run(t.Context(), []drift.Detector{one, one, one}, drift.RunOptions{Concurrency: 1}); len(seen.Findings) > 0 {
		t.Errorf("findings = %+v", seen.Findings)
	}
}

func TestIdentityIsThatOfTheDrift(t *testing.T) {
	a := finding(drift.LayerObjects, "etcd", object.SeverityError)
	same, other := a, a
	same.Have, same.Severity, same.Since, same.Author = "2", object.SeverityInfo, time.Unix(9, 0), drift.Author{Manager: "x"}
	other.Field = "spec.image"
	if a.ID() != same.ID() || a.ID() == other.ID() {
		t.Errorf("ids: %s, the same drift %s, another %s", a.ID(), same.ID(), other.ID())
	}
}

func TestVerdictAndSummary(t *testing.T) {
	unknown := drift.Unknown{Layer: drift.LayerEtcd, Code: "DG3101", Target: drift.Target{Endpoint: "127.0.0.1:1"}, Reason: "refused"}
	note := finding(drift.LayerNATS, "n", object.SeverityInfo)
	for name, tt := range map[string]struct {
		seen    drift.Observation
		verdict drift.Verdict
		summary string
	}{
		"in sync":           {drift.Observation{}, drift.VerdictInSync, "no drift found"},
		"a note":            {drift.Observation{Findings: []drift.Finding{note}}, drift.VerdictInSync, "1 note"},
		"could not look":    {drift.Observation{Unknowns: []drift.Unknown{unknown}}, drift.VerdictUnknown, "no drift found; etcd could not be looked at in full"},
		"note and unknown":  {drift.Observation{Findings: []drift.Finding{note}, Unknowns: []drift.Unknown{unknown}}, drift.VerdictUnknown, "1 note; etcd could not be looked at in full"},
		"drift and unknown": {drift.Observation{Findings: []drift.Finding{finding(drift.LayerNATS, "n", object.SeverityWarning), finding(drift.LayerNATS, "m", object.SeverityWarning)}, Unknowns: []drift.Unknown{unknown}}, drift.VerdictDrifted, "2 warnings; etcd could not be looked at in full"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.seen.Verdict(); got != tt.verdict {
				t.Errorf("verdict = %s, want %s", got, tt.verdict)
			}
			if got := tt.seen.Summary(); got != tt.summary {
				t.Errorf("summary = %q, want %q", got, tt.summary)
			}
		})
	}
}

func TestTracker(t *testing.T) {
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	scaled := finding(drift.LayerObjects, "etcd", object.SeverityError)
	scaled.Author = drift.Author{Manager: "kubectl", Subresource: "scale", Time: at(1), Observed: true}
	nats := finding(drift.LayerNATS, "nats", object.SeverityError)
	var tracker drift.Tracker

	first, changes := tracker.Update(drift.Observation{Findings: []drift.Finding{scaled, nats, nats}}, at(10))
	if len(first.Findings) != 2 || len(changes) != 2 || !first.Findings[0].Since.Equal(at(10)) {
		t.Fatalf("first: %+v, %+v", first, changes)
	}

	// The author is not known at the second look; NATS cannot be seen.
	later := scaled
	later.Author = drift.Author{}
	blind := drift.Unknown{Layer: drift.LayerNATS, Code: "DG3001", Target: drift.Target{Endpoint: "x:8222"}, Reason: "refused"}
	second, changes := tracker.Update(drift.Observation{Findings: []drift.Finding{later}, Unknowns: []drift.Unknown{blind}}, at(20))
	want := []drift.Change{{Unknown: withSince(blind, at(20))}}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Errorf("changes of the second look (-want +got):\n%s", diff)
	}
	if len(second.Findings) != 2 || second.Findings[0].Author.Manager != "kubectl" || !second.Findings[0].Since.Equal(at(10)) || !second.Findings[1].Stale {
		t.Errorf("second: %+v", second.Findings)
	}

	// Everything can be seen, and nothing is wrong.
	third, changes := tracker.Update(drift.Observation{}, at(30))
	if len(third.Findings)+len(third.Unknowns) != 0 || len(changes) != 3 {
		t.Errorf("third: %+v, %+v", third, changes)
	}
	for _, c := range changes {
		if !c.Resolved {
			t.Errorf("not resolved: %+v", c)
		}
	}
}

func TestTrackerUnknownOfOneObject(t *testing.T) {
	a, b := finding(drift.LayerObjects, "a", object.SeverityError), finding(drift.LayerObjects, "b", object.SeverityError)
	var tracker drift.Tracker
	tracker.Update(drift.Observation{Findings: []drift.Finding{a, b}}, time.Unix(1, 0))
	seen, changes := tracker.Update(drift.Observation{Unknowns: []drift.Unknown{{Layer: drift.LayerObjects, Code: "DG2002", Target: a.Target, Reason: "forbidden"}}}, time.Unix(2, 0))
	if len(seen.Findings) != 1 || seen.Findings[0].Target != a.Target {
		t.Errorf("kept %+v", seen.Findings)
	}
	if len(changes) != 2 {
		t.Errorf("changes = %+v", changes)
	}
}

func withSince(u drift.Unknown, at time.Time) drift.Unknown { u.Since = at; return u }

func ExampleObservation_Summary() {
	seen := drift.Observation{Findings: []drift.Finding{finding(drift.LayerObjects, "dynamo-etcd", object.SeverityError)}}
	fmt.Println(seen.Findings[0].Target, seen.Summary(), seen.Verdict())
	// Output: StatefulSet/d/dynamo-etcd 1 error True
}
