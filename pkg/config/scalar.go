// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scalar returns the value of a scalar node by its resolved tag.
func (c *converter) scalar(n *yaml.Node) any {
	switch tag := shortTag(n.Tag); tag {
	case "!!str", "!!timestamp", "!!merge", "":
		return n.Value
	case "!!null":
		return nil
	case "!!bool":
		return c.boolean(n)
	case "!!int":
		return c.integer(n)
	case "!!float":
		return c.decimal(n)
	default:
		c.reportTag(n, tag)
		return nil
	}
}

func (c *converter) boolean(n *yaml.Node) any {
	switch n.Value {
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
		return false
	}
	return c.tagged(n)
}

func (c *converter) integer(n *yaml.Node) any {
	plain := n.Value
	if strings.Contains(plain, "_") {
		plain = strings.ReplaceAll(plain, "_", "")
	}
	if i, err := strconv.ParseInt(plain, 0, 64); err == nil {
		return i
	}
	return c.tagged(n)
}

func (c *converter) decimal(n *yaml.Node) any {
	if isDigits(n.Value) && n.Style&yaml.TaggedStyle == 0 {
		c.reportNumber(n)
		return nil
	}
	if f, err := strconv.ParseFloat(n.Value, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
		return f
	}
	return c.tagged(n)
}

// tagged leaves the rare forms to the parser: 0o17, 1_000.5, .inf, !!int "3".
func (c *converter) tagged(n *yaml.Node) any {
	var v any
	if err := n.Decode(&v); err != nil {
		c.report(n, CodeType, fmt.Sprintf("the value does not fit its tag %s", shortTag(n.Tag)), "remove the tag or correct the value")
		return nil
	}
	switch v := v.(type) {
	case int:
		return int64(v)
	case int64, bool, string, nil:
		return v
	case float64:
		if !math.IsInf(v, 0) && !math.IsNaN(v) {
			return v
		}
	}
	c.reportNumber(n)
	return nil
}

func (c *converter) reportNumber(n *yaml.Node) {
	what := "the number"
	if !c.hidden() {
		what += " " + clip(n.Value)
	}
	c.report(n, CodeNumber, what+" is not finite or does not fit into 64 bits", "use a smaller number, or quote it if it is meant as text")
}

// isDigits says whether text is a whole number in decimal digits.
func isDigits(text string) bool {
	digits := strings.TrimLeft(text, "+-")
	return digits != "" && strings.Trim(digits, "0123456789_") == ""
}

// typeOfNode names the type of a node with its article.
func typeOfNode(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		return kindName(n)
	}
	switch shortTag(n.Tag) {
	case "!!int":
		return "an integer"
	case "!!float":
		return "a decimal number"
	case "!!bool":
		return "a boolean"
	case "!!null":
		return "null"
	default:
		return "a string"
	}
}
