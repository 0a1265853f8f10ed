// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"errors"
	"fmt"
	"strings"
)

// The reasons of a LoadError, for errors.Is.
var (
	// ErrCorrupt says that the bytes are no complete gzipped tar archive.
	ErrCorrupt = errors.New("corrupt chart archive")
	// ErrTooLarge says that a limit of Limits was exceeded.
	ErrTooLarge = errors.New("chart too large")
	// ErrUnsafe says that an archive has a link, a device, a name that leads out
	// of the chart, or the same name twice.
	ErrUnsafe = errors.New("unsafe chart archive")
	// ErrInvalidChart says that the files are no valid chart.
	ErrInvalidChart = errors.New("invalid chart")
)

// The reasons of a RenderError, for errors.Is.
var (
	// ErrInput says that Input itself is wrong: no chart, a bad release name.
	ErrInput = errors.New("invalid input")
	// ErrKubeVersion says that the chart does not allow the Kubernetes version.
	ErrKubeVersion = errors.New("unsupported Kubernetes version")
	// ErrDependencies says that sub-charts or their values cannot be put together.
	ErrDependencies = errors.New("sub-charts cannot be processed")
	// ErrSchema says that the values break the chart's values.schema.json.
	ErrSchema = errors.New("values break the chart's schema")
	// ErrRemoteSchema says that a values.schema.json refers to another document,
	// which Helm would read from the network or the disk.
	ErrRemoteSchema = errors.New("schema refers to another document")
	// ErrGuard says that the chart refused the values, by "fail" or "required".
	ErrGuard = errors.New("refused by the chart")
	// ErrTemplate says that a template does not parse or fails.
	ErrTemplate = errors.New("template failed")
	// ErrManifest says that what a template wrote is no Kubernetes object.
	ErrManifest = errors.New("rendered text is no object")
	// ErrTimeout says that rendering took longer than allowed.
	ErrTimeout = errors.New("rendering timed out")
	// ErrOutputSize says that rendering made more than Input.MaxOutput, or a
	// template function was asked for more than it may make.
	ErrOutputSize = errors.New("rendered output too large")
)

// LoadError says why a chart cannot be read.
type LoadError struct {
	// Chart and Version are those of the chart, as far as they were read.
	Chart, Version string
	// File is the file in the archive, empty when the whole archive is meant.
	File string
	// Message says what is wrong, in one line.
	Message string
	// Fix says what to do, in one line.
	Fix string
	// Reason is one of the package's sentinels.
	Reason error
}

// Error returns "chart name version: file: message; fix", with what is known.
func (e *LoadError) Error() string {
	var b strings.Builder
	b.WriteString(chartLabel(e.Chart, e.Version))
	if e.File != "" {
		fmt.Fprintf(&b, ": %s", e.File)
	}
	fmt.Fprintf(&b, ": %s", e.Message)
	if e.Fix != "" {
		fmt.Fprintf(&b, "; %s", e.Fix)
	}
	return b.String()
}

// Unwrap returns the reason.
func (e *LoadError) Unwrap() error { return e.Reason }

// RenderError says why a chart cannot be rendered with some values. It never
// holds the text of a secret value.
type RenderError struct {
	// Chart and Version are those of the chart that was to be rendered.
	Chart, Version string
	// Template is the file, from the chart's name on:
	// "dynamo-platform/charts/etcd/templates/statefulset.yaml". It is empty when
	// no file is to blame.
	Template string
	// Line and Column are places in Template, from 1; 0 when unknown. For
	// ErrManifest they are unknown: Message has the line of the rendered text.
	Line, Column int
	// Message says what is wrong; it is what the chart says for ErrGuard. For
	// ErrSchema it has a line for each value that is wrong.
	Message string
	// Fix says what to do, in one line.
	Fix string
	// Reason is one of the package's sentinels.
	Reason error
	// Cause is the context's error for ErrTimeout and a cancelled context, and
	// nil otherwise: errors of Helm may quote values.
	Cause error
}

// Error returns "chart name version: template:line:column: message; fix", with
// what is known.
func (e *RenderError) Error() string {
	var b strings.Builder
	b.WriteString(chartLabel(e.Chart, e.Version))
	if e.Template != "" {
		fmt.Fprintf(&b, ": %s", e.Place())
	}
	fmt.Fprintf(&b, ": %s", e.Message)
	if e.Fix != "" {
		fmt.Fprintf(&b, "; %s", e.Fix)
	}
	return b.String()
}

// Place returns "template:line:column", shorter where less is known.
func (e *RenderError) Place() string {
	place := e.Template
	if e.Template != "" && e.Line > 0 {
		place += fmt.Sprintf(":%d", e.Line)
		if e.Column > 0 {
			place += fmt.Sprintf(":%d", e.Column)
		}
	}
	return place
}

// Unwrap returns the reason, and the context's error if there is one.
func (e *RenderError) Unwrap() []error {
	var all []error
	if e.Reason != nil {
		all = append(all, e.Reason)
	}
	if e.Cause != nil {
		all = append(all, e.Cause)
	}
	return all
}

func chartLabel(name, version string) string {
	return strings.TrimSpace("chart " + strings.TrimSpace(name+" "+version))
}
