// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// Instability is a field that differs each time a chart is rendered with the
// same values. Under Argo CD such an object is out of sync for ever; under Flux
// each upgrade changes it and whatever hangs on its checksum.
type Instability struct {
	// Object is the object, or the only one of two renders that has this name.
	Object object.Reference
	// Field is the path of the field: "data["jwt-token.pem"]". It is empty for an
	// object whose name differs.
	Field string
	// Template is the file that wrote the object.
	Template string
	// Function is a template function that makes it differ, Source and Line are
	// where it is called; Source may be a partial or another file than Template.
	// They are empty where no single call could be told.
	Function string
	Source   string
	Line     int
	// Key is the path of a value, and Value what to set it to, so that the field
	// stays the same; that it does was tried out. Key is empty when none is known.
	Key   string
	Value any
	// Fix says what to do, in one line.
	Fix string
}

// String returns "Kind/namespace/name field differs each time; fix". It never
// holds the field's value.
func (i Instability) String() string {
	what := i.Object.String()
	if i.Field != "" {
		what += " " + i.Field
	}
	return what + " differs each time it is rendered; " + i.Fix
}

// shift is by how much the time is moved between two renders, so that every part
// of a date differs: a year, a month, a day and some.
const shift = (365+31+1)*24*time.Hour + 61*time.Minute + time.Second

// Unstable renders a chart and, where it asked for random numbers or the time,
// renders it again at another time and compares. It returns what differs, in the
// order of the objects, and nothing for a chart that renders the same each time.
// The second render, and one or two small ones to find causes and to try the fix
// out, are only made when they are needed.
//
// The error is that of Render. Concurrency is as with Render.
func Unstable(ctx context.Context, in Input) ([]Instability, error) {
	first, err := Render(ctx, in)
	if err != nil || len(first.Nondeterministic) == 0 {
		return nil, err
	}
	second, err := render(ctx, in, functionOptions{later: shift})
	if err != nil {
		return nil, err
	}
	found := differences(first, second)
	if len(found) == 0 {
		return nil, nil
	}
	calls, err := locate(ctx, in, first.Nondeterministic)
	if err != nil {
		return nil, err
	}
	for i := range found {
		found[i].attribute(calls)
	}
	return found, advise(ctx, in, found)
}

// call is where a function is called first.
type call struct {
	function, template string
	line               int
}

// locate finds the calls of functions by making each fail once.
func locate(ctx context.Context, in Input, names []string) ([]call, error) {
	var calls []call
	for _, name := range names {
		_, err := render(ctx, in, functionOptions{trap: name})
		var failure *RenderError
		if !errors.As(err, &failure) || !strings.Contains(failure.Message, errTrap.Error()) {
			continue // this time it was not called
		}
		if ctx.Err() != nil {
			return nil, err
		}
		calls = append(calls, call{function: name, template: failure.Template, line: failure.Line})
	}
	return calls, nil
}

// attribute names the call that makes a field differ: one in the same file, or
// the only one there is.
func (i *Instability) attribute(calls []call) {
	at := slices.IndexFunc(calls, func(c call) bool { return c.template == i.Template })
	if at < 0 && len(calls) == 1 {
		at = 0
	}
	if at < 0 {
		return
	}
	i.Function, i.Source, i.Line = calls[at].function, calls[at].template, calls[at].line
}

// differences compares two renders, object by object.
func differences(first, second *Output) []Instability {
	counterpart := map[object.Reference]object.Object{}
	for _, o := range second.All() {
		counterpart[o.Reference()] = o
	}
	var found []Instability
	seen := map[object.Reference]bool{}
	for _, o := range first.All() {
		ref := o.Reference()
		seen[ref] = true
		other, ok := counterpart[ref]
		if !ok {
			found = append(found, Instability{Object: ref, Template: first.Templates[ref]})
			continue
		}
		for _, field := range differing(o.Object, other.Object, "") {
			found = append(found, Instability{Object: ref, Field: field, Template: first.Templates[ref]})
		}
	}
	for _, o := range second.All() {
		if ref := o.Reference(); !seen[ref] {
			found = append(found, Instability{Object: ref, Template: second.Templates[ref]})
		}
	}
	return found
}

