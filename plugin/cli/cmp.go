// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/argocd"
)

// The variables that only whoever installs the sidecar can set: those of an
// Application arrive with a prefix.
const (
	networkVariable = "DYNAMO_GITOPS_ALLOW_NETWORK"
	chartsVariable  = "DYNAMO_GITOPS_CHARTS"
)

// cmpGrace is what a build gets to notice that its time is over.
const cmpGrace = 500 * time.Millisecond

// cmpFlags are the flags of the plugin's commands.
type cmpFlags struct {
	deadline time.Duration
}

func (s *session) cmpCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cmp",
		Short: "What Argo CD's config management plugin runs",
		Long: `The commands of the Argo CD plugin. Argo CD runs them in the directory of an
Application; what it asks for arrives in the environment. They work in a shell as
well, to see what an Application will get.

No network is used unless the sidecar's variable DYNAMO_GITOPS_ALLOW_NETWORK is
"true". DYNAMO_GITOPS_CHARTS names the directory with the charts for the output
rendered, from the root of the repository unless it is absolute.`,
		Args: noArguments,
		RunE: run(func(cmd *cobra.Command, _ []string) error { return cmd.Help() }),
	}
	cmd.AddCommand(
		s.cmpSubcommand("generate", "Print the manifests of the working directory", s.cmpGenerate),
		s.cmpSubcommand("discover", "Print the file that makes the working directory one of this plugin, or nothing", s.cmpDiscover),
		s.cmpSubcommand("parameters", "Print the announcement of the parameters that depend on the repository", s.cmpParameters),
	)
	return cmd
}

func (s *session) cmpSubcommand(name, short string, do func(context.Context) ([]byte, error)) *cobra.Command {
	var f cmpFlags
	cmd := &cobra.Command{
		Use: name, Short: short, Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.cmpRun(cmd.Context(), f.deadline, do)
		},
	}
	cmd.Flags().DurationVar(&f.deadline, "deadline", 0,
		"most that the command may take (default 45s, less where ARGOCD_EXEC_TIMEOUT is shorter)")
	return cmd
}

