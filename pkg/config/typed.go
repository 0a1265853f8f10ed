// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// typeTable remembers what is known of each struct type, for one load.
type typeTable map[reflect.Type]*structInfo

// structInfo is what decoding needs to know of a struct.
type structInfo struct {
	fields map[string]fieldInfo
	names  []string // sorted
	rule   structRule
}

// fieldInfo is one field by its JSON name.
type fieldInfo struct {
	index    []int
	required bool
	rule     rule
}

// of returns what is known of a struct type.
func (t typeTable) of(typ reflect.Type) *structInfo {
	if info, ok := t[typ]; ok {
		return info
	}
	info := &structInfo{fields: map[string]fieldInfo{}, rule: structRuleOf(typ)}
	t[typ] = info
	rules := fieldRules(typ)
	for _, field := range reflect.VisibleFields(typ) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" || !field.IsExported() {
			continue
		}
		info.fields[name] = fieldInfo{
			index: field.Index, rule: rules[name],
			required: !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero"),
		}
		info.names = append(info.names, name)
	}
	slices.Sort(info.names)
	return info
}

// typedDecoder fills a struct from a decoded object and reports what does not
// fit, with the path of the field.
type typedDecoder struct {
	types  typeTable
	report func(code, field, problem, fix string)
	path   fieldPath
}

// decode fills the struct that into points to.
func (d *typedDecoder) decode(content map[string]any, into any) {
	d.structure(content, reflect.ValueOf(into).Elem())
}

func (d *typedDecoder) add(code, problem, fix string) {
	d.report(code, d.path.String(), problem, fix)
}

func (d *typedDecoder) structure(content map[string]any, into reflect.Value) {
	info := d.types.of(into.Type())
	for key, value := range content {
		field, ok := info.fields[key]
		d.path.push(key)
		switch {
		case !ok:
			d.unknown(key, info.names)
		case value == nil && len(d.path) == 2 && d.path[0].key == "metadata" && key == "creationTimestamp":
			// kubectl writes it so
		default:
			if d.value(value, into.FieldByIndex(field.index)) {
				field.rule.check(value, d.add)
			}
		}
		d.path.pop()
	}
	for name, field := range info.fields {
		if _, given := content[name]; field.required && !given {
			d.path.push(name)
			d.add(CodeRequired, "the field "+d.path.String()+" is missing", "add it")
			d.path.pop()
		}
	}
	if info.rule != nil {
		info.rule(d, content)
	}
}

func (d *typedDecoder) unknown(key string, names []string) {
	fix := "the known fields are " + strings.Join(names, ", ")
	if near := Nearest(key, names); near != "" {
		fix = "did you mean " + near + "?"
	} else if len(names) > 12 {
		fix = "remove it"
	}
	d.add(CodeUnknownField, "the field "+d.path.String()+" does not exist", fix)
}

// value fills one field and says whether the value had the right type.
func (d *typedDecoder) value(value any, into reflect.Value) bool {
	if into.Kind() == reflect.Pointer {
		target := reflect.New(into.Type().Elem())
		into.Set(target)
		return d.value(value, target.Elem())
	}
	if handled, ok := d.special(value, into); handled {
		return ok
	}
	switch into.Kind() {
	case reflect.Struct:
		content, ok := value.(map[string]any)
		if !ok {
			return d.mismatch("a map", value, "")
		}
		d.structure(content, into)
		return true
	case reflect.Slice:
		return d.list(value, into)
	case reflect.Map:
		return d.mapping(value, into)
	case reflect.String:
		text, ok := value.(string)
		if !ok {
			return d.mismatch("a string", value, "quote the value")
		}
		into.SetString(text)
		return true
	case reflect.Bool:
		on, ok := value.(bool)
		if !ok {
			return d.mismatch("true or false", value, boolFix(value))
		}
		into.SetBool(on)
		return true
	default:
		return d.number(value, into)
	}
}

// special fills the types that are not written as Go would have them.
func (d *typedDecoder) special(value any, into reflect.Value) (handled, ok bool) {
	switch target := into.Addr().Interface().(type) {
	case *resource.Quantity:
		return true, d.quantity(value, target)
	case *metav1.Duration:
		return true, d.duration(value, target)
	case *apiextensionsv1.JSON:
		raw, err := json.Marshal(value)
		if err != nil {
			return true, d.mismatch("a value that JSON can hold", value, "")
		}
		target.Raw = raw
		return true, true
	case json.Unmarshaler: // times and managed fields of metadata
		raw, err := json.Marshal(value)
		if err == nil {
			err = target.UnmarshalJSON(raw)
		}
		if err != nil {
			return true, d.mismatch("a value as the cluster writes it", value, "remove the field: the cluster fills it in")
		}
		return true, true
	}
	return false, false
}

