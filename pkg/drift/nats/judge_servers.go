// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// connected returns the ids of the servers that answer, and of those they have
// routes to.
func (in *input) connected() map[string]bool {
	ids := map[string]bool{}
	for _, s := range in.look.servers {
		ids[s.varz.ID] = true
		for id := range s.routes() {
			ids[id] = true
		}
	}
	return ids
}

// routes returns the ids of the servers that this one is connected with.
func (s *server) routes() map[string]bool {
	ids := map[string]bool{}
	if s.routez == nil {
		return ids
	}
	for _, r := range s.routez.Routes {
		if r.ID != "" {
			ids[r.ID] = true
		}
	}
	return ids
}

// routed says whether all that answer told their routes, so that a count of
// servers is one.
func (in *input) routed() bool {
	return len(in.look.servers) > 0 &&
		!slices.ContainsFunc(in.look.servers, func(s *server) bool { return s.routez == nil })
}

func findMissing(in *input) []drift.Finding {
	have, want := len(in.connected()), in.want.Replicas
	// One that does not answer and that no other one knows is missing; one that
	// could not be asked for its routes may know more.
	if want == 0 || have >= want || !in.routed() {
		return nil
	}
	f := drift.Finding{Field: "servers", Want: strconv.Itoa(want), Have: strconv.Itoa(have),
		Problem: fmt.Sprintf("the cluster has %d of %d servers%s", have, want, in.absentees()),
		Action:  "look at the pods of the StatefulSet: scaled by hand, pending or crashing"}
	if have > want/2 {
		f.Severity = object.SeverityWarning
	}
	return []drift.Finding{f}
}

func (in *input) absentees() string {
	if len(in.look.unanswered) == 0 {
		return ""
	}
	return "; no answer from " + strings.Join(in.look.unanswered, ", ")
}

func findExtra(in *input) []drift.Finding {
	have, want := len(in.connected()), in.want.Replicas
	if want == 0 || have <= want {
		return nil
	}
	return []drift.Finding{{Field: "servers", Want: strconv.Itoa(want), Have: strconv.Itoa(have),
		Problem: fmt.Sprintf("the cluster has %d servers, and Git says %d", have, want),
		Action:  "scale the StatefulSet back, or change spec.components.nats.replicas"}}
}

// findRoute finds servers that lack a route to one that answers.
func findRoute(in *input) []drift.Finding {
	if in.want.Replicas < 2 {
		return nil
	}
	return in.each(func(s *server) (drift.Finding, bool) {
		if s.routez == nil {
			return drift.Finding{}, false
		}
		routes := s.routes()
		var missing []string
		for _, other := range in.look.servers {
			if other.varz.ID != s.varz.ID && !routes[other.varz.ID] {
				missing = append(missing, other.label)
			}
		}
		if len(missing) == 0 {
			return drift.Finding{}, false
		}
		have := len(in.look.servers) - 1 - len(missing)
		return drift.Finding{Field: "routes", Want: strconv.Itoa(len(in.look.servers) - 1), Have: strconv.Itoa(have),
			Problem: "no route to " + strings.Join(missing, ", "),
			Action:  "look for a NetworkPolicy on port 6222, and at the certificate between servers"}, true
	})
}

// versions returns the versions that were seen, by the label of the server.
func (in *input) versions() map[string]string {
	versions := map[string]string{}
	for label, g := range in.look.greeted {
		versions[label] = drift.Line(g.Version)
	}
	for _, s := range in.look.servers {
		versions[s.label] = drift.Line(s.varz.Version)
	}
	return versions
}

func findVersion(in *input) []drift.Finding {
	if in.want.Version == "" {
		return nil
	}
	versions := in.versions()
	var found []drift.Finding
	for _, label := range slices.Sorted(maps.Keys(versions)) {
		if have := versions[label]; !wanted.SameVersion(in.want.Version, have) {
			found = append(found, drift.Finding{Target: at(label), Field: "version", Want: in.want.Version, Have: have,
				Problem: fmt.Sprintf("runs NATS %s, and the image in Git is %s", have, in.want.Version),
				Action:  "look at the StatefulSet's image and restart the pod"})
		}
	}
	return found
}

