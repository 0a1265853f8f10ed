// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"regexp"
	"strconv"
	"strings"
)

// templateError makes a RenderError of what Helm's engine returned: it parses
// the text, since the engine keeps no structure.
func (j *job) templateError(err error) error {
	text := strings.TrimSpace(err.Error())
	e := j.failure(ErrTemplate, "", "")
	switch {
	case strings.HasPrefix(text, "execution error at ("):
		place, message := splitPlace(strings.TrimPrefix(text, "execution error at ("))
		e.setPlace(place)
		e.Reason, e.Message = ErrGuard, message
		e.Fix = "change the values as the chart's message says"
	case strings.HasPrefix(text, "parse error "):
		_, rest, _ := strings.Cut(text, "(")
		place, message := splitPlace(rest)
		e.setPlace(place)
		e.Message = "the template cannot be parsed: " + message
		e.Fix = "correct the template or use another version of the chart"
	default:
		j.trace(e, text)
	}
	e.Message = oneLine(j.redact(e.Message))
	if strings.Contains(e.Message, boundPrefix) {
		_, e.Message, _ = strings.Cut(e.Message, boundPrefix)
		e.Reason, e.Fix = ErrOutputSize, "give the chart smaller numbers, or raise the limit if it is right"
	}
	return e
}

// splitPlace takes "place): message" apart.
func splitPlace(text string) (place, message string) {
	place, message, _ = strings.Cut(text, "): ")
	return place, message
}

// trace reads the engine's report of a failed execution, which has one of two
// forms. The fault is in the innermost template.
func (j *job) trace(e *RenderError, text string) {
	if strings.HasPrefix(text, "template: ") {
		traceChain(e, text)
	} else {
		traceLines(e, text)
	}
	e.Fix = "check the values that the line of the template reads, or use another version of the chart"
}

// traceLines reads a report with, for each template that was being executed,
// outermost first, a line with the place, one with the action and one with the
// error.
func traceLines(e *RenderError, text string) {
	place := regexp.MustCompile(`^\S+:\d+:\d+$`)
	for line := range strings.SplitSeq(text, "\n") {
		switch trimmed := strings.TrimSpace(line); {
		case place.MatchString(line):
			e.setPlace(line)
		case strings.HasPrefix(trimmed, `executing "`):
		case trimmed != "":
			e.Message = trimmed
		}
	}
}

// traceChain reads a report on one line, each template's error within that of
// the one that called it. The text given to tpl is part of it, and is left out:
// it comes from the values.
func traceChain(e *RenderError, text string) {
	step := regexp.MustCompile(`(?s)^template: (\S+?):(\d+)(?::(\d+))?: (?:executing "(?:[^"\\]|\\.)*" at <.*?>: )?`)
	call := regexp.MustCompile(`(?s)^(?:error calling (?:include|tpl|template): |(?:error during tpl function execution for|cannot parse template) "(?:[^"\\]|\\.)*": )`)
	for {
		if match := step.FindStringSubmatch(text); match != nil {
			// The name of the outermost template stands for a text given to tpl.
			if match[1] != "gotpl" && strings.Contains(match[1], "/") {
				e.setPlace(strings.Join(match[1:], ":"))
			}
			text = text[len(match[0]):]
			continue
		}
		if match := call.FindString(text); match != "" {
			text = text[len(match):]
			continue
		}
		e.Message = text
		return
	}
}

// setPlace reads "file:line:column", with as much of it as there is.
func (e *RenderError) setPlace(place string) {
	parts := strings.Split(place, ":")
	e.Template, e.Line, e.Column = parts[0], 0, 0
	if len(parts) > 1 {
		e.Line, _ = strconv.Atoi(parts[1])
	}
	if len(parts) > 2 {
		e.Column, _ = strconv.Atoi(parts[2])
	}
}

// manifestError says that what a template wrote is no object. A negative number
// means that the document is not known.
func (j *job) manifestError(file string, number int, problem string) error {
	problem = strings.TrimPrefix(problem, "error converting YAML to JSON: ")
	// The parser quotes what it could not use.
	problem = regexp.MustCompile("`[^`]*`").ReplaceAllString(problem, "a value")
	message := problem
	if number >= 0 {
		message = "document " + strconv.Itoa(number+1) + " of the rendered text: " + problem
	}
	e := j.failure(ErrManifest, oneLine(j.redact(message)),
		"check the values that the template writes: quotes, indentation, kinds; helm template --debug prints the text")
	e.Template = file
	return e
}

// dependencyMessage shortens an error about sub-charts.
func (j *job) dependencyMessage(err error) string {
	text := err.Error()
	// The text is "type mismatch on KEY: VALUE".
	if rest, ok := strings.CutPrefix(text, "type mismatch on "); ok {
		key, _, _ := strings.Cut(rest, ":")
		return "the values of the sub-chart " + key + " are no table"
	}
	return oneLine(j.redact(text))
}
