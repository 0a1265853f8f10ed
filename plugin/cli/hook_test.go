// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

const noObject = "0000000000000000000000000000000000000000"

// hook runs hook pre-receive in process.
func (h harness) hook(ctx context.Context, in io.Reader, args ...string) result {
	var out, err bytes.Buffer
	c := cli.New(h.options(&out, &err))
	if h.build != nil {
		c = cli.NewWithBuild(h.options(&out, &err), h.build)
	}
	status := cli.ExecuteWithInput(ctx, c, in, append([]string{"hook", "pre-receive"}, args...)...)
	return result{status: status, out: out.String(), err: err.String()}
}

func TestHookHelp(t *testing.T) {
	h := harness{dir: t.TempDir()}
	golden(t, "help-hook", h.run(t, "hook").want(t, cli.ExitOK).out)
	golden(t, "help-hook-pre-receive", h.run(t, "hook", "pre-receive", "--help").want(t, cli.ExitOK).out)
}

func TestHookUsage(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"argument", []string{"main"}, "takes no argument"},
		{"timeout", []string{"--timeout", "0s"}, "above zero"},
		{"limit", []string{"--max-environments", "0"}, "positive"},
		{"path out of the repository", []string{"--path", "../x"}, "leads out"},
		{"absolute path", []string{"--path", "/srv"}, "leads out"},
		{"empty path", []string{"--path", ""}, "leads out"},
		{"broken glob", []string{"--path", "clusters/[a"}, "no glob"},
		{"broken glob of branches", []string{"--branch", `a\`}, "no glob"},
		{"kube version", []string{"--kube-version", "new"}, "1.31"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := harness{dir: t.TempDir()}.hook(t.Context(), strings.NewReader(""), tt.args...).want(t, cli.ExitUsage)
			if !strings.HasPrefix(r.err, "error: ") || !strings.Contains(r.err, tt.want) || strings.Count(r.err, "\n") != 1 {
				t.Errorf("stderr: %q, want %q", r.err, tt.want)
			}
		})
	}
}

// TestHookByHand: a terminal or another device is not what Git gives a hook.
func TestHookByHand(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	r := harness{dir: t.TempDir()}.hook(t.Context(), null).want(t, cli.ExitUsage)
	if !strings.Contains(r.err, "hooks/pre-receive") {
		t.Errorf("stderr: %q", r.err)
	}
}

// TestHookFailsClosed: what cannot be checked is refused, in one line.
func TestHookFailsClosed(t *testing.T) {
	dir, first := repository(t)
	update := noObject + " " + first + " refs/heads/main\n"
	missing := strings.Repeat("ab", 20)
	tests := []struct {
		name, in string
		env      map[string]string
		want     string
	}{
		{"nothing", "", nil, "standard input is empty"},
		{"no lines of Git", "hello\n", nil, "line 1 of the standard input"},
		{"second line broken", update + "x\n", nil, "line 2 of the standard input"},
		{"no ref", noObject + " " + first + " main\n", nil, "line 1"},
		{"control characters in the ref", noObject + " " + first + " refs/heads/\x1b[31m\n", nil, "line 1"},
		{"short names", "000 abc refs/heads/main\n", nil, "line 1"},
		{"names of two lengths", noObject + " " + strings.Repeat("a", 64) + " refs/heads/main\n", nil, "line 1"},
		{"long line", noObject + " " + first + " refs/heads/" + strings.Repeat("a", 10_000) + "\n", nil, "longer than"},
		{"too many refs", strings.Repeat(update, 100_001), nil, "more than 100000 refs"},
		{"SHA-256", strings.Repeat("0", 64) + " " + strings.Repeat("a", 64) + " refs/heads/main\n", nil, "SHA-256"},
		{"missing commit", noObject + " " + missing + " refs/heads/main\n", nil, missing},
		{"not a repository", update, map[string]string{"GIT_DIR": "clusters"}, "no Git repository"},
		{"no directory", update, map[string]string{"GIT_DIR": "/nonexistent/repository.git"}, "refused: "},
		{"broken quotation", update, map[string]string{"GIT_ALTERNATE_OBJECT_DIRECTORIES": `"a`}, "GIT_ALTERNATE_OBJECT_DIRECTORIES"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := harness{dir: dir, env: map[string]string{"GIT_DIR": ".git"}}
			maps.Copy(h.env, tt.env)
			r := h.hook(t.Context(), strings.NewReader(tt.in)).want(t, cli.ExitRefused)
			if !strings.HasPrefix(r.err, "error: the push cannot be checked and is therefore refused: ") ||
				!strings.Contains(r.err, tt.want) || strings.Count(r.err, "\n") != 1 || !strings.Contains(r.err, "; ") {
				t.Errorf("stderr: %q, want %q", r.err, tt.want)
			}
			if r.out != "" || strings.Contains(r.err, dir) || strings.Contains(r.err, "nonexistent") || len(r.err) > 500 {
				t.Errorf("stdout: %q, stderr: %q", r.out, r.err)
			}
		})
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("disk on fire") }

