// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// rule bounds the value of one field, as its schema does. The zero rule allows
// everything.
type rule struct {
	enum     []string
	pattern  *regexp.Regexp
	example  string // shown where the pattern does not match
	minimum  int64
	maximum  int64 // 0: none
	bounded  bool  // minimum counts
	nonEmpty bool  // strings, lists and maps have at least one element
	maxLen   int
	object   bool // free-form values that must be a map
}

// check reports a value of the right type that the rule does not allow.
func (r rule) check(value any, add func(code, problem, fix string)) {
	switch v := value.(type) {
	case string:
		r.text(v, add)
	case int64:
		r.number(v, add)
	case float64:
		r.number(int64(v), add)
	case []any:
		r.size(len(v), "the list", add)
	case map[string]any:
		r.size(len(v), "the map", add)
	}
	if _, isMap := value.(map[string]any); r.object && !isMap {
		add(CodeType, "the field wants a map and is "+typeOf(value), "write key: value pairs")
	}
}

func (r rule) text(value string, add func(code, problem, fix string)) {
	switch {
	case r.enum != nil:
		for _, allowed := range r.enum {
			if value == allowed {
				return
			}
		}
		fix := "use " + strings.Join(r.enum, ", ")
		if near := Nearest(value, r.enum); near != "" {
			fix = "did you mean " + near + "?"
		}
		add(CodeValue, fmt.Sprintf("%q is not one of %s", clip(value), strings.Join(r.enum, ", ")), fix)
	case r.nonEmpty && value == "":
		add(CodeValue, "the value is empty", "give it a value")
	case r.maxLen > 0 && utf8.RuneCountInString(value) > r.maxLen:
		add(CodeValue, fmt.Sprintf("the value has %d characters, more than %d", utf8.RuneCountInString(value), r.maxLen), "shorten it")
	case r.pattern != nil && !r.pattern.MatchString(value):
		add(CodeValue, fmt.Sprintf("%q is malformed", clip(withoutUserinfo(value))), "write it like "+r.example)
	}
}

// withoutUserinfo hides the credentials of a URL.
func withoutUserinfo(value string) string {
	scheme, rest, isURL := strings.Cut(value, "://")
	at := strings.LastIndexByte(rest, '@')
	if !isURL || at < 0 {
		return value
	}
	return scheme + "://***" + rest[at:]
}

func (r rule) number(value int64, add func(code, problem, fix string)) {
	switch {
	case r.bounded && value < r.minimum:
		add(CodeValue, fmt.Sprintf("%d is below the minimum of %d", value, r.minimum), fmt.Sprintf("use %d or more", r.minimum))
	case r.maximum > 0 && value > r.maximum:
		add(CodeValue, fmt.Sprintf("%d is above the maximum of %d", value, r.maximum), fmt.Sprintf("use %d or less", r.maximum))
	}
}

func (r rule) size(length int, what string, add func(code, problem, fix string)) {
	if r.nonEmpty && length == 0 {
		add(CodeValue, what+" is empty", "add at least one entry")
	}
}

// The patterns of the schema, with the limits of the kinds.
const (
	versionPattern    = `^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`
	graphPattern      = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`
	releasePattern    = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	chartsPattern     = `^(https?|oci)://.+$`
	kubernetesPattern = `^v?1\.\d+(\.\d+)?([-+].*)?$`
	natsPattern       = `^(nats|tls|ws|wss)://[^@\s]+$`
	etcdPattern       = `^https?://[^@\s]+$`
	maxReleaseName    = 43
)

