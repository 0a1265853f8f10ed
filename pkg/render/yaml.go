// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	yamlv2 "go.yaml.in/yaml/v2"
	"helm.sh/helm/v4/pkg/chart/common"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// split takes a stream of YAML documents apart exactly as Helm does, which is
// more lenient than YAML: a separator ends the white space before it, and text
// may follow it on its line. Helm uses a regular expression, which spends much
// of its time on indentation.
func split(stream string) []string {
	const space = "\t\n\f\r "
	var documents []string
	add := func(text string) {
		if text = strings.TrimLeftFunc(text, unicode.IsSpace); text != "" {
			documents = append(documents, text)
		}
	}
	rest := strings.TrimLeftFunc(stream, unicode.IsSpace)
	for first, from := true, 0; ; {
		at := strings.Index(rest[from:], "---")
		if at < 0 {
			add(rest)
			return documents
		}
		at += from
		if at == 0 && !first || at > 0 && rest[at-1] != '\n' {
			from = at + 1
			continue
		}
		add(strings.TrimRight(rest[:at], space))
		rest = strings.TrimLeft(rest[at+len("---"):], space)
		first, from = false, 0
	}
}

// decode reads one YAML document as Helm and kubectl do, which is by way of
// JSON: keys become strings, and numbers without a fraction are whole, as int64.
// The empty document gives nil. A line break is added, as Helm does when it puts
// the documents of a release together: a block of text at the very end needs one.
// Errors do not quote values, but for the ones of the parser.
func decode(document string) (map[string]any, error) {
	var tree any
	if err := yamlv2.Unmarshal(append([]byte(document), '\n'), &tree); err != nil {
		return nil, err
	}
	content, err := jsonValue(tree)
	if err != nil {
		return nil, err
	}
	switch t := content.(type) {
	case nil:
		return nil, nil
	case map[string]any:
		return t, nil
	default:
		return nil, errors.New("the document is no table")
	}
}

// jsonValue makes of a YAML value what encoding it to JSON and decoding that
// would make of it.
func jsonValue(v any) (any, error) {
	switch t := v.(type) {
	case nil, bool:
		return t, nil
	case int:
		return int64(t), nil
	case float64:
		if math.Abs(t) >= 1<<53 || math.IsNaN(t) {
			return viaJSON(t) // the digits of the text count, not the number
		}
		if t == math.Trunc(t) {
			return int64(t), nil
		}
		return t, nil
	case string:
		if utf8.ValidString(t) {
			return t, nil
		}
		return viaJSON(t)
	case []any:
		out := make([]any, len(t))
		for i, item := range t {
			var err error
			if out[i], err = jsonValue(item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[any]any:
		return jsonTable(t)
	default:
		return viaJSON(v)
	}
}

func jsonTable(t map[any]any) (map[string]any, error) {
	out := make(map[string]any, len(t))
	for k, item := range t {
		key, err := jsonKey(k)
		if err != nil {
			return nil, err
		}
		if out[key], err = jsonValue(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func finite(f float64) error {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return errors.New("a number is infinite or none")
	}
	return nil
}

// viaJSON takes the long way, for values that are rare.
func viaJSON(v any) (any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("a value of type %T cannot be JSON", v)
	}
	var out any
	return out, kjson.UnmarshalCaseSensitivePreserveInts(data, &out)
}

// jsonKey returns a key as the string that it is in JSON.
func jsonKey(k any) (string, error) {
	switch t := k.(type) {
	case string:
		if !utf8.ValidString(t) {
			return strings.ToValidUTF8(t, "\ufffd"), nil
		}
		return t, nil
	case int:
		return strconv.Itoa(t), nil
	case bool:
		return strconv.FormatBool(t), nil
	case float64:
		return strconv.FormatFloat(t, 'g', -1, 32), finite(t)
	default:
		return "", fmt.Errorf("a key of type %T cannot be one of an object", k)
	}
}

// toYAML is Helm's template function toYaml, which charts call for every table
// that they copy from the values. Helm's goes through JSON text and parses that
// as YAML; for values whose form that does not change, which is nearly all of
// them, the same encoder is called at once here.
func toYAML(v any) string {
	var data []byte
	var err error
	if value, ok := yamlValue(v); ok {
		data, err = yamlv2.Marshal(value)
	} else {
		data, err = yaml.Marshal(v)
	}
	if err != nil {
		return "" // as Helm does
	}
	return strings.TrimSuffix(string(data), "\n")
}

// yamlValue returns what is left of a value after JSON and YAML, and whether
// that is known without trying.
func yamlValue(v any) (any, bool) {
	switch t := v.(type) {
	case nil, bool, int, int64:
		return t, true
	case float64:
		if t == math.Trunc(t) && math.Abs(t) < 1<<53 {
			return int64(t), true
		}
		return t, !math.IsInf(t, 0) && !math.IsNaN(t) && math.Abs(t) < 1<<53
	case string:
		return t, simple(t)
	case common.Values:
		return yamlTable(t)
	case map[string]any:
		return yamlTable(t)
	case []any:
		if t == nil {
			return nil, true
		}
		out := make([]any, len(t))
		for i, item := range t {
			var ok bool
			if out[i], ok = yamlValue(item); !ok {
				return nil, false
			}
		}
		return out, true
	default:
		return nil, false
	}
}

func yamlTable(t map[string]any) (any, bool) {
	if t == nil {
		return nil, true
	}
	out := make(map[string]any, len(t))
	for key, item := range t {
		value, ok := yamlValue(item)
		if !ok || len(key) > 100 || !simple(key) {
			return nil, false
		}
		out[key] = value
	}
	return out, true
}

// simple says whether a text comes back as it is from JSON and YAML.
func simple(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\ufeff' || r > 0xffff ||
			r == '\u2028' || r == '\u2029' {
			return false
		}
	}
	return true
}
