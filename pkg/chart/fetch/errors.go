// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Kinds of failure. Every error that leaves this package is an [*Error] and
// matches exactly one of them (or context.Canceled) under errors.Is.
var (
	// ErrInvalid: the options or the request contradict each other or cannot be understood.
	ErrInvalid = errors.New("invalid chart request")
	// ErrNotFound: there is no such repository, chart or version.
	// [Error.Available] lists the versions, or else the charts, that there are.
	ErrNotFound = errors.New("chart not found")
	// ErrUnauthorized: HTTP status 401, 403 or 407: credentials are missing or not sufficient.
	ErrUnauthorized = errors.New("not authorized")
	// ErrRateLimited: HTTP status 429 after the last attempt, or with a
	// Retry-After that is longer than this package waits ([Error.RetryAfter]).
	ErrRateLimited = errors.New("rate limited")
	// ErrServer: HTTP status 5xx after the last attempt, or a status that no
	// chart repository should answer with.
	ErrServer = errors.New("server error")
	// ErrUnreachable: no connection, a certificate that is not trusted, or a
	// connection lost on every attempt.
	ErrUnreachable = errors.New("unreachable")
	// ErrTimeout: the answer was not complete within [Options.Timeout] or the
	// deadline of the context.
	ErrTimeout = errors.New("timed out")
	// ErrDigest: the archive is not the one that was expected.
	ErrDigest = errors.New("wrong digest")
	// ErrTooLarge: one of the [Limits] is exceeded.
	ErrTooLarge = errors.New("too large")
	// ErrUnsafeArchive: the archive or directory holds something that no chart
	// carries: a path that leads out of it, a link, a device, a file twice.
	ErrUnsafeArchive = errors.New("unsafe chart archive")
	// ErrCorrupt: what was served is damaged, incomplete, or no chart.
	ErrCorrupt = errors.New("corrupt chart")
	// ErrOffline: the chart is not in the cache, and the network may not be used.
	ErrOffline = errors.New("not in the cache")
	// ErrCache: the cache directory cannot be used.
	ErrCache = errors.New("cache unusable")
)

// Error is what every function of this package returns on failure: which
// repository, chart, version and file, what is wrong and how to put it right.
// No field ever holds a credential.
type Error struct {
	// Kind is one of the sentinels ErrInvalid … ErrCache, or context.Canceled.
	Kind error
	// Repository is the location without user, password, query and fragment.
	Repository string
	// Chart is the name that was asked for; may be empty for a local path.
	Chart string
	// Version is the version that was asked for; may be empty for a local path.
	Version string
	// Path is the slash-separated path in the archive or directory; empty if no
	// file is at fault. Files of a packed sub-chart follow its name and a "!".
	Path string
	// Limit is the field of [Limits] that was exceeded; only with ErrTooLarge.
	Limit string
	// Status is the HTTP status that decided; 0 if none did.
	Status int
	// RetryAfter is what the server asked to wait; only with ErrRateLimited and
	// ErrServer, and 0 if it did not say.
	RetryAfter time.Duration
	// Available lists the versions that the repository has of the chart, newest
	// first, or its charts by name if it lacks the chart; only with ErrNotFound.
	Available []string
	// Reason says what is wrong, in a sentence without a full stop.
	Reason string
	// Fix says what to do about it, in a sentence without a full stop.
	Fix string
	// Err is the cause, if it is safe to show: a context error or a file-system error.
	Err error
}

// Error says where, what and how to fix it, on one line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Chart+e.Version+e.Repository != "" {
		b.WriteString("chart")
		for _, part := range []string{e.Chart, e.Version} {
			if part != "" {
				b.WriteString(" " + part)
			}
		}
		if e.Repository != "" {
			b.WriteString(" of " + e.Repository)
		}
		b.WriteString(": ")
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	switch {
	case e.Reason != "":
		b.WriteString(e.Reason)
	case e.Kind != nil:
		b.WriteString(e.Kind.Error())
	}
	if e.Fix != "" {
		b.WriteString("; " + e.Fix)
	}
	return b.String()
}

// Is reports whether target is the kind of e.
func (e *Error) Is(target error) bool { return target != nil && target == e.Kind }

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// about returns err with the names filled in where they are still empty, and
// everything in it cleaned. What is not an *Error becomes one of kind ErrCorrupt.
func about(err error, t *target, clean func(string) string) *Error {
	var e *Error
	if !errors.As(err, &e) {
		e = corrupt(err.Error())
	}
	c := *e
	if c.Repository == "" {
		c.Repository = t.display
	}
	if c.Chart == "" {
		c.Chart = t.name
	}
	if c.Version == "" {
		c.Version = t.version
	}
	c.Chart, c.Version, c.Path = printable(c.Chart), printable(c.Version), printable(c.Path)
	c.Reason, c.Fix = clean(c.Reason), clean(c.Fix)
	return &c
}

// interrupted turns the end of ctx into an *Error; it returns nil while ctx lives.
func interrupted(ctx context.Context) *Error {
	err := ctx.Err()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return timedOut(context.DeadlineExceeded)
	default:
		return &Error{Kind: context.Canceled, Err: context.Canceled, Reason: "the operation was cancelled"}
	}
}

func timedOut(cause error) *Error {
	return &Error{
		Kind: ErrTimeout, Err: cause,
		Reason: "the server did not deliver within the time allowed",
		Fix:    "check the network path to the server, or raise the timeout",
	}
}

func invalid(reason, fix string) *Error { return &Error{Kind: ErrInvalid, Reason: reason, Fix: fix} }

func corrupt(reason string) *Error {
	return &Error{
		Kind: ErrCorrupt, Reason: reason,
		Fix: "check that the repository serves the chart as helm package wrote it, and fetch it again",
	}
}

func unsafeArchive(path, reason string) *Error {
	return &Error{
		Kind: ErrUnsafeArchive, Path: path, Reason: reason,
		Fix: "do not use this chart before its publisher has explained it; helm package writes no such archive",
	}
}
