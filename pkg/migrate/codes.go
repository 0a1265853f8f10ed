// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import "github.com/dynamo-gitops/dynamo-gitops/pkg/object"

// The codes of the findings of this package.
const (
	// CodeVersion is a chart version that is missing or not known.
	CodeVersion = "DG1801"
	// CodeValue is a value that the other version cannot say.
	CodeValue = "DG1802"
	// CodeComponent is a component field that the other version cannot do.
	CodeComponent = "DG1803"
	// CodeShape is YAML that cannot be edited without harm.
	CodeShape = "DG1804"
	// CodeJSONPatch is a JSON patch that cannot be rewritten.
	CodeJSONPatch = "DG1805"
	// CodeBase is a patch whose Platform is not found.
	CodeBase = "DG1806"
	// CodeMeaning is a Platform that would mean something else afterwards.
	CodeMeaning = "DG1807"
	// CodeOutside is something to migrate outside the directory.
	CodeOutside = "DG1808"
	// CodeRejected is a Platform whose values the other version refuses.
	CodeRejected = "DG1809"
	// CodeUnchecked is a Kustomize directory that does not build.
	CodeUnchecked = "DG1810"
	// CodeInput is a file that is none of the kinds From reads.
	CodeInput = "DG1811"
	// CodeSecret is a secret that was not copied.
	CodeSecret = "DG1812"
	// CodeIgnored is a given value that the chart never obeyed.
	CodeIgnored = "DG1813"
	// CodeKept is a value where the Platform differs from what was given.
	CodeKept = "DG1814"
	// CodeDropped is a field of the manifest that a Platform cannot say.
	CodeDropped = "DG1815"
	// CodeOrder is a source of values that loses against the profile.
	CodeOrder = "DG1816"
)

// Codes documents the codes of this package, in ascending order.
func Codes() []object.Code {
	const (
		failure = object.SeverityError
		warning = object.SeverityWarning
	)
	return []object.Code{
		{ID: CodeVersion, Severity: failure, Title: "unusable chart version",
			Help: "A migration needs the exact chart version that a file is written for and the one to go to, both known to this program."},
		{ID: CodeValue, Severity: failure, Title: "value without equivalent",
			Help: "The value has an effect in the present chart version and nothing in the other one has the same. Decide what you want instead, or remove the value first."},
		{ID: CodeComponent, Severity: failure, Title: "component field without equivalent",
			Help: "The typed field asks for something that the other chart version cannot do. Remove the field, or choose another version."},
		{ID: CodeShape, Severity: failure, Title: "text that cannot be edited safely",
			Help: "Anchors, merge keys, folded text or comments within braces stand where a value would have to move. Nothing was changed; make the edit by hand, or write the place as plain blocks."},
		{ID: CodeJSONPatch, Severity: failure, Title: "JSON patch that cannot be rewritten",
			Help: "A JSON patch names a value that moves or goes with the other chart version. Turn it into a strategic merge patch, or edit it by hand."},
		{ID: CodeBase, Severity: failure, Title: "patch without a Platform",
			Help: "A patch of a Platform does not say its chart version, and the Platform it patches was not found, so nothing says which keys its values use."},
		{ID: CodeMeaning, Severity: failure, Title: "migration that would change the meaning",
			Help: "After the rewriting a Platform would compile to other values than before, because several files take part. Nothing was changed; set the named keys by hand."},
		{ID: CodeOutside, Severity: warning, Title: "file outside the directory",
			Help: "Something that takes part lies outside the directory that is migrated and was left as it is. Migrate from a directory that holds both."},
		{ID: CodeRejected, Severity: failure, Title: "values that the new version refuses",
			Help: "The chart version to go to fails on these values although the old one took them. Do what the fix says, then migrate."},
		{ID: CodeUnchecked, Severity: warning, Title: "directory that does not build",
			Help: "A Kustomize directory with Platforms does not build, so its result was not compared. Mend it and run the migration again."},
		{ID: CodeInput, Severity: failure, Title: "nothing to make a Platform of",
			Help: "The file is no values file, no HelmRelease and no Argo CD Application of the chart dynamo-platform, or holds several."},
		{ID: CodeSecret, Severity: warning, Title: "secret not copied",
			Help: "A password, token or key stands in the given values. It was replaced by a reference to a Secret that you make; rotate what stood in Git."},
		{ID: CodeIgnored, Severity: warning, Title: "value without effect",
			Help: "The chart of this version does not obey the given value, so it was left out. What you meant by it is for you to decide."},
		{ID: CodeKept, Severity: object.SeverityInfo, Title: "difference to the given values",
			Help: "The Platform differs here from the given values on purpose or because it cannot be said otherwise. Look at it before the first rollout."},
		{ID: CodeDropped, Severity: warning, Title: "field not carried over",
			Help: "A Platform has no field for this part of the manifest. Keep it in an overlay of your own if you need it."},
		{ID: CodeOrder, Severity: object.SeverityInfo, Title: "values from elsewhere lie below the profile",
			Help: "Values from ConfigMaps and Secrets lie below everything in the Platform and its profile. Where both say the same key, the profile wins now."},
	}
}
