// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"time"

	"github.com/spf13/cobra"
)

func (s *session) cacheCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Look after the charts that were fetched",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(s.cachePruneCommand())
	return cmd
}

func (s *session) cachePruneCommand() *cobra.Command {
	var f chartFlags
	var all bool
	var age time.Duration
	var size int64
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove charts from the cache",
		Long: `prune removes from the cache what no command used for a while (--max-age), what
exceeds a size, the least recently used first (--max-bytes), or everything
(--all). Without a flag it removes what unfinished downloads left behind.`,
		Args: noArguments,
		RunE: run(func(cmd *cobra.Command, _ []string) error {
			engine, err := s.charts()
			if err != nil {
				return err
			}
			settings, err := s.settings(&f, nil)
			if err != nil {
				return err
			}
			done, err := engine.Prune(cmd.Context(), CachePrune{MaxBytes: size, MaxAge: age, All: all}, settings)
			if err != nil {
				return err
			}
			s.printf("removed %d charts (%d bytes), kept %d (%d bytes)\n", done.Removed, done.RemovedBytes, done.Kept, done.KeptBytes)
			return nil
		}),
	}
	f.registerCache(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "remove every chart")
	cmd.Flags().DurationVar(&age, "max-age", 0, "remove charts that were not used for this long, such as 720h")
	cmd.Flags().Int64Var(&size, "max-bytes", 0, "remove the least recently used until the rest is at most this large")
	return cmd
}
