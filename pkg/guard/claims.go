// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func claimRules() []Rule {
	return []Rule{
		failure("DG1730", "immutable field of a StatefulSet",
			"Kubernetes refuses another claim template, Service name or pod management policy for a StatefulSet that exists, so the upgrade fails, and with rollback it fails again and again.",
			eachStep(checkImmutable)),
		failure("DG1731", "claim made smaller",
			"A claim never shrinks. Only a new, empty one is smaller.",
			eachStep(checkShrunk)),
		failure("DG1732", "persistence turned off",
			"The pods come back without their claims: what is stored is out of reach, and an etcd member without its data cannot join its cluster again.",
			eachStep(checkPersistence)),
		failure("DG1733", "JetStream may store less",
			"Streams that hold more than the new limit cannot be restored when the server starts. It is a warning where at least nine tenths of the limit stay.",
			eachStep(checkJetStream)),
		failure("DG1734", "StatefulSet renamed",
			"Another name is another StatefulSet with new, empty claims and other addresses.",
			eachStep(checkStatefulNames)),
	}
}

// claimField is a value that ends up in an immutable field of a StatefulSet.
type claimField struct {
	part  chart.Part
	path  string
	typed string
	size  bool
	label string
}

func claimFields() []claimField {
	return []claimField{
		{part: chart.PartEtcd, path: "etcd.persistence.size", typed: "components.etcd.storage", size: true, label: "the size of the claims of etcd"},
		{part: chart.PartEtcd, path: "etcd.persistence.storageClass", typed: "components.etcd.storageClass", label: "the storage class of etcd"},
		{part: chart.PartEtcd, path: "etcd.persistence.accessModes", label: "the access modes of the claims of etcd"},
		{part: chart.PartEtcd, path: "etcd.persistence.selector", label: "the volume selector of etcd"},
		{part: chart.PartNATS, path: fileStore + "pvc.size", typed: "components.nats.jetStream.storage", size: true, label: "the size of the claims of NATS"},
		{part: chart.PartNATS, path: fileStore + "pvc.storageClassName", typed: "components.nats.jetStream.storageClass", label: "the storage class of NATS"},
		{part: chart.PartNATS, path: fileStore + "pvc.name", label: "the name of the claims of NATS"},
		{part: chart.PartNATS, path: fileStore + "pvc.merge", label: "what is merged into the claims of NATS"},
		{part: chart.PartNATS, path: fileStore + "pvc.patch", label: "what is patched into the claims of NATS"},
	}
}

// persists says whether the part keeps its data in claims.
func (p *platform) persists(part chart.Part) bool {
	if !p.installs(part) {
		return false
	}
	if part == chart.PartEtcd {
		return p.flag("etcd.persistence.enabled")
	}
	return p.flag(jetStream+"enabled") && p.flag(fileStore+"enabled") && p.flag(fileStore+"pvc.enabled")
}

// statefulSet returns the name of the StatefulSet of a store.
func (p *platform) statefulSet(part chart.Part) string {
	if part == chart.PartNATS {
		if name := p.text("nats.statefulSet.name"); name != "" {
			return name
		}
	}
	for _, s := range stores() {
		if s.part == part {
			service, _, _ := strings.Cut(p.host(s), ".")
			return service
		}
	}
	return p.Release.Name
}

// sameSet says whether a part is installed in both plans as the same
// StatefulSet, so that its immutable fields matter.
func (s step) sameSet(part chart.Part) bool {
	return s.before.installs(part) && s.after.installs(part) && s.before.Release == s.after.Release &&
		s.before.cluster() == s.after.cluster() && s.before.statefulSet(part) == s.after.statefulSet(part)
}

