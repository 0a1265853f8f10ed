// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// differences returns the paths at which two sets of values mean something
// different to a chart, where a value that is not given means the chart's
// default. Each path is a leaf, or the topmost map of which one side has
// nothing.
func differences(v *chart.Version, want, have map[string]any) []values.Path {
	return newReader(v).differences(want, have)
}

// reader reads values as a chart version sees them and remembers its defaults.
type reader struct {
	chart   *chart.Version
	presets map[string]any
}

func newReader(v *chart.Version) *reader {
	return &reader{chart: v, presets: map[string]any{}}
}

// value is chart.Version.Value for one leaf, without copying.
func (r *reader) value(in map[string]any, path values.Path) any {
	var current any = in
	for _, key := range path {
		level, ok := current.(map[string]any)
		if ok {
			current, ok = level[key]
		}
		if !ok {
			return r.preset(path)
		}
		if current == nil {
			return nil
		}
	}
	if _, isMap := current.(map[string]any); isMap {
		current, _ = r.chart.Value(in, path...)
	}
	return current
}

func (r *reader) preset(path values.Path) any {
	key := strings.Join(path, "\x00")
	value, known := r.presets[key]
	if !known {
		value, _ = r.chart.Value(nil, path...)
		r.presets[key] = value
	}
	return value
}

func (r *reader) differences(want, have map[string]any) []values.Path {
	v := r.chart
	var out []values.Path
	seen := map[string]bool{}
	visit := func(path values.Path, value any) bool {
		if below, ok := value.(map[string]any); ok && len(below) > 0 {
			return true
		}
		if same(path, r.value(want, path), r.value(have, path)) {
			return true
		}
		topmost := slices.Clone(path)
		for i := 1; i < len(path); i++ {
			if above, _ := v.Value(want, path[:i]...); isEmpty(above) {
				topmost = topmost[:i]
				break
			}
		}
		if key := topmost.String(); !seen[key] {
			seen[key] = true
			out = append(out, topmost)
		}
		return true
	}
	values.Walk(want, visit)
	values.Walk(have, visit)
	slices.SortFunc(out, func(a, b values.Path) int { return slices.Compare(a, b) })
	return out
}

// isEmpty says whether a value is as good as none: a template that tests it
// cannot tell.
func isEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, below := range v {
			if !isEmpty(below) {
				return false
			}
		}
		return true
	}
	return false
}

// same compares two values as the chart would.
func same(path values.Path, a, b any) bool {
	if isEmpty(a) && isEmpty(b) {
		return true
	}
	if x, ok := number(a); ok {
		if y, ok := number(b); ok {
			return x == y
		}
	}
	if reflect.DeepEqual(a, b) {
		return true
	}
	if !isQuantity(path) {
		return false
	}
	x, y := quantity(a), quantity(b)
	return x != nil && y != nil && x.Cmp(*y) == 0
}

func number(value any) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// isQuantity says whether the chart hands the value at a path to Kubernetes as
// a quantity, so that 1 and "1000m" are one.
func isQuantity(path values.Path) bool {
	return len(path) > 2 && (path[len(path)-2] == "limits" || path[len(path)-2] == "requests") ||
		len(path) > 1 && path[len(path)-1] == "size" && (path[len(path)-2] == "pvc" || path[len(path)-2] == "persistence")
}

func quantity(value any) *resource.Quantity {
	text, ok := value.(string)
	if n, isNumber := value.(int64); isNumber {
		q := resource.NewQuantity(n, resource.DecimalSI)
		return q
	}
	if !ok {
		return nil
	}
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return nil
	}
	return &q
}

// wrote says whether the product adds the key by itself for a chart version, so
// that it is no part of what was given: the compiler what the chart demands
// beside Grove, the profiles a proxy image that can still be pulled.
func wrote(path values.Path) bool {
	return path.String() == "kai-scheduler.scheduler.args.default-staleness-grace-period" ||
		hasPrefix(path, []string{"dynamo-operator", "controllerManager", "kubeRbacProxy", "image"})
}

// dotted prints keys below an object as findings have them.
func dotted(keys []string) string {
	return values.Path(keys).String()
}

func hasPrefix(path values.Path, prefix []string) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}

func splitDots(s string) []string { return strings.Split(s, ".") }