// differing returns the paths at which two values differ, sorted.
func differing(a, b any, path string) []string {
	if reflect.DeepEqual(a, b) {
		return nil
	}
	var fields []string
	switch left := a.(type) {
	case map[string]any:
		right, ok := b.(map[string]any)
		if !ok {
			break
		}
		keys := sortedKeys(left)
		for _, key := range sortedKeys(right) {
			if _, ok := left[key]; !ok {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			fields = append(fields, differing(left[key], right[key], join(path, key))...)
		}
		return fields
	case []any:
		right, ok := b.([]any)
		if !ok || len(left) != len(right) {
			break
		}
		for i := range left {
			fields = append(fields, differing(left[i], right[i], path+"["+strconv.Itoa(i)+"]")...)
		}
		return fields
	}
	return []string{path}
}

// join appends a key to a path, in the form of values.Path.
func join(path, key string) string {
	step := values.Path{key}.String()
	if path == "" || strings.HasPrefix(step, "[") {
		return path + step
	}
	return path + "." + step
}

// remedy is a value that keeps a sub-chart of a well-known kind from making
// something new each time.
type remedy struct {
	// key is the value's path within the chart that has it.
	key values.Path
	// value is what to set it to.
	value any
	// reason says why that is harmless.
	reason string
}

// remedies lists the known ones. Dynamo's etcd sub-chart signs tokens with a key
// that it makes anew at each render, although authentication is off.
func remedies() []remedy {
	return []remedy{{
		key: values.Path{"auth", "token", "enabled"}, value: false,
		reason: "the token is of no use while etcd's authentication (auth.rbac.create) is off",
	}}
}

// advise fills in the fixes, after trying the known ones out.
func advise(ctx context.Context, in Input, found []Instability) error {
	tried := map[string]map[string]bool{} // key -> what still differs with it
	for i := range found {
		f := &found[i]
		f.Fix = f.generic()
		for _, r := range remedies() {
			key := append(prefix(f.Template), r.key...)
			remaining, ok := tried[key.String()]
			if !ok {
				var err error
				if remaining, err = tryOut(ctx, in, key, r.value); err != nil {
					return err
				}
				tried[key.String()] = remaining
			}
			if remaining == nil || remaining[f.Object.String()+" "+f.Field] {
				continue
			}
			f.Key, f.Value = key.String(), r.value
			f.Fix = fmt.Sprintf("set %s=%v in the values: %s", f.Key, f.Value, r.reason)
		}
	}
	return nil
}

// tryOut renders twice with a value set and returns what still differs, or nil
// when the chart does not render with it.
func tryOut(ctx context.Context, in Input, key values.Path, value any) (map[string]bool, error) {
	given, _ := plain(in.Values).(map[string]any)
	if given == nil {
		given = map[string]any{}
	}
	if !put(given, key, value) {
		return nil, nil
	}
	in.Values = given
	first, err := Render(ctx, in)
	if err != nil {
		return nil, ctx.Err()
	}
	remaining := map[string]bool{}
	if len(first.Nondeterministic) == 0 {
		return remaining, nil
	}
	second, err := render(ctx, in, functionOptions{later: shift})
	if err != nil {
		return nil, ctx.Err()
	}
	for _, d := range differences(first, second) {
		remaining[d.Object.String()+" "+d.Field] = true
	}
	return remaining, nil
}

// put sets a value at a path, making tables on the way. It says whether it could.
func put(table map[string]any, path values.Path, value any) bool {
	for _, key := range path[:len(path)-1] {
		next, ok := table[key].(map[string]any)
		if !ok {
			if table[key] != nil {
				return false
			}
			next = map[string]any{}
			table[key] = next
		}
		table = next
	}
	table[path[len(path)-1]] = value
	return true
}

// prefix returns where the values of a template's chart lie: a template of
// "platform/charts/etcd/templates/x.yaml" reads those under etcd.
func prefix(template string) values.Path {
	var path values.Path
	parts := strings.Split(template, "/")
	for i := 1; i+1 < len(parts) && parts[i] == "charts"; i += 2 {
		path = append(path, parts[i+1])
	}
	return path
}

// generic is the fix where no value is known.
func (i Instability) generic() string {
	where := "the chart"
	if i.Function != "" {
		where = fmt.Sprintf("%s:%d (%s)", i.Source, i.Line, i.Function)
	}
	return "set the value that gives " + where + " a fixed text or an existing Secret instead of a new one each time"
}
