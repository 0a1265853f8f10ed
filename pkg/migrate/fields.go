// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
)

// lookup returns what the chart is to see at a dotted path, default included.
type lookup func(dotted string) any

// field is a typed field that may say some of the given values.
type field struct {
	// name below spec.components.
	name string
	// read returns the field's value, or nil where it cannot say the values.
	read func(lookup) any
}

// valueField reads a field that is the value at a path.
func valueField(name, path string) field {
	return field{name, func(at lookup) any { return at(path) }}
}

// textField reads a field whose empty text is the same as none.
func textField(name, path string) field {
	return field{name, func(at lookup) any {
		value, _ := at(path).(string)
		if value == "" {
			return nil
		}
		return value
	}}
}

// sizeField reads a quantity.
func sizeField(name, path string) field {
	return field{name, func(at lookup) any {
		if q := quantity(at(path)); q != nil {
			return q.String()
		}
		return nil
	}}
}

// fields returns the typed fields in the order in which they are tried: those
// that say more come first.
func fields(v *chart.Version) []field {
	return slices.Concat(natsFields(v), etcdFields(v), schedulerFields(v), operatorFields())
}

// toggleKey returns the key that installs a part.
func toggleKey(v *chart.Version, part chart.Part) string {
	global := "global." + string(part) + ".install"
	switch {
	case part == chart.PartNATS && !v.AtLeast("1.2.0"), part != chart.PartNATS && !v.AtLeast("1.0.0"):
		return string(part) + ".enabled"
	}
	return global
}

func natsFields(v *chart.Version) []field {
	const js = "nats.config.jetstream."
	return []field{
		textField("nats.address", "dynamo-operator.natsAddr"),
		valueField("nats.enabled", toggleKey(v, chart.PartNATS)),
		{"nats.replicas", natsReplicas},
		valueField("nats.jetStream.enabled", js+"enabled"),
		sizeField("nats.jetStream.storage", js+"fileStore.pvc.size"),
		textField("nats.jetStream.storageClass", js+"fileStore.pvc.storageClassName"),
		sizeField("nats.jetStream.maxFileStore", js+"fileStore.maxSize"),
		{"nats.jetStream.maxMemoryStore", func(at lookup) any {
			if at(js+"memoryStore.enabled") != true {
				return nil
			}
			return at(js + "memoryStore.maxSize")
		}},
		{"nats.tls", natsTLS},
		valueField("nats.monitoring", "nats.config.monitor.enabled"),
		valueField("nats.exporter", "nats.promExporter.enabled"),
		{"nats.maxPayload", payload},
		valueField("nats.pdb", "nats.podDisruptionBudget.enabled"),
		{"nats.spreadAcrossNodes", func(at lookup) any {
			spread, _ := at("nats.podTemplate.topologySpreadConstraints").(map[string]any)
			host, _ := spread["kubernetes.io/hostname"].(map[string]any)
			switch host["whenUnsatisfiable"] {
			case "DoNotSchedule":
				return true
			case "ScheduleAnyway":
				return false
			}
			return nil
		}},
		imageField("nats.image", "nats.container.image"),
		resourcesField("nats.resources", "nats.container.merge.resources"),
		listField("nats.tolerations", "nats.podTemplate.merge.spec.tolerations"),
		mapField("nats.affinity", "nats.podTemplate.merge.spec.affinity"),
	}
}

func natsReplicas(at lookup) any {
	if at("nats.config.cluster.enabled") != true {
		return int64(1)
	}
	return at("nats.config.cluster.replicas")
}

func payload(at lookup) any {
	switch n := at("nats.config.merge.max_payload").(type) {
	case int64:
		return resource.NewQuantity(n, resource.BinarySI).String()
	case float64:
		return resource.NewQuantity(int64(n), resource.BinarySI).String()
	}
	return nil
}

