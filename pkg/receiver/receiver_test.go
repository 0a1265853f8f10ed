// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/receiver"
)

const token = "correct horse battery staple"

func start() time.Time { return time.Date(2026, 11, 27, 11, 0, 0, 0, time.UTC) }

// bench is a handler over a Memory with a clock of its own.
type bench struct {
	*receiver.Memory
	handler http.Handler
	mu      sync.Mutex
	now     time.Time
	seen    []receiver.Observation
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) Observe(_ context.Context, o receiver.Observation) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen = append(b.seen, o)
}

func newBench(t *testing.T, change func(*receiver.Options)) *bench {
	t.Helper()
	b := &bench{Memory: &receiver.Memory{}, now: start()}
	o := receiver.Options{Receivers: b, Lister: b, Requester: b, Observer: b, Now: b.clock}
	if change != nil {
		change(&o)
	}
	h, err := receiver.New(o)
	if err != nil {
		t.Fatal(err)
	}
	b.handler = h
	return b
}

func (b *bench) add(p receiver.Provider) string {
	return b.AddReceiver(receiver.Receiver{Namespace: "llm", Name: "push", Provider: p, Token: []byte(token)})
}

func (b *bench) follow(name, url string, ref receiver.Ref) {
	b.AddTargets(receiver.Target{Namespace: "llm", Name: name, URL: url, Ref: ref})
}

