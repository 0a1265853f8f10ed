// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard_test

import (
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

func TestRelease(t *testing.T) {
	t.Parallel()
	base := platform("0.9.0")
	renamed := strings.Replace(base, "name: dynamo,", "name: other,", 1)
	moved := strings.Replace(base, "namespace: dynamo-system", "namespace: elsewhere", 1)
	runAll(t, map[string]scenario{
		"nothing changes": {before: base, after: base},
		"harmless change": {before: base, after: platform("0.9.0", "interval: 10m")},
		"new environment": {after: base},
		"release renamed": {before: base, after: platform("0.9.0", "releaseName: fresh"), want: []string{"DG1701 error"},
			field: "spec.releaseName", says: []string{"keep spec.releaseName: dynamo", "dynamo-nats.dynamo-system moves to fresh-nats.dynamo-system"}},
		"platform renamed": {before: base, after: renamed, want: []string{"DG1701 error"}, field: "metadata.name"},
		"platform moved":   {before: base, after: moved, want: []string{"DG1702 error", "DG1712 error"}, field: "metadata.namespace"},
		"platform renamed, release kept": {before: base, after: strings.Replace(platform("0.9.0", "releaseName: dynamo"), "name: dynamo,", "name: other,", 1),
			want: []string{"DG1703 error"}, field: "metadata.name"},
		"releases to another namespace of Flux": {before: base, after: platform("0.9.0", "fluxNamespace: flux-system"),
			want: []string{"DG1703 error", "DG1712 error"}, field: "spec.fluxNamespace"},
		"platform removed": {before: set(base, strings.Replace(platform("0.9.0", "components: {operator: {enabled: false}}"), "name: dynamo,", "name: second,", 1)), after: base,
			want: []string{"DG1704 warning"}},
		"platform removed, graph stays": {before: set(base, graph("llama", "0.9.0")), after: graph("llama", "0.9.0"),
			want: []string{"DG1704 error", "DG1711 info"}, says: []string{"DynamoGraphDeployment/inference/llama"}},
		"environment removed":                 {before: base, want: []string{"DG1704 warning", "DG1711 info"}},
		"another cluster":                     {before: base, after: platform("0.9.0", "kubeConfig: {name: remote, key: value}"), want: []string{"DG1708 error"}},
		"patch downgrade":                     {before: platform("1.4.2"), after: platform("1.4.0"), want: []string{"DG1705 warning"}, field: "spec.version"},
		"downgrade below the storage version": {before: platform("1.5.0"), after: platform("1.3.0"), want: []string{"DG1705 error"}, says: []string{"v1beta1"}},
		"downgrade to a chart of definitions": {before: platform("1.2.0"), after: platform("0.9.0"), want: []string{"DG1705 error"}, says: []string{"dynamo-crds"}},
		"upgrade by one minor":                {before: platform("1.0.0"), after: platform("1.1.0")},
		"upgrade by many, Kubernetes unknown": {before: platform("1.0.0"), after: platform("1.3.0"),
			want: []string{"DG1706 info", "DG1707 warning", "DG1754 info"}, says: []string{"1.1.0, 1.2.0, 1.3.0"}},
		"upgrade, Kubernetes known": {before: platform("1.2.0"), after: platform("1.3.0", "kubernetes: {version: \"1.31\"}"), want: []string{"DG1754 info"}},
		"upgrade, Kubernetes too old": {before: platform("1.2.0"), after: platform("1.3.0", "kubernetes: {version: \"1.31\"}"),
			editAfter: func(p *pipeline.Plan) { p.Config.Platforms[0].Spec.Kubernetes.Version = "1.28" },
			want:      []string{"DG1707 error", "DG1754 info"}, field: "spec.kubernetes.version"},
	})
}

// dropKeep takes the policy away from the release of dynamo-crds.
func dropKeep(p *pipeline.Plan) {
	for _, o := range p.Objects {
		if o.GetName() == "dynamo-crds" {
			delete(o.Object["spec"].(map[string]any), "postRenderers")
		}
	}
}

func TestDefinitions(t *testing.T) {
	t.Parallel()
	old, next := platform("0.9.0"), platform("1.0.0")
	runAll(t, map[string]scenario{
		"kept":     {before: old, after: next, want: []string{"DG1711 info"}, says: []string{"helm.sh/resource-policy: keep"}},
		"not kept": {before: old, after: next, editBefore: dropKeep, want: []string{"DG1710 error"}, says: []string{"every graph and model"}},
		"not kept, but never pruned": {before: old, after: next, want: []string{"DG1711 info"}, editBefore: func(p *pipeline.Plan) {
			dropKeep(p)
			for _, o := range p.Objects {
				o.SetAnnotations(map[string]string{"kustomize.toolkit.fluxcd.io/prune": "disabled"})
			}
		}},
		"not kept below 1.0":          {before: old, after: platform("0.9.0", "interval: 10m"), editBefore: dropKeep},
		"not upgraded":                {before: platform("1.0.0"), after: platform("1.1.0", "components: {operator: {upgradeCRDs: false}}"), want: []string{"DG1713 warning"}, field: "spec.components.operator.upgradeCRDs"},
		"not upgraded, version stays": {before: platform("1.1.0"), after: platform("1.1.0", "components: {operator: {upgradeCRDs: false}}")},
	})
}
