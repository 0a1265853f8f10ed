// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// DefaultName is the controller's name: in events, as a field manager of the
// status, and in metrics.
const DefaultName = "dynamo-gitops-controller"

// Recorder records events; fluxcd/pkg/runtime/events.Recorder is one.
type Recorder interface {
	AnnotatedEventf(regarding, related runtime.Object, annotations map[string]string, eventType, reason, action, format string, args ...any)
}

// Meter takes what Flux's controllers measure; the Metrics of
// fluxcd/pkg/runtime/controller is one.
type Meter interface {
	RecordDuration(ctx context.Context, o conditions.Getter, start time.Time)
	RecordSuspend(ctx context.Context, o conditions.Getter, suspend bool)
}

// Policy is what the administrator of the cluster decides for all PlatformSyncs.
type Policy struct {
	// NoCrossNamespaceRefs refuses sources and dependencies in other namespaces.
	// Default: false.
	NoCrossNamespaceRefs bool
	// DefaultServiceAccount is impersonated where spec.serviceAccountName is
	// empty. Default: none, so that the controller's own rights are used.
	DefaultServiceAccount string
	// MaxPruneShare is the greatest part of an inventory, in percent, that is
	// pruned at once without the annotation. Default: that of reconcile.Safety.
	MaxPruneShare int
	// InsecureKubeConfig allows kubeconfigs that skip TLS verification. Default: false.
	InsecureKubeConfig bool
}

// Timing is how long things take.
type Timing struct {
	// Dependency is the time until something that was waited for is looked at
	// again. Default: 30 s, as in Flux.
	Dependency time.Duration
	// Kind is the time until a kind that was not there is tried again: a release
	// that brings it may be installing. Default: 3 s.
	Kind time.Duration
	// Health is the time between two looks at objects that are not healthy yet.
	// Default: 2 s.
	Health time.Duration
	// Reapply is the time after which objects are applied again although nothing
	// seems to have changed. Default: 1 h.
	Reapply time.Duration
	// Backoff is the first time until a failure is tried again where
	// spec.retryInterval is not set; it doubles up to spec.interval. Default: 5 s.
	Backoff time.Duration
}

// FetchOptions bound artifacts and checkouts.
type FetchOptions struct {
	// Retries of a download that failed on the server's side. Default: 3.
	Retries int
	// MaxDownloadBytes is the size of an artifact. Default: 100 MiB.
	MaxDownloadBytes int
	// Limits bound the tree. Default: source.DefaultLimits.
	Limits source.Limits
	// SourceHost replaces the host in artifact URLs, for a controller outside of
	// the cluster. Default: none.
	SourceHost string
	// TempDir is where artifacts are unpacked. Default: os.TempDir.
	TempDir string
}

// Options of a Reconciler.
type Options struct {
	// Client reads PlatformSyncs and sources, from a cache, and writes status. Required.
	Client client.Client
	// Secrets reads Secrets and service accounts, not from a cache. Default: Client.
	Secrets client.Reader
	// Config is how the cluster is reached for applying. Required.
	Config *rest.Config
	// Events takes events. Required.
	Events Recorder
	// Meter takes Flux's measures. Default: none.
	Meter Meter
	// Metrics takes the measures of this package. Default: ones that nobody reads.
	Metrics *Metrics
	// Name of the controller. Default: DefaultName.
	Name string
	// Policy of the cluster.
	Policy Policy
	// Timing of retries.
	Timing Timing
	// Fetch bounds sources.
	Fetch FetchOptions
	// Build turns files into a plan. Default: pipeline.Build.
	Build func(context.Context, pipeline.Options) (*pipeline.Plan, error)
	// Jitter spreads intervals. Default: none.
	Jitter func(time.Duration) time.Duration
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Step is called before each step with its name; an error ends the attempt
	// there. Default: none.
	Step func(name string) error
}

// Reconciler reconciles PlatformSyncs. It is safe for concurrent use.
type Reconciler struct {
	Options
	memory  *memory
	targets *targets
}

// New returns a Reconciler. The error names an option that is missing.
func New(o Options) (*Reconciler, error) {
	if o.Client == nil || o.Config == nil || o.Events == nil {
		return nil, errors.New("controller: Client, Config and Events are required")
	}
	if o.Secrets == nil {
		o.Secrets = o.Client
	}
	if o.Build == nil {
		o.Build = pipeline.Build
	}
	if o.Jitter == nil {
		o.Jitter = func(d time.Duration) time.Duration { return d }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics(nil)
	}
	if o.Name == "" {
		o.Name = DefaultName
	}
	o.Timing.complete()
	o.Fetch.complete()
	return &Reconciler{Options: o, memory: newMemory(), targets: newTargets(o)}, nil
}

func (t *Timing) complete() {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&t.Dependency, 30 * time.Second}, {&t.Kind, 3 * time.Second}, {&t.Health, 2 * time.Second},
		{&t.Reapply, time.Hour}, {&t.Backoff, 5 * time.Second},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
}

func (f *FetchOptions) complete() {
	const retries, size = 3, 100 << 20
	if f.Retries <= 0 {
		f.Retries = retries
	}
	if f.MaxDownloadBytes <= 0 {
		f.MaxDownloadBytes = size
	}
}
