// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

const repositoryRoot = "../.."

// readYAML decodes a file of the repository, and refuses fields it does not know.
func readYAML(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repositoryRoot, name))
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// TestPreCommitHooks holds .pre-commit-hooks.yaml against pre-commit's format,
// and runs what it names.
func TestPreCommitHooks(t *testing.T) {
	var hooks []struct {
		ID            string `yaml:"id"`
		Name          string `yaml:"name"`
		Description   string `yaml:"description"`
		Entry         string `yaml:"entry"`
		Language      string `yaml:"language"`
		Files         string `yaml:"files"`
		PassFilenames *bool  `yaml:"pass_filenames"`
		RequireSerial bool   `yaml:"require_serial"`
	}
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	if len(hooks) == 0 {
		t.Fatal("there is no hook")
	}
	guide, err := os.ReadFile(filepath.Join(repositoryRoot, "docs/guides/ci.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, hook := range hooks {
		if hook.ID == "" || hook.Name == "" || hook.Language != "golang" || hook.PassFilenames == nil || *hook.PassFilenames {
			t.Errorf("hook: %+v", hook)
		}
		if !strings.Contains(string(guide), "id: "+hook.ID+"\n") {
			t.Errorf("the guide does not show %s", hook.ID)
		}
		files := regexp.MustCompile(hook.Files)
		for name, want := range map[string]bool{
			"base/platform.yaml": true, "a.yml": true, "a/b.json": true, "a/Kustomization": true, "README.md": false, "yaml/x.go": false,
		} {
			if files.MatchString(name) != want {
				t.Errorf("%s: files matches %s: %v", hook.ID, name, !want)
			}
		}
		entry := strings.Fields(hook.Entry)
		if entry[0] != "dynamo-gitops" {
			t.Errorf("%s runs %s", hook.ID, entry[0])
		}
		h := harness{dir: quickstart(t)}
		h.run(t, append(entry[1:], "--strict", "clusters/prod")...).want(t, cli.ExitOK)
		write(t, h.dir, badProd())
		h.run(t, append(entry[1:], "clusters/prod")...).want(t, cli.ExitRefused)
	}
}

// workflow is the part of a GitHub workflow that the example uses.
type workflow struct {
	Name        string            `yaml:"name"`
	On          map[string]any    `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Defaults    map[string]any    `yaml:"defaults"`
	Concurrency map[string]any    `yaml:"concurrency"`
	Jobs        map[string]struct {
		RunsOn      string            `yaml:"runs-on"`
		Timeout     int               `yaml:"timeout-minutes"`
		Permissions map[string]string `yaml:"permissions"`
		Env         map[string]string `yaml:"env"`
		Steps       []struct {
			Name string            `yaml:"name"`
			If   string            `yaml:"if"`
			Uses string            `yaml:"uses"`
			With map[string]any    `yaml:"with"`
			Env  map[string]string `yaml:"env"`
			Run  string            `yaml:"run"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

func TestGitHubExampleIsSafe(t *testing.T) {
	var w workflow
	readYAML(t, "examples/ci/github/dynamo-gitops.yaml", &w)
	if _, ok := w.On["pull_request"]; !ok || len(w.On) != 1 || w.Permissions == nil || len(w.Permissions) > 0 {
		t.Errorf("on: %v, permissions: %v", w.On, w.Permissions)
	}
	pinned := regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40}$`)
	for name, job := range w.Jobs {
		if job.Timeout == 0 || len(job.Permissions) == 0 {
			t.Errorf("%s has no timeout or no permissions", name)
		}
		for _, step := range job.Steps {
			if step.Uses != "" && !pinned.MatchString(step.Uses) {
				t.Errorf("%s: %s is not pinned to a commit", step.Name, step.Uses)
			}
			if strings.Contains(step.Run, "${{") {
				t.Errorf("%s: an expression in a script can be made to run commands; pass it by env", step.Name)
			}
			if (step.Uses == "") == (step.Run == "") || step.Name == "" {
				t.Errorf("step: %+v", step)
			}
		}
	}
}

// ciRun is a run of an example's scripts, with stand-ins for what is not ours.
type ciRun struct {
	program, repository, stubs string
	env                        []string
}

// newCIRun makes a repository whose HEAD merges a change into main.
func newCIRun(t *testing.T, program string, change map[string]string) ciRun {
	t.Helper()
	r := ciRun{program: program, repository: quickstart(t), stubs: t.TempDir()}
	git(t, r.repository, "init", "-q", "-b", "main")
	git(t, r.repository, "add", "-A")
	git(t, r.repository, "commit", "-q", "-m", "base")
	git(t, r.repository, "checkout", "-q", "-b", "change")
	write(t, r.repository, change)
	git(t, r.repository, "commit", "-q", "-am", "change")
	git(t, r.repository, "checkout", "-q", "--detach", "main")
	git(t, r.repository, "merge", "-q", "--no-ff", "-m", "merge", "change")
	return r
}

// stub writes a stand-in that notes its arguments and then runs a script.
func (r ciRun) stub(t *testing.T, name, script string) {
	t.Helper()
	write(t, r.stubs, map[string]string{name: "#!/bin/bash\necho \"" + name + " $*\" >>\"$STUBS/calls\"\n" + script})
	if err := os.Chmod(filepath.Join(r.stubs, name), 0o755); err != nil {
		t.Fatal(err)
	}
}

// run runs a script and returns whether it went well, and its output.
func (r ciRun) run(t *testing.T, script string, env ...string) (string, bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir = r.repository
	cmd.Env = append(append(os.Environ(), "STUBS="+r.stubs, "GIT_CONFIG_GLOBAL=/dev/null",
		"PATH="+r.stubs+":"+filepath.Dir(r.program)+":"+os.Getenv("PATH")), append(r.env, env...)...)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func (r ciRun) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(r.stubs, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// ciCases are the changes that both examples are tried with.
func ciCases() map[string]struct {
	change map[string]string
	ok     bool
	want   string // in the comment
} {
	good := map[string]string{"clusters/dev/patch-platform.yaml": header + "spec: {values: {nats: {config: {merge: {max_payload: 20000000}}}}}\n"}
	return map[string]struct {
		change map[string]string
		ok     bool
		want   string
	}{
		"good": {good, true, "<!-- dynamo-gitops -->\n## What this changes\n"},
		"bad":  {badProd(), false, "clusters/prod/patch-platform.yaml:7:7 spec.values.nats.jetstream"},
	}
}

// gitHubExample runs the scripts of the workflow as a runner does.
func gitHubExample(t *testing.T, program string) {
	var w workflow
	readYAML(t, "examples/ci/github/dynamo-gitops.yaml", &w)
	for name, tt := range ciCases() {
		for _, existing := range []string{"", "42"} {
			t.Run(name+map[bool]string{true: ", first comment", false: ", kept comment"}[existing == ""], func(t *testing.T) {
				r := newCIRun(t, program, tt.change)
				r.stub(t, "go", "")
				r.stub(t, "gh", `for a; do case $a in --paginate) printf '%s' '`+existing+`';; body=@*) cp "${a#body=@}" "$STUBS/posted";; esac; done`+"\n")
				r.env = []string{"GITHUB_REPOSITORY=acme/platform", "GITHUB_STEP_SUMMARY=" + filepath.Join(r.stubs, "summary")}
				ok, ran := true, 0
				for _, step := range w.Jobs["dynamo-gitops"].Steps {
					if step.Run == "" || !ok && step.If == "" {
						continue
					}
					ran++
					out, fine := r.run(t, step.Run, "PULL_REQUEST=7", "DYNAMO_GITOPS_VERSION=v0.1.0")
					ok = ok && fine
					if step.Name == "Comment" && !fine {
						t.Errorf("%s", out)
					}
				}
				if ok != tt.ok || ran < 4 {
					t.Errorf("after %d steps the job is fine: %v, want %v", ran, ok, tt.ok)
				}
				if got := r.read(t, "posted"); !strings.Contains(got, tt.want) || !strings.HasPrefix(got, "<!-- dynamo-gitops -->\n## ") {
					t.Errorf("the comment is\n%s", got)
				}
				if !strings.Contains(r.read(t, "summary"), "## ") {
					t.Error("there is no summary")
				}
				call := "--method POST repos/acme/platform/issues/7/comments "
				if existing != "" {
					call = "--method PATCH repos/acme/platform/issues/comments/42 "
				}
				if calls := r.read(t, "calls"); !strings.Contains(calls, call) ||
					!strings.Contains(calls, "go install github.com/dynamo-gitops/dynamo-gitops/plugin/dynamo-gitops@v0.1.0\n") {
					t.Errorf("calls:\n%s", calls)
				}
			})
		}
	}
}

// gitLabExample runs the scripts of the job as a runner does.
func gitLabExample(t *testing.T, program string) {
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("jq is not installed")
	}
	var file map[string]struct {
		Stage        string              `yaml:"stage"`
		Image        string              `yaml:"image"`
		Timeout      string              `yaml:"timeout"`
		Rules        []map[string]string `yaml:"rules"`
		Variables    map[string]string   `yaml:"variables"`
		BeforeScript []string            `yaml:"before_script"`
		Script       []string            `yaml:"script"`
		AfterScript  []string            `yaml:"after_script"`
		Artifacts    map[string]any      `yaml:"artifacts"`
	}
	readYAML(t, "examples/ci/gitlab/dynamo-gitops.yaml", &file)
	job := file["dynamo-gitops"]
	if strings.HasSuffix(job.Image, ":latest") || !strings.Contains(job.Image, ":") {
		t.Errorf("the image %s is not pinned", job.Image)
	}
	const secret = "glpat-never-to-be-seen"
	for name, tt := range ciCases() {
		for _, existing := range []string{`{"id":5,"body":"hello"}`, `{"id":5,"body":"hello"},{"id":42,"body":"<!-- dynamo-gitops -->\nold"}`} {
			t.Run(name+map[bool]string{true: ", kept note", false: ", first note"}[strings.Contains(existing, "42")], func(t *testing.T) {
				r := newCIRun(t, program, tt.change)
				for _, stub := range []string{"go", "apt-get"} {
					r.stub(t, stub, "")
				}
				r.stub(t, "curl", `cat >"$STUBS/config"; for a; do case $a in body@*) cp "${a#body@}" "$STUBS/posted"; exit;; esac; done; printf '%s' '[`+existing+"]'\n")
				r.env = []string{
					"CI_MERGE_REQUEST_DIFF_BASE_SHA=" + git(t, r.repository, "rev-parse", "HEAD^1"), "CI_COMMIT_SHA=" + git(t, r.repository, "rev-parse", "HEAD"),
					"CI_API_V4_URL=https://gitlab.example.com/api/v4", "CI_PROJECT_ID=3", "CI_MERGE_REQUEST_IID=7",
					"DYNAMO_GITOPS_VERSION=" + job.Variables["DYNAMO_GITOPS_VERSION"],
				}
				out, ok := r.run(t, strings.Join(slices.Concat(job.BeforeScript, job.Script), "\n"))
				if ok != tt.ok {
					t.Fatalf("the job is fine: %v, want %v\n%s", ok, tt.ok, out)
				}
				after := strings.Join(job.AfterScript, "\n")
				if out, ok := r.run(t, after); !ok || !strings.Contains(out, "no note: ") {
					t.Errorf("without a token: %s", out)
				}
				if out, ok = r.run(t, after, "DYNAMO_GITOPS_NOTES_TOKEN="+secret); !ok {
					t.Errorf("%s", out)
				}
				if got := r.read(t, "posted"); !strings.Contains(got, tt.want) || !strings.HasPrefix(got, "<!-- dynamo-gitops -->\n## ") {
					t.Errorf("the note is\n%s", got)
				}
				call := "--request POST --data-urlencode body@note.md https://gitlab.example.com/api/v4/projects/3/merge_requests/7/notes\n"
				if strings.Contains(existing, "42") {
					call = "--request PUT --data-urlencode body@note.md https://gitlab.example.com/api/v4/projects/3/merge_requests/7/notes/42\n"
				}
				if calls := r.read(t, "calls"); !strings.Contains(calls, call) || strings.Contains(calls+out, secret) {
					t.Errorf("calls:\n%s\noutput:\n%s", calls, out)
				}
				if r.read(t, "config") != "header = \"PRIVATE-TOKEN: "+secret+"\"\n" {
					t.Errorf("curl gets %q", r.read(t, "config"))
				}
			})
		}
	}
}