// fieldRules returns the rules of a struct's fields by their JSON names.
func fieldRules(typ reflect.Type) map[string]rule {
	graph := rule{pattern: regexp.MustCompile(graphPattern), example: "inference/llama-70b"}
	filled := rule{nonEmpty: true}
	object := rule{object: true}
	switch typ {
	case reflect.TypeFor[v1alpha1.PlatformSpec]():
		return map[string]rule{
			"version": {pattern: regexp.MustCompile(versionPattern), example: "0.9.0: an exact version without a v"},
			"profile": {enum: []string{"dev", "test", "prod"}},
			"releaseName": {pattern: regexp.MustCompile(releasePattern), maxLen: maxReleaseName,
				example: "dynamo-platform: lower-case letters, digits and '-'"},
			"values": object,
		}
	case reflect.TypeFor[v1alpha1.Charts]():
		return map[string]rule{"url": {pattern: regexp.MustCompile(chartsPattern), example: "https://charts.example.com or oci://registry.example.com/charts"}}
	case reflect.TypeFor[v1alpha1.KubernetesFacts]():
		return map[string]rule{"version": {pattern: regexp.MustCompile(kubernetesPattern), example: "1.31 or 1.31.4"}}
	case reflect.TypeFor[v1alpha1.ValuesReference]():
		return map[string]rule{"kind": {enum: []string{"Secret", "ConfigMap"}}, "name": filled}
	case reflect.TypeFor[v1alpha1.Route]():
		return map[string]rule{
			"name": filled, "host": filled, "type": {enum: []string{"ingress", "istio"}}, "graph": graph,
			"port": {bounded: true, minimum: 1, maximum: 65535},
		}
	case reflect.TypeFor[v1alpha1.Drift]():
		return map[string]rule{"mode": {enum: []string{"disabled", "warn", "enabled"}}}
	case reflect.TypeFor[v1alpha1.DriftIgnore]():
		return map[string]rule{"paths": filled}
	case reflect.TypeFor[v1alpha1.Worker]():
		return map[string]rule{"graph": graph, "component": filled}
	case reflect.TypeFor[v1alpha1.WorkerPoolSpec]():
		return map[string]rule{"nodeSelector": filled}
	case reflect.TypeFor[v1alpha1.Range]():
		return map[string]rule{"min": {bounded: true}, "max": {bounded: true}}
	case reflect.TypeFor[v1alpha1.GPU]():
		return map[string]rule{"perNode": {bounded: true, minimum: 1}, "migStrategy": {enum: []string{"none", "single", "mixed"}}}
	case reflect.TypeFor[v1alpha1.ModelSpec]():
		return map[string]rule{"modelName": filled}
	case reflect.TypeFor[v1alpha1.Adapter]():
		return map[string]rule{"name": filled, "type": {enum: []string{"lora", "adapter"}}}
	case reflect.TypeFor[v1alpha1.PlatformReference](), reflect.TypeFor[v1alpha1.SecretKeyReference](), reflect.TypeFor[v1alpha1.EnvVar]():
		return map[string]rule{"name": filled}
	default:
		return componentRules(typ, object)
	}
}

// componentRules returns the rules of the fields of Components.
func componentRules(typ reflect.Type, object rule) map[string]rule {
	one := rule{bounded: true, minimum: 1}
	switch typ {
	case reflect.TypeFor[v1alpha1.Operator]():
		return map[string]rule{"replicas": {bounded: true}, "discoveryBackend": {enum: []string{"kubernetes", "etcd"}}, "affinity": object}
	case reflect.TypeFor[v1alpha1.Image]():
		return map[string]rule{"pullPolicy": {enum: []string{"Always", "IfNotPresent", "Never"}}}
	case reflect.TypeFor[v1alpha1.Webhook]():
		return map[string]rule{"failurePolicy": {enum: []string{"Fail", "Ignore"}}, "timeoutSeconds": {bounded: true, minimum: 1, maximum: 30}}
	case reflect.TypeFor[v1alpha1.NATS]():
		return map[string]rule{"address": {pattern: regexp.MustCompile(natsPattern), example: "nats://nats.example.com:4222, without credentials"}, "replicas": one, "affinity": object}
	case reflect.TypeFor[v1alpha1.Etcd]():
		return map[string]rule{"address": {pattern: regexp.MustCompile(etcdPattern), example: "https://etcd.example.com:2379, without credentials"}, "replicas": one, "affinity": object}
	case reflect.TypeFor[v1alpha1.Scheduler]():
		return map[string]rule{"affinity": object}
	default:
		return nil
	}
}

// structRule checks fields of a struct against each other.
type structRule func(d *typedDecoder, content map[string]any)

func structRuleOf(typ reflect.Type) structRule {
	switch typ {
	case reflect.TypeFor[v1alpha1.PlatformSpec]():
		return profileOrOverlay
	case reflect.TypeFor[v1alpha1.Range]():
		return minBelowMax
	case reflect.TypeFor[v1alpha1.ModelSpec]():
		return uniqueAdapters
	default:
		return nil
	}
}

func profileOrOverlay(d *typedDecoder, content map[string]any) {
	_, profile := content["profile"]
	_, overlay := content["overlay"]
	if profile && overlay {
		d.path.push("overlay")
		d.add(CodeExclusive, "spec has both profile and overlay", "remove one of the two")
		d.path.pop()
	}
}

func minBelowMax(d *typedDecoder, content map[string]any) {
	least, hasMin := content["min"].(int64)
	most, hasMax := content["max"].(int64)
	if hasMin && hasMax && cmp.Compare(least, most) > 0 {
		d.path.push("max")
		d.add(CodeExclusive, fmt.Sprintf("max %d is below min %d", most, least), "raise max or lower min")
		d.path.pop()
	}
}

func uniqueAdapters(d *typedDecoder, content map[string]any) {
	adapters, _ := content["adapters"].([]any)
	seen := make(map[string]int, len(adapters))
	for i, adapter := range adapters {
		entry, _ := adapter.(map[string]any)
		name, ok := entry["name"].(string)
		if !ok {
			continue
		}
		if first, twice := seen[name]; twice {
			d.path.push("adapters")
			d.path.pushIndex(i)
			d.path.push("name")
			d.add(CodeExclusive, fmt.Sprintf("adapters[%d] has the name %q already", first, clip(name)), "give each adapter a name of its own")
			d.path = d.path[:len(d.path)-3]
			continue
		}
		seen[name] = i
	}
}
