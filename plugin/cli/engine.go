// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/lock"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// ChartEngine fetches and renders charts. It is an interface because Helm's
// packages take longer to initialise than most commands run: the program
// dynamo-gitops is built without an engine and hands over to
// dynamo-gitops-charts where one is needed.
type ChartEngine interface {
	// Inflate returns the objects of a plan with each release replaced by what
	// its charts render, and findings about that. A refusal by a chart is an
	// *object.FindingsError.
	Inflate(ctx context.Context, plan *pipeline.Plan, s ChartSettings) ([]object.Object, []object.Finding, error)
	// Resolve returns the digest of a chart's archive, asking the repository.
	Resolve(ctx context.Context, c lock.Chart, insecure bool, s ChartSettings) (lock.Chart, error)
	// Prune removes charts from the cache.
	Prune(ctx context.Context, p CachePrune, s ChartSettings) (CachePruned, error)
	// Renderer renders releases and plans, each chart being read once.
	Renderer(s ChartSettings) (Renderer, error)
}

// Renderer renders releases. What does not depend on the Platform may be shared
// between its results, which are not changed.
type Renderer interface {
	// Render returns the objects of one Platform's release, hooks included.
	Render(ctx context.Context, p pipeline.PlatformPlan) ([]object.Object, error)
	// Inflate is ChartEngine.Inflate.
	Inflate(ctx context.Context, plan *pipeline.Plan) ([]object.Object, []object.Finding, error)
}

// ChartSettings say where charts come from and how they are rendered.
type ChartSettings struct {
	// Repository replaces the repositories of all Platforms; empty for their own.
	Repository string
	// Local holds charts as directories or archives and replaces all repositories.
	Local fs.FS
	// DockerConfig is the content of a Docker config.json; nil for none.
	DockerConfig []byte
	// Username and Password open every repository; empty for none.
	Username, Password string
	// CABundle holds PEM certificates of additional authorities.
	CABundle []byte
	// CacheDir is where archives are kept; empty for no cache.
	CacheDir string
	// Offline forbids the network.
	Offline bool
	// Locked pins the digests; nil for no lock file. LockFile names it.
	Locked   *lock.Lock
	LockFile string
	// KubeVersion and APIVersions are what templates see.
	KubeVersion string
	APIVersions []string
}

// CachePrune says what leaves the cache.
type CachePrune struct {
	// MaxBytes is the size to come under; 0 for any.
	MaxBytes int64
	// MaxAge is how long an archive may be unused; 0 for any.
	MaxAge time.Duration
	// All removes everything.
	All bool
}

// CachePruned says what left the cache.
type CachePruned struct {
	// Removed and Kept count archives.
	Removed, Kept int
	// RemovedBytes and KeptBytes are their sizes.
	RemovedBytes, KeptBytes int64
}

// charts returns the engine. Without one the program hands over to the one that
// has it, and does not return.
func (s *session) charts() (ChartEngine, error) {
	if s.Charts != nil {
		return s.Charts, nil
	}
	if s.Handover == nil {
		return nil, errors.New("this program is built without Helm; use dynamo-gitops-charts")
	}
	return nil, s.Handover()
}
