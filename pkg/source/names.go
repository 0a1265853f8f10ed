// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"strings"
	"unicode/utf8"
)

// dotGit is the one name that is never part of a checkout.
const dotGit = ".git"

// unsafeName says why name must not appear in a tree, or returns "".
func unsafeName(name string) string {
	switch {
	case name == "":
		return "the name is empty"
	case name == "." || name == "..":
		return `the name is "` + name + `"`
	case !utf8.ValidString(name):
		return "the name is not UTF-8"
	case strings.ContainsAny(name, `/\`):
		return "the name contains a slash or a backslash"
	}
	for _, r := range name {
		if r < 0x20 || r == 0x7f {
			return "the name contains a control character"
		}
	}
	if posesAsDotGit(name) {
		return "the name is, or on some file systems becomes, .git"
	}
	return ""
}

// posesAsDotGit reports whether a file system may take name for ".git":
// HFS+ ignores some invisible characters, NTFS ignores trailing dots and
// spaces and whatever follows a colon, and has the short name "git~1";
// both, like many others, ignore case.
func posesAsDotGit(name string) bool {
	name = strings.Map(dropIgnorable, name)
	name, _, _ = strings.Cut(name, ":")
	name = strings.ToLower(strings.TrimRight(name, " ."))
	return name == dotGit || name == "git~1"
}

func dropIgnorable(r rune) rune {
	switch {
	case r >= 0x200c && r <= 0x200f,
		r >= 0x202a && r <= 0x202e,
		r >= 0x206a && r <= 0x206f,
		r == 0xfeff, r == 0x200b:
		return -1
	}
	return r
}
