// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"fmt"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHookPush runs the program as the hook of real repositories.
func TestHookPush(t *testing.T) {
	program := filepath.Join(t.TempDir(), "dynamo-gitops")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../dynamo-gitops").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for name, test := range map[string]func(*testing.T, string){
		"over file": pushOverFile, "refs": pushRefs, "ways": pushWays, "options": pushOptions,
		"hostile trees": pushHostileTrees, "huge": pushHuge, "empty trees": pushEmptyTrees, "links": pushLinks, "LFS": pushLFS,
		"GitHub example": gitHubExample, "GitLab example": gitLabExample,
	} {
		t.Run(name, func(t *testing.T) { test(t, program) })
	}
}

// pushed is a repository with the hook, and a clone to push from.
type pushed struct {
	server, clone string
	// url is how the clone reaches the server.
	url     string
	env     []string
	program string
}

// newPushed makes a repository whose hook has these arguments, and a clone
// with the starter repository as its first commit, not yet pushed.
func newPushed(t *testing.T, program, arguments string) pushed {
	t.Helper()
	return newPushedTo(t, program, filepath.Join(t.TempDir(), "platform.git"), arguments)
}

func newPushedTo(t *testing.T, program, server, arguments string) pushed {
	t.Helper()
	p := pushed{program: program, server: server, url: server, clone: quickstart(t)}
	git(t, t.TempDir(), "init", "-q", "--bare", "-b", "main", server)
	p.install(t, server, arguments)
	git(t, p.clone, "init", "-q", "-b", "main")
	p.commit(t, nil)
	return p
}