// findVersionMix finds servers of several versions where Git names none.
func findVersionMix(in *input) []drift.Finding {
	all := slices.Compact(slices.Sorted(maps.Values(in.versions())))
	if in.want.Version != "" || len(all) < 2 {
		return nil
	}
	return []drift.Finding{{Field: "version", Want: "one version", Have: strings.Join(all, ", "),
		Problem: "the servers run several versions", Action: "restart the pods that run an older image"}}
}

func findMaxPayload(in *input) []drift.Finding {
	want := in.want.MaxPayload
	return in.each(func(s *server) (drift.Finding, bool) {
		have := s.varz.MaxPayload
		if want == 0 || have == want {
			return drift.Finding{}, false
		}
		f := drift.Finding{Field: "max_payload", Want: strconv.FormatInt(want, 10), Have: strconv.FormatInt(have, 10),
			Problem: fmt.Sprintf("takes messages up to %d bytes, and Git says %d", have, want),
			Action:  "reconcile the HelmRelease; the server takes the change without a restart"}
		if have > want {
			f.Severity = object.SeverityWarning
		}
		return f, true
	})
}

func findTLS(in *input) []drift.Finding {
	required := map[string]bool{}
	for label, g := range in.look.greeted {
		required[label] = g.TLSRequired
	}
	for _, s := range in.look.servers {
		required[s.label] = s.varz.TLSRequired
	}
	var found []drift.Finding
	for _, label := range slices.Sorted(maps.Keys(required)) {
		have := wanted.Says(required[label])
		if in.want.TLS == wanted.Unsaid || have == in.want.TLS {
			continue
		}
		problem := "requires TLS, which Git does not, so clients fail"
		if have == wanted.Off {
			problem = "takes clients without TLS, which Git requires"
		}
		found = append(found, drift.Finding{Target: at(label), Field: "tls", Want: string(in.want.TLS), Have: string(have),
			Problem: problem, Action: "reconcile the HelmRelease"})
	}
	return found
}

// findConfigOld finds servers that read their configuration before it was last
// changed. The change must have had the time to arrive, and as two clocks are
// compared, a load shortly before it proves nothing. The digest that servers
// tell since 2.11 proves nothing either: it covers the server's own name.
func findConfigOld(in *input) []drift.Finding {
	changed := in.configChanged
	if changed.IsZero() || in.now.Sub(changed) < in.configArrival {
		return nil
	}
	slack := min(in.configArrival, time.Minute)
	return in.each(func(s *server) (drift.Finding, bool) {
		loaded := s.varz.ConfigLoadTime
		if loaded.IsZero() || s.varz.Now.IsZero() {
			return drift.Finding{}, false
		}
		// By this clock, not the server's.
		age := s.varz.Now.Sub(loaded)
		if !in.now.Add(-age).Before(changed.Add(-slack)) {
			return drift.Finding{}, false
		}
		return drift.Finding{Field: "config_load_time", Want: "after " + stamp(changed), Have: stamp(loaded),
			Problem: "runs on the configuration from before it was changed",
			Action:  "look at the logs of the reloader and of the server, then restart the pod"}, true
	})
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func findSlow(in *input) []drift.Finding {
	return in.each(func(s *server) (drift.Finding, bool) {
		if s.varz.SlowConsumers <= 0 {
			return drift.Finding{}, false
		}
		f := drift.Finding{Field: "slow_consumers", Want: "0",
			Have:   fmt.Sprintf("%d since %s", s.varz.SlowConsumers, stamp(s.varz.Start)),
			Action: "look for a worker without CPU, or one that blocks in its handler"}
		if in.slow[s.varz.ID] {
			f.Problem = "clients do not keep up, and were dropped"
			return f, true
		}
		f.Severity, f.Problem = object.SeverityInfo, "clients did not keep up, and were dropped, since the server started"
		return f, true
	})
}
