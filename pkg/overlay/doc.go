// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package overlay turns a directory of a source tree into Kubernetes objects, in
// memory: plain manifests are collected, and Kustomize overlays are built.
//
// A directory without a kustomization file is taken as a whole, as Flux does:
// every manifest below it counts, a sub-directory with a kustomization file is
// built as a unit, and .sourceignore files, hidden files and Helm charts are
// left out. A directory with a kustomization file is built as
// "kustomize build" builds it, with these limits: nothing is fetched (no remote
// bases, no URLs), nothing is run (no plugins, functions or Helm), and nothing
// outside of the tree is read. Files in other directories of the tree may be
// named, as Flux allows (kustomize's LoadRestrictionsNone).
//
// All kustomization files that take part are read and checked first, so that an
// error says "file:line: problem; fix". The transformations themselves are done
// per object where that gives what Kustomize gives, at a cost that is linear in
// the number of objects, and by Kustomize's own engine for the rest: built-in
// kinds that refer to each other, generators, replacements, custom
// transformers. Kustomize's engine slows down faster than with the square of
// the number of objects; see [Build] for what keeps a build away from it.
//
// This is the only package that links Kustomize. Its engine keeps a
// process-wide OpenAPI schema, so only one engine run happens at a time and the
// schema is reset around runs that bring one of their own.
package overlay