// install writes the hook as the guide shows it.
func (p pushed) install(t *testing.T, gitDir, arguments string) {
	t.Helper()
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' hook pre-receive %s\n", p.program, arguments)
	write(t, gitDir, map[string]string{"hooks/pre-receive": script})
	if err := os.Chmod(filepath.Join(gitDir, "hooks/pre-receive"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// commit writes files, commits everything and returns the commit.
func (p pushed) commit(t *testing.T, files map[string]string) string {
	t.Helper()
	write(t, p.clone, files)
	git(t, p.clone, "add", "-A")
	git(t, p.clone, "commit", "-q", "--allow-empty", "-m", "change")
	return git(t, p.clone, "rev-parse", "HEAD")
}

// push pushes and returns what the pusher sees, and whether it was accepted.
func (p pushed) push(t *testing.T, args ...string) (string, bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"push", p.url}, args...)...)
	cmd.Dir = p.clone
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	cmd.Env = append(cmd.Env, p.env...)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// state is everything in the repository: refs and objects.
func (p pushed) state(t *testing.T) string {
	t.Helper()
	return git(t, p.server, "for-each-ref") + "\n" + strings.Join(tree(t, filepath.Join(p.server, "objects")), "\n")
}

// accepted pushes and wants it to land.
func (p pushed) accepted(t *testing.T, want string, args ...string) {
	t.Helper()
	out, ok := p.push(t, args...)
	if !ok || !strings.Contains(out, "remote: valid: ") || !strings.Contains(out, want) {
		t.Fatalf("git push %v: want it accepted with %q, got\n%s", args, want, out)
	}
	if n := strings.Count(out, "remote: "); n != 1 {
		t.Errorf("%d lines for an accepted push:\n%s", n, out)
	}
}

// refused pushes and wants it refused, with the repository as it was.
func (p pushed) refused(t *testing.T, wants []string, args ...string) string {
	t.Helper()
	before := p.state(t)
	out, ok := p.push(t, args...)
	if ok || !strings.Contains(out, "(pre-receive hook declined)") {
		t.Fatalf("git push %v was not refused by the hook:\n%s", args, out)
	}
	for _, want := range wants {
		if !strings.Contains(out, "remote: "+want) {
			t.Errorf("the pusher does not see %q:\n%s", want, out)
		}
	}
	if diff := cmp.Diff(before, p.state(t)); diff != "" {
		t.Errorf("the repository has changed:\n%s", diff)
	}
	if strings.Contains(remoteLines(out), filepath.Dir(p.server)) {
		t.Errorf("the pusher sees where the repository lies:\n%s", out)
	}
	return out
}

// remoteLines are the lines that the server sent.
func remoteLines(out string) string {
	var lines []string
	for line := range strings.Lines(out) {
		if text, ok := strings.CutPrefix(line, "remote: "); ok {
			lines = append(lines, strings.TrimRight(text, " \n"))
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// badPatch is a Platform for clusters/prod with a misspelt key.
const badPatch = header + `spec:
  values:
    nats:
      jetstream: {}
`

func badProd() map[string]string {
	return map[string]string{"clusters/prod/patch-platform.yaml": badPatch}
}

const badLine = "clusters/prod/patch-platform.yaml:7:7: error: spec.values.nats.jetstream: "

func pushOverFile(t *testing.T, program string) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	p := newPushed(t, program, "")
	p.accepted(t, "3 environments", "main")
	before := git(t, p.server, "rev-parse", "main")
	bad := p.commit(t, badProd())
	out := p.refused(t, []string{
		badLine, "refused: main at " + bad[:12] + ": 1 of 3 environments", "  clusters/prod: 1 error",
		"before the next push: dynamo-gitops validate clusters/prod",
	}, "main")
	if !strings.Contains(out, "[DG1210]") {
		t.Errorf("the pusher does not see the code:\n%s", out)
	}
	git(t, p.clone, "reset", "-q", "--hard", before)
	p.commit(t, map[string]string{"README.md": "better\n"})
	p.accepted(t, "3 environments", "main")
	if left := tree(t, temp); len(left) > 0 {
		t.Errorf("left in the temporary directory: %v", left)
	}
}

func pushRefs(t *testing.T, program string) {
	p := newPushed(t, program, "")
	good := git(t, p.clone, "rev-parse", "HEAD")
	p.accepted(t, "", "main")
	bad := p.commit(t, badProd())
	git(t, p.clone, "branch", "bad")
	git(t, p.clone, "tag", "v1")
	git(t, p.clone, "tag", "-m", "release", "v2")
	git(t, p.clone, "reset", "-q", "--hard", good)
	git(t, p.clone, "branch", "feature/x")

	t.Run("new branch", func(t *testing.T) { p.accepted(t, "feature/x at "+good[:12], "feature/x") })
	t.Run("new bad branch", func(t *testing.T) { p.refused(t, []string{badLine}, "bad") })
	t.Run("new branch by its commit", func(t *testing.T) { p.refused(t, []string{badLine}, bad+":refs/heads/other") })
	t.Run("two refs, one bad", func(t *testing.T) {
		p.refused(t, []string{badLine, "refused: bad at " + bad[:12]}, "main:refs/heads/second", "bad")
	})
	t.Run("two refs of one commit", func(t *testing.T) {
		p.accepted(t, "valid: a, b at "+good[:12], "main:refs/heads/a", "main:refs/heads/b")
	})
	t.Run("tags pass", func(t *testing.T) { p.accepted(t, "no branch that is checked changes", "v1", "v2") })
	t.Run("deletion passes", func(t *testing.T) { p.accepted(t, "no branch that is checked changes", ":feature/x") })
	t.Run("deletion with a bad branch", func(t *testing.T) { p.refused(t, []string{badLine}, ":a", "bad") })
	t.Run("force push", func(t *testing.T) {
		p.commit(t, map[string]string{"README.md": "one\n"})
		p.accepted(t, "", "main")
		git(t, p.clone, "reset", "-q", "--hard", good)
		other := p.commit(t, map[string]string{"README.md": "two\n"})
		p.refused(t, []string{badLine}, "-f", "bad:main")
		p.accepted(t, other[:12], "-f", "main")
	})
	t.Run("refs that are no branches", func(t *testing.T) {
		p.accepted(t, "no branch that is checked changes", "bad:refs/notes/bad")
	})
}

// pushWays: the same over other transports and into other repositories.
func pushWays(t *testing.T, program string) {
	for name, prepare := range map[string]func(t *testing.T) pushed{
		"http": func(t *testing.T) pushed { return overHTTP(t, program) },
		"ssh": func(t *testing.T) pushed {
			p := newPushed(t, program, "")
			client := filepath.Join(t.TempDir(), "ssh")
			write(t, filepath.Dir(client), map[string]string{"ssh": "#!/bin/sh\nshift\nexec sh -c \"$1\"\n"})
			if err := os.Chmod(client, 0o755); err != nil {
				t.Fatal(err)
			}
			p.url = "ssh://git@git.example.invalid" + p.server
			p.env = []string{"GIT_SSH=" + client, "GIT_SSH_VARIANT=simple"}
			return p
		},
		"packs": func(t *testing.T) pushed {
			p := newPushed(t, program, "")
			git(t, p.server, "config", "receive.unpackLimit", "1")
			return p
		},
		"borrowed objects": func(t *testing.T) pushed {
			p := newPushed(t, program, "")
			p.accepted(t, "", "main")
			fork := filepath.Join(t.TempDir(), "fork.git")
			git(t, p.clone, "clone", "-q", "--bare", "--shared", p.server, fork)
			p.install(t, fork, "")
			p.server, p.url = fork, fork
			p.commit(t, map[string]string{"README.md": "of the fork\n"})
			return p
		},
		"the separator in the path": func(t *testing.T) pushed {
			return newPushedTo(t, program, filepath.Join(t.TempDir(), `a:b "c`, "platform.git"), "")
		},
		"repository with files": func(t *testing.T) pushed {
			p := newPushed(t, program, "")
			git(t, p.server, "config", "core.bare", "false")
			work := t.TempDir()
			if err := os.Rename(p.server, filepath.Join(work, ".git")); err != nil {
				t.Fatal(err)
			}
			git(t, work, "checkout", "-q", "--orphan", "here")
			p.server, p.url = filepath.Join(work, ".git"), work
			return p
		},
		"signed pushes' nonce, push options": func(t *testing.T) pushed {
			p := newPushed(t, program, "")
			git(t, p.server, "config", "receive.advertisePushOptions", "true")
			git(t, p.clone, "config", "push.pushOption", "ci.skip")
			return p
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := prepare(t)
			p.accepted(t, "3 environments", "main")
			p.commit(t, badProd())
			p.refused(t, []string{badLine}, "main")
		})
	}
}

// overHTTP serves the repository by smart HTTP.
func overHTTP(t *testing.T, program string) pushed {
	t.Helper()
	p := newPushed(t, program, "")
	backend := filepath.Join(git(t, p.clone, "--exec-path"), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Skip("git http-backend is not installed")
	}
	git(t, p.server, "config", "http.receivepack", "true")
	server := httptest.NewServer(&cgi.Handler{Path: backend, Env: []string{
		"GIT_PROJECT_ROOT=" + filepath.Dir(p.server), "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
	}})
	t.Cleanup(server.Close)
	p.url = server.URL + "/platform.git"
	return p
}

// pushOptions: what the hook's arguments change.
func pushOptions(t *testing.T, program string) {
	tests := []struct {
		name, arguments string
		files           map[string]string
		refused         string // empty for accepted
		summary         string // of what is accepted
	}{
		{"other branch only", "--branch 'release/*' --branch stable", badProd(), "", "valid: "},
		{"this branch too", "--branch stable --branch 'm*'", badProd(), badLine, ""},
		{"full name of a branch", "--branch refs/heads/main", badProd(), badLine, ""},
		{"other directories", "--path clusters/dev --path 'clusters/te*'", badProd(), "", "valid: "},
		{"glob", "--path 'clusters/*'", badProd(), badLine, ""},
		{"glob over directories", "--path '**/prod'", badProd(), badLine, ""},
		{"nothing matches", "--path 'sites/*'", nil, "", "no directory that --path of the hook matches"},
		{"named directory is missing", "--path sites/one", nil, "sites/one: error: ", ""},
		{"warnings pass", "", map[string]string{"clusters/dev/kustomization.yaml": warned}, "", "1 warning"},
		{"warnings refuse", "--strict", map[string]string{"clusters/dev/kustomization.yaml": warned}, "clusters/dev/kustomization.yaml:", ""},
		{"too many files", "--max-files 10", nil, "refused: main at ", ""},
		{"too large a file", "--max-file-bytes 20000", map[string]string{"big.bin": strings.Repeat("x", 30000)}, "refused: main at ", ""},
		{"too many bytes", "--max-total-bytes 9999", nil, "refused: main at ", ""},
		{"too many environments", "--max-environments 2", nil, "refused: main at ", ""},
		{"too little time", "--timeout 1ns", nil, "error: the push cannot be checked and is therefore refused: it took longer than 1ns", ""},
		{"wrong flag", "--pathes x", nil, "error: unknown flag", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPushed(t, program, tt.arguments)
			p.commit(t, tt.files)
			if tt.refused == "" {
				p.accepted(t, tt.summary, "main")
				return
			}
			p.refused(t, []string{tt.refused}, "main")
		})
	}
}

// warned is clusters/dev with a Secret in Git, which is a warning.
var warned = kustomization("../../base") + "patches: [{path: patch-platform.yaml}]\n" +
	"secretGenerator: [{name: s, namespace: inference, literals: [a=b]}]\n"

// pushHostileTrees: what no checkout ever carries is refused by its path.
func pushHostileTrees(t *testing.T, program string) {
	for name, tt := range map[string]struct {
		change func(t *testing.T, p pushed)
		want   string
	}{
		"submodule": {func(t *testing.T, p pushed) {
			commit := git(t, p.clone, "rev-parse", "HEAD")
			git(t, p.clone, "update-index", "--add", "--cacheinfo", "160000,"+commit+",vendor/base")
		}, "vendor/base"},
		"link out of the repository": {func(t *testing.T, p pushed) {
			link(t, p, "../../../../etc/passwd", "clusters/prod/secret.yaml")
		}, "clusters/prod/secret.yaml"},
		"absolute link": {func(t *testing.T, p pushed) { link(t, p, "/etc/passwd", "clusters/prod/secret.yaml") }, "clusters/prod/secret.yaml"},
		"dangling link": {func(t *testing.T, p pushed) { link(t, p, "nope.yaml", "base/l.yaml") }, "base/l.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPushed(t, program, "")
			tt.change(t, p)
			git(t, p.clone, "commit", "-q", "-m", "hostile")
			commit := git(t, p.clone, "rev-parse", "HEAD")
			p.refused(t, []string{"refused: main at " + commit[:12] + ": " + tt.want + ": "}, "main")
		})
	}
}

