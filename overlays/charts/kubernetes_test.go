// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package charts_test

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// everything turns on what the charts have, in several combinations.
func everything() map[string]string {
	return map[string]string{
		"everything": `{
  grove: {enabled: true}, kai-scheduler: {enabled: true},
  dynamo-operator: {imagePullSecrets: [{name: a}], controllerManager: {tolerations: [{operator: Exists}], affinity: {nodeAffinity: {}}, serviceAccount: {annotations: {a: b}}},
    dynamo: {enableRestrictedSecurityContext: true, components: {serviceAccount: {annotations: {a: b}}}, dockerRegistry: {useKubernetesSecret: true, server: s, username: u, password: p}},
    webhook: {namespaceSelector: {matchLabels: {a: b}}}},
  nats: {tlsCA: {enabled: true, configMapName: ca}, promExporter: {enabled: true, podMonitor: {enabled: true}, env: {A: b}}, serviceAccount: {enabled: true},
    global: {image: {pullPolicy: Always, pullSecretNames: [a], registry: mirror}, labels: {team: x}},
    natsBox: {enabled: true, serviceAccount: {enabled: true}, contexts: {default: {nkey: {secretName: nk}}}},
    reloader: {env: {A: b}, image: {pullPolicy: Always}},
    podTemplate: {topologySpreadConstraints: {kubernetes.io/hostname: {maxSkew: 1, whenUnsatisfiable: DoNotSchedule}}},
    config: {cluster: {enabled: true, tls: {enabled: true, secretName: c}}, nats: {tls: {enabled: true, secretName: server}}, monitor: {tls: {enabled: true}}, profiling: {enabled: true},
      leafnodes: {enabled: true, tls: {enabled: true, secretName: l}}, websocket: {enabled: true}, mqtt: {enabled: true}, gateway: {enabled: true}, resolver: {enabled: true}}},
  etcd: {replicaCount: 3, commonLabels: {team: x}, commonAnnotations: {a: b}, preUpgradeJob: {enabled: true, tolerations: [{operator: Exists}], resources: {limits: {memory: 64Mi}}, annotations: {a: b}, podLabels: {a: b}, podAnnotations: {a: b}, affinity: {nodeAffinity: {}}, nodeSelector: {a: b}},
    auth: {rbac: {create: true, existingSecret: root}, token: {privateKey: {existingSecret: k}}, client: {secureTransport: true, existingSecret: c, enableAuthentication: true, caFilename: ca.pem}, peer: {secureTransport: true, existingSecret: p, enableAuthentication: true, caFilename: ca.pem}},
    readinessProbe: {enabled: true}, livenessProbe: {enabled: true}, startupProbe: {enabled: true}, pdb: {create: true}, metrics: {enabled: true, podMonitor: {enabled: true, additionalLabels: {a: b}}},
    persistence: {annotations: {a: b}, labels: {a: b}, selector: {matchLabels: {a: b}}, storageClass: "-"}, persistentVolumeClaimRetentionPolicy: {enabled: true},
    networkPolicy: {allowExternal: false, allowExternalEgress: false, extraIngress: [{ports: [{port: 1}]}], extraEgress: [{ports: [{port: 1}]}]},
    podAnnotations: {a: b}, podLabels: {a: b}, schedulerName: s, priorityClassName: p, runtimeClassName: r, terminationGracePeriodSeconds: 30, nodeSelector: {a: b}, tolerations: [{operator: Exists}], topologySpreadConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: ScheduleAnyway}],
    extraEnvVars: [{name: A, value: b}], extraEnvVarsCM: c, extraEnvVarsSecret: s, service: {type: NodePort, nodePorts: {client: 30001}, annotations: {a: b}, headless: {annotations: {a: b}}}, serviceAccount: {annotations: {a: b}, labels: {a: b}}}}`,
		"restricted": `{dynamo-operator: {namespaceRestriction: {enabled: true, targetNamespace: team}}, etcd: {enabled: false}, nats: {enabled: false}}`,
		"bare":       `{dynamo-operator: {webhook: {enabled: false}, metricsService: {enabled: false}, dynamo: {mpiRun: {sshKeygen: {enabled: false}}}}, etcd: {networkPolicy: {enabled: false}, serviceAccount: {create: false}, service: {enabled: false}, persistence: {enabled: false}, resourcesPreset: none, podSecurityContext: {enabled: false}, containerSecurityContext: {enabled: false}}, nats: {service: {enabled: false}, reloader: {enabled: false}}}`,
	}
}

// newObject returns an empty Go object of a kind, or nil for kinds that others define.
func newObject(obj *object) any {
	kinds := map[string]any{
		"ClusterRole":                    &rbacv1.ClusterRole{},
		"ClusterRoleBinding":             &rbacv1.ClusterRoleBinding{},
		"ConfigMap":                      &corev1.ConfigMap{},
		"CustomResourceDefinition":       &apiextensionsv1.CustomResourceDefinition{},
		"Deployment":                     &appsv1.Deployment{},
		"Job":                            &batchv1.Job{},
		"MutatingWebhookConfiguration":   &admissionv1.MutatingWebhookConfiguration{},
		"NetworkPolicy":                  &networkingv1.NetworkPolicy{},
		"PodDisruptionBudget":            &policyv1.PodDisruptionBudget{},
		"Role":                           &rbacv1.Role{},
		"RoleBinding":                    &rbacv1.RoleBinding{},
		"Secret":                         &corev1.Secret{},
		"Service":                        &corev1.Service{},
		"ServiceAccount":                 &corev1.ServiceAccount{},
		"StatefulSet":                    &appsv1.StatefulSet{},
		"ValidatingWebhookConfiguration": &admissionv1.ValidatingWebhookConfiguration{},
	}
	return kinds[obj.GetKind()]
}

