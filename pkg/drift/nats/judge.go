// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

// input is all that the rules look at.
type input struct {
	want wanted.NATS
	look *look
	now  time.Time
	// configChanged is when the configuration was last changed, and
	// configArrival what it takes to arrive.
	configChanged time.Time
	configArrival time.Duration
	// slow servers, by id, had a slow consumer lately.
	slow map[string]bool
}

func rules() []drift.Rule[*input] {
	return []drift.Rule[*input]{
		{Code: codes.NATSMissing, Passing: true, Find: findMissing},
		{Code: codes.NATSExtra, Passing: true, Find: findExtra},
		{Code: codes.NATSRoute, Passing: true, Find: findRoute},
		{Code: codes.NATSVersion, Find: findVersion},
		{Code: codes.NATSVersion, Passing: true, Find: findVersionMix},
		{Code: codes.NATSJetStream, Find: findJetStream},
		{Code: codes.NATSHealth, Passing: true, Foreign: true, Find: findHealth},
		{Code: codes.NATSMetaGroup, Passing: true, Find: findMetaGroup},
		{Code: codes.NATSStoreLimit, Find: findStoreLimit},
		{Code: codes.NATSStoreFull, Foreign: true, Find: findStoreFull},
		{Code: codes.NATSStreamReplicas, Find: findStreamReplicas},
		{Code: codes.NATSStreamHealth, Passing: true, Find: findStreamHealth},
		{Code: codes.NATSMaxPayload, Find: findMaxPayload},
		{Code: codes.NATSTLS, Foreign: true, Find: findTLS},
		{Code: codes.NATSConfig, Find: findConfigOld},
		{Code: codes.NATSSlow, Find: findSlow},
	}
}

// judge applies every rule to what was gathered. It is pure.
func judge(in *input) (lasting, passing []drift.Finding) {
	return drift.Judge(in, rules(), drift.Judgement{
		Layer: drift.LayerNATS, Codes: codes.NATS(), Object: in.want.Workload.Object, Foreign: in.want.Presence == wanted.External,
	})
}

// at is the target of a finding about one server; judge adds the object.
func at(label string) drift.Target { return drift.Target{Endpoint: label} }

// each returns what one question finds about each server.
func (in *input) each(ask func(s *server) (drift.Finding, bool)) []drift.Finding {
	var found []drift.Finding
	for _, s := range in.look.servers {
		if f, ok := ask(s); ok {
			f.Target = at(s.label)
			found = append(found, f)
		}
	}
	return found
}
