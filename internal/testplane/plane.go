// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/binaries"
)

// startTimeout is how long a plane may take to become ready.
const startTimeout = 60 * time.Second

// Options say what a plane has. The zero value is an API server with etcd.
type Options struct {
	// Dir keeps the plane's state and survives Stop, so that a later plane goes on
	// with it. Default: a temporary directory that Stop removes.
	Dir string
	// ControllerManager and Scheduler run those programs. Without the controller
	// manager nothing makes service accounts, so Pods are admitted without one.
	ControllerManager, Scheduler bool
	// KWOK keeps the nodes Ready and moves Pods through their phases. With the
	// controller manager there are volumes for sixteen claims without a class.
	KWOK bool
	// CRDs are files, or directories of files, with CustomResourceDefinitions in
	// YAML. They are established when Start returns.
	CRDs []string
	// Nodes are created, with their status.
	Nodes []corev1.Node
	// Log receives a line for each step. Default: none.
	Log io.Writer
	// Args are additional flags of the programs.
	Args map[binaries.Program][]string
}

// Plane is a running control plane. Its methods may be called at once from
// several goroutines, except for those that stop and start.
type Plane struct {
	options   Options
	dir       string
	temporary bool
	authority *authority
	admin     *rest.Config
	ports     ports

	mu        sync.Mutex
	processes map[binaries.Program]*process
	loops     sync.WaitGroup
	stopLoops context.CancelFunc
}

// ports are where the programs listen.
type ports struct{ API, Etcd, EtcdPeer, ControllerManager, Scheduler, KWOK int }

// Start starts a plane and returns when it is ready: its API answers, the default
// namespace is there, the definitions are established and the nodes exist. After
// an error nothing is left running. ctx bounds the start alone; Stop ends the
// plane.
func Start(ctx context.Context, o Options) (*Plane, error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	p := &Plane{options: o, processes: map[binaries.Program]*process{}, stopLoops: func() {}}
	if err := p.start(ctx); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return p, nil
}

func (p *Plane) start(ctx context.Context) error {
	began := time.Now()
	steps := []func(context.Context) error{p.prepare, p.startEtcd, p.startAPIServer, p.installCRDs, p.startControllers, p.createNodes, p.createVolumes}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("start the test plane: %w", err)
		}
	}
	fmt.Fprintf(p.options.Log, "test plane ready at %s after %s\n", p.admin.Host, time.Since(began).Round(time.Millisecond))
	return nil
}

// prepare makes the directory, the certificates and the ports.
func (p *Plane) prepare(context.Context) error {
	if p.options.Dir == "" {
		dir, err := temporaryDir()
		if err != nil {
			return err
		}
		p.dir, p.temporary = dir, true
	} else {
		dir, err := filepath.Abs(p.options.Dir)
		if err != nil {
			return err
		}
		p.dir = dir
	}
	for _, dir := range []string{p.dir, p.path("pki"), p.path("logs"), p.path("users")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	var err error
	if p.authority, err = loadAuthority(p.path("pki")); err != nil {
		return err
	}
	if err := p.choosePorts(); err != nil {
		return err
	}
	if p.admin, err = p.AddUser("admin", "system:masters"); err != nil {
		return err
	}
	return writeKubeconfig(p.Kubeconfig(), p.admin)
}

// Stop ends every program of the plane and, where the directory is temporary,
// removes it. Calling it again does nothing.
func (p *Plane) Stop() error {
	p.stopLoops()
	p.loops.Wait()
	var failed []error
	for _, program := range []binaries.Program{
		binaries.KWOK, binaries.Scheduler, binaries.ControllerManager, binaries.APIServer, binaries.Etcd,
	} {
		failed = append(failed, p.end(program))
	}
	if p.temporary && p.dir != "" {
		failed = append(failed, os.RemoveAll(p.dir))
	}
	return errors.Join(failed...)
}

// RESTConfig returns the configuration of a client in the group system:masters.
// The caller may change it.
func (p *Plane) RESTConfig() *rest.Config { return rest.CopyConfig(p.admin) }

// Kubeconfig is the path of a file for the same client, for programs.
func (p *Plane) Kubeconfig() string { return p.path("kubeconfig") }

// Dir is the directory of the plane's state.
func (p *Plane) Dir() string { return p.dir }

// AuditLog is the path of the API server's audit log: one JSON object a line, for
// each request that has been answered.
func (p *Plane) AuditLog() string { return p.path("audit.log") }

// Log is the path of a program's output.
func (p *Plane) Log(program binaries.Program) string { return p.path("logs", string(program)+".log") }

// PIDs are the process ids of the running programs.
func (p *Plane) PIDs() map[binaries.Program]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	pids := map[binaries.Program]int{}
	for program, process := range p.processes {
		pids[program] = process.pid
	}
	return pids
}

func (p *Plane) path(elements ...string) string {
	return filepath.Join(append([]string{p.dir}, elements...)...)
}

// run starts a program and keeps its process for end.
func (p *Plane) run(program binaries.Program, args ...string) error {
	path, err := binaries.Find(program)
	if err != nil {
		return err
	}
	started, err := startProcess(processOptions{
		Path: path, Args: append(args, p.options.Args[program]...), Dir: p.dir, Log: p.Log(program),
		Env: []string{"HOME=" + p.dir, "TMPDIR=" + p.dir, "PATH=" + os.Getenv("PATH")},
	})
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.processes[program] = started
	return nil
}

// end ends a program, if it runs. etcd may write to its end; the others hold no
// state, and are killed as a fault would.
func (p *Plane) end(program binaries.Program) error {
	p.mu.Lock()
	running := p.processes[program]
	delete(p.processes, program)
	p.mu.Unlock()
	if running == nil {
		return nil
	}
	return running.stop(program == binaries.Etcd)
}

// running says whether a program runs.
func (p *Plane) running(program binaries.Program) bool { return p.ended(program) == nil }

// ended says why a program is not running any more; nil while it is.
func (p *Plane) ended(program binaries.Program) error {
	p.mu.Lock()
	running := p.processes[program]
	p.mu.Unlock()
	if running == nil {
		return fmt.Errorf("%s is stopped", program)
	}
	return running.ended()
}
