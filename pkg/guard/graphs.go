// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

const replaceFix = "give the graph a new name in the same merge, so that the old one is pruned and the new one made; or remove it first and add it again"

func graphRules() []Rule {
	return []Rule{
		failure("DG1760", "component added to or removed from a live graph",
			"The operator's admission refuses another set of components, so applying fails at every attempt.",
			eachGraph(checkComponents)),
		failure("DG1761", "backend framework of a live graph changes",
			"The operator's admission refuses another backend for a graph that exists, because all of its pods would change at once.",
			eachGraph(checkBackend)),
		failure("DG1762", "component switched between one node and several",
			"The operator's admission refuses it; the number of nodes of a multi-node component may change.",
			eachGraph(checkMultinode)),
		failure("DG1763", "immutable field of a live graph",
			"The operator's admission refuses another topologyConstraint or kvTransferPolicy, and from 1.3.0 another minAvailable.",
			eachGraph(checkConstraints)),
		failure("DG1764", "replicas of a component that its scaling adapter owns",
			"With a scaling adapter, admission takes new replicas from the operator and the planner only.",
			eachGraph(checkAdapterReplicas)),
		warning("DG1765", "API version of a graph changes",
			"Both versions name the same object, but an empty scalingAdapter is off in v1alpha1 and on in v1beta1. Charts below 1.2.0 do not serve v1beta1.",
			eachGraph(checkAPIVersion)),
		warning("DG1766", "graphs on both sides of 1.4",
			"At 1.4.0 the subjects of events changed: runtimes below do not hear those above. All graphs that work together are upgraded together.",
			checkSides),
		notice("DG1767", "several graphs cross 1.4",
			"At 1.4.0 the subjects of events changed, and the JetStream mode of KV events went away. The operator may go ahead; the runtimes of all graphs follow in one merge.",
			eachStep(checkCrossing)),
	}
}

// common calls visit for each component that is in both plans.
func (s graphStep) common(visit func(before, after graph.Component)) {
	for _, after := range s.after.Components {
		if before, ok := s.before.Component(after.Name); ok {
			visit(before, after)
		}
	}
}

func checkComponents(s graphStep, r *Report) {
	if s.after.Object.Kind != graph.KindGraph {
		return
	}
	added, removed := missing(s.after, s.before), missing(s.before, s.after)
	var changes []string
	if len(added) > 0 {
		changes = append(changes, "adds "+strings.Join(added, ", "))
	}
	if len(removed) > 0 {
		changes = append(changes, "removes "+strings.Join(removed, ", "))
	}
	if len(changes) == 0 {
		return
	}
	field := "spec.services"
	if s.after.Version == graph.V1beta1 {
		field = "spec.components"
	}
	r.Add(at(s.after.source, field), "the step "+strings.Join(changes, " and ")+", which admission refuses for a graph that exists", replaceFix)
}

