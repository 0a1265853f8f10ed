// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// harness runs the command line in a directory, in process.
type harness struct {
	dir      string
	env      map[string]string
	terminal bool
	name     string
	build    func(context.Context, pipeline.Options) (*pipeline.Plan, error)
	charts   cli.ChartEngine
}

// result is what a run left.
type result struct {
	status   int
	out, err string
}

func (h harness) options(out, err *bytes.Buffer) cli.Options {
	return cli.Options{
		Name: h.name, Out: out, Err: err, OutTerminal: h.terminal, ErrTerminal: h.terminal,
		Charts: h.charts,
		Getenv: func(name string) string { return h.env[name] }, Dir: h.dir,
		Build: cli.BuildInfo{Version: "v1.2.3", Commit: "4f1c"},
	}
}

func (h harness) run(t *testing.T, args ...string) result {
	t.Helper()
	return h.runContext(t, t.Context(), args...)
}

func (h harness) runContext(t *testing.T, ctx context.Context, args ...string) result { //nolint:revive // t goes first in helpers
	t.Helper()
	var out, err bytes.Buffer
	c := cli.New(h.options(&out, &err))
	if h.build != nil {
		c = cli.NewWithBuild(h.options(&out, &err), h.build)
	}
	status := c.Execute(ctx, args)
	return result{status: status, out: out.String(), err: err.String()}
}

// want checks the exit status, and shows the streams when it is another.
func (r result) want(t *testing.T, status int) result {
	t.Helper()
	if r.status != status {
		t.Fatalf("exit status %d, want %d\nstdout:\n%s\nstderr:\n%s", r.status, status, r.out, r.err)
	}
	return r
}

// golden compares text with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run go test ./plugin/cli -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// write makes files below dir.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// tree lists the files below dir.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// quickstart writes the starter repository and returns its directory.
func quickstart(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	harness{dir: dir}.run(t, "init").want(t, cli.ExitOK)
	return dir
}

func TestHelp(t *testing.T) {
	h := harness{dir: t.TempDir()}
	for _, command := range []string{"", "init", "generate", "validate", "schema", "codes", "version"} {
		t.Run(command, func(t *testing.T) {
			args := append(strings.Fields(command), "--help")
			r := h.run(t, args...).want(t, cli.ExitOK)
			golden(t, "help-"+command, r.out)
			if r.err != "" {
				t.Errorf("stderr: %s", r.err)
			}
		})
	}
	if r := h.run(t).want(t, cli.ExitOK); r.out == "" {
		t.Error("without arguments there is no help")
	}
}

