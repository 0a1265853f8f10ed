// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

const (
	// How much of a store may be used before it is a warning, and an error, in percent.
	nearlyFull, full = 80, 95
	// How far behind, and how long unheard of, a replica may be.
	behind   = 1000
	unheard  = 10 * time.Second
	mostSaid = 20 // streams that are reported one by one
)

func findJetStream(in *input) []drift.Finding {
	want := in.want.JetStream
	return in.each(func(s *server) (drift.Finding, bool) {
		have := wanted.Says(s.on())
		if want == wanted.Unsaid || have == want {
			return drift.Finding{}, false
		}
		f := drift.Finding{Field: "jetstream", Want: string(want), Have: string(have),
			Problem: "JetStream is off, and Git has it on",
			Action:  "reconcile the HelmRelease, and look at the server's log: a store that cannot be written turns it off too"}
		if have == wanted.On {
			f.Severity, f.Problem, f.Action = object.SeverityWarning, "JetStream is on, and Git has it off", "reconcile the HelmRelease"
		}
		return f, true
	})
}

func findHealth(in *input) []drift.Finding {
	return in.each(func(s *server) (drift.Finding, bool) {
		if !s.on() {
			return drift.Finding{}, false
		}
		f := drift.Finding{Field: "jetstream.health", Want: "ok", Action: "bring back a majority of the servers, and look at the server's log"}
		switch {
		case s.health != nil && s.health.Status != "ok":
			f.Have = drift.Line(cmp.Or(s.health.Error, s.health.Status, "not ok"))
			f.Problem = "the server says that it does not work: " + f.Have
		case s.jsz != nil && s.jsz.Meta != nil && s.jsz.Meta.Leader == "":
			f.Have, f.Problem = "no leader", "JetStream's metadata has no leader, so no stream can be made or changed"
		default:
			return drift.Finding{}, false
		}
		return f, true
	})
}

// meta returns the group of JetStream's metadata as its leader sees it, else as
// any member does.
func (in *input) meta() *group {
	var some *group
	for _, s := range in.look.servers {
		if s.jsz == nil || s.jsz.Meta == nil || s.jsz.Disabled {
			continue
		}
		if s.varz.Name != "" && s.jsz.Meta.Leader == s.varz.Name {
			return s.jsz.Meta
		}
		if some == nil {
			some = s.jsz.Meta
		}
	}
	return some
}

func findMetaGroup(in *input) []drift.Finding {
	meta := in.meta()
	if meta == nil || in.want.Replicas == 0 || meta.Size <= in.want.Replicas {
		return nil
	}
	var gone []string
	for _, p := range meta.Replicas {
		if p.Offline && len(gone) < mostSaid {
			gone = append(gone, drift.Line(p.Name))
		}
	}
	slices.Sort(gone)
	problem := fmt.Sprintf("JetStream's metadata counts %d peers, and Git says %d servers", meta.Size, in.want.Replicas)
	if len(gone) > 0 {
		problem += "; gone: " + strings.Join(gone, ", ")
	}
	return []drift.Finding{{Field: "jetstream.meta.cluster_size", Want: strconv.Itoa(in.want.Replicas), Have: strconv.Itoa(meta.Size),
		Problem: problem, Action: "remove what is gone with nats server cluster peer-remove"}}
}

func findStoreLimit(in *input) []drift.Finding {
	var found []drift.Finding
	for _, limit := range []struct {
		field string
		want  int64
		have  func(*server) int64
	}{
		{"max_file_store", in.want.MaxFileStore, func(s *server) int64 { return s.varz.JetStream.Config.MaxStore }},
		{"max_memory_store", in.want.MaxMemoryStore, func(s *server) int64 { return s.varz.JetStream.Config.MaxMemory }},
	} {
		found = append(found, in.each(func(s *server) (drift.Finding, bool) {
			if !s.on() || limit.want == 0 || limit.have(s) == limit.want {
				return drift.Finding{}, false
			}
			have := limit.have(s)
			return drift.Finding{Field: "jetstream." + limit.field, Want: size(limit.want), Have: size(have),
				Problem: fmt.Sprintf("%s is %s, and Git says %s", limit.field, size(have), size(limit.want)),
				Action:  "reconcile the HelmRelease and restart the pod"}, true
		})...)
	}
	return found
}

func size(bytes int64) string { return resource.NewQuantity(bytes, resource.BinarySI).String() }

func findStoreFull(in *input) []drift.Finding {
	var found []drift.Finding
	for _, store := range []struct {
		field string
		use   func(*server) (used uint64, limit int64)
	}{
		{"file", func(s *server) (uint64, int64) { return s.varz.JetStream.Stats.Store, s.varz.JetStream.Config.MaxStore }},
		{"memory", func(s *server) (uint64, int64) {
			return s.varz.JetStream.Stats.Memory, s.varz.JetStream.Config.MaxMemory
		}},
	} {
		found = append(found, in.each(func(s *server) (drift.Finding, bool) {
			if !s.on() || s.varz.JetStream.Stats == nil {
				return drift.Finding{}, false
			}
			used, limit := store.use(s)
			if limit <= 0 {
				return drift.Finding{}, false
			}
			percent := float64(used) / float64(limit) * 100
			if percent < nearlyFull {
				return drift.Finding{}, false
			}
			f := drift.Finding{Field: "jetstream." + store.field + "_store", Want: fmt.Sprintf("below %d%%", nearlyFull),
				Have:    fmt.Sprintf("%.0f%% of %s", percent, size(limit)),
				Problem: fmt.Sprintf("the %s store is %.0f%% full; at its limit streams refuse messages", store.field, percent),
				Action:  "purge or limit streams, or raise spec.components.nats.jetStream.maxFileStore and storage"}
			if store.field == "memory" {
				f.Action = "purge or limit streams, or raise spec.components.nats.jetStream.maxMemoryStore"
			}
			if percent >= full {
				f.Severity = object.SeverityError
			}
			return f, true
		})...)
	}
	return found
}

