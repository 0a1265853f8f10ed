// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// input is what a file says about a release.
type input struct {
	version, name, namespace string
	values                   map[string]any
	// spec holds the fields of the Platform's spec that come from the manifest
	// itself.
	spec     map[string]any
	findings []object.Finding
	file     string
	document config.Document
}

// note adds a finding about a field of the manifest.
func (in *input) note(code string, severity object.Severity, field, problem, fix string) {
	in.findings = append(in.findings, object.Finding{
		Code: code, Severity: severity, Position: in.document.Position, Field: field, Problem: problem, Fix: fix,
	})
}

// readInput decodes a values file, a HelmRelease or an Application.
func readInput(o FromOptions) (*input, error) {
	docs, err := config.Documents(o.File, o.Data, config.Limits{})
	if err != nil {
		return nil, err
	}
	in := &input{file: o.File, spec: map[string]any{}, values: map[string]any{}}
	var releases, rest []config.Document
	for _, d := range docs {
		content, _ := d.Value.(map[string]any)
		switch kindOf(content) {
		case "HelmRelease", "Application":
			releases = append(releases, d)
		default:
			rest = append(rest, d)
		}
	}
	switch {
	case len(releases) > 1:
		releases = slices.DeleteFunc(releases, func(d config.Document) bool { return !isOurs(d.Value.(map[string]any)) })
	}
	switch {
	case len(releases) == 1:
		in.document = releases[0]
		content := releases[0].Value.(map[string]any)
		if kindOf(content) == "Application" {
			err = in.application(content)
		} else {
			err = in.release(content, rest)
		}
		return in, err
	case len(releases) == 0 && len(rest) == 1:
		in.document = rest[0]
		content, ok := rest[0].Value.(map[string]any)
		if ok && kindOf(content) == "" {
			in.values = content
			return in, nil
		}
	case len(docs) == 0:
		return in, nil
	}
	return nil, in.refuse("", "the file is neither one values file nor one HelmRelease or Argo CD Application of "+generate.PlatformChart,
		"give one of these, a file for each release")
}

func (in *input) refuse(field, problem, fix string) error {
	return object.NewFindingsError(object.Finding{Code: CodeInput, Severity: object.SeverityError,
		Position: object.Position{File: in.file, Line: in.document.Position.Line}, Field: field, Problem: problem, Fix: fix})
}

// kindOf returns the kind of an object of Flux, Argo CD or Kubernetes, empty
// for what is no object.
func kindOf(content map[string]any) string {
	version, _ := content["apiVersion"].(string)
	kind, _ := content["kind"].(string)
	if version == "" {
		return ""
	}
	return kind
}

func isOurs(content map[string]any) bool {
	if kindOf(content) == "Application" {
		return len(chartSources(content)) > 0
	}
	return follow(content, []step{"spec", "chart", "spec", "chart"}) == generate.PlatformChart
}

func textAt(m map[string]any, keys ...string) string {
	text, _ := follow(m, steps(keys)).(string)
	return text
}

// release reads a HelmRelease.
func (in *input) release(content map[string]any, rest []config.Document) error {
	if !isOurs(content) {
		return in.refuse("spec.chart.spec.chart", "the HelmRelease is not one of the chart "+generate.PlatformChart,
			"give the release of "+generate.PlatformChart+", or its values file together with the version")
	}
	in.version = textAt(content, "spec", "chart", "spec", "version")
	own, target := textAt(content, "metadata", "namespace"), textAt(content, "spec", "targetNamespace")
	in.name, in.namespace = textAt(content, "metadata", "name"), own
	if target != "" {
		in.namespace = target
		if own != "" && own != target {
			in.spec["fluxNamespace"] = own
		}
	}
	switch release := textAt(content, "spec", "releaseName"); {
	case release != "" && release != in.name:
		in.spec["releaseName"] = release
	case release == "" && target != "":
		in.spec["releaseName"] = target + "-" + in.name
	}
	spec, _ := content["spec"].(map[string]any)
	for _, key := range []string{"interval", "timeout", "suspend", "serviceAccountName", "valuesFrom"} {
		if value, ok := spec[key]; ok {
			in.spec[key] = value
		}
	}
	if ref := follow(spec, []step{"kubeConfig", "secretRef"}); ref != nil {
		in.spec["kubeConfig"] = ref
	}
	in.drift(spec)
	in.dropped(spec)
	in.repository(textAt(content, "spec", "chart", "spec", "sourceRef", "name"), rest)
	if below, ok := spec["values"].(map[string]any); ok {
		in.values = below
	}
	return nil
}

// drift reads how drift is treated.
func (in *input) drift(spec map[string]any) {
	detection, ok := spec["driftDetection"].(map[string]any)
	if !ok {
		in.spec["drift"] = map[string]any{"mode": "disabled"}
		return
	}
	drift := map[string]any{"mode": "disabled"}
	if mode, ok := detection["mode"]; ok {
		drift["mode"] = mode
	}
	if ignore, ok := detection["ignore"]; ok {
		drift["ignore"] = ignore
	}
	in.spec["drift"] = drift
}

// dropped names what a Platform has no field for.
func (in *input) dropped(spec map[string]any) {
	known := []string{"interval", "timeout", "suspend", "serviceAccountName", "valuesFrom", "kubeConfig", "driftDetection", "values",
		"chart", "releaseName", "targetNamespace", "storageNamespace", "install", "upgrade", "dependsOn"}
	for _, key := range sortedKeys(spec) {
		if !slices.Contains(known, key) {
			in.note(CodeDropped, object.SeverityWarning, "spec."+key, "a Platform has no field for spec."+key, "keep it in an overlay of your own (spec.overlay)")
		}
	}
	for _, key := range []string{"install", "upgrade", "dependsOn", "storageNamespace"} {
		if _, ok := spec[key]; ok {
			in.note(CodeDropped, object.SeverityInfo, "spec."+key, "spec."+key+" comes from the profile now",
				"compare it with the generated HelmRelease, and use an overlay of your own where it matters")
		}
	}
}

