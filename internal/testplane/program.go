// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

// Program is a program of the test plane, or another one, that a test started.
// It ends with the test's process however that one ends.
type Program struct{ process *process }

// StartProgram starts a program in a process group of its own. Its output goes
// to the end of the file log.
func StartProgram(path, log string, args ...string) (*Program, error) {
	p, err := startProcess(processOptions{Path: path, Args: args, Log: log})
	if err != nil {
		return nil, err
	}
	return &Program{p}, nil
}

// Stop ends the program as a power cut does, and returns when it is gone.
func (p *Program) Stop() error { return p.process.stop(false) }

// Ended is nil while the program runs, and says how it ended and what it wrote
// last afterwards.
func (p *Program) Ended() error { return p.process.ended() }
