// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// maxErrors bounds the errors of one delivery that are kept.
const maxErrors = 10

// Handler is the webhook endpoint. It may be used concurrently.
type Handler struct {
	options Options
	states  *states
	slots   chan struct{}
	// nobody is the secret that deliveries to unknown addresses are checked by,
	// so that they take as long as those to known ones.
	nobody Receiver
}

// New returns a Handler.
func New(o Options) (*Handler, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	token := make([]byte, 32)
	if _, err := rand.Read(token); err != nil {
		return nil, err
	}
	return &Handler{
		options: o,
		states:  &states{options: o, used: map[string]*state{}},
		slots:   make(chan struct{}, o.MaxConcurrent),
		nobody:  Receiver{Provider: Generic, Token: token},
	}, nil
}

// answer is what is said to the sender: a status, and words that are the same
// for all causes of one status that a stranger can bring about.
type answer struct {
	Status  int    `json:"-"`
	Message string `json:"message"`
	// Requested is how many targets were asked to reconcile.
	Requested int `json:"requested"`

	outcome  Outcome
	receiver Receiver
	wait     time.Duration
	err      error
}

// ServeHTTP implements http.Handler. The package comment lists the statuses.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	digest, ok := strings.CutPrefix(r.URL.Path, hookPath)
	if !ok || len(digest) != 64 || strings.Trim(digest, "0123456789abcdef") != "" {
		write(w, answer{Status: http.StatusNotFound, Message: "not found"})
		return
	}
	a := h.serve(w, r, digest)
	write(w, a)
	h.options.Observer.Observe(r.Context(), Observation{
		Namespace: a.receiver.Namespace, Name: a.receiver.Name, Provider: a.receiver.Provider,
		Outcome: a.outcome, Status: a.Status, Requested: a.Requested, Err: a.err,
	})
}

func write(w http.ResponseWriter, a answer) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	switch {
	case a.Status == http.StatusMethodNotAllowed:
		header.Set("Allow", http.MethodPost)
	case a.wait > 0:
		header.Set("Retry-After", strconv.Itoa(int(math.Ceil(a.wait.Seconds()))))
	}
	w.WriteHeader(a.Status)
	// An error here means that the sender has gone.
	_ = json.NewEncoder(w).Encode(a)
}

func malformed(status int, message string) answer {
	return answer{Status: status, Message: message, outcome: OutcomeMalformed}
}

// unauthorized is the one answer to everything that is not genuine.
func unauthorized() answer {
	return answer{Status: http.StatusUnauthorized, Message: "unauthorized", outcome: OutcomeUnauthorized}
}

// serve reads a request and proves it.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, digest string) answer {
	if r.Method != http.MethodPost {
		return malformed(http.StatusMethodNotAllowed, "use POST")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return malformed(http.StatusUnsupportedMediaType, "send application/json")
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		return answer{Status: http.StatusServiceUnavailable, Message: "busy", outcome: OutcomeLimited, wait: time.Second}
	}
	body, a := h.read(w, r)
	if a.Status != 0 {
		return a
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.options.Timeout)
	defer cancel()
	return h.handle(ctx, digest, r.Header, body)
}

// read reads a body within its bounds; the answer's status is zero if it did.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) ([]byte, answer) {
	tooLarge := malformed(http.StatusRequestEntityTooLarge, "the body is too large")
	if r.ContentLength > h.options.MaxBody {
		return nil, tooLarge
	}
	// Not every ResponseWriter has deadlines; the server's own hold then.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(h.options.BodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.options.MaxBody))
	var large *http.MaxBytesError
	switch {
	case err == nil:
		return body, answer{}
	case errors.As(err, &large):
		return nil, tooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header().Set("Connection", "close")
		return nil, malformed(http.StatusRequestTimeout, "the body came too slowly")
	}
	return nil, malformed(http.StatusBadRequest, "the body cannot be read")
}

// handle decides about a delivery that has arrived.
func (h *Handler) handle(ctx context.Context, digest string, header http.Header, body []byte) answer {
	now := h.options.Now()
	r, err := h.options.Receivers.Receiver(ctx, digest)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return answer{Status: http.StatusInternalServerError, Message: "try again later", outcome: OutcomeFailed, err: err}
	}
	f, known := formOf(r.Provider)
	known = known && err == nil && len(r.Token) > 0
	if !known {
		r = h.nobody
		f, _ = formOf(r.Provider)
	}
	identity, ok := f.verify(verification{header: header, body: body, token: r.Token, now: now, tolerance: h.options.Tolerance})
	if !ok || !known {
		return unauthorized()
	}
	a := h.genuine(ctx, genuine{receiver: r, form: f, digest: digest, identity: identity, event: f.action(header), body: body, now: now})
	if a.outcome != OutcomeUnauthorized {
		a.receiver = r
	}
	return a
}

// genuine is a delivery whose sender is known.
type genuine struct {
	receiver         Receiver
	form             form
	digest, identity string
	event            action
	body             []byte
	now              time.Time
}

func (h *Handler) genuine(ctx context.Context, g genuine) answer {
	switch g.event {
	case actionPing:
		return answer{Status: http.StatusOK, Message: "pong", outcome: OutcomePing}
	case actionNone:
		return answer{Status: http.StatusOK, Message: "not a push", outcome: OutcomeIgnored}
	}
	push, err := Parse(g.receiver.Provider, g.body)
	switch {
	case errors.Is(err, errNotPush):
		return answer{Status: http.StatusOK, Message: "not a push", outcome: OutcomeIgnored}
	case err != nil:
		a := malformed(http.StatusBadRequest, err.Error())
		a.err = err
		return a
	case g.receiver.Provider == Generic && !fresh(push.Sent, g.now, h.options.Tolerance):
		return unauthorized()
	}
	forget, ok := h.states.begin(g.digest, g.identity, g.now)
	if !ok {
		return answer{Status: http.StatusOK, Message: "handled before", outcome: OutcomeReplayed}
	}
	// Only what is new counts: whoever has caught deliveries uses nothing up by
	// repeating them.
	if wait, ok := h.states.allow(g.digest, g.now); !ok {
		forget()
		return answer{Status: http.StatusTooManyRequests, Message: "too many deliveries", outcome: OutcomeLimited, wait: wait}
	}
	requested, err := h.request(ctx, g, push)
	switch {
	case err != nil:
		forget() // sent again, it is handled again
		return answer{Status: http.StatusInternalServerError, Message: "try again later", Requested: requested, outcome: OutcomeFailed, err: err}
	case requested == 0:
		return answer{Status: http.StatusOK, Message: "nothing follows this", outcome: OutcomeUnmatched}
	}
	return answer{Status: http.StatusAccepted, Message: "requested", Requested: requested, outcome: OutcomeRequested}
}

// request asks every target that follows the push. One that cannot be asked
// does not keep the others from it.
func (h *Handler) request(ctx context.Context, g genuine, push Push) (int, error) {
	targets, err := matching(ctx, h.options.Lister, g.receiver, push)
	if err != nil {
		return 0, err
	}
	requested := 0
	var failed []error
	for _, t := range targets {
		if err := h.options.Requester.Request(ctx, t, g.now); err == nil {
			requested++
		} else if len(failed) < maxErrors {
			failed = append(failed, err)
		}
	}
	return requested, errors.Join(failed...)
}
