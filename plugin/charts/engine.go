// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package charts is the chart engine of the command line: it fetches charts and
// renders them with Helm's packages. It is a package of its own because those
// take time to initialise in every program that links them.
package charts

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/inflate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/lock"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

// Engine implements cli.ChartEngine. The zero Engine is ready to use, from
// several goroutines.
type Engine struct{}

var _ cli.ChartEngine = Engine{}

// Inflate implements cli.ChartEngine.
func (Engine) Inflate(ctx context.Context, plan *pipeline.Plan, s cli.ChartSettings) ([]object.Object, []object.Finding, error) {
	inflater, err := newInflater(s)
	if err != nil {
		return nil, nil, err
	}
	return renderer{inflater}.Inflate(ctx, plan)
}

// Renderer implements cli.ChartEngine.
func (Engine) Renderer(s cli.ChartSettings) (cli.Renderer, error) {
	inflater, err := newInflater(s)
	return renderer{inflater}, err
}

// renderer implements cli.Renderer.
type renderer struct{ *inflate.Inflater }

// Inflate implements cli.Renderer.
func (r renderer) Inflate(ctx context.Context, plan *pipeline.Plan) ([]object.Object, []object.Finding, error) {
	result, err := r.Plan(ctx, plan)
	if err != nil {
		return nil, nil, err
	}
	return result.Objects, result.Findings, nil
}

// Resolve implements cli.ChartEngine.
func (Engine) Resolve(ctx context.Context, c lock.Chart, insecure bool, s cli.ChartSettings) (lock.Chart, error) {
	fetcher, err := newFetcher(s)
	if err != nil {
		return lock.Chart{}, err
	}
	archive, err := fetcher.Fetch(ctx, fetch.Request{
		Repository: c.Repository, Name: c.Name, Version: c.Version, AllowInsecure: insecure,
		Credential: credential(s), Refresh: !s.Offline,
	})
	if err != nil {
		return lock.Chart{}, err
	}
	c.Digest = archive.Digest
	return c, nil
}

// Prune implements cli.ChartEngine.
func (Engine) Prune(ctx context.Context, p cli.CachePrune, s cli.ChartSettings) (cli.CachePruned, error) {
	fetcher, err := newFetcher(s)
	if err != nil {
		return cli.CachePruned{}, err
	}
	done, err := fetcher.Prune(ctx, fetch.PruneOptions{MaxBytes: p.MaxBytes, MaxAge: p.MaxAge, All: p.All})
	return cli.CachePruned{
		Removed: done.Removed, Kept: done.Kept, RemovedBytes: done.RemovedBytes, KeptBytes: done.KeptBytes,
	}, err
}

func newInflater(s cli.ChartSettings) (*inflate.Inflater, error) {
	fetcher, err := newFetcher(s)
	if err != nil {
		return nil, err
	}
	return inflate.New(inflate.Options{
		Charts: &source{fetcher: fetcher, settings: s}, KubeVersion: s.KubeVersion, APIVersions: s.APIVersions,
	}), nil
}

func newFetcher(s cli.ChartSettings) (*fetch.Fetcher, error) {
	options := fetch.Options{CacheDir: s.CacheDir, Offline: s.Offline, CABundle: s.CABundle}
	if s.DockerConfig != nil {
		credentials, err := fetch.ParseDockerConfig(s.DockerConfig)
		if err != nil {
			return nil, err
		}
		options.Credentials = credentials
	}
	return fetch.NewFetcher(options)
}

func credential(s cli.ChartSettings) fetch.Credential {
	return fetch.Credential{Username: s.Username, Password: s.Password}
}

// source is where the inflater gets its charts.
type source struct {
	fetcher  *fetch.Fetcher
	settings cli.ChartSettings
}

// Archive implements inflate.Source.
func (c *source) Archive(ctx context.Context, r inflate.Request) ([]byte, error) {
	request := fetch.Request{
		Repository: cmp.Or(c.settings.Repository, r.Repository), Name: r.Name, Version: r.Version,
		Credential: credential(c.settings), AllowInsecure: r.Insecure,
	}
	if c.settings.Local != nil {
		request = localRequest(c.settings.Local, r)
	}
	if c.settings.Locked != nil {
		pinned, ok := c.settings.Locked.Lookup(r.Repository, r.Name, r.Version)
		if !ok {
			return nil, fmt.Errorf("%s has no digest of chart %s %s; run the command lock and commit the file",
				c.settings.LockFile, r.Name, r.Version)
		}
		request.Digest = pinned.Digest
	}
	archive, err := c.fetcher.Fetch(ctx, request)
	if err != nil {
		return nil, err
	}
	return archive.Data, nil
}

// localRequest asks for a chart in a directory of charts.
func localRequest(local fs.FS, r inflate.Request) fetch.Request {
	return fetch.Request{Repository: ".", FS: local, Name: r.Name, Version: r.Version}
}
