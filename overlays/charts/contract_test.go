// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package charts_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"sigs.k8s.io/yaml"
)

// leaves lists the scalar and list values in v by their dotted path. Empty maps are leaves too.
func leaves(v any, path string, out map[string]any) {
	m, ok := v.(map[string]any)
	if !ok || len(m) == 0 {
		if v == nil || v == "" {
			v = "" // absent, null and empty say the same
		}
		out[path] = v
		return
	}
	for key, child := range m {
		leaves(child, strings.TrimPrefix(path+"."+key, "."), out)
	}
}

// defaults returns the values that the platform chart and its parts have together.
func defaults(t *testing.T) map[string]any {
	t.Helper()
	out, err := util.CoalesceValues(loadChart(t, platformChart), map[string]any{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestContractAccepted: Dynamo's own default values, given as a user's values, are known key by key and render.
func TestContractAccepted(t *testing.T) {
	platform := parseValues(t, string(upstream(t, "values", "platform-0.9.0.yaml")))
	operator := parseValues(t, string(upstream(t, "values", "operator-0.9.0.yaml")))
	for name, v := range map[string]values{
		"platform": platform,
		"operator": {"dynamo-operator": operator},
	} {
		t.Run(name, func(t *testing.T) {
			all := objects(t, mustInstall(t, platformChart, v))
			if all[operatorDeployment] == nil || all["StatefulSet/dynamo-nats"] == nil {
				t.Error("parts are missing")
			}
		})
	}
}

// TestContractDefaults: where Dynamo's chart has a default, ours has the same, but for those listed with the reason.
func TestContractDefaults(t *testing.T) {
	intended := map[string]string{
		"dynamo-operator.webhook.certGenerator.image.repository":           "bitnami/kubectl is not kept public",
		"dynamo-operator.webhook.certGenerator.image.tag":                  "a tag that moves changes what runs without a change in Git",
		"dynamo-operator.controllerManager.kubeRbacProxy.image.repository": "gcr.io/kubebuilder is gone",
	}

	want := map[string]any{}
	leaves(map[string]any{"dynamo-operator": parseValues(t, string(upstream(t, "values", "operator-0.9.0.yaml")))}, "", want)
	leaves(parseValues(t, string(upstream(t, "values", "platform-0.9.0.yaml"))), "", want)
	got := map[string]any{}
	leaves(defaults(t), "", got)
	if len(want) < 150 {
		t.Fatalf("only %d defaults in Dynamo's files: the comparison is void", len(want))
	}
	used := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		have, ok := got[path]
		if !ok {
			have = ""
		}
		if _, isMap := have.(map[string]any); isMap && want[path] == "" {
			continue
		}
		if diff := cmp.Diff(fmt.Sprint(want[path]), fmt.Sprint(have)); diff != "" {
			if _, ok := intended[path]; ok {
				used[path] = true
				continue
			}
			t.Errorf("%s (-dynamo +ours):\n%s", path, diff)
		}
	}
	for path := range intended {
		if !used[path] {
			t.Errorf("%s is listed as different and is not", path)
		}
	}
}

// TestContractKeys: a key that our charts have and Dynamo's have not is listed here.
func TestContractKeys(t *testing.T) {
	ours := []string{
		"dynamo-operator.dynamo.mpiRun.sshKeygen.image",
		"dynamo-operator.fullnameOverride",
		"dynamo-operator.nameOverride",
		"dynamo-operator.webhook.certGenerator",
		"grove.", "kai-scheduler.", // other charts stand in for these
		"etcd.metrics.podAnnotations", "etcd.nodeAffinityPreset",
	}
	known := map[string]any{}
	for prefix, file := range map[string]string{"dynamo-operator": "operator-0.9.0", "nats": "nats-1.3.2", "etcd": "etcd-12.0.18"} {
		leaves(map[string]any{prefix: parseValues(t, string(upstream(t, "values", file+".yaml")))}, "", known)
	}
	leaves(parseValues(t, string(upstream(t, "values", "platform-0.9.0.yaml"))), "", known)
	got := map[string]any{}
	leaves(defaults(t), "", got)
	for _, path := range slices.Sorted(maps.Keys(got)) {
		// Helm adds global to every part.
		if _, ok := known[path]; ok || strings.HasSuffix(path, ".global") || strings.HasPrefix(path, "global") {
			continue
		}
		// A map that is empty on one side and filled on the other.
		if slices.ContainsFunc(slices.Collect(maps.Keys(known)), func(k string) bool {
			return strings.HasPrefix(k, path+".") || strings.HasPrefix(path, k+".")
		}) {
			continue
		}
		if !slices.ContainsFunc(ours, func(p string) bool { return strings.HasPrefix(path, p) }) {
			t.Errorf("%s is in no chart of Dynamo's", path)
		}
	}
}

// upstreamObjects returns the objects of a release of Dynamo's own chart.
func upstreamObjects(t *testing.T, name string) map[string]*object {
	t.Helper()
	out := map[string]*object{}
	for _, document := range strings.Split("\n"+string(upstream(t, "rendered", "0.9.0", name+".yaml")), "\n---") {
		content := map[string]any{}
		if err := yaml.Unmarshal([]byte(document), &content); err != nil {
			t.Fatal(err)
		}
		obj := &object{Object: content}
		out[obj.GetKind()+"/"+obj.GetName()] = obj
	}
	return out
}

// TestContractRendered compares our release with Dynamo's for the same values: the objects that live long, and of them
// what other programs and people rely on.
func TestContractRendered(t *testing.T) {
	for _, name := range []string{"dev", "prod"} {
		t.Run(name, func(t *testing.T) {
			v := parseValues(t, string(upstream(t, "rendered", "values", name+"-0.9.yaml")))
			got := objects(t, mustInstall(t, platformChart, v))
			want := upstreamObjects(t, name)
			compared := 0
			for _, key := range slices.Sorted(maps.Keys(want)) {
				if got[key] == nil {
					t.Errorf("%s is missing", key)
					continue
				}
				for _, view := range views(want[key].GetKind()) {
					wantView, gotView := view(want[key]), view(got[key])
					if diff := cmp.Diff(wantView, gotView); diff != "" {
						t.Errorf("%s (-dynamo +ours):\n%s", key, diff)
					}
					compared++
				}
			}
			if compared < 30 {
				t.Errorf("only %d comparisons", compared)
			}
			compareLabels(t, want, got)
		})
	}
}

// compareLabels: the labels that Dynamo's objects have are on ours, but for versions: ours says 0.9.0 for the operator.
func compareLabels(t *testing.T, want, got map[string]*object) {
	t.Helper()
	for key, obj := range want {
		for label, value := range obj.GetLabels() {
			if label == "app.kubernetes.io/version" || got[key] == nil {
				continue
			}
			if have := got[key].GetLabels()[label]; have != value {
				t.Errorf("%s: label %s is %q, Dynamo's is %q", key, label, have, value)
			}
		}
	}
}

// views returns what is compared of a kind.
func views(kind string) []func(*object) any {
	field := func(path ...any) func(*object) any {
		return func(obj *object) any { return at(obj, path...) }
	}
	switch kind {
	case "StatefulSet":
		return []func(*object) any{
			field("spec", "replicas"), field("spec", "selector"), field("spec", "serviceName"), field("spec", "podManagementPolicy"),
			field("spec", "volumeClaimTemplates"), containerView, volumeView, field("spec", "template", "spec", "topologySpreadConstraints"),
		}
	case "Deployment":
		return []func(*object) any{field("spec", "selector"), field("spec", "strategy"), argumentView, field("spec", "template", "spec", "serviceAccountName")}
	case "Service":
		return []func(*object) any{field("spec", "selector"), portView, field("spec", "clusterIP"), field("spec", "publishNotReadyAddresses")}
	case "PodDisruptionBudget", "NetworkPolicy":
		return []func(*object) any{field("spec", "minAvailable"), field("spec", "maxUnavailable"), field("spec", "selector"), field("spec", "podSelector")}
	case "ConfigMap":
		return []func(*object) any{func(obj *object) any {
			text, _ := at(obj, "data", "nats.conf").(string)
			return strings.TrimSpace(text)
		}}
	case "PodMonitor", "Issuer":
		return []func(*object) any{field("spec")}
	case "Certificate":
		return []func(*object) any{field("spec", "secretName"), field("spec", "issuerRef"), field("spec", "dnsNames"), field("spec", "duration"), field("spec", "renewBefore")}
	default:
		return []func(*object) any{field("kind")}
	}
}

// portView is the ports of a Service, without nulls.
func portView(obj *object) any {
	ports, _ := at(obj, "spec", "ports").([]any)
	for _, port := range ports {
		maps.DeleteFunc(port.(map[string]any), func(_ string, v any) bool { return v == nil })
	}
	return ports
}

// volumeView is the volumes of a pod by name, less the token that we make only when it is used.
func volumeView(obj *object) any {
	out := map[string]any{}
	volumes, _ := at(obj, "spec", "template", "spec", "volumes").([]any)
	for _, volume := range volumes {
		if name := at(volume, "name").(string); name != "etcd-jwt-token" {
			out[name] = volume
		}
	}
	return out
}

// containerView is what a container is and gets. Left out on purpose: the token of etcd, which is random in Dynamo's
// chart; its readiness probe, which asks etcd over HTTP in ours and runs a script of one image in Dynamo's; the order of
// mounts; and the second time that Dynamo's chart gives the authority to the reloader.
func containerView(obj *object) any {
	out := map[string]any{}
	containers, _ := at(obj, "spec", "template", "spec", "containers").([]any)
	for _, c := range containers {
		environment := env(c.(map[string]any))
		delete(environment, "ETCD_AUTH_TOKEN")
		mounts := map[string]string{}
		list, _ := at(c, "volumeMounts").([]any)
		for _, m := range list {
			if name := at(m, "name").(string); name != "etcd-jwt-token" {
				mounts[fmt.Sprint(at(m, "mountPath"))] = name
			}
		}
		arguments := argsOf(c.(map[string]any))
		if at(c, "name") == "reloader" {
			slices.Sort(arguments)
			arguments = slices.Compact(arguments)
		}
		out[at(c, "name").(string)] = map[string]any{
			"image": at(c, "image"), "args": arguments, "env": environment, "ports": at(c, "ports"),
			"resources": at(c, "resources"), "mounts": mounts,
			"liveness path": at(c, "livenessProbe", "httpGet", "path"), "has readiness": at(c, "readinessProbe") != nil,
			"startup path": at(c, "startupProbe", "httpGet", "path"),
		}
	}
	return out
}

// argumentView is the operator's arguments, less the version, which is 0.7.1 in Dynamo's chart 0.9.0 by mistake.
func argumentView(obj *object) any {
	out := map[string][]string{}
	containers, _ := at(obj, "spec", "template", "spec", "containers").([]any)
	for _, c := range containers {
		arguments := slices.DeleteFunc(argsOf(c.(map[string]any)), func(a string) bool { return strings.HasPrefix(a, "--operator-version=") })
		out[at(c, "name").(string)] = arguments
	}
	return out
}

// TestChartsAreComplete: Chart.yaml names every part with its condition, and each is unpacked in charts/.
func TestChartsAreComplete(t *testing.T) {
	c := loadChart(t, platformChart)
	want := map[string]string{
		"dynamo-operator": "0.7.1", "nats": "1.3.2", "etcd": "12.0.18", "grove": "0.1.0-alpha.3", "kai-scheduler": "0.9.4",
	}
	got := map[string]string{}
	for _, dependency := range c.Metadata.Dependencies {
		got[dependency.Name] = dependency.Version
		if condition := dependency.Name + ".enabled"; dependency.Condition != condition {
			t.Errorf("the condition of %s is %q, want %q", dependency.Name, dependency.Condition, condition)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Chart.yaml (-want +got):\n%s", diff)
	}
	for _, part := range c.Dependencies() {
		if part.Metadata.Version != want[part.Name()] {
			t.Errorf("charts/%s is version %s", part.Name(), part.Metadata.Version)
		}
	}
	for _, part := range append([]*chart.Chart{c, loadChart(t, crdsChart)}, c.Dependencies()...) {
		if part.Schema == nil {
			t.Errorf("%s has no values.schema.json", part.Name())
		}
	}
}
