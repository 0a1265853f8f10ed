// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// converter makes values of nodes, in one pass, and collects what is wrong.
type converter struct {
	file     string
	limits   Limits
	findings *collector

	path    fieldPath
	depth   int
	secret  bool // the object is a Secret: its data must not be shown
	inAlias int
	aliased int
	expired bool // the alias budget is spent: nothing more is expanded
	active  map[*yaml.Node]bool
}

// report adds a finding at a node, with the field that the walk has reached.
func (c *converter) report(n *yaml.Node, code, problem, fix string) {
	c.findings.add(object.Finding{
		Code: code, Position: object.Position{File: c.file, Line: n.Line, Column: n.Column},
		Field: c.path.String(), Problem: problem, Fix: fix,
	})
}

// hidden says whether the walk is inside a Secret's data.
func (c *converter) hidden() bool {
	return c.secret && len(c.path) > 0 && (c.path[0].key == "data" || c.path[0].key == "stringData")
}

// value returns the value of a node. On a finding it returns nil for the part
// that is wrong.
func (c *converter) value(n *yaml.Node) any {
	if c.inAlias > 0 && !c.countAlias(n) {
		return nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return c.alias(n)
	case yaml.ScalarNode:
		return c.scalar(n)
	}
	if c.depth >= c.limits.MaxDepth {
		c.report(n, CodeDepth, fmt.Sprintf("maps and lists nest deeper than %d levels", c.limits.MaxDepth), "flatten the value")
		return nil
	}
	if tag := shortTag(n.Tag); tag != "" && tag != "!!map" && tag != "!!seq" {
		c.reportTag(n, tag)
		return nil
	}
	c.depth++
	defer func() { c.depth-- }()
	if n.Kind == yaml.SequenceNode {
		return c.sequence(n)
	}
	return c.mapping(n)
}

func (c *converter) sequence(n *yaml.Node) any {
	list := make([]any, len(n.Content))
	for i, child := range n.Content {
		c.path.pushIndex(i)
		list[i] = c.value(child)
		c.path.pop()
	}
	return list
}

func (c *converter) mapping(n *yaml.Node) map[string]any {
	m := make(map[string]any, len(n.Content)/2)
	merges := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		keyNode := n.Content[i]
		if shortTag(keyNode.Tag) == "!!merge" && keyNode.Kind == yaml.ScalarNode {
			merges = true
			continue
		}
		key, ok := c.key(keyNode)
		if !ok || c.inAlias > 0 && !c.countAlias(keyNode) {
			continue
		}
		if _, twice := m[key]; twice {
			c.reportTwice(n, keyNode, key)
			continue
		}
		c.path.push(key)
		m[key] = c.value(n.Content[i+1])
		c.path.pop()
	}
	if merges {
		c.merge(m, n)
	}
	return m
}

// merge lays the maps of the merge keys under m: keys that are there stay, and
// among several maps the first one counts.
func (c *converter) merge(m map[string]any, n *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if shortTag(n.Content[i].Tag) != "!!merge" {
			continue
		}
		sources := []*yaml.Node{n.Content[i+1]}
		if dealias(sources[0]).Kind == yaml.SequenceNode {
			sources = dealias(sources[0]).Content
		}
		for _, source := range sources {
			if dealias(source).Kind != yaml.MappingNode {
				c.report(source, CodeMergeKey, "the merge key << has "+kindName(dealias(source))+" as its value", "give it an alias of a map (<<: *name), or a list of such aliases")
				continue
			}
			merged, _ := c.value(source).(map[string]any)
			for key, value := range merged {
				if _, own := m[key]; !own {
					m[key] = value
				}
			}
		}
	}
}

func (c *converter) key(n *yaml.Node) (string, bool) {
	n = dealias(n)
	if n.Kind == yaml.ScalarNode {
		switch tag := shortTag(n.Tag); tag {
		case "!!str", "!!timestamp", "":
			return n.Value, true
		case "!!int", "!!float", "!!bool", "!!null":
		default:
			c.reportTag(n, tag)
			return "", false
		}
	}
	if n.Kind != yaml.ScalarNode || c.hidden() {
		c.report(n, CodeKeyType, "a key is "+typeOfNode(n)+", not a string", "write a string as the key, in quotes")
		return "", false
	}
	c.report(n, CodeKeyType, fmt.Sprintf("the key %s is %s, not a string", clip(n.Value), typeOfNode(n)), fmt.Sprintf("quote it: %q", clip(n.Value)))
	return "", false
}

func (c *converter) reportTwice(n, second *yaml.Node, key string) {
	if c.findings.full() {
		return
	}
	first := 0
	for i := 0; i+1 < len(n.Content); i += 2 {
		if dealias(n.Content[i]).Value == key {
			first = n.Content[i].Line
			break
		}
	}
	c.path.push(key)
	c.report(second, CodeDuplicateKey, fmt.Sprintf("the key %q is given twice, first in line %d", clip(key), first), "remove one of the two")
	c.path.pop()
}

func (c *converter) alias(n *yaml.Node) any {
	target := n.Alias
	if c.active[target] {
		c.report(n, CodeAlias, fmt.Sprintf("the alias *%s stands inside of its own anchor", n.Value), "write the value out")
		return nil
	}
	if c.active == nil {
		c.active = map[*yaml.Node]bool{}
	}
	c.active[target] = true
	c.inAlias++
	value := c.value(target)
	c.inAlias--
	delete(c.active, target)
	return value
}

// countAlias counts a node that an alias added, a long text as several, and
// says whether to go on.
func (c *converter) countAlias(n *yaml.Node) bool {
	c.aliased += 1 + len(n.Value)/64
	if c.aliased <= c.limits.MaxAliasExpansion {
		return true
	}
	if !c.expired {
		c.expired = true
		c.report(n, CodeAlias, fmt.Sprintf("the aliases of the file expand to more than %d values", c.limits.MaxAliasExpansion), "write the values out, or split the file")
	}
	return false
}

func (c *converter) reportTag(n *yaml.Node, tag string) {
	fix := "write the plain value"
	switch tag {
	case "!!binary":
		fix = "write the base64 text as a plain string, as Secret.data and ConfigMap.binaryData want it"
	case "!vault", "!sops":
		fix = "decrypt before the build, or keep the value in a Secret outside of Git"
	}
	c.report(n, CodeTag, fmt.Sprintf("the YAML tag %s cannot be resolved", clip(tag)), fix)
}

// shortTag returns a tag in its short form: !!str.
func shortTag(tag string) string {
	if rest, ok := strings.CutPrefix(tag, "tag:yaml.org,2002:"); ok {
		return "!!" + rest
	}
	return tag
}

// clip shortens text for a message.
func clip(text string) string {
	if len(text) <= 60 {
		return text
	}
	return strings.ToValidUTF8(text[:60], "") + "…"
}