// cmpRun runs a command within its time, and says what is wrong the way that
// Argo CD shows it: standard error as a whole, the first line as the headline.
func (s *session) cmpRun(ctx context.Context, deadline time.Duration, do func(context.Context) ([]byte, error)) error {
	if deadline <= 0 {
		deadline = argocd.Deadline(s.Environ)
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	type result struct {
		out []byte
		err error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		r.err = recovered(func() (err error) {
			r.out, err = do(ctx)
			return err
		})
		done <- r
	}()
	var r result
	select {
	case r = <-done:
	case <-afterDone(ctx, cmpGrace):
		r.err = ctx.Err()
	}
	if r.err == nil {
		s.out.Write(r.out)
		return nil
	}
	if errors.Is(r.err, context.DeadlineExceeded) && ctx.Err() != nil {
		r.err = fmt.Errorf("the work was not done within %s; narrow the Application with the annotation "+
			"argocd.argoproj.io/manifest-generate-paths or split the directory", deadline)
	}
	s.cmpReport(r.err)
	return refused{}
}

// afterDone is closed some time after ctx has ended.
func afterDone(ctx context.Context, grace time.Duration) <-chan struct{} {
	late := make(chan struct{})
	context.AfterFunc(ctx, func() { time.AfterFunc(grace, func() { close(late) }) })
	return late
}

// cmpPlace is the directory of the Application in its repository. Within Argo CD
// the repository is what was unpacked, whatever .git directories say.
func (s *session) cmpPlace(app argocd.App) (place, error) {
	top := app.Root(s.Dir)
	if top == "" {
		return s.locate(".", &sourceFlags{})
	}
	root := enclosing(s.Dir, top, "")
	prefix := slashRel(top, root)
	if prefix == "." {
		prefix = ""
	}
	return place{location: root, dir: slashRel(root, s.Dir), prefix: prefix, top: top}, nil
}

// cmpBuildFlags are the flags that generate would have.
func (s *session) cmpBuildFlags(settings *argocd.Settings) (*generateFlags, error) {
	limits := source.DefaultLimits()
	f := &generateFlags{render: settings.Output == argocd.OutputRendered, output: formatYAML}
	f.sourceFlags = sourceFlags{
		verify: string(source.VerifyHEAD), timeout: argocd.DefaultDeadline,
		maxFiles: limits.MaxFiles, maxFileBytes: limits.MaxFileBytes, maxTotalBytes: limits.MaxTotalBytes,
	}
	f.strict = settings.Validation == argocd.ValidationStrict
	f.kubeVersion, f.apiVersions = settings.KubeVersion, settings.APIVersions
	f.override = pipeline.Override{
		Version: settings.Version, Profile: v1alpha1.Profile(settings.Profile), Values: settings.Values,
	}
	f.offline = s.Getenv(networkVariable) != "true"
	charts := s.Getenv(chartsVariable)
	switch {
	case charts == "":
	case strings.Contains(charts, "://"):
		return nil, fmt.Errorf("%s: is a URL; name a directory", chartsVariable)
	case filepath.IsAbs(charts):
		f.charts = charts
	default:
		top := settings.App.Root(s.Dir)
		if top == "" {
			top = s.Dir
		}
		dir, err := filepath.EvalSymlinks(filepath.Join(top, filepath.FromSlash(charts)))
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		real, topErr := filepath.EvalSymlinks(top)
		if err != nil || topErr != nil || !within(real, dir) {
			return nil, fmt.Errorf("%s: leads out of the repository; name a directory in it", chartsVariable)
		}
		f.charts = dir
	}
	return f, nil
}

func (s *session) cmpGenerate(ctx context.Context) ([]byte, error) {
	settings, err := argocd.Read(s.Environ)
	if err != nil {
		return nil, err
	}
	f, err := s.cmpBuildFlags(settings)
	if err != nil {
		return nil, err
	}
	var engine ChartEngine
	if f.render {
		if engine, err = s.charts(); err != nil {
			return nil, err
		}
	}
	at, err := s.cmpPlace(settings.App)
	if err != nil {
		return nil, err
	}
	var objects []object.Object
	f.inspect = func(_ context.Context, b *built) error {
		objects, err = cmpObjects(settings, b)
		return err
	}
	b, err := s.buildAt(ctx, &f.buildFlags, at)
	if err != nil {
		return nil, err
	}
	if b.plan == nil {
		return nil, &object.FindingsError{Findings: b.findings}
	}
	if f.render {
		if objects, err = s.cmpRendered(ctx, engine, f, b); err != nil {
			return nil, err
		}
	}
	if argocd.Refuse(settings.Output, b.findings); object.HasErrors(b.findings, f.strict) {
		object.SortFindings(b.findings)
		return nil, &object.FindingsError{Findings: b.findings}
	}
	if len(objects) == 0 {
		return nil, errors.New("nothing would be left to apply; Argo CD would delete everything")
	}
	out, err := encodeObjects(objects)
	if err == nil {
		s.cmpLog(b.findings)
	}
	return out, err
}

// cmpObjects are the objects where nothing is rendered.
func cmpObjects(settings *argocd.Settings, b *built) ([]object.Object, error) {
	if settings.Output != argocd.OutputApplication {
		return b.plan.Objects, nil
	}
	objects, found, err := argocd.Applications(b.plan, settings.App)
	var refusal *object.FindingsError
	if errors.As(err, &refusal) {
		b.at.relocate(refusal.Findings)
	}
	b.findings = append(b.findings, found...)
	return objects, err
}

func (s *session) cmpRendered(ctx context.Context, engine ChartEngine, f *generateFlags, b *built) ([]object.Object, error) {
	f.timeout = argocd.DefaultDeadline
	objects, err := s.inflate(ctx, engine, f, b)
	if err != nil {
		return nil, err
	}
	objects, found := argocd.Rendered(objects)
	b.findings = append(b.findings, found...)
	return objects, nil
}

func encodeObjects(objects []object.Object) ([]byte, error) {
	var out strings.Builder
	if err := object.WriteYAML(&out, objects); err != nil {
		return nil, err
	}
	return []byte(out.String()), nil
}

func (s *session) cmpDiscover(context.Context) ([]byte, error) {
	settings, err := argocd.Read(s.Environ)
	if err != nil { // generate says it where a person sees it
		settings = &argocd.Settings{}
	}
	top := settings.App.Root(s.Dir)
	if top == "" {
		top, _ = s.ceiling(s.Dir)
	}
	if file := discover(s.Dir, top); file != "" {
		return []byte(slashRel(s.Dir, file) + "\n"), nil
	}
	return nil, nil
}

func (s *session) cmpParameters(ctx context.Context) ([]byte, error) {
	settings, err := argocd.Read(s.Environ)
	if err != nil {
		return nil, err
	}
	current := argocd.Current{KubeVersion: settings.KubeVersion}
	plain := &argocd.Settings{Output: argocd.OutputHelmRelease, KubeVersion: settings.KubeVersion, App: settings.App}
	// What is wrong with the repository is for generate to say: the form that the
	// parameters are for must open nevertheless.
	if f, err := s.cmpBuildFlags(plain); err == nil {
		if at, err := s.cmpPlace(settings.App); err == nil {
			if b, err := s.buildAt(ctx, &f.buildFlags, at); err == nil && b.plan != nil {
				current.Version, current.Profile = commonTo(b.plan.Platforms)
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return json.Marshal(argocd.Dynamic(current))
}

// commonTo returns version and profile where all Platforms have the same.
func commonTo(platforms []pipeline.PlatformPlan) (version, profile string) {
	for i, p := range platforms {
		switch {
		case i == 0:
			version, profile = p.Version, string(p.Spec.Spec.Profile)
		default:
			if p.Version != version {
				version = ""
			}
			if string(p.Spec.Spec.Profile) != profile {
				profile = ""
			}
		}
	}
	return version, profile
}
