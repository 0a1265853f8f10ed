// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"helm.sh/helm/v4/pkg/chart/common"
	commonutil "helm.sh/helm/v4/pkg/chart/common/util"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// The defaults of Input.
const (
	// DefaultKubeVersion is what "helm template" of Helm 4.2 assumes.
	DefaultKubeVersion = "v1.36.0"
	// DefaultTimeout is long enough for a chart that makes a few RSA keys.
	DefaultTimeout = 30 * time.Second
	// DefaultMaxOutput is many times the size of the largest Dynamo release.
	DefaultMaxOutput int64 = 64 << 20
	// DefaultNamespace is the namespace of a release that names none.
	DefaultNamespace = "default"
)

// Input is what Render works on. It is not changed.
type Input struct {
	// Chart is the chart; required.
	Chart *Chart
	// Values are the values given by the user, laid over the chart's defaults.
	// Whole numbers may be of any Go integer type: templates see all numbers as
	// float64, as they do where Helm read the values from a file.
	Values map[string]any
	// ReleaseName is the name of the release; required, at most 53 characters.
	ReleaseName string
	// Namespace is that of the release; DefaultNamespace when empty.
	Namespace string
	// KubeVersion is the Kubernetes version that templates see and that the
	// chart's kubeVersion is held against; DefaultKubeVersion when empty.
	KubeVersion string
	// APIVersions are seen by templates beside those that Kubernetes brings, as
	// "group/version" or "group/version/Kind".
	APIVersions []string
	// IncludeCRDs asks for the objects in crds/ directories, which Helm installs
	// apart from a release and never upgrades.
	IncludeCRDs bool
	// IsUpgrade makes templates see an upgrade instead of an installation.
	IsUpgrade bool
	// KeepNamespaces leaves objects without a namespace as they are.
	KeepNamespaces bool
	// ClusterKinds are cluster-scoped kinds beside those of Kubernetes, of
	// Dynamo's operators and of the chart's own definitions.
	ClusterKinds []schema.GroupKind
	// SkipSchema leaves out the check against values.schema.json.
	SkipSchema bool
	// Timeout bounds the rendering beside the context; DefaultTimeout when zero.
	Timeout time.Duration
	// MaxOutput bounds the rendered text in bytes; DefaultMaxOutput when zero.
	MaxOutput int64
}

// Output is a rendered chart. It belongs to the caller: nothing in it is shared
// with the chart or another Output.
type Output struct {
	// Objects are those of the release but its hooks, in the order in which Helm
	// installs them. Lists are taken apart.
	Objects []object.Object
	// Hooks are the objects that Helm applies at some event of a release, in
	// Helm's order. "helm template" prints them after the others.
	Hooks []Hook
	// CRDs are the objects in crds/ directories, with Input.IncludeCRDs only.
	// "helm template --include-crds" prints them first.
	CRDs []object.Object
	// Notes is the chart's message to the user.
	Notes string
	// Templates says from which file an object came, from the chart's name on:
	// "dynamo-platform/charts/etcd/templates/service.yaml".
	Templates map[object.Reference]string
	// Namespaced lists the objects that were given the release's namespace
	// because they had none, in the order of All. Helm and Flux do the same when
	// they apply a release; the text of "helm template" does not show it.
	Namespaced []object.Reference
	// Nondeterministic names the template functions that were called and give
	// something else each time: random strings, keys, the time. Sorted; empty for
	// a chart that renders the same bytes each time.
	Nondeterministic []string
	// Warnings say where a value is ignored because it is a table and the
	// chart's default is none, or the other way round. They name keys only.
	Warnings []string
}

// Hook is an object with the annotation helm.sh/hook.
type Hook struct {
	object.Object
	// Events are those at which Helm applies it: "pre-install", "test".
	Events []string
	// Weight orders the hooks of one event, the lowest first.
	Weight int
	// DeletePolicies say when Helm deletes it: "before-hook-creation",
	// "hook-succeeded", "hook-failed". Empty means before-hook-creation.
	DeletePolicies []string
}

// IsTest says whether the hook is one of "helm test" and nothing else.
func (h Hook) IsTest() bool {
	return len(h.Events) > 0 && !slices.ContainsFunc(h.Events, func(e string) bool { return e != "test" })
}

