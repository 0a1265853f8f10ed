// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/guard"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	last := ""
	for _, code := range guard.Codes() {
		if code.ID <= last {
			t.Errorf("%s comes after %s", code.ID, last)
		}
		last = code.ID
		if !regexp.MustCompile(`^DG17\d\d$`).MatchString(code.ID) || code.Title == "" || len(code.Help) < 40 || code.Severity == "" {
			t.Errorf("%s is not documented: %+v", code.ID, code)
		}
	}
	if len(guard.Codes()) != len(guard.Rules()) {
		t.Error("rules and codes differ in number")
	}
}

// TestEveryRuleIsTested reads the tables of this package: each code must be
// wanted somewhere, and the steps in which nothing is wanted show that the rule
// keeps quiet.
func TestEveryRuleIsTested(t *testing.T) {
	t.Parallel()
	var tables strings.Builder
	for _, file := range []string{"release_test.go", "stores_test.go", "graphs_test.go", "upgrade_test.go"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tables.Write(data)
	}
	for _, code := range guard.Codes() {
		if !strings.Contains(tables.String(), `"`+code.ID+" ") {
			t.Errorf("no step is found to break %s, %s", code.ID, code.Title)
		}
	}
}

func TestCheckIsDeterministic(t *testing.T) {
	t.Parallel()
	before := build(t, set(platform("0.9.0", "profile: dev"), graph("a", "0.9.0"), graph("b", "0.9.0")), nil)
	after := build(t, set(platform("1.5.0", "releaseName: fresh"), graph("a", "1.5.0"), graph("b", "0.9.0", "multinode: {nodeCount: 2}")), nil)
	first := guard.Check(before, after)
	if len(first) < 5 {
		t.Fatalf("only %d findings", len(first))
	}
	for range 5 {
		if diff := cmp.Diff(first, guard.Check(before, after)); diff != "" {
			t.Fatalf("another run finds something else:\n%s", diff)
		}
	}
	if first[0].Severity != object.SeverityError {
		t.Error("errors do not come first")
	}
}
