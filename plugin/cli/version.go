// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
)

// BuildInfo says what a binary was built from.
type BuildInfo struct {
	// Version of this program: "v1.2.3", or "(devel)".
	Version string
	// Commit is the Git commit that it was built from; empty if unknown.
	Commit string
	// Modified says that the work tree had changes which are in no commit.
	Modified bool
}

// ReadBuildInfo completes what the linker was told with what the Go toolchain
// recorded in the binary.
func ReadBuildInfo(version, commit string) BuildInfo {
	b := BuildInfo{Version: version, Commit: commit}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.Version = cmp.Or(b.Version, info.Main.Version)
		for _, setting := range info.Settings {
			switch setting.Key {
			case "vcs.revision":
				b.Commit = cmp.Or(b.Commit, setting.Value)
			case "vcs.modified":
				b.Modified = setting.Value == "true"
			}
		}
	}
	b.Version = cmp.Or(b.Version, "(devel)")
	return b
}

// versionReport is what version -o json prints.
type versionReport struct {
	Version       string   `json:"version"`
	Commit        string   `json:"commit,omitempty"`
	Modified      bool     `json:"modified,omitempty"`
	GoVersion     string   `json:"goVersion"`
	Platform      string   `json:"platform"`
	ChartVersions []string `json:"chartVersions"`
}

func (s *session) versionCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version and the chart versions that are known",
		Args:  noArguments,
		RunE: run(func(*cobra.Command, []string) error {
			return s.version(output)
		}),
	}
	cmd.Flags().StringVarP(&output, "output", "o", formatText, "text or json")
	completeWith(cmd, "output", formatText, formatJSON)
	return cmd
}

func (s *session) version(output string) error {
	if err := oneOf("output", output, formatText, formatJSON); err != nil {
		return err
	}
	r := versionReport{
		Version: cmp.Or(s.Build.Version, "(devel)"), Commit: s.Build.Commit, Modified: s.Build.Modified,
		GoVersion: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, ChartVersions: chart.Versions(),
	}
	if output == formatJSON {
		return writeJSON(&s.out, r)
	}
	commit := ""
	if r.Commit != "" {
		commit = " (commit " + r.Commit + map[bool]string{true: ", modified"}[r.Modified] + ")"
	}
	fmt.Fprintf(&s.out, "%s %s%s\n%s %s\ndynamo-platform charts %s\n",
		defaultName, r.Version, commit, r.GoVersion, r.Platform, strings.Join(r.ChartVersions, ", "))
	return nil
}
