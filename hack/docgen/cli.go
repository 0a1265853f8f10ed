// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

// cliPage documents every command with its flags.
func cliPage() string {
	root := cli.New(cli.Options{Out: io.Discard, Err: io.Discard, Dir: "/"}).Command()
	var b strings.Builder
	fmt.Fprintf(&b, "# Commands\n\n%s\n\n", root.Long)
	b.WriteString("Installed as `flux-dynamo` the program is called `flux dynamo`, as `kubectl-dynamo` it is `kubectl dynamo`.\n")
	b.WriteString("\n## Environment\n\n| variable | meaning |\n|---|---|\n" +
		"| `DYNAMO_GITOPS_GIT_TOKEN` | token or password for Git over https |\n" +
		"| `DYNAMO_GITOPS_SSH_PASSPHRASE` | passphrase of `--ssh-key-file` |\n" +
		"| `DYNAMO_GITOPS_CHART_USERNAME`, `DYNAMO_GITOPS_CHART_PASSWORD` | user and password for chart repositories |\n" +
		"| `DYNAMO_GITOPS_CACHE_DIR` | where charts are kept |\n" +
		"| `DOCKER_CONFIG` | directory of a Docker config.json with credentials for chart repositories |\n" +
		"| `NO_COLOR` | no colour, if not empty |\n" +
		"| `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` | proxies for https |\n")
	b.WriteString("\n## Global flags\n\n")
	flagTable(&b, root.PersistentFlags())
	for _, cmd := range root.Commands() {
		if cmd.Hidden || cmd.Name() == "help" {
			continue
		}
		command(&b, cmd)
	}
	return b.String()
}

func command(b *strings.Builder, cmd *cobra.Command) {
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	fmt.Fprintf(b, "\n## %s\n\n%s\n", cmd.CommandPath(), fence(long))
	fmt.Fprintf(b, "\n```\n%s\n```\n", cmd.UseLine())
	if cmd.Example != "" {
		fmt.Fprintf(b, "\nExamples:\n\n```sh\n%s\n```\n", unindent(cmd.Example))
	}
	if cmd.LocalNonPersistentFlags().HasFlags() {
		b.WriteString("\n")
		flagTable(b, cmd.LocalNonPersistentFlags())
	}
	for _, sub := range cmd.Commands() {
		if !sub.Hidden && cmd.Name() != "completion" {
			command(b, sub)
		}
	}
}

// fence puts the indented lines of a help text into code blocks.
func fence(text string) string {
	var out []string
	inside := false
	for line := range strings.SplitSeq(text, "\n") {
		if code := strings.HasPrefix(line, "  "); code != inside && line != "" {
			out, inside = append(out, "```"), code
		}
		out = append(out, strings.TrimPrefix(line, "  "))
	}
	if inside {
		out = append(out, "```")
	}
	return strings.Join(out, "\n")
}

func unindent(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}

func flagTable(b *strings.Builder, flags *pflag.FlagSet) {
	b.WriteString("| flag | type | default | meaning |\n|---|---|---|---|\n")
	flags.VisitAll(func(f *pflag.Flag) {
		name := "`--" + f.Name + "`"
		if f.Shorthand != "" {
			name = "`-" + f.Shorthand + "`, " + name
		}
		value := f.DefValue
		if value == "" {
			value = "none"
		}
		fmt.Fprintf(b, "| %s | %s | `%s` | %s |\n", name, f.Value.Type(), value, cell(f.Usage))
	})
}
