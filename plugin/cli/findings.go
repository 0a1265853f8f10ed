// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// paint colours text by severity, or not at all.
type paint bool

const (
	colourRed    = "\x1b[31m"
	colourYellow = "\x1b[33m"
	colourCyan   = "\x1b[36m"
	colourReset  = "\x1b[0m"
)

// paintFor says whether a stream gets colour: only a terminal does, and not
// when the user said no (https://no-color.org) or the terminal cannot.
func (s *session) paintFor(terminal bool) paint {
	return paint(terminal && !s.noColor && s.Getenv("NO_COLOR") == "" && s.Getenv("TERM") != "dumb")
}

func (p paint) severity(severity object.Severity) string {
	text := string(severity)
	if !p {
		return text
	}
	switch severity {
	case object.SeverityError:
		return colourRed + text + colourReset
	case object.SeverityWarning:
		return colourYellow + text + colourReset
	default:
		return colourCyan + text + colourReset
	}
}

// line is one finding as text: "file:line:col: severity: problem; fix [code]".
// It is always one line of printable text, whatever the input holds.
func (p paint) line(f object.Finding) string {
	where := f.Position.String()
	f.Position = object.Position{}
	switch {
	case where == "" && !f.Object.IsZero():
		where, f.Object = f.Object.String(), object.Reference{}
	case where == "":
		where = "input"
	}
	f.Object = object.Reference{}
	return printable(where) + ": " + p.severity(f.Severity) + ": " + printable(f.String())
}

// printable puts text on one line and takes control characters out: file names
// and values come from anyone, and a terminal obeys escape sequences.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 ||
			r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return '\uFFFD'
		default:
			return r
		}
	}, text)
}

// printFindings shows findings on standard error, as many as can be read.
func (s *session) printFindings(findings []object.Finding) {
	colour := s.paintFor(s.ErrTerminal)
	for i, f := range findings {
		if i == maxPrinted {
			s.printf("… and %d more; validate -o json lists all\n", len(findings)-maxPrinted)
			break
		}
		s.printf("%s\n", colour.line(f))
	}
}

// tally counts findings by severity.
type tally struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
}

func countFindings(findings []object.Finding) tally {
	var t tally
	for _, f := range findings {
		switch f.Severity {
		case object.SeverityError:
			t.Errors++
		case object.SeverityWarning:
			t.Warnings++
		default:
			t.Infos++
		}
	}
	return t
}

// String says the counts in words: "2 errors, 1 warning".
func (t tally) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{t.Errors, "error"}, {t.Warnings, "warning"}, {t.Infos, "note"}} {
		if p.n == 1 {
			parts = append(parts, "1 "+p.word)
		} else if p.n > 1 {
			parts = append(parts, fmt.Sprintf("%d %ss", p.n, p.word))
		}
	}
	if len(parts) == 0 {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}
