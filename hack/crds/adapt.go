// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import "errors"

// newerThanDynamo returns the fields of Kubernetes' pod that Dynamo 0.9.0, built with the Kubernetes 1.33 API, does not
// know. Its operator would drop them in silence, so the schema leaves them out and the API server warns instead. A name
// that older fields have as well stands behind that of the property above it.
func newerThanDynamo() map[string]bool {
	return map[string]bool{
		"fileKeyRef":         true, // containers[].env[].valueFrom, 1.34
		"hostnameOverride":   true, // pod, 1.34
		"podCertificate":     true, // volumes[].projected.sources[], 1.34
		"restartPolicyRules": true, // containers[], 1.34
		"schedulingGroup":    true, // pod, 1.36
		"bindMountOptions":   true, // containers[].volumeMounts[], 1.37
		"defaultUser":        true, // volumes[] with files, 1.37
		"evictionResponders": true, // pod, 1.37

		"clusterTrustBundle.user":  true, // volumes[].projected.sources[], 1.37
		"emptyDir.mode":            true, // volumes[], 1.37
		"grpc.mode":                true, // probes, 1.37
		"httpGet.protocol":         true, // probes and lifecycle handlers, 1.37
		"items.user":               true, // files of volumes, 1.37
		"serviceAccountToken.user": true, // volumes[].projected.sources[], 1.37
	}
}

// foreign tells whether the schema below the property name of parent is Kubernetes' own. The descriptions there are some
// hundred kilobytes that every cluster has already (kubectl explain pod.spec); without them the chart stays far below the
// one megabyte that a Helm release may take.
func foreign(parent, name string) bool {
	if name == "resources" {
		return parent == "profilingConfig" // elsewhere resources are Dynamo's
	}
	own := map[string]bool{
		"behavior":       true,
		"claims":         true,
		"conditions":     true,
		"envs":           true,
		"extraPodSpec":   true,
		"livenessProbe":  true,
		"metrics":        true,
		"readinessProbe": true,
		"tolerations":    true,
	}
	return own[name]
}

// adapt changes a CustomResourceDefinition in place:
//   - the annotation that makes Helm keep it, and with it every object of its kind, when the chart is uninstalled;
//   - no descriptions in Kubernetes' own types (see foreign), nor of apiVersion and kind;
//   - no fields that Dynamo 0.9.0 does not know (see newerThanDynamo);
//   - extraPodSpec and its mainContainer require nothing, since they are laid over a pod that is complete already.
func adapt(crd map[string]any) error {
	metadata, ok := crd["metadata"].(map[string]any)
	if !ok {
		return errors.New("no metadata")
	}
	annotations, _ := metadata["annotations"].(map[string]any)
	if annotations == nil {
		annotations = map[string]any{}
		metadata["annotations"] = annotations
	}
	annotations["helm.sh/resource-policy"] = "keep"

	spec, _ := crd["spec"].(map[string]any)
	versions, _ := spec["versions"].([]any)
	if len(versions) == 0 {
		return errors.New("no spec.versions")
	}
	for _, version := range versions {
		schema, _ := version.(map[string]any)["schema"].(map[string]any)
		root, ok := schema["openAPIV3Schema"].(map[string]any)
		if !ok {
			return errors.New("a version has no schema")
		}
		for _, name := range []string{"apiVersion", "kind"} {
			if p, ok := property(root, name); ok {
				delete(p, "description")
			}
		}
		adaptSchema(root, "", false)
	}
	return nil
}

// adaptSchema walks the schema of the property parent. inside says that it belongs to Kubernetes' own types.
func adaptSchema(schema map[string]any, parent string, inside bool) {
	properties, _ := schema["properties"].(map[string]any)
	for name := range properties {
		child, ok := properties[name].(map[string]any)
		if !ok {
			continue
		}
		if newer := newerThanDynamo(); newer[name] || newer[parent+"."+name] {
			delete(properties, name)
			continue
		}
		if inside && name != "mainContainer" {
			delete(child, "description")
		}
		if name == "extraPodSpec" || name == "mainContainer" {
			delete(child, "required")
		}
		adaptSchema(child, name, inside || foreign(parent, name))
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if child, ok := schema[key].(map[string]any); ok {
			if inside {
				delete(child, "description")
			}
			adaptSchema(child, parent, inside)
		}
	}
}

// property returns the schema of the property name of schema.
func property(schema map[string]any, name string) (map[string]any, bool) {
	properties, _ := schema["properties"].(map[string]any)
	p, ok := properties[name].(map[string]any)
	return p, ok
}
