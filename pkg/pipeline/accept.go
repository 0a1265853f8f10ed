// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// AnnotationAccepted lists, separated by commas, the codes of warnings that the
// author of an object has looked at and accepts. They stay in the findings as
// infos, so that strict mode does not refuse them. Errors cannot be accepted.
const AnnotationAccepted = v1alpha1.Group + "/accepted-findings"

// accept turns accepted warnings into infos.
func accept(findings []object.Finding, objects []object.Object) {
	accepted := map[object.Reference][]string{}
	for _, o := range objects {
		if codes := o.GetAnnotations()[AnnotationAccepted]; codes != "" {
			accepted[o.Reference()] = strings.FieldsFunc(codes, func(r rune) bool { return r == ',' || r == ' ' })
		}
	}
	for i := range findings {
		f := &findings[i]
		if f.Severity == object.SeverityWarning && slices.Contains(accepted[f.Object], f.Code) {
			f.Severity = object.SeverityInfo
		}
	}
}
