// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package wanted says what Git wants of NATS and etcd, for every chart version:
// in the chart, external, or absent by design, and with which servers, limits
// and protections.
//
// The package is pure. A zero field means that Git does not say, so that a
// detector does not judge it: that is so for what values outside Git may bring,
// for what raw patches may change after the values, and for nearly everything
// of an external store.
package wanted

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// Presence is where a store is, by what Git says.
type Presence string

// The presences.
const (
	// Absent: Git wants none, so nothing is looked at. It is the zero Presence.
	Absent Presence = ""
	// InChart: the release installs it.
	InChart Presence = "InChart"
	// External: workers are told an address of another one.
	External Presence = "External"
)

// Toggle is a switch that Git may leave open.
type Toggle string

// The toggles.
const (
	// Unsaid: Git does not say. It is the zero Toggle.
	Unsaid Toggle = ""
	// On is wanted.
	On Toggle = "on"
	// Off is wanted.
	Off Toggle = "off"
)

// Says returns the toggle of a boolean.
func Says(on bool) Toggle {
	if on {
		return On
	}
	return Off
}

// Release is the Helm release of a Platform, as Git makes it.
type Release struct {
	// Chart is the version of dynamo-platform.
	Chart *chart.Version
	// Name and Namespace of the release.
	Name, Namespace string
	// Values are the final values: profile, components and raw values merged.
	Values map[string]any
	// Open says that values which are not in Git are laid below these
	// (spec.valuesFrom): then the chart's defaults prove nothing, and only what
	// Values hold is wanted.
	Open bool
}

// Workload is where the servers of a store in the chart run.
type Workload struct {
	// Object is the StatefulSet.
	Object object.Reference
	// Service is the name of its headless Service, by which each pod has a name
	// of its own.
	Service string
}

// Pod returns the name of a pod of the StatefulSet.
func (w Workload) Pod(ordinal int) string { return fmt.Sprintf("%s-%d", w.Object.Name, ordinal) }

// Host returns the name by which a pod is reached inside the cluster, with the
// port.
func (w Workload) Host(ordinal, port int) string {
	return net.JoinHostPort(fmt.Sprintf("%s.%s.%s.svc", w.Pod(ordinal), w.Service, w.Object.Namespace), strconv.Itoa(port))
}

// maxEndpoints bounds the endpoints that are made from a number of replicas.
const maxEndpoints = 32

func (w Workload) endpoints(scheme string, replicas, port int) []drift.Endpoint {
	var list []drift.Endpoint
	if w.Object.IsZero() {
		return nil
	}
	for i := range min(replicas, maxEndpoints) {
		list = append(list, drift.Endpoint{Name: w.Pod(i), Address: scheme + "://" + w.Host(i, port)})
	}
	return list
}

// addresses returns the endpoints in a list with commas.
func addresses(list string) []drift.Endpoint {
	var endpoints []drift.Endpoint
	for address := range strings.SplitSeq(list, ",") {
		if address = strings.TrimSpace(address); address != "" && len(endpoints) < maxEndpoints {
			endpoints = append(endpoints, drift.Endpoint{Address: address})
		}
	}
	return endpoints
}

func (r Release) workload(name, service, namespace string) Workload {
	if namespace == "" {
		namespace = r.Namespace
	}
	if service == "" {
		service = name + "-headless"
	}
	return Workload{Service: service,
		Object: object.Reference{APIVersion: "apps/v1", Kind: "StatefulSet", Namespace: namespace, Name: name}}
}

// fullName is the name of a sub-chart's objects.
func (r Release) fullName(part string) string {
	if name := r.text(part + ".fullnameOverride"); name != "" {
		return name
	}
	if name := r.text(part + ".nameOverride"); name != "" {
		return chart.FullName(r.Name, name)
	}
	return chart.FullName(r.Name, part)
}

// presence says where a store is. The address is that given to the operator.
func (r Release) presence(part chart.Part, address string) Presence {
	switch {
	case r.Chart == nil:
		return Absent
	case r.Chart.Installs(r.Values, part):
		return InChart
	case r.text(address) != "":
		return External
	default:
		return Absent
	}
}

// value returns the value that the chart sees; nothing where that depends on
// values outside Git.
func (r Release) value(dotted string) (any, bool) {
	path := strings.Split(dotted, ".")
	if r.Open {
		value, ok := values.Get(r.Values, path...)
		return value, ok && value != nil
	}
	return r.Chart.Value(r.Values, path...)
}

func (r Release) text(dotted string) string {
	value, _ := r.value(dotted)
	text, _ := value.(string)
	return text
}

func (r Release) toggle(dotted string) Toggle {
	value, _ := r.value(dotted)
	on, ok := value.(bool)
	if !ok {
		return Unsaid
	}
	return Says(on)
}

func (r Release) number(dotted string) int {
	value, _ := r.value(dotted)
	number, ok := values.WholeNumber(value)
	if !ok || number < 0 || number > 1<<31-1 {
		return 0
	}
	return int(number)
}

// filled says whether a list or a map is given that changes the result in a way
// that is not looked into.
func (r Release) filled(dotted ...string) bool {
	for _, path := range dotted {
		switch value, _ := r.value(path); v := value.(type) {
		case []any:
			if len(v) > 0 {
				return true
			}
		case map[string]any:
			if len(v) > 0 {
				return true
			}
		}
	}
	return false
}

// VersionOf reads the version out of an image's tag: "2.10.21-alpine" gives
// 2.10.21. It may have two parts ("2.10", any patch) and is empty for a tag that
// names no version.
func VersionOf(tag string) string {
	core, _, _ := strings.Cut(strings.TrimPrefix(tag, "v"), "-")
	core, _, _ = strings.Cut(core, "+")
	parts := strings.Split(core, ".")
	if len(parts) < 2 || len(parts) > 3 {
		return ""
	}
	for _, part := range parts {
		if _, err := strconv.ParseUint(part, 10, 16); err != nil {
			return ""
		}
	}
	return core
}

// SameVersion says whether a running version is one that was wanted: equal in
// the parts that want has.
func SameVersion(want, have string) bool {
	have = VersionOf(have)
	return have == want || strings.HasPrefix(have, want+".")
}
