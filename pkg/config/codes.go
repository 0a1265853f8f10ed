// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import "github.com/dynamo-gitops/dynamo-gitops/pkg/object"

// The codes of the findings of this package.
const (
	CodeFileTooLarge     = "DG1001"
	CodeEncoding         = "DG1002"
	CodeBinary           = "DG1003"
	CodeSyntax           = "DG1004"
	CodeTab              = "DG1005"
	CodeDuplicateKey     = "DG1006"
	CodeKeyType          = "DG1007"
	CodeTag              = "DG1008"
	CodeNumber           = "DG1009"
	CodeAlias            = "DG1010"
	CodeDepth            = "DG1011"
	CodeTooManyDocuments = "DG1012"
	CodeNotAnObject      = "DG1013"
	CodeAPIVersion       = "DG1014"
	CodeKind             = "DG1015"
	CodeName             = "DG1016"
	CodeNamespace        = "DG1017"
	CodeMergeKey         = "DG1018"
	CodeUnknownKind      = "DG1020"
	CodeUnknownVersion   = "DG1021"
	CodeUnknownField     = "DG1022"
	CodeType             = "DG1023"
	CodeValue            = "DG1024"
	CodeRequired         = "DG1025"
	CodeExclusive        = "DG1026"
	CodeDuplicateObject  = "DG1027"
)

// Codes documents the codes of this package, in ascending order. Every one of
// them refuses the build.
func Codes() []object.Code {
	return append(fileCodes(), kindCodes()...)
}

func fileCodes() []object.Code {
	return []object.Code{
		code(CodeFileTooLarge, "file too large", "A manifest is larger than the limit (10 MiB by default). Split it, or list it in .sourceignore when it is no manifest."),
		code(CodeEncoding, "not UTF-8", "Manifests are UTF-8 text. Convert the file, for example with iconv -t UTF-8; editors call it \"Save with encoding\"."),
		code(CodeBinary, "binary data or control characters", "The file holds bytes that YAML does not allow. It is probably no manifest: move it out of the directory or list it in .sourceignore."),
		code(CodeSyntax, "broken YAML or JSON", "The file cannot be parsed. The line is where the parser gave up; the mistake may be on the line before."),
		code(CodeTab, "tab in indentation", "YAML allows only spaces for indentation."),
		code(CodeDuplicateKey, "key given twice", "Parsers disagree about which of the two counts. Remove one."),
		code(CodeKeyType, "key is not a string", "Kubernetes knows only strings as keys; quote keys such as 8080 or true."),
		code(CodeTag, "YAML tag", "Tags such as !vault or !!binary need a tool that resolves them; a cluster cannot. Write the plain value, or decrypt before the build."),
		code(CodeNumber, "number that Kubernetes cannot hold", "Kubernetes numbers are 64-bit integers or finite decimals. Quote the value if it is meant as text."),
		code(CodeAlias, "anchors expand without end or too far", "Aliases (*name) that refer to themselves or multiply are refused. Write the values out."),
		code(CodeDepth, "nested too deep", "Maps and lists nest deeper than the limit (100 by default)."),
		code(CodeTooManyDocuments, "too many documents", "A file holds more YAML documents than the limit (50000 by default). Split it."),
		code(CodeNotAnObject, "no Kubernetes object", "The document has neither apiVersion nor kind. Move the file out of the directory or list it in .sourceignore."),
		code(CodeAPIVersion, "apiVersion missing or malformed", "Every object names its API as group/version, or v1 for the core group."),
		code(CodeKind, "kind missing or malformed", "Every object names its kind."),
		code(CodeName, "name missing or malformed", "Every object has a metadata.name that the cluster accepts. generateName cannot be kept in Git: each apply would make another object."),
		code(CodeNamespace, "namespace malformed", "A namespace is a DNS label: lower-case letters, digits and hyphens, at most 63 characters."),
		code(CodeMergeKey, "merge key without a map", "The value of << is an alias of a map, or a list of such aliases."),
	}
}

func kindCodes() []object.Code {
	return []object.Code{
		code(CodeUnknownKind, "unknown kind of dynamo-gitops.io", "The group dynamo-gitops.io has the kinds Model, Platform and WorkerPool."),
		code(CodeUnknownVersion, "unknown version of dynamo-gitops.io", "This program reads dynamo-gitops.io/v1alpha1."),
		code(CodeUnknownField, "unknown field", "The field does not exist in this kind. It is refused because it would be ignored in silence."),
		code(CodeType, "wrong type", "The field holds another type than it should, such as a string for a number."),
		code(CodeValue, "value not allowed", "The value is outside of what the field accepts."),
		code(CodeRequired, "required field missing", "The field must be given."),
		code(CodeExclusive, "fields contradict each other", "The fields cannot be given together, or not with these values."),
		code(CodeDuplicateObject, "object defined twice", "Two manifests describe the same object; the last one applied would win. Remove one, or turn it into a Kustomize patch."),
	}
}

func code(id, title, help string) object.Code {
	return object.Code{ID: id, Severity: object.SeverityError, Title: title, Help: help}
}
