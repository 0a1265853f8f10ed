// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"github.com/fluxcd/pkg/ssa"
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the measures of this package, beside those that every Flux
// controller has.
type Metrics struct {
	attempts *prometheus.CounterVec
	objects  *prometheus.CounterVec
}

// NewMetrics returns Metrics and registers them, unless the registerer is nil.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dynamo_gitops_reconciliations_total",
			Help: "Reconciliations of PlatformSyncs by how they ended: succeeded, waiting (for something else), stalled (until Git or the specification changes), failed (and tried again).",
		}, []string{"result"}),
		objects: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dynamo_gitops_objects_changed_total",
			Help: "Objects that were created, configured or deleted in clusters.",
		}, []string{"action"}),
	}
	if r != nil {
		r.MustRegister(m.attempts, m.objects)
	}
	return m
}

func (m *Metrics) attempt(class string) {
	if class == "" {
		class = "succeeded"
	}
	m.attempts.WithLabelValues(class).Inc()
}

func (m *Metrics) changes(entries []ssa.ChangeSetEntry) {
	for _, e := range entries {
		m.objects.WithLabelValues(e.Action.String()).Inc()
	}
}