// TestKubernetesKnowsEveryField decodes every object into Kubernetes' own types, which refuses misspelt fields and wrong
// types, and checks what is true of every pod of the charts.
func TestKubernetesKnowsEveryField(t *testing.T) {
	sets := everything()
	for _, name := range profiles() {
		data, err := yaml.Marshal(profile(t, name))
		if err != nil {
			t.Fatal(err)
		}
		sets[name] = string(data)
	}
	foreign := []string{"Certificate", "Config", "Issuer", "PodMonitor", "Queue", "SchedulingShard", "ServiceMonitor"}
	for name, v := range sets {
		t.Run(name, func(t *testing.T) {
			rel := mustInstall(t, platformChart, parseValues(t, v), "monitoring.coreos.com/v1", "scheduling.run.ai/v2")
			for key, obj := range objects(t, rel) {
				typed := newObject(obj)
				if typed == nil {
					if !slices.Contains(foreign, obj.GetKind()) {
						t.Errorf("%s is of a kind that the test does not know", key)
					}
					continue
				}
				data, err := yaml.Marshal(obj.Object)
				if err != nil {
					t.Fatal(err)
				}
				if err := yaml.UnmarshalStrict(data, typed); err != nil {
					t.Errorf("%s: %v", key, err)
				}
				checkPod(t, key, typed)
			}
		})
	}
	for key, obj := range objects(t, mustInstall(t, crdsChart, nil)) {
		data, err := yaml.Marshal(obj.Object)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalStrict(data, newObject(obj)); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// checkPod: selectors match their pods, and every mount has its volume.
func checkPod(t *testing.T, key string, typed any) {
	t.Helper()
	var pod corev1.PodTemplateSpec
	claims := map[string]bool{}
	selector := map[string]string{}
	switch o := typed.(type) {
	case *appsv1.StatefulSet:
		pod, selector = o.Spec.Template, o.Spec.Selector.MatchLabels
		for _, claim := range o.Spec.VolumeClaimTemplates {
			claims[claim.Name] = true
		}
	case *appsv1.Deployment:
		pod, selector = o.Spec.Template, o.Spec.Selector.MatchLabels
	case *batchv1.Job:
		pod = o.Spec.Template
	default:
		return
	}
	for label, value := range selector {
		if pod.Labels[label] != value {
			t.Errorf("%s selects %s=%s, its pods have %q", key, label, value, pod.Labels[label])
		}
	}
	for _, volume := range pod.Spec.Volumes {
		if claims[volume.Name] {
			t.Errorf("%s: volume %s is there twice", key, volume.Name)
		}
		claims[volume.Name] = true
	}
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		places := map[string]bool{}
		for _, mount := range c.VolumeMounts {
			if !claims[mount.Name] {
				t.Errorf("%s: container %s mounts %s, which is no volume", key, c.Name, mount.Name)
			}
			if places[mount.MountPath] {
				t.Errorf("%s: container %s mounts two volumes at %s", key, c.Name, mount.MountPath)
			}
			places[mount.MountPath] = true
		}
	}
}

// TestServicesSelectPods: a Service and a budget of the chart select pods of the chart, by ports that they have.
func TestServicesSelectPods(t *testing.T) {
	all := objects(t, mustInstall(t, platformChart, parseValues(t, everything()["everything"])))
	for key, obj := range all {
		if obj.GetKind() != "Service" {
			continue
		}
		var service corev1.Service
		data, _ := yaml.Marshal(obj.Object)
		if err := yaml.Unmarshal(data, &service); err != nil {
			t.Fatal(err)
		}
		ports := map[string]bool{}
		for _, other := range all {
			labels, _ := at(other, "spec", "template", "metadata", "labels").(map[string]any)
			if len(labels) == 0 || other.GetKind() == "Job" {
				continue
			}
			matches := true
			for label, value := range service.Spec.Selector {
				matches = matches && labels[label] == value
			}
			if !matches {
				continue
			}
			containers, _ := at(other, "spec", "template", "spec", "containers").([]any)
			for _, c := range containers {
				list, _ := at(c, "ports").([]any)
				for _, port := range list {
					ports[fmt.Sprint(at(port, "name"))] = true
					ports[fmt.Sprint(at(port, "containerPort"))] = true
				}
			}
		}
		for _, port := range service.Spec.Ports {
			if !ports[port.TargetPort.String()] {
				t.Errorf("%s: port %s leads to %s, which no selected pod has: %v", key, port.Name, port.TargetPort.String(), ports)
			}
		}
	}
}

// TestScripts: the shells can read the scripts in the Jobs.
func TestScripts(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	checked := 0
	for key, obj := range objects(t, mustInstall(t, platformChart, parseValues(t, `{nats: {natsBox: {enabled: true}}}`))) {
		for _, list := range []string{"containers", "initContainers"} {
			containers, _ := at(obj, "spec", "template", "spec", list).([]any)
			for _, c := range containers {
				command, _ := at(c, "command").([]any)
				if len(command) < 2 || !strings.HasSuffix(fmt.Sprint(command[0]), "sh") {
					continue
				}
				checked++
				cmd := exec.CommandContext(t.Context(), bash, "-n")
				cmd.Stdin = strings.NewReader(fmt.Sprint(command[len(command)-1]))
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%s: %v: %s", key, err, out)
				}
			}
		}
	}
	if checked < 4 {
		t.Errorf("found %d scripts", checked)
	}
}
