// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// fits says whether a value is of a type that the chart reads as meant. It errs
// on the side of yes: templates print most scalars as they come.
func fits(kind keyType, value any) bool {
	if value == nil {
		return true
	}
	switch kind {
	case typeBool:
		_, ok := value.(bool)
		return ok
	case typeInt:
		number, ok := toFloat(value)
		return ok && number == math.Trunc(number)
	case typeString:
		_, ok := value.(string)
		return ok || isWhole(value)
	case typeQuantity:
		_, text := value.(string)
		_, number := toFloat(value)
		return text || number
	case typeList:
		_, ok := value.([]any)
		return ok || isTemplate(value)
	case typeMap, typeFree:
		_, ok := value.(map[string]any)
		return ok || kind == typeFree && isTemplate(value)
	default:
		return true
	}
}

// isTemplate says whether a value is text that a chart may run as a template
// where it wants a list or a map.
func isTemplate(value any) bool {
	text, ok := value.(string)
	return ok && (strings.Contains(text, "{{") || strings.Contains(text, "\n"))
}

// isWhole says whether a value is a whole number, which prints as written: 1.10
// would print as 1.1.
func isWhole(value any) bool {
	switch value.(type) {
	case int, int32, int64, uint64:
		return true
	}
	return false
}

func toFloat(value any) (float64, bool) {
	switch n := value.(type) {
	case int:
		return float64(n), true
	case int32:
		return float64(n), true
	case int64:
		return float64(n), true
	case uint64:
		return float64(n), true
	case float64:
		return n, true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}

// want says in words what a type is.
func (k keyType) want() string {
	switch k {
	case typeBool:
		return "true or false"
	case typeInt:
		return "a whole number"
	case typeString:
		return "a string"
	case typeQuantity:
		return "a quantity"
	case typeList:
		return "a list"
	default:
		return "a map"
	}
}

// describe says what a value is without printing it: it may be a secret.
func describe(value any) string {
	switch value.(type) {
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	default:
		return "a number"
	}
}

// typeFix says how to write the value.
func typeFix(kind keyType, value any) string {
	text, isText := value.(string)
	_, isNumber := toFloat(value)
	switch {
	case kind == typeBool && isText && text != "":
		return "write true or false without quotes: a chart takes every text but the empty one as true"
	case kind == typeInt && isText:
		if _, err := strconv.Atoi(text); err == nil {
			return "write the number without quotes"
		}
	case kind == typeString && isNumber:
		return "put it in quotes: a number loses its trailing zeros"
	case kind == typeString && !isText:
		return "put it in quotes"
	}
	return fmt.Sprintf("write %s", kind.want())
}
