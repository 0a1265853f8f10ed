// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package fetch brings the archive of a Helm chart from where it is published:
// an HTTP Helm repository, an OCI registry, or a path in a tree of files such as
// a Git checkout. It never runs a program and reads of the user's environment
// only the proxy variables.
//
//	f, err := fetch.NewFetcher(fetch.Options{CacheDir: dir})
//	archive, err := f.Fetch(ctx, fetch.Request{
//		Repository: "https://charts.example.com", Name: "dynamo-platform", Version: "1.4.0",
//	})
//
// # What is verified
//
// An archive is returned only after its digest is the one that the repository
// states (index.yaml or the manifest) and the request wants, after it has been
// read to its end within the [Limits], after nothing in it leads out of it, is
// a link or a device, and after its Chart.yaml names the chart and version that
// were asked for. A digest here is always the SHA-256 of the archive's bytes,
// also for a registry, whose own digests are those of manifests.
//
// # Cache
//
// Verified archives are kept in [Options.CacheDir] by digest, beside records of
// which repository, name and version had which digest. Any number of processes
// may share the directory: files appear whole or not at all, and are hashed
// again whenever they are read, so a damaged one is removed and fetched again.
// Only its owner can read or write it; a directory that anyone may write to is
// not used. An exact version in the cache is taken from there without asking
// the repository, unless [Request.Refresh] is set. The least recently used
// archives go when the cache exceeds [Options.MaxCacheBytes], or by
// [Fetcher.Prune].
//
// # Credentials
//
// A credential is sent to the origin (scheme, host and port) that it is for,
// and never follows a redirect to another. A registry may name a server of its
// own that exchanges the credential for a token, as the protocol has it; the
// server must be reached over TLS if the registry is. Errors, records and
// printed values hold no secret, and quote no text of a server's error page.
//
// # Failures that may pass
//
// No connection, a connection lost half-way, and the HTTP statuses 429, 500,
// 502, 503 and 504 are tried again, with growing waits or the one that the
// server asks for, a bounded number of times within [Options.Timeout].
package fetch
