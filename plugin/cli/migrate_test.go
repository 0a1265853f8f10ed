// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

const handWritten = `# ours since 0.9
etcd:
  enabled: true
  replicaCount: 3
nats:
  config:
    jetstream:
      fileStore:
        pvc: {size: 20Gi}
`

func TestMigrateTo(t *testing.T) {
	dir, _ := repository(t)
	h := harness{dir: dir}
	file := filepath.Join(dir, "base", "platform.yaml")
	replace(t, file, "spec:\n", "spec: # the platform\n")
	before := read(t, file)
	dry := h.run(t, "migrate", "--to", "1.5.0", "--dry-run").want(t, cli.ExitOK)
	if read(t, file) != before || !strings.Contains(dry.err, "would change 1 files") {
		t.Errorf("a dry run wrote the file, or says %q", dry.err)
	}
	r := h.run(t, "migrate", "--to", "1.5.0").want(t, cli.ExitOK)
	if !strings.Contains(r.err, "base/platform.yaml:") || !strings.Contains(r.err, "changed 1 files for chart 1.5.0") {
		t.Errorf("standard error says %q", r.err)
	}
	if got, want := read(t, file), strings.Replace(before, "version: 1.0.0", "version: 1.5.0", 1); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	again := h.run(t, "migrate", "--to", "1.5.0").want(t, cli.ExitOK)
	if !strings.Contains(again.err, "changed 0 files") {
		t.Errorf("the second time it says %q", again.err)
	}
	h.run(t, "validate", "clusters/prod").want(t, cli.ExitOK)
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestMigrateRefuses(t *testing.T) {
	dir, _ := repository(t)
	h := harness{dir: dir}
	before := read(t, filepath.Join(dir, "base", "platform.yaml"))
	for name, args := range map[string][]string{
		"an unknown version": {"migrate", "--to", "9.9.9"},
		"no such directory":  {"migrate", "--to", "1.5.0", "nope"},
		"no such file":       {"migrate", "--from-values", "nope.yaml", "--version", "0.9.0"},
	} {
		t.Run(name, func(t *testing.T) {
			if r := h.run(t, args...).want(t, cli.ExitRefused); r.out != "" || r.err == "" {
				t.Errorf("out %q, err %q", r.out, r.err)
			}
		})
	}
	for name, args := range map[string][]string{
		"nothing":        {"migrate"},
		"both":           {"migrate", "--to", "1.5.0", "--from-values", "x"},
		"values and dir": {"migrate", "--from-values", "x", "dir"},
	} {
		t.Run(name, func(t *testing.T) { h.run(t, args...).want(t, cli.ExitUsage) })
	}
	if read(t, filepath.Join(dir, "base", "platform.yaml")) != before {
		t.Error("a refused migration changed a file")
	}
}

func TestMigrateFrom(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"values.yaml": handWritten})
	h := harness{dir: dir}
	r := h.run(t, "migrate", "--from-values", "values.yaml", "--version", "0.9.0", "--name", "dyn", "--namespace", "llm").want(t, cli.ExitOK)
	golden(t, "migrate-from", r.out)
	write(t, dir, map[string]string{"env/platform.yaml": r.out})
	got := h.run(t, "generate", "env").want(t, cli.ExitOK)
	for _, want := range []string{"replicaCount: 3", "size: 20Gi"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is lost in\n%s", want, got.out)
		}
	}
}
