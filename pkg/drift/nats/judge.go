// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
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

// rule finds one kind of drift.
type rule struct {
	code string
	// passing says that what it finds may pass by itself.
	passing bool
	// foreign says that it is asked of an external NATS as well, which serves
	// others too.
	foreign bool
	find    func(*input) []drift.Finding
}

func rules() []rule {
	return []rule{
		{code: codes.NATSMissing, passing: true, find: findMissing},
		{code: codes.NATSExtra, passing: true, find: findExtra},
		{code: codes.NATSRoute, passing: true, find: findRoute},
		{code: codes.NATSVersion, find: findVersion},
		{code: codes.NATSVersion, passing: true, find: findVersionMix},
		{code: codes.NATSJetStream, find: findJetStream},
		{code: codes.NATSHealth, passing: true, foreign: true, find: findHealth},
		{code: codes.NATSMetaGroup, passing: true, find: findMetaGroup},
		{code: codes.NATSStoreLimit, find: findStoreLimit},
		{code: codes.NATSStoreFull, foreign: true, find: findStoreFull},
		{code: codes.NATSStreamReplicas, find: findStreamReplicas},
		{code: codes.NATSStreamHealth, passing: true, find: findStreamHealth},
		{code: codes.NATSMaxPayload, find: findMaxPayload},
		{code: codes.NATSTLS, foreign: true, find: findTLS},
		{code: codes.NATSConfig, find: findConfigOld},
		{code: codes.NATSSlow, find: findSlow},
	}
}

// judge applies every rule to what was gathered. Findings that may pass by
// themselves are returned apart. It is pure.
func judge(in *input) (lasting, passing []drift.Finding) {
	severities := map[string]object.Severity{}
	for _, c := range codes.NATS() {
		severities[c.ID] = c.Severity
	}
	for _, r := range rules() {
		if in.want.Presence == wanted.External && !r.foreign {
			continue
		}
		for _, f := range r.find(in) {
			f.Layer, f.Code = drift.LayerNATS, r.code
			if f.Severity == "" {
				f.Severity = severities[r.code]
			}
			f.Target.Object = in.want.Workload.Object
			if r.passing {
				passing = append(passing, f)
			} else {
				lasting = append(lasting, f)
			}
		}
	}
	return lasting, passing
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
