// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// gitDirs are the places of a repository on this machine.
type gitDirs struct {
	git    string // with HEAD
	common string // with objects and refs; differs from git in a linked worktree
}

// findGit looks for the repository at path: bare, or the one that the working
// tree at path belongs to. It does not look in parent directories.
func findGit(path string) (gitDirs, bool) {
	inside := filepath.Join(path, dotGit)
	st, err := os.Stat(inside)
	switch {
	case err == nil && st.IsDir():
		return gitDirs{inside, inside}, isGitDir(inside)
	case err == nil && st.Mode().IsRegular():
		return linkedGit(path, inside)
	}
	return gitDirs{path, path}, isGitDir(path)
}

func isGitDir(path string) bool {
	for _, name := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Lstat(filepath.Join(path, name)); err != nil {
			return false
		}
	}
	return true
}

// linkedGit follows a .git file, as linked worktrees and submodules have it.
func linkedGit(path, file string) (gitDirs, bool) {
	target, ok := readLine(file)
	target, isLink := strings.CutPrefix(target, "gitdir:")
	if !ok || !isLink {
		return gitDirs{}, false
	}
	git := absolute(path, strings.TrimSpace(target))
	common := git
	if line, ok := readLine(filepath.Join(git, "commondir")); ok {
		common = absolute(git, line)
	}
	_, err := os.Lstat(filepath.Join(git, headName))
	return gitDirs{git, common}, err == nil && isGitDir(common)
}

func absolute(base, path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(base, path)
}

// readLine reads a file that holds one line.
func readLine(name string) (string, bool) {
	text, ok := readSmall(name)
	return strings.TrimSpace(text), ok
}

// readSmall reads the first 64 KiB of a file.
func readSmall(name string) (string, bool) {
	f, err := os.Open(name)
	if err != nil {
		return "", false
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 64<<10))
	return string(data), err == nil
}

// fromDisk opens a repository on this machine and chooses a revision.
func (j *job) fromDisk(ctx context.Context) (pick, error) {
	if st, err := os.Stat(j.loc.path); err != nil {
		return pick{}, fileError("", err)
	} else if !st.IsDir() {
		return pick{}, invalid("this is a file, not a repository", "name the directory of the repository")
	}
	dirs, ok := findGit(j.loc.path)
	if !ok {
		return pick{}, &Error{
			Kind: ErrNotFound, Reason: "there is no Git repository here",
			Fix: "check the path, or run git init and commit; a directory without revision needs no repository",
		}
	}
	disk, err := openDisk(dirs, j.opts.Limits, j.opts.ObjectDirs)
	if err != nil {
		return pick{}, err
	}
	chosen, err := disk.pick(ctx, j.opts.Ref)
	if err != nil {
		return pick{}, errors.Join(err, disk.close())
	}
	return pick{chosen, &locked{inner: disk}}, nil
}

// diskStore reads the objects of a repository in place.
type diskStore struct {
	*filesystem.Storage
	others []*filesystem.Storage // alternates and further object directories
	max    int64
}

func openDisk(dirs gitDirs, limits Limits, more []string) (*diskStore, error) {
	fsys := dotgit.NewRepositoryFilesystem(osfs.New(dirs.git), osfs.New(dirs.common))
	d := &diskStore{Storage: openStorage(fsys), max: limits.MaxFileBytes}
	if err := d.supported(); err != nil {
		return nil, err
	}
	own := filepath.Join(dirs.common, "objects")
	for _, dir := range objectDirs(append([]string{own}, more...))[1:] {
		d.others = append(d.others, openStorage(objectsOnly{osfs.New(dir)}))
	}
	return d, nil
}

// supported refuses repositories in formats that cannot be read here.
func (d *diskStore) supported() error {
	cfg, err := d.Config()
	if err != nil {
		return corrupt("the configuration of the repository cannot be read")
	}
	for _, format := range [][2]string{{"objectformat", "sha1"}, {"refstorage", "files"}} {
		option, only := format[0], format[1]
		if got := cfg.Raw.Section("extensions").Option(option); got != "" && !strings.EqualFold(got, only) {
			return invalid("the repository uses the format "+printable(got), "clone it over https or ssh into a repository in the format "+only)
		}
	}
	return nil
}

func openStorage(fsys billy.Filesystem) *filesystem.Storage {
	return filesystem.NewStorageWithOptions(fsys, cache.NewObjectLRUDefault(), filesystem.Options{KeepDescriptors: true})
}

// at returns the storage that has an object, or the repository's own.
func (d *diskStore) at(h plumbing.Hash) *filesystem.Storage {
	if len(d.others) == 0 || d.HasEncodedObject(h) == nil {
		return d.Storage
	}
	for _, s := range d.others {
		if s.HasEncodedObject(h) == nil {
			return s
		}
	}
	return d.Storage
}

