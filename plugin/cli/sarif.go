// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// The parts of SARIF 2.1.0 that are written, after the OASIS standard and what
// GitHub code scanning reads of it.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool               sarifTool         `json:"tool"`
		Invocations        []sarifInvocation `json:"invocations"`
		VersionControl     []sarifRevision   `json:"versionControlProvenance,omitempty"`
		ColumnKind         string            `json:"columnKind"`
		Results            []sarifResult     `json:"results"`
		AutomationDetails  sarifAutomation   `json:"automationDetails"`
		OriginalURIBaseIDs map[string]any    `json:"originalUriBaseIds"`
	}
	sarifAutomation struct {
		ID string `json:"id"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool `json:"executionSuccessful"`
	}
	sarifRevision struct {
		RepositoryURI string `json:"repositoryUri"`
		RevisionID    string `json:"revisionId"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Version        string      `json:"version,omitempty"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string             `json:"id"`
		Name             string             `json:"name"`
		ShortDescription sarifText          `json:"shortDescription"`
		FullDescription  sarifText          `json:"fullDescription"`
		Help             sarifText          `json:"help"`
		Configuration    sarifConfiguration `json:"defaultConfiguration"`
		Properties       sarifProperties    `json:"properties"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifProperties struct {
		Tags      []string `json:"tags"`
		Precision string   `json:"precision"`
		Severity  string   `json:"problem.severity"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind"`
	}
)

const (
	sarifSchema  = "https://json.schemastore.org/sarif-2.1.0.json"
	homepage     = "https://github.com/dynamo-gitops/dynamo-gitops"
	sarifBaseID  = "%SRCROOT%"
	fingerprints = "primaryLocationLineHash" // the one that GitHub compares
)

// reportSARIF writes the findings as a SARIF log with one run.
func (s *session) reportSARIF(b *built) error {
	driver := sarifDriver{Name: defaultName, InformationURI: homepage, Version: s.Build.Version, Rules: sarifRules(b.findings)}
	run := sarifRun{
		Tool: sarifTool{driver}, Invocations: []sarifInvocation{{ExecutionSuccessful: true}},
		ColumnKind: "unicodeCodePoints", Results: sarifResults(b, driver.Rules),
		AutomationDetails:  sarifAutomation{ID: defaultName + "/" + cmp.Or(path.Join(b.at.prefix, b.at.dir), ".") + "/"},
		OriginalURIBaseIDs: map[string]any{sarifBaseID: map[string]any{"description": sarifText{Text: "The root of the source tree."}}},
	}
	if _, commit, ok := strings.Cut(b.revision, "sha1:"); ok && strings.Contains(b.url, "://") {
		run.VersionControl = []sarifRevision{{RepositoryURI: b.url, RevisionID: commit}}
	}
	return writeJSON(&s.out, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// sarifRules documents the codes of the findings, in order.
func sarifRules(findings []object.Finding) []sarifRule {
	rules := []sarifRule{}
	codes := Codes()
	for _, id := range sortedCodes(findings) {
		code, ok := findCode(codes, id)
		if !ok {
			code = object.Code{ID: id, Severity: object.SeverityError, Title: id, Help: id}
		}
		rules = append(rules, sarifRule{
			ID: code.ID, Name: pascalCase(code.Title),
			ShortDescription: sarifText{Text: code.Title}, FullDescription: sarifText{Text: code.Help},
			Help:          sarifText{Text: code.Help, Markdown: "**" + code.Title + "**\n\n" + code.Help},
			Configuration: sarifConfiguration{sarifLevel(code.Severity)},
			Properties: sarifProperties{
				Tags: []string{"dynamo", "gitops"}, Precision: "high", Severity: problemSeverity(code.Severity),
			},
		})
	}
	return rules
}

func sortedCodes(findings []object.Finding) []string {
	ids := make([]string, 0, len(findings))
	for _, f := range findings {
		ids = append(ids, f.Code)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func sarifResults(b *built, rules []sarifRule) []sarifResult {
	results := make([]sarifResult, 0, len(b.findings))
	seen := map[string]int{}
	for _, f := range b.findings {
		hash := fingerprint(f)
		seen[hash]++
		results = append(results, sarifResult{
			RuleID:       f.Code,
			RuleIndex:    slices.IndexFunc(rules, func(r sarifRule) bool { return r.ID == f.Code }),
			Level:        sarifLevel(f.Severity),
			Message:      sarifText{Text: message(f)},
			Locations:    []sarifLocation{sarifPlace(b, f)},
			Fingerprints: map[string]string{fingerprints: fmt.Sprintf("%s:%d", hash, seen[hash])},
		})
	}
	return results
}

// fingerprint stays the same when lines move or the wording changes, so that a
// dismissed alert stays dismissed.
func fingerprint(f object.Finding) string {
	const digits = 16
	sum := sha256.Sum256([]byte(strings.Join([]string{f.Code, f.Position.File, f.Object.String(), f.Field}, "\x00")))
	return hex.EncodeToString(sum[:])[:digits]
}

// sarifPlace says where a finding is. Code scanning shows no result without a
// file, so one about the whole input points at the directory.
func sarifPlace(b *built, f object.Finding) sarifLocation {
	file := cmp.Or(f.Position.File, path.Join(b.at.prefix, b.at.dir), ".")
	artifact := sarifArtifact{URI: (&url.URL{Path: file}).String(), URIBaseID: sarifBaseID}
	if path.IsAbs(file) {
		artifact = sarifArtifact{URI: (&url.URL{Scheme: "file", Path: file}).String()}
	}
	location := sarifLocation{Physical: sarifPhysical{
		Artifact: artifact,
		Region:   sarifRegion{StartLine: max(f.Position.Line, 1), StartColumn: f.Position.Column},
	}}
	if name := strings.Trim(f.Object.String()+"."+f.Field, "."); name != "" {
		location.Logical = []sarifLogical{{FullyQualifiedName: printable(name), Kind: "member"}}
	}
	return location
}

func sarifLevel(severity object.Severity) string {
	switch severity {
	case object.SeverityError:
		return "error"
	case object.SeverityWarning:
		return "warning"
	default:
		return "note"
	}
}

// problemSeverity is GitHub's word for the level of a rule.
func problemSeverity(severity object.Severity) string {
	if severity == object.SeverityInfo {
		return "recommendation"
	}
	return sarifLevel(severity)
}

// pascalCase makes an identifier of a title: "unknown chart version" becomes
// UnknownChartVersion.
func pascalCase(title string) string {
	words := strings.FieldsFunc(title, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}
