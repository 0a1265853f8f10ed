// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"io/fs"
	"strings"
)

// resolve follows the symbolic link l within its tree and remembers where it
// leads. depth counts the links on the way to this one; every link is
// evaluated once, so a tree of links costs linear time. The outcome does not
// depend on the order in which links are visited.
func resolve(l *node, depth int) (*node, error) {
	if l.target != nil {
		return l.target, nil
	}
	if depth >= maxLinkHops {
		return nil, badLink(ErrSymlinkLoop, "the link is part of a loop or of a chain of more than 40 links")
	}
	if l.link == "" || strings.HasPrefix(l.link, "/") {
		return nil, badLink(ErrSymlinkEscape, "the link is empty or absolute")
	}
	at, cost := l.parent, 1
	for part := range strings.SplitSeq(l.link, "/") {
		next, hops, err := step(at, part, depth)
		if err != nil {
			return nil, err
		}
		at, cost = next, cost+hops
		if cost > maxLinkHops {
			return nil, badLink(ErrSymlinkLoop, "the link leads through more than 40 links")
		}
	}
	l.target, l.cost = at, cost
	return at, nil
}

// step goes from at to its entry called part, and through it if it is a link.
func step(at *node, part string, depth int) (next *node, hops int, err error) {
	if !at.mode.IsDir() {
		return nil, 0, badLink(ErrSymlinkDangling, "the link leads through a file as if it were a directory")
	}
	switch part {
	case "", ".":
		return at, 0, nil
	case "..":
		if at.parent == nil {
			return nil, 0, badLink(ErrSymlinkEscape, "the link leads out of the checkout")
		}
		return at.parent, 0, nil
	}
	c := at.child(part)
	if c == nil {
		return nil, 0, badLink(ErrSymlinkDangling, "the link leads to something that the checkout does not have")
	}
	if c.mode&fs.ModeSymlink == 0 {
		return c, 0, nil
	}
	next, err = resolve(c, depth+1)
	return next, c.cost, err
}

func badLink(detail error, reason string) *Error {
	return &Error{
		Kind: ErrUnsafe, Detail: detail, Reason: reason,
		Fix: "replace the link by a copy of the file, or by a relative link within the repository",
	}
}
