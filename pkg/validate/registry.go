// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

const dockerRegistry = "dynamo-operator.dynamo.dockerRegistry."

func registryRules() []Rule {
	return []Rule{
		failure("DG1313", "registry Secret that the chart looks up",
			"With useKubernetesSecret the chart looks for existingSecretName in the live cluster and fails where it cannot: in helm template, Kustomize and Argo CD.",
			eachPlatform(checkRegistryLookup)),
		failure("DG1314", "registry Secret made from values",
			"With useKubernetesSecret the chart makes the Secret from server, username and password and fails without one of them; the password would stand in Git.",
			eachPlatform(checkRegistryCredentials)),
		warning("DG1315", "registry without a Secret",
			"A registry server is named, but no Secret to pull from it.",
			eachPlatform(checkRegistrySecret)),
	}
}

func checkRegistryLookup(p *platform, r *Report) {
	if p.installs(partOperator) && p.flag(dockerRegistry+"useKubernetesSecret") && p.text(dockerRegistry+"existingSecretName") != "" {
		r.Add(p.blame("components.operator.registry.existingSecret", dockerRegistry+"useKubernetesSecret"),
			"useKubernetesSecret together with existingSecretName fails wherever the chart is rendered without a cluster",
			"set useKubernetesSecret: false; existingSecretName alone is enough")
	}
}

func checkRegistryCredentials(p *platform, r *Report) {
	if !p.installs(partOperator) || !p.flag(dockerRegistry+"useKubernetesSecret") || p.text(dockerRegistry+"existingSecretName") != "" {
		return
	}
	for _, key := range []string{"server", "username", "password"} {
		if p.text(dockerRegistry+key) == "" {
			r.AddAs(p.absent(object.SeverityError), p.blame("", dockerRegistry+"useKubernetesSecret"),
				"useKubernetesSecret without dockerRegistry."+key+" makes the chart fail",
				"make the Secret yourself and name it in spec.components.operator.registry.existingSecret")
			return
		}
	}
}

func checkRegistrySecret(p *platform, r *Report) {
	if !p.installs(partOperator) || p.text(dockerRegistry+"server") == "" || p.flag(dockerRegistry+"useKubernetesSecret") {
		return
	}
	pull, _ := p.value("dynamo-operator.imagePullSecrets")
	if list, _ := pull.([]any); p.text(dockerRegistry+"existingSecretName") == "" && len(list) == 0 {
		r.Add(p.blame("components.operator.registry.server", dockerRegistry+"server"),
			"a registry server without a Secret to pull from it",
			"name a kubernetes.io/dockerconfigjson Secret in spec.components.operator.registry.existingSecret")
	}
}
