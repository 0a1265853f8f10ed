// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package peers runs the Flux controllers, as their releases are, beside a plane:
// they are processes outside the cluster that use it by a kubeconfig. It also has
// the servers that they read from, for charts and for Git, on the loopback.
//
// make peers builds the controllers.
package peers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/binaries"
)

// namespace is where the controllers believe that they run.
const namespace = "flux-system"

const (
	readyTimeout = time.Minute
	pollInterval = 100 * time.Millisecond
)

// Controller is a running Flux controller.
type Controller struct {
	*testplane.Process
	// StorageAddress is where source-controller serves artifacts, "" for others.
	StorageAddress string
	health         string
	log            string
}

// Log is the path of the controller's output.
func (c *Controller) Log() string { return c.log }

// Start installs the definitions of the controllers' kinds and starts them with
// cluster-admin rights. It returns when they are ready; after an error none is
// left running. Stop them before the plane.
func Start(ctx context.Context, p *testplane.Plane, programs ...binaries.Program) (map[binaries.Program]*Controller, error) {
	started := map[binaries.Program]*Controller{}
	for _, program := range programs {
		c, err := start(ctx, p, program)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("start %s: %w", program, err), Stop(started))
		}
		started[program] = c
	}
	for program, c := range started {
		if err := c.waitReady(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", program, err), Stop(started))
		}
	}
	return started, nil
}

// Stop kills the controllers: what they hold is in the cluster.
func Stop(controllers map[binaries.Program]*Controller) error {
	var failed []error
	for _, c := range controllers {
		failed = append(failed, c.Kill())
	}
	return errors.Join(failed...)
}

// New starts controllers for a test and kills them at its end.
func New(t testing.TB, p *testplane.Plane, programs ...binaries.Program) map[binaries.Program]*Controller {
	t.Helper()
	controllers, err := Start(t.Context(), p, programs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := Stop(controllers); err != nil {
			t.Error(err)
		}
	})
	return controllers
}

func start(ctx context.Context, p *testplane.Plane, program binaries.Program) (*Controller, error) {
	path, err := binaries.Find(program)
	if err != nil {
		return nil, err
	}
	crds, err := binaries.CRDs(program)
	if err != nil {
		return nil, err
	}
	if err := p.InstallCRDs(ctx, crds); err != nil {
		return nil, err
	}
	home := filepath.Join(p.Dir(), string(program))
	for _, dir := range []string{home, filepath.Join(home, "tmp"), filepath.Join(home, "storage")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	kubeconfig, err := p.UserKubeconfig(string(program), "system:masters")
	if err != nil {
		return nil, err
	}
	c := &Controller{log: p.Log(program)}
	addresses := [2]string{}
	for i := range addresses {
		if addresses[i], err = freeAddress(); err != nil {
			return nil, err
		}
	}
	c.health = "http://" + addresses[0] + "/healthz"
	args := []string{"--metrics-addr=0", "--health-addr=" + addresses[0], "--events-addr=", "--enable-leader-election=false", "--watch-all-namespaces=true"}
	if program == binaries.SourceController {
		c.StorageAddress = addresses[1]
		args = append(args, "--storage-path="+filepath.Join(home, "storage"), "--storage-addr="+addresses[1], "--storage-adv-addr="+addresses[1])
	}
	if program != binaries.SourceController { // they wait half a minute for what they depend on
		args = append(args, "--requeue-dependency=2s")
	}
	c.Process, err = testplane.StartProcess(testplane.ProcessOptions{
		Path: path, Args: args, Dir: home, Log: c.log,
		Env: []string{
			"KUBECONFIG=" + kubeconfig, "RUNTIME_NAMESPACE=" + namespace, "HOME=" + home, "TMPDIR=" + filepath.Join(home, "tmp"),
			"XDG_CACHE_HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_DATA_HOME=" + home, "PATH=" + os.Getenv("PATH"),
		},
	})
	return c, err
}

func freeAddress() (string, error) {
	port, err := testplane.FreePort()
	return fmt.Sprintf("127.0.0.1:%d", port), err
}

// waitReady waits until the health endpoint answers.
func (c *Controller) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		if err := c.Err(); err != nil {
			return err
		}
		if c.healthy(ctx) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w; its output is in %s", ctx.Err(), c.log)
		case <-ticker.C:
		}
	}
}

func (c *Controller) healthy(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.health, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}
