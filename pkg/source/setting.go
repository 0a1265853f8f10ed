// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/config"
)

// maxConfigFile bounds the configuration of a repository.
const maxConfigFile = 1 << 20

// Settings are the values of one section in a repository's own configuration,
// such as that of dynamo-gitops.receiver. What Git reads elsewhere, files that
// are included among it, does not count.
type Settings struct{ section *config.Section }

// ReadSettings reads a section from the repository in gitDir. One without a
// configuration, or without the section, has no settings; an error says that
// the configuration cannot be read, without quoting it.
func ReadSettings(gitDir, section string) (Settings, error) {
	file, err := os.Open(filepath.Join(gitDir, "config"))
	if errors.Is(err, fs.ErrNotExist) {
		return Settings{}, nil
	}
	if err != nil {
		return Settings{}, errors.New("the repository's configuration cannot be opened; make it readable")
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxConfigFile+1))
	if err != nil || len(data) > maxConfigFile {
		return Settings{}, errors.New("the repository's configuration cannot be read or is larger than 1 MiB; shorten it")
	}
	parsed := config.New()
	if err := config.NewDecoder(bytes.NewReader(data)).Decode(parsed); err != nil {
		return Settings{}, errors.New("the repository's configuration is not as Git writes it; repair it with git config")
	}
	if !parsed.HasSection(section) {
		return Settings{}, nil
	}
	return Settings{section: parsed.Section(section)}, nil
}

// Get returns the last value of a key, or "".
func (s Settings) Get(key string) string {
	if s.section == nil {
		return ""
	}
	return strings.TrimSpace(s.section.Option(key))
}
