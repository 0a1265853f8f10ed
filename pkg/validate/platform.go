// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// The parts of the chart, as Chart.Installs names them.
const (
	partOperator = "operator"
	partNATS     = "nats"
	partEtcd     = "etcd"
	partGrove    = "grove"
	partKAI      = "kai-scheduler"
)

// platform is a Platform with the questions that the rules ask. Paths are
// dotted; none of the keys in question holds a dot.
type platform struct {
	*Platform
	issues []locatedIssue
}

// value returns the effective value: given, or the chart's default.
func (p *platform) value(path string) (any, bool) {
	keys := strings.Split(path, ".")
	if p.Chart == nil {
		return values.Get(p.Values, keys...)
	}
	return p.Chart.Value(p.Values, keys...)
}

// given returns the value that profile, components or raw values set, without
// the chart's defaults.
func (p *platform) given(path string) (any, bool) {
	value, ok := values.Get(p.Values, strings.Split(path, ".")...)
	return value, ok && value != nil
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

// number returns the value as a whole number; ok is false for anything else.
func (p *platform) number(path string) (int64, bool) {
	value, _ := p.value(path)
	return values.WholeNumber(value)
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

// list returns the maps of the list at the path.
func (p *platform) list(path string) []map[string]any {
	value, _ := p.value(path)
	items, _ := value.([]any)
	var maps []map[string]any
	for _, item := range items {
		if fields, ok := item.(map[string]any); ok {
			maps = append(maps, fields)
		}
	}
	return maps
}

func (p *platform) atLeast(version string) bool {
	return p.Chart != nil && p.Chart.AtLeast(version)
}

func (p *platform) below(version string) bool {
	return p.Chart != nil && !p.Chart.AtLeast(version)
}

func (p *platform) installs(part string) bool {
	return p.Chart != nil && p.Chart.Installs(p.Values, part)
}

func (p *platform) integrates(part string) bool {
	return p.Chart != nil && p.Chart.Integrates(p.Values, part)
}

func (p *platform) prod() bool { return p.Spec.Spec.Profile == "prod" }

// version is the chart version for messages.
func (p *platform) version() string {
	if p.Chart == nil {
		return p.Spec.Spec.Version
	}
	return p.Chart.String()
}

// absent lowers an error about something that is missing to a warning where
// spec.valuesFrom may bring it.
func (p *platform) absent(severity object.Severity) object.Severity {
	if severity == object.SeverityError && p.open() {
		return object.SeverityWarning
	}
	return severity
}

// open says whether values that are not in Git are laid below these.
func (p *platform) open() bool { return len(p.Spec.Spec.ValuesFrom) > 0 }

// field returns the place of a field below spec of the Platform.
func (p *platform) field(field string) Place {
	return At(p.Source, "spec."+field)
}

// blame returns the place that makes a value what it is: the first of the paths
// that the raw values hold, else the typed field, else the user's overlay, else
// the Platform's spec.
func (p *platform) blame(typed string, paths ...string) Place {
	for _, path := range paths {
		if _, ok := values.Get(p.Raw, strings.Split(path, ".")...); ok {
			return p.rawPlace(path)
		}
	}
	if typed != "" && p.writes(typed) {
		return p.field(typed)
	}
	for _, path := range paths {
		if _, ok := values.Get(p.Overlay, strings.Split(path, ".")...); ok {
			return p.overlayPlace(path)
		}
	}
	return At(p.Source, specField)
}

// specField is blamed where nothing in the Platform says what is wrong.
const specField = "spec"

// vague says whether the place names no field of its own.
func (p Place) vague() bool { return p.Field == specField }

// rawPlace returns the place of a path in spec.values.
func (p *platform) rawPlace(path string) Place { return p.field("values." + path) }

// overlayPlace returns the place of a path in the overlay's values.
func (p *platform) overlayPlace(path string) Place {
	return Place{Object: p.Source.Reference(), Position: p.OverlayPosition, Field: "spec.values." + path}
}

// writes says whether the Platform in Git holds the field below spec.
func (p *platform) writes(field string) bool {
	if p.Source.Unstructured == nil {
		return false
	}
	_, ok := values.Get(p.Source.Object, append([]string{"spec"}, strings.Split(field, ".")...)...)
	return ok
}

// cluster names the cluster that the release goes to; empty for the one that
// the HelmRelease lives in.
func (p *platform) cluster() string {
	config := p.Spec.Spec.KubeConfig
	if config == nil {
		return ""
	}
	namespace := p.Spec.Spec.FluxNamespace
	if namespace == "" {
		namespace = p.Spec.Namespace
	}
	return namespace + "/" + config.Name + "/" + config.Key
}

// clusterWide says whether an operator is installed that watches everything.
func (p *platform) clusterWide() bool {
	return p.installs(partOperator) && !p.restricted()
}

func (p *platform) restricted() bool {
	return p.flag("dynamo-operator.namespaceRestriction.enabled")
}

// watches returns the namespace of a restricted operator.
func (p *platform) watches() string {
	if target := p.text("dynamo-operator.namespaceRestriction.targetNamespace"); target != "" {
		return target
	}
	return p.Namespace
}

// natsAbsent says whether workers get no NATS at all.
func (p *platform) natsAbsent() bool {
	return !p.installs(partNATS) && p.text("dynamo-operator.natsAddr") == ""
}

func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
