// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
)

func graphRuntimeRules() []Rule {
	return []Rule{
		failure("DG1520", "runtime version that cannot be told",
			"From 1.4.0 admission wants a semantic version in the image's tag, or runtimeVersionOverride; for a standalone endpoint picker from 1.5.0.",
			eachGraph(checkRuntimeVersion)),
		warning("DG1521", "component without a main image",
			"From 1.4.0 admission refuses new components without an image for the main container; old ones stay.",
			eachGraph(checkMainImage)),
		failure("DG1522", "runtime init container that is no sidecar",
			"From 1.6.0 an init container named runtime switches the component to sidecar mode: it needs an image and restartPolicy Always, and fits workers without multinode, checkpoint, GPU memory service and failover.",
			eachGraph(checkRuntimeSidecar)),
		warning("DG1523", "mixed event planes",
			"At 1.4.0 the event subjects changed: components of a graph that use different planes, or runtimes from both sides of 1.4, do not hear each other.",
			eachGraph(checkEventPlanes)),
		warning("DG1524", "image without a fixed tag in a graph",
			"The tag latest, or none, gives another image from one pod to the next. Name a version or a digest.",
			eachGraph(checkGraphImages)),
	}
}

func checkRuntimeVersion(d *deployment, r *Report) {
	single := d.Object.Kind == graph.KindComponent
	if single && !d.atLeast("1.5.0") || !d.atLeast("1.4.0") {
		return
	}
	for _, c := range d.Components {
		if c.MainImage == "" || single && c.Type != graph.TypeEPP || strings.Contains(c.MainImage, "${") ||
			runtimeVersion(c.RuntimeVersionOverride, c.MainImage) != nil {
			continue
		}
		at := c.Field
		for _, image := range c.Images {
			if image.Container == "main" {
				at = image.Field
			}
		}
		r.Add(d.at(at), fmt.Sprintf("the version of Dynamo in %s cannot be told from its image's tag", c.Name),
			"use a tag that is a version, or set runtimeVersionOverride")
	}
}

func checkMainImage(d *deployment, r *Report) {
	if !d.atLeast("1.4.0") {
		return
	}
	for _, c := range d.Components {
		if c.MainImage == "" {
			r.Add(d.at(c.Field), fmt.Sprintf("%s names no image for its main container", c.Name), "set the image of the main container")
		}
	}
}

func checkRuntimeSidecar(d *deployment, r *Report) {
	if !d.atLeast("1.6.0") {
		return
	}
	for _, c := range d.Components {
		for _, init := range c.InitContainers {
			if init.Name != "runtime" {
				continue
			}
			for _, problem := range sidecarProblems(c, init) {
				r.Add(d.at(init.Field), fmt.Sprintf("the init container runtime of %s %s", c.Name, problem), "correct it, or give the init container another name")
			}
		}
	}
}

func sidecarProblems(c graph.Component, init graph.InitContainer) []string {
	var problems []string
	for _, check := range []struct {
		wrong   bool
		problem string
	}{
		{init.Image == "", "has no image"},
		{init.RestartPolicy != "Always", "has no restartPolicy Always"},
		{!c.IsWorker(), "is in a component that is no worker"},
		{c.Multinode, "does not go with multinode"},
		{c.Checkpoint, "does not go with checkpoints"},
		{c.GPUMemoryService, "does not go with the GPU memory service"},
		{c.Failover, "does not go with failover"},
	} {
		if check.wrong {
			problems = append(problems, check.problem)
		}
	}
	return problems
}

func checkEventPlanes(d *deployment, r *Report) {
	if !d.atLeast("1.4.0") {
		return
	}
	planes, sides := map[string]bool{}, map[string]bool{}
	for _, c := range d.Components {
		if plane, ok := eventPlane(c); ok {
			planes[plane] = true
		}
		if version := runtimeVersion(c.RuntimeVersionOverride, c.MainImage); version != nil {
			sides[runtimeSide(version)] = true
		}
	}
	reportMixed(d, r, "event planes", planes)
	reportMixed(d, r, "runtimes", sides)
}

func reportMixed(d *deployment, r *Report, what string, found map[string]bool) {
	if len(found) > 1 {
		r.Add(d.at("spec"), fmt.Sprintf("the components use different %s: %s", what, strings.Join(slices.Sorted(maps.Keys(found)), ", ")),
			"set DYN_EVENT_PLANE once for the graph, and move all components to one version together")
	}
}