// All returns the definitions, the objects and the hooks, in the order in which
// "helm template --include-crds" prints them.
func (o *Output) All() []object.Object {
	all := slices.Concat(o.CRDs, o.Objects)
	for _, h := range o.Hooks {
		all = append(all, h.Object)
	}
	return all
}

// Render inflates a chart. It may be called from several goroutines, with the
// same chart or others.
//
// Every failure is a *RenderError and there is no partial output. When ctx ends
// or the timeout passes, Render returns at once with the context's error in the
// chain; see the package comment for what happens to the template then.
//
// The values are the same for the chart and its sub-charts as with Helm:
// conditions, tags, aliases and import-values are processed by Helm's code, and
// sub-charts that are turned off are neither parsed nor executed.
func Render(ctx context.Context, in Input) (*Output, error) {
	return render(ctx, in, functionOptions{})
}

// render is Render with other template functions, for Unstable.
func render(ctx context.Context, in Input, options functionOptions) (*Output, error) {
	job, err := newJob(in, options)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, job.in.Timeout, errTimeout)
	defer cancel()
	if ctx.Err() != nil {
		return nil, job.stopped(ctx)
	}
	done := make(chan result, 1)
	go func() { done <- job.run(ctx) }()
	select {
	case r := <-done:
		if r.err != nil && ctx.Err() != nil {
			return nil, job.stopped(ctx)
		}
		return r.output, r.err
	case <-ctx.Done():
		return nil, job.stopped(ctx)
	}
}

// errTimeout is the cause of a context that ended by Input.Timeout.
var errTimeout = errors.New("timeout")

// result is what a job has come to.
type result struct {
	output *Output
	err    error
}

// job is one rendering.
type job struct {
	in        Input
	options   functionOptions
	kube      *common.KubeVersion
	functions *functions
	scopes    *scopes
	redactor  func() *redactor
}

// newJob checks the input and fills in the defaults.
func newJob(in Input, options functionOptions) (*job, error) {
	j := &job{in: in, options: options}
	j.redactor = sync.OnceValue(func() *redactor { return newRedactor(in.Values) })
	if in.Chart == nil || in.Chart.root == nil {
		return nil, &RenderError{Message: "there is no chart", Fix: "load one first", Reason: ErrInput}
	}
	if err := chartutil.ValidateReleaseName(in.ReleaseName); err != nil {
		return nil, j.failure(ErrInput, fmt.Sprintf("the release name %q is no valid one", in.ReleaseName),
			"use at most 53 lower-case letters, digits and -, with a letter or digit at both ends")
	}
	if j.in.Namespace == "" {
		j.in.Namespace = DefaultNamespace
	}
	if problems := validation.IsDNS1123Label(j.in.Namespace); len(problems) > 0 {
		return nil, j.failure(ErrInput, fmt.Sprintf("the namespace %q is no valid one", in.Namespace),
			"use at most 63 lower-case letters, digits and -, with a letter or digit at both ends")
	}
	if j.in.KubeVersion == "" {
		j.in.KubeVersion = DefaultKubeVersion
	}
	if j.in.Timeout <= 0 {
		j.in.Timeout = DefaultTimeout
	}
	if j.in.MaxOutput <= 0 {
		j.in.MaxOutput = DefaultMaxOutput
	}
	kube, err := common.ParseKubeVersion(j.in.KubeVersion)
	if err != nil {
		return nil, j.failure(ErrInput, fmt.Sprintf("the Kubernetes version %q is no valid one", in.KubeVersion), `use one like "v1.33.2"`)
	}
	j.kube = kube
	if !in.Chart.compatible(*kube) {
		return nil, j.failure(ErrKubeVersion,
			fmt.Sprintf("the chart asks for Kubernetes %s, the target is %s", in.Chart.KubeVersion(), kube.Version),
			"upgrade the cluster, choose a chart version that allows it, or correct the Kubernetes version given")
	}
	return j, nil
}

