// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	branchRefs = "refs/heads/"
	tagRefs    = "refs/tags/"

	// maxUpdates bounds the refs of one push, maxUpdateLine one line about a ref.
	maxUpdates    = 100_000
	maxUpdateLine = 8 << 10
)

// refUpdate is what a push does to one ref.
type refUpdate struct {
	// commit is the object that the ref shall lead to; empty when it is deleted.
	commit string
	ref    string
}

// tip is a commit and the branches that shall lead to it.
type tip struct {
	commit   string
	branches []string
}

// readUpdates reads the lines "OLD NEW REF" that Git writes for a pre-receive
// or post-receive hook. A push of nothing is an error, because Git never asks about one.
func readUpdates(ctx context.Context, in io.Reader) ([]refUpdate, error) {
	type outcome struct {
		updates []refUpdate
		err     error
	}
	done := make(chan outcome, 1)
	go func() {
		updates, err := parseUpdates(in)
		done <- outcome{updates, err}
	}()
	select {
	case <-ctx.Done(): // whoever runs the hook does not say what is pushed
		return nil, ctx.Err()
	case o := <-done:
		return o.updates, o.err
	}
}

func parseUpdates(in io.Reader) ([]refUpdate, error) {
	var updates []refUpdate
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxUpdateLine)
	for lines.Scan() {
		if len(updates) == maxUpdates {
			return nil, fmt.Errorf("the push changes more than %d refs; push them in parts", maxUpdates)
		}
		update, ok := parseUpdate(lines.Text())
		if !ok {
			return nil, fmt.Errorf("line %d of the standard input is not \"OLD NEW REF\", as Git writes it; run this as a hook of Git only", len(updates)+1)
		}
		updates = append(updates, update)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("line %d of the standard input is longer than %d bytes; run this as a hook of Git only", len(updates)+1, maxUpdateLine)
	case err != nil:
		return nil, fmt.Errorf("the standard input cannot be read: %w", err)
	case len(updates) == 0:
		return nil, errors.New("the standard input is empty; run this as a hook of Git only")
	}
	return updates, nil
}

func parseUpdate(line string) (refUpdate, bool) {
	fields := strings.SplitN(line, " ", 3)
	if len(fields) != 3 || !isObjectName(fields[0]) || !isObjectName(fields[1]) || len(fields[0]) != len(fields[1]) {
		return refUpdate{}, false
	}
	update := refUpdate{commit: fields[1], ref: fields[2]}
	if strings.Trim(update.commit, "0") == "" {
		update.commit = ""
	}
	return update, strings.HasPrefix(update.ref, "refs/") && printable(update.ref) == update.ref
}

// isObjectName recognises the names of objects by SHA-1 and SHA-256.
func isObjectName(text string) bool {
	return (len(text) == 40 || len(text) == 64) && strings.Trim(text, "0123456789abcdef") == ""
}

// branchTips lists the commits that branches shall lead to, each once, for the
// branches that match a glob; without globs all do.
func branchTips(updates []refUpdate, globs []string) []tip {
	var tips []tip
	for _, u := range updates {
		branch, isBranch := strings.CutPrefix(u.ref, branchRefs)
		if !isBranch || u.commit == "" || len(globs) > 0 && !matchesAny(globs, branch) {
			continue
		}
		i := slices.IndexFunc(tips, func(t tip) bool { return t.commit == u.commit })
		if i < 0 {
			i, tips = len(tips), append(tips, tip{commit: u.commit})
		}
		tips[i].branches = append(tips[i].branches, branch)
	}
	return tips
}

// hookRepository is where a hook reads.
type hookRepository struct {
	dir string
	// objects are the directories with objects that are pushed but not yet
	// accepted, and those that the repository borrows from.
	objects []string
}

// hookRepository finds the repository in the environment that Git gives a hook.
// Without it, it is the working directory, where Git starts the hook.
func (s *session) hookRepository() (hookRepository, error) {
	r := hookRepository{dir: s.absolute(cmp.Or(s.Getenv("GIT_DIR"), "."))}
	borrowed, err := objectPaths(s.Getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES"))
	if err != nil {
		return r, err
	}
	own := filepath.Join(r.dir, "objects")
	for _, dir := range append([]string{s.Getenv("GIT_QUARANTINE_PATH"), s.Getenv("GIT_OBJECT_DIRECTORY")}, borrowed...) {
		if dir == "" {
			continue
		}
		if dir = s.absolute(dir); dir != own && !slices.Contains(r.objects, dir) {
			r.objects = append(r.objects, dir)
		}
	}
	return r, nil
}

// objectPaths takes a list of directories apart as Git does: entries that begin
// with a quotation mark are quoted as in C, because they hold the separator.
func objectPaths(list string) ([]string, error) {
	const separator = string(filepath.ListSeparator)
	var paths []string
	for list != "" {
		entry, rest, _ := strings.Cut(list, separator)
		if strings.HasPrefix(list, `"`) {
			quoted, err := strconv.QuotedPrefix(list)
			if err == nil {
				entry, err = strconv.Unquote(quoted)
			}
			after, found := strings.CutPrefix(list[len(quoted):], separator)
			if err != nil || !found && after != "" {
				return nil, errors.New("the variable GIT_ALTERNATE_OBJECT_DIRECTORIES has a broken quotation; run this as a hook of Git only")
			}
			rest = after
		}
		if entry != "" {
			paths = append(paths, entry)
		}
		list = rest
	}
	return paths, nil
}
