// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd

import (
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Output says what the plugin prints.
type Output string

// The outputs.
const (
	// OutputHelmRelease prints HelmReleases, for clusters with helm-controller.
	OutputHelmRelease Output = "helmrelease"
	// OutputRendered prints what the charts render.
	OutputRendered Output = "rendered"
	// OutputApplication prints one child Application for each chart.
	OutputApplication Output = "application"
)

// Validation says which findings refuse the input.
type Validation string

// The validation levels.
const (
	// ValidationNormal refuses errors.
	ValidationNormal Validation = "normal"
	// ValidationStrict refuses warnings as well.
	ValidationStrict Validation = "strict"
)

const (
	// DefaultDeadline is the most that a command takes. Argo CD gives up after 60
	// seconds, kills the process and shows nothing of what it found.
	DefaultDeadline = 45 * time.Second
	// minDeadline is left when Argo CD's own limit is tiny.
	minDeadline = time.Second
)

// Settings are what Argo CD asked for.
type Settings struct {
	// Version replaces the chart version of every Platform; empty for its own.
	Version string
	// Profile replaces profile and overlay of every Platform; empty for its own.
	Profile string
	// Output is never empty.
	Output Output
	// KubeVersion of the cluster, empty when unknown.
	KubeVersion string
	// APIVersions of the cluster.
	APIVersions []string
	// Validation is never empty.
	Validation Validation
	// Values are laid over spec.values of every Platform.
	Values map[string]any
	// App is what Argo CD says about the Application.
	App App
}

// App is what Argo CD says about the Application.
type App struct {
	// Name of the Application, empty outside Argo CD.
	Name string
	// Project of the Application; "default" when unknown.
	Project string
	// SourcePath is the directory in the repository, with slashes; empty when
	// unknown.
	SourcePath string
	// Namespace is that of Argo CD, where child Applications are made.
	Namespace string
}

// environment looks variables up; the last one of a name counts, as in a process.
type environment map[string]string

func newEnvironment(environ []string) environment {
	env := make(environment, len(environ))
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok {
			env[name] = value
		}
	}
	return env
}

// Deadline is how long a command may take: DefaultDeadline, less where the
// sidecar's ARGOCD_EXEC_TIMEOUT is shorter, so that there is time to say why.
func Deadline(environ []string) time.Duration {
	limit, err := time.ParseDuration(newEnvironment(environ)["ARGOCD_EXEC_TIMEOUT"])
	if err != nil || limit <= 0 {
		return DefaultDeadline
	}
	return max(minDeadline, min(DefaultDeadline, limit*3/4))
}

// Root returns the directory that the repository was unpacked to, given the
// absolute directory of the Application. It is dir itself where what Argo CD says
// about the path does not fit, and empty outside Argo CD.
func (a App) Root(dir string) string {
	if a.SourcePath == "" {
		return ""
	}
	below := path.Clean("/" + a.SourcePath)
	if below == "/" {
		return dir
	}
	if root, ok := strings.CutSuffix(filepath.ToSlash(dir), below); ok && root != "" {
		return filepath.FromSlash(root)
	}
	return dir
}
