// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

func TestDecide(t *testing.T) {
	f := facts{revision: "main@sha1:1", interval: time.Hour, backoff: 5 * time.Second, timeout: time.Minute}
	refused := object.NewFindingsError(
		object.Finding{Code: "DG1022", Severity: object.SeverityError, Position: object.Position{File: "p.yaml", Line: 7}, Problem: "unknown field", Fix: "remove it"},
		object.Finding{Code: "DG1205", Severity: object.SeverityWarning, Problem: "only a warning"})
	for name, tt := range map[string]struct {
		err  error
		want decision
	}{
		"done": {nil, decision{ready: metav1.ConditionTrue, reason: "ReconciliationSucceeded", message: "Applied revision: main@sha1:1", after: time.Hour}},
		"stalled, wrapped": {fmt.Errorf("apply: %w", stalledBy(v1alpha1.ReasonForeignOwner, "theirs")),
			decision{ready: metav1.ConditionFalse, reason: "ForeignOwner", message: "apply: theirs", stalled: true, after: time.Hour, class: "stalled"}},
		"refused build": {fmt.Errorf("build: %w", refused),
			decision{ready: metav1.ConditionFalse, reason: "BuildFailed", message: "p.yaml:7: unknown field; remove it [DG1022]", stalled: true, after: time.Hour, class: "stalled"}},
		"dependency": {waitFor(30*time.Second, meta.DependencyNotReadyReason, "a is not ready"),
			decision{ready: metav1.ConditionFalse, reason: "DependencyNotReady", message: "a is not ready", waiting: true, after: 30 * time.Second, class: "waiting"}},
		"health": {waitFor(time.Second, meta.ProgressingReason, "b starts"),
			decision{ready: metav1.ConditionUnknown, reason: "Progressing", message: "b starts", waiting: true, after: time.Second, class: "waiting"}},
		"unsigned commit": {fmt.Errorf("fetch: %w", &source.Error{Kind: source.ErrUnverified, Detail: source.ErrUnsigned, URL: "https://git", Reason: "the commit is not signed"}),
			decision{ready: metav1.ConditionFalse, reason: "GitOperationFailed", stalled: true, after: time.Hour, class: "stalled"}},
		"server gone": {&source.Error{Kind: source.ErrUnreachable, URL: "https://git", Reason: "no answer"},
			decision{ready: metav1.ConditionFalse, reason: "GitOperationFailed", failed: true, after: 5 * time.Second, class: "failed"}},
		"refused by the API server": {because(v1alpha1.ReasonApplyFailed, errors.New("denied")),
			decision{ready: metav1.ConditionFalse, reason: "ApplyFailed", message: "denied", failed: true, after: 5 * time.Second, class: "failed"}},
		"too slow": {fmt.Errorf("list: %w", context.DeadlineExceeded),
			decision{ready: metav1.ConditionFalse, reason: "ReconciliationFailed", message: "not done within the timeout of 1m0s: list: context deadline exceeded; raise spec.timeout, or see what takes so long", failed: true, after: 5 * time.Second, class: "failed"}},
		"anything": {errors.New("x"), decision{ready: metav1.ConditionFalse, reason: "ReconciliationFailed", message: "x", failed: true, after: 5 * time.Second, class: "failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := decide(tt.err, f)
			if tt.want.reason == "GitOperationFailed" {
				tt.want.reason, tt.want.message = meta.ArtifactFailedReason, tt.err.Error()
			}
			if got != tt.want {
				t.Errorf("decision\n%+v, want\n%+v", got, tt.want)
			}
			if (got.class == "failed" || got.class == "stalled") != (got.eventType() == "Warning") {
				t.Errorf("event type %s of class %q", got.eventType(), got.class)
			}
		})
	}
}

func TestPause(t *testing.T) {
	for _, tt := range []struct {
		f    facts
		want time.Duration
	}{
		{facts{interval: time.Hour, backoff: 5 * time.Second}, 5 * time.Second},
		{facts{interval: time.Hour, backoff: 5 * time.Second, failures: 3}, 40 * time.Second},
		{facts{interval: time.Hour, backoff: 5 * time.Second, failures: 400}, time.Hour},
		{facts{interval: time.Second, backoff: 5 * time.Second, failures: 4}, 5 * time.Second},
		{facts{interval: time.Hour, retry: 2 * time.Minute, backoff: 5 * time.Second, failures: 9}, 2 * time.Minute},
	} {
		if got := tt.f.pause(); got != tt.want {
			t.Errorf("pause of %+v = %s, want %s", tt.f, got, tt.want)
		}
	}
}

