// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/plugin/charts"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

// contents returns the files below a directory by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range tree(t, dir) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(data)
	}
	return files
}

// TestEnvironments: many environments in one call are what they are one by one.
func TestEnvironments(t *testing.T) {
	reference, err := filepath.Abs("../../overlays/charts")
	if err != nil {
		t.Fatal(err)
	}
	for name, flags := range map[string][]string{
		"releases": nil,
		"rendered": {"--render", "--charts", reference},
		"json":     {"-o", "json"},
	} {
		t.Run(name, func(t *testing.T) {
			h := harness{dir: quickstart(t), charts: charts.Engine{}}
			r := h.run(t, append([]string{"generate", "--environments", "clusters/*", "--output-dir", "all"}, flags...)...).want(t, cli.ExitOK)
			if r.out != "" || !strings.HasPrefix(r.err, "wrote 3 environments to all\n") {
				t.Errorf("stdout %q, stderr %q", r.out, r.err)
			}
			for _, cluster := range []string{"dev", "test", "prod"} {
				h.run(t, append([]string{"generate", "clusters/" + cluster, "--output-dir", "one/" + cluster}, flags...)...).want(t, cli.ExitOK)
				want := contents(t, filepath.Join(h.dir, "one", cluster))
				if diff := cmp.Diff(want, contents(t, filepath.Join(h.dir, "all/clusters", cluster))); diff != "" {
					t.Errorf("%s differs:\n%s", cluster, diff)
				}
			}
		})
	}
}

// TestEnvironmentsRefused: one refusal, and nothing is written.
func TestEnvironmentsRefused(t *testing.T) {
	h := harness{dir: quickstart(t)}
	write(t, h.dir, map[string]string{"clusters/test/patch-platform.yaml": "broken: [\n"})
	r := h.run(t, "generate", "--environments", "clusters/*", "--output-dir", "all").want(t, cli.ExitRefused)
	if !strings.HasPrefix(r.err, "clusters/test/") {
		t.Errorf("the refusal does not begin with the file: %s", r.err)
	}
	if _, err := os.Stat(filepath.Join(h.dir, "all")); err == nil {
		t.Error("a refused call made a directory")
	}
	// What is wrong with the base is said once.
	h = harness{dir: quickstart(t)}
	write(t, h.dir, map[string]string{"base/models.yaml": "broken: [\n"})
	r = h.run(t, "generate", "--environments", "clusters/*", "--output-dir", "all").want(t, cli.ExitRefused)
	if count := strings.Count(r.err, "base/models.yaml:"); count != 1 {
		t.Errorf("the base is named %d times:\n%s", count, r.err)
	}
	for _, args := range [][]string{
		{"generate", "--environments", "clusters/*"},
		{"generate", "--environments", "clusters/*", "--output-dir", "all", "--show-origin"},
		{"generate", "--environments", "nothing/*", "--output-dir", "all"},
	} {
		if r := h.run(t, args...); r.status == cli.ExitOK || !strings.Contains(r.err, "--environments") {
			t.Errorf("%v: status %d, %s", args, r.status, r.err)
		}
	}
}