func natsTLS(at lookup) any {
	const clients, servers = "nats.config.nats.tls.", "nats.config.cluster.tls."
	if at(clients+"enabled") != true {
		return map[string]any{"enabled": false}
	}
	tls := map[string]any{}
	secret, _ := at(clients + "secretName").(string)
	if secret == "" {
		return nil
	}
	tls["secretName"] = secret
	if between, _ := at(servers + "secretName").(string); between != "" && between != secret && at(servers+"enabled") == true {
		tls["clusterSecretName"] = between
	}
	if ca, _ := at("nats.tlsCA.secretName").(string); ca != "" && at("nats.tlsCA.enabled") == true {
		tls["caSecretName"] = ca
	}
	return tls
}

func etcdFields(v *chart.Version) []field {
	return []field{
		textField("etcd.address", "dynamo-operator.etcdAddr"),
		valueField("etcd.enabled", toggleKey(v, chart.PartEtcd)),
		valueField("etcd.replicas", "etcd.replicaCount"),
		valueField("etcd.persistence", "etcd.persistence.enabled"),
		sizeField("etcd.storage", "etcd.persistence.size"),
		textField("etcd.storageClass", "etcd.persistence.storageClass"),
		valueField("etcd.pdb", "etcd.pdb.create"),
		{"etcd.probes", func(at lookup) any {
			if at("etcd.readinessProbe.enabled") != at("etcd.livenessProbe.enabled") {
				return nil
			}
			return at("etcd.readinessProbe.enabled")
		}},
		valueField("etcd.metrics", "etcd.metrics.enabled"),
		{"etcd.image", func(at lookup) any {
			read := imageField("", "etcd.image").read(at)
			registry, _ := at("etcd.image.registry").(string)
			out, ok := read.(map[string]any)
			if name, _ := out["repository"].(string); ok && registry != "" && name != "" {
				out["repository"] = registry + "/" + name
			}
			return read
		}},
		resourcesField("etcd.resources", "etcd.resources"),
		listField("etcd.tolerations", "etcd.tolerations"),
		mapField("etcd.affinity", "etcd.affinity"),
	}
}

func schedulerFields(v *chart.Version) []field {
	var out []field
	for _, s := range []struct {
		name, prefix string
		part         chart.Part
	}{{"grove", "grove", chart.PartGrove}, {"kaiScheduler", "kai-scheduler.global", chart.PartKAI}} {
		key := toggleKey(v, s.part)
		if v.AtLeast("1.0.0") {
			use := "global." + string(s.part) + ".enabled"
			out = append(out, field{s.name + ".enabled", func(at lookup) any {
				if at(key) != at(use) {
					return nil
				}
				return at(key)
			}}, valueField(s.name+".install", key), valueField(s.name+".integrate", use))
		} else {
			out = append(out, valueField(s.name+".enabled", key))
		}
		out = append(out, listField(s.name+".tolerations", s.prefix+".tolerations"), mapField(s.name+".affinity", s.prefix+".affinity"))
	}
	return out
}

