// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Options configure a [Fetcher]. The zero value works: no cache, no
// credentials, the default limits.
type Options struct {
	// CacheDir is the directory of the cache; it is made when first needed.
	// Empty means no cache, and every fetch asks the repository. See [DefaultCacheDir].
	CacheDir string
	// MaxCacheBytes is the size that the archives in the cache are kept under.
	// Default 1 GiB; a negative number is refused.
	MaxCacheBytes int64
	// Offline forbids the network: charts come from the cache and from local paths.
	Offline bool
	// Credentials knows the credentials of servers, such as a [*DockerConfig];
	// nil for none. [Request.Credential] comes first.
	Credentials CredentialSource
	// CABundle holds PEM certificates of authorities to trust besides those of the system.
	CABundle []byte
	// ClientCertificates identify the client to servers that ask for one.
	ClientCertificates []tls.Certificate
	// Transport replaces the HTTP transport, and with it CABundle and
	// ClientCertificates. It must not decompress answers. Nil for one that uses
	// the proxy variables of the environment and TLS 1.2 or newer.
	Transport http.RoundTripper
	// Limits bound what is fetched.
	Limits Limits
	// Timeout bounds one fetch over the network with all its attempts. Default 2 minutes.
	Timeout time.Duration
	// Attempts is how often a request is sent before a failure that may pass
	// counts. Default 4.
	Attempts int
	// Backoff is the wait before the second attempt; it doubles each time.
	// Default 500 ms.
	Backoff time.Duration
	// MaxWait is the longest wait between attempts. A server that asks for
	// more gets no further attempt. Default 30 s.
	MaxWait time.Duration
	// Now is the clock, used for the order of use in the cache and for
	// Retry-After. Default time.Now.
	Now func() time.Time
	// Sleep waits, or returns the error of the context. Default: a timer.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Archive is a verified chart archive.
type Archive struct {
	// Name and Version are those of the Chart.yaml in it.
	Name, Version string
	// Digest is the SHA-256 of Data as "sha256:<hex>".
	Digest string
	// Data is the .tgz file. It belongs to the caller.
	Data []byte
	// FromCache says that the archive came from the cache without asking the repository.
	FromCache bool
	// NotCached says why the archive could not be kept in the cache, as an
	// *Error of kind ErrCache; nil if it was kept, is local, or there is no cache.
	NotCached error
}

// Fetcher fetches charts. It is safe for concurrent use; several requests for
// one chart at a time wait for each other, so that with a cache it is
// downloaded once.
type Fetcher struct {
	limits      Limits
	offline     bool
	timeout     time.Duration
	credentials CredentialSource
	transport   *transport
	cache       *cache // nil for none

	mu      sync.Mutex
	flights map[string]*flight
}

// flight is the turn at one chart.
type flight struct {
	turn  chan struct{}
	users int
}

// NewFetcher checks the options. It touches neither disk nor network. The
// error is an [*Error] of kind [ErrInvalid].
func NewFetcher(o Options) (*Fetcher, error) {
	limits, err := o.Limits.complete()
	if err != nil {
		return nil, err
	}
	if o.MaxCacheBytes < 0 || o.Timeout < 0 || o.Attempts < 0 || o.Backoff < 0 || o.MaxWait < 0 {
		return nil, invalid("an option is negative", "give a positive number, or 0 for the default")
	}
	next, err := newTransport(o)
	if err != nil {
		return nil, err
	}
	o = o.complete()
	f := &Fetcher{
		limits: limits, offline: o.Offline, timeout: o.Timeout, credentials: o.Credentials,
		transport: &transport{next: next, patience: patience{
			attempts: o.Attempts, backoff: o.Backoff, maximum: o.MaxWait, now: o.Now, sleep: o.Sleep,
		}},
		flights: map[string]*flight{},
	}
	if o.CacheDir != "" {
		f.cache = &cache{dir: o.CacheDir, maximum: o.MaxCacheBytes, now: o.Now}
	}
	return f, nil
}

func (o Options) complete() Options {
	const gibibyte = 1 << 30
	o.MaxCacheBytes = orDefault(o.MaxCacheBytes, gibibyte)
	o.Timeout = orDefault(o.Timeout, 2*time.Minute)
	o.Attempts = orDefault(o.Attempts, 4)
	o.Backoff = orDefault(o.Backoff, 500*time.Millisecond)
	o.MaxWait = orDefault(o.MaxWait, 30*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return o
}

func orDefault[T int | int64 | time.Duration](given, def T) T {
	if given == 0 {
		return def
	}
	return given
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Fetch returns the archive of one chart. The error is an [*Error].
func (f *Fetcher) Fetch(ctx context.Context, r Request) (*Archive, error) {
	t, invalidRequest := parse(r)
	if invalidRequest != nil {
		return nil, invalidRequest
	}
	fetched, err := f.fetch(ctx, t)
	if err != nil {
		return nil, about(err, t, scrubber(t.Credential.secrets()))
	}
	return fetched, nil
}

func (f *Fetcher) fetch(ctx context.Context, t *target) (*Archive, error) {
	if stopped := interrupted(ctx); stopped != nil {
		return nil, stopped
	}
	if t.scheme == schemeLocal {
		return f.local(ctx, t)
	}
	release, err := f.acquire(ctx, t.key())
	if err != nil {
		return nil, err
	}
	defer release()
	kept, why := f.cache.find(t, f.limits, f.offline)
	var own *Error
	switch {
	case kept != nil:
		return kept, nil
	case errors.As(why, &own) && (!errors.Is(own, ErrCache) || f.offline):
		return nil, why
	case f.offline:
		return nil, offlineError(why)
	}
	return f.overNetwork(ctx, t, own)
}

// overNetwork downloads, verifies and keeps the archive. unusable is what is
// wrong with the cache, or nil.
func (f *Fetcher) overNetwork(ctx context.Context, t *target, unusable *Error) (*Archive, error) {
	d, err := f.newCall(t).run(ctx)
	if err != nil {
		return nil, err
	}
	sum := digestOf(d.data)
	if d.stated != "" && d.stated != sum {
		return nil, wrongDigest(d.stated, sum, "the repository")
	}
	if t.digest != "" && t.digest != sum {
		return nil, wrongDigest(t.digest, sum, "the request")
	}
	found, err := inspect(d.data, f.limits)
	if err != nil {
		return nil, err
	}
	if err := checkIdentity(t, found); err != nil {
		return nil, err
	}
	fetched := &Archive{Name: found.Name, Version: found.Version, Digest: sum, Data: d.data}
	switch {
	case unusable != nil:
		fetched.NotCached = about(unusable, t, printable)
	case f.cache != nil:
		if err := f.cache.keep(t, record{Digest: sum, Facts: found}, d.data); err != nil {
			fetched.NotCached = about(err, t, printable)
		}
	}
	return fetched, nil
}

// acquire waits for the turn at key.
func (f *Fetcher) acquire(ctx context.Context, key string) (release func(), err error) {
	f.mu.Lock()
	at := f.flights[key]
	if at == nil {
		at = &flight{turn: make(chan struct{}, 1)}
		f.flights[key] = at
	}
	at.users++
	f.mu.Unlock()
	leave := func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if at.users--; at.users == 0 {
			delete(f.flights, key)
		}
	}
	select {
	case at.turn <- struct{}{}:
		return func() { <-at.turn; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, interrupted(ctx)
	}
}

func offlineError(why error) *Error {
	e := &Error{
		Kind:   ErrOffline,
		Reason: "the chart is not in the cache, and the network may not be used",
		Fix:    "fetch it once with the network allowed, with the same cache directory",
	}
	if why != nil {
		e.Reason = why.Error() + ", and the network may not be used"
	}
	return e
}
