// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard_test

import (
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

func pool(driver string) string {
	if driver != "" {
		driver = ", driver: \"" + driver + "\""
	}
	return "apiVersion: dynamo-gitops.io/v1alpha1\nkind: WorkerPool\nmetadata: {name: h100}\nspec:\n  nodeSelector: {pool: h100}\n  nodes: {min: 1}\n  gpu: {perNode: 8" + driver +
		"}\n  workers: [{graph: inference/llama, component: Worker}]\n"
}

func setDriver(driver string) func(*pipeline.Plan) {
	return func(p *pipeline.Plan) { p.Config.WorkerPools[0].Spec.GPU.Driver = driver }
}

func TestSchedulers(t *testing.T) {
	t.Parallel()
	const kube = "kubernetes: {version: \"1.31\"}"
	integrated := "components: {grove: {install: false, integrate: true}, kaiScheduler: {install: false, integrate: true}}"
	installed := "components: {grove: {install: true}, kaiScheduler: {install: true}}"
	llama := graph("llama", "1.3.0")
	runAll(t, map[string]scenario{
		"floors move":   {before: platform("1.0.0", integrated), after: platform("1.1.0", integrated), want: []string{"DG1750 warning", "DG1751 warning"}, says: []string{"upgrade Grove to v0.1.0-alpha.8", "KAI scheduler to v0.13.4 before"}},
		"Grove ceiling": {before: platform("1.2.0", integrated, kube), after: platform("1.3.0", integrated, kube), want: []string{"DG1750 warning", "DG1754 info"}, says: []string{"below v0.1.0-alpha.9"}},
		"floors stay":   {before: platform("1.1.0", integrated), after: platform("1.2.0", integrated)},
		"not in use":    {before: platform("1.0.0"), after: platform("1.1.0")},
		"bundled":       {before: platform("1.0.0", installed), after: platform("1.1.0", installed), want: []string{"DG1752 info", "DG1752 info"}},
		"bundled stays": {before: platform("1.1.0", installed), after: platform("1.1.0", installed, "interval: 5m")},
		"uninstalled":   {before: platform("1.1.0", installed), after: platform("1.1.0"), want: []string{"DG1753 warning", "DG1753 warning"}},
		"driver too low": {before: set(platform("1.2.0", kube), llama, pool(">=575")), after: set(platform("1.3.0", kube), llama, pool(">=580")),
			editAfter: setDriver(">= 575, <600"), want: []string{"DG1754 error"}, field: "spec.gpu.driver"},
		"driver range of two": {before: set(platform("1.2.0", kube), llama, pool(">=575")), after: set(platform("1.3.0", kube), llama, pool(">=580")),
			editAfter: setDriver(">=580 || 575 - 579"), want: []string{"DG1754 error"}},
		"driver unknown":     {before: set(platform("1.2.0", kube), llama, pool("")), after: set(platform("1.3.0", kube), llama, pool("")), want: []string{"DG1754 warning"}, field: "spec.gpu"},
		"driver fine":        {before: set(platform("1.2.0", kube), llama, pool(">=580")), after: set(platform("1.3.0", kube), llama, pool(">=580"))},
		"driver floor stays": {before: set(platform("1.1.0"), llama, pool("")), after: set(platform("1.2.0"), llama, pool(""))},
	})
}

func TestValues(t *testing.T) {
	t.Parallel()
	raw := "values: {dynamo-operator: {webhook: {certificateValidity: 3650}}}"
	vouched := "values: {dynamo-operator: {webhook: {certificateValidity: 3650}}}\nallowUnknownValues: [dynamo-operator.webhook]"
	withRaw := func(p *pipeline.Plan) {
		values.Set(p.Platforms[0].Source.Object, map[string]any{"etcd": map[string]any{"enabled": false}}, "spec", "values")
	}
	kept := []string{"DG1711 info"}
	runAll(t, map[string]scenario{
		"key goes":             {before: platform("0.9.0", raw), after: platform("1.0.0", vouched), editAfter: func(p *pipeline.Plan) { p.Config.Platforms[0].Spec.AllowUnknownValues = nil }, want: []string{"DG1711 info", "DG1780 warning"}},
		"key is vouched for":   {before: platform("0.9.0", vouched), after: platform("1.0.0", vouched), want: kept},
		"key moves":            {before: platform("0.9.0"), after: platform("1.0.0"), editAfter: withRaw, want: []string{"DG1711 info", "DG1780 error"}, says: []string{"chart 0.9.0 took it", "spec.values.etcd.enabled"}},
		"key was wrong before": {before: platform("1.0.0"), after: platform("1.1.0"), editBefore: withRaw, editAfter: withRaw},
		"version stays":        {before: platform("1.1.0"), after: platform("1.1.0"), editAfter: withRaw},
		"overlay loses a key": {before: platform("0.9.0"), after: platform("1.0.0"), want: []string{"DG1711 info", "DG1781 info"}, says: []string{"kubeRbacProxy of the overlay"},
			editAfter: func(p *pipeline.Plan) {
				p.Config.Platforms[0].Spec.Overlay = "./mine"
				p.Platforms[0].Translated = []values.Change{{From: values.Path{"dynamo-operator", "kubeRbacProxy"}, Reason: "gone"}}
			}},
	})
}

func TestOperators(t *testing.T) {
	t.Parallel()
	off := "components: {operator: {webhook: {enabled: false}}}"
	here := "components: {operator: {namespaceRestricted: true}}"
	gone := "components: {operator: {enabled: false}}"
	llama := graph("llama", "0.9.0")
	local := strings.Replace(llama, "namespace: inference", "namespace: dynamo-system", 1)
	runAll(t, map[string]scenario{
		"webhooks come on":             {before: platform("0.9.0", off), after: platform("1.0.0"), want: []string{"DG1711 info", "DG1790 warning"}},
		"webhooks were on":             {before: platform("0.9.0"), after: platform("1.0.0"), want: []string{"DG1711 info"}},
		"restricted":                   {before: platform("0.9.0"), after: platform("0.9.0", here), want: []string{"DG1791 warning"}, says: []string{"namespace dynamo-system instead of the whole cluster"}},
		"restricted, graphs elsewhere": {before: set(platform("0.9.0"), llama), after: set(platform("0.9.0", here), llama), want: []string{"DG1791 error"}},
		"restricted, graphs here":      {before: set(platform("0.9.0"), local), after: set(platform("0.9.0", here), local), want: []string{"DG1791 warning"}},
		"stays restricted":             {before: platform("0.9.0", here), after: platform("0.9.0", here, "interval: 5m")},
		"operator gone":                {before: platform("0.9.0"), after: platform("0.9.0", gone), want: []string{"DG1792 warning"}, field: "spec.components.operator.enabled"},
		"operator gone, graph":         {before: set(platform("0.9.0"), llama), after: set(platform("0.9.0", gone), llama), want: []string{"DG1792 error"}},
	})
}
