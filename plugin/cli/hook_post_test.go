// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/receiver"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

const (
	hookSecret    = "0123456789abcdef0123456789abcdef"
	repositoryURL = "https://git.example.com/acme/platform.git"
)

// cluster is a real receiver on loopback whose targets follow repositoryURL.
func cluster(t *testing.T) (*receiver.Memory, string) {
	t.Helper()
	m := &receiver.Memory{}
	path := m.AddReceiver(receiver.Receiver{Namespace: "llm", Name: "push", Provider: receiver.Generic, Token: []byte(hookSecret)})
	m.AddTargets(
		receiver.Target{Namespace: "llm", Name: "default", URL: "git@git.example.com:acme/platform"},
		receiver.Target{Namespace: "llm", Name: "releases", URL: repositoryURL, Ref: receiver.Ref{SemVer: ">=1"}},
		receiver.Target{Namespace: "llm", Name: "other", URL: repositoryURL, Ref: receiver.Ref{Branch: "other"}},
	)
	handler, err := receiver.New(receiver.Options{Receivers: m, Lister: m, Requester: m})
	if err != nil {
		t.Fatal(err)
	}
	server, err := receiver.NewServer(receiver.ServerOptions{Handler: handler})
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return m, "http://" + l.Addr().String() + path
}

func asked(m *receiver.Memory) string {
	var names []string
	for _, r := range m.Requests() {
		names = append(names, r.Name)
	}
	return strings.Join(names, " ")
}

// TestPostReceivePush: real pushes to a bare repository whose hook is the built
// program, which tells a real receiver.
func TestPostReceivePush(t *testing.T) {
	program := filepath.Join(t.TempDir(), "dynamo-gitops")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../dynamo-gitops").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, way := range []string{"file", "smart HTTP"} {
		t.Run(way, func(t *testing.T) {
			m, address := cluster(t)
			p := pushed{program: program, server: filepath.Join(t.TempDir(), "platform.git"), clone: t.TempDir()}
			git(t, p.clone, "init", "-q", "-b", "main")
			git(t, p.clone, "init", "-q", "--bare", "-b", "main", p.server)
			write(t, p.server, map[string]string{"hooks/post-receive": fmt.Sprintf("#!/bin/sh\nexec '%s' hook post-receive\n", program), "secret": hookSecret + "\n"})
			if err := os.Chmod(filepath.Join(p.server, "hooks/post-receive"), 0o755); err != nil {
				t.Fatal(err)
			}
			p.url = p.server
			if way != "file" {
				p.url = smartHTTP(t, p.server)
			}
			p.commit(t, nil)
			told := func(want, requests string, args ...string) {
				t.Helper()
				out, ok := p.push(t, args...)
				if !ok || !strings.Contains(out, "remote: "+want) || strings.Count(out, "remote: ") != 1 || asked(m) != requests {
					t.Fatalf("git push %v: %v, asked %q, want %q:\n%s", args, ok, asked(m), requests, out)
				}
				if strings.Contains(out, "/hook/") || strings.Contains(out, hookSecret) {
					t.Fatalf("the pusher sees the address or the secret:\n%s", out)
				}
			}
			told("warning: the push has landed, but the cluster was not told", "", "main")
			git(t, p.server, "config", "dynamo-gitops.receiver", address)
			git(t, p.server, "config", "dynamo-gitops.repository", repositoryURL)
			git(t, p.server, "config", "dynamo-gitops.secretFile", "secret")
			p.commit(t, nil)
			told("cluster told: 1 PlatformSync will reconcile now", "default", "main")
			git(t, p.clone, "tag", "v1.0.0")
			p.commit(t, nil)
			told("cluster told: 2 PlatformSyncs will reconcile now", "default default releases", "main", "v1.0.0")
			told("cluster told: nothing there follows what was pushed", "default default releases", "main:refs/heads/größe")
			told("cluster told: nothing there follows what was pushed", "default default releases", ":v1.0.0")
			told("cluster not told: no branch and no tag has moved", "default default releases", "main:refs/notes/x")
			git(t, p.server, "config", "dynamo-gitops.secretFile", "hooks/post-receive")
			p.commit(t, nil)
			told("warning: the push has landed, but the cluster was not told and follows after its interval: the receiver 127.0.0.1:", "default default releases", "main")
			if head := git(t, p.clone, "rev-parse", "HEAD"); head != git(t, p.server, "rev-parse", "main") {
				t.Error("a push did not land")
			}
		})
	}
}

