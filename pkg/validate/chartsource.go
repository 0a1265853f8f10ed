// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"
	"strings"
)

func chartSourceRules() []Rule {
	return []Rule{
		failure("DG1326", "credentials in the chart URL",
			"User and password in a URL stand in Git, in the cluster and in logs.",
			eachPlatform(checkChartCredentials)),
		failure("DG1327", "chart URL that does not exist",
			"NVIDIA publishes the charts as an HTTPS repository only; the registry answers 404 to oci://helm.ngc.nvidia.com.",
			eachPlatform(checkChartOCI)),
		warning("DG1328", "charts over plain HTTP",
			"Whoever is on the way can put in another chart.",
			eachPlatform(checkChartHTTP)),
		warning("DG1329", "scheduler queue that the chart makes as well",
			"With KAI on, the chart makes the Queues dynamo-default and dynamo, by hooks that delete and make them again; a manifest of the same name fights with that.",
			checkQueues),
	}
}

func checkQueues(f *Facts, r *Report) {
	kai := func(p *platform) bool { return p.installs(partKAI) || p.integrates(partKAI) }
	if !slices.ContainsFunc(f.platforms, kai) {
		return
	}
	for _, o := range f.Objects {
		if o.Unstructured == nil || o.Group() != "scheduling.run.ai" || o.GetKind() != "Queue" {
			continue
		}
		if name := o.GetName(); name == "dynamo" || name == "dynamo-default" {
			r.Add(At(o, "metadata.name"), fmt.Sprintf("the chart makes the Queue %s too", name), "remove the manifest, or give the Queue another name")
		}
	}
}

func checkChartCredentials(p *platform, r *Report) {
	_, rest, _ := strings.Cut(p.Spec.Spec.Charts.URL, "://")
	authority, _, _ := strings.Cut(rest, "/")
	if strings.Contains(authority, "@") {
		r.Add(p.field("charts.url"), "the URL of the chart repository holds credentials",
			"remove them, rotate them, and name a Secret in spec.charts.secretName")
	}
}

func checkChartOCI(p *platform, r *Report) {
	if strings.HasPrefix(p.Spec.Spec.Charts.URL, "oci://") && strings.Contains(p.Spec.Spec.Charts.URL, "helm.ngc.nvidia.com") {
		r.Add(p.field("charts.url"), "NVIDIA's charts are not published as OCI artifacts",
			"use https://helm.ngc.nvidia.com/nvidia/ai-dynamo, or the oci:// address of your own mirror")
	}
}

func checkChartHTTP(p *platform, r *Report) {
	if strings.HasPrefix(p.Spec.Spec.Charts.URL, "http://") {
		r.Add(p.field("charts.url"), "the charts come over plain HTTP", "use https://")
	}
}
