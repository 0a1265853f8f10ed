// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// side is the objects of one plan or release.
type side struct {
	objects []object.Object
	// namespace that objects without one go to; for a release.
	namespace string
	// release as namespace/name; empty for a plan.
	release string
	// inflated says, of a plan, that its releases are compared as well.
	inflated bool
}

type identity struct{ group, kind, namespace, name string }

func (s side) identity(o object.Object) identity {
	return identity{o.Group(), o.GetKind(), cmp.Or(o.GetNamespace(), s.namespace), o.GetName()}
}

func (s side) reference(o object.Object) object.Reference {
	reference := o.Reference()
	if reference.Namespace == "" && !clusterScoped(o) {
		reference.Namespace = s.namespace
	}
	return reference
}

// clusterScoped says whether a kind that charts bring has no namespace.
func clusterScoped(o object.Object) bool {
	kind := o.GetKind()
	return strings.HasPrefix(kind, "Cluster") || strings.HasSuffix(kind, "WebhookConfiguration") || slices.Contains([]string{
		"Namespace", definition, "PersistentVolume", "StorageClass", "PriorityClass", "IngressClass", "APIService", "RuntimeClass",
		"Queue", "DeviceClass", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}, kind)
}

// objects compares two sides.
func (c *comparer) objects(before, after side) []ObjectChange {
	old := make(map[identity]object.Object, len(before.objects))
	for _, o := range before.objects {
		old[before.identity(o)] = o
	}
	var changes []ObjectChange
	seen := make(map[identity]bool, len(after.objects))
	for _, o := range after.objects {
		id := after.identity(o)
		seen[id] = true
		earlier, ok := old[id]
		switch {
		case !ok:
			changes = append(changes, ObjectChange{Object: after.reference(o), Release: after.release, Change: Added, Consequence: Creates})
		case !equalMaps(earlier.Object, o.Object):
			if change := c.object(earlier, o, after); len(change.Fields) > 0 {
				change.Object, change.Release = after.reference(o), after.release
				changes = append(changes, change)
			}
		}
	}
	for _, o := range before.objects {
		if seen[before.identity(o)] {
			continue
		}
		v := removed(o, before.release != "")
		changes = append(changes, ObjectChange{
			Object: before.reference(o), Release: before.release, Change: Removed, Consequence: v.consequence, Reason: v.reason,
		})
	}
	return changes
}

// object compares an object that is in both sides.
func (c *comparer) object(before, after object.Object, in side) ObjectChange {
	change := ObjectChange{Change: Changed, Consequence: NoEffect}
	listed := false
	for _, d := range compare(before.Object, after.Object, false) {
		if isNamespace(d.at) {
			continue
		}
		own := ownValues(after, d.at)
		if own && listed {
			continue
		}
		var old, now any
		if own {
			// The values themselves are in the report already.
			d, listed = difference{at: d.at[:2], before: true, after: true}, true
		} else {
			old, now = c.redact.pair(after.GetKind(), d)
		}
		v := c.consequences.field(before, after, d)
		if in.inflated && v.consequence == Restarts && after.GetKind() == "HelmRelease" {
			v = verdict{Changes, "what the upgrade does stands at the objects of the release"}
		}
		change.Fields = append(change.Fields, FieldChange{
			Path: d.at.String(), Change: d.change(), Before: old, After: now, Consequence: v.consequence, Reason: v.reason,
		})
		change.Consequence = worse(change.Consequence, v.consequence)
	}
	return change
}

// isNamespace says whether only one of two sides writes down the namespace that
// both mean.
func isNamespace(at location) bool {
	return len(at) == 2 && at[0].key == "metadata" && at[1].key == "namespace"
}

// ownValues says whether a field is in the values of a release that was made
// from a Platform: they are reported on their own, with their origins.
func ownValues(o object.Object, at location) bool {
	return len(at) > 1 && at[0].key == "spec" && at[1].key == "values" && o.GetKind() == "HelmRelease" &&
		o.GetLabels()[generate.LabelPlatform] == o.GetName()
}

func sortObjects(changes []ObjectChange) {
	slices.SortStableFunc(changes, func(a, b ObjectChange) int {
		return cmp.Or(cmp.Compare(a.Consequence.rank(), b.Consequence.rank()), cmp.Compare(a.Release, b.Release),
			cmp.Compare(a.Object.Kind, b.Object.Kind), cmp.Compare(a.Object.Namespace, b.Object.Namespace),
			cmp.Compare(a.Object.Name, b.Object.Name), cmp.Compare(a.Object.APIVersion, b.Object.APIVersion))
	})
}

// releases renders the Platforms that differ and compares what they give.
func (c *comparer) releases(ctx context.Context, e Environment, before, after *pipeline.Plan) ([]ObjectChange, error) {
	var changes []ObjectChange
	for _, pair := range platformPairs(before, after) {
		if e.ChartsBefore.ID == e.ChartsAfter.ID && pair.before != nil && pair.after != nil && digest(pair.before) == digest(pair.after) {
			continue
		}
		old, err := c.render(ctx, e.Name, e.ChartsBefore, pair.before)
		if err != nil {
			return nil, err
		}
		now, err := c.render(ctx, e.Name, e.ChartsAfter, pair.after)
		if err != nil {
			return nil, err
		}
		changes = append(changes, c.objects(old, now)...)
	}
	return changes, nil
}

func (c *comparer) render(ctx context.Context, environment string, charts Charts, p *pipeline.PlatformPlan) (side, error) {
	if p == nil {
		return side{}, nil
	}
	s := side{namespace: p.Release.Namespace, release: p.Release.Namespace + "/" + p.Release.Name}
	key := charts.ID + "\n" + digest(p)
	objects, ok := c.rendered[key]
	if !ok {
		var err error
		if objects, err = charts.Render.Render(ctx, *p); err != nil {
			return side{}, c.renderError(environment, charts.Where, p, err)
		}
		c.rendered[key] = objects
	}
	s.objects = objects
	return s, nil
}

// digest tells apart what renders differently: everything that a Platform says
// about its chart, its release and its values.
func digest(p *pipeline.PlatformPlan) string {
	source := p.Source.Object["spec"]
	data, err := json.Marshal([]any{p.Version, p.Release, p.Values, source})
	if err != nil {
		return fmt.Sprintf("%p", p) // does not encode, so it equals only itself
	}
	return string(data)
}

// renderError makes an error whose text holds none of the secrets that the
// values hold.
func (c *comparer) renderError(environment, where string, p *pipeline.PlatformPlan, cause error) error {
	var secrets []string
	collector := *c.redact
	collector.found = func(secret string) { secrets = append(secrets, secret) }
	collector.mask(surroundings{}, p.Values)
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	text := cause.Error()
	for _, secret := range secrets {
		if len(secret) > 2 {
			text = strings.ReplaceAll(text, secret, Redacted)
		}
	}
	return &RenderError{
		Environment: environment, Platform: platformName(p), Version: p.Version, Where: where,
		text: c.redact.text(text), cause: cause,
	}
}