// repository takes the address of the charts from a source in the same file.
func (in *input) repository(name string, rest []config.Document) {
	for _, d := range rest {
		content, _ := d.Value.(map[string]any)
		url := textAt(content, "spec", "url")
		if kindOf(content) == "HelmRepository" && textAt(content, "metadata", "name") == name && url != "" {
			in.charts(url, textAt(content, "spec", "secretRef", "name"))
			return
		}
	}
}

func (in *input) charts(url, secret string) {
	charts := map[string]any{}
	if strings.TrimSuffix(url, "/") != generate.DefaultChartsURL {
		charts["url"] = withoutUser(url)
		if charts["url"] != url {
			in.note(CodeSecret, object.SeverityWarning, "", "the address of the charts holds credentials, which were left out",
				"make a Secret with username and password and name it in spec.charts.secretName")
		}
	}
	if secret != "" {
		charts["secretName"] = secret
	}
	if len(charts) > 0 {
		in.spec["charts"] = charts
	}
}

func withoutUser(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	host, tail, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(host, '@'); ok && at >= 0 {
		return scheme + "://" + host[at+1:] + "/" + tail
	}
	return url
}

// chartSources returns the sources of an Application that are our chart.
func chartSources(content map[string]any) []map[string]any {
	all, _ := follow(content, []step{"spec", "sources"}).([]any)
	if one, ok := follow(content, []step{"spec", "source"}).(map[string]any); ok {
		all = append(all, one)
	}
	var out []map[string]any
	for _, item := range all {
		source, _ := item.(map[string]any)
		if source["chart"] == generate.PlatformChart {
			out = append(out, source)
		}
	}
	return out
}

// application reads an Argo CD Application.
func (in *input) application(content map[string]any) error {
	sources := chartSources(content)
	if len(sources) != 1 {
		return in.refuse("spec.source", "the Application has no source, or several, of the chart "+generate.PlatformChart,
			"give an Application with one source of it")
	}
	source := sources[0]
	in.version = textAt(source, "targetRevision")
	in.name, in.namespace = textAt(content, "metadata", "name"), textAt(content, "spec", "destination", "namespace")
	if release := textAt(source, "helm", "releaseName"); release != "" && release != in.name {
		in.spec["releaseName"] = release
	}
	if url := textAt(source, "repoURL"); url != "" {
		if !strings.Contains(url, "://") {
			url = "oci://" + url
		}
		in.charts(url, "")
	}
	helm, _ := source["helm"].(map[string]any)
	for _, key := range []string{"valueFiles", "fileParameters"} {
		if helm[key] != nil {
			in.note(CodeDropped, object.SeverityWarning, "spec.source.helm."+key, "files named in "+key+" were not read",
				"put their values into the Application first, or give the merged values file")
		}
	}
	below, err := in.inlineValues(helm)
	if err != nil {
		return err
	}
	in.values = below
	return in.parameters(helm)
}

// inlineValues reads valuesObject, or else the text in values.
func (in *input) inlineValues(helm map[string]any) (map[string]any, error) {
	if below, ok := helm["valuesObject"].(map[string]any); ok && len(below) > 0 {
		return values.Clone(below), nil
	}
	text, _ := helm["values"].(string)
	if strings.TrimSpace(text) == "" {
		return map[string]any{}, nil
	}
	docs, err := config.Documents(in.file, []byte(text), config.Limits{})
	if err == nil && len(docs) == 1 {
		if below, ok := docs[0].Value.(map[string]any); ok {
			return below, nil
		}
	}
	return nil, in.refuse("spec.source.helm.values", "the text is not the YAML of one map", "mend it")
}

// parameters lays the parameters over the values, as helm --set does.
func (in *input) parameters(helm map[string]any) error {
	list, _ := helm["parameters"].([]any)
	for i, item := range list {
		parameter, _ := item.(map[string]any)
		name, _ := parameter["name"].(string)
		value, _ := parameter["value"].(string)
		keys, ok := parameterPath(name)
		if !ok || strings.HasPrefix(value, "{") {
			return in.refuse(fmt.Sprintf("spec.source.helm.parameters[%d]", i), "the parameter sets an item of a list or a list, which is not read",
				"write it in valuesObject")
		}
		var typed any = value
		if parameter["forceString"] != true {
			typed = scalarOf(value)
		}
		values.Set(in.values, typed, keys...)
	}
	return nil
}

// parameterPath splits a name at the dots that are not escaped.
func parameterPath(name string) ([]string, bool) {
	var keys []string
	key := ""
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '\\' && i+1 < len(name):
			i++
			key += string(name[i])
		case c == '.':
			keys, key = append(keys, key), ""
		case c == '[' || c == ',' || c == '=':
			return nil, false
		default:
			key += string(c)
		}
	}
	keys = append(keys, key)
	return keys, !slices.Contains(keys, "")
}

// scalarOf types a parameter's text as Helm does.
func scalarOf(text string) any {
	switch text {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	case "0":
		return int64(0)
	}
	if !strings.HasPrefix(text, "0") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	}
	return text
}

// group of the Platform that is written.
const apiVersion = v1alpha1.Group + "/v1alpha1"
