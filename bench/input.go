// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// files is over how many files the objects are spread.
const files = 200

const platformFile = `apiVersion: dynamo-gitops.io/v1alpha1
kind: Platform
metadata:
  name: dynamo
  namespace: dynamo-system
spec:
  version: 0.9.0
  profile: dev
`

// writeModels makes a repository with one Platform and count adapters in Models.
func writeModels(dir string, count int) error {
	if err := write(dir, "platform.yaml", []byte(platformFile)); err != nil {
		return err
	}
	return spread(count, func(file, from, to int) error {
		var b bytes.Buffer
		fmt.Fprintf(&b, "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Model\nmetadata:\n  name: model-%d\n  namespace: inference\n"+
			"spec:\n  modelName: acme/base-%d\n  adapters:\n", file, file)
		for i := from; i < to; i++ {
			fmt.Fprintf(&b, "  - name: adapter-%d\n    modelName: acme/adapter-%d-v1\n    source: hf://acme/adapter-%d@4f1c2d3e\n", i, i, i)
		}
		return write(dir, fmt.Sprintf("model-%03d.yaml", file), b.Bytes())
	})
}

// writeDynamoModels makes count DynamoModels as plain YAML and a kustomization
// that lists them; with overlaid, also an overlay over it.
func writeDynamoModels(dir string, count int, overlaid bool) error {
	base := dir
	if overlaid {
		base = filepath.Join(dir, "base")
	}
	kustomization := bytes.NewBufferString("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n")
	err := spread(count, func(file, from, to int) error {
		var b bytes.Buffer
		for i := from; i < to; i++ {
			fmt.Fprintf(&b, "---\napiVersion: nvidia.com/v1alpha1\nkind: DynamoModel\nmetadata:\n  name: adapter-%d\n  namespace: inference\n"+
				"spec:\n  modelName: acme/adapter-%d-v1\n  baseModelName: acme/base-%d\n  modelType: lora\n  source:\n    uri: hf://acme/adapter-%d@4f1c2d3e\n",
				i, i, file, i)
		}
		name := fmt.Sprintf("models-%03d.yaml", file)
		fmt.Fprintf(kustomization, "- %s\n", name)
		return write(base, name, b.Bytes())
	})
	if err != nil {
		return err
	}
	if overlaid {
		if err := write(filepath.Join(dir, "overlay"), "kustomization.yaml", []byte(overlayFile)); err != nil {
			return err
		}
	}
	return write(base, "kustomization.yaml", kustomization.Bytes())
}

const overlayFile = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: production
resources:
- ../base
labels:
- pairs:
    team: search
patches:
- target:
    kind: DynamoModel
    name: adapter-7
  patch: |
    - op: replace
      path: /spec/modelName
      value: acme/adapter-7-v2
`

// spread calls write for each file with its range of the count.
func spread(count int, write func(file, from, to int) error) error {
	parts := min(files, count)
	for file := range parts {
		if err := write(file, count*file/parts, count*(file+1)/parts); err != nil {
			return err
		}
	}
	return nil
}

func write(dir, name string, data []byte) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), data, 0o600)
}