func TestHookInputFails(t *testing.T) {
	r := harness{dir: t.TempDir()}.hook(t.Context(), brokenReader{}).want(t, cli.ExitRefused)
	if !strings.Contains(r.err, "disk on fire") {
		t.Errorf("stderr: %q", r.err)
	}
	silent, writer := io.Pipe()
	defer writer.Close()
	r = harness{dir: t.TempDir()}.hook(t.Context(), silent, "--timeout", "20ms").want(t, cli.ExitRefused)
	if !strings.Contains(r.err, "longer than 20ms") {
		t.Errorf("stderr: %q", r.err)
	}
}

// TestHookBuildFails: a build without an answer refuses, too.
func TestHookBuildFails(t *testing.T) {
	dir, first := repository(t)
	update := noObject + " " + first + " refs/heads/main\n"
	tests := []struct {
		name  string
		build func(context.Context, pipeline.Options) (*pipeline.Plan, error)
		want  string
	}{
		{"error", func(context.Context, pipeline.Options) (*pipeline.Plan, error) { return nil, errors.New("no\nluck") }, "no luck"},
		{"panic", func(context.Context, pipeline.Options) (*pipeline.Plan, error) { panic("boom") }, "internal error: boom"},
		{"empty refusal", func(context.Context, pipeline.Options) (*pipeline.Plan, error) { return nil, &object.FindingsError{} }, "refused"},
		{"endless", func(ctx context.Context, _ pipeline.Options) (*pipeline.Plan, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, "longer than 100ms"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := harness{dir: filepath.Join(dir, ".git"), build: tt.build}.hook(t.Context(), strings.NewReader(update), "--timeout", "100ms").want(t, cli.ExitRefused)
			if !strings.HasPrefix(r.err, "error: ") || !strings.Contains(r.err, tt.want) {
				t.Errorf("stderr: %q, want %q", r.err, tt.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	h := harness{dir: filepath.Join(dir, ".git"), build: func(ctx context.Context, _ pipeline.Options) (*pipeline.Plan, error) {
		cancel()
		return nil, ctx.Err()
	}}
	if r := h.hook(ctx, strings.NewReader(update)).want(t, cli.ExitRefused); !strings.Contains(r.err, "interrupted") {
		t.Errorf("stderr: %q", r.err)
	}
}

// TestHookOptionsReachThePipeline: the same build as validate's.
func TestHookOptionsReachThePipeline(t *testing.T) {
	dir, first := repository(t)
	var got []pipeline.Options
	h := harness{dir: filepath.Join(dir, ".git"), build: func(_ context.Context, o pipeline.Options) (*pipeline.Plan, error) {
		o.FS = nil
		got = append(got, o)
		return &pipeline.Plan{}, nil
	}}
	in := noObject + " " + first + " refs/heads/main\n" + first + " " + first + " refs/heads/other\n"
	h.hook(t.Context(), strings.NewReader(in), "--path", "clusters/dev/", "--strict", "--kube-version", "1.33", "--allow-unknown-version").want(t, cli.ExitOK)
	want := []pipeline.Options{{Dir: "clusters/dev", Revision: "sha1:" + first, Strict: true, KubeVersion: "1.33", AllowUnknownVersion: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestHookOutput: what a pusher sees is short, plain text, whatever is pushed.
func TestHookOutput(t *testing.T) {
	dir, first := repository(t)
	findings := someFindings()
	findings = append(findings, object.Finding{Code: "DG9999", Severity: object.SeverityError, Problem: "key " + strings.Repeat("ä", 5000) + "\x1b[2J is unknown", Fix: "remove it"})
	h := harness{dir: filepath.Join(dir, ".git"), build: refusing(findings...)}
	var in strings.Builder
	for i := range 9 {
		fmt.Fprintf(&in, "%s %s refs/heads/b%d\n", noObject, first, i)
	}
	r := h.hook(t.Context(), strings.NewReader(in.String())).want(t, cli.ExitRefused)
	golden(t, "hook-refused", strings.ReplaceAll(r.err, first[:12], "COMMIT"))
	h.build = func(context.Context, pipeline.Options) (*pipeline.Plan, error) {
		return &pipeline.Plan{Findings: []object.Finding{{Code: "DG1", Severity: object.SeverityWarning, Problem: "p"}}}, nil
	}
	r = h.hook(t.Context(), strings.NewReader(in.String())).want(t, cli.ExitOK)
	golden(t, "hook-valid", strings.ReplaceAll(r.err, first[:12], "COMMIT"))
}

func TestPushedEnvironments(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		globs []string
		want  []string
	}{
		{"overlays over a base", map[string]string{
			"base/kustomization.yaml": kustomization("p.yaml"), "base/p.yaml": goodSpec,
			"clusters/dev/kustomization.yaml": kustomization("../../base"), "clusters/prod/kustomization.yml": kustomization("../../base"),
		}, nil, []string{"clusters/dev", "clusters/prod"}},
		{"plain directories", map[string]string{"a/p.yaml": goodSpec, "b/p.json": `{"apiVersion":"dynamo-gitops.io/v1alpha1","kind":"Platform"}`, "c/c.yaml": config}, nil, []string{"a", "b"}},
		{"part of a plain directory", map[string]string{"a/p.yaml": goodSpec, "a/more/p.yaml": goodSpec, "ab/p.yaml": goodSpec}, nil, []string{"a", "ab"}},
		{"the root", map[string]string{"p.yaml": goodSpec, "x/p.yaml": goodSpec}, nil, []string{"."}},
		{"a broken manifest", map[string]string{"a/p.yaml": goodSpec + "x: [\n"}, nil, []string{"a"}},
		{"mentioned only", map[string]string{"a/d.yaml": config + "data: {a: 'a Platform of dynamo-gitops.io'}\n"}, nil, nil},
		{"a patch of others", map[string]string{
			"base/kustomization.yaml": kustomization("p.yaml"), "base/p.yaml": goodSpec, "patches/p.yaml": goodSpec,
			"dev/kustomization.yaml": kustomization("../base") + "patches: [{path: ../patches/p.yaml}]\n",
		}, nil, []string{"dev"}},
		{"components", map[string]string{
			"c/kustomization.yaml":      "kind: Component\nresources: [../left]\n",
			"unused/kustomization.yaml": "kind: Component\n", "left/kustomization.yaml": kustomization(),
			"dev/kustomization.yaml": kustomization() + "components: [../c]\n",
		}, nil, []string{"dev"}},
		{"only an unused component refers to it", map[string]string{
			"c/kustomization.yaml": "kind: Component\nresources: [../left]\n", "left/kustomization.yaml": kustomization(),
		}, nil, []string{"left"}},
		{"a circle", map[string]string{
			"a/kustomization.yaml": kustomization("../b"), "b/kustomization.yaml": kustomization("../a"), "c/kustomization.yaml": kustomization("../c"),
		}, nil, []string{"a", "c"}},
		{"a broken kustomization", map[string]string{"a/kustomization.yaml": "resources: [\n"}, nil, []string{"a"}},
		{"older fields and the third name", map[string]string{"a/Kustomization": "bases: [../b]\n", "b/Kustomization": kustomization()}, nil, []string{"a"}},
		{"an overlay of a Platform", map[string]string{
			"dev/p.yaml": header + "spec: {version: 0.9.0, overlay: ../mine}\n", "mine/kustomization.yaml": kustomization("../more"), "more/kustomization.yaml": kustomization(),
		}, nil, []string{"dev"}},
		{"names are no references", map[string]string{
			"kustomization.yaml": "namespace: prod\nnamePrefix: prod\nresources: [/prod, ../prod, '']\n", "prod/kustomization.yaml": kustomization(),
		}, nil, []string{".", "prod"}},
		{"hidden directories and charts", map[string]string{
			".github/kustomization.yaml": kustomization(), "chart/Chart.yaml": "name: c\n", "chart/templates/p.yaml": goodSpec, "chart/k/kustomization.yaml": kustomization(),
		}, nil, []string{"chart/k"}},
		{"globs", map[string]string{"a/b/c": "", "a/.b/c": "", "d/b/e/f": "", "b": ""}, []string{"*/b"}, []string{"a/b", "d/b"}},
		{"deep globs", map[string]string{"a/b/c": "", "d/b/e/f": ""}, []string{"**"}, []string{".", "a", "a/b", "d", "d/b", "d/b/e"}},
		{"globs and names", map[string]string{"a/b/c": "", "d/b/e/f": ""}, []string{"a/**/b", "nope", "d/**/e", "d/*/e"}, []string{"a/b", "d/b/e", "nope"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, text := range tt.files {
				fsys[name] = &fstest.MapFile{Data: []byte(text)}
			}
			got, err := cli.PushedEnvironments(t.Context(), fsys, tt.globs...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPushedEnvironmentsStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fsys := fstest.MapFS{"a/kustomization.yaml": &fstest.MapFile{Data: []byte(kustomization())}}
	for _, globs := range [][]string{nil, {"*"}} {
		if got, err := cli.PushedEnvironments(ctx, fsys, globs...); !errors.Is(err, context.Canceled) {
			t.Errorf("%v: %v, %v", globs, got, err)
		}
	}
}

func TestObjectPaths(t *testing.T) {
	tests := []struct {
		list string
		want []string
		ok   bool
	}{
		{"", nil, true},
		{"/a/objects", []string{"/a/objects"}, true},
		{"/a::/b:", []string{"/a", "/b"}, true},
		{`"/a:b\"c\303\244":/d`, []string{`/a:b"cä`, "/d"}, true},
		{`/d:"/a:b"`, []string{"/d", "/a:b"}, true},
		{`"/a`, nil, false},
		{`"/a"b`, nil, false},
	}
	for _, tt := range tests {
		got, err := cli.ObjectPaths(tt.list)
		if diff := cmp.Diff(tt.want, got); diff != "" || (err == nil) != tt.ok {
			t.Errorf("%s: %v, %v", tt.list, got, err)
		}
	}
}
