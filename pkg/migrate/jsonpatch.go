// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// operations takes a list of JSON patch operations one version further: the
// version is rewritten, values that stay are left, everything else is refused.
func (m *migration) operations(p *plan) {
	read, err := m.tree.object(p.fragment)
	list, ok := read.([]any)
	if err != nil || !ok {
		return
	}
	version := "/" + strings.Join(p.versionPath(), "/")
	for i, item := range list {
		op, _ := item.(map[string]any)
		pointer, _ := op["path"].(string)
		switch {
		case pointer == version && (op["op"] == "replace" || op["op"] == "add"):
			m.operationVersion(p, i)
		case pointer == "/spec" || version != pointer && strings.HasPrefix(version, pointer+"/"):
			m.refuseOperation(p, i, "it replaces the chart version together with other fields")
		case pointer == "/spec/values" || strings.HasPrefix(pointer, "/spec/values/"):
			m.operationValue(p, i, op, pointer)
		case strings.HasPrefix(pointer, "/spec/components/"):
			m.operationField(p, i, op, pointer)
		}
	}
}

func (m *migration) operationVersion(p *plan, i int) {
	path := append(slices.Clone(p.inner().path), i, "value")
	err := m.tree.rewrite(p.fragment, func(t *text, at target) (string, error) {
		return t.replaceScalar(target{at.document, path}, p.next.String())
	}, func(o any) {
		if list, ok := o.([]any); ok {
			if op, ok := list[i].(map[string]any); ok {
				op["value"] = p.next.String()
			}
		}
	})
	if err != nil {
		m.refuseOperation(p, i, errShape.Error())
		return
	}
	m.record(p.fragment, p.versionPath(), p.versionPath(), p.next.String(), "the version asked for")
}

// operationValue refuses an operation on a value that moves or goes.
func (m *migration) operationValue(p *plan, i int, op map[string]any, pointer string) {
	path := values.Path(unescape(strings.TrimPrefix(pointer, "/spec/values")))
	given := map[string]any{}
	if below, ok := op["value"].(map[string]any); ok && len(path) == 0 {
		given = below
	} else {
		values.Set(given, op["value"], path...)
	}
	_, changes, issues := p.next.Translate(values.Merge(p.context, given), p.chart)
	for _, c := range changes {
		_, touched := values.Get(given, c.From...)
		if len(c.From) == 0 || !touched && !hasPrefix(path, c.From) {
			continue
		}
		m.refuseOperation(p, i, "chart "+p.next.String()+" has "+c.From.String()+" no more at this place ("+c.Reason+")")
		return
	}
	for _, issue := range issues {
		if _, touched := values.Get(given, issue.Path...); touched {
			m.refuseOperation(p, i, issue.Problem)
			return
		}
	}
}

// operationField refuses an operation on a typed field that the version lacks.
func (m *migration) operationField(p *plan, i int, op map[string]any, pointer string) {
	field := unescape(strings.TrimPrefix(pointer, "/spec/components"))
	if slices.Contains(deadFields(p.next), strings.Join(field, ".")) && op["op"] != "remove" {
		m.refuseOperation(p, i, "chart "+p.next.String()+" has no such switch")
	}
}

func (m *migration) refuseOperation(p *plan, i int, why string) {
	line := 0
	if in, err := m.tree.load(p.fragment); err == nil {
		if n := nodeAt(in.roots[p.inner().document], append(slices.Clone(p.inner().path), i)); n != nil {
			line = n.Line
		}
	}
	if p.inline != nil {
		line += m.tree.line(p.fragment, nil)
		if in, err := m.tree.load(p.fragment); err == nil && in.roots[p.inner().document] != nil {
			line -= in.roots[p.inner().document].Line
		}
	}
	m.findings = append(m.findings, object.Finding{
		Code: CodeJSONPatch, Severity: object.SeverityError, Object: p.reference,
		Position: object.Position{File: p.file, Line: line},
		Problem:  "operation " + strconv.Itoa(i+1) + " of the JSON patch cannot be rewritten: " + why,
		Fix:      "turn it into a strategic merge patch, or edit it by hand after the migration of the rest",
	})
}

// unescape splits a JSON pointer.
func unescape(pointer string) []string {
	if pointer == "" {
		return nil
	}
	keys := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	replacer := strings.NewReplacer("~1", "/", "~0", "~")
	for i := range keys {
		keys[i] = replacer.Replace(keys[i])
	}
	return keys
}
