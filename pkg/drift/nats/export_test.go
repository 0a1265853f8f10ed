// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import "github.com/dynamo-gitops/dynamo-gitops/pkg/drift"

// DecodeGreeting says whether a greeting names a server.
func DecodeGreeting(line []byte) (bool, error) {
	g, err := decodeGreeting(line)
	return g.ID != "", err
}

// RuleCodes are the codes of the rules.
func RuleCodes() []string {
	var ids []string
	for _, r := range rules() {
		ids = append(ids, r.code)
	}
	return ids
}

// JudgeAnswers judges the documents that one server gives.
func JudgeAnswers(o Options, documents map[string][]byte) drift.Observation {
	d := New(o)
	l := &look{greeted: map[string]greeting{}}
	s := &server{}
	var err error
	if s.varz, err = decodeVarz(documents["varz"]); err != nil {
		return drift.Observation{Unknowns: []drift.Unknown{d.obstacle("dynamo-nats-0", "", err)}}
	}
	ask := map[string]func() ([]byte, error){}
	for _, name := range []string{"healthz", "jsz", "routez"} {
		ask[name] = func() ([]byte, error) { return documents[name], nil }
	}
	l.addServer("dynamo-nats-0", s, d.askMore(s, "dynamo-nats-0", ask))
	l.settle()
	now := d.options.Now()
	lasting, passing := judge(&input{want: o.Want, look: l, now: now, configArrival: d.options.ConfigArrival,
		slow: d.slow.update(l.servers, now, d.options.SlowWindow)})
	return drift.Observation{Findings: append(lasting, passing...), Unknowns: l.unknowns}
}
