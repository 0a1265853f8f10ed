// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

const (
	// maxRefusedShown is how many refused environments of a commit are listed.
	maxRefusedShown = 100
	// maxTipsShown is how many commits, and branches of a commit, one line names.
	maxTipsShown = 5
	// maxLineShown bounds a line, in characters.
	maxLineShown = 1000
)

// unchecked is the error of a push about which there is no answer. It says
// nothing about where the repository lies on the server.
func (s *session) unchecked(err error, f *hookFlags) error {
	var text string
	var e *source.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		text = fmt.Sprintf("it took longer than %s; push less at a time, or have --timeout of the hook raised", f.timeout)
	case errors.Is(err, context.Canceled):
		text = "the hook was interrupted; push again"
	case errors.As(err, &e):
		text = treeProblem(err)
	default:
		text = oneLine(err.Error())
	}
	return errors.New("the push cannot be checked and is therefore refused: " + text)
}

// reportPush tells whoever pushed what came of it, on standard error.
func (s *session) reportPush(checks []*commitCheck, f *hookFlags) error {
	var valid []string
	failed := false
	for _, c := range checks {
		if c.ok() {
			valid = append(valid, c.summary(f))
			continue
		}
		failed = true
		s.reportRefused(c, f)
	}
	switch {
	case failed:
		return refused{}
	case len(checks) == 0:
		s.printf("valid: no branch that is checked changes\n")
	default:
		s.printf("valid: %s\n", enumerate(valid, "; "))
	}
	return nil
}

// reportRefused shows the findings of a commit, then the environments.
func (s *session) reportRefused(c *commitCheck, f *hookFlags) {
	if c.unfit != "" {
		s.printf("refused: %s: %s\n", c.name(), bounded(printable(c.unfit), ""))
		return
	}
	colour := s.paintFor(s.ErrTerminal)
	for i, finding := range c.refusing {
		if i == maxPrinted {
			s.printf("… and %d more\n", len(c.refusing)-maxPrinted)
			break
		}
		s.printf("%s\n", bounded(colour.line(finding), finding.Code))
	}
	s.printf("refused: %s: %d of %s\n", c.name(), len(c.refused), plural(c.environments, "environment"))
	for i, environment := range c.refused {
		if i == maxRefusedShown {
			s.printf("  … and %d more\n", len(c.refused)-maxRefusedShown)
			break
		}
		s.printf("  %s: %s\n", printable(environment.dir), environment.counts)
	}
	strict := ""
	if f.strict {
		strict = "--strict "
	}
	s.printf("before the next push: %s validate %s%s\n", defaultName, strict, printable(c.refused[0].dir))
}

// name is "main at 4f1c2d3e4a5b", with all branches that lead to the commit.
func (c *commitCheck) name() string {
	return printable(enumerate(c.branches, ", ")) + " at " + c.commit[:12]
}

// summary says in a few words that a commit is valid.
func (c *commitCheck) summary(f *hookFlags) string {
	switch {
	case c.environments == 0 && len(f.paths) > 0:
		return c.name() + " holds no directory that --path of the hook matches"
	case c.environments == 0:
		return c.name() + " holds no environment"
	}
	return fmt.Sprintf("%s, %s, %s", c.name(), plural(c.environments, "environment"), c.passing)
}

// enumerate joins the first few texts.
func enumerate(texts []string, separator string) string {
	if more := len(texts) - maxTipsShown; more > 0 {
		return strings.Join(texts[:maxTipsShown], separator) + fmt.Sprintf("%sand %d more", separator, more)
	}
	return strings.Join(texts, separator)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// bounded shortens a line, and keeps the code of its finding.
func bounded(line, code string) string {
	if utf8.RuneCountInString(line) <= maxLineShown {
		return line
	}
	line = string([]rune(line)[:maxLineShown]) + "…"
	if code != "" {
		line += " [" + code + "]"
	}
	return line
}
