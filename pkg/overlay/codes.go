// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import "github.com/dynamo-gitops/dynamo-gitops/pkg/object"

// The codes of the findings of this package.
const (
	CodeRemote      = "DG1150"
	CodeEscape      = "DG1151"
	CodeMissing     = "DG1152"
	CodeCycle       = "DG1153"
	CodeEmpty       = "DG1154"
	CodeField       = "DG1155"
	CodePlugin      = "DG1156"
	CodeKustomize   = "DG1157"
	CodeNothing     = "DG1158"
	CodeTooMany     = "DG1159"
	CodeChart       = "DG1160"
	CodeTwice       = "DG1161"
	CodeUnreadable  = "DG1162"
	CodePatch       = "DG1163"
	CodeSeveral     = "DG1164"
	CodeIDConflict  = "DG1165"
	CodePatchTarget = "DG1166"
)

// Codes documents the codes of this package, in ascending order. Every one of
// them refuses the build.
func Codes() []object.Code {
	return []object.Code{
		code(CodeRemote, "remote base", "A kustomization names a URL or a Git repository. Nothing is fetched during a build, so that the same commit gives the same objects; copy the base into the repository, or let Flux or a submodule-free vendoring step bring it in."),
		code(CodeEscape, "path leaves the repository", "A path is absolute or leads out of the root of the source. Only files of the source are read."),
		code(CodeMissing, "file or directory not found", "A kustomization, or the command, names something that is not in the source. Check the spelling and that the file is committed."),
		code(CodeCycle, "overlays in a circle", "An overlay includes itself, directly or through others. Move what both need into a base of its own."),
		code(CodeEmpty, "empty kustomization", "A kustomization file has no content. Add resources, or remove the file so that the directory is taken as a whole."),
		code(CodeField, "invalid kustomization", "A field of a kustomization file does not exist or has the wrong type."),
		code(CodePlugin, "plugin, function or Helm chart", "Kustomize plugins, functions and Helm inflation run programs and are off. Use a Platform or a HelmRelease for charts, and patches or replacements for the rest."),
		code(CodeKustomize, "Kustomize failed", "Kustomize's engine refused the build; the message is its own."),
		code(CodeNothing, "no manifests", "The directory holds no manifest. An empty answer would make a GitOps engine delete everything, so it is an error."),
		code(CodeTooMany, "too many objects or files", "The directory holds more objects or files than the limit."),
		code(CodeChart, "directory is a Helm chart", "A chart's templates are no manifests. Name the chart in a Platform or a HelmRelease instead."),
		code(CodeTwice, "resource listed twice", "A kustomization lists the same file or directory twice."),
		code(CodeUnreadable, "file cannot be read", "Reading from the source failed."),
		code(CodePatch, "broken patch", "A patch is neither a strategic merge patch nor a list of JSON patch operations, or it does not fit its target."),
		code(CodeSeveral, "several kustomization files", "A directory holds more than one of kustomization.yaml, kustomization.yml and Kustomization. Keep one."),
		code(CodeIDConflict, "object defined twice", "Two resources of an overlay have the same kind, namespace and name. Remove one, or turn it into a patch."),
		code(CodePatchTarget, "patch matches nothing", "A patch without a target names an object that is not among the resources, by apiVersion, kind, namespace and name."),
	}
}

func code(id, title, help string) object.Code {
	return object.Code{ID: id, Severity: object.SeverityError, Title: title, Help: help}
}
