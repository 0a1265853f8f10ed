// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// heavy are packages whose initialisation, or size, has no place in a program
// that runs for a fraction of a second, many times a day.
func heavy() []string {
	return []string{
		"k8s.io/kubectl/", "k8s.io/client-go/kubernetes", "k8s.io/cli-runtime/", "k8s.io/apiserver/",
		"github.com/prometheus/", "github.com/santhosh-tekuri/", "helm.sh/helm/", "github.com/google/cel-go/",
		"sigs.k8s.io/controller-runtime/pkg/client", "go.opentelemetry.io/", "google.golang.org/grpc",
	}
}

func TestNothingHeavyIsLinked(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "github.com/spf13/cobra") {
		t.Fatal("go list did not list what is linked")
	}
	for _, dep := range deps {
		for _, prefix := range heavy() {
			if strings.HasPrefix(dep, prefix) {
				t.Errorf("%s is linked; find out by whom: go list -deps -f '{{.ImportPath}}: {{.Imports}}' .", dep)
			}
		}
	}
}

// binary builds the program once.
func binary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dynamo-gitops")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// TestProcess runs the program itself, for what only a process has.
func TestProcess(t *testing.T) {
	path := binary(t)
	t.Run("start-up", func(t *testing.T) { startUp(t, path) })
	t.Run("against an empty program", func(t *testing.T) { againstEmpty(t, path) })
	t.Run("broken pipe", func(t *testing.T) { brokenPipe(t, path) })
	t.Run("exit status", func(t *testing.T) { exitStatus(t, path) })
	t.Run("interrupt", func(t *testing.T) { interrupt(t, path) })
}

// startUp adds up what the packages' initialisation takes.
func startUp(t *testing.T, path string) {
	const most = 15.0 // milliseconds; 3.5 when this was written
	best := 1e9
	for range 5 {
		cmd := exec.CommandContext(t.Context(), path, "version")
		cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		sum, lines := 0.0, 0
		for _, m := range regexp.MustCompile(`(?m)^init \S+ @\S+ ms, ([0-9.]+) ms clock`).FindAllStringSubmatch(stderr.String(), -1) {
			ms, err := strconv.ParseFloat(m[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			sum, lines = sum+ms, lines+1
		}
		if lines < 10 {
			t.Fatalf("no trace of initialisation:\n%s", stderr.String())
		}
		best = min(best, sum)
	}
	t.Logf("initialisation takes %.1f ms", best)
	if best > most {
		t.Errorf("initialisation takes %.1f ms, want at most %.0f: see GODEBUG=inittrace=1", best, most)
	}
}

// againstEmpty compares CPU time with a Go program that does nothing, both in
// one run, so that the machine's speed and load do not count for much.
func againstEmpty(t *testing.T, path string) {
	const most = 25 * time.Millisecond
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", empty, source).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	var ours, theirs []time.Duration
	for range 21 {
		ours = append(ours, cpu(t, path, "version"))
		theirs = append(theirs, cpu(t, empty))
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	more := ours[len(ours)/2] - theirs[len(theirs)/2]
	t.Logf("version takes %v of CPU, an empty program %v", ours[len(ours)/2], theirs[len(theirs)/2])
	if more > most {
		t.Errorf("version takes %v more CPU than an empty program, want at most %v", more, most)
	}
}

func cpu(t *testing.T, path string, args ...string) time.Duration {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path, args...)
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// brokenPipe: a reader that has gone away is exit status 1 and one line.
func brokenPipe(t *testing.T, path string) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, "schema")
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = w, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("got %v, want exit status 1", err)
	}
	if !strings.HasPrefix(stderr.String(), "error: write to standard output") || strings.Count(stderr.String(), "\n") != 1 {
		t.Errorf("stderr: %q", stderr.String())
	}
}

func exitStatus(t *testing.T, path string) {
	for want, args := range map[int][]string{0: {"version"}, 1: {"generate", filepath.Join(t.TempDir(), "none")}, 2: {"generate", "--nope"}} {
		cmd := exec.CommandContext(t.Context(), path, args...)
		_ = cmd.Run()
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Errorf("%v: exit status %d, want %d", args, got, want)
		}
	}
}

// interrupt: a program that waits for a server ends by itself when interrupted.
func interrupt(t *testing.T, path string) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	server, address := silentServer(t)
	cmd := exec.CommandContext(ctx, path, "generate", "http://"+address+"/r.git", "--allow-insecure-http")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	conn, err := server.Accept() // it is waiting for us now
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 1 || stdout.Len() > 0 || !strings.HasPrefix(stderr.String(), "error: ") {
		t.Errorf("exit status %d, stdout %q, stderr %q", got, stdout.String(), stderr.String())
	}
}

// silentServer accepts connections and never answers.
func silentServer(t *testing.T) (net.Listener, string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener, listener.Addr().String()
}
