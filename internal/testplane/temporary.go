// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	temporaryPrefix = "dynamo-gitops-testplane-"
	ownerFile       = "owner"
)

// temporaryDir makes a directory that names its owner, and removes those whose
// owners were killed before they could.
func temporaryDir() (string, error) {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), temporaryPrefix+"*"))
	if err != nil {
		return "", err
	}
	for _, dir := range left {
		if owner, err := os.ReadFile(filepath.Join(dir, ownerFile)); err == nil && !alive(string(owner)) {
			_ = os.RemoveAll(dir) // another user's, or another plane is just removing it
		}
	}
	dir, err := os.MkdirTemp("", temporaryPrefix)
	if err != nil {
		return "", err
	}
	self, err := Identity(os.Getpid())
	if err != nil {
		return dir, nil //nolint:nilerr // a system without /proc: the directory has no owner, and Stop alone removes it
	}
	return dir, os.WriteFile(filepath.Join(dir, ownerFile), []byte(self), 0o600)
}

// Identity is a text that no other process has, now or later: the process id and
// the time at which the process started.
func Identity(pid int) (string, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	// The name, in parentheses, may hold anything; the start time is the 20th field behind it.
	const startTime = 19
	stat := string(data)
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) <= startTime {
		return "", fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	if fields[0] == "Z" {
		return "", fmt.Errorf("process %d has ended", pid)
	}
	return strconv.Itoa(pid) + " " + fields[startTime], nil
}

// alive says whether the process of that identity runs.
func alive(identity string) bool {
	first, _, _ := strings.Cut(identity, " ")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return false
	}
	now, err := Identity(pid)
	return err == nil && now == identity
}
