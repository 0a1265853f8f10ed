// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/validate"
)

func allCases() []ruleCase {
	return slices.Concat(valueCases(), platformCases(), dataPlaneCases(), chartSourceCases(), natsCases(), etcdCases(), routeCases(), formatCases(), foreignReleaseCases(),
		modelCases(), graphCases(), poolCases())
}

func TestRules(t *testing.T) {
	for _, test := range allCases() {
		t.Run(test.code+"/"+test.name, func(t *testing.T) {
			findings := validate.Run(load(t, test.input))
			var got []string
			for _, f := range findings {
				checkText(t, f)
				if f.Code == test.code {
					got = append(got, string(f.Severity)+" "+f.Field)
				}
			}
			var want []string
			if test.want != "" {
				want = strings.Split(test.want, ";")
			}
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("findings of %s differ (-want +got):\n%s\nall: %v", test.code, diff, findings)
			}
		})
	}
}

// checkText holds for every finding whatsoever: it says what and how to mend
// it, in one line, where, and no secret.
func checkText(t *testing.T, f object.Finding) {
	t.Helper()
	for _, text := range []string{f.Problem, f.Fix} {
		if text == "" || strings.ContainsAny(text, "\n") || strings.HasSuffix(text, ".") {
			t.Errorf("%s: bad text %q", f.Code, text)
		}
	}
	if strings.Contains(f.String(), canary) {
		t.Errorf("%s shows a secret: %s", f.Code, f)
	}
	if f.Object.IsZero() || f.Position.File == "" || f.Field == "" {
		t.Errorf("%s says not where: %+v", f.Code, f)
	}
}

func TestRulesHaveBothCases(t *testing.T) {
	passing, failing := map[string]bool{}, map[string]bool{}
	for _, test := range allCases() {
		if test.want == "" {
			passing[test.code] = true
		} else {
			failing[test.code] = true
		}
	}
	for _, rule := range validate.Rules() {
		if !passing[rule.ID] || !failing[rule.ID] {
			t.Errorf("%s (%s): passing case %v, failing case %v", rule.ID, rule.Title, passing[rule.ID], failing[rule.ID])
		}
	}
}

func TestCodes(t *testing.T) {
	codes := validate.Codes()
	for i, code := range codes {
		if code.Title == "" || !strings.HasSuffix(code.Help, ".") || len(code.ID) != len("DG1201") || !strings.HasPrefix(code.ID, "DG1") {
			t.Errorf("undocumented code: %+v", code)
		}
		if i > 0 && codes[i-1].ID >= code.ID {
			t.Errorf("codes out of order: %s before %s", codes[i-1].ID, code.ID)
		}
		if !slices.Contains([]object.Severity{object.SeverityError, object.SeverityWarning, object.SeverityInfo}, code.Severity) {
			t.Errorf("%s has severity %q", code.ID, code.Severity)
		}
	}
}
