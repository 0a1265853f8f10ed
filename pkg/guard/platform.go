// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

const (
	natsAddress        = "dynamo-operator.natsAddr"
	etcdAddress        = "dynamo-operator.etcdAddr"
	discoveryBackend   = "dynamo-operator.discoveryBackend"
	restrictionEnabled = "dynamo-operator.namespaceRestriction.enabled"
	restrictionTarget  = "dynamo-operator.namespaceRestriction.targetNamespace"
	natsTLS            = "nats.config.nats.tls.enabled"
	etcdReplicas       = "etcd.replicaCount"
	natsCluster        = "nats.config.cluster.enabled"
	natsReplicas       = "nats.config.cluster.replicas"
	jetStream          = "nats.config.jetstream."
	fileStore          = "nats.config.jetstream.fileStore."
)

// platform is a Platform of one plan with the questions that the rules ask.
// Paths are dotted; none of the keys in question holds a dot.
type platform struct {
	*pipeline.PlatformPlan
	spec  v1alpha1.Platform
	chart *chart.Version
}

// value returns the effective value: given, or the chart's default.
func (p *platform) value(path string) (any, bool) {
	keys := strings.Split(path, ".")
	if p.chart == nil {
		return values.Get(p.Values, keys...)
	}
	return p.chart.Value(p.Values, keys...)
}

// given says whether profile, components or raw values set the value.
func (p *platform) given(path string) bool {
	value, ok := values.Get(p.Values, strings.Split(path, ".")...)
	return ok && value != nil
}

func (p *platform) text(path string) string {
	value, _ := p.value(path)
	text, _ := value.(string)
	return text
}

func (p *platform) flag(path string) bool {
	value, _ := p.value(path)
	flag, _ := value.(bool)
	return flag
}

// number returns the value as a whole number, or the fallback.
func (p *platform) number(path string, fallback int64) int64 {
	value, _ := p.value(path)
	if number, ok := values.WholeNumber(value); ok {
		return number
	}
	return fallback
}

// size returns the value as a quantity of bytes.
func (p *platform) size(path string) (resource.Quantity, bool) {
	value, _ := p.value(path)
	if number, ok := values.WholeNumber(value); ok {
		return *resource.NewQuantity(number, resource.BinarySI), true
	}
	text, ok := value.(string)
	if !ok || text == "" {
		return resource.Quantity{}, false
	}
	quantity, err := resource.ParseQuantity(text)
	return quantity, err == nil
}

// jetStreamLimit returns how much JetStream may store: the limit, or else the
// claim.
func (p *platform) jetStreamLimit(part string) (resource.Quantity, bool) {
	if limit, ok := p.size(jetStream + part + ".maxSize"); ok {
		return limit, true
	}
	return p.size(jetStream + part + ".pvc.size")
}

func (p *platform) atLeast(version string) bool { return p.chart != nil && p.chart.AtLeast(version) }

func (p *platform) below(version string) bool { return p.chart != nil && !p.chart.AtLeast(version) }

func (p *platform) installs(part chart.Part) bool {
	return p.chart != nil && p.chart.Installs(p.Values, part)
}

func (p *platform) integrates(part chart.Part) bool {
	return p.chart != nil && p.chart.Integrates(p.Values, part)
}

// cluster names the cluster that the release goes to; empty for the one that
// the HelmRelease lives in.
func (p *platform) cluster() string {
	config := p.spec.Spec.KubeConfig
	if config == nil {
		return ""
	}
	return generate.FluxNamespace(&p.spec) + "/" + config.Name + "/" + config.Key
}

// watches says whether the Platform's operator takes care of a namespace.
func (p *platform) watches(namespace string) bool {
	if !p.installs(chart.PartOperator) {
		return false
	}
	return !p.flag(restrictionEnabled) || p.watched() == namespace
}

// watched returns the namespace of a restricted operator.
func (p *platform) watched() string {
	if target := p.text(restrictionTarget); target != "" {
		return target
	}
	return p.Release.Namespace
}

// blame returns the place that makes a value what it is in the plan after: the
// first of the paths that the Platform's raw values hold, else the typed field,
// else the field that chose the values: version where that changed the chart's
// default, or the profile.
func (p *platform) blame(typed string, paths ...string) Place {
	for _, path := range paths {
		for _, origin := range p.Origins {
			if origin.Path != path || !p.given(path) {
				continue
			}
			switch origin.Layer {
			case generate.LayerValues:
				return at(p.Source, "spec.values."+path)
			case generate.LayerComponents:
				return at(p.Source, "spec."+typed)
			case generate.LayerProfile:
				return at(p.Source, p.profileField())
			}
		}
	}
	return at(p.Source, "spec.version")
}

func (p *platform) profileField() string {
	if p.spec.Spec.Overlay != "" {
		return "spec.overlay"
	}
	return "spec.profile"
}

// text returns the string at a path, or nothing.
func text(content map[string]any, path ...string) string {
	value, _ := values.Get(content, path...)
	text, _ := value.(string)
	return text
}

// items returns the maps of the list at a path.
func items(content map[string]any, path ...string) []map[string]any {
	value, _ := values.Get(content, path...)
	list, _ := value.([]any)
	var maps []map[string]any
	for _, item := range list {
		if fields, ok := item.(map[string]any); ok {
			maps = append(maps, fields)
		}
	}
	return maps
}
