// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

const (
	// Argo CD puts standard error into its database and its UI as a whole.
	maxCMPLines = 20
	maxCMPLine  = 500
)

// cmpReport writes what is wrong. The first line is "file:line: problem; fix".
func (s *session) cmpReport(err error) {
	var lines []string
	var findings *object.FindingsError
	if errors.As(err, &findings) && len(findings.Findings) > 0 {
		for _, f := range findings.Findings {
			lines = append(lines, cmpLine(f))
		}
	} else {
		text := s.explain(err)
		var e *source.Error
		if where := s.file(err); where != "" {
			text = where + text
		} else if errors.As(err, &e) {
			text = "source: " + text
		}
		lines = []string{printable(source.Redact(text))}
	}
	if more := len(lines) - maxCMPLines; more > 0 {
		lines = append(lines[:maxCMPLines], fmt.Sprintf("… and %d more", more))
	}
	for _, line := range lines {
		s.printf("%s\n", cmpBounded(line))
	}
}

// cmpLine is one finding. Errors come without the word, so that the headline in
// Argo CD begins with the place.
func cmpLine(f object.Finding) string {
	where := f.Position
	where.Column = 0
	f.Position = where
	place := cmp.Or(where.String(), f.Object.String(), "input")
	f.Position, f.Object = object.Position{}, object.Reference{}
	severity := ""
	if f.Severity != object.SeverityError {
		severity = string(f.Severity) + ": "
	}
	return printable(place + ": " + severity + f.String())
}

func cmpBounded(line string) string {
	runes := []rune(line)
	if len(runes) <= maxCMPLine {
		return line
	}
	return string(runes[:maxCMPLine]) + "…"
}

// cmpLog writes the findings of a build that succeeded, in the format and from
// the level on that Argo CD logs with. It keeps standard error out of its logs
// above the level info anyway.
func (s *session) cmpLog(findings []object.Finding) {
	ranks := map[string]int{"error": 0, "fatal": 0, "panic": 0, "warn": 1, "warning": 1, "info": 2, "debug": 3, "trace": 3}
	most, ok := ranks[strings.ToLower(s.Getenv("ARGOCD_LOG_LEVEL"))]
	if !ok {
		most = ranks["info"]
	}
	count := 0
	for _, f := range findings {
		level := map[object.Severity]string{object.SeverityError: "error", object.SeverityWarning: "warning"}[f.Severity]
		level = cmp.Or(level, "info")
		if ranks[level] > most {
			continue
		}
		if count++; count > maxCMPLines {
			break
		}
		if s.Getenv("ARGOCD_LOG_FORMAT") != "json" {
			s.printf("%s\n", cmpBounded(cmpLine(f)))
			continue
		}
		entry, err := json.Marshal(map[string]string{"level": level, "msg": cmpBounded(cmpLine(f)), "code": f.Code})
		if err == nil {
			s.printf("%s\n", entry)
		}
	}
}

// discover returns a file of the product's own kinds among those that the
// directory, or what its kustomizations refer to, holds; empty for none.
func discover(dir, ceiling string) string {
	found := ""
	visit(dir, ceiling, func(file string) bool {
		switch path.Ext(file) {
		case ".yaml", ".yml":
		default:
			return true
		}
		if data, ok := readSmall(file); ok && strings.Contains(string(data), "dynamo-gitops.io/v1") {
			found = file
		}
		return found == ""
	})
	return found
}