// eventPlane returns the plane of a component, zmq when it says nothing; ok is
// false where the value comes from elsewhere.
func eventPlane(c graph.Component) (plane string, ok bool) {
	v, set := c.Lookup("DYN_EVENT_PLANE")
	if !set {
		return "zmq", true
	}
	return strings.ToLower(v.Value), v.Literal
}

// runtimeSide says on which side of the change of event subjects a runtime is.
func runtimeSide(version *semver.Version) string {
	if version.Major() < 1 || version.Major() == 1 && version.Minor() < 4 {
		return "below 1.4"
	}
	return "1.4 or newer"
}

func checkGraphImages(d *deployment, r *Report) {
	for _, c := range d.Components {
		for _, image := range c.Images {
			if isUntagged(image.Name) {
				r.Add(d.at(image.Field), fmt.Sprintf("the image %s has no fixed tag", image.Name), "name a version or a digest")
			}
		}
	}
}

func graphScaleRules() []Rule {
	return []Rule{
		warning("DG1530", "autoscaling block that is ignored",
			"No operator reads autoscaling. Use a scaling adapter with an autoscaler that points at it.",
			eachGraph(checkAutoscaling)),
		warning("DG1531", "empty scaling adapter",
			"An empty scalingAdapter is off in v1alpha1 and on in v1beta1, so the same text turns around with the API version. Say enabled in v1alpha1.",
			eachGraph(checkEmptyAdapter)),
		warning("DG1532", "replicas of a component with a scaling adapter",
			"The scaling adapter owns the replicas once it is made; Git sets them back at every reconciliation, and admission may refuse that.",
			eachGraph(checkOwnedReplicas)),
		notice("DG1533", "replicas of a component that a planner scales",
			"The planner writes the replicas into the graph itself; Git sets them back at every reconciliation.",
			eachGraph(checkPlannedReplicas)),
		warning("DG1534", "prefill without decode",
			"A prefill worker hands its work to a decode worker of the same graph.",
			eachGraph(checkPrefill)),
	}
}

func checkAutoscaling(d *deployment, r *Report) {
	for _, c := range d.Components {
		if c.Autoscaling {
			r.Add(d.at(c.Field+".autoscaling"), fmt.Sprintf("autoscaling of %s is ignored", c.Name),
				"remove it; set scalingAdapter.enabled: true and let an autoscaler scale the adapter")
		}
	}
}

func checkEmptyAdapter(d *deployment, r *Report) {
	for _, c := range d.Components {
		if d.Version == graph.V1alpha1 && c.ScalingAdapterEmpty {
			r.Add(d.at(c.Field+".scalingAdapter"), fmt.Sprintf("the empty scalingAdapter of %s is off in v1alpha1", c.Name),
				"write enabled: true, or remove it")
		}
	}
}

func checkOwnedReplicas(d *deployment, r *Report) {
	for _, c := range d.Components {
		if c.ScalingAdapter && c.ReplicasSet {
			r.Add(d.at(c.Field+".replicas"), fmt.Sprintf("replicas of %s belong to its scaling adapter", c.Name), "remove replicas from Git")
		}
	}
}

func checkPlannedReplicas(d *deployment, r *Report) {
	if _, ok := d.Planner(); !ok {
		return
	}
	for _, c := range d.Components {
		if c.IsWorker() && c.ReplicasSet && !c.ScalingAdapter {
			r.Add(d.at(c.Field+".replicas"), fmt.Sprintf("the graph's planner changes the replicas of %s", c.Name), "remove replicas from Git, or ignore the field in drift detection")
		}
	}
}

func checkPrefill(d *deployment, r *Report) {
	prefill, decode := -1, false
	for i, c := range d.Components {
		switch {
		case c.SubType == graph.TypePrefill:
			prefill = i
		case c.IsWorker():
			decode = true
		}
	}
	if prefill >= 0 && !decode && d.Object.Kind == graph.KindGraph {
		r.Add(d.at(d.Components[prefill].Field), fmt.Sprintf("%s is a prefill worker without a decode worker", d.Components[prefill].Name), "add a decode worker to the graph")
	}
}
