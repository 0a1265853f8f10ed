// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff_test

import (
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/diff"
)

func TestFieldConsequences(t *testing.T) {
	t.Parallel()
	const (
		set    = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x, namespace: y}\n"
		deploy = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, namespace: y}\n"
		graph  = "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {name: x, namespace: y}\n"
		beta   = "apiVersion: nvidia.com/v1beta1\nkind: DynamoGraphDeployment\nmetadata: {name: x, namespace: y}\n"
		model  = "apiVersion: nvidia.com/v1alpha1\nkind: DynamoModel\nmetadata: {name: x, namespace: y}\n"
		helm   = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x, namespace: y}\n"
		job    = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x, namespace: y}\n"
		hook   = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x, namespace: y, annotations: {helm.sh/hook: pre-install}}\n"
		forced = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x, namespace: y, annotations: {kustomize.toolkit.fluxcd.io/force: enabled}}\n"
		argo   = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x, namespace: y, annotations: {argocd.argoproj.io/sync-options: \"Force=true,Replace=true\"}}\n"
		claim  = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: x, namespace: y}\n"
		config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: y}\n"
		svc    = "apiVersion: v1\nkind: Service\nmetadata: {name: x, namespace: y}\n"
		crd    = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"
	)
	tests := map[string]struct {
		head, before, after string
		want                diff.Consequence
		path                string
	}{
		"claim template shrinks":   {set, "spec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 2Gi}}}}]}", "spec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 1Gi}}}}]}", diff.DataAtRisk, "spec.volumeClaimTemplates[0].spec.resources.requests.storage"},
		"claim template grows":     {set, "spec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 2Gi}}}}]}", "spec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 3Gi}}}}]}", diff.Refused, ""},
		"claim template gone":      {set, "spec: {volumeClaimTemplates: [{metadata: {name: data}}]}", "spec: {}", diff.Refused, "spec.volumeClaimTemplates"},
		"claim template label":     {set, "spec: {volumeClaimTemplates: [{metadata: {labels: {helm.sh/chart: a}}}]}", "spec: {volumeClaimTemplates: [{metadata: {labels: {helm.sh/chart: b}}}]}", diff.Refused, ""},
		"service name":             {set, "spec: {serviceName: a}", "spec: {serviceName: b}", diff.Refused, "spec.serviceName"},
		"fewer members":            {set, "spec: {replicas: 3}", "spec: {replicas: 1}", diff.DataAtRisk, ""},
		"more members":             {set, "spec: {replicas: 1}", "spec: {replicas: 3}", diff.Changes, ""},
		"claims retained":          {set, "spec: {persistentVolumeClaimRetentionPolicy: {whenScaled: Retain}}", "spec: {persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}}", diff.DataAtRisk, ""},
		"update strategy":          {set, "spec: {updateStrategy: {type: OnDelete}}", "spec: {updateStrategy: {type: RollingUpdate}}", diff.Changes, ""},
		"image":                    {set, "spec: {template: {spec: {containers: [{name: a, image: x}]}}}", "spec: {template: {spec: {containers: [{name: a, image: y}]}}}", diff.Restarts, "spec.template.spec.containers[a].image"},
		"checksum":                 {deploy, "spec: {template: {metadata: {annotations: {checksum/config: a}}}}", "spec: {template: {metadata: {annotations: {checksum/config: b}}}}", diff.Restarts, "spec.template.metadata.annotations.checksum/config"},
		"label of the pods":        {deploy, "spec: {template: {metadata: {labels: {helm.sh/chart: a}}}}", "spec: {template: {metadata: {labels: {helm.sh/chart: b}}}}", diff.Restarts, ""},
		"selector":                 {deploy, "spec: {selector: {matchLabels: {a: b}}}", "spec: {selector: {matchLabels: {a: c}}}", diff.Refused, ""},
		"replicas":                 {deploy, "spec: {replicas: 3}", "spec: {replicas: 1}", diff.Changes, ""},
		"label of Helm":            {"apiVersion: apps/v1\nkind: Deployment\n", "metadata: {name: x, labels: {helm.sh/chart: a}}", "metadata: {name: x, labels: {helm.sh/chart: b}}", diff.NoEffect, `metadata.labels["helm.sh/chart"]`},
		"label":                    {"apiVersion: apps/v1\nkind: Deployment\n", "metadata: {name: x, labels: {team: a}}", "metadata: {name: x, labels: {team: b}}", diff.Changes, ""},
		"components":               {graph, "spec: {services: {A: {replicas: 1}}}", "spec: {services: {A: {replicas: 1}, B: {replicas: 1}}}", diff.Refused, "spec.services.B"},
		"components of v1beta1":    {beta, "spec: {components: [{name: A, replicas: 1}]}", "spec: {components: [{name: A, replicas: 1}, {name: B, replicas: 1}]}", diff.Refused, "spec.components[B]"},
		"component's replicas":     {graph, "spec: {services: {A: {replicas: 1}}}", "spec: {services: {A: {replicas: 2}}}", diff.Changes, ""},
		"component's image":        {graph, "spec: {services: {A: {extraPodSpec: {mainContainer: {image: a}}}}}", "spec: {services: {A: {extraPodSpec: {mainContainer: {image: b}}}}}", diff.Restarts, ""},
		"multinode":                {graph, "spec: {services: {A: {replicas: 1}}}", "spec: {services: {A: {replicas: 1, multinode: {nodeCount: 2}}}}", diff.Refused, ""},
		"node count":               {graph, "spec: {services: {A: {multinode: {nodeCount: 4}}}}", "spec: {services: {A: {multinode: {nodeCount: 2}}}}", diff.Restarts, ""},
		"backend":                  {graph, "spec: {backendFramework: vllm}", "spec: {backendFramework: sglang}", diff.Refused, ""},
		"base model":               {model, "spec: {baseModelName: a}", "spec: {baseModelName: b}", diff.Refused, ""},
		"adapter's source":         {model, "spec: {source: {uri: a}}", "spec: {source: {uri: b}}", diff.NoEffect, ""},
		"chart version":            {helm, "spec: {chart: {spec: {version: 1.0.0}}}", "spec: {chart: {spec: {version: 1.1.0}}}", diff.Restarts, ""},
		"values by hand":           {helm, "spec: {values: {a: 1}}", "spec: {values: {a: 2}}", diff.Restarts, "spec.values.a"},
		"release name":             {helm, "spec: {releaseName: a}", "spec: {releaseName: b}", diff.DataAtRisk, ""},
		"interval":                 {helm, "spec: {interval: 1m}", "spec: {interval: 2m}", diff.Changes, ""},
		"job":                      {job, "spec: {completions: 1}", "spec: {completions: 2}", diff.Refused, ""},
		"hook":                     {hook, "spec: {completions: 1}", "spec: {completions: 2}", diff.Replaces, ""},
		"forced by Flux":           {forced, "spec: {completions: 1}", "spec: {completions: 2}", diff.Replaces, ""},
		"forced by Argo CD":        {argo, "spec: {completions: 1}", "spec: {completions: 2}", diff.Replaces, ""},
		"claim grows":              {claim, "spec: {resources: {requests: {storage: 1Gi}}}", "spec: {resources: {requests: {storage: 2Gi}}}", diff.Changes, ""},
		"claim shrinks":            {claim, "spec: {resources: {requests: {storage: 2Gi}}}", "spec: {resources: {requests: {storage: 1Gi}}}", diff.DataAtRisk, ""},
		"claim's class":            {claim, "spec: {storageClassName: a}", "spec: {storageClassName: b}", diff.Refused, ""},
		"configuration":            {config, "data: {a: b}", "data: {a: c}", diff.Changes, "data.a"},
		"immutable configuration":  {config, "{immutable: true, data: {a: b}}", "{immutable: true, data: {a: c}}", diff.Refused, ""},
		"cluster IP":               {svc, "spec: {clusterIP: 10.0.0.1}", "spec: {clusterIP: 10.0.0.2}", diff.Refused, ""},
		"cluster IP given":         {svc, "spec: {type: ClusterIP}", "spec: {type: ClusterIP, clusterIP: 10.0.0.2}", diff.Changes, ""},
		"ports":                    {svc, "spec: {ports: [{name: a, port: 1}]}", "spec: {ports: [{name: a, port: 2}]}", diff.Changes, "spec.ports[a].port"},
		"definition's version":     {crd, "spec: {versions: [{name: v1}, {name: v2}]}", "spec: {versions: [{name: v2}]}", diff.Refused, "spec.versions[v1]"},
		"definition's new version": {crd, "spec: {versions: [{name: v1}]}", "spec: {versions: [{name: v1}, {name: v2}]}", diff.Changes, "spec.versions[v2]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := one(t, planOf(t, join(tt.head, tt.before)), planOf(t, join(tt.head, tt.after)))
			if len(e.Objects) != 1 || len(e.Objects[0].Fields) != 1 {
				t.Fatalf("objects %+v", e.Objects)
			}
			o := e.Objects[0]
			if o.Consequence != tt.want || o.Fields[0].Consequence != tt.want {
				t.Errorf("%s: %s, want %s (%s)", o.Fields[0].Path, o.Consequence, tt.want, o.Fields[0].Reason)
			}
			if tt.path != "" && o.Fields[0].Path != tt.path {
				t.Errorf("path %s, want %s", o.Fields[0].Path, tt.path)
			}
		})
	}
}

