// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package docs_test runs the commands that the documentation shows, in order,
// and compares what they print with what the page says they print.
//
// A page's commands stand in fenced blocks of the language "console"; a line
// that starts with "$ " is a command, what follows is its output, and a line of
// three dots stands for any lines. A fenced block of "yaml file=NAME" is written
// to that file first. All blocks of a page run in one shell, in an empty
// directory, with the program on the PATH. -update writes the real output into
// the pages.
package docs_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the real output into the pages")

const (
	root  = "../.."
	fence = "```"
)

// command is one command of a page and the lines that follow it.
type command struct {
	text     string
	expected []string
	from, to int // the lines of the expected output, in the page
}

func TestPages(t *testing.T) {
	bin := build(t)
	for _, page := range pages(t) {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(root, page)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(string(data), "\n")
			commands := parse(lines)
			if len(commands) == 0 {
				return
			}
			outputs := execute(t, bin, commands)
			if *update {
				rewrite(t, path, lines, commands, outputs)
				return
			}
			for i, c := range commands {
				if !matches(c.expected, outputs[i]) {
					t.Errorf("line %d: $ %s (-the page +the program):\n%s", c.from, c.text, cmp.Diff(c.expected, outputs[i]))
				}
			}
		})
	}
}

// TestLinks finds links to files that do not exist.
func TestLinks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	for _, page := range pages(t) {
		data, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range link.FindAllSubmatch(data, -1) {
			target := string(match[1])
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(page), target)); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, target)
			}
		}
	}
}

func build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", dir+"/", "./plugin/dynamo-gitops", "./plugin/dynamo-gitops-charts")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}

// pages lists the Markdown files that are shown to users.
func pages(t *testing.T) []string {
	t.Helper()
	found := []string{"README.md", "CONTRIBUTING.md"}
	for _, dir := range []string{"docs", "examples", "overlays"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && strings.HasSuffix(path, ".md") {
				found = append(found, strings.TrimPrefix(filepath.ToSlash(path), root+"/"))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func parse(lines []string) []command {
	var commands []command
	block := ""
	for i, line := range lines {
		switch {
		case block == "":
			if rest, ok := strings.CutPrefix(line, fence); ok {
				block = "in " + rest
				commands = append(commands, fileCommand(rest, lines, i)...)
			}
		case strings.HasPrefix(line, fence):
			block = ""
		case block != "in console":
		case strings.HasPrefix(line, "$ "):
			commands = append(commands, command{text: line[2:], from: i + 1, to: i + 1})
		case len(commands) > 0:
			last := &commands[len(commands)-1]
			last.expected = append(last.expected, line)
			last.to = i + 1
		}
	}
	return commands
}

// fileCommand writes the block that starts at a line to the file it names.
func fileCommand(language string, lines []string, start int) []command {
	name, ok := strings.CutPrefix(language, "yaml file=")
	if !ok {
		return nil
	}
	end := start + 1 + slices.Index(lines[start+1:], fence)
	content := strings.Join(lines[start+1:end], "\n")
	return []command{{
		text: fmt.Sprintf("mkdir -p \"$(dirname %[1]s)\"\ncat > %[1]s <<'@@FILE'\n%[2]s\n@@FILE", name, content),
		from: end, to: end,
	}}
}

// execute runs the commands in one shell and returns what each printed.
func execute(t *testing.T, bin string, commands []command) [][]string {
	t.Helper()
	var script strings.Builder
	script.WriteString("status=0\nmake() { command make -s --no-print-directory -C \"$REPOSITORY\" \"$@\"; }\n")
	for i, c := range commands {
		fmt.Fprintf(&script, "echo '@@%d'\n(exit $status)\n%s\nstatus=$?\n", i, c.text)
	}
	repository, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	shell := exec.CommandContext(t.Context(), "bash", "-c", "exec 2>&1\n"+script.String())
	shell.Dir = t.TempDir()
	shell.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "NO_COLOR=1", "REPOSITORY="+repository,
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_AUTHOR_DATE=2026-01-01T00:00:00Z",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z")
	out, err := shell.CombinedOutput()
	if err != nil && shell.ProcessState == nil {
		t.Fatal(err)
	}
	return split(t, out, len(commands))
}

func split(t *testing.T, out []byte, count int) [][]string {
	t.Helper()
	outputs := make([][]string, count)
	current := -1
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\n"), "\n") {
		if number, ok := strings.CutPrefix(line, "@@"); ok {
			n, err := strconv.Atoi(number)
			if err == nil && n == current+1 && n < count {
				current = n
				continue
			}
		}
		if current >= 0 {
			outputs[current] = append(outputs[current], line)
		}
	}
	if current != count-1 {
		t.Fatalf("the shell stopped after command %d of %d:\n%s", current+1, count, out)
	}
	return outputs
}

// matches compares lines; "..." stands for any lines.
func matches(expected, got []string) bool {
	for i, line := range expected {
		if line == "..." {
			for skip := 0; skip <= len(got)-i; skip++ {
				if matches(expected[i+1:], got[i+skip:]) {
					return true
				}
			}
			return false
		}
		if i >= len(got) || line != got[i] {
			return false
		}
	}
	return len(expected) == len(got)
}

// rewrite puts the real output into the page, except where the page leaves
// lines out on purpose and what it shows still holds.
func rewrite(t *testing.T, path string, lines []string, commands []command, outputs [][]string) {
	t.Helper()
	for i, c := range slices.Backward(commands) {
		if !matches(c.expected, outputs[i]) {
			lines = slices.Replace(lines, c.from, c.to, outputs[i]...)
		}
	}
	if err := os.WriteFile(path, bytes.TrimLeft([]byte(strings.Join(lines, "\n")), "\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}
