// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package charts_test checks the reference charts with Helm itself.
package charts_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	release "helm.sh/helm/v4/pkg/release/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"
)

const (
	platformChart = "dynamo-platform"
	crdsChart     = "dynamo-crds"
	releaseName   = "dynamo"
	namespace     = "dynamo-system"
)

// values is what a user gives to a chart.
type values = map[string]any

// parseValues reads values from YAML in a test.
func parseValues(t *testing.T, text string) values {
	t.Helper()
	out := values{}
	if err := yaml.UnmarshalStrict([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// profile returns the values of a profile in testdata.
func profile(t *testing.T, name string) values {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "values", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return parseValues(t, string(data))
}

func profiles() []string { return []string{"dev", "test", "prod"} }

func loadChart(t *testing.T, name string) *chart.Chart {
	t.Helper()
	c, err := loader.LoadDir(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// install renders a chart the way "helm install --dry-run=client" does, with apis beside those of Kubernetes.
func install(t *testing.T, name string, v values, apis ...string) (*release.Release, error) {
	t.Helper()
	return installAs(t, name, releaseName, v, apis...)
}

func installAs(t *testing.T, name, as string, v values, apis ...string) (*release.Release, error) {
	t.Helper()
	client := action.NewInstall(action.NewConfiguration())
	client.ReleaseName = as
	client.Namespace = namespace
	client.DryRunStrategy = action.DryRunClient
	client.APIVersions = apis
	out, err := client.RunWithContext(t.Context(), loadChart(t, name), v)
	if err != nil {
		return nil, err
	}
	rel, ok := out.(*release.Release)
	if !ok {
		return nil, fmt.Errorf("helm returned a %T", out)
	}
	return rel, nil
}

// mustInstall is install for values that have to render.
func mustInstall(t *testing.T, name string, v values, apis ...string) *release.Release {
	t.Helper()
	rel, err := install(t, name, v, apis...)
	if err != nil {
		t.Fatal(err)
	}
	return rel
}

// text returns everything in a release: its manifest and its hooks, in the order in which Helm has them.
func text(rel *release.Release) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(rel.Manifest))
	b.WriteString("\n")
	for _, hook := range rel.Hooks {
		fmt.Fprintf(&b, "---\n# Source: %s\n%s\n", hook.Path, strings.TrimSpace(hook.Manifest))
	}
	return b.String()
}

type object = unstructured.Unstructured

// objects parses the objects of a release, hooks among them, and fails on anything that is no object or is there twice.
func objects(t *testing.T, rel *release.Release) map[string]*object {
	t.Helper()
	out := map[string]*object{}
	for _, document := range strings.Split("\n"+text(rel), "\n---") {
		content := map[string]any{}
		if err := yaml.UnmarshalStrict([]byte(document), &content); err != nil {
			t.Fatalf("%v in:\n%s", err, document)
		}
		if len(content) == 0 {
			continue
		}
		obj := &object{Object: content}
		if obj.GetAPIVersion() == "" || obj.GetKind() == "" || obj.GetName() == "" {
			t.Errorf("not an object:\n%s", document)
		}
		key := obj.GetKind() + "/" + obj.GetName()
		if _, ok := out[key]; ok {
			t.Errorf("%s is there twice", key)
		}
		out[key] = obj
	}
	return out
}

// at returns the value at a path of map keys and list indices in an object, or nil.
func at(v any, path ...any) any {
	if obj, ok := v.(*object); ok {
		if obj == nil {
			return nil
		}
		v = obj.Object
	}
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

// container returns the container of an object with a pod template.
func container(t *testing.T, obj *object, name string) map[string]any {
	t.Helper()
	list, _ := at(obj, "spec", "template", "spec", "containers").([]any)
	for _, c := range list {
		if at(c, "name") == name {
			return c.(map[string]any)
		}
	}
	t.Fatalf("no container %s", name)
	return nil
}

// env returns the environment of a container by name; entries without a value hold "".
func env(c map[string]any) map[string]string {
	out := map[string]string{}
	list, _ := c["env"].([]any)
	for _, e := range list {
		value, _ := at(e, "value").(string)
		out[at(e, "name").(string)] = value
	}
	return out
}

// argsOf returns the arguments of a container.
func argsOf(c map[string]any) []string {
	var out []string
	list, _ := c["args"].([]any)
	for _, a := range list {
		out = append(out, fmt.Sprint(a))
	}
	return out
}

// cluster is a Kubernetes API for the template function lookup.
type cluster struct {
	objects []object
}

// GetClientFor implements engine.ClientProvider.
func (c cluster) GetClientFor(apiVersion, kind string) (dynamic.NamespaceableResourceInterface, bool, error) {
	var list []object
	for _, obj := range c.objects {
		if obj.GetAPIVersion() == apiVersion && obj.GetKind() == kind {
			list = append(list, obj)
		}
	}
	namespaced := !slices.Contains([]string{"ClusterRole", "Queue"}, kind)
	return kindClient{objects: list}, namespaced, nil
}

// kindClient serves the reads that lookup makes; any other call panics on the nil interface.
type kindClient struct {
	dynamic.NamespaceableResourceInterface
	objects   []object
	namespace string
}

func (k kindClient) Namespace(name string) dynamic.ResourceInterface {
	k.namespace = name
	return k
}

func (k kindClient) Get(_ context.Context, name string, _ metav1.GetOptions, _ ...string) (*object, error) {
	for _, obj := range k.objects {
		if obj.GetName() == name && obj.GetNamespace() == k.namespace {
			return &obj, nil
		}
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{}, name)
}

func (k kindClient) List(context.Context, metav1.ListOptions) (*unstructured.UnstructuredList, error) {
	return &unstructured.UnstructuredList{Object: map[string]any{}, Items: k.objects}, nil
}

// renderIn renders the platform against a cluster with the given objects (YAML), the way "helm install" does, and
// returns everything in it.
func renderIn(t *testing.T, v values, objectsYAML ...string) (string, error) {
	t.Helper()
	var c cluster
	for _, doc := range objectsYAML {
		c.objects = append(c.objects, object{Object: parseValues(t, doc)})
	}
	chrt := loadChart(t, platformChart)
	if err := chartutil.ProcessDependencies(chrt, v); err != nil {
		return "", err
	}
	caps := common.DefaultCapabilities.Copy()
	caps.APIVersions = append(caps.APIVersions, "scheduling.run.ai/v2")
	options := common.ReleaseOptions{Name: releaseName, Namespace: namespace, Revision: 1, IsInstall: true}
	render, err := util.ToRenderValuesWithSchemaValidation(chrt, v, options, caps, false)
	if err != nil {
		return "", err
	}
	files, err := engine.RenderWithClientProvider(chrt, render, c)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for name, content := range files {
		if !strings.HasSuffix(name, ".txt") {
			b.WriteString(content)
		}
	}
	return b.String(), nil
}

// upstream returns a file of Dynamo's own release, or skips the test where they are not kept beside the repository.
func upstream(t *testing.T, path ...string) []byte {
	t.Helper()
	file := filepath.Join(append([]string{"..", "..", "..", "shared", "upstream"}, path...)...)
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("Dynamo's own files are not here:", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}