// missing returns the names of components of a that b does not have, sorted.
func missing(a, b *deployment) []string {
	var names []string
	for _, c := range a.Components {
		if _, ok := b.Component(c.Name); !ok {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return names
}

func checkBackend(s graphStep, r *Report) {
	if s.before.BackendFramework != s.after.BackendFramework {
		r.Add(at(s.after.source, "spec.backendFramework"),
			fmt.Sprintf("backendFramework goes from %q to %q, which admission refuses", s.before.BackendFramework, s.after.BackendFramework), replaceFix)
	}
}

func checkMultinode(s graphStep, r *Report) {
	s.common(func(before, after graph.Component) {
		if before.Multinode != after.Multinode {
			from, to := "one node", "several"
			if before.Multinode {
				from, to = "several nodes", "one"
			}
			r.Add(at(s.after.source, after.Field+".multinode"), fmt.Sprintf("%s goes from %s to %s, which admission refuses", after.Name, from, to), replaceFix)
		}
	})
}

func checkConstraints(s graphStep, r *Report) {
	for _, field := range []string{"topologyConstraint", "kvTransferPolicy"} {
		before, _ := values.Get(s.before.source.Object, "spec", field)
		after, _ := values.Get(s.after.source.Object, "spec", field)
		if !equalValue(before, after) {
			r.Add(at(s.after.source, "spec."+field), field+" of the graph changes, which admission refuses", replaceFix)
		}
	}
	s.common(func(before, after graph.Component) {
		for _, field := range []string{"topologyConstraint", "kvTransferPolicy"} {
			if !equalValue(s.before.field(before, field), s.after.field(after, field)) {
				r.Add(at(s.after.source, after.Field+"."+field), fmt.Sprintf("%s of %s changes, which admission refuses", field, after.Name), replaceFix)
			}
		}
		if s.atLeast("1.3.0") && max(before.MinAvailable, 1) != max(after.MinAvailable, 1) {
			r.Add(at(s.after.source, after.Field+".minAvailable"),
				fmt.Sprintf("minAvailable of %s goes from %d to %d, which admission refuses", after.Name, max(before.MinAvailable, 1), max(after.MinAvailable, 1)), replaceFix)
		}
	})
}

// field returns a field of a component as written.
func (d *deployment) field(c graph.Component, field string) any {
	if d.Object.Kind == graph.KindComponent {
		value, _ := values.Get(d.source.Object, "spec", field)
		return value
	}
	if d.Version == graph.V1alpha1 {
		value, _ := values.Get(d.source.Object, "spec", "services", c.Name, field)
		return value
	}
	for _, component := range items(d.source.Object, "spec", "components") {
		if component["name"] == c.Name {
			return component[field]
		}
	}
	return nil
}

func checkAdapterReplicas(s graphStep, r *Report) {
	s.common(func(before, after graph.Component) {
		if before.ScalingAdapter && after.ScalingAdapter && after.ReplicasSet && before.Replicas != after.Replicas {
			r.Add(at(s.after.source, after.Field+".replicas"),
				fmt.Sprintf("replicas of %s go from %d to %d, and its scaling adapter owns them", after.Name, before.Replicas, after.Replicas),
				fmt.Sprintf("remove replicas from Git, and scale the adapter: kubectl -n %s scale dgdsa %s --replicas=%d", s.after.Object.Namespace, after.ServiceName, after.Replicas))
		}
	})
}

func checkAPIVersion(s graphStep, r *Report) {
	if s.before.Version == s.after.Version {
		return
	}
	for _, c := range s.after.Components {
		if c.ScalingAdapterEmpty {
			r.Add(at(s.after.source, c.Field+".scalingAdapter"),
				fmt.Sprintf("the empty scalingAdapter of %s turns around with the API version", c.Name), "write down what is meant: remove it, or say enabled: true in v1alpha1")
		}
	}
	for _, p := range s.platforms {
		if s.after.Version == graph.V1beta1 && p.watches(s.after.source.GetNamespace()) && p.below("1.2.0") {
			r.AddAs(object.SeverityError, at(s.after.source, "apiVersion"), fmt.Sprintf("the graph moves to v1beta1, which chart %s does not serve", p.Version),
				"move the Platform to 1.2.0 or newer first")
			return
		}
	}
	r.AddAs(object.SeverityInfo, at(s.after.source, "apiVersion"),
		fmt.Sprintf("the graph moves from %s to %s and stays the same object", s.before.Version, s.after.Version), "merge nothing else with it, so that a change of meaning shows")
}

// checkSides looks at the runtimes of all graphs of a namespace. Where all are
// below 1.4 and the operator goes above, that is fine until the first moves.
func checkSides(f *Facts, r *Report) {
	sides := map[string]map[string][]string{}
	moved := map[string]bool{}
	for _, d := range f.graphs {
		namespace := d.source.GetNamespace()
		if sides[namespace] == nil {
			sides[namespace] = map[string][]string{}
		}
		for side := range d.sides() {
			sides[namespace][side] = append(sides[namespace][side], d.Object.Name)
			earlier := f.graphsBefore[nameOf(d.source)]
			moved[namespace] = moved[namespace] || earlier == nil || !earlier.sides()[side]
		}
	}
	for _, namespace := range slices.Sorted(maps.Keys(sides)) {
		below, above := sides[namespace][sideBelow], sides[namespace][sideAbove]
		if len(below) == 0 || len(above) == 0 || !moved[namespace] {
			continue
		}
		for _, d := range f.graphs {
			if d.source.GetNamespace() == namespace && d.sides()[sideAbove] {
				r.Add(at(d.source, "spec"),
					fmt.Sprintf("runtimes of 1.4 or newer (%s) and older ones (%s) in namespace %s do not hear each other's events", strings.Join(above, ", "), strings.Join(below, ", "), namespace),
					"move all graphs of the namespace in one merge")
				break
			}
		}
	}
}

func checkCrossing(s step, r *Report) {
	var below []string
	for _, d := range s.served() {
		if d.sides()[sideBelow] {
			below = append(below, d.Object.String())
		}
	}
	if s.crosses("1.4.0") && len(below) > 1 {
		r.Add(at(s.after.Source, "spec.version"),
			fmt.Sprintf("the operator goes to %s, and %s run older runtimes, which do not hear newer ones", s.after.Version, strings.Join(below, ", ")),
			"move the runtimes of all of them in one merge; take away the flag --durable-kv-events and streams of KV events with it")
	}
}

const (
	sideBelow = "below 1.4"
	sideAbove = "1.4 or newer"
)

// sides says on which sides of the change of event subjects the runtimes of a
// graph are, as far as their tags tell.
func (d *deployment) sides() map[string]bool {
	sides := map[string]bool{}
	for _, c := range d.Components {
		tag := c.RuntimeVersionOverride
		if tag == "" {
			_, tag, _ = strings.Cut(c.MainImage[strings.LastIndex(c.MainImage, "/")+1:], ":")
			tag, _, _ = strings.Cut(tag, "@")
		}
		version := parse(tag)
		switch {
		case version == nil:
		case version.Major() == 0 || version.Major() == 1 && version.Minor() < 4:
			sides[sideBelow] = true
		default:
			sides[sideAbove] = true
		}
	}
	return sides
}
