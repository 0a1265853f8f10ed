// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	v2 "helm.sh/helm/v4/pkg/chart/v2"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// schemaURL is the name under which Helm compiles a schema; it is in no message.
const schemaURL = "file:///values.schema.json"

// maxSchemaProblems bounds the lines of one message.
const maxSchemaProblems = 20

// schemaFile is a values.schema.json, compiled when it is first needed.
type schemaFile struct {
	once   sync.Once
	schema *jsonschema.Schema
	err    error
}

// schemaOf returns the compiled schema of a chart or sub-chart. Helm compiles it
// with the same library at every render, which costs more than the templates.
func (c *Chart) schemaOf(chart *v2.Chart) (*jsonschema.Schema, error) {
	entry, _ := c.schemas.LoadOrStore(&chart.Schema[0], &schemaFile{})
	file, ok := entry.(*schemaFile)
	if !ok {
		return nil, fmt.Errorf("unexpected %T", entry)
	}
	file.once.Do(func() { file.schema, file.err = compileSchema(chart.Schema) })
	return file.schema, file.err
}

// compileSchema is what Helm does with a schema, but that it reads no other
// documents: Helm would fetch them from the network or read them from the disk.
func compileSchema(data []byte) (schema *jsonschema.Schema, err error) {
	defer func() {
		if r := recover(); r != nil {
			schema, err = nil, fmt.Errorf("cannot be compiled: %v", r)
		}
	}()
	content, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("is no JSON: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(closedLoader{})
	if err := compiler.AddResource(schemaURL, content); err != nil {
		return nil, err
	}
	return compiler.Compile(schemaURL)
}

// closedLoader reads nothing.
type closedLoader struct{}

// Load implements jsonschema.URLLoader.
func (closedLoader) Load(string) (any, error) { return nil, ErrRemoteSchema }

// checkValues holds the values against the schemas of a chart and of the
// sub-charts that are left, each its own part, as Helm does.
func (j *job) checkValues(chart *v2.Chart, given map[string]any) error {
	problems, err := j.schemaProblems(chart, given, nil)
	if err != nil || len(problems) == 0 {
		return err
	}
	if more := len(problems) - maxSchemaProblems; more > 0 {
		problems = append(problems[:maxSchemaProblems], fmt.Sprintf("and %d more", more))
	}
	return j.failure(ErrSchema, strings.Join(problems, "\n"), "correct the values; the chart's values.schema.json says what it allows")
}

func (j *job) schemaProblems(chart *v2.Chart, given map[string]any, path values.Path) ([]string, error) {
	var problems []string
	if len(chart.Schema) > 0 {
		schema, err := j.in.Chart.schemaOf(chart)
		if err != nil {
			return nil, j.schemaFailure(chart, err)
		}
		var invalid *jsonschema.ValidationError
		if err := schema.Validate(given); errors.As(err, &invalid) {
			problems = j.explain(invalid, path)
		}
	}
	for _, d := range chart.Dependencies() {
		at := append(slices.Clone(path), d.Name())
		switch sub := given[d.Name()].(type) {
		case nil:
		case map[string]any:
			more, err := j.schemaProblems(d, sub, at)
			if err != nil {
				return nil, err
			}
			problems = append(problems, more...)
		default:
			problems = append(problems, at.String()+": the values of a sub-chart are a table")
		}
	}
	return problems, nil
}

// schemaFailure says that a schema itself is of no use.
func (j *job) schemaFailure(chart *v2.Chart, err error) error {
	e := j.failure(ErrSchema, "the schema "+oneLine(err.Error()), "use another version of the chart, or skip the check against the schema")
	var load *jsonschema.LoadURLError
	if errors.As(err, &load) {
		e.Reason = ErrRemoteSchema
		e.Message = fmt.Sprintf("the schema refers to %q, which is not in the chart", load.URL)
		e.Fix = "copy the referenced schema into the file under $defs, or skip the check against the schema"
	}
	e.Template = chart.ChartFullPath() + "/values.schema.json"
	return e
}

// explain lists what is wrong, a line for each place, without the values.
func (j *job) explain(invalid *jsonschema.ValidationError, path values.Path) []string {
	printer := message.NewPrinter(language.English)
	var problems []string
	var visit func(e *jsonschema.ValidationError)
	visit = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			visit(cause)
		}
		if len(e.Causes) > 0 {
			return
		}
		place := append(slices.Clone(path), e.InstanceLocation...).String()
		if place == "" {
			place = "the values"
		}
		problems = append(problems, place+": "+j.redact(problemOf(e.ErrorKind, printer)))
	}
	visit(invalid)
	slices.Sort(problems)
	return slices.Compact(problems)
}

// problemOf says what is wrong with a value. The library quotes the value for a
// pattern and a format.
func problemOf(what jsonschema.ErrorKind, printer *message.Printer) string {
	switch k := what.(type) {
	case *kind.Pattern:
		return fmt.Sprintf("the text does not match the pattern %q", k.Want)
	case *kind.Format:
		return fmt.Sprintf("the value is not a valid %s", k.Want)
	case *kind.FalseSchema:
		return "no value is allowed here"
	default:
		return what.LocalizedString(printer)
	}
}
