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

// upgraded is a repository whose working tree moves the platform to 1.5.0.
func upgraded(t *testing.T) harness {
	t.Helper()
	dir, _ := repository(t)
	replace(t, filepath.Join(dir, "base", "platform.yaml"), "version: 1.0.0", "version: 1.5.0")
	return harness{dir: dir}
}

func replace(t *testing.T, file, old, text string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(data), old, text, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDiffGoldens(t *testing.T) {
	h := upgraded(t)
	for _, format := range []string{"text", "markdown", "json"} {
		r := h.run(t, "diff", "--from", "main", "-o", format, "--environments", "clusters/dev").want(t, cli.ExitOK)
		golden(t, "diff-"+format, r.out)
	}
}

func TestDiffFindsTheEnvironments(t *testing.T) {
	h := upgraded(t)
	r := h.run(t, "diff", "--from", "main").want(t, cli.ExitOK)
	for _, name := range []string{"clusters/dev", "clusters/test", "clusters/prod"} {
		if !strings.Contains(r.out, "Environment "+name+":") {
			t.Errorf("%s is missing in\n%s", name, r.out)
		}
	}
	if strings.Contains(r.out, "Environment base") {
		t.Error("base is taken for an environment")
	}
}

func TestDiffOfNothing(t *testing.T) {
	dir, first := repository(t)
	h := harness{dir: dir}
	for _, args := range [][]string{
		{"diff", "--from", "main"}, {"diff", "--from", first, "--to", first},
		{"diff", "clusters/dev", "clusters/dev"}, {"diff", "file://" + dir, "--from", "main", "--to", "release/1.x"},
	} {
		r := h.run(t, args...).want(t, cli.ExitOK)
		if strings.Contains(r.out, "Environment ") {
			t.Errorf("%v shows a difference:\n%s", args, r.out)
		}
	}
}

// TestDiffFromRemoteBranch compares a clone with what it last fetched: origin's
// branch is not one of the clone's own.
func TestDiffFromRemoteBranch(t *testing.T) {
	origin, _ := repository(t)
	dir := filepath.Join(t.TempDir(), "clone")
	git(t, origin, "clone", "-q", "-b", "main", origin, dir)
	git(t, dir, "checkout", "-q", "-b", "topic")
	git(t, dir, "branch", "-D", "main")
	replace(t, filepath.Join(dir, "clusters", "prod", "patch-platform.yaml"), "storage: 50Gi", "storage: 60Gi")
	h := harness{dir: dir}
	r := h.run(t, "diff", "--from", "origin/main").want(t, cli.ExitRefused) // a claim cannot grow in place
	if !strings.Contains(r.out, "Environment clusters/prod") || strings.Contains(r.out, "Environment clusters/dev") {
		t.Errorf("prod and nothing else should differ:\n%s", r.out)
	}
	r = h.run(t, "diff", "--from", "origin/nothing").want(t, cli.ExitRefused)
	if !strings.Contains(r.err, "branch origin/nothing") {
		t.Errorf("the error does not name the branch: %s", r.err)
	}
}

func TestDiffOfTwoDirectories(t *testing.T) {
	h := harness{dir: quickstart(t)}
	// Going from one to the other would need larger claims, which the guard refuses.
	r := h.run(t, "diff", "clusters/dev", "clusters/test").want(t, cli.ExitRefused)
	if !strings.Contains(r.out, "etcd.persistence.size") {
		t.Errorf("the difference between dev and test is not shown:\n%s", r.out)
	}
}

// TestDiffGuards shows that a change which Kubernetes refuses is refused, with
// the place.
func TestDiffGuards(t *testing.T) {
	dir, _ := repository(t)
	replace(t, filepath.Join(dir, "clusters", "prod", "patch-platform.yaml"), "storage: 20Gi", "storage: 10Gi")
	r := harness{dir: dir}.run(t, "diff", "--from", "main").want(t, cli.ExitRefused)
	for _, want := range []string{"DG1731", "clusters/prod/patch-platform.yaml:"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%q is missing in\n%s", want, r.out)
		}
	}
}