func smartHTTP(t *testing.T, server string) string {
	t.Helper()
	backend := filepath.Join(git(t, server, "--exec-path"), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Fatalf("git http-backend, a part of git, is not installed: %v", err)
	}
	git(t, server, "config", "http.receivepack", "true")
	s := httptest.NewServer(&cgi.Handler{Path: backend, Env: []string{
		"GIT_PROJECT_ROOT=" + filepath.Dir(server), "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
	}})
	t.Cleanup(s.Close)
	return s.URL + "/" + filepath.Base(server)
}

// postHook runs hook post-receive in process.
func (h harness) postHook(ctx context.Context, in io.Reader, args ...string) result {
	var out, err bytes.Buffer
	status := cli.ExecuteWithInput(ctx, cli.New(h.options(&out, &err)), in, append([]string{"hook", "post-receive"}, args...)...)
	return result{status: status, out: out.String(), err: err.String()}
}

func updateOf(ref string) string { return noObject + " " + strings.Repeat("ab", 20) + " " + ref + "\n" }

// TestPostReceiveWarns: whatever goes wrong, the status is 0 and there is one line.
func TestPostReceiveWarns(t *testing.T) {
	var hits atomic.Int64
	answers := func(status int, header ...string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			hits.Add(1)
			if len(header) > 0 {
				w.Header().Set(header[0], header[1])
			}
			w.WriteHeader(status)
		})
	}
	tests := []struct {
		name    string
		handler http.Handler
		env     map[string]string
		in      string
		want    string
		tries   int64 // at least; 1 and 0 exactly
	}{
		{name: "nothing known", env: map[string]string{"DYNAMO_GITOPS_REPOSITORY": ""}, want: "dynamo-gitops.repository"},
		{name: "no address", env: map[string]string{"DYNAMO_GITOPS_RECEIVER": ""}, want: "dynamo-gitops.receiver"},
		{name: "another scheme", env: map[string]string{"DYNAMO_GITOPS_RECEIVER": "ftp://x/hook/1"}, want: "dynamo-gitops.receiver"},
		{name: "no secret", env: map[string]string{"DYNAMO_GITOPS_RECEIVER_SECRET": ""}, want: "there is no secret"},
		{name: "short secret", env: map[string]string{"DYNAMO_GITOPS_RECEIVER_SECRET": "hunter2"}, want: "shorter than"},
		{name: "no lines of Git", in: "hello\n", want: "line 1 of the standard input"},
		{name: "refused", handler: answers(401), want: "(401)", tries: 1},
		{name: "gone", handler: answers(404), want: "answers 404", tries: 1},
		{name: "elsewhere", handler: answers(307, "Location", "https://evil.example/"), want: "answers 307", tries: 1},
		{name: "busy for long", handler: answers(429, "Retry-After", "3600"), want: "answers 429", tries: 1},
		{name: "failing", handler: answers(503), want: "answers 503", tries: 2},
		{name: "unreachable", env: map[string]string{"DYNAMO_GITOPS_RECEIVER": "http://127.0.0.1:1/hook/1"}, want: "cannot be reached"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hits.Store(0)
			env := map[string]string{"DYNAMO_GITOPS_RECEIVER": "http://127.0.0.1:1/hook/1", "DYNAMO_GITOPS_REPOSITORY": repositoryURL, "DYNAMO_GITOPS_RECEIVER_SECRET": hookSecret}
			if tt.handler != nil {
				server := httptest.NewServer(tt.handler)
				defer server.Close()
				env["DYNAMO_GITOPS_RECEIVER"] = server.URL + "/hook/1"
			}
			maps.Copy(env, tt.env)
			if tt.in == "" {
				tt.in = updateOf("refs/heads/main")
			}
			r := harness{dir: t.TempDir(), env: env}.postHook(t.Context(), strings.NewReader(tt.in), "--timeout", "900ms").want(t, cli.ExitOK)
			if !strings.HasPrefix(r.err, "warning: the push has landed") || !strings.Contains(r.err, tt.want) || strings.Count(r.err, "\n") != 1 {
				t.Errorf("stderr: %q, want %q", r.err, tt.want)
			}
			if strings.Contains(r.err, "/hook/1") || strings.Contains(r.err, hookSecret) || strings.Contains(r.err, "hunter2") {
				t.Errorf("a secret shows: %q", r.err)
			}
			if n := hits.Load(); n < tt.tries || tt.tries < 2 && n != tt.tries {
				t.Errorf("%d tries, want %d", n, tt.tries)
			}
		})
	}
}

