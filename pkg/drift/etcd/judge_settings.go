// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

const (
	// defaultQuota is etcd's own, in bytes.
	defaultQuota = 2 << 30
	// How much of the quota may be used before it is a warning, and an error, in percent.
	nearlyFull, full = 80, 95
	// A database is fragmented where less than half of it is used, and that part
	// is large enough to matter.
	fragmentedShare = 50
	fragmentedSize  = 100 << 20
)

// alarm is one that is raised: its kind, and the member that it is about.
type alarm struct {
	kind   string
	member uint64
}

// parseAlarm reads an alarm out of what a member says of its health, which is
// the text form of a message: "memberID:1234 alarm:NOSPACE".
func parseAlarm(text string) (alarm, bool) {
	kind := regexp.MustCompile(`\balarm:\s*([A-Z]+)`).FindStringSubmatch(text)
	if kind == nil {
		return alarm{}, false
	}
	a := alarm{kind: kind[1]}
	if id := regexp.MustCompile(`\bmemberID:\s*([0-9]+)`).FindStringSubmatch(text); id != nil {
		a.member, _ = strconv.ParseUint(id[1], 10, 64)
	}
	return a, true
}

// findAlarms finds the alarms that any member knows of; all of them know all.
func findAlarms(in *input) []drift.Finding {
	names := map[uint64]string{}
	for _, l := range in.list() {
		names[l.id] = l.label()
	}
	labels := map[uint64]string{}
	for _, m := range in.answering() {
		labels[m.status.id] = m.label
	}
	raised := map[string]drift.Finding{}
	for _, m := range in.answering() {
		for _, text := range m.status.errors {
			a, ok := parseAlarm(text)
			if !ok {
				continue
			}
			label, known := labels[a.member]
			if !known {
				label = names[a.member]
			}
			raised[a.kind+"\x00"+label] = drift.Finding{Target: at(label), Field: "alarms[name=" + a.kind + "]", Want: "none", Have: a.kind,
				Problem: alarmProblem(a.kind), Action: alarmAction(a.kind)}
		}
	}
	var found []drift.Finding
	for _, key := range slices.Sorted(maps.Keys(raised)) {
		found = append(found, raised[key])
	}
	return found
}

func alarmProblem(kind string) string {
	switch kind {
	case "NOSPACE":
		return "the alarm NOSPACE is raised: every write to the cluster is refused"
	case "CORRUPT":
		return "the alarm CORRUPT is raised: this member holds other data than the rest"
	default:
		return "the alarm " + kind + " is raised"
	}
}

func alarmAction(kind string) string {
	if kind == "NOSPACE" {
		return "compact, defragment, then run etcdctl alarm disarm"
	}
	return "stop the member, remove its data and let it join again, then run etcdctl alarm disarm"
}

// quotaOf returns the quota that a member runs with.
func (in *input) quotaOf(m *member) int64 {
	switch {
	case m.status.quota > 0:
		return m.status.quota
	case in.want.Quota > 0:
		return in.want.Quota
	default:
		return defaultQuota
	}
}

func findFull(in *input) []drift.Finding {
	return in.each(func(m *member) (drift.Finding, bool) {
		quota := in.quotaOf(m)
		percent := float64(m.status.dbSize) / float64(quota) * 100
		if percent < nearlyFull {
			return drift.Finding{}, false
		}
		f := drift.Finding{Field: "db_size", Want: fmt.Sprintf("below %d%% of the quota", nearlyFull),
			Have:    fmt.Sprintf("%.0f%% of %s", percent, size(quota)),
			Problem: fmt.Sprintf("the database is at %.0f%% of its quota; at the quota every write is refused", percent),
			Action:  "compact and defragment, or raise ETCD_QUOTA_BACKEND_BYTES in etcd.extraEnvVars"}
		if percent >= full {
			f.Severity = object.SeverityError
		}
		return f, true
	})
}

func size(bytes int64) string { return resource.NewQuantity(bytes, resource.BinarySI).String() }

func findQuota(in *input) []drift.Finding {
	return in.each(func(m *member) (drift.Finding, bool) {
		if in.want.Quota == 0 || m.status.quota == 0 || m.status.quota == in.want.Quota {
			return drift.Finding{}, false
		}
		return drift.Finding{Field: "quota_backend_bytes", Want: size(in.want.Quota), Have: size(m.status.quota),
			Problem: fmt.Sprintf("the quota is %s, and Git says %s", size(m.status.quota), size(in.want.Quota)),
			Action:  "reconcile the HelmRelease and restart the pod"}, true
	})
}

func findFragmented(in *input) []drift.Finding {
	return in.each(func(m *member) (drift.Finding, bool) {
		total, used := m.status.dbSize, m.status.dbInUse
		if total < fragmentedSize || used <= 0 || float64(used) >= float64(total)*fragmentedShare/100 {
			return drift.Finding{}, false
		}
		share := float64(used) / float64(total) * 100
		f := drift.Finding{Field: "db_size_in_use", Want: fmt.Sprintf("over %d%%", fragmentedShare), Have: fmt.Sprintf("%.0f%% of %s", share, size(total)),
			Problem: fmt.Sprintf("only %.0f%% of the database file is used, and all of it counts against the quota", share),
			Action:  "run etcdctl defrag, one member at a time, the leader last"}
		if float64(total) > float64(in.quotaOf(m))/2 {
			f.Severity = object.SeverityWarning
		}
		return f, true
	})
}

func findAuth(in *input) []drift.Finding {
	for _, m := range in.members {
		have := wanted.Unsaid
		switch m.auth {
		case authOn:
			have = wanted.On
		case authOff:
			have = wanted.Off
		}
		if have == wanted.Unsaid || in.want.Auth == wanted.Unsaid || have == in.want.Auth {
			continue
		}
		f := drift.Finding{Field: "auth", Want: string(in.want.Auth), Have: string(have),
			Problem: "authentication is on, and Git has it off, so workers are refused", Action: "run etcdctl auth disable, or change the values"}
		if have == wanted.Off {
			f.Problem, f.Action = "authentication is off, and Git has it on, so everybody may write", "reconcile the HelmRelease, or run etcdctl auth enable"
		}
		return []drift.Finding{f}
	}
	return nil
}

// findTLS finds members that speak plain text where Git has TLS, and members
// that tell clients addresses of the other kind.
func findTLS(in *input) []drift.Finding {
	if in.want.TLS == wanted.Unsaid {
		return nil
	}
	var found []drift.Finding
	for _, m := range in.members {
		if in.want.TLS == wanted.On && m.plain {
			found = append(found, drift.Finding{Target: at(m.label), Field: "tls", Want: "on", Have: "off",
				Problem: "serves clients in plain text, and Git has TLS", Action: "reconcile the HelmRelease and restart the pod"})
		}
	}
	scheme, other := "http://", wanted.On
	if in.want.TLS == wanted.On {
		scheme, other = "https://", wanted.Off
	}
	for _, l := range in.list() {
		strange := slices.ContainsFunc(l.clients, func(u string) bool { return !strings.HasPrefix(u, scheme) })
		if strange {
			found = append(found, drift.Finding{Field: "members[name=" + l.label() + "].clientURLs", Want: strings.TrimSuffix(scheme, "://"), Have: "TLS " + string(other),
				Problem: fmt.Sprintf("member %s tells clients addresses that do not begin with %s", l.label(), scheme),
				Action:  "reconcile the HelmRelease and restart the pod"})
		}
	}
	return found
}