func (d *diskStore) pick(ctx context.Context, r Ref) (choice, error) {
	list, err := d.refList()
	if err != nil {
		return choice{}, err
	}
	if r.Commit == "" {
		return list.choose(r)
	}
	want, err := r.commitHash()
	if err != nil {
		return choice{}, err
	}
	if kind, err := d.kind(want); err != nil || kind != plumbing.CommitObject {
		return choice{}, missingCommit(want, "")
	}
	if r.Branch == "" {
		return choice{hash: want}, nil
	}
	tip, err := list.short(branchPrefix, r.Branch)
	if err != nil {
		return choice{}, err
	}
	if ok, err := d.reaches(ctx, tip.hash, want); err != nil || !ok {
		return choice{}, errors.Join(err, missingCommit(want, r.Branch))
	}
	return choice{tip.refName, r.Branch, want}, nil
}

// reaches reports whether want is tip or an ancestor of it.
func (d *diskStore) reaches(ctx context.Context, tip, want plumbing.Hash) (bool, error) {
	shallow, err := d.Shallow()
	if err != nil {
		return false, corrupt("the list of shallow commits cannot be read")
	}
	seen := map[plumbing.Hash]bool{tip: true}
	cut := map[plumbing.Hash]bool{}
	for _, h := range shallow {
		cut[h] = true
	}
	for queue := []plumbing.Hash{tip}; len(queue) > 0; {
		h := queue[0]
		queue = queue[1:]
		if h == want {
			return true, nil
		}
		if cut[h] {
			continue
		}
		if stopped := interrupted(ctx); stopped != nil {
			return false, stopped
		}
		c := new(object.Commit)
		if err := decode(d, plumbing.CommitObject, h, c.Decode); err != nil {
			return false, err
		}
		for _, p := range c.ParentHashes {
			if !seen[p] {
				seen[p] = true
				queue = append(queue, p)
			}
		}
	}
	return false, nil
}

// refList reads HEAD and all refs.
func (d *diskStore) refList() (refList, error) {
	list := refList{refs: map[string]plumbing.Hash{}}
	iter, err := d.IterReferences()
	if err != nil {
		return list, corrupt("the refs cannot be read: " + err.Error())
	}
	err = iter.ForEach(func(r *plumbing.Reference) error {
		if r.Type() == plumbing.HashReference && r.Name() != plumbing.HEAD {
			list.refs[r.Name().String()] = r.Hash()
		}
		return nil
	})
	if err != nil {
		return list, corrupt("the refs cannot be read: " + err.Error())
	}
	head, err := d.Reference(plumbing.HEAD)
	if err != nil {
		return list, corrupt("HEAD cannot be read: " + err.Error())
	}
	if head.Type() == plumbing.HashReference {
		list.head = head.Hash()
		return list, nil
	}
	if h, ok := list.refs[head.Target().String()]; ok {
		list.main, list.head = head.Target().String(), h
	}
	return list, nil
}

func (d *diskStore) size(h plumbing.Hash) (int64, error) {
	n, err := d.at(h).EncodedObjectSize(h)
	return n, d.explain(h, err)
}

func (d *diskStore) kind(h plumbing.Hash) (plumbing.ObjectType, error) {
	o, err := d.at(h).EncodedObject(plumbing.AnyObject, h)
	if err != nil {
		return 0, d.explain(h, err)
	}
	return o.Type(), nil
}

// content reads an object and checks that it is what its name says.
func (d *diskStore) content(t plumbing.ObjectType, h plumbing.Hash) ([]byte, error) {
	size, err := d.size(h)
	if err != nil {
		return nil, err
	}
	if size > d.max {
		return nil, tooLarge("MaxFileBytes", "", fmt.Sprintf("the %s is %d bytes large", t, size), d.max)
	}
	o, err := d.at(h).EncodedObject(t, h)
	if err != nil {
		return nil, d.explain(h, err)
	}
	r, err := o.Reader()
	if err != nil {
		return nil, d.explain(h, err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, size+1))
	if err != nil {
		return nil, d.explain(h, err)
	}
	if plumbing.ComputeHash(t, data) != h {
		return nil, corrupt("the object " + h.String() + " is damaged")
	}
	return data, nil
}

func (d *diskStore) explain(h plumbing.Hash, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, plumbing.ErrObjectNotFound):
		return missingObject(h)
	}
	return corrupt("the object " + h.String() + " cannot be read: " + err.Error())
}

func (d *diskStore) close() error {
	err := d.Close()
	for _, s := range d.others {
		err = errors.Join(err, s.Close())
	}
	return err
}
