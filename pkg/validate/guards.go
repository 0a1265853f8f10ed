// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

const (
	selectorPath  = "dynamo-operator.webhook.namespaceSelector"
	gracePeriod   = "kai-scheduler.scheduler.args.default-staleness-grace-period"
	reservedEnv   = "DYN_OPERATOR_ALLOW_GMS_SNAPSHOT"
	pvcNamePath   = "dynamo-operator.checkpoint.storage.pvc.pvcName"
	checkpointDir = "dynamo-operator.checkpoint.storage.pvc.basePath"
)

func guardRules() []Rule {
	return []Rule{
		failure("DG1316", "KAI and Volcano together",
			"From 1.3.0 the chart refuses both: each sets the scheduler of Grove's pods.",
			eachPlatform(checkTwoSchedulers)),
		failure("DG1317", "KAI without the grace period that Grove needs",
			"From 1.5.0, with Grove on and KAI installed by the chart, it refuses to render unless the scheduler's default-staleness-grace-period is \"-1s\".",
			eachPlatform(checkGracePeriod)),
		failure("DG1318", "webhook namespace selector",
			"From 1.3.0 the chart refuses webhook.namespaceSelector: it sets the scope of admission itself.",
			eachPlatform(checkNamespaceSelector)),
		failure("DG1319", "checkpoints without a claim",
			"From 1.2.0 checkpoint.storage.type pvc needs the name of a claim and a path in it.",
			eachPlatform(checkCheckpoint)),
		failure("DG1320", "reserved environment variable of the operator",
			"Charts 1.2.0 to 1.4.x refuse DYN_OPERATOR_ALLOW_GMS_SNAPSHOT in the operator's environment.",
			eachPlatform(checkReservedEnv)),
	}
}

func checkTwoSchedulers(p *platform, r *Report) {
	const volcano = "global.volcano-scheduler.enabled"
	if p.atLeast("1.3.0") && (p.installs(partKAI) || p.integrates(partKAI)) && p.flag(volcano) {
		r.Add(p.blame("components.kaiScheduler", volcano), "the KAI scheduler and Volcano are both on",
			"turn one of them off: spec.components.kaiScheduler.enabled, or "+volcano)
	}
}

func checkGracePeriod(p *platform, r *Report) {
	const want = "-1s"
	if !p.atLeast("1.5.0") || !p.installs(partKAI) || !p.installs(partGrove) && !p.integrates(partGrove) || p.text(gracePeriod) == want {
		return
	}
	r.AddAs(p.absent(r.code.Severity), p.blame("components.kaiScheduler", gracePeriod),
		fmt.Sprintf("chart %s with Grove and the KAI scheduler needs default-staleness-grace-period %q", p.version(), want),
		fmt.Sprintf("set spec.values.%s: %q", gracePeriod, want))
}

func checkNamespaceSelector(p *platform, r *Report) {
	value, _ := p.value(selectorPath)
	selector, _ := value.(map[string]any)
	if p.atLeast("1.3.0") && p.installs(partOperator) && len(selector) > 0 {
		r.Add(p.blame("", selectorPath), fmt.Sprintf("webhook.namespaceSelector is set, which chart %s refuses", p.version()),
			"remove it; the chart sets the scope of admission itself")
	}
}

func checkCheckpoint(p *platform, r *Report) {
	const enabled = "dynamo-operator.checkpoint.enabled"
	if !p.atLeast("1.2.0") || !p.installs(partOperator) || !p.flag(enabled) || p.text("dynamo-operator.checkpoint.storage.type") != "pvc" {
		return
	}
	for _, path := range []string{pvcNamePath, checkpointDir} {
		if p.text(path) == "" {
			r.AddAs(p.absent(r.code.Severity), p.blame("", path, "dynamo-operator.checkpoint.storage.type", enabled),
				"checkpoints on a claim without "+path[strings.LastIndex(path, ".")+1:], "set spec.values."+path)
		}
	}
}

func checkReservedEnv(p *platform, r *Report) {
	if !p.atLeast("1.2.0") || !p.below("1.5.0") || !p.installs(partOperator) {
		return
	}
	for i, v := range p.list("dynamo-operator.env") {
		if v["name"] != reservedEnv {
			continue
		}
		at := p.blame("components.operator.env", "dynamo-operator.env")
		if !at.vague() {
			at.Field = item(at.Field, i)
		}
		r.Add(at, fmt.Sprintf("%s is reserved in chart %s", reservedEnv, p.version()),
			"set spec.values.dynamo-operator.featureGates.gmsSnapshot instead")
	}
}

func kubernetesRules() []Rule {
	return []Rule{
		failure("DG1321", "Kubernetes too old",
			"The chart refuses to install on a Kubernetes older than its minimum.",
			eachPlatform(checkKubernetes)),
		notice("DG1322", "Kubernetes version not given",
			"The chart needs a minimum version, and spec.kubernetes.version does not say what the cluster runs, so nothing was checked.",
			eachPlatform(checkKubernetesGiven)),
	}
}

func (p *platform) minKubernetes() string {
	if p.Chart == nil {
		return ""
	}
	return p.Chart.MinKubernetes()
}

func checkKubernetes(p *platform, r *Report) {
	given := p.Spec.Spec.Kubernetes.Version
	if given == "" || p.minKubernetes() == "" {
		return
	}
	have, err := semver.NewVersion(given)
	want, err2 := semver.NewVersion(p.minKubernetes())
	if err != nil || err2 != nil {
		return
	}
	if have.Major() < want.Major() || have.Major() == want.Major() && have.Minor() < want.Minor() {
		r.Add(p.field("kubernetes.version"),
			fmt.Sprintf("Kubernetes %s is older than %s, the oldest for chart %s", given, p.minKubernetes(), p.version()),
			"upgrade the cluster first, or use an older chart version")
	}
}

func checkKubernetesGiven(p *platform, r *Report) {
	if p.minKubernetes() != "" && p.Spec.Spec.Kubernetes.Version == "" {
		r.Add(At(p.Source, "spec"), fmt.Sprintf("chart %s needs Kubernetes %s or newer, and the cluster's version is not given", p.version(), p.minKubernetes()),
			"set spec.kubernetes.version")
	}
}
