// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// environments is how many are rendered in one call.
const environments = 50

// rendering compares charts rendered in process with helm and with kustomize
// running helm: the reference charts, the production profile.
func (s settings) rendering(ctx context.Context, dir string, out io.Writer) error {
	charts, err := filepath.Abs(s.charts)
	if err != nil {
		return err
	}
	table := newTable(out, "Rendering the reference chart, production profile", "what", "process", "CPU", "memory", "ratio")
	for _, count := range []int{1, environments} {
		source := filepath.Join(dir, fmt.Sprint("platforms", count))
		if err := writePlatforms(source, count); err != nil {
			return err
		}
		values, err := s.releaseValues(ctx, source, dir)
		if err != nil {
			return err
		}
		ours, err := measure(ctx, s.runs, s.program, "generate", "--render", "--charts", charts, source)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("%d in one call", count)
		table.row(what, "`dynamo-gitops generate --render`", ours.cpuText(), ours.memoryText(), "1")
		helm, err := measureEach(ctx, count, s.helm, "template", "dynamo", filepath.Join(charts, "dynamo-platform"),
			"--namespace", "dynamo-system", "--values", values)
		if err != nil {
			return err
		}
		table.row(what, "`helm template` each", helm.cpuText(), helm.memoryText(), ratio(helm, ours))
		wrapper, err := writeHelmWrapper(dir, s.helm)
		if err != nil {
			return err
		}
		overlay, err := writeInflator(filepath.Join(dir, fmt.Sprint("inflator", count)), charts, values)
		if err != nil {
			return err
		}
		kustomize, err := measureEach(ctx, count, s.kustomize, "build", "--enable-helm", "--helm-command", wrapper, overlay)
		if err != nil {
			return err
		}
		table.row(what, "`kustomize build --enable-helm` each", kustomize.cpuText(), kustomize.memoryText(), ratio(kustomize, ours))
	}
	return nil
}

func ratio(theirs, ours cost) string {
	return fmt.Sprintf("%.1f", theirs.cpu.Seconds()/ours.cpu.Seconds())
}

// measureEach adds up the CPU time of count runs of a command.
func measureEach(ctx context.Context, count int, argv ...string) (cost, error) {
	if count == 1 {
		return measure(ctx, 7, argv...)
	}
	var sum cost
	for range count {
		one, err := measureOnce(ctx, argv)
		if err != nil {
			return cost{}, err
		}
		sum.cpu += one.cpu
		sum.memory = max(sum.memory, one.memory)
	}
	return sum, nil
}

// writePlatforms makes count production Platforms of one version with different
// values. Only the first is cluster-wide.
func writePlatforms(dir string, count int) error {
	for i := range count {
		text := fmt.Sprintf("apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: dynamo, namespace: dynamo-%d}\n"+
			"spec:\n  version: 0.9.0\n  profile: prod\n  components:\n    operator: {namespaceRestricted: %t, ingress: {hostSuffix: llm%d.acme.test}}\n",
			i, i > 0, i)
		if err := write(dir, fmt.Sprintf("platform-%02d.yaml", i), []byte(text)); err != nil {
			return err
		}
	}
	return nil
}

// releaseValues writes the values of the first release to a file, for the peers.
func (s settings) releaseValues(ctx context.Context, source, dir string) (string, error) {
	data, err := exec.CommandContext(ctx, s.program, "generate", "-o", "json", source).Output()
	if err != nil {
		return "", fmt.Errorf("generate %s: %w", source, err)
	}
	var list struct {
		Items []struct {
			Kind     string
			Metadata struct{ Name string }
			Spec     struct{ Values json.RawMessage }
		}
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return "", err
	}
	for _, item := range list.Items {
		if item.Kind == "HelmRelease" && item.Metadata.Name == "dynamo" {
			file := filepath.Join(dir, "values.json")
			return file, os.WriteFile(file, item.Spec.Values, 0o600)
		}
	}
	return "", errors.New("no release was generated")
}

// writeInflator makes a kustomization that has helm render the chart.
func writeInflator(dir, charts, values string) (string, error) {
	data, err := os.ReadFile(values)
	if err != nil {
		return "", err
	}
	if err := write(dir, "values.yaml", data); err != nil {
		return "", err
	}
	if err := os.CopyFS(filepath.Join(dir, "charts", "dynamo-platform"), os.DirFS(filepath.Join(charts, "dynamo-platform"))); err != nil {
		return "", err
	}
	var b bytes.Buffer
	b.WriteString("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nhelmGlobals: {chartHome: charts}\n" +
		"helmCharts:\n- {name: dynamo-platform, releaseName: dynamo, namespace: dynamo-system, valuesFile: values.yaml}\n")
	return dir, write(dir, "kustomization.yaml", b.Bytes())
}

// writeHelmWrapper makes helm v4 look like v3 to kustomize, which asks for its
// version by a flag that is gone.
func writeHelmWrapper(dir, helm string) (string, error) {
	program, err := filepath.Abs(helm)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "helm")
	script := fmt.Sprintf("#!/bin/sh\n[ \"$1\" != version ] || { echo v3.19.0; exit 0; }\nexec %q \"$@\"\n", program)
	return file, os.WriteFile(file, []byte(script), 0o700)
}