// run does the work. Helm trusts charts in places; a panic becomes an error.
func (j *job) run(ctx context.Context) (r result) {
	defer func() {
		if p := recover(); p != nil {
			r = result{err: j.failure(ErrTemplate, "rendering failed in an unexpected way: "+j.redact(fmt.Sprint(p)),
				"check the chart with helm lint")}
		}
	}()
	given, _ := floats(j.in.Values).(map[string]any)
	if given == nil {
		given = map[string]any{}
	}
	chart := fork(j.in.Chart.root)
	warnings := conflicts(chart, given, nil)
	values, err := j.values(chart, given)
	if err != nil {
		return result{err: err}
	}
	j.functions = newFunctions(ctx, j.in.MaxOutput, j.options)
	files, err := engine.Engine{CustomTemplateFuncs: j.functions.funcMap()}.Render(chart, values)
	if err != nil {
		return result{err: j.templateError(err)}
	}
	if err := j.checkSize(files); err != nil {
		return result{err: err}
	}
	output := &Output{Notes: takeNotes(files, chart.Name()), Warnings: warnings, Templates: map[object.Reference]string{}}
	if err := j.objects(ctx, output, chart, files); err != nil {
		return result{err: err}
	}
	output.Nondeterministic = j.functions.called()
	return result{output: output}
}

// values processes sub-charts and returns what templates see.
func (j *job) values(chart *v2.Chart, given map[string]any) (common.Values, error) {
	if err := chartutil.ProcessDependencies(chart, given); err != nil {
		return nil, j.failure(ErrDependencies, j.dependencyMessage(err), "give a sub-chart's key a table of values, or leave it out")
	}
	options := common.ReleaseOptions{
		Name: j.in.ReleaseName, Namespace: j.in.Namespace, Revision: 1,
		IsInstall: !j.in.IsUpgrade, IsUpgrade: j.in.IsUpgrade,
	}
	capabilities := common.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *j.kube
	capabilities.APIVersions = slices.Concat(capabilities.APIVersions, j.in.APIVersions)
	values, err := commonutil.ToRenderValuesWithSchemaValidation(chart, given, options, capabilities, true)
	if err != nil {
		return nil, j.failure(ErrDependencies, j.dependencyMessage(err), "give a sub-chart's key a table of values, or leave it out")
	}
	if j.in.SkipSchema {
		return values, nil
	}
	final, err := values.Table("Values")
	if err != nil {
		return nil, j.failure(ErrDependencies, "the values are no table", "give a table of values")
	}
	return values, j.checkValues(chart, final)
}

// checkSize holds the rendered text against the limit.
func (j *job) checkSize(files map[string]string) error {
	var total int64
	largest := ""
	for _, name := range sortedKeys(files) {
		total += int64(len(files[name]))
		if largest == "" || len(files[name]) > len(files[largest]) {
			largest = name
		}
	}
	if total <= j.in.MaxOutput {
		return nil
	}
	e := j.failure(ErrOutputSize, fmt.Sprintf("the rendered text has %d bytes, more than the %d allowed", total, j.in.MaxOutput),
		"look for a loop that writes too much; the file named wrote most")
	e.Template = largest
	return e
}

// takeNotes removes the notes of all charts from the files and returns those of
// the chart itself.
func takeNotes(files map[string]string, name string) string {
	const suffix = "NOTES.txt"
	notes := files[path.Join(name, "templates", suffix)]
	for file := range files {
		if strings.HasSuffix(file, suffix) {
			delete(files, file)
		}
	}
	return notes
}

// failure returns an error about the chart as a whole.
func (j *job) failure(reason error, message, fix string) *RenderError {
	e := &RenderError{Message: message, Fix: fix, Reason: reason}
	if c := j.in.Chart; c != nil && c.root != nil {
		e.Chart, e.Version = c.Name(), c.Version()
	}
	return e
}

// redact removes secrets from a message. What they are is looked up when the
// first message is made: most renderings have none.
func (j *job) redact(message string) string { return j.redactor().text(message) }

// stopped returns the error for a context that ended.
func (j *job) stopped(ctx context.Context) error {
	timeout := errors.Is(context.Cause(ctx), errTimeout) || errors.Is(ctx.Err(), context.DeadlineExceeded)
	e := j.failure(nil, "rendering was cancelled", "")
	if timeout {
		e = j.failure(ErrTimeout, fmt.Sprintf("rendering was not done in time (the limit is %s)", j.in.Timeout),
			"look for a template that loops or makes keys, or allow more time")
	}
	e.Cause = ctx.Err()
	return e
}