// knownStream is a stream as its leader sees it, else as any server does.
type knownStream struct {
	stream
	account string
	led     bool
}

func (k knownStream) label() string {
	if k.account == "" || k.account == "$G" {
		return drift.Line(k.Name)
	}
	return drift.Line(k.account + "/" + k.Name)
}

// streamSet holds the streams that were seen, by account and name.
type streamSet map[string]knownStream

// note takes a server's view of a stream, where it is better than an earlier
// one: that of the stream's leader, else one that knows of no leader least.
func (set streamSet) note(account, viewer string, s stream) {
	key := account + "\x00" + s.Name
	leader := ""
	if s.Cluster != nil {
		leader = s.Cluster.Leader
	}
	k := knownStream{stream: s, account: account, led: leader != "" && leader == viewer}
	before, known := set[key]
	if !known || k.led || !before.led && before.Cluster != nil && before.Cluster.Leader == "" {
		set[key] = k
	}
}

// knownStreams returns the streams of all servers, each once, sorted.
func (in *input) knownStreams() []knownStream {
	set := streamSet{}
	for _, s := range in.look.servers {
		if s.jsz == nil {
			continue
		}
		for _, a := range s.jsz.Accounts {
			for _, st := range a.Streams {
				set.note(a.Name, s.varz.Name, st)
			}
		}
	}
	if len(set) == 0 { // the account's own view, which is that of the leaders
		for _, s := range in.look.streams {
			if s.Cluster == nil {
				set.note("", "", s)
				continue
			}
			set.note("", s.Cluster.Leader, s)
		}
	}
	list := make([]knownStream, 0, len(set))
	for _, key := range slices.Sorted(maps.Keys(set)) {
		list = append(list, set[key])
	}
	return list
}

// eachStream returns what one question finds about each stream, one by one for
// the first and as a number for the rest.
func (in *input) eachStream(ask func(k knownStream) (drift.Finding, bool)) []drift.Finding {
	var (
		found []drift.Finding
		more  int
	)
	for _, k := range in.knownStreams() {
		f, ok := ask(k)
		switch {
		case !ok:
		case len(found) < mostSaid:
			f.Field = "streams[name=" + k.label() + "]" + f.Field
			found = append(found, f)
		default:
			more++
		}
	}
	if more > 0 {
		found = append(found, drift.Finding{Field: "streams", Have: strconv.Itoa(more),
			Problem: fmt.Sprintf("%d more streams are like those named", more), Action: "see nats stream report"})
	}
	return found
}

func findStreamReplicas(in *input) []drift.Finding {
	want := in.want.StreamReplicas
	if want < 2 {
		return nil
	}
	return in.eachStream(func(k knownStream) (drift.Finding, bool) {
		if k.Config == nil || k.Config.Replicas >= want {
			return drift.Finding{}, false
		}
		return drift.Finding{Field: ".num_replicas", Want: strconv.Itoa(want), Have: strconv.Itoa(k.Config.Replicas),
			Problem: fmt.Sprintf("stream %s has %d of %d wanted replicas", k.label(), k.Config.Replicas, want),
			Action:  fmt.Sprintf("run nats stream edit %s --replicas %d", drift.Line(k.Name), want)}, true
	})
}

func findStreamHealth(in *input) []drift.Finding {
	return in.eachStream(func(k knownStream) (drift.Finding, bool) {
		if k.Cluster == nil {
			return drift.Finding{}, false
		}
		if k.Cluster.Leader == "" {
			return drift.Finding{Severity: object.SeverityError, Field: ".leader", Want: "a leader", Have: "none",
				Problem: fmt.Sprintf("stream %s has no leader, so it takes no messages", k.label()),
				Action:  "bring back the servers that hold it"}, true
		}
		if !k.led {
			return drift.Finding{}, false // followers know little of each other
		}
		away := k.away()
		if len(away) == 0 {
			return drift.Finding{}, false
		}
		return drift.Finding{Field: ".replicas", Want: "all current", Have: strings.Join(away, ", "),
			Problem: fmt.Sprintf("stream %s is not replicated: %s", k.label(), strings.Join(away, ", ")),
			Action:  "bring the server back; see nats stream report"}, true
	})
}

// away names the replicas that are not there, or behind.
func (k knownStream) away() []string {
	var away []string
	for _, p := range k.Cluster.Replicas {
		switch {
		case len(away) >= mostSaid:
		case p.Offline:
			away = append(away, drift.Line(p.Name)+" is offline")
		case !p.Current && (p.Lag >= behind || p.Active >= unheard):
			away = append(away, drift.Line(p.Name)+" is behind")
		}
	}
	slices.Sort(away)
	if k.Config != nil && len(k.Cluster.Replicas)+1 < k.Config.Replicas && len(away) == 0 {
		away = append(away, fmt.Sprintf("%d of %d replicas", len(k.Cluster.Replicas)+1, k.Config.Replicas))
	}
	return away
}
