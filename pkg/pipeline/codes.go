// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"cmp"
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/validate"
)

// The codes of findings that the pipeline itself makes.
//
//nolint:gochecknoglobals // constants in all but name: Go has no constant structs
var (
	codeEmpty = object.Code{
		ID: "DG1190", Severity: object.SeverityError, Title: "nothing to apply",
		Help: "The directory holds no object at all. An empty answer makes Argo CD and Flux delete everything they " +
			"applied before, so it is an error.",
	}
	codeDuplicate = object.Code{
		ID: "DG1191", Severity: object.SeverityError, Title: "two sources of one object",
		Help: "A manifest in the directory has the kind, namespace and name of an object that is generated. Only one " +
			"of them can be applied: remove the manifest or rename it.",
	}
	codeVersion = object.Code{
		ID: "DG1201", Severity: object.SeverityError, Title: "unknown chart version",
		Help: "spec.version is not a version of the dynamo-platform chart that this program knows. A newer one can be " +
			"built with the newest known keys by --allow-unknown-version.",
	}
	codeOverlay = object.Code{
		ID: "DG1202", Severity: object.SeverityError, Title: "unusable overlay",
		Help: "The overlay that spec.overlay names does not exist, does not build, or does not print exactly one " +
			"HelmRelease of the chart dynamo-platform with the chart's exact version.",
	}
	codeTranslate = object.Code{
		ID: "DG1203", Severity: object.SeverityError, Title: "overlay value without equivalent",
		Help: "A value of the overlay means something in the overlay's chart version that the Platform's version cannot say.",
	}
	codeNamespace = object.Code{
		ID: "DG1204", Severity: object.SeverityError, Title: "missing namespace",
		Help: "Platforms and Models live in a namespace, which is part of the addresses of NATS and etcd. It must be " +
			"written down, in metadata.namespace or by a Kustomize namespace.",
	}
)

// The codes of what rendering finds. They are here so that they can be explained
// by programs without Helm.
const (
	// CodeRender is a chart that does not render with the values.
	CodeRender = "DG1251"
	// CodeUnstable is a chart that makes something at random.
	CodeUnstable = "DG1252"
	// CodeClusterValues is a release with values that only the cluster has.
	CodeClusterValues = "DG1253"
	// CodeArgo is a Platform that Argo CD cannot deploy as it says.
	CodeArgo = "DG1254"
)

func renderCodes() []object.Code {
	return []object.Code{
		{
			ID: CodeRender, Severity: object.SeverityError, Title: "the chart does not render",
			Help: "A template of the chart fails with the Platform's values, or the chart refuses them, the Kubernetes " +
				"version or itself. helm-controller would fail the same way.",
		},
		{
			ID: CodeUnstable, Severity: object.SeverityWarning, Title: "renders differently each time",
			Help: "The chart makes something at random, so that no two renders are the same. Argo CD shows the object as " +
				"out of sync for ever, and each upgrade rolls the pods that carry its checksum.",
		},
		{
			ID: CodeClusterValues, Severity: object.SeverityWarning, Title: "values that only the cluster has",
			Help: "spec.valuesFrom names ConfigMaps and Secrets of the cluster, which rendering in a repository cannot " +
				"read. What is rendered lacks their values.",
		},
		{
			ID: CodeArgo, Severity: object.SeverityError, Title: "not possible with Argo CD's Helm",
			Help: "The plugin's outputs application and rendered have no helm-controller: fields of the Platform that only " +
				"it understands are refused there, and hooks that Argo CD would run at the wrong time are named.",
		},
	}
}

// Codes returns every documented code of builds and rendering, in ascending
// order.
func Codes() []object.Code {
	codes := slices.Concat(config.Codes(), overlay.Codes(), validate.Codes(), renderCodes(), []object.Code{
		codeEmpty, codeDuplicate, codeVersion, codeOverlay, codeTranslate, codeNamespace,
	})
	slices.SortFunc(codes, func(a, b object.Code) int { return cmp.Compare(a.ID, b.ID) })
	return codes
}
