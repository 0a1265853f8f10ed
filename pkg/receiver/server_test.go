// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/receiver"
)

// serve serves a handler on loopback until the test ends, or stop is called.
func serve(t *testing.T, h http.Handler) (address string, stop func() error) {
	t.Helper()
	server, err := receiver.NewServer(receiver.ServerOptions{Handler: h})
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
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String(), stop
}

// TestRequests: what is refused before the signature is looked at.
func TestRequests(t *testing.T) {
	b := newBench(t, func(o *receiver.Options) { o.MaxBody, o.BodyTimeout = 1000, 50*time.Millisecond })
	path := b.add(receiver.Generic)
	address, _ := serve(t, b.handler)
	const json = "Content-Type: application/json\r\n"
	tests := []struct {
		name, request string
		status        int
	}{
		{"GET", "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n", 405},
		{"other address", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 404},
		{"address in upper case", "POST " + strings.ToUpper(path) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 404},
		{"below the address", "POST " + path + "/x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 404},
		{"form", "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n", 415},
		{"no type", "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 415},
		{"huge by its length", "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + json + "Content-Length: 99999999\r\n\r\n", 413},
		{"huge in chunks", "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + json + "Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + strings.Repeat("a", 2000) + "\r\n0\r\n\r\n", 413},
		{"slow", "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + json + "Content-Length: 10\r\n\r\n{", 408},
		{"headers without end", "POST " + path + " HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("a", 100<<10) + "\r\n\r\n", 431},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = conn.Write([]byte(tt.request)) }()
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if response.StatusCode != tt.status {
				t.Errorf("status %d, want %d", response.StatusCode, tt.status)
			}
		})
	}
}

func TestMalformed(t *testing.T) {
	b := newBench(t, func(o *receiver.Options) { o.Burst = 100 })
	for _, p := range []receiver.Provider{receiver.GitHub, receiver.GitLab, receiver.Gitea, receiver.BitbucketCloud, receiver.BitbucketServer, receiver.Generic} {
		path := b.add(p)
		for _, body := range []string{"", "{", "[]", "null", "{}", `{"ref":7}`, "{\"ref\":\"\xff\"}", strings.Repeat("[", 100_000), `{"repository":{"clone_url":"https://github.com"}}`} {
			w := b.post(path, body, map[string]string{
				"X-GitHub-Event": "push", "X-Gitea-Event": "push", "X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": token, "X-Gitea-Signature": sum(body),
				"X-Event-Key":         map[receiver.Provider]string{receiver.BitbucketCloud: "repo:push", receiver.BitbucketServer: "repo:refs_changed"}[p],
				"X-Hub-Signature-256": "sha256=" + sum(body), "X-Hub-Signature": "sha256=" + sum(body), "X-Signature": "sha256=" + sum(body),
			})
			gitLabOther := p == receiver.GitLab && w.Code == http.StatusOK && strings.Contains(w.Body.String(), "not a push")
			if w.Code != http.StatusBadRequest && !gitLabOther {
				t.Errorf("%s %.20q: %d %s", p, body, w.Code, w.Body)
			}
		}
	}
}

// slow is a Requester that takes its time.
type slow struct {
	*receiver.Memory
	began, goOn chan struct{}
}

func (s slow) Request(ctx context.Context, t receiver.Target, at time.Time) error {
	s.began <- struct{}{}
	<-s.goOn
	return s.Memory.Request(ctx, t, at)
}

// TestBusyAndShutdown: one delivery too many is turned away, and the one that
// has begun is finished when the server stops.
func TestBusyAndShutdown(t *testing.T) {
	s := slow{Memory: &receiver.Memory{}, began: make(chan struct{}, 1), goOn: make(chan struct{})}
	b := newBench(t, func(o *receiver.Options) { o.Requester, o.MaxConcurrent = s, 1 })
	path := b.add(receiver.Generic)
	b.follow("a", "https://git.example.com/acme/platform", receiver.Ref{})
	address, stop := serve(t, b.handler)
	body := generic(start(), `{"ref":"refs/heads/main"}`)
	first := make(chan int, 1)
	go func() { first <- deliver(t, "http://"+address+path, body) }()
	<-s.began
	if w := b.post(path, body, nil); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" {
		t.Errorf("second: %d", w.Code)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	close(s.goOn)
	if status := <-first; status != http.StatusAccepted {
		t.Errorf("first: %d", status)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if len(s.Requests()) != 1 {
		t.Errorf("asked %v", s.Requests())
	}
}

// deliver posts a signed body and returns the status; zero when it fails.
func deliver(t *testing.T, url, body string) int {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Signature", receiver.Sign([]byte(token), []byte(body)))
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

// TestConcurrent: of many copies at once, one is handled.
func TestConcurrent(t *testing.T) {
	b := newBench(t, func(o *receiver.Options) { o.Burst = 10_000 })
	path := b.add(receiver.Generic)
	b.follow("a", "https://git.example.com/acme/platform", receiver.Ref{})
	var accepted atomic.Int64
	var group sync.WaitGroup
	for i := range 40 {
		group.Go(func() {
			body := generic(start(), fmt.Sprintf(`{"ref":"refs/heads/b%d"}`, i/4))
			w := b.post(path, body, map[string]string{"X-Signature": receiver.Sign([]byte(token), []byte(body))})
			if w.Code == http.StatusAccepted {
				accepted.Add(1)
			}
		})
	}
	group.Wait()
	if accepted.Load() != 10 || len(b.Requests()) != 10 {
		t.Errorf("%d accepted, %d requests", accepted.Load(), len(b.Requests()))
	}
}
