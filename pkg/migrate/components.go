// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"encoding/json"
	"slices"
	"strings"

	kjson "sigs.k8s.io/json"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// decodeComponents makes typed components of a map; false where it does not fit.
func decodeComponents(in map[string]any) (v1alpha1.Components, bool) {
	var c v1alpha1.Components
	data, err := json.Marshal(in)
	if err != nil {
		return c, false
	}
	strict, err := kjson.UnmarshalStrict(data, &c)
	return c, err == nil && len(strict) == 0
}

// ownComponents returns the components that a fragment itself says.
func (m *migration) ownComponents(f *fragment) map[string]any {
	read, err := m.tree.object(f)
	if err != nil {
		return nil
	}
	own, _ := follow(read, []step{"spec", "components"}).(map[string]any)
	return own
}

// components removes typed fields that the next version does not have and that
// ask for nothing it does not do anyway, and refuses the others.
func (m *migration) components(p *plan) {
	own := m.ownComponents(p.fragment)
	typed, ok := decodeComponents(own)
	if p.kind != platformKind || own == nil || !ok {
		return
	}
	_, now := p.next.Compile(typed, chart.Release{})
	reasons := map[string]string{}
	for _, issue := range now {
		field := strings.TrimPrefix(issue.Field, "components.")
		if issue.Kind != values.IssueUnsupported {
			continue
		}
		if m.matters(p, own, field) {
			m.report(p.fragment, append([]string{"spec", "components"}, splitDots(field)...),
				object.Finding{Code: CodeComponent, Problem: issue.Problem, Fix: issue.Fix})
			continue
		}
		reasons[field] = issue.Problem
	}
	for _, field := range deadFields(p.next) {
		if _, given := values.Get(own, splitDots(field)...); given && !slices.Contains(deadFields(p.chart), field) && reasons[field] == "" && !m.matters(p, own, field) {
			reasons[field] = "chart " + p.next.String() + " does so anyway and has no switch for it"
		}
	}
	for _, field := range sortedKeys(reasons) {
		m.drop(p, field, reasons[field])
	}
}

// deadFields are the typed fields that a version cannot express and that are no
// error where they ask for what it does anyway.
func deadFields(v *chart.Version) []string {
	if v.AtLeast("1.0.0") {
		return []string{"operator.istio.https", "operator.webhook.enabled"}
	}
	gone := []string{"operator.env", "operator.gpuDiscovery", "operator.upgradeCRDs"}
	if !v.AtLeast("0.9.0") {
		gone = append(gone, "operator.metrics.service")
	}
	return gone
}

// matters says whether something is lost with a typed field.
func (m *migration) matters(p *plan, own map[string]any, field string) bool {
	value, given := values.Get(own, splitDots(field)...)
	if !given {
		// Derived from another field, such as enabled.
		return true
	}
	only := map[string]any{}
	values.Set(only, value, splitDots(field)...)
	typed, ok := decodeComponents(only)
	if !ok {
		return true
	}
	compiled, _ := p.chart.Compile(typed, chart.Release{})
	for _, issue := range p.issues {
		if _, same := values.Get(compiled, issue.Path...); same && issue.Path.String() != "etcd.auth.token.enabled" {
			return true
		}
	}
	return false
}

// drop removes a typed field.
func (m *migration) drop(p *plan, field, reason string) {
	keys := append([]string{"spec", "components"}, splitDots(field)...)
	err := m.tree.rewrite(p.fragment, func(t *text, at target) (string, error) {
		out, _, err := t.remove(at.below(keys...), len(at.path)+1)
		return out, err
	}, func(o any) {
		spec, _ := follow(o, []step{"spec"}).(map[string]any)
		values.Delete(spec, keys[1:]...)
	})
	if err != nil {
		m.refuseShape(p.fragment, keys, err, "remove "+dotted(keys)+" by hand: "+reason)
		return
	}
	m.record(p.fragment, keys, nil, nil, reason)
}

// fieldOf returns the typed field of a fragment that writes a value.
func (m *migration) fieldOf(p *plan, path values.Path) (string, bool) {
	own := m.ownComponents(p.fragment)
	found := ""
	values.Walk(own, func(field values.Path, value any) bool {
		if _, isMap := value.(map[string]any); isMap {
			return true
		}
		only := map[string]any{}
		values.Set(only, value, field...)
		typed, ok := decodeComponents(only)
		if !ok {
			return true
		}
		compiled, _ := p.chart.Compile(typed, chart.Release{})
		if _, writes := values.Get(compiled, path...); writes && found == "" {
			found = field.String()
		}
		return true
	})
	return found, found != ""
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