// TestPostReceiveTriesAgain: the second try arrives, over TLS with an authority
// of one's own; one that hangs is cut off.
func TestPostReceiveTriesAgain(t *testing.T) {
	var hits atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("X-Signature") != receiver.Sign([]byte(hookSecret), body) {
			t.Error("wrong signature")
		}
		if hits.Add(1) == 1 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, `{"requested":3}`)
	}))
	defer server.Close()
	dir := t.TempDir()
	write(t, dir, map[string]string{"secret": hookSecret, "ca.pem": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))})
	args := []string{"--receiver", server.URL + "/hook/1", "--repository", repositoryURL, "--secret-file", "secret"}
	r := harness{dir: dir}.postHook(t.Context(), strings.NewReader(updateOf("refs/heads/main")), append(args, "--ca-file", "ca.pem")...).want(t, cli.ExitOK)
	if r.err != "cluster told: 3 PlatformSyncs will reconcile now\n" || hits.Load() != 2 {
		t.Errorf("%q after %d tries", r.err, hits.Load())
	}
	r = harness{dir: dir}.postHook(t.Context(), strings.NewReader(updateOf("refs/heads/main")), append(args, "--timeout", "500ms")...).want(t, cli.ExitOK)
	if !strings.Contains(r.err, "cannot be reached") {
		t.Errorf("unknown authority: %q", r.err)
	}

	free := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-free }))
	defer hanging.Close()
	defer close(free)
	began := time.Now()
	args[1] = hanging.URL + "/hook/1"
	r = harness{dir: dir}.postHook(t.Context(), strings.NewReader(updateOf("refs/heads/main")), append(args, "--timeout", "100ms")...).want(t, cli.ExitOK)
	if !strings.HasPrefix(r.err, "warning: ") || !strings.Contains(r.err, "longer than 100ms") || time.Since(began) > 5*time.Second {
		t.Errorf("hanging: %q after %s", r.err, time.Since(began))
	}
}

func TestPostReceiveUsage(t *testing.T) {
	h := harness{dir: t.TempDir()}
	golden(t, "help-hook-post-receive", h.run(t, "hook", "post-receive", "--help").want(t, cli.ExitOK).out)
	h.postHook(t.Context(), strings.NewReader(""), "--timeout", "0s").want(t, cli.ExitUsage)
	h.postHook(t.Context(), strings.NewReader(""), "main").want(t, cli.ExitUsage)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if r := h.postHook(t.Context(), null).want(t, cli.ExitUsage); !strings.Contains(r.err, "hooks/post-receive") {
		t.Errorf("stderr: %q", r.err)
	}
}
