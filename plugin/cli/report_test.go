// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

// someFindings holds one finding of each shape, hostile text included.
func someFindings() []object.Finding {
	platform := object.Reference{APIVersion: "dynamo-gitops.io/v1alpha1", Kind: "Platform", Namespace: "dynamo-system", Name: "dynamo"}
	return []object.Finding{
		{
			Code: "DG1191", Severity: object.SeverityError, Object: platform, Field: "spec.values.nats.jetstream",
			Position: object.Position{File: "base/platform.yaml", Line: 12, Column: 7},
			Problem:  "spec.values.nats.jetstream is no key of this chart", Fix: "write nats.config.jetstream",
		},
		{
			Code: "DG1190", Severity: object.SeverityError,
			Position: object.Position{File: "dir, with: 100%/π file.yaml"},
			Problem:  "a line\n::error::break and \x1b[31mcolour\x1b[0m", Fix: "none",
		},
		{
			Code: "DG1204", Severity: object.SeverityWarning, Object: platform, Field: "metadata.namespace",
			Problem: "no file is to blame",
		},
		{Code: "DG9999", Severity: object.SeverityInfo, Problem: "just so", Position: object.Position{File: "a.yaml", Line: 1}},
	}
}

func refusing(findings ...object.Finding) func(context.Context, pipeline.Options) (*pipeline.Plan, error) {
	return func(context.Context, pipeline.Options) (*pipeline.Plan, error) {
		return nil, object.NewFindingsError(findings...)
	}
}

func TestReports(t *testing.T) {
	for _, format := range []string{"text", "json", "sarif", "github"} {
		t.Run(format, func(t *testing.T) {
			h := harness{dir: t.TempDir(), build: refusing(someFindings()...)}
			write(t, h.dir, map[string]string{"repo/a.yaml": ""})
			r := h.run(t, "validate", "repo", "-o", format).want(t, cli.ExitRefused)
			golden(t, "report-"+format, r.out)
			golden(t, "report-"+format+"-stderr", r.err)
			if strings.Contains(r.out+r.err, "\x1b") {
				t.Error("an escape sequence of the input reached a stream")
			}
		})
	}
}

func TestReportsWithoutFindings(t *testing.T) {
	fine := func(context.Context, pipeline.Options) (*pipeline.Plan, error) {
		return &pipeline.Plan{Files: []string{"a.yaml"}, Objects: make([]object.Object, 3)}, nil
	}
	for format, want := range map[string]string{"text": "", "github": "", "json": `"findings": []`, "sarif": `"results": []`} {
		r := harness{dir: t.TempDir(), build: fine}.run(t, "validate", "-o", format).want(t, cli.ExitOK)
		if want == "" && r.out != "" || !strings.Contains(r.out, want) {
			t.Errorf("%s: %q", format, r.out)
		}
		if r.err != "valid: no findings, 3 objects from 1 files\n" {
			t.Errorf("%s: stderr is %q", format, r.err)
		}
	}
}

func TestColourOnTerminalsOnly(t *testing.T) {
	tests := []struct {
		name     string
		terminal bool
		env      map[string]string
		args     []string
		want     bool
	}{
		{"terminal", true, nil, nil, true},
		{"file", false, nil, nil, false},
		{"NO_COLOR", true, map[string]string{"NO_COLOR": "1"}, nil, false},
		{"dumb", true, map[string]string{"TERM": "dumb"}, nil, false},
		{"flag", true, nil, []string{"--no-color"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := harness{dir: t.TempDir(), terminal: tt.terminal, env: tt.env, build: refusing(someFindings()...)}
			r := h.run(t, append([]string{"validate"}, tt.args...)...).want(t, cli.ExitRefused)
			if got := strings.Contains(r.out, "\x1b[31merror\x1b[0m"); got != tt.want {
				t.Errorf("colour is %v, want %v: %q", got, tt.want, r.out)
			}
		})
	}
}

func TestGenerateRefused(t *testing.T) {
	h := harness{dir: t.TempDir(), build: refusing(someFindings()...)}
	write(t, h.dir, map[string]string{"repo/a.yaml": ""})
	r := h.run(t, "generate", "repo").want(t, cli.ExitRefused)
	if r.out != "" {
		t.Errorf("stdout: %q", r.out)
	}
	golden(t, "generate-refused", r.err)
}

func TestFindingsAreBounded(t *testing.T) {
	var many []object.Finding
	for i := range 200 {
		many = append(many, object.Finding{Code: "DG1190", Severity: object.SeverityError, Problem: fmt.Sprintf("number %d", i)})
	}
	r := harness{dir: t.TempDir(), build: refusing(many...)}.run(t, "generate").want(t, cli.ExitRefused)
	if got := strings.Count(r.err, "number"); got != 50 {
		t.Errorf("%d findings on stderr", got)
	}
	if !strings.Contains(r.err, "… and 150 more") || !strings.HasSuffix(r.err, "refused: 200 errors\n") {
		t.Errorf("stderr ends with %q", r.err[len(r.err)-100:])
	}
}

// TestSARIFForCodeScanning holds what GitHub's documentation asks of an upload.
func TestSARIFForCodeScanning(t *testing.T) {
	h := harness{dir: t.TempDir(), build: refusing(append(someFindings(), someFindings()[0])...)}
	r := h.run(t, "validate", "-o", "sarif").want(t, cli.ExitRefused)
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID, Name                                string
						ShortDescription, FullDescription, Help struct{ Text string }
						DefaultConfiguration                    struct{ Level string }
					}
				}
			}
			Results []struct {
				RuleID              string
				RuleIndex           int
				Level               string
				Message             struct{ Text string }
				PartialFingerprints map[string]string
				Locations           []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(r.out), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || log.Runs[0].Tool.Driver.Name == "" {
		t.Fatalf("log: %+v", log)
	}
	run, prints := log.Runs[0], map[string]bool{}
	for _, rule := range run.Tool.Driver.Rules {
		if rule.ID == "" || rule.Name == "" || rule.ShortDescription.Text == "" || rule.FullDescription.Text == "" ||
			rule.Help.Text == "" || rule.DefaultConfiguration.Level == "" {
			t.Errorf("incomplete rule: %+v", rule)
		}
	}
	if len(run.Results) != 5 {
		t.Fatalf("%d results", len(run.Results))
	}
	for _, result := range run.Results {
		if run.Tool.Driver.Rules[result.RuleIndex].ID != result.RuleID {
			t.Errorf("ruleIndex of %s points at another rule", result.RuleID)
		}
		if result.Message.Text == "" || len(result.Locations) != 1 || result.Locations[0].PhysicalLocation.Region.StartLine < 1 {
			t.Errorf("incomplete result: %+v", result)
		}
		if uri := result.Locations[0].PhysicalLocation.ArtifactLocation.URI; uri == "" || path.IsAbs(uri) || strings.ContainsAny(uri, " \n") {
			t.Errorf("URI %q", uri)
		}
		mark := result.PartialFingerprints["primaryLocationLineHash"]
		if mark == "" || prints[mark] {
			t.Errorf("fingerprint %q is empty or not unique", mark)
		}
		prints[mark] = true
	}
}
