// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

// TestSourceRoot says which directory becomes the root of a local source tree.
func TestSourceRoot(t *testing.T) {
	const up = "resources: [../../base]\n"
	tests := []struct {
		name  string
		files map[string]string
		cwd   string
		args  []string
		dir   string   // wanted Dir of the build
		top   []string // wanted entries at the root
		shown string   // wanted prefix of files in findings
	}{
		{
			name: "a plain directory is its own root", files: map[string]string{"other/x": "", "a/m.yaml": ""},
			args: []string{"a"}, dir: ".", top: []string{"m.yaml"}, shown: "a/",
		},
		{
			name: "a base beside it raises the root", files: map[string]string{"x": "", "r/clusters/dev/kustomization.yaml": up, "r/base/m.yaml": "", "r/y": ""},
			args: []string{"r/clusters/dev"}, dir: "clusters/dev", top: []string{"base", "clusters", "y"}, shown: "r/",
		},
		{
			name: "a missing base as well", files: map[string]string{"x": "", "r/clusters/dev/kustomization.yaml": up},
			args: []string{"r/clusters/dev"}, dir: "clusters/dev", top: []string{"clusters"}, shown: "r/",
		},
		{
			name: "from inside", files: map[string]string{".git/HEAD": "", "clusters/dev/kustomization.yaml": up, "base/m.yaml": ""},
			cwd: "clusters/dev", dir: "clusters/dev", top: []string{"base", "clusters"}, shown: "../../",
		},
		{
			name: "from inside, without Git", files: map[string]string{"r/clusters/dev/kustomization.yaml": up, "r/base/m.yaml": ""},
			cwd: "r/clusters/dev", dir: "clusters/dev", top: []string{"base", "clusters"}, shown: "../../",
		},
		{
			name: "never the home directory", files: map[string]string{"home/.keep": "", "home/r/kustomization.yaml": "resources: [../base]\n", "home/base/m.yaml": ""},
			cwd: "home/r", dir: ".", top: []string{"kustomization.yaml"}, shown: "",
		},
		{
			name: "through a second kustomization", files: map[string]string{
				"r/a/b/kustomization.yaml": "resources: [../c]\n", "r/a/c/kustomization.yaml": "resources:\n- ../../d/m.yaml\n", "r/d/m.yaml": ""},
			args: []string{"r/a/b"}, dir: "a/b", top: []string{"a", "d"}, shown: "r/",
		},
		{
			name: "by the overlay of a Platform", files: map[string]string{
				"r/a/p.yaml": "kind: Platform\nspec:\n  overlay: ../mine # ours\n", "r/mine/kustomization.yaml": "resources: [x.yaml]\n"},
			args: []string{"r/a"}, dir: "a", top: []string{"a", "mine"}, shown: "r/",
		},
		{
			name: "not out of the work tree", files: map[string]string{"r/.git/HEAD": "", "r/a/kustomization.yaml": "resources: [../../base]\n", "base/m.yaml": ""},
			args: []string{"r/a"}, dir: ".", top: []string{"kustomization.yaml"}, shown: "r/a/",
		},
		{
			name: "not out of the working directory", files: map[string]string{"w/a/kustomization.yaml": "resources: [../../base]\n", "base/m.yaml": ""},
			cwd: "w", args: []string{"a"}, dir: ".", top: []string{"kustomization.yaml"}, shown: "a/",
		},
		{
			name: "somewhere else", files: map[string]string{"here/x": "", "there/m.yaml": ""},
			cwd: "here", args: []string{"../there"}, dir: ".", top: []string{"m.yaml"}, shown: "ROOT/there/",
		},
		{
			name: "--path keeps the root", files: map[string]string{"r/clusters/dev/kustomization.yaml": up, "r/base/m.yaml": ""},
			args: []string{"r", "--path", "clusters/dev"}, dir: "clusters/dev", top: []string{"base", "clusters"}, shown: "r/",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, tt.files)
			var got pipeline.Options
			var top []string
			h := harness{dir: filepath.Join(root, tt.cwd), env: map[string]string{"HOME": filepath.Join(root, "home")}, build: func(_ context.Context, o pipeline.Options) (*pipeline.Plan, error) {
				got = o
				entries, err := fs.ReadDir(o.FS, ".")
				for _, e := range entries {
					top = append(top, e.Name())
				}
				if err != nil {
					return nil, err
				}
				return nil, object.NewFindingsError(object.Finding{
					Severity: object.SeverityError, Problem: "here", Position: object.Position{File: "f.yaml"},
				})
			}}
			r := h.run(t, append([]string{"generate"}, tt.args...)...).want(t, cli.ExitRefused)
			if got.Dir != tt.dir {
				t.Errorf("Dir is %q, want %q", got.Dir, tt.dir)
			}
			if diff := cmp.Diff(tt.top, slices.DeleteFunc(top, func(n string) bool { return n == ".git" })); diff != "" {
				t.Errorf("root (-want +got):\n%s", diff)
			}
			want := strings.Replace(tt.shown, "ROOT", root, 1) + "f.yaml: error: here\n"
			if !strings.HasPrefix(r.err, want) {
				t.Errorf("stderr begins with %q, want %q", r.err, want)
			}
		})
	}
}

