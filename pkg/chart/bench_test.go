// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
)

func BenchmarkLookup(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		at(b, "1.4.2")
	}
}

// BenchmarkFirstValue is the cost of reading the key lists once.
func BenchmarkFirstValue(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		at(b, "1.4.2").Installs(nil, chart.PartNATS)
	}
}

func BenchmarkCheckValues(b *testing.B) {
	v := at(b, "1.6.0")
	in, _ := v.Compile(maximal(b), release())
	b.ReportAllocs()
	for b.Loop() {
		v.CheckValues(in, nil)
	}
}

func BenchmarkCheckValuesUnknown(b *testing.B) {
	v := at(b, "1.6.0")
	in := map[string]any{"etcd": map[string]any{"somethingQuiteElse": true}}
	b.ReportAllocs()
	for b.Loop() {
		v.CheckValues(in, nil)
	}
}

func BenchmarkCompile(b *testing.B) {
	v, c := at(b, "1.6.0"), maximal(b)
	b.ReportAllocs()
	for b.Loop() {
		v.Compile(c, release())
	}
}

// FuzzCheckValues: no values make the check or a translation fail, and both
// answer the same twice.
func FuzzCheckValues(f *testing.F) {
	for i, text := range samples() {
		data, err := json.Marshal(parse(f, text))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data), uint8(i), uint8(i*3), "etcd.*")
	}
	f.Add(`{"":{"[":{"]":1}},"*":{"*":null},"nats":{"natsBox":{"contexts":{"*":[]}}}}`, uint8(3), uint8(8), `["`)
	var all []*chart.Version
	for _, version := range chart.Versions() {
		all = append(all, at(f, version))
	}
	f.Fuzz(func(t *testing.T, text string, a, b uint8, allow string) {
		var in map[string]any
		if json.Unmarshal([]byte(text), &in) != nil {
			return
		}
		from, to := all[int(a)%len(all)], all[int(b)%len(all)]
		first := from.CheckValues(in, []string{allow})
		if again := from.CheckValues(in, []string{allow}); fmt.Sprint(first) != fmt.Sprint(again) {
			t.Errorf("%v, then %v", first, again)
		}
		out, _, _ := to.Translate(in, from)
		for _, part := range []chart.Part{chart.PartOperator, chart.PartNATS, chart.PartEtcd, chart.PartGrove, chart.PartKAI} {
			if from.Installs(in, part) != to.Installs(out, part) {
				t.Errorf("%s from %s to %s: %v becomes %v", part, from, to, in, out)
			}
		}
	})
}
