// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/lock"
)

// The environment variables for chart repositories.
const (
	chartUserVariable     = "DYNAMO_GITOPS_CHART_USERNAME"
	chartPasswordVariable = "DYNAMO_GITOPS_CHART_PASSWORD" //nolint:gosec // the name of a variable
	dockerConfigVariable  = "DOCKER_CONFIG"
	cacheVariable         = "DYNAMO_GITOPS_CACHE_DIR"
)

// chartFlags say where charts come from and how they are rendered.
type chartFlags struct {
	charts, registryConfig, cacheDir, caFile string
	offline                                  bool
	apiVersions                              []string
}

func (f *chartFlags) register(cmd *cobra.Command) {
	f.registerSource(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.charts, "charts", "", "directory or URL with the charts, instead of the Platforms' own; not held against dynamo.lock")
	flags.StringSliceVar(&f.apiVersions, "api-versions", nil, "APIs of the cluster for rendering, such as monitoring.coreos.com/v1")
}

// registerSource registers what fetching alone needs.
func (f *chartFlags) registerSource(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.registryConfig, "registry-config", "",
		"Docker config.json with credentials for chart repositories (default: that of the variable "+dockerConfigVariable+"; one user: the variables "+
			chartUserVariable+" and "+chartPasswordVariable+")")
	flags.StringVar(&f.caFile, "chart-ca-file", "", "PEM certificates of additional authorities for chart repositories")
	flags.BoolVar(&f.offline, "offline", false, "use no network: charts come from the cache and from directories")
	f.registerCache(cmd)
}

func (f *chartFlags) registerCache(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.cacheDir, "cache-dir", "", "where charts are kept (default: the variable "+cacheVariable+", else the user's cache directory)")
}

// settings gathers what the engine needs; b is nil where nothing is built.
func (s *session) settings(f *chartFlags, b *built) (ChartSettings, error) {
	out := ChartSettings{
		CacheDir: s.cacheDir(f), Offline: f.offline, APIVersions: f.apiVersions,
		Username: s.Getenv(chartUserVariable), Password: s.Getenv(chartPasswordVariable),
	}
	var err error
	if f.caFile != "" {
		if out.CABundle, err = s.readFile("chart-ca-file", f.caFile); err != nil {
			return out, err
		}
	}
	if out.DockerConfig, err = s.dockerConfig(f); err != nil {
		return out, err
	}
	switch {
	case strings.Contains(f.charts, "://"):
		out.Repository = f.charts
	case f.charts != "":
		if info, err := os.Stat(s.absolute(f.charts)); err != nil || !info.IsDir() {
			return out, fmt.Errorf("--charts: %s is no directory and no URL", f.charts)
		}
		out.Local = os.DirFS(s.absolute(f.charts))
	case b != nil && b.lock.data != nil:
		out.LockFile = b.lock.file
		if out.Locked, err = lock.Read(b.lock.data); err != nil {
			return out, fmt.Errorf("%s: %w", out.LockFile, err)
		}
	}
	return out, nil
}

func (s *session) cacheDir(f *chartFlags) string {
	if dir := cmp.Or(f.cacheDir, s.Getenv(cacheVariable)); dir != "" {
		return s.absolute(dir)
	}
	dir := s.Getenv("XDG_CACHE_HOME")
	if home := s.Getenv("HOME"); !filepath.IsAbs(dir) && filepath.IsAbs(home) {
		dir = filepath.Join(home, ".cache")
	}
	if !filepath.IsAbs(dir) {
		return ""
	}
	return filepath.Join(dir, defaultName, "charts")
}

// dockerConfig reads Docker's configuration: the one that is named, or the one
// that the environment names, if it is there.
func (s *session) dockerConfig(f *chartFlags) ([]byte, error) {
	if f.registryConfig != "" {
		return s.readFile("registry-config", f.registryConfig)
	}
	dir := s.Getenv(dockerConfigVariable)
	if dir == "" {
		return nil, nil
	}
	data, err := os.ReadFile(filepath.Join(s.absolute(dir), "config.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dockerConfigVariable, err)
	}
	return data, nil
}

// lockData is a lock file as it was found.
type lockData struct {
	file string
	data []byte
}

// findLock looks for the lock file in the directory that is built and in those
// above it, up to the root of the source, and for a directory on disk up to the
// top of its work tree. The nearest counts.
func findLock(fsys fs.FS, at place) (lockData, error) {
	for dir := at.dir; ; dir = path.Dir(dir) {
		name := path.Join(dir, lock.FileName)
		data, err := fs.ReadFile(fsys, name)
		if err == nil {
			return lockData{file: path.Join(at.prefix, name), data: data}, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return lockData{}, fmt.Errorf("%s: %w", name, err)
		}
		if dir == "." || dir == "/" {
			break
		}
	}
	top := cmp.Or(at.top, workTree(at.location))
	if at.git || top == "" {
		return lockData{}, nil
	}
	for dir := at.location; dir != top && within(top, dir); {
		dir = filepath.Dir(dir)
		file := filepath.Join(dir, lock.FileName)
		data, err := os.ReadFile(file)
		if err == nil {
			return lockData{file: file, data: data}, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return lockData{}, err
		}
	}
	return lockData{}, nil
}
