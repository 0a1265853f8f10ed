// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package peers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/cgi" //nolint:gosec // what the warning is about was mended in Go 1.6
	"os"
	"os/exec"
	"strings"
)

// GitServer serves the bare repositories below a directory to everyone, for
// cloning and pushing.
type GitServer struct {
	*Server
	root string
}

// ServeGit serves the repositories below root with git http-backend.
func ServeGit(ctx context.Context, root string) (*GitServer, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, errors.New("git is not installed; the Git server needs it")
	}
	s, err := Serve(ctx, &cgi.Handler{
		Path: program, Args: []string{"http-backend"}, Stderr: io.Discard,
		Env: append(gitEnvironment(root), "GIT_PROJECT_ROOT="+root, "GIT_HTTP_EXPORT_ALL=1",
			"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
			"GIT_CONFIG_KEY_1=http.receivepack", "GIT_CONFIG_VALUE_1=true"),
	})
	if err != nil {
		return nil, err
	}
	return &GitServer{Server: s, root: root}, nil
}

// Create makes an empty bare repository whose branch is main and returns its URL.
func (g *GitServer) Create(ctx context.Context, name string) (string, error) {
	if name == "" || strings.ContainsAny(name, "/\\") || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") {
		return "", fmt.Errorf("%q cannot be the name of a repository", name)
	}
	cmd := exec.CommandContext(ctx, "git", "init", "--quiet", "--bare", "--initial-branch=main", name+".git")
	cmd.Dir, cmd.Env = g.root, gitEnvironment(g.root)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make the repository %s: %w: %s", name, err, out)
	}
	return g.URL + "/" + name + ".git", nil
}

// gitEnvironment keeps git from the user's own configuration.
func gitEnvironment(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null"}
}