func TestDirectory(t *testing.T) {
	for in, want := range map[string]string{
		"": ".", ".": ".", "./": ".", "/": ".", "./clusters/prod": "clusters/prod", "clusters/prod/": "clusters/prod", "/abs": "abs",
		"..": ".", "../../etc": "etc", "a/../../b": "b",
	} {
		if got := directory(in); got != want {
			t.Errorf("directory(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	long := strings.Repeat("ä", maxMessage)
	if got := shorten(long); len(got) > maxMessage+4 || !strings.HasSuffix(got, "ä ...") {
		t.Errorf("%d bytes, end %q", len(got), got[len(got)-8:])
	}
	if got := shorten("short"); got != "short" {
		t.Error(got)
	}
}

func TestHealthOf(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want status.Status
		part string
	}{
		"absent":     {"", status.InProgressStatus, "not in the cluster"},
		"config map": {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", status.CurrentStatus, ""},
		"new release": {"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, generation: 2}\nstatus: {observedGeneration: 1, conditions: [{type: Ready, status: 'True'}]}\n",
			status.InProgressStatus, "generation"},
		"installed release": {"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, generation: 2}\nstatus: {observedGeneration: 2, conditions: [{type: Ready, status: 'True'}]}\n",
			status.CurrentStatus, ""},
		"stalled release": {"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, generation: 2}\nstatus: {observedGeneration: 2, conditions: [{type: Stalled, status: 'True', message: retries exhausted}, {type: Ready, status: 'False', message: retries exhausted}]}\n",
			status.FailedStatus, "retries exhausted"},
		"suspended release": {"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, generation: 3}\nspec: {suspend: true}\nstatus: {observedGeneration: 2, conditions: [{type: Ready, status: 'True'}]}\n",
			status.InProgressStatus, "suspended"},
		"new model": {model("lora", ""), status.InProgressStatus, "not looked at it yet"},
		"base model": {model("base", "{totalEndpoints: 2, readyEndpoints: 0, conditions: [{type: EndpointsReady, status: 'False', reason: NotReady, message: x}]}"),
			status.CurrentStatus, ""},
		"base model without workers": {model("base", "{totalEndpoints: 0, conditions: [{type: EndpointsReady, status: 'False', reason: NoEndpoints, message: none found}]}"),
			status.InProgressStatus, "NoEndpoints: none found"},
		"adapter half loaded": {model("lora", "{totalEndpoints: 2, readyEndpoints: 1, conditions: [{type: EndpointsReady, status: 'False', reason: NotReady, message: x}]}"),
			status.InProgressStatus, "1 of 2 endpoints"},
		"adapter loaded":  {model("lora", "{totalEndpoints: 2, readyEndpoints: 2}"), status.CurrentStatus, ""},
		"stale condition": {model("lora", "{totalEndpoints: 2, readyEndpoints: 2, conditions: [{type: EndpointsReady, status: 'True', observedGeneration: 1}]}"), status.InProgressStatus, "last change"},
		"invalid model":   {model("lora", "{totalEndpoints: 2, readyEndpoints: 2, conditions: [{type: Valid, status: 'False', reason: Bad, message: no source}]}"), status.FailedStatus, "Bad: no source"},
	} {
		t.Run(name, func(t *testing.T) {
			var u *unstructured.Unstructured
			if tt.text != "" {
				u = &unstructured.Unstructured{}
				data, err := yaml.YAMLToJSON([]byte(tt.text))
				if err == nil {
					err = u.UnmarshalJSON(data) // whole numbers as the API server's client has them
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if got := HealthOf(u); got.Status != tt.want || !strings.Contains(got.Message, tt.part) {
				t.Errorf("health = %+v, want %s %q", got, tt.want, tt.part)
			}
		})
	}
}

func model(kind, status string) string {
	text := "apiVersion: nvidia.com/v1alpha1\nkind: DynamoModel\nmetadata: {name: m, generation: 2}\nspec: {modelType: " + kind + "}\n"
	if status != "" {
		text += "status: " + status + "\n"
	}
	return text
}