func checkImmutable(s step, r *Report) {
	for _, field := range claimFields() {
		if s.sameSet(field.part) && s.before.persists(field.part) && s.after.persists(field.part) {
			reportField(s, r, field)
		}
	}
	if name := "nats.headlessService.name"; s.sameSet(chart.PartNATS) && s.before.text(name) != s.after.text(name) {
		r.Add(s.after.blame("", name), "the Service of the StatefulSet of NATS gets another name, which Kubernetes refuses",
			orphanFix(s.after.statefulSet(chart.PartNATS), s.after.Release.Namespace)+"; the addresses of its pods change with it")
	}
	if s.sameSet(chart.PartEtcd) && s.before.text("etcd.podManagementPolicy") != s.after.text("etcd.podManagementPolicy") {
		r.Add(s.after.blame("", "etcd.podManagementPolicy"), "the pod management policy of etcd changes, which Kubernetes refuses",
			orphanFix(s.after.statefulSet(chart.PartEtcd), s.after.Release.Namespace))
	}
	if s.sameSet(chart.PartEtcd) && !s.before.persists(chart.PartEtcd) && s.after.persists(chart.PartEtcd) {
		r.Add(s.after.blame("components.etcd.persistence", "etcd.persistence.enabled"), "etcd gets claims, which Kubernetes refuses for a StatefulSet that exists",
			"take a snapshot; "+orphanFix(s.after.statefulSet(chart.PartEtcd), s.after.Release.Namespace)+"; members start empty and need the snapshot")
	}
	if s.sameSet(chart.PartNATS) && !s.before.persists(chart.PartNATS) && s.after.persists(chart.PartNATS) {
		r.Add(s.after.blame("components.nats.jetStream.enabled", jetStream+"enabled", fileStore+"enabled", fileStore+"pvc.enabled"),
			"NATS gets claims, which Kubernetes refuses for a StatefulSet that exists", orphanFix(s.after.statefulSet(chart.PartNATS), s.after.Release.Namespace))
	}
}

func reportField(s step, r *Report, field claimField) {
	before, _ := s.before.value(field.path)
	after, _ := s.after.value(field.path)
	if equalValue(before, after) {
		return
	}
	where := s.after.blame(field.typed, field.path)
	set, namespace := s.after.statefulSet(field.part), s.after.Release.Namespace
	if !field.size {
		r.Add(where, fmt.Sprintf("%s changes%s, which Kubernetes refuses", field.label, fromTo(before, after)),
			"keep it; to change it, "+copyFix(set, namespace))
		return
	}
	old, ok := s.before.size(field.path)
	wanted, ok2 := s.after.size(field.path)
	if !ok || !ok2 || wanted.Cmp(old) <= 0 {
		return // equal in another unit, or smaller: DG1731.
	}
	r.Add(where, fmt.Sprintf("%s grows from %s to %s, which Kubernetes refuses in the StatefulSet %s", field.label, old.String(), wanted.String(), set),
		fmt.Sprintf("where the storage class allows expansion: suspend the HelmRelease, set the request of each claim of %s to %s, %s, then merge and resume; every member keeps running",
			set, wanted.String(), orphanFix(set, namespace)))
}

// orphanFix is how a StatefulSet is replaced while its pods keep running.
func orphanFix(set, namespace string) string {
	return fmt.Sprintf("delete the StatefulSet alone (kubectl -n %s delete statefulset %s --cascade=orphan), so that the upgrade makes it anew around the pods", namespace, set)
}

func copyFix(set, namespace string) string {
	return fmt.Sprintf("back up the data, scale the graphs down, delete StatefulSet %s in %s and its claims, merge, then restore", set, namespace)
}

func checkShrunk(s step, r *Report) {
	for _, field := range claimFields() {
		if !field.size || !s.sameSet(field.part) || !s.before.persists(field.part) || !s.after.persists(field.part) {
			continue
		}
		old, ok := s.before.size(field.path)
		wanted, ok2 := s.after.size(field.path)
		if ok && ok2 && wanted.Cmp(old) < 0 {
			r.Add(s.after.blame(field.typed, field.path),
				fmt.Sprintf("%s shrinks from %s to %s: data at risk, and Kubernetes refuses it", field.label, old.String(), wanted.String()),
				fmt.Sprintf("keep %s; to shrink, %s", old.String(), copyFix(s.after.statefulSet(field.part), s.after.Release.Namespace)))
		}
	}
}

func checkPersistence(s step, r *Report) {
	for _, st := range stores() {
		if !s.sameSet(st.part) || !s.before.persists(st.part) || s.after.persists(st.part) {
			continue
		}
		typed, paths, what := "components.etcd.persistence", []string{"etcd.persistence.enabled"}, "etcd loses its claims"
		if st.part == chart.PartNATS {
			typed, what = "components.nats.jetStream.enabled", "JetStream loses its claims"
			paths = []string{jetStream + "enabled", fileStore + "enabled", fileStore + "pvc.enabled"}
		}
		r.Add(s.after.blame(typed, s.after.falseOnes(paths)...),
			what+": data at risk, and Kubernetes refuses it for the StatefulSet that exists",
			"keep it on; otherwise see that nothing needs what is stored, then "+orphanFix(s.after.statefulSet(st.part), s.after.Release.Namespace))
	}
}

