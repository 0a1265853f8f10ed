// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package render inflates Helm charts in process, with Helm's own engine.
//
// Load (or LoadFS) reads a chart once; Render turns it into objects as often as
// wanted, with other values each time. What comes out is, object for object,
// what "helm template" prints for the same chart and values: sub-charts are
// enabled, aliased and given values by Helm's code, defaults are coalesced by
// Helm's code, and templates are executed by Helm's engine. Nothing is written,
// started or asked over the network, and no cluster is needed: the template
// function lookup finds nothing, as with "helm template", so the guards of a
// chart that depend on it do not run. The rules of pkg/validate stand in for
// the ones that Dynamo's charts have.
//
// # Bounds
//
// A chart is a program. Reading one is bounded by Limits; rendering one is
// bounded by the context, by Input.Timeout and by Input.MaxOutput, and the
// template functions that make much out of little (until, seq, repeat, indent)
// refuse to make too much. Go's template engine has no way to stop an execution
// from outside: when time is up Render returns at once, and the execution ends
// at its next call of one of the common functions. A template that loops over a
// literal range and calls nothing goes on in the background until it is done,
// so charts of unknown origin belong in a process of their own.
//
// # Sameness
//
// The same input gives the same bytes unless the chart asks for random numbers
// or the time. Output.Nondeterministic says whether it did, at no cost; Unstable
// finds out what differs and, for the charts that it knows, which value to set.
//
// # Secrets
//
// Values and rendered objects may hold secrets. No error of this package
// contains the text of a value under a name like password, token or key, or the
// text of a template that came out of the values. Helm itself writes warnings
// about values of the wrong kind to the standard logger of package log, and may
// quote a value there; a program that renders should set that logger to discard
// its output. The same warnings are in Output.Warnings, without the values.
package render