// TestReportsNameFilesFromTheTop: code scanning and review know files by their
// path in the repository, wherever the command runs.
func TestReportsNameFilesFromTheTop(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{".git/HEAD": "", "deploy/clusters/dev/kustomization.yaml": "resources: [../../base]\n", "deploy/base/m.yaml": ""})
	h := harness{dir: filepath.Join(root, "deploy/clusters"), build: refusing(object.Finding{
		Code: "DG1190", Severity: object.SeverityError, Problem: "here", Position: object.Position{File: "base/m.yaml", Line: 3},
	})}
	for format, want := range map[string]string{
		"github": "::error file=deploy/base/m.yaml,line=3,", "sarif": `"uri": "deploy/base/m.yaml"`, "text": "../base/m.yaml:3: error: here",
	} {
		if r := h.run(t, "validate", "dev", "-o", format).want(t, cli.ExitRefused); !strings.Contains(r.out, want) {
			t.Errorf("%s lacks %q:\n%s", format, want, r.out)
		}
	}
}

// TestOptionsReachThePipeline: the flags of a build are those of the pipeline.
func TestOptionsReachThePipeline(t *testing.T) {
	var got pipeline.Options
	h := harness{dir: t.TempDir(), build: func(_ context.Context, o pipeline.Options) (*pipeline.Plan, error) {
		got = o
		return &pipeline.Plan{}, nil
	}}
	h.run(t, "validate", "--strict", "--allow-unknown-version", "--kube-version", "1.31").want(t, cli.ExitOK)
	got.FS = nil
	want := pipeline.Options{Dir: ".", Strict: true, AllowUnknownVersion: true, KubeVersion: "1.31"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestInterrupt: a cancelled command says so and leaves nothing.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := harness{dir: quickstart(t), build: func(ctx context.Context, o pipeline.Options) (*pipeline.Plan, error) {
		plan, err := pipeline.Build(ctx, o)
		cancel()
		return plan, err
	}}
	before := tree(t, h.dir)
	r := h.runContext(t, ctx, "generate", "clusters/dev", "--output-dir", "out/dev").want(t, cli.ExitRefused)
	if !strings.Contains(r.err, "interrupted") {
		t.Errorf("stderr: %q", r.err)
	}
	if diff := cmp.Diff(before, tree(t, h.dir)); diff != "" {
		t.Errorf("left behind:\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(h.dir, "out")); err == nil {
		t.Error("the parent directory is left behind")
	}
	if r := h.runContext(t, ctx, "generate", "clusters/dev").want(t, cli.ExitRefused); r.out != "" {
		t.Errorf("stdout: %q", r.out)
	}
}

func TestTimeout(t *testing.T) {
	h := harness{dir: t.TempDir(), build: func(ctx context.Context, _ pipeline.Options) (*pipeline.Plan, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	r := h.run(t, "generate", "--timeout", "1ms").want(t, cli.ExitRefused)
	if !strings.Contains(r.err, "--timeout") {
		t.Errorf("stderr: %q", r.err)
	}
}
