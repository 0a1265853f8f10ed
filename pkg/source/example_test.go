// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "platform.yaml"), []byte("kind: Platform\n"), 0o600); err != nil {
		log.Fatal(err)
	}

	checkout, err := source.Open(context.Background(), source.Options{Location: dir})
	if err != nil {
		log.Fatal(err)
	}
	defer checkout.Close()

	data, err := fs.ReadFile(checkout.FS, "platform.yaml")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q %s", checkout.Revision, data)
	// Output: "" kind: Platform
}

func ExampleGit() {
	_, err := source.Git(context.Background(), source.GitOptions{
		URL: "http://token@git.example.com/team/platform",
		Ref: source.Ref{SemVer: ">=1.0.0 <2.0.0"},
	})
	fmt.Println(errors.Is(err, source.ErrInvalid))
	fmt.Println(err)
	// Output:
	// true
	// http://git.example.com/team/platform: version >=1.0.0 <2.0.0: plain http is not encrypted; use https://, or allow insecure http explicitly
}

func ExampleDirectory() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Symlink("../../etc/passwd", filepath.Join(dir, "values.yaml")); err != nil {
		log.Fatal(err)
	}

	_, err = source.Directory(dir, source.Limits{})
	var e *source.Error
	if errors.As(err, &e) && errors.Is(err, source.ErrSymlinkEscape) {
		fmt.Println(e.Path, "-", e.Reason)
	}
	// Output: values.yaml - the link leads out of the checkout
}

func ExampleRedact() {
	fmt.Println(source.Redact("https://bob:hunter2@git.example.com/team/platform?x=y"))
	// Output: https://git.example.com/team/platform
}
