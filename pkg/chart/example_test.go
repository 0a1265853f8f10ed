// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"errors"
	"fmt"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
)

func ExampleLookup() {
	v, err := chart.Lookup("1.4.2", chart.LookupOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(v, v.UsesCRDChart(), v.MinKubernetes(), v.DriverFloor())

	_, err = chart.Lookup("9.0.0", chart.LookupOptions{})
	fmt.Println(errors.Is(err, chart.ErrUnknownVersion))
	_, err = chart.Lookup("0.9.0.post1", chart.LookupOptions{})
	fmt.Println(err)
	// Output:
	// 1.4.2 false 1.30 580
	// true
	// chart version "0.9.0.post1" is not an exact chart version; write an exact release such as 0.9.0
}

func ExampleVersion_Compile() {
	on := true
	components := v1alpha1.Components{Etcd: v1alpha1.Etcd{Enabled: &on}}
	release := chart.Release{Name: "dynamo", Namespace: "dynamo-system"}
	for _, version := range []string{"0.9.0", "1.6.0"} {
		v, err := chart.Lookup(version, chart.LookupOptions{})
		if err != nil {
			fmt.Println(err)
			return
		}
		out, _ := v.Compile(components, release)
		fmt.Println(version, out)
	}
	// Output:
	// 0.9.0 map[etcd:map[auth:map[token:map[enabled:false]] enabled:true]]
	// 1.6.0 map[etcd:map[auth:map[token:map[enabled:false]]] global:map[etcd:map[install:true]]]
}

func ExampleVersion_CheckValues() {
	v, err := chart.Lookup("1.2.0", chart.LookupOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	in := map[string]any{"nats": map[string]any{"enabled": true, "jetstream": map[string]any{"enabled": true}}}
	for _, issue := range v.CheckValues(in, nil) {
		fmt.Printf("%s: %s; %s\n", issue.Kind, issue.Problem, issue.Fix)
	}
	// Output:
	// rejected: nats.enabled makes chart 1.2.0 fail: it moved in 1.2.0; use global.nats.install
	// unknown: nats.jetstream is no key of chart 1.2.0, which would ignore it; did you mean nats.config.jetstream?
}

func ExampleVersion_Translate() {
	from, err := chart.Lookup("0.9.0", chart.LookupOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	to, err := chart.Lookup("1.6.0", chart.LookupOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, changes, _ := to.Translate(map[string]any{"grove": map[string]any{"enabled": true}}, from)
	fmt.Println(out)
	for _, c := range changes {
		fmt.Printf("%q -> %s: %v (%s)\n", c.From, c.To, c.Value, c.Reason)
	}
	// Output:
	// map[global:map[etcd:map[install:true] grove:map[enabled:true install:true] nats:map[install:true]]]
	// "" -> global.etcd.install: true (the default changed in 1.0.0)
	// "grove.enabled" -> global.grove.install: true (the key moved in 1.0.0)
	// "grove.enabled" -> global.grove.enabled: true (the key moved in 1.0.0)
	// "" -> global.nats.install: true (the default changed in 1.4.0)
}