func (b *bench) post(path, body string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

func (b *bench) names() string {
	var names []string
	for _, r := range b.Requests() {
		names = append(names, r.Namespace+"/"+r.Name)
	}
	return strings.Join(names, " ")
}

func sum(text string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

const zeros = "0000000000000000000000000000000000000000"

func hub(ref, after string) string {
	return `{"ref":"` + ref + `","before":"` + zeros + `","after":"` + after + `","deleted":` + map[bool]string{true: "true", false: "false"}[after == zeros] + `,
"repository":{"full_name":"acme/Platform","clone_url":"https://github.com/acme/Platform.git","ssh_url":"git@github.com:acme/Platform.git","html_url":"https://github.com/acme/Platform","default_branch":"main"},
"pusher":{"name":"ada"},"commits":[{"message":"déploiement 🚀"}]}`
}

func commit() string { return strings.Repeat("ab", 20) }

func generic(at time.Time, updates string) string {
	return `{"timestamp":"` + at.Format(time.RFC3339) + `","repository":"https://git.example.com/acme/platform","updates":[` + updates + `]}`
}

// TestProviders: a delivery of each provider, in the shape that it sends.
func TestProviders(t *testing.T) {
	gitLab := `{"object_kind":"push","event_name":"push","before":"` + zeros + `","after":"` + commit() + `","ref":"refs/heads/main","checkout_sha":"` + commit() + `",
"project":{"id":15,"name":"Platform","web_url":"https://gitlab.example.com/acme/platform","git_ssh_url":"git@gitlab.example.com:acme/platform.git","git_http_url":"https://gitlab.example.com/acme/platform.git","default_branch":"main"},"total_commits_count":1}`
	cloud := `{"actor":{"type":"user"},"repository":{"type":"repository","full_name":"acme/platform","links":{"html":{"href":"https://bitbucket.org/acme/platform"}}},
"push":{"changes":[{"old":null,"new":{"type":"branch","name":"main","target":{"hash":"` + commit() + `"}},"created":true}]}}`
	server := `{"eventKey":"repo:refs_changed","date":"2026-11-27T11:00:00+0000","repository":{"slug":"platform","project":{"key":"ACME"},
"links":{"clone":[{"href":"ssh://git@bitbucket.example.com:7999/acme/platform.git","name":"ssh"},{"href":"https://bitbucket.example.com/scm/acme/platform.git","name":"http"}]}},
"changes":[{"ref":{"id":"refs/heads/main","displayId":"main","type":"BRANCH"},"refId":"refs/heads/main","fromHash":"` + zeros + `","toHash":"` + commit() + `","type":"ADD"}]}`
	own := generic(start(), `{"ref":"refs/heads/main","commit":"`+commit()+`"}`)
	stamp := "1795777200" // start
	standard := func(body string) string {
		mac := hmac.New(sha256.New, []byte(token))
		mac.Write([]byte("msg_1." + stamp + "." + body))
		return "v1,AAAA v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	tests := []struct {
		name, url, body string
		provider        receiver.Provider
		header          map[string]string
	}{
		{"GitHub", "https://github.com/acme/platform", hub("refs/heads/main", commit()), receiver.GitHub,
			map[string]string{"X-GitHub-Event": "push", "X-Hub-Signature-256": "sha256=" + sum(hub("refs/heads/main", commit()))}},
		{"Gitea", "ssh://git@github.com/acme/platform.git", hub("refs/heads/main", commit()), receiver.Gitea,
			map[string]string{"X-Gitea-Event": "push", "X-Gitea-Signature": sum(hub("refs/heads/main", commit()))}},
		{"Forgejo", "git@github.com:acme/platform", hub("refs/heads/main", commit()), receiver.Forgejo,
			map[string]string{"X-Forgejo-Event": "push", "X-Gitea-Event": "push", "X-Forgejo-Signature": sum(hub("refs/heads/main", commit()))}},
		{"GitLab", "git@gitlab.example.com:acme/platform.git", gitLab, receiver.GitLab,
			map[string]string{"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": token}},
		{"GitLab, system hook", "https://gitlab.example.com/acme/platform", gitLab, receiver.GitLab,
			map[string]string{"X-Gitlab-Event": "System Hook", "X-Gitlab-Token": token}},
		{"GitLab, signed", "https://gitlab.example.com/acme/platform", gitLab, receiver.GitLab,
			map[string]string{"X-Gitlab-Event": "Push Hook", "webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": standard(gitLab)}},
		{"Bitbucket", "git@bitbucket.org:acme/platform.git", cloud, receiver.BitbucketCloud,
			map[string]string{"X-Event-Key": "repo:push", "X-Hub-Signature": "sha256=" + sum(cloud)}},
		{"Bitbucket server", "https://bitbucket.example.com/scm/acme/platform", server, receiver.BitbucketServer,
			map[string]string{"X-Event-Key": "repo:refs_changed", "X-Hub-Signature": "sha256=" + sum(server)}},
		{"generic", "https://git.example.com/acme/platform.git", own, receiver.Generic,
			map[string]string{"X-Signature": "sha256=" + sum(own)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, nil)
			path := b.add(tt.provider)
			b.follow("yes", tt.url, receiver.Ref{Branch: "main"})
			b.follow("other-branch", tt.url, receiver.Ref{Branch: "dev"})
			b.follow("other-repository", tt.url+"2", receiver.Ref{Branch: "main"})
			b.AddTargets(receiver.Target{Namespace: "other", Name: "namespace", URL: tt.url, Ref: receiver.Ref{Branch: "main"}})
			w := b.post(path, tt.body, tt.header)
			if w.Code != http.StatusAccepted {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			want := []receiver.Request{{Namespace: "llm", Name: "yes", At: start()}}
			if diff := cmp.Diff(want, b.Requests()); diff != "" {
				t.Error(diff)
			}
			observed := []receiver.Observation{{Namespace: "llm", Name: "push", Provider: tt.provider, Outcome: receiver.OutcomeRequested, Status: 202, Requested: 1}}
			if diff := cmp.Diff(observed, b.seen); diff != "" {
				t.Error(diff)
			}
			if w = b.post(path, tt.body, tt.header); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "before") || len(b.Requests()) != 1 {
				t.Errorf("replayed: %d %s", w.Code, w.Body)
			}
			// One bit of the body, of the proof, or no proof at all.
			b.advance(time.Minute)
			forged := strings.Replace(tt.body, "main", "mine", 1)
			if tt.provider == receiver.GitLab && tt.header["webhook-id"] == "" {
				forged = tt.body // the token is all the proof there is
				tt.header["X-Gitlab-Token"] += "x"
			}
			if w = b.post(path, forged, tt.header); w.Code != http.StatusUnauthorized {
				t.Errorf("forged: %d %s", w.Code, w.Body)
			}
			if w = b.post(path, tt.body, map[string]string{"X-GitHub-Event": "push"}); w.Code != http.StatusUnauthorized {
				t.Errorf("no proof: %d %s", w.Code, w.Body)
			}
		})
	}
}

// TestRefs: what a push of a ref asks for.
func TestRefs(t *testing.T) {
	tests := []struct {
		name, updates, want string
		status              int
	}{
		{"default branch", `{"ref":"refs/heads/main"}`, "llm/branch llm/default llm/name", 202},
		{"tag", `{"ref":"refs/tags/v1.0.0"}`, "llm/semver llm/tag", 202},
		{"another tag", `{"ref":"refs/tags/v2"}`, "llm/semver", 202},
		{"several", `{"ref":"refs/heads/x"},{"ref":"refs/tags/v1.0.0"}`, "llm/semver llm/tag", 202},
		{"branch that nothing follows", `{"ref":"refs/heads/feature"}`, "", 200},
		{"branch named like a tag", `{"ref":"refs/heads/v1.0.0"}`, "", 200},
		{"deleted", `{"ref":"refs/heads/main","deleted":true}`, "", 200},
		{"Unicode", `{"ref":"refs/heads/größe/日本"}`, "llm/unicode", 202},
		{"the same letters composed otherwise", `{"ref":"refs/heads/gro\u0308ße/日本"}`, "", 200},
		{"no branch", `{"ref":"refs/notes/commits"}`, "", 200},
		{"no full name", `{"ref":"main"}`, "", 400},
		{"control character", `{"ref":"refs/heads/a\u0007"}`, "", 400},
		{"upwards", `{"ref":"refs/heads/../x"}`, "", 400},
		{"long", `{"ref":"refs/heads/` + strings.Repeat("a", 2000) + `"}`, "", 400},
		{"none", ``, "", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, nil)
			path := b.add(receiver.Generic)
			const url = "https://git.example.com/acme/platform"
			for name, ref := range map[string]receiver.Ref{
				"default": {}, "branch": {Branch: "main"}, "tag": {Tag: "v1.0.0"}, "semver": {Branch: "main", SemVer: ">=1"},
				"name": {Name: "refs/heads/main"}, "commit": {Branch: "main", Commit: commit()}, "unicode": {Branch: "größe/日本"},
			} {
				b.follow(name, url, ref)
			}
			b.AddTargets(receiver.Target{Namespace: "llm", Name: "suspended", URL: url, Suspended: true})
			body := strings.Replace(generic(start(), tt.updates), `"updates"`, `"defaultBranch":"main","updates"`, 1)
			w := b.post(path, body, map[string]string{"X-Signature": receiver.Sign([]byte(token), []byte(body))})
			if w.Code != tt.status || b.names() != tt.want {
				t.Errorf("status %d, asked %q, want %d, %q: %s", w.Code, b.names(), tt.status, tt.want, w.Body)
			}
		})
	}
}

