// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package source turns the place where a description lives, a directory or a
// Git repository, into a read-only [io/fs.FS] and the [Revision] it shows.
//
// [Open] decides by the form of the location; [Directory] and [Git] do one
// thing each. Git is spoken over https, ssh and the local file system, by
// branch, tag, version range, commit or any ref ([Ref]), with credentials
// ([Auth]) and, if asked, only after checking an OpenPGP signature
// ([Verification]). Nothing is written to disk, no program is run, and of the
// user's environment only the proxy variables are read.
//
// # What is refused
//
// The content may come from anyone who can push. So a tree is judged as a
// whole before a single file is handed out, and refused with an [*Error] that
// names the path and the remedy:
//
//   - symbolic links that leave the tree, are absolute, lead nowhere or in
//     circles; links that stay inside work
//   - submodules, unless [Limits.IgnoreSubmodules] is set
//   - names with slashes, backslashes, control characters or "..", and names
//     that some file system takes for ".git"
//   - devices, sockets and pipes in a directory
//   - too many, too large, too deeply nested files; packs and trees that are
//     small on the wire and huge when unpacked ([Limits])
//   - missing, truncated or damaged objects
//
// Git LFS pointers are refused when they are read: the content they stand for
// is not in the repository.
//
// # Errors
//
// Every error is an [*Error]. Test its kind with errors.Is against
// [ErrNotFound], [ErrUnauthorized] and so on, and its detail against
// [ErrSymlinkEscape], [ErrUnsigned] and so on. Errors and the fields of a
// [Checkout] never contain credentials, not even those inside a URL; use
// [Redact] for locations in your own messages.
package source
