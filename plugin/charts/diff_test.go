// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package charts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

func (w *workspace) git(args ...string) {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "git", append([]string{
		"-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (w *workspace) read(name string) string {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

// TestDiffHonoursTheLockOfEachSide publishes other content under the same chart
// version: only the lock file tells the two apart.
func TestDiffHonoursTheLockOfEachSide(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	w := newWorkspace(t, r)
	if err := os.RemoveAll(filepath.Join(w.dir, ".git")); err != nil {
		t.Fatal(err)
	}
	lock := []string{"lock", "env", "--chart-ca-file", "ca.pem"}
	diff := []string{"diff", "--from", "main", "--render", "--chart-ca-file", "ca.pem", "--environments", "env"}
	w.git("init", "-q")
	w.mustRun(lock...)
	w.git("add", ".")
	w.git("commit", "-q", "-m", "first")

	// A new lock that pins the same shows nothing.
	old := w.read("dynamo.lock")
	w.write("dynamo.lock", "# the same\n"+old)
	w.mustRun(diff...)
	if out := w.out.String(); !strings.Contains(out, "Nothing changes.") {
		t.Errorf("a comment in the lock file changes\n%s", out)
	}

	// The same version with other content.
	edited := t.TempDir()
	if err := os.CopyFS(edited, os.DirFS(referenceCharts)); err != nil {
		t.Fatal(err)
	}
	extra := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: planted}\n"
	if err := os.WriteFile(filepath.Join(edited, "dynamo-platform", "templates", "planted.yaml"), []byte(extra), 0o600); err != nil {
		t.Fatal(err)
	}
	r.load(t, os.DirFS(edited))
	w.mustRun(lock...)
	if w.read("dynamo.lock") == old {
		t.Fatal("the lock file is not bumped")
	}
	w.mustRun(diff...)
	if out := w.out.String(); !strings.Contains(out, "ConfigMap/dynamo-system/planted") || strings.Contains(out, "Nothing changes.") {
		t.Errorf("the bump of the lock shows\n%s", out)
	}
	w.mustRun(append(diff, "--charts", referencePath(t))...)
	if out := w.out.String(); !strings.Contains(out, "Nothing changes.") {
		t.Errorf("charts of a directory are held against the lock files:\n%s", out)
	}

	bumped := w.read("dynamo.lock")
	w.write("dynamo.lock", corrupt(bumped))
	w.refused(w.dir+", dynamo.lock): ", diff...)
	if said := w.err.String(); !strings.Contains(said, "digest") {
		t.Errorf("the error does not speak of the digest: %s", said)
	}
	w.write("dynamo.lock", "nonsense: [")
	w.refused(w.dir+": dynamo.lock: ", diff...)

	// The older side's lock counts for the older side.
	w.write("dynamo.lock", corrupt(bumped))
	w.git("commit", "-q", "-a", "-m", "tampered")
	w.write("dynamo.lock", bumped)
	w.refused("(main, dynamo.lock): ", diff...)
	if status := w.run(diff[:3]...); status != cli.ExitOK {
		t.Errorf("without --render the lock counts: %s", w.err.String())
	}
}
