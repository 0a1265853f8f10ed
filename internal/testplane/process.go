// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// stopGrace is how long a program may take to end when asked to.
const stopGrace = 5 * time.Second

// processOptions say what to start.
type processOptions struct {
	Path string
	Args []string
	Dir  string
	Env  []string
	// Log is the file to append the output to.
	Log string
}

// process is a program in a process group of its own, which ends with this
// process however this one ends.
type process struct {
	name string
	log  string
	pid  int
	done chan struct{}
	err  error // of Wait; after done
}

func startProcess(o processOptions) (*process, error) {
	log, err := os.OpenFile(o.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(o.Path, o.Args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = o.Dir, o.Env, log, log
	cmd.SysProcAttr = ownGroup()
	p := &process{name: filepath.Base(o.Path), log: o.Log, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel ends the child with the thread that started it, so the thread stays until the child is gone.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer log.Close()
		err := cmd.Start()
		if err == nil {
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Path, err)
	}
	return p, nil
}

// stop ends the process and what it started, and returns when it is gone.
func (p *process) stop(graceful bool) error {
	if graceful {
		if err := p.signal(syscall.SIGTERM); err != nil {
			return err
		}
		select {
		case <-p.done:
		case <-time.After(stopGrace):
		}
	}
	err := p.signal(syscall.SIGKILL)
	<-p.done
	return err
}

// signal sends a signal to the group; that it is gone already is no error.
func (p *process) signal(s syscall.Signal) error {
	if err := syscall.Kill(-p.pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("end %s: %w", p.name, err)
	}
	return nil
}

// ended is nil while the process runs, and says how it ended and what it wrote
// last afterwards.
func (p *process) ended() error {
	select {
	case <-p.done:
		how := "exit status 0"
		if p.err != nil {
			how = p.err.Error()
		}
		return fmt.Errorf("%s ended (%s); the end of its output:\n%s", p.name, how, tailOf(p.log))
	default:
		return nil
	}
}

func tailOf(path string) string {
	const most = 3000
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	if len(data) > most {
		data = data[len(data)-most:]
	}
	return strings.TrimSpace(string(data))
}
