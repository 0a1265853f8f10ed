// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// emit writes the Platform. The order is that of a reader: what it is, where it
// starts, what it sets.
func (a *adopter) emit(c *candidate) ([]byte, error) {
	spec := &yaml.Node{Kind: yaml.MappingNode}
	put := func(key string, value any, comment string) error {
		if value == nil {
			return nil
		}
		node := &yaml.Node{}
		if err := node.Encode(value); err != nil {
			return err
		}
		name := &yaml.Node{}
		name.SetString(key)
		name.HeadComment = comment
		spec.Content = append(spec.Content, name, node)
		return nil
	}
	in := a.input.spec
	entries := []struct {
		key, comment string
		value        any
	}{
		{key: "version", value: a.chart.String()},
		{key: "profile", value: string(c.profile)},
		{key: "releaseName", value: orNil(a.platform.Spec.ReleaseName)},
		{key: "fluxNamespace", value: in["fluxNamespace"]},
		{key: "charts", value: in["charts"]},
		{key: "interval", value: in["interval"]},
		{key: "timeout", value: in["timeout"]},
		{key: "suspend", value: in["suspend"]},
		{key: "serviceAccountName", value: in["serviceAccountName"]},
		{key: "kubeConfig", value: in["kubeConfig"]},
		{key: "components", value: orEmpty(c.components)},
		{key: "values", value: orEmpty(c.raw), comment: rawComment(c)},
		{key: "valuesFrom", value: a.valuesFrom(), comment: a.secretComment()},
		{key: "drift", value: a.drift(c)},
	}
	for _, e := range entries {
		if err := put(e.key, e.value, e.comment); err != nil {
			return nil, err
		}
	}
	var body strings.Builder
	fmt.Fprintf(&body, "apiVersion: %s\nkind: Platform\n", apiVersion)
	metadata, err := encode(map[string]any{"metadata": map[string]any{"name": a.platform.Name, "namespace": a.platform.Namespace}}, defaultIndent)
	if err != nil {
		return nil, err
	}
	root := &yaml.Node{Kind: yaml.MappingNode}
	name := &yaml.Node{}
	name.SetString("spec")
	root.Content = []*yaml.Node{name, spec}
	text, err := encode(root, defaultIndent)
	if err != nil {
		return nil, err
	}
	return []byte(body.String() + metadata + text), nil
}

func rawComment(c *candidate) string {
	removed := false
	for _, value := range flat(c.raw) {
		removed = removed || value == nil
	}
	comment := "# What no typed field says."
	if removed {
		comment += " A null takes away what the profile sets."
	}
	return comment
}

func flat(in map[string]any) []any {
	var out []any
	for _, key := range sortedKeys(in) {
		if below, ok := in[key].(map[string]any); ok {
			out = append(out, flat(below)...)
		} else {
			out = append(out, in[key])
		}
	}
	return out
}

func (a *adopter) valuesFrom() any {
	list, _ := a.input.spec["valuesFrom"].([]any)
	list = append(slices.Clone(list), a.references...)
	if len(list) == 0 {
		return nil
	}
	return list
}

func (a *adopter) secretComment() string {
	if len(a.references) == 0 {
		return ""
	}
	return "# Secrets do not belong in Git: make this one by hand before the first rollout."
}

// drift returns the drift settings, but for what the profile says itself.
func (a *adopter) drift(c *candidate) any {
	drift, ok := a.input.spec["drift"].(map[string]any)
	if !ok {
		return nil
	}
	profile := v1alpha1.DriftWarn
	if c.profile == v1alpha1.ProfileProd {
		profile = v1alpha1.DriftEnabled
	}
	if drift["mode"] == string(profile) && len(drift) == 1 {
		return nil
	}
	return drift
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func orEmpty(m map[string]any) any {
	if len(m) == 0 {
		return nil
	}
	return m
}
