// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"fmt"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
)

// DecodeGreeting says whether a greeting names a server.
func DecodeGreeting(line []byte) (bool, error) {
	g, err := decodeGreeting(line)
	return g.ID != "", err
}

// RuleCodes are the codes of the rules.
func RuleCodes() []string {
	var ids []string
	for _, r := range rules() {
		ids = append(ids, r.Code)
	}
	return ids
}

// JudgeAnswers judges the documents that each server gives.
func JudgeAnswers(o Options, servers ...map[string][]byte) drift.Observation {
	d := New(o)
	l := &look{greeted: map[string]greeting{}}
	for i, documents := range servers {
		label := fmt.Sprintf("dynamo-nats-%d", i)
		s := &server{}
		var err error
		if s.varz, err = decodeVarz(documents["varz"]); err != nil {
			l.addServer(label, nil, []drift.Unknown{d.obstacle(label, "", err)})
			continue
		}
		ask := map[string]func() ([]byte, error){}
		for _, name := range []string{"healthz", "jsz", "routez"} {
			ask[name] = func() ([]byte, error) { return documents[name], nil }
		}
		l.addServer(label, s, d.askMore(s, label, ask))
	}
	l.settle()
	now := d.options.Now()
	in := &input{want: o.Want, look: l, now: now, configArrival: d.options.ConfigArrival, slow: d.slow.update(l.servers, now, d.options.SlowWindow)}
	if o.ConfigChanged != nil {
		in.configChanged = o.ConfigChanged()
	}
	lasting, passing := judge(in)
	out := drift.Observation{Findings: append(lasting, passing...), Unknowns: l.unknowns}
	out.Sort()
	return out
}