func (d *typedDecoder) list(value any, into reflect.Value) bool {
	items, ok := value.([]any)
	if !ok {
		return d.mismatch("a list", value, "write each entry on a line of its own that starts with \"- \"")
	}
	into.Set(reflect.MakeSlice(into.Type(), len(items), len(items)))
	for i, item := range items {
		d.path.pushIndex(i)
		ok = d.value(item, into.Index(i)) && ok
		d.path.pop()
	}
	return ok
}

func (d *typedDecoder) mapping(value any, into reflect.Value) bool {
	entries, ok := value.(map[string]any)
	if !ok {
		return d.mismatch("a map", value, "write key: value pairs")
	}
	into.Set(reflect.MakeMapWithSize(into.Type(), len(entries)))
	for key, entry := range entries {
		element := reflect.New(into.Type().Elem()).Elem()
		d.path.push(key)
		ok = d.value(entry, element) && ok
		d.path.pop()
		into.SetMapIndex(reflect.ValueOf(key).Convert(into.Type().Key()), element)
	}
	return ok
}

func (d *typedDecoder) number(value any, into reflect.Value) bool {
	number, ok := value.(int64)
	if decimal, isDecimal := value.(float64); isDecimal && decimal == math.Trunc(decimal) && math.Abs(decimal) < 1<<53 {
		number, ok = int64(decimal), true
	}
	if !ok || !into.CanInt() {
		return d.mismatch("an integer", value, integerFix(value))
	}
	if into.OverflowInt(number) {
		d.add(CodeValue, fmt.Sprintf("%d does not fit into %d bits", number, into.Type().Bits()), "use a smaller number")
		return false
	}
	into.SetInt(number)
	return true
}

func (d *typedDecoder) quantity(value any, into *resource.Quantity) bool {
	text, ok := value.(string)
	if number, isInt := value.(int64); isInt {
		text, ok = fmt.Sprint(number), true
	}
	if !ok {
		return d.mismatch("a quantity", value, "write it as 50Gi, or 500m")
	}
	quantity, err := resource.ParseQuantity(text)
	if err != nil {
		d.add(CodeValue, fmt.Sprintf("%q is no quantity", clip(text)), "write a number with a unit of Kubernetes, such as 50Gi or 500m (GB and gb are none)")
		return false
	}
	*into = quantity
	return true
}

func (d *typedDecoder) duration(value any, into *metav1.Duration) bool {
	text, ok := value.(string)
	if !ok {
		return d.mismatch("a duration", value, "write it with its unit, such as 30s, 10m or 1h")
	}
	duration, err := time.ParseDuration(text)
	if err != nil {
		d.add(CodeValue, fmt.Sprintf("%q is no duration", clip(text)), "write a number with its unit, such as 30s, 10m or 1h")
		return false
	}
	into.Duration = duration
	return true
}

// mismatch reports a wrong type and returns false.
func (d *typedDecoder) mismatch(want string, value any, fix string) bool {
	given := typeOf(value)
	if text, ok := value.(string); ok && len(text) <= 20 && !d.confidential() {
		given = fmt.Sprintf("the string %q", text)
	}
	if value == nil {
		given, fix = "nothing (null)", "give it a value or remove the field"
	}
	if fix == "" {
		fix = "write " + want
	}
	d.add(CodeType, fmt.Sprintf("%s wants %s and is %s", d.path, want, given), fix)
	return false
}

// confidential says whether the field's name promises something that must not
// be printed.
func (d *typedDecoder) confidential() bool {
	name := strings.ToLower(d.path.String())
	return slices.ContainsFunc([]string{"password", "token", "secret", "key", "credential", "env["}, func(word string) bool {
		return strings.Contains(name, word)
	})
}

func boolFix(value any) string {
	text, _ := value.(string)
	switch strings.ToLower(text) {
	case "yes", "on", "y", "true", "1":
		return "write true, without quotes"
	case "no", "off", "n", "false", "0":
		return "write false, without quotes"
	default:
		return "write true or false, without quotes"
	}
}

func integerFix(value any) string {
	if text, ok := value.(string); ok && isDigits(text) {
		return "remove the quotes"
	}
	return "write a whole number"
}