func link(t *testing.T, p pushed, target, name string) {
	t.Helper()
	if err := os.Symlink(target, filepath.Join(p.clone, name)); err != nil {
		t.Skip(err)
	}
	git(t, p.clone, "add", "-A")
}

// pushHuge: thousands of objects at once, and output that stays readable.
func pushHuge(t *testing.T, program string) {
	p := newPushed(t, program, "")
	files := map[string]string{}
	for i := range 300 {
		dir := fmt.Sprintf("sites/s%03d/", i)
		files[dir+"kustomization.yaml"] = kustomization("p.yaml")
		files[dir+"p.yaml"] = strings.Replace(badPatch, "spec:", "spec:\n  version: 0.9.0", 1)
	}
	commit := p.commit(t, files)
	out := p.refused(t, []string{
		"sites/s000/p.yaml:8:7: error: ", "… and 250 more", "refused: main at " + commit[:12] + ": 300 of 303 environments", "  … and 200 more",
	}, "main")
	if lines := strings.Count(out, "remote: "); lines > 160 {
		t.Errorf("%d lines", lines)
	}
}

// pushEmptyTrees: a repository may begin without an environment.
func pushEmptyTrees(t *testing.T, program string) {
	p := newPushed(t, program, "")
	git(t, p.clone, "checkout", "-q", "--orphan", "docs")
	git(t, p.clone, "rm", "-rqf", ".")
	p.commit(t, map[string]string{"README.md": "hello\n"})
	p.accepted(t, "holds no environment", "docs")
}

// pushLinks: links that stay in the repository work, also to directories.
func pushLinks(t *testing.T, program string) {
	p := newPushed(t, program, "--path 'links/*'")
	write(t, p.clone, map[string]string{"links/README": "not a directory\n"})
	link(t, p, "../clusters/prod", "links/prod")
	p.commit(t, nil)
	p.accepted(t, ", 1 environment, ", "main")
	p.commit(t, badProd())
	p.refused(t, []string{"links/prod/patch-platform.yaml:7:7: error: "}, "main")
}

// pushLFS: a file that Git LFS keeps elsewhere matters where it is a manifest only.
func pushLFS(t *testing.T, program string) {
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
	p := newPushed(t, program, "")
	p.commit(t, map[string]string{"weights/index.json": pointer})
	p.accepted(t, "3 environments", "main")
	p.commit(t, map[string]string{"clusters/prod/patch-platform.yaml": pointer})
	p.refused(t, []string{"clusters/prod/"}, "main")
}
