// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"context"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"strconv"
	"strings"

	v2 "helm.sh/helm/v4/pkg/chart/v2"
	release "helm.sh/helm/v4/pkg/release/v1"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// document is one rendered YAML document and the file it came from.
type document struct {
	file    string
	content map[string]any
	hook    *Hook
}

func (d document) kind() string {
	kind, _ := d.content["kind"].(string)
	return kind
}

// objects fills the output with what the files hold.
func (j *job) objects(ctx context.Context, out *Output, chart *v2.Chart, files map[string]string) error {
	documents, err := j.documents(ctx, files)
	if err != nil {
		return err
	}
	sortInstallOrder(documents)
	j.scopes = newScopes(j.in, chart)
	if j.in.IncludeCRDs {
		if err := j.definitions(out, chart); err != nil {
			return err
		}
	}
	for _, d := range documents {
		j.scopes.learn(d.content)
	}
	for _, d := range documents {
		if d.hook != nil {
			continue
		}
		for _, content := range flatten(d.content) {
			o, err := j.place(out, content, d.file)
			if err != nil {
				return err
			}
			out.Objects = append(out.Objects, o)
		}
	}
	for _, d := range documents {
		if d.hook == nil {
			continue
		}
		o, err := j.place(out, d.content, d.file)
		if err != nil {
			return err
		}
		d.hook.Object = o
		out.Hooks = append(out.Hooks, *d.hook)
	}
	return nil
}

// documents parses the rendered files, by name, as Helm does: partials and
// empty documents are left out.
func (j *job) documents(ctx context.Context, files map[string]string) ([]document, error) {
	var all []document
	for _, file := range sortedKeys(files) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if strings.HasPrefix(path.Base(file), "_") || strings.TrimSpace(files[file]) == "" {
			continue
		}
		for i, text := range split(files[file]) {
			content, err := j.in.Chart.documents.decode(text)
			if err != nil {
				return nil, j.manifestError(file, i, err.Error())
			}
			if len(content) == 0 {
				continue // comments only
			}
			d := document{file: file, content: content}
			if err := j.check(d, i); err != nil {
				return nil, err
			}
			if hook, isHook := readHook(content); isHook && hook == nil {
				continue // of an event that Helm does not know: Helm leaves it out
			} else if isHook {
				d.hook = hook
			}
			all = append(all, d)
		}
	}
	return all, nil
}

// check refuses a document that is no object.
func (j *job) check(d document, number int) error {
	if apiVersion, _ := d.content["apiVersion"].(string); apiVersion == "" {
		return j.manifestError(d.file, number, "the object has no apiVersion")
	}
	if d.kind() == "" {
		return j.manifestError(d.file, number, "the object has no kind")
	}
	if metadata, ok := d.content["metadata"]; ok && metadata != nil {
		if _, ok := metadata.(map[string]any); !ok {
			return j.manifestError(d.file, number, "the object's metadata is no table")
		}
	}
	return nil
}

// readHook returns the hook that the annotations of an object make of it. The
// second result says whether it has the annotation at all; the hook is nil when
// one of its events is unknown to Helm.
func readHook(content map[string]any) (*Hook, bool) {
	metadata, _ := content["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	events, ok := annotations[release.HookAnnotation].(string)
	if !ok {
		return nil, false
	}
	hook := &Hook{}
	for event := range strings.SplitSeq(events, ",") {
		event = strings.ToLower(strings.TrimSpace(event))
		if event == "test-success" { // the name that Helm 2 used
			event = release.HookTest.String()
		}
		if !slices.Contains(hookEvents(), event) {
			slog.Debug("hook of an unknown event is left out", "event", event)
			return nil, true
		}
		hook.Events = append(hook.Events, event)
	}
	weight, _ := annotations[release.HookWeightAnnotation].(string)
	hook.Weight, _ = strconv.Atoi(weight)
	if policies, ok := annotations[release.HookDeleteAnnotation].(string); ok {
		for policy := range strings.SplitSeq(policies, ",") {
			hook.DeletePolicies = append(hook.DeletePolicies, strings.ToLower(strings.TrimSpace(policy)))
		}
	}
	return hook, true
}

func hookEvents() []string {
	var names []string
	for _, event := range []release.HookEvent{
		release.HookPreInstall, release.HookPostInstall, release.HookPreDelete, release.HookPostDelete,
		release.HookPreUpgrade, release.HookPostUpgrade, release.HookPreRollback, release.HookPostRollback, release.HookTest,
	} {
		names = append(names, event.String())
	}
	return names
}

// sortInstallOrder sorts documents by kind as Helm does before it installs, and
// leaves those of one kind in the order of their files.
func sortInstallOrder(documents []document) {
	rank := make(map[string]int, len(releaseutil.InstallOrder))
	for i, kind := range releaseutil.InstallOrder {
		rank[kind] = i
	}
	slices.SortStableFunc(documents, func(a, b document) int {
		first, known := rank[a.kind()]
		second, alsoKnown := rank[b.kind()]
		switch {
		case known && alsoKnown:
			return first - second
		case known:
			return -1
		case alsoKnown:
			return 1
		default:
			return strings.Compare(a.kind(), b.kind())
		}
	})
}

// flatten returns the items of a v1 List, or the object itself.
func flatten(content map[string]any) []map[string]any {
	items, ok := content["items"].([]any)
	if !ok || content["kind"] != "List" || content["apiVersion"] != "v1" {
		return []map[string]any{content}
	}
	var out []map[string]any
	for _, item := range items {
		if child, ok := item.(map[string]any); ok {
			out = append(out, flatten(child)...)
		}
	}
	return out
}

// place makes an object of a document, gives it a namespace and notes where it
// came from.
func (j *job) place(out *Output, content map[string]any, file string) (object.Object, error) {
	o := object.New(content)
	if o.GetAPIVersion() == "" || o.GetKind() == "" {
		return o, j.manifestError(file, -1, "an item of a List has no apiVersion or no kind")
	}
	if !j.in.KeepNamespaces && o.GetNamespace() == "" && j.scopes.namespaced(o.GroupKind()) {
		o.SetNamespace(j.in.Namespace)
		out.Namespaced = append(out.Namespaced, o.Reference())
	}
	out.Templates[o.Reference()] = file
	return o, nil
}

// definitions adds the objects in crds/ directories.
func (j *job) definitions(out *Output, chart *v2.Chart) error {
	for _, crd := range chart.CRDObjects() {
		objects, err := j.in.Chart.definitionsOf(crd)
		if err != nil {
			return j.manifestError(crd.Filename, -1, err.Error())
		}
		for _, o := range objects {
			placed, err := j.place(out, o.DeepCopy().Object, crd.Filename)
			if err != nil {
				return err
			}
			out.CRDs = append(out.CRDs, placed)
		}
	}
	return nil
}

// decodeStream reads the objects of a stream of YAML documents.
func decodeStream(text string) ([]object.Object, error) {
	var objects []object.Object
	for i, part := range split(text) {
		content, err := decode(part)
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", i+1, err)
		}
		for _, item := range flatten(content) {
			if len(item) > 0 {
				objects = append(objects, object.New(item))
			}
		}
	}
	return objects, nil
}