func TestUsageErrors(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string // part of stderr
	}{
		{"unknown command", []string{"generat"}, "did you mean generate?"},
		{"far command", []string{"frobnicate"}, "see dynamo-gitops --help"},
		{"unknown flag", []string{"generate", "--outpt", "x"}, "unknown flag: --outpt"},
		{"flag without value", []string{"generate", "--output"}, "flag needs an argument"},
		{"two paths", []string{"generate", "a", "b"}, "takes one argument at most"},
		{"argument to version", []string{"version", "x"}, "takes no argument"},
		{"output of generate", []string{"generate", "-o", "xml"}, "use yaml, json"},
		{"output of validate", []string{"validate", "-o", "yaml"}, "use text, json, sarif, github"},
		{"output of version", []string{"version", "-o", "yaml"}, "use text, json"},
		{"output of codes", []string{"codes", "-o", "yaml"}, "use text, json"},
		{"force without directory", []string{"generate", "--force"}, "--output-dir"},
		{"timeout of zero", []string{"generate", "--timeout", "0s"}, "above zero"},
		{"no duration", []string{"generate", "--timeout", "soon"}, "invalid argument"},
		{"limit of zero", []string{"generate", "--max-files", "0"}, "positive"},
		{"verify mode", []string{"generate", "--verify-mode", "all"}, "HEAD, Tag, TagAndHEAD"},
		{"kube version", []string{"generate", "--kube-version", "latest"}, "1.31"},
		{"kube version without minor", []string{"generate", "--kube-version", "1"}, "1.31"},
		{"path out of the source", []string{"generate", "--path", "../x"}, "leads out"},
		{"absolute path", []string{"generate", "--path", "/etc"}, "leads out"},
		{"password in the URL", []string{"generate", "https://me:hunter2@git.example.com/r.git"}, "DYNAMO_GITOPS_GIT_TOKEN"},
		{"unknown kind", []string{"schema", "Pod"}, "Model, Platform, WorkerPool"},
		{"unknown code", []string{"codes", "DG0000"}, "there is no code"},
		{"init with unknown version", []string{"init", "--version", "9.9.9"}, "--version"},
		{"init with version range", []string{"init", "--version", ">=1"}, "--version"},
		{"init with bad name", []string{"init", "--name", "My Platform"}, "lower-case"},
		{"init with bad namespace", []string{"init", "--namespace", "a.b"}, "lower-case"},
		{"init with long name", []string{"init", "--name", strings.Repeat("a", 44)}, "shorter"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			r := harness{dir: dir}.run(t, tt.args...).want(t, cli.ExitUsage)
			if r.out != "" {
				t.Errorf("stdout: %q", r.out)
			}
			if !strings.HasPrefix(r.err, "error: ") || !strings.Contains(r.err, tt.want) || strings.Count(r.err, "\n") != 1 {
				t.Errorf("stderr is %q; want one line beginning with error: and saying %q", r.err, tt.want)
			}
			if strings.Contains(r.err, "hunter2") {
				t.Error("the password is shown")
			}
			if left := tree(t, dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestPluginNames(t *testing.T) {
	for name, want := range map[string]string{
		"flux-dynamo": "flux dynamo generate [PATH|URL]", "kubectl-dynamo": "kubectl dynamo generate [PATH|URL]",
		"dynamo-gitops": "dynamo-gitops generate [PATH|URL]", "dg.exe": "dg generate [PATH|URL]",
	} {
		r := harness{dir: t.TempDir(), name: name}.run(t, "generate", "--help").want(t, cli.ExitOK)
		if !strings.Contains(r.out, want) {
			t.Errorf("%s: the help does not say %q:\n%s", name, want, r.out)
		}
	}
}

func TestVersion(t *testing.T) {
	h := harness{dir: t.TempDir()}
	r := h.run(t, "version").want(t, cli.ExitOK)
	golden(t, "version", regexp.MustCompile(`(?m)^go1.*$`).ReplaceAllString(r.out, "GO"))
	var report struct {
		Version, Commit, GoVersion, Platform string
		ChartVersions                        []string
	}
	if err := json.Unmarshal([]byte(h.run(t, "version", "-o", "json").want(t, cli.ExitOK).out), &report); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(chart.Versions(), report.ChartVersions); diff != "" {
		t.Error(diff)
	}
	if report.Version != "v1.2.3" || report.Commit != "4f1c" || !strings.HasPrefix(report.GoVersion, "go1.") || report.Platform == "" {
		t.Errorf("report: %+v", report)
	}
}

func TestReadBuildInfo(t *testing.T) {
	if got := cli.ReadBuildInfo("v9", "abc"); got.Version != "v9" || got.Commit != "abc" {
		t.Errorf("the linker's facts do not win: %+v", got)
	}
	if got := cli.ReadBuildInfo("", ""); got.Version == "" {
		t.Error("no version without the linker")
	}
}

func TestCompletion(t *testing.T) {
	h := harness{dir: t.TempDir()}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if r := h.run(t, "completion", shell).want(t, cli.ExitOK); !strings.Contains(r.out, "dynamo-gitops") {
			t.Errorf("%s: %.60q", shell, r.out)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"__complete", "generate", "-o", ""}, "yaml\njson\n"},
		{[]string{"__complete", "schema", "P"}, "Platform\n"},
		{[]string{"__complete", "codes", "DG119"}, "DG1190"},
		{[]string{"__complete", "init", "--version", ""}, "0.9.0\n"},
	} {
		if r := h.run(t, tt.args...).want(t, cli.ExitOK); !strings.Contains(r.out, tt.want) {
			t.Errorf("%v: %q lacks %q", tt.args, r.out, tt.want)
		}
	}
}

func TestCodes(t *testing.T) {
	h := harness{dir: t.TempDir()}
	list := h.run(t, "codes").want(t, cli.ExitOK).out
	codes := cli.Codes()
	if got := strings.Count(list, "\n"); got != len(codes) {
		t.Errorf("%d lines for %d codes", got, len(codes))
	}
	for _, c := range codes {
		one := h.run(t, "codes", strings.ToLower(c.ID)).want(t, cli.ExitOK).out
		if !strings.Contains(one, c.Title) || !strings.Contains(one, c.Help) {
			t.Errorf("codes %s: %q", c.ID, one)
		}
	}
	var decoded []map[string]any
	if err := json.Unmarshal([]byte(h.run(t, "codes", "-o", "json").want(t, cli.ExitOK).out), &decoded); err != nil {
		t.Fatal(err)
	}
	if len(decoded) != len(codes) {
		t.Errorf("%d codes in JSON, want %d", len(decoded), len(codes))
	}
}

func TestSchema(t *testing.T) {
	dir := t.TempDir()
	h := harness{dir: dir}
	for _, args := range [][]string{{"schema"}, {"schema", "platform"}, {"schema", "Model"}} {
		if r := h.run(t, args...).want(t, cli.ExitOK); !json.Valid([]byte(r.out)) {
			t.Errorf("%v prints no JSON", args)
		}
	}
	r := h.run(t, "schema", "--output-dir", "out/schemas").want(t, cli.ExitOK)
	if r.out != "" {
		t.Errorf("stdout: %q", r.out)
	}
	want := []string{"out/schemas/all.json", "out/schemas/model.json", "out/schemas/platform.json", "out/schemas/workerpool.json"}
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestBrokenPipe(t *testing.T) {
	var stderr bytes.Buffer
	o := harness{dir: t.TempDir()}.options(nil, &stderr)
	o.Out = brokenWriter{}
	if status := cli.New(o).Execute(t.Context(), []string{"schema"}); status != cli.ExitRefused {
		t.Errorf("exit status %d", status)
	}
	if got := stderr.String(); !strings.Contains(got, "write to standard output: broken pipe") {
		t.Errorf("stderr: %q", got)
	}
}

func TestPanicIsAFailure(t *testing.T) {
	h := harness{dir: t.TempDir(), build: func(context.Context, pipeline.Options) (*pipeline.Plan, error) { panic("boom") }}
	r := h.run(t, "generate").want(t, cli.ExitRefused)
	if r.out != "" || !strings.HasPrefix(r.err, "error: internal error: boom") {
		t.Errorf("stdout %q, stderr %q", r.out, r.err)
	}
}

func ExampleNew() {
	var out, err bytes.Buffer
	status := cli.New(cli.Options{Out: &out, Err: &err, Dir: "/"}).Execute(context.Background(), []string{"codes", "DG1190"})
	fmt.Print(status, " ", out.String())
	// Output:
	// 0 DG1190: nothing to apply (error)
	//
	// The directory holds no object at all. An empty answer makes Argo CD and Flux delete everything they applied before, so it is an error.
}
