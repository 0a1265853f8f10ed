// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// The limits of the graph's schema and of Grove.
const (
	mostComponents = 25
	// longestGroveName is the most that the names of a pod clique set, its
	// scaling group and its pod clique may have together.
	longestGroveName = 45
	// cliqueSuffix is what the operator appends to the pod clique of a
	// multi-node component: -ldr or -wkr.
	cliqueSuffix = 4
)

func graphShapeRules() []Rule {
	return []Rule{
		failure("DG1501", "graph field of the wrong shape",
			"The API server refuses the object. What else is in it was checked all the same.",
			eachGraph(checkShape)),
		failure("DG1502", "GPU count as a number",
			"In v1alpha1 the count is a string; the API server refuses a number.",
			eachGraph(checkGPUNumber)),
		failure("DG1503", "API version that the platform does not serve",
			"nvidia.com/v1beta1 is served from chart 1.2.0 on.",
			eachGraph(checkServedVersion)),
		failure("DG1504", "too many components",
			"A graph has at most 25.",
			eachGraph(checkComponentCount)),
		failure("DG1505", "two components of one name",
			"Components are told apart by name, and their Services by the name in lower case.",
			eachGraph(checkComponentNames)),
		failure("DG1506", "component name too long for Grove",
			"Grove allows 45 characters for the names of the pod clique set (the graph), the scaling group and the pod clique (the component) together.",
			eachGraph(checkGroveName)),
		failure("DG1507", "unknown backend framework",
			"The API knows vllm, sglang and trtllm.",
			eachGraph(checkFramework)),
		failure("DG1508", "unknown component type",
			"nvidia.com/v1beta1 knows frontend, worker, prefill, decode, planner and epp.",
			eachGraph(checkComponentType)),
		warning("DG1509", "graph that no operator watches",
			"The Platforms of the set have namespace-restricted operators, and none of them watches the graph's namespace. Another operator may live in another directory.",
			checkWatched),
	}
}

func checkWatched(f *Facts, r *Report) {
	installed := func(p *platform) bool { return p.installs(partOperator) }
	if !slices.ContainsFunc(f.platforms, installed) {
		return
	}
	for _, d := range f.graphs {
		if len(d.platforms) == 0 {
			r.Add(d.at("metadata.namespace"), fmt.Sprintf("no operator of the set watches the namespace %s", orElse(d.source.GetNamespace(), "default")),
				"set spec.components.operator.targetNamespace of the Platform to it, or move the graph")
		}
	}
}

func checkShape(d *deployment, r *Report) {
	for _, e := range d.shape {
		if !e.GPUNumber {
			r.Add(d.at(e.Field), e.Problem, e.Fix)
		}
	}
}

func checkGPUNumber(d *deployment, r *Report) {
	for _, e := range d.shape {
		if e.GPUNumber {
			r.Add(d.at(e.Field), e.Problem, e.Fix)
		}
	}
}

func checkServedVersion(d *deployment, r *Report) {
	if d.Version == graph.V1beta1 && d.below("1.2.0") {
		r.Add(d.at("apiVersion"), fmt.Sprintf("chart %s does not serve nvidia.com/v1beta1", d.platforms[0].version()),
			"write the graph as nvidia.com/v1alpha1, or use chart 1.2.0 or newer")
	}
	if d.Version == graph.V1beta1 && d.atLeast("1.2.0") && d.below("1.2.1") {
		r.AddAs(object.SeverityWarning, d.at("apiVersion"), "the webhook of chart 1.2.0 is known to refuse some nvidia.com/v1beta1 graphs",
			"write the graph as nvidia.com/v1alpha1, or use a newer chart")
	}
}

func checkComponentCount(d *deployment, r *Report) {
	if n := len(d.Components); n > mostComponents {
		r.Add(d.at("spec"), fmt.Sprintf("the graph has %d components where %d are allowed", n, mostComponents), "split it into several graphs")
	}
}

func checkComponentNames(d *deployment, r *Report) {
	first := map[string]graph.Component{}
	for _, c := range d.Components {
		key := strings.ToLower(c.Name)
		earlier, found := first[key]
		if !found {
			first[key] = c
			continue
		}
		r.Add(d.at(c.Field), fmt.Sprintf("%s and %s have one name in lower case, %s", earlier.Field, c.Field, key),
			"give each component a name of its own")
	}
}

func checkGroveName(d *deployment, r *Report) {
	if d.Object.Kind != graph.KindGraph || !every(d.platforms, func(p *platform) bool { return p.integrates(partGrove) }) {
		return
	}
	for _, c := range d.Components {
		length := len(d.Object.Name) + len(c.Name)
		longest := length
		if c.Multinode {
			length += len(c.Name)
			longest = length + cliqueSuffix
		}
		if longest <= longestGroveName {
			continue
		}
		r.AddAs(sureness(c.Multinode && length > longestGroveName), d.at(c.Field),
			fmt.Sprintf("the names that Grove makes for %s have %d characters together where %d are allowed", c.Name, longest, longestGroveName),
			"shorten the name of the graph or of the component")
	}
}

