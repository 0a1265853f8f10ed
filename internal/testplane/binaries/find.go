// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package binaries

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// assetsVariable names the directory of a user's own binaries, as envtest does.
const assetsVariable = "KUBEBUILDER_ASSETS"

// envtestPrograms are what $KUBEBUILDER_ASSETS and setup-envtest hold.
func envtestPrograms() []Program { return []Program{APIServer, Etcd, Kubectl} }

// NotFoundError says that a program is nowhere, and what to run.
type NotFoundError struct {
	Program Program
	Target  string // of make
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("%s is neither in $%s nor in the cache of the test plane; run make %s in the repository of dynamo-gitops "+
		"(the first time takes ten minutes)", e.Program, assetsVariable, e.Target)
}

// Find returns the path of a program, or a *NotFoundError. It starts nothing and
// writes nothing.
func Find(p Program) (string, error) {
	s, ok := setOf(p)
	if !ok {
		return "", fmt.Errorf("the test plane knows no program %q", p)
	}
	if slices.Contains(envtestPrograms(), p) {
		if dir := os.Getenv(assetsVariable); dir != "" {
			if path := filepath.Join(dir, string(p)); isProgram(path) {
				return path, nil
			}
		}
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	candidates := s.candidates(cache)
	if slices.Contains(envtestPrograms(), p) {
		candidates = append(candidates, filepath.Join(cache, envtestKey()))
	}
	for _, dir := range candidates {
		if path := filepath.Join(dir, string(p)); isProgram(path) {
			return path, nil
		}
	}
	return "", &NotFoundError{Program: p, Target: s.target()}
}

// CRDs returns the directory with the CustomResourceDefinitions of a Flux
// controller, or a *NotFoundError.
func CRDs(p Program) (string, error) {
	program, err := Find(p)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(filepath.Dir(program), crdDir)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", &NotFoundError{Program: p, Target: "peers"}
	}
	return dir, nil
}

func (s set) target() string {
	if s.crdModule != "" {
		return "peers"
	}
	return "testplane"
}

// candidates are the directories of the cache that may hold the set: inside the
// repository exactly the one of its nested module; elsewhere, where the module
// cannot be read, those of the same version, the newest first.
func (s set) candidates(cache string) []string {
	if root, err := repository(); err == nil {
		key, err := s.key(root)
		if err != nil {
			return nil
		}
		return []string{filepath.Join(cache, key)}
	}
	found, err := filepath.Glob(filepath.Join(cache, s.prefix()+"-*"))
	if err != nil {
		return nil
	}
	slices.SortFunc(found, func(a, b string) int { return modTime(b) - modTime(a) })
	return found
}

func modTime(path string) int {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return int(info.ModTime().Unix())
}

func (s set) prefix() string {
	return strings.Join([]string{s.name, s.version, runtime.GOOS, runtime.GOARCH}, "-")
}

// key names the directory of a set by all that decides what is in it.
func (s set) key(root string) (string, error) {
	entries, err := os.ReadDir(filepath.Join(root, s.dir))
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\n", s.ldflags)
	for _, entry := range entries {
		if entry.IsDir() || !regexp.MustCompile(`^go\.(mod|sum)$|\.go$`).MatchString(entry.Name()) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, s.dir, entry.Name()))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s %d\n%s", entry.Name(), len(data), data)
	}
	return s.prefix() + "-" + hex.EncodeToString(hash.Sum(nil))[:12], nil
}

func envtestKey() string {
	return strings.Join([]string{"envtest", KubernetesVersion, runtime.GOOS, runtime.GOARCH}, "-")
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// cacheDir is where the sets are kept.
func cacheDir() (string, error) {
	base := os.Getenv("DYNAMO_GITOPS_CACHE")
	if base == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("there is no place for the programs of the test plane: %w; set DYNAMO_GITOPS_CACHE", err)
		}
		base = filepath.Join(dir, "dynamo-gitops")
	}
	if !filepath.IsAbs(base) {
		return "", fmt.Errorf("DYNAMO_GITOPS_CACHE is %q; it must be an absolute path", base)
	}
	return filepath.Join(base, "testplane"), nil
}

// errNoRepository says that the working directory is not in this repository.
var errNoRepository = errors.New("the working directory is not in the repository of dynamo-gitops")

// repository is the root of this repository, found from the working directory up.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(data), "module github.com/dynamo-gitops/dynamo-gitops\n") {
			return dir, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errNoRepository
		}
		dir = parent
	}
}
