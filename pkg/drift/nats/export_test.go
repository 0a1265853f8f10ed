// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

// What tests of the pure parts need.
var (
	DecodeVarz     = decodeVarz
	DecodeGreeting = decodeGreeting
	Explain        = explain
)

// JudgeAnswers judges documents as one server at the label gives them.
func JudgeAnswers(o Options, documents map[string][]byte) (findings, unknowns int, text string) {
	d := New(o)
	l := &look{greeted: map[string]greeting{}}
	s := &server{label: "dynamo-nats-0"}
	v, err := decodeVarz(documents["varz"])
	if err != nil {
		return 0, 1, err.Error()
	}
	s.varz = v
	ask := map[string]func() ([]byte, error){}
	for _, name := range []string{"healthz", "jsz", "routez"} {
		ask[name] = func() ([]byte, error) { return documents[name], nil }
	}
	l.unknowns = d.askMore(s, s.label, ask)
	l.servers = []*server{s}
	l.settle()
	now := d.options.Now()
	lasting, passing := judge(&input{want: o.Want, look: l, now: now, slow: d.slow.update(l.servers, now, o.SlowWindow)})
	for _, f := range append(lasting, passing...) {
		text += f.Code + f.Field + f.Want + f.Have + f.Problem + f.Action + f.Target.String()
	}
	for _, u := range l.unknowns {
		text += u.Reason + u.Target.String()
	}
	return len(lasting) + len(passing), len(l.unknowns), text
}