func TestEvents(t *testing.T) {
	b := newBench(t, nil)
	path := b.add(receiver.GitHub)
	b.follow("a", "https://github.com/acme/platform", receiver.Ref{})
	for event, want := range map[string]string{"ping": "pong", "issues": "not a push", "": "not a push"} {
		body := `{"zen":"` + event + `"}`
		w := b.post(path, body, map[string]string{"X-GitHub-Event": event, "X-Hub-Signature-256": "sha256=" + sum(body)})
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q: %d %s", event, w.Code, w.Body)
		}
	}
	for _, body := range []string{hub("refs/heads/main", zeros), hub("refs/tags/v1", commit())} {
		w := b.post(path, body, map[string]string{"X-GitHub-Event": "push", "X-Hub-Signature-256": "sha256=" + sum(body)})
		if w.Code != http.StatusOK {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if b.names() != "" {
		t.Errorf("asked %s", b.names())
	}
}

// TestUnauthorized: a stranger cannot tell what was wrong.
func TestUnauthorized(t *testing.T) {
	b := newBench(t, nil)
	path := b.add(receiver.Generic)
	hubPath := b.AddReceiver(receiver.Receiver{Namespace: "llm", Name: "hub", Provider: receiver.GitHub, Token: []byte(token)})
	open := b.AddReceiver(receiver.Receiver{Namespace: "llm", Name: "open", Provider: receiver.GitLab})
	odd := b.AddReceiver(receiver.Receiver{Namespace: "llm", Name: "odd", Provider: "svn", Token: []byte(token)})
	body := generic(start(), `{"ref":"refs/heads/main"}`)
	sign := func(body string) map[string]string {
		return map[string]string{"X-Signature": receiver.Sign([]byte(token), []byte(body))}
	}
	stale, early := generic(start().Add(-6*time.Minute), `{"ref":"refs/heads/main"}`), generic(start().Add(6*time.Minute), `{"ref":"refs/heads/main"}`)
	tests := []struct {
		name, path, body string
		header           map[string]string
	}{
		{"unknown address", "/hook/" + strings.Repeat("a", 64), body, sign(body)},
		{"no signature", path, body, nil},
		{"wrong signature", path, body, sign(body + " ")},
		{"signature cut short", path, body, map[string]string{"X-Signature": sign(body)["X-Signature"][:40]}},
		{"signature without its kind", path, body, map[string]string{"X-Signature": sum(body)}},
		{"SHA-1", hubPath, body, map[string]string{"X-GitHub-Event": "push", "X-Hub-Signature": "sha1=00"}},
		{"another provider's header", hubPath, body, sign(body)},
		{"stale", path, stale, sign(stale)},
		{"early", path, early, sign(early)},
		{"receiver without token", open, body, map[string]string{"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": ""}},
		{"receiver of an unknown kind", odd, body, sign(body)},
		{"not JSON, wrong signature", path, "{", sign("")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := b.post(tt.path, tt.body, tt.header)
			if got, want := w.Body.String(), `{"message":"unauthorized","requested":0}`+"\n"; w.Code != http.StatusUnauthorized || got != want {
				t.Errorf("%d %q", w.Code, got)
			}
		})
	}
	for _, o := range b.seen {
		if diff := cmp.Diff(receiver.Observation{Outcome: receiver.OutcomeUnauthorized, Status: 401}, o); diff != "" {
			t.Error(diff)
		}
	}
}