// falseOnes returns the paths whose value is not true.
func (p *platform) falseOnes(paths []string) []string {
	var off []string
	for _, path := range paths {
		if !p.flag(path) {
			off = append(off, path)
		}
	}
	return off
}

func checkJetStream(s step, r *Report) {
	if !s.sameSet(chart.PartNATS) {
		return
	}
	for _, limit := range []struct{ part, typed, what string }{
		{"fileStore", "components.nats.jetStream.maxFileStore", "on disk"},
		{"memoryStore", "components.nats.jetStream.maxMemoryStore", "in memory"},
	} {
		path := jetStream + limit.part + ".maxSize"
		on := func(p *platform) bool { return p.flag(jetStream+"enabled") && p.flag(jetStream+limit.part+".enabled") }
		if !on(s.before) || !on(s.after) {
			continue
		}
		old, ok := s.before.jetStreamLimit(limit.part)
		wanted, ok2 := s.after.jetStreamLimit(limit.part)
		if ok && ok2 && wanted.Cmp(old) < 0 {
			r.AddAs(lossSeverity(old, wanted), s.after.blame(limit.typed, path, jetStream+limit.part+".pvc.size"),
				fmt.Sprintf("JetStream may keep %s %s instead of %s: data at risk", wanted.String(), limit.what, old.String()),
				"see with nats stream report that all streams together hold less, or lower their limits first")
		}
	}
	if memory := jetStream + "memoryStore.enabled"; s.before.flag(jetStream+"enabled") && s.after.flag(jetStream+"enabled") && s.before.flag(memory) && !s.after.flag(memory) {
		r.Add(s.after.blame("components.nats.jetStream.maxMemoryStore", memory), "JetStream keeps nothing in memory any more, and streams that live there are lost",
			"move or remove streams with memory storage first")
	}
}

// lossSeverity is a warning where the new limit keeps nine tenths of the old
// one: that is the room that ours leave on a claim, and a store that needs the
// last tenth is in trouble anyway.
func lossSeverity(old, wanted resource.Quantity) object.Severity {
	if wanted.AsApproximateFloat64() >= 0.9*old.AsApproximateFloat64() {
		return object.SeverityWarning
	}
	return object.SeverityError
}

func checkStatefulNames(s step, r *Report) {
	if s.before.Release != s.after.Release {
		return // DG1701 and DG1702 say more.
	}
	for _, st := range stores() {
		part := string(st.part)
		before, after := s.before.statefulSet(st.part), s.after.statefulSet(st.part)
		if namespace := part + ".namespaceOverride"; s.before.text(namespace) != s.after.text(namespace) {
			before, after = s.before.text(namespace)+"/"+before, s.after.text(namespace)+"/"+after
		}
		if !s.before.installs(st.part) || !s.after.installs(st.part) || before == after {
			continue
		}
		r.Add(s.after.blame(st.typed, part+".fullnameOverride", part+".statefulSet.name", part+".namespaceOverride"),
			fmt.Sprintf("the StatefulSet %s becomes %s with new, empty claims", before, after),
			fmt.Sprintf("keep the name %s; to rename, %s", before, copyFix(before, s.before.Release.Namespace)))
	}
}

// equalValue compares two values of a chart; what is empty equals what is
// absent.
func equalValue(a, b any) bool {
	return printed(a) == printed(b)
}

// printed is a value as text, with the keys of maps in order.
func printed(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case map[string]any:
		if len(v) == 0 {
			return ""
		}
	case []any:
		if len(v) == 0 {
			return ""
		}
	}
	return fmt.Sprint(value)
}

// fromTo names two scalars; maps and lists are not printed.
func fromTo(before, after any) string {
	a, ok := scalar(before)
	b, ok2 := scalar(after)
	if !ok || !ok2 {
		return ""
	}
	return fmt.Sprintf(" from %s to %s", a, b)
}

func scalar(value any) (string, bool) {
	switch v := value.(type) {
	case map[string]any, []any:
		return "", false
	case nil:
		return "the default", true
	case string:
		if v == "" {
			return "the default", true
		}
		return v, true
	default:
		return fmt.Sprint(v), true
	}
}