func checkFramework(d *deployment, r *Report) {
	if d.BackendFramework != "" && !slices.Contains([]string{"vllm", "sglang", "trtllm"}, d.BackendFramework) {
		r.Add(d.at("spec.backendFramework"), fmt.Sprintf("backendFramework %q is not known", d.BackendFramework), "write vllm, sglang or trtllm")
	}
}

func checkComponentType(d *deployment, r *Report) {
	known := []string{"", graph.TypeFrontend, graph.TypeWorker, graph.TypePrefill, graph.TypeDecode, graph.TypePlanner, graph.TypeEPP}
	for _, c := range d.Components {
		if d.Version == graph.V1beta1 && !slices.Contains(known, c.Type) {
			r.Add(d.at(c.Field+".type"), fmt.Sprintf("the component type %q is not known", c.Type), "write one of "+strings.Join(known[1:], ", "))
		}
	}
}

func graphAdmissionRules() []Rule {
	return []Rule{
		failure("DG1510", "multi-node component of one node",
			"multinode.nodeCount is 2 at least, and 2 when it is left out.",
			eachGraph(checkNodeCount)),
		warning("DG1511", "multi-node component without Grove",
			"Several nodes for one replica need Grove, or LeaderWorkerSet with Volcano; the Platform of the set uses no Grove.",
			eachGraph(checkMultinodeGrove)),
		warning("DG1512", "restart in a graph that may be new",
			"From 1.3.0 admission refuses spec.restart when the graph is created, so a new cluster cannot be made from Git.",
			eachGraph(checkRestart)),
		failure("DG1513", "minAvailable above replicas",
			"Admission refuses it unless replicas is 0.",
			eachGraph(checkMinAvailable)),
		failure("DG1514", "eppConfig out of place",
			"eppConfig belongs to components of type epp. From runtime 1.5 on it is refused there as well, below it is required.",
			eachGraph(checkEPPConfig)),
	}
}

func checkNodeCount(d *deployment, r *Report) {
	for _, c := range d.Components {
		if c.Multinode && c.NodeCount < 2 {
			r.Add(d.at(c.Field+".multinode.nodeCount"), fmt.Sprintf("%s is multi-node with %d nodes", c.Name, c.NodeCount),
				"write 2 or more, or remove multinode")
		}
	}
}

func checkMultinodeGrove(d *deployment, r *Report) {
	if !every(d.platforms, func(p *platform) bool { return !p.integrates(partGrove) && !p.installs(partGrove) }) {
		return
	}
	for _, c := range d.Components {
		if c.Multinode {
			r.Add(d.at(c.Field+".multinode"), fmt.Sprintf("%s needs several nodes at once, and the platform uses no Grove", c.Name),
				"set spec.components.grove.enabled: true in the Platform, or make sure that LeaderWorkerSet is in the cluster")
		}
	}
}

func checkRestart(d *deployment, r *Report) {
	if d.Restart && d.Object.Kind == graph.KindGraph && d.atLeast("1.3.0") {
		r.Add(d.at("spec.restart"), "spec.restart is refused when the graph is created", "remove it from Git, and restart with kubectl patch")
	}
}

func checkMinAvailable(d *deployment, r *Report) {
	for _, c := range d.Components {
		if c.Replicas > 0 && c.MinAvailable > c.Replicas {
			r.Add(d.at(c.Field+".minAvailable"), fmt.Sprintf("minAvailable %d of %s is above its replicas, %d", c.MinAvailable, c.Name, c.Replicas),
				"lower minAvailable or raise replicas")
		}
	}
}

func checkEPPConfig(d *deployment, r *Report) {
	for _, c := range d.Components {
		field := d.at(c.Field + ".eppConfig")
		if c.EPPConfig && c.Type != graph.TypeEPP {
			r.AddAs(sureness(d.Version == graph.V1beta1), field, fmt.Sprintf("%s has eppConfig and is no epp", c.Name), "remove it, or set the type to epp")
			continue
		}
		version := runtimeVersion(c.RuntimeVersionOverride, c.MainImage)
		if c.Type != graph.TypeEPP || !d.atLeast("1.5.0") || version == nil {
			continue
		}
		modern := version.Major() > 1 || version.Major() == 1 && version.Minor() >= 5
		switch {
		case modern && c.EPPConfig:
			r.Add(field, fmt.Sprintf("%s runs %s, which takes no eppConfig", c.Name, version), "remove it")
		case !modern && !c.EPPConfig:
			r.Add(d.at(c.Field), fmt.Sprintf("%s runs %s, which needs eppConfig", c.Name, version), "set eppConfig, or use a runtime of 1.5 or newer")
		}
	}
}
