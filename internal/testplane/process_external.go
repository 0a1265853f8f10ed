// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

// Process is a program that a test or the lab runs beside a plane. It ends with
// this process.
type Process struct{ *process }

// ProcessOptions say what to start: the program's path, arguments, working
// directory, whole environment, and the file to append its output to.
type ProcessOptions = processOptions

// StartProcess starts a program in a process group of its own.
func StartProcess(o ProcessOptions) (*Process, error) {
	p, err := startProcess(o)
	if err != nil {
		return nil, err
	}
	return &Process{p}, nil
}

// PID is the process id, and the id of the process group.
func (p *Process) PID() int { return p.pid }

// Kill ends the process as a fault does, with SIGKILL, and all that it started.
func (p *Process) Kill() error { return p.stop(false) }

// Stop asks the process to end and kills it after some seconds.
func (p *Process) Stop() error { return p.stop(true) }

// Err is nil while the process runs, and tells how it ended afterwards, with the
// end of its output.
func (p *Process) Err() error { return p.ended() }
