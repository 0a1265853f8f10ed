// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Command isstatic fails when an ELF program needs an interpreter or a shared
// library, because such a program does not start in an image without them.
package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: isstatic FILE")
		os.Exit(2)
	}
	if err := check(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "isstatic: %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	fmt.Printf("%s is static\n", os.Args[1])
}

func check(path string) error {
	file, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	for _, p := range file.Progs {
		if p.Type == elf.PT_INTERP {
			return errors.New("it needs an interpreter")
		}
	}
	if libraries, err := file.ImportedLibraries(); err == nil && len(libraries) > 0 {
		return fmt.Errorf("it needs %s", strings.Join(libraries, ", "))
	}
	return nil
}