func TestReplay(t *testing.T) {
	b := newBench(t, func(o *receiver.Options) { o.MaxRemembered, o.Burst, o.Rate = 2, 100, 100 })
	path := b.add(receiver.GitHub)
	b.follow("a", "https://github.com/acme/platform", receiver.Ref{Branch: "main"})
	send := func(id, note string) string {
		body := strings.Replace(hub("refs/heads/main", commit()), "ada", note, 1)
		w := b.post(path, body, map[string]string{"X-GitHub-Event": "push", "X-GitHub-Delivery": id, "X-Hub-Signature-256": "sha256=" + sum(body)})
		return w.Body.String()
	}
	steps := []struct {
		name, id, note, want string
		after                time.Duration
	}{
		{"first", "1", "a", "requested\"", 0},
		{"again", "1", "a", "before", time.Second},
		{"again with another id", "2", "a", "before", time.Second},
		{"another one", "2", "b", "requested\"", time.Second},
		{"within the time", "3", "a", "before", 14 * time.Minute},
		{"past the time", "3", "a", "requested\"", 16 * time.Minute},
		{"fills up", "4", "c", "requested\"", 0},
		{"fills up more", "5", "d", "requested\"", 0},
		{"pushed out", "6", "a", "requested\"", 0},
	}
	for _, s := range steps {
		b.advance(s.after)
		if got := send(s.id, s.note); !strings.Contains(got, `"message":"`) || !strings.Contains(got, s.want) {
			t.Errorf("%s: %s, want %q", s.name, got, s.want)
		}
	}
}

// TestFailure: what failed is handled anew when it is sent again, and the
// sender does not learn why.
func TestFailure(t *testing.T) {
	b := newBench(t, nil)
	path := b.add(receiver.Generic)
	b.follow("a", "https://git.example.com/acme/platform", receiver.Ref{Branch: "main"})
	body := generic(start(), `{"ref":"refs/heads/main"}`)
	header := map[string]string{"X-Signature": receiver.Sign([]byte(token), []byte(body))}
	gone := errors.New("no route to 10.0.0.1")
	b.Fail(gone)
	if w := b.post(path, body, header); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "10.0.0.1") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !errors.Is(b.seen[0].Err, gone) {
		t.Errorf("observed %v", b.seen[0])
	}
	b.Fail(nil)
	if w := b.post(path, body, header); w.Code != http.StatusAccepted {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestRate(t *testing.T) {
	b := newBench(t, func(o *receiver.Options) { o.Rate, o.Burst = 0.5, 3 })
	path, other := b.add(receiver.Generic), b.AddReceiver(receiver.Receiver{Namespace: "x", Name: "y", Provider: receiver.Generic, Token: []byte(token)})
	old := generic(start().Add(-time.Hour), `{"ref":"refs/heads/main"}`)
	pushes := 0
	push := func(path string) *httptest.ResponseRecorder {
		pushes++
		body := generic(start(), fmt.Sprintf(`{"ref":"refs/heads/b%d"}`, pushes))
		return b.post(path, body, map[string]string{"X-Signature": receiver.Sign([]byte(token), []byte(body))})
	}
	if w := push(path); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	first := generic(start(), `{"ref":"refs/heads/b1"}`)
	for range 50 { // who lacks the secret uses nothing up, with what they caught neither
		b.post(path, first, nil)
		b.post(path, first, map[string]string{"X-Signature": receiver.Sign([]byte(token), []byte(first))})
		b.post(path, old, map[string]string{"X-Signature": receiver.Sign([]byte(token), []byte(old))})
	}
	for range 2 {
		if w := push(path); w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	for range 2 { // nor does asking too early
		if w := push(path); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "2" {
			t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
		}
	}
	if w := push(other); w.Code != http.StatusOK {
		t.Errorf("another receiver: %d", w.Code)
	}
	b.advance(2 * time.Second)
	pushes-- // what was turned away is handled when it comes again
	if w := push(path); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "before") {
		t.Errorf("later: %d %s", w.Code, w.Body)
	}
}

func TestOptions(t *testing.T) {
	m := &receiver.Memory{}
	for name, change := range map[string]func(*receiver.Options){
		"no interfaces": func(o *receiver.Options) { o.Lister = nil },
		"negative":      func(o *receiver.Options) { o.MaxBody = -1 },
		"short memory":  func(o *receiver.Options) { o.Remember = time.Minute },
	} {
		o := receiver.Options{Receivers: m, Lister: m, Requester: m}
		change(&o)
		if h, err := receiver.New(o); err == nil || h != nil {
			t.Errorf("%s: %v, %v", name, h, err)
		}
	}
	if s, err := receiver.NewServer(receiver.ServerOptions{}); err == nil || s != nil {
		t.Errorf("%v, %v", s, err)
	}
}
