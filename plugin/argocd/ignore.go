// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// ignoreDifferences translates the drift rules of a HelmRelease. Those select by
// regular expressions, which Argo CD has in jq expressions only. Problems are
// rules that have no counterpart.
func ignoreDifferences(spec map[string]any) (rules []any, problems []string) {
	all, _ := values.Get(spec, "driftDetection", "ignore")
	list, _ := all.([]any)
	for _, entry := range list {
		rule, _ := entry.(map[string]any)
		target, _ := rule["target"].(map[string]any)
		condition, err := conditions(target)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		var expressions []any
		paths, _ := rule["paths"].([]any)
		for _, p := range paths {
			pointer, _ := p.(string)
			expressions = append(expressions, condition+jqPath(pointer))
		}
		rules = append(rules, map[string]any{
			"group": literal(target, "group"), "kind": literal(target, "kind"), "jqPathExpressions": expressions,
		})
	}
	return rules, problems
}

// plain matches regular expressions that match only themselves.
func plain(text string) bool { return regexp.MustCompile(`^[A-Za-z0-9-]+$`).MatchString(text) }

// literal is a group or kind of a rule, "*" where only the expression can tell.
func literal(target map[string]any, field string) string {
	text, given := target[field].(string)
	switch {
	case given && field == "group" && plain(strings.ReplaceAll(text, ".", "")):
		return text
	case given && plain(text):
		return text
	case !given && field == "group" && plain(fmt.Sprint(target["kind"])) && target["kind"] != nil && isCore(fmt.Sprint(target["kind"])):
		return ""
	default:
		return "*"
	}
}

// isCore names the kinds of the core group that rules speak of without a group.
func isCore(kind string) bool {
	return kind == "Secret" || kind == "ConfigMap" || kind == "Service"
}

// conditions is a jq filter for what group and kind of a rule do not say, with
// the pipe that leads on to a path; empty for none.
func conditions(target map[string]any) (string, error) {
	var all []string
	add := func(path, pattern string) {
		all = append(all, fmt.Sprintf("(%s | test(%s))", path, strconv.Quote("^(?:"+pattern+")$")))
	}
	for _, field := range []struct{ key, path string }{
		{"kind", ".kind"}, {"name", ".metadata.name"}, {"namespace", `(.metadata.namespace // "")`},
	} {
		pattern, _ := target[field.key].(string)
		if pattern != "" && (field.key != "kind" || literal(target, "kind") == "*") {
			add(field.path, pattern)
		}
	}
	if group, _ := target["group"].(string); group != "" && literal(target, "group") == "*" {
		add(`(.apiVersion | split("/") | if length > 1 then .[0] else "" end)`, group)
	}
	for _, field := range []struct{ key, path string }{
		{"labelSelector", ".metadata.labels"}, {"annotationSelector", ".metadata.annotations"},
	} {
		text, _ := target[field.key].(string)
		if text == "" {
			continue
		}
		for _, term := range strings.Split(text, ",") {
			key, value, ok := strings.Cut(strings.Replace(term, "==", "=", 1), "=")
			if !ok || strings.ContainsAny(term, "!() ") {
				return "", fmt.Errorf("the %s of a rule has no counterpart in Argo CD", field.key)
			}
			all = append(all, fmt.Sprintf("(%s[%s] == %s)", field.path, strconv.Quote(key), strconv.Quote(value)))
		}
	}
	if len(all) == 0 {
		return "", nil
	}
	return "select(" + strings.Join(all, " and ") + ") | ", nil
}

// jqPath turns a JSON pointer into a path of jq.
func jqPath(pointer string) string {
	var b strings.Builder
	b.WriteString(".")
	for _, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		if n, err := strconv.Atoi(part); err == nil && n >= 0 {
			fmt.Fprintf(&b, "[%d]?", n)
			continue
		}
		fmt.Fprintf(&b, "[%s]?", strconv.Quote(part))
	}
	return b.String()
}
