// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"fmt"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func operatorRules() []Rule {
	return []Rule{
		warning("DG1790", "admission webhooks come on",
			"From 1.0.0 admission cannot be turned off. Graphs and models that were never checked are refused at their next change if they break a rule, and while the operator is down nothing of nvidia.com can be changed.",
			eachStep(checkWebhooks)),
		warning("DG1791", "operator watches other namespaces",
			"An operator that stops watching a namespace leaves its graphs as they are; one that starts may meet another operator there. It is an error where graphs in Git lose their operator.",
			eachStep(checkRestriction)),
		failure("DG1792", "operator uninstalled while graphs stay",
			"Without the operator nothing is reconciled, graphs cannot be removed because of their finalizers, and definitions with a conversion webhook cannot even be read.",
			eachStep(checkOperatorGone)),
	}
}

func checkWebhooks(s step, r *Report) {
	const enabled = "dynamo-operator.webhook.enabled"
	if !s.crosses("1.0.0") || !s.before.installs(chart.PartOperator) || !s.after.installs(chart.PartOperator) || s.before.flag(enabled) {
		return
	}
	r.Add(at(s.after.Source, "spec.version"), fmt.Sprintf("admission webhooks were off, and %s always runs them", s.after.Version),
		"turn them on at "+s.before.Version+" first (spec.components.operator.webhook.enabled: true), mend what they refuse, then upgrade")
}

func checkRestriction(s step, r *Report) {
	if !s.before.installs(chart.PartOperator) || !s.after.installs(chart.PartOperator) {
		return
	}
	before, after := s.before.scope(), s.after.scope()
	if before == after || s.before.Release.Namespace != s.after.Release.Namespace {
		return
	}
	severity, problem := object.SeverityWarning, fmt.Sprintf("the operator watches %s instead of %s", after, before)
	if lost := s.lost(); len(lost) > 0 {
		severity = object.SeverityError
		problem += ", and " + strings.Join(lost, ", ") + " stays without an operator"
	}
	r.AddAs(severity, s.after.blame("components.operator.namespaceRestricted", restrictionEnabled, restrictionTarget), problem,
		"see that exactly one operator watches each namespace with graphs; merge the change of the other operator together with this one")
}

// scope says what the operator watches.
func (p *platform) scope() string {
	if !p.flag(restrictionEnabled) {
		return "the whole cluster"
	}
	return "namespace " + p.watched()
}

// lost returns the graphs that had this operator and have none any more.
func (s step) lost() []string {
	var lost []string
	for _, d := range s.graphs {
		namespace := d.source.GetNamespace()
		if s.before.watches(namespace) && !s.watched(namespace) {
			lost = append(lost, d.Object.String())
		}
	}
	return lost
}

func checkOperatorGone(s step, r *Report) {
	if !s.before.installs(chart.PartOperator) || s.after.installs(chart.PartOperator) {
		return
	}
	lost := s.lost()
	severity, problem := object.SeverityWarning, "the operator is uninstalled"
	if len(lost) > 0 {
		severity = object.SeverityError
		problem += ", and " + strings.Join(lost, ", ") + " stays without one"
	}
	r.AddAs(severity, s.after.blame("components.operator.enabled", "dynamo-operator.enabled"), problem,
		"remove all graphs and models first, in a merge of their own, and wait until they are gone")
}