// join puts a body behind a head; a body in braces is given line by line.
func join(head, body string) string {
	if inner, ok := strings.CutPrefix(body, "{"); ok {
		body = strings.Replace(strings.TrimSuffix(inner, "}"), ", data", "\ndata", 1)
	}
	return head + body + "\n"
}

func TestNoDifference(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n"
	for name, tt := range map[string][2]string{
		"order of named items": {"spec: {a: [{name: b, v: 1}, {name: c, v: 2}]}", "spec: {a: [{name: c, v: 2}, {name: b, v: 1}]}"},
		"empty map":            {"spec: {affinity: {}}", "spec: {}"},
		"empty list":           {"spec: {tolerations: []}", "spec: {tolerations: null}"},
		"numbers":              {"spec: {replicas: 1}", "spec: {replicas: 1.0}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := compare(t, diff.Options{}, diff.Environment{Name: "a", Before: planOf(t, head+tt[0]), After: planOf(t, head+tt[1])})
			for _, e := range report.Environments {
				if len(e.Objects) > 0 {
					t.Errorf("differs: %+v", e.Objects)
				}
			}
		})
	}
}

func TestRemovedObjects(t *testing.T) {
	t.Parallel()
	const helm = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: dynamo-crds, namespace: y}\nspec: {chart: {spec: {chart: dynamo-crds}}"
	for text, want := range map[string]diff.Consequence{
		"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n":                                 diff.DataAtRisk,
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n":                                                                     diff.DataAtRisk,
		"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: x}\n":                                                         diff.DataAtRisk,
		"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x}\n":                                                              diff.DataAtRisk,
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n":                                                               diff.Deletes,
		"apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {name: x}\n":                                        diff.Deletes,
		"apiVersion: nvidia.com/v1alpha1\nkind: DynamoModel\nmetadata: {name: x}\n":                                                  diff.Deletes,
		"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}\n":  diff.NoEffect,
		"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x, annotations: {argocd.argoproj.io/sync-options: Prune=false}}\n": diff.NoEffect,
		"apiVersion: batch/v1\nkind: Job\nmetadata: {name: x, annotations: {helm.sh/hook: pre-install}}\n":                           diff.NoEffect,
		helm + "}\n":                diff.DataAtRisk,
		helm + ", suspend: true}\n": diff.Deletes,
		helm + ", postRenderers: [{kustomize: {patches: [{target: {kind: CustomResourceDefinition}, patch: \"helm.sh/resource-policy: keep\"}]}}]}\n": diff.Deletes,
		strings.ReplaceAll(helm, "dynamo-crds", "other") + "}\n": diff.Deletes,
	} {
		e := one(t, planOf(t, text), planOf(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"))
		for _, o := range e.Objects {
			if o.Change == diff.Removed && o.Consequence != want {
				t.Errorf("%s\nis %s (%s), want %s", text, o.Consequence, o.Reason, want)
			}
		}
		if len(e.Objects) != 2 {
			t.Errorf("%d objects differ", len(e.Objects))
		}
	}
}

func TestConsequencesAreOrdered(t *testing.T) {
	t.Parallel()
	for _, c := range diff.Consequences() {
		if c.Title() == "" {
			t.Errorf("%s has no title", c)
		}
	}
	if first := diff.Consequences()[0]; first != diff.Refused {
		t.Errorf("the worst is %s", first)
	}
}
