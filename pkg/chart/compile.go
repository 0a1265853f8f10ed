// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/json"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// Compile turns typed components into values of this version. A field that is
// not set gives no value, so that what lies below (a profile, the chart) stays;
// values written by the user are meant to be merged on top of the result.
//
// Beyond the fields themselves it writes what they need: the operator's
// address of NATS when TLS is on (for the release given), 90 % of the claim as
// the limit of JetStream files, 90 % of the memory limit as GOMEMLIMIT, the
// quorum of etcd's disruption budget, and always, unless etcd is external or
// absent, etcd.auth.token.enabled: false, without which no two renders of the
// chart are the same. The settings of a part that is external or absent are
// left out.
//
// A field that this version cannot express is an IssueUnsupported with the
// field's path below spec; a field that asks for what the version does anyway
// is dropped in silence. An unreadable tolerations or affinity field is an
// IssueType. The result passes CheckValues of this version.
func (v *Version) Compile(c v1alpha1.Components, r Release) (map[string]any, []values.Issue) {
	b := builder{version: v, out: map[string]any{}}
	b.operator(c.Operator)
	b.nats(c.NATS, r)
	b.etcd(c.Etcd)
	b.scheduler(PartGrove, "grove", c.Grove)
	b.scheduler(PartKAI, "kaiScheduler", c.KAIScheduler)
	b.staleness(c)
	return b.out, b.issues
}

// builder collects the values of one Compile.
type builder struct {
	version *Version
	out     map[string]any
	issues  []values.Issue
}

// before says whether the version is older than a minor.
func (b *builder) before(m minor) bool { return b.version.entry.minor < m }

// set writes a value at a dotted path.
func (b *builder) set(dotted string, value any) { values.Set(b.out, value, split(dotted)...) }

func (b *builder) text(dotted, value string) {
	if value != "" {
		b.set(dotted, value)
	}
}

// unset takes back what a profile says at an address's key, so that the chart
// fills in its own, unless the user gave an address.
func (b *builder) unset(dotted, given string) {
	if given == "" {
		b.set(dotted, "")
	}
}

func (b *builder) flag(dotted string, value *bool) {
	if value != nil {
		b.set(dotted, *value)
	}
}

func (b *builder) number(dotted string, value *int32) {
	if value != nil {
		b.set(dotted, int64(*value))
	}
}

// names writes a list of objects with one name each, as pull secrets are.
func (b *builder) names(dotted string, names []string) {
	if names == nil {
		return
	}
	list := make([]any, 0, len(names))
	for _, name := range names {
		list = append(list, map[string]any{"name": name})
	}
	b.set(dotted, list)
}

func (b *builder) resources(dotted string, r *v1alpha1.Resources) {
	if r == nil {
		return
	}
	for name, quantity := range r.Requests {
		values.Set(b.out, quantity.String(), append(split(dotted), "requests", name)...)
	}
	for name, quantity := range r.Limits {
		values.Set(b.out, quantity.String(), append(split(dotted), "limits", name)...)
	}
}

// tolerations writes a list of objects as given.
func (b *builder) tolerations(dotted, field string, given []apiextensionsv1.JSON) {
	if given == nil {
		return
	}
	list := make([]any, 0, len(given))
	for i, item := range given {
		var toleration map[string]any
		if err := json.Unmarshal(item.Raw, &toleration); err != nil || toleration == nil {
			b.malformed(fmt.Sprintf("%s[%d]", field, i))
			continue
		}
		list = append(list, toleration)
	}
	b.set(dotted, list)
}

// affinity writes an object as given.
func (b *builder) affinity(dotted, field string, given *apiextensionsv1.JSON) {
	if given == nil {
		return
	}
	var affinity map[string]any
	if err := json.Unmarshal(given.Raw, &affinity); err != nil || affinity == nil {
		b.malformed(field)
		return
	}
	b.set(dotted, affinity)
}

func (b *builder) malformed(field string) {
	b.issues = append(b.issues, values.Issue{Kind: values.IssueType, Field: "components." + field,
		Problem: fmt.Sprintf("components.%s is no object", field), Fix: "write it as in a pod spec"})
}

// unsupported reports a field that the version cannot express.
func (b *builder) unsupported(field, why, fix string) {
	b.issues = append(b.issues, values.Issue{Kind: values.IssueUnsupported, Field: "components." + field,
		Problem: fmt.Sprintf("chart %s cannot do components.%s: %s", b.version, field, why), Fix: fix})
}

// since reports a set field below the version it comes with, and says whether
// the version has it.
func (b *builder) since(m minor, field string, isSet bool) bool {
	if b.before(m) && isSet {
		b.unsupported(field, fmt.Sprintf("it comes with %s", m), fmt.Sprintf("remove it, or use chart %s or newer", m))
	}
	return !b.before(m)
}

// either returns the first pointer that is set.
func either(a, b *bool) *bool {
	if a != nil {
		return a
	}
	return b
}

func isTrue(flag *bool) bool  { return flag != nil && *flag }
func isFalse(flag *bool) bool { return flag != nil && !*flag }
