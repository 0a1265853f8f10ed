// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"errors"
	"strings"
)

// Kinds of failure. Every error that leaves this package as an [*Error]
// matches exactly one of them (or context.Canceled) under errors.Is.
var (
	// ErrInvalid: the options contradict each other or cannot be understood.
	ErrInvalid = errors.New("invalid source")
	// ErrNotFound: the directory, the repository or the revision does not exist.
	ErrNotFound = errors.New("not found")
	// ErrUnauthorized: the credentials are missing, wrong or not sufficient.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrUnreachable: the server did not answer, or not in time.
	ErrUnreachable = errors.New("unreachable")
	// ErrHostKey: the SSH server's key is unknown, revoked or not the one expected.
	ErrHostKey = errors.New("host key not trusted")
	// ErrUnverified: a signature that was asked for is absent or not good.
	ErrUnverified = errors.New("signature not verified")
	// ErrUnsafe: the tree holds something that a checkout never carries.
	ErrUnsafe = errors.New("unsafe content")
	// ErrTooLarge: one of the [Limits] is exceeded.
	ErrTooLarge = errors.New("too large")
	// ErrLFSPointer: the file holds a Git LFS pointer instead of its content.
	ErrLFSPointer = errors.New("Git LFS pointer")
	// ErrCorrupt: objects are missing, truncated or not what their name says.
	ErrCorrupt = errors.New("corrupt repository")
)

// Details of ErrUnsafe. An [*Error] matches its kind and its detail.
var (
	// ErrSymlinkEscape: a symbolic link leads out of the checkout, or is absolute.
	ErrSymlinkEscape = errors.New("symbolic link leaves the checkout")
	// ErrSymlinkDangling: a symbolic link leads to nothing in the checkout.
	ErrSymlinkDangling = errors.New("symbolic link leads nowhere")
	// ErrSymlinkLoop: symbolic links lead to each other, or the chain is too long.
	ErrSymlinkLoop = errors.New("symbolic link loop")
	// ErrSubmodule: the tree contains a submodule.
	ErrSubmodule = errors.New("submodule")
	// ErrName: a file name is not safe on every system, or poses as ".git".
	ErrName = errors.New("unsafe file name")
	// ErrSpecialFile: a device, socket or named pipe.
	ErrSpecialFile = errors.New("special file")
)

// Details of ErrUnverified.
var (
	// ErrUnsigned: there is no signature.
	ErrUnsigned = errors.New("not signed")
	// ErrUnknownKey: the signature was made by a key that the keyring lacks.
	ErrUnknownKey = errors.New("signed by an unknown key")
	// ErrBadSignature: the signature does not belong to the content.
	ErrBadSignature = errors.New("bad signature")
	// ErrKeyExpired: the key is known, but it or the signature has expired.
	ErrKeyExpired = errors.New("key or signature expired")
	// ErrKeyRevoked: the key is known, but its owner has revoked it.
	ErrKeyRevoked = errors.New("key revoked")
	// ErrSignatureFormat: signed, but by something other than OpenPGP.
	ErrSignatureFormat = errors.New("unsupported signature format")
)

// Error is what every function of this package returns on failure: which
// source, which revision, which file, what is wrong and how to put it right.
// No field ever holds a credential.
type Error struct {
	// Kind is one of the sentinels ErrInvalid … ErrCorrupt, or context.Canceled.
	Kind error
	// Detail narrows Kind, for example ErrSymlinkEscape; nil where Kind says it all.
	Detail error
	// URL is the location without user, password, query and fragment.
	URL string
	// Ref is the revision that was asked for, in words; empty for a directory.
	Ref string
	// Path is the slash-separated path in the checkout; empty if no file is at fault.
	Path string
	// Limit is the field of [Limits] that was exceeded; only with ErrTooLarge.
	Limit string
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
	for _, part := range []string{e.URL, e.Ref, e.Path} {
		if part != "" {
			b.WriteString(part)
			b.WriteString(": ")
		}
	}
	switch {
	case e.Reason != "":
		b.WriteString(e.Reason)
	case e.Detail != nil:
		b.WriteString(e.Detail.Error())
	case e.Kind != nil:
		b.WriteString(e.Kind.Error())
	}
	if e.Fix != "" {
		b.WriteString("; ")
		b.WriteString(e.Fix)
	}
	return b.String()
}

// Is reports whether target is the kind or the detail of e.
func (e *Error) Is(target error) bool {
	return target != nil && (target == e.Kind || target == e.Detail)
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// located returns err with the location filled in where it is still empty.
// Anything that is not an *Error becomes one of kind ErrCorrupt whose text
// has been cleaned of secrets.
func located(err error, url, ref string, clean func(string) string) error {
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{
			Kind:   ErrCorrupt,
			Reason: "the repository cannot be read: " + clean(err.Error()),
			Fix:    "fetch or clone it again, and run git fsck on it",
		}
	}
	c := *e
	if c.URL == "" {
		c.URL = url
	}
	if c.Ref == "" {
		c.Ref = ref
	}
	c.Reason = clean(c.Reason)
	return &c
}

// interrupted turns the end of ctx into an *Error; it returns nil while ctx lives.
func interrupted(ctx context.Context) *Error {
	err := ctx.Err()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{
			Kind: ErrUnreachable, Err: context.DeadlineExceeded,
			Reason: "the source did not deliver within the time allowed",
			Fix:    "check the network path to the server, or raise the timeout",
		}
	default:
		return &Error{Kind: context.Canceled, Err: context.Canceled, Reason: "the operation was cancelled"}
	}
}

func corrupt(reason string) *Error {
	return &Error{
		Kind: ErrCorrupt, Reason: reason,
		Fix: "the repository is damaged or only partly fetched: run git fsck, then fetch or clone it again",
	}
}

func invalid(reason, fix string) *Error {
	return &Error{Kind: ErrInvalid, Reason: reason, Fix: fix}
}
