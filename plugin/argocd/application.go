// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

const (
	groupRelease  = "helm.toolkit.fluxcd.io"
	groupSource   = "source.toolkit.fluxcd.io"
	finalizer     = "resources-finalizer.argocd.argoproj.io"
	inCluster     = "https://kubernetes.default.svc"
	ociPrefix     = "oci://"
	maxSyncTries  = 5
	selfHealMode  = "enabled"
	skipCRDsValue = "Skip"
)

// Applications replaces each HelmRelease of a plan by a child Application with
// the same chart and values, which Argo CD's own Helm renders, and drops the Flux
// sources. What passes through is marked with its wave. The children go to the
// cluster that Argo CD runs in, like their parent. The definitions of a
// dynamo-crds chart are neither pruned nor deleted with their Application.
//
// What an Application cannot express is an *object.FindingsError. The findings
// that are returned say where Argo CD will behave differently.
func Applications(plan *pipeline.Plan, app App) ([]object.Object, []object.Finding, error) {
	a := &applications{app: app, names: map[string]bool{}}
	var out []object.Object
	for _, o := range plan.Objects {
		release := o.Group() == groupRelease || o.Group() == groupSource
		platform := platformOf(plan, o)
		switch {
		case !release || platform == nil:
			out = append(out, mark(o))
		case o.GetKind() == "HelmRelease":
			out = append(out, a.application(platform, o))
		}
	}
	plan.Locate(a.refused)
	if err := object.NewFindingsError(a.refused...); err != nil {
		return nil, nil, err
	}
	plan.Locate(a.found)
	return out, a.found, nil
}

type applications struct {
	app            App
	names          map[string]bool
	refused, found []object.Finding
}

// platformOf returns the Platform that a Flux object was made from; nil for one
// that stands in Git.
func platformOf(plan *pipeline.Plan, o object.Object) *pipeline.PlatformPlan {
	name := o.GetLabels()[generate.LabelPlatform]
	for i := range plan.Platforms {
		p := &plan.Platforms[i]
		if name != "" && p.Spec.Name == name && generate.FluxNamespace(&p.Spec) == o.GetNamespace() {
			return p
		}
	}
	return nil
}

func (a *applications) refuse(p *pipeline.PlatformPlan, field, problem, fix string) {
	a.refused = append(a.refused, finding(p, object.SeverityError, field, problem, fix))
}

func finding(p *pipeline.PlatformPlan, severity object.Severity, field, problem, fix string) object.Finding {
	return object.Finding{
		Code: pipeline.CodeArgo, Severity: severity, Object: p.Source.Reference(), Position: p.Source.Position,
		Field: field, Problem: problem, Fix: fix,
	}
}

// application makes the child of one release.
func (a *applications) application(p *pipeline.PlatformPlan, release object.Object) object.Object {
	spec, _ := release.Object["spec"].(map[string]any)
	crds := release.GetName() == generate.CRDChart
	a.check(p, spec)
	name := a.name(p, release)
	metadata := map[string]any{
		"name": name, "namespace": a.app.Namespace,
		"labels":      map[string]any{generate.LabelPlatform: p.Spec.Name},
		"annotations": map[string]any{annotationWave: strconv.Itoa(waveRelease)},
	}
	if crds {
		metadata["annotations"] = map[string]any{annotationWave: strconv.Itoa(waveDefinitions), annotationOptions: optionKeep}
	} else {
		metadata["finalizers"] = []any{finalizer}
	}
	content := map[string]any{
		"project":     a.app.Project,
		"destination": map[string]any{"server": inCluster, "namespace": p.Release.Namespace},
		"source":      chartSource(p, spec, crds),
		"syncPolicy":  syncPolicy(spec, crds),
	}
	ignored, problems := ignoreDifferences(spec)
	for _, problem := range problems {
		a.refuse(p, "spec.drift.ignore", problem, "write the selector as key=value pairs, or use kind and name")
	}
	if len(ignored) > 0 {
		content["ignoreDifferences"] = ignored
	}
	return object.New(map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": content,
	})
}

// check finds what an Application cannot express.
func (a *applications) check(p *pipeline.PlatformPlan, spec map[string]any) {
	if from, _ := spec["valuesFrom"].([]any); len(from) > 0 {
		a.refuse(p, "spec.valuesFrom", "Argo CD cannot read chart values from the cluster",
			"put them into spec.values, or use the output helmrelease")
	}
	if spec["kubeConfig"] != nil {
		a.refuse(p, "spec.kubeConfig", "an Application names its cluster by its destination",
			"remove it and make one Application per cluster")
	}
	if p.Spec.Spec.ServiceAccountName != "" {
		a.refuse(p, "spec.serviceAccountName", "Argo CD impersonates by its project, not by the Platform",
			"remove it and set destinationServiceAccounts in the AppProject")
	}
	if recreatesQueues(p) {
		a.found = append(a.found, finding(p, object.SeverityWarning, "spec.components.kaiScheduler",
			"each sync of Argo CD deletes and creates the queues of KAI, which are hooks of this chart",
			"use the output rendered or helmrelease"))
	}
}

// recreatesQueues says whether the chart makes KAI's queues as hooks, which it
// does from 1.0.0.
func recreatesQueues(p *pipeline.PlatformPlan) bool {
	if strings.HasPrefix(p.Version, "0.") {
		return false
	}
	for _, key := range []string{"install", "enabled"} {
		if on, _ := values.Get(p.Values, "global", "kai-scheduler", key); on == true {
			return true
		}
	}
	return false
}

// name is unique among the children of one parent.
func (a *applications) name(p *pipeline.PlatformPlan, release object.Object) string {
	last := p.Release.Name
	if release.GetName() == generate.CRDChart {
		last = generate.CRDChart
	}
	first := cmp.Or(strings.ReplaceAll(a.app.Name, "_", "-"), p.Release.Namespace)
	name := first + "-" + last
	if a.names[name] {
		a.refuse(p, "spec.releaseName", "two releases would become the Application "+name, "give one of them another release name")
	}
	a.names[name] = true
	return name
}

func chartSource(p *pipeline.PlatformPlan, spec map[string]any, crds bool) map[string]any {
	helm := map[string]any{"releaseName": p.Release.Name}
	chart := generate.PlatformChart
	if crds {
		helm["releaseName"], chart = generate.CRDChart, generate.CRDChart
	} else if chartValues, ok := spec["values"].(map[string]any); ok && len(chartValues) > 0 {
		helm["valuesObject"] = values.Clone(chartValues)
	}
	if mode, _ := values.Get(spec, "install", "crds"); mode == skipCRDsValue {
		helm["skipCrds"] = true
	}
	return map[string]any{
		"repoURL": strings.TrimPrefix(cmp.Or(p.Spec.Spec.Charts.URL, generate.DefaultChartsURL), ociPrefix),
		"chart":   chart, "targetRevision": p.Version, "helm": helm,
	}
}

func syncPolicy(spec map[string]any, crds bool) map[string]any {
	policy := map[string]any{
		// The definitions are larger than an annotation, and the API server knows
		// who owns each field.
		"syncOptions": []any{optionServerSide, "RespectIgnoreDifferences=true", optionMissingKind},
		"retry": map[string]any{
			"limit":   int64(maxSyncTries),
			"backoff": map[string]any{"duration": "10s", "factor": int64(2), "maxDuration": "3m"},
		},
	}
	if suspended, _ := spec["suspend"].(bool); suspended {
		return policy
	}
	mode, _ := values.Get(spec, "driftDetection", "mode")
	policy["automated"] = map[string]any{"prune": !crds, "selfHeal": mode == selfHealMode}
	return policy
}
