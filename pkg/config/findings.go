// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import "github.com/dynamo-gitops/dynamo-gitops/pkg/object"

// collector gathers findings up to a limit.
type collector struct {
	limit    int
	findings []object.Finding
}

// add appends a finding of severity error. Past a multiple of the limit further
// ones are dropped; the rest is cut after sorting.
func (c *collector) add(f object.Finding) {
	if c.full() {
		return
	}
	f.Severity = object.SeverityError
	c.findings = append(c.findings, f)
}

// full says whether further findings would be dropped.
func (c *collector) full() bool { return len(c.findings) >= 4*c.limit }

// err returns the findings as an error, sorted and cut to the limit, or nil.
func (c *collector) err() error {
	if len(c.findings) == 0 {
		return nil
	}
	object.SortFindings(c.findings)
	return &object.FindingsError{Findings: c.findings[:min(len(c.findings), c.limit)]}
}