// TestValidateFrom is the same guard, for one environment.
func TestValidateFrom(t *testing.T) {
	dir, _ := repository(t)
	h := harness{dir: dir}
	h.run(t, "validate", "clusters/prod", "--from", "main").want(t, cli.ExitOK)
	replace(t, filepath.Join(dir, "clusters", "prod", "patch-platform.yaml"), "storage: 20Gi", "storage: 10Gi")
	r := h.run(t, "validate", "clusters/prod", "--from", "main").want(t, cli.ExitRefused)
	if !strings.Contains(r.out, "clusters/prod/patch-platform.yaml:26:7: error: ") || !strings.Contains(r.out, "DG1731") {
		t.Errorf("the report says\n%s", r.out)
	}
	h.run(t, "validate", "clusters/prod").want(t, cli.ExitOK)
	h.run(t, "validate", "clusters/prod", "--from", "nope").want(t, cli.ExitRefused)
	git(t, dir, "commit", "-q", "-a", "-m", "shrink")
	r = h.run(t, "validate", "file://"+dir, "--path", "clusters/prod", "--revision", "main", "--from", "v1.0.0").want(t, cli.ExitRefused)
	if !strings.Contains(r.out, "DG1731") {
		t.Errorf("the report says\n%s", r.out)
	}
}

// TestDiffOfWhatDoesNotBuild breaks one environment on one side, the other, and
// both: the report says so in every format, and shows the other environments.
func TestDiffOfWhatDoesNotBuild(t *testing.T) {
	dir, _ := repository(t)
	h := harness{dir: dir}
	patch := filepath.Join(dir, "clusters", "prod", "patch-platform.yaml")
	dev := filepath.Join(dir, "clusters", "dev", "patch-platform.yaml")
	good, err := os.ReadFile(patch)
	if err != nil {
		t.Fatal(err)
	}
	breakIt := func(version string) {
		replace(t, patch, "spec:\n", "spec:\n  version: "+version+"\n")
	}
	check := func(name, from string, sides ...string) {
		t.Helper()
		for format, phrase := range map[string]string{"text": "cannot be compared", "markdown": "cannot be compared", "json": `"broken": [`} {
			r := h.run(t, "diff", "--from", from, "-o", format).want(t, cli.ExitRefused)
			wants := append([]string{phrase, "clusters/prod", "patch-platform.yaml", "clusters/dev"}, sides...)
			for _, want := range wants {
				if !strings.Contains(r.out, want) {
					t.Errorf("%s, %s: %q is missing in\n%s", name, format, want, r.out)
				}
			}
			for _, never := range []string{"Nothing changes", "Environment clusters/prod (added)"} {
				if strings.Contains(r.out, never) {
					t.Errorf("%s, %s says %q:\n%s", name, format, never, r.out)
				}
			}
		}
	}
	appendTo(t, dev, "  values: {nats: {config: {merge: {max_payload: 20000000}}}}\n")
	breakIt("0.2.0")
	check("newer", "main", "newer")
	git(t, dir, "stash", "-q")
	breakIt("0.1.0")
	git(t, dir, "commit", "-q", "-a", "-m", "break")
	appendTo(t, dev, "  values: {nats: {config: {merge: {max_payload: 20000000}}}}\n")
	if err := os.WriteFile(patch, good, 0o600); err != nil {
		t.Fatal(err)
	}
	check("older", "main", "older")
	breakIt("0.2.0")
	check("both", "main", "older", "newer", "0.1.0", "0.2.0")
}

func appendTo(t *testing.T, file, text string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(data, text...), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDiffUsage(t *testing.T) {
	dir, _ := repository(t)
	h := harness{dir: dir}
	for name, args := range map[string][]string{
		"nothing to compare with": {"diff"},
		"three directories":       {"diff", "a", "b", "c"},
		"directories and a from":  {"diff", "a", "b", "--from", "main"},
		"a URL without to":        {"diff", "https://git.example.com/x", "--from", "main"},
		"an unknown format":       {"diff", "--from", "main", "-o", "pdf"},
	} {
		t.Run(name, func(t *testing.T) { h.run(t, args...).want(t, cli.ExitUsage) })
	}
	t.Run("no repository", func(t *testing.T) {
		harness{dir: t.TempDir()}.run(t, "diff", "--from", "main").want(t, cli.ExitRefused)
	})
	t.Run("no such revision", func(t *testing.T) {
		r := h.run(t, "diff", "--from", "nope").want(t, cli.ExitRefused)
		if !strings.Contains(r.err, "nope") || r.out != "" {
			t.Errorf("out %q, err %q", r.out, r.err)
		}
	})
	t.Run("no such environment", func(t *testing.T) {
		h.run(t, "diff", "--from", "main", "--environments", "nothing/*").want(t, cli.ExitRefused)
	})
	t.Run("rendering without Helm", func(t *testing.T) {
		r := h.run(t, "diff", "--from", "main", "--render").want(t, cli.ExitRefused)
		if !strings.Contains(r.err, "built without Helm") {
			t.Errorf("standard error says %q", r.err)
		}
	})
}
