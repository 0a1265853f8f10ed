// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package binaries

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

const (
	crdDir = "crds"

	// envtestTool downloads binaries that the Kubernetes project built.
	envtestTool    = "sigs.k8s.io/controller-runtime/tools/setup-envtest@v0.25.1"
	envtestTimeout = time.Minute
)

// EnsurePlane makes Find succeed for the programs of the test plane. What it does
// it tells to log. Two calls at once, also in two processes, build once.
func EnsurePlane(ctx context.Context, log io.Writer) error {
	if err := ensureEnvtest(ctx, log); err != nil {
		return err
	}
	return ensureSets(ctx, planeSets(), log)
}

// EnsurePeers makes Find and CRDs succeed for the Flux controllers.
func EnsurePeers(ctx context.Context, log io.Writer) error {
	return ensureSets(ctx, peerSets(), log)
}

func ensureSets(ctx context.Context, sets []set, log io.Writer) error {
	root, err := repository()
	if err != nil {
		return fmt.Errorf("%w, where its programs are built from: change to it", err)
	}
	cache, err := cacheDir()
	if err != nil {
		return err
	}
	for _, s := range sets {
		if err := s.ensure(ctx, root, cache, log); err != nil {
			return fmt.Errorf("build %s %s in %s: %w", s.name, s.version, s.dir, err)
		}
	}
	return nil
}

// ensure builds the set into the cache where it is not there.
func (s set) ensure(ctx context.Context, root, cache string, log io.Writer) error {
	key, err := s.key(root)
	if err != nil {
		return err
	}
	final := filepath.Join(cache, key)
	return once(ctx, final, log, func(dir string) error {
		for _, p := range slices.Sorted(maps.Keys(s.programs)) {
			fmt.Fprintf(log, "building %s %s\n", p, s.version)
			if err := s.build(ctx, root, filepath.Join(dir, string(p)), s.programs[p]); err != nil {
				return err
			}
		}
		if s.crdModule == "" {
			return nil
		}
		return s.copyCRDs(ctx, root, filepath.Join(dir, crdDir))
	})
}

// once fills the directory final by fill, unless it is there. The directory
// appears whole or not at all; others that want the same wait.
func once(ctx context.Context, final string, log io.Writer, fill func(dir string) error) error {
	if _, err := os.Stat(final); err == nil {
		return nil
	}
	cache := filepath.Dir(final)
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, final+".lock", log)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Stat(final); err == nil {
		return nil
	}
	dir, err := os.MkdirTemp(cache, ".building-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // of a failed build; after a good one it has its other name
	if err := fill(dir); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	return os.Rename(dir, final)
}

func (s set) build(ctx context.Context, root, output, pkg string) error {
	args := []string{"build", "-trimpath", "-mod=readonly", "-buildvcs=false", "-ldflags", s.ldflags, "-o", output, pkg}
	_, err := s.goCommand(ctx, root, args...)
	return err
}

// goCommand runs go in the set's module, with nothing of the caller's module.
func (s set) goCommand(ctx context.Context, root string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = filepath.Join(root, s.dir)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	var out, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, tail(stderr.String()))
	}
	return strings.TrimSpace(out.String()), nil
}

// tail is the end of an output, which says what went wrong.
func tail(output string) string {
	const most = 4096
	output = strings.TrimSpace(output)
	if len(output) > most {
		output = "…" + output[len(output)-most:]
	}
	return output
}

// copyCRDs copies the definitions that the controller needs from its module.
func (s set) copyCRDs(ctx context.Context, root, to string) error {
	from, err := s.goCommand(ctx, root, "list", "-m", "-f", "{{.Dir}}", s.crdModule)
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(from, "config", "crd", "bases", "*.yaml"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s has no files in config/crd/bases", s.crdModule)
	}
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// ensureEnvtest tries to have the API server, etcd and kubectl without building
// them. That it fails, as it does without the internet, is no error.
func ensureEnvtest(ctx context.Context, log io.Writer) error {
	missing := false
	for _, p := range envtestPrograms() {
		_, err := Find(p)
		var notFound *NotFoundError
		switch {
		case errors.As(err, &notFound):
			missing = true
		case err != nil:
			return err
		}
	}
	if !missing {
		return nil
	}
	cache, err := cacheDir()
	if err != nil {
		return err
	}
	fmt.Fprintf(log, "trying setup-envtest for Kubernetes %s\n", KubernetesVersion)
	err = once(ctx, filepath.Join(cache, envtestKey()), log, func(dir string) error { return downloadEnvtest(ctx, dir) })
	if err != nil {
		reason, _, _ := strings.Cut(tail(err.Error()), "\n")
		fmt.Fprintf(log, "setup-envtest has none (%s); building from source, which takes ten minutes the first time\n", reason)
	}
	return ctx.Err()
}

func downloadEnvtest(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, envtestTimeout)
	defer cancel()
	scratch, err := os.MkdirTemp(dir, ".download-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	cmd := exec.CommandContext(ctx, "go", "run", envtestTool, "use", strings.TrimPrefix(KubernetesVersion, "v"), "-p", "path", "--bin-dir", scratch)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%w: %s", err, tail(stderr.String()))
	}
	for _, p := range envtestPrograms() {
		if err := os.Rename(filepath.Join(strings.TrimSpace(string(out)), string(p)), filepath.Join(dir, string(p))); err != nil {
			return err
		}
	}
	return nil
}
