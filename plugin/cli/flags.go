// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/spf13/cobra"
)

// The values of --output.
const (
	formatText   = "text"
	formatYAML   = "yaml"
	formatJSON   = "json"
	formatSARIF  = "sarif"
	formatGitHub = "github"
)

// oneOf refuses a flag's value that is not among the known ones.
func oneOf(flag, value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return usage("use "+strings.Join(known, ", "), "--%s %q is not known", flag, value)
}

// completeWith offers the values in shell completion.
func completeWith(cmd *cobra.Command, flag string, values ...string) {
	// The only error is a flag that does not exist, which a test would notice.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// directories makes shell completion offer directories for the argument.
func directories(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// kubeVersion checks --kube-version: "1.31", "1.31.4" or "v1.31.4+k3s1".
func kubeVersion(text string) error {
	if text == "" {
		return nil
	}
	version, err := semver.NewVersion(text)
	if err != nil || version.Major() != 1 || !strings.Contains(text, ".") {
		return usage(`write it as "1.31" or "1.31.4"`, "--kube-version %q is no Kubernetes version", text)
	}
	return nil
}