func operatorFields() []field {
	const op, manager, dynamo = "dynamo-operator.", "dynamo-operator.controllerManager.", "dynamo-operator.dynamo."
	return []field{
		valueField("operator.enabled", op+"enabled"),
		valueField("operator.replicas", manager+"replicas"),
		imageField("operator.image", manager+"manager.image"),
		// Before the pull secrets, which follow from it.
		{"operator.registry", func(at lookup) any {
			out := map[string]any{}
			for name, key := range map[string]string{"server": "server", "existingSecret": "existingSecretName"} {
				if value, _ := at(dynamo + "dockerRegistry." + key).(string); value != "" {
					out[name] = value
				}
			}
			return out
		}},
		{"operator.imagePullSecrets", func(at lookup) any {
			items, _ := at(op + "imagePullSecrets").([]any)
			names := []any{}
			for _, item := range items {
				secret, _ := item.(map[string]any)
				name, ok := secret["name"].(string)
				if !ok || len(secret) != 1 {
					return nil
				}
				names = append(names, name)
			}
			return names
		}},
		resourcesField("operator.resources", manager+"manager.resources"),
		listField("operator.tolerations", manager+"tolerations"),
		mapField("operator.affinity", manager+"affinity"),
		textField("operator.discoveryBackend", op+"discoveryBackend"),
		valueField("operator.namespaceRestricted", op+"namespaceRestriction.enabled"),
		textField("operator.targetNamespace", op+"namespaceRestriction.targetNamespace"),
		textField("operator.leaderElection.id", manager+"leaderElection.id"),
		textField("operator.leaderElection.namespace", manager+"leaderElection.namespace"),
		valueField("operator.upgradeCRDs", op+"upgradeCRD"),
		valueField("operator.gpuDiscovery", op+"gpuDiscovery.enabled"),
		listField("operator.env", op+"env"),
		valueField("operator.webhook.enabled", op+"webhook.enabled"),
		valueField("operator.webhook.certManager", op+"webhook.certManager.enabled"),
		{"operator.webhook.existingSecret", func(at lookup) any {
			if at(op+"webhook.certificateSecret.external") != true {
				return nil
			}
			return at(op + "webhook.certificateSecret.name")
		}},
		textField("operator.webhook.caBundle", op+"webhook.caBundle"),
		textField("operator.webhook.failurePolicy", op+"webhook.failurePolicy"),
		valueField("operator.webhook.timeoutSeconds", op+"webhook.timeoutSeconds"),
		textField("operator.istio.gateway", dynamo+"istio.gateway"),
		valueField("operator.istio.enabled", dynamo+"istio.enabled"),
		valueField("operator.istio.https", dynamo+"virtualServiceSupportsHTTPS"),
		textField("operator.ingress.className", dynamo+"ingress.className"),
		textField("operator.ingress.tlsSecretName", dynamo+"ingress.tlsSecretName"),
		textField("operator.ingress.hostSuffix", dynamo+"ingressHostSuffix"),
		valueField("operator.ingress.enabled", dynamo+"ingress.enabled"),
		textField("operator.metrics.prometheusEndpoint", dynamo+"metrics.prometheusEndpoint"),
		valueField("operator.metrics.service", op+"metricsService.enabled"),
		valueField("operator.metrics.podMonitors", dynamo+"metrics.podMonitors.enabled"),
		textField("operator.modelExpressURL", op+"modelExpressURL"),
		textField("operator.groveTerminationDelay", dynamo+"groveTerminationDelay"),
		textField("operator.mpiSecretName", dynamo+"mpiRun.secretName"),
	}
}

// imageField reads repository, tag and pull policy.
func imageField(name, path string) field {
	return field{name, func(at lookup) any {
		out := map[string]any{}
		for _, key := range []string{"repository", "tag", "pullPolicy"} {
			if value, _ := at(path + "." + key).(string); value != "" {
				out[key] = value
			}
		}
		return out
	}}
}

// resourcesField reads requests and limits.
func resourcesField(name, path string) field {
	return field{name, func(at lookup) any {
		out := map[string]any{}
		for _, key := range []string{"requests", "limits"} {
			below, _ := at(path + "." + key).(map[string]any)
			for resource, value := range below {
				if q := quantity(value); q == nil || strings.Contains(resource, ":") {
					return nil
				}
			}
			if len(below) > 0 {
				out[key] = below
			}
		}
		return out
	}}
}

func listField(name, path string) field {
	return field{name, func(at lookup) any {
		if items, ok := at(path).([]any); ok && len(items) > 0 {
			return items
		}
		return nil
	}}
}

func mapField(name, path string) field {
	return field{name, func(at lookup) any {
		if m, ok := at(path).(map[string]any); ok && len(m) > 0 {
			return m
		}
		return nil
	}}
}
