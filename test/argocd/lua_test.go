// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// configuration is argocd-cm as the component patches it.
func configuration(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "plugin/argocd/install/argocd-cm.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct{ Data map[string]string }
	if err := yaml.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	return config.Data
}

func parse(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &u.Object); err != nil {
		t.Fatal(err)
	}
	return u
}

func TestHealth(t *testing.T) {
	const release = "helm.toolkit.fluxcd.io_HelmRelease"
	for _, tt := range []struct{ name, kind, object, want string }{
		{"a tested release", release, "{kind: HelmRelease, metadata: {generation: 2}, spec: {}, status: {observedGeneration: 2, conditions: [{type: Ready, status: 'True', reason: TestSucceeded}, {type: Released, status: 'True'}, {type: TestSuccess, status: 'True'}]}}", "Healthy"},
		{"one that is upgrading", release, "{kind: HelmRelease, metadata: {generation: 2}, spec: {}, status: {observedGeneration: 2, conditions: [{type: Reconciling, status: 'True'}, {type: Ready, status: Unknown}]}}", "Progressing"},
		{"one not looked at yet", release, "{kind: HelmRelease, metadata: {generation: 3}, spec: {}, status: {observedGeneration: 2, conditions: [{type: Ready, status: 'True'}]}}", "Progressing"},
		{"one that failed", release, "{kind: HelmRelease, metadata: {generation: 2}, spec: {}, status: {observedGeneration: 2, conditions: [{type: Ready, status: 'False', reason: InstallFailed}]}}", "Degraded"},
		{"one that is stalled", release, "{kind: HelmRelease, metadata: {generation: 2}, spec: {}, status: {observedGeneration: 2, conditions: [{type: Stalled, status: 'True'}, {type: Ready, status: 'False'}]}}", "Degraded"},
		{"one that is suspended", release, "{kind: HelmRelease, metadata: {}, spec: {suspend: true}}", "Suspended"},
		{"a new sync", "dynamo-gitops.io_PlatformSync", "{kind: PlatformSync, metadata: {generation: 1}, spec: {}}", "Progressing"},
		{"a base model", "nvidia.com_DynamoModel", "{metadata: {}, spec: {modelType: base}, status: {totalEndpoints: 2, readyEndpoints: 0}}", "Healthy"},
		{"an adapter half loaded", "nvidia.com_DynamoModel", "{metadata: {}, spec: {modelType: lora}, status: {totalEndpoints: 2, readyEndpoints: 1}}", "Progressing"},
		{"a loaded adapter", "nvidia.com_DynamoModel", "{metadata: {}, spec: {modelType: lora}, status: {totalEndpoints: 2, readyEndpoints: 2}}", "Healthy"},
		{"an invalid model", "nvidia.com_DynamoModel", "{metadata: {}, spec: {}, status: {conditions: [{type: Valid, status: 'False'}]}}", "Degraded"},
		{"a graph that runs", "nvidia.com_DynamoGraphDeployment", "{metadata: {}, status: {state: successful, conditions: [{type: Ready, status: 'True'}]}}", "Healthy"},
		{"a graph that starts", "nvidia.com_DynamoGraphDeployment", "{metadata: {}, status: {state: pending, conditions: [{type: Ready, status: 'False', reason: pods_not_ready}]}}", "Progressing"},
		{"a graph that failed", "nvidia.com_DynamoGraphDeployment", "{metadata: {}, status: {state: failed}}", "Degraded"},
		{"a component", "nvidia.com_DynamoComponentDeployment", "{metadata: {}, status: {conditions: [{type: Available, status: 'True'}]}}", "Healthy"},
		{"a child", "argoproj.io_Application", "{metadata: {}, status: {health: {status: Degraded}}}", "Degraded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			script := configuration(t)["resource.customizations.health."+tt.kind]
			got, err := lua.VM{}.ExecuteHealthLua(parse(t, tt.object), script)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Status) != tt.want {
				t.Errorf("got %s (%s), want %s", got.Status, got.Message, tt.want)
			}
		})
	}
}

func TestActions(t *testing.T) {
	var actions v1alpha1.ResourceActions
	text := configuration(t)["resource.customizations.actions.dynamo-gitops.io_PlatformSync"]
	if err := yaml.Unmarshal([]byte(text), &actions); err != nil {
		t.Fatal(err)
	}
	vm := lua.VM{}
	sync := parse(t, "{apiVersion: dynamo-gitops.io/v1alpha1, kind: PlatformSync, metadata: {name: a}, spec: {}}")
	found, err := vm.ExecuteResourceActionDiscovery(sync, []string{actions.ActionDiscoveryLua})
	if err != nil || len(found) != 3 {
		t.Fatalf("got %v, error %v", found, err)
	}
	for _, action := range actions.Definitions {
		changed, err := vm.ExecuteResourceAction(sync, action.ActionLua, nil)
		if err != nil || len(changed) != 1 {
			t.Fatalf("%s: %v, error %v", action.Name, changed, err)
		}
		spec, _ := changed[0].UnstructuredObj.Object["spec"].(map[string]any)
		if action.Name == "suspend" && spec["suspend"] != true || action.Name == "resume" && spec["suspend"] != false ||
			action.Name == "reconcile" && changed[0].UnstructuredObj.GetAnnotations()["reconcile.fluxcd.io/requestedAt"] == "" {
			t.Errorf("%s gave %v", action.Name, changed[0].UnstructuredObj.Object)
		}
	}
}
