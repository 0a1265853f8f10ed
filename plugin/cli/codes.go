// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/guard"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/migrate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

func (s *session) codesCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "codes [CODE]",
		Short: "Explain the codes of findings",
		Long: `codes explains what a finding's code means and what to do about it. Without CODE
it lists all of them.`,
		Example: "  " + s.displayName() + " codes DG1191",
		Args:    atMostOne,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var ids []string
			for _, c := range Codes() {
				ids = append(ids, c.ID+"\t"+c.Title)
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: run(func(_ *cobra.Command, args []string) error {
			return s.codes(output, args)
		}),
	}
	cmd.Flags().StringVarP(&output, "output", "o", formatText, "text or json")
	completeWith(cmd, "output", formatText, formatJSON)
	return cmd
}

func (s *session) codes(output string, args []string) error {
	if err := oneOf("output", output, formatText, formatJSON); err != nil {
		return err
	}
	selected := Codes()
	if len(args) == 1 {
		code, ok := findCode(selected, args[0])
		if !ok {
			return usage(s.displayName()+" codes lists all", "there is no code %q", args[0])
		}
		selected = []object.Code{code}
	}
	if output == formatJSON {
		return writeJSON(&s.out, selected)
	}
	if len(args) == 1 {
		c := selected[0]
		fmt.Fprintf(&s.out, "%s: %s (%s)\n\n%s\n", c.ID, c.Title, c.Severity, c.Help)
		return nil
	}
	for _, c := range selected {
		fmt.Fprintf(&s.out, "%s  %-7s  %s\n", c.ID, c.Severity, c.Title)
	}
	return nil
}

func findCode(codes []object.Code, id string) (object.Code, bool) {
	for _, c := range codes {
		if strings.EqualFold(c.ID, id) {
			return c, true
		}
	}
	return object.Code{}, false
}

// writeJSON writes the value indented, without escaping < > &.
func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// Codes returns every documented finding code of the program, in ascending order.
func Codes() []object.Code {
	all := slices.Concat(pipeline.Codes(), guard.Codes(), migrate.Codes(), codes.Common(), codes.Capacity(), codes.NATS(), codes.Etcd())
	slices.SortFunc(all, func(a, b object.Code) int { return strings.Compare(a.ID, b.ID) })
	return all
}
