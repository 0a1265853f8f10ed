// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"fmt"
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// identity names an object as Kustomize compares them.
type identity struct{ group, version, kind, namespace, name string }

func identityOf(o object.Object) identity {
	gvk := o.GroupVersionKind()
	return identity{gvk.Group, gvk.Version, gvk.Kind, o.GetNamespace(), o.GetName()}
}

// key makes identities comparable: no namespace means "default".
func (id identity) key() identity {
	id.namespace = effective(id.namespace)
	return id
}

func effective(namespace string) string {
	if namespace == "" {
		return "default"
	}
	return namespace
}

// origin is one object of a resource file. It belongs to the engine as soon as
// one thing that happens to it needs the engine.
type origin struct {
	o      object.Object
	engine bool
}

// item is an object on its way through the units. Its content is never changed
// in place, because an object may come in by several ways.
type item struct {
	*origin
	content  object.Object
	id       identity
	previous []identity
	owned    ownership
}

// ownership says which maps of an item's content are its own by now.
type ownership struct{ metadata, labels, annotations bool }

func (i *item) first() identity {
	if len(i.previous) > 0 {
		return i.previous[0]
	}
	return i.id
}

// known says whether the item has, or had, the identity.
func (i *item) known(key identity) bool {
	return i.id.key() == key || slices.ContainsFunc(i.previous, func(p identity) bool { return p.key() == key })
}

// application is a strategic merge patch that met an item.
type application struct {
	patch *patch
	index int
	item  *item
}

// simulation applies kustomizations object by object, in Kustomize's order, and
// finds out which objects need the engine.
type simulation struct {
	*scanner
	features
	origins map[string][]*origin // by file
	applied []application
}

func newSimulation(s *scanner, f features) *simulation {
	return &simulation{scanner: s, features: f, origins: map[string][]*origin{}}
}

// originsOf returns the objects of a file, the same for each call.
func (m *simulation) originsOf(e entry) []*origin {
	if known, ok := m.origins[e.file]; ok {
		return known
	}
	all := make([]*origin, len(e.objects))
	for i, o := range e.objects {
		all[i] = &origin{o: o, engine: m.needsEngine(o)}
	}
	m.origins[e.file] = all
	return all
}

// needsEngine says whether what the units do may reach parts of an object that
// only the engine knows.
func (m *simulation) needsEngine(o object.Object) bool {
	kind := o.GetKind()
	switch {
	case hasEngineAnnotation(o), m.images && hasContainers(o.Object):
		return true
	case !isBuiltIn(o):
		return false
	case m.generates && (kind == "ConfigMap" || kind == "Secret"): // a generator may merge into it
		return true
	case m.renames && (m.referrers || !isLeaf(o)), m.moves && !movesAlone(o):
		return true
	default:
		return m.selectors && hasSelectors(kind) || m.replicas && hasReplicas(kind)
	}
}

// target gives the items of a unit. A component works on the items of the unit
// that includes it.
func (m *simulation) target(u *unit, items []*item) []*item {
	if m.ctx.Err() != nil {
		return nil
	}
	seen := map[identity]*item{}
	for _, i := range items {
		seen[i.id.key()] = i
	}
	for _, e := range u.entries {
		var added []*item
		if e.unit != nil {
			added = m.target(e.unit, nil)
		} else {
			for _, o := range m.originsOf(e) {
				added = append(added, &item{origin: o, content: o.o, id: identityOf(o.o)})
			}
		}
		for _, i := range added {
			m.unique(u, seen, i)
		}
		items = append(items, added...)
	}
	for _, c := range u.components {
		items = m.target(c, items)
	}
	m.transform(u, items)
	return items
}

// unique reports an item that is there already.
func (m *simulation) unique(u *unit, seen map[identity]*item, i *item) {
	key := i.id.key()
	first, twice := seen[key]
	seen[key] = i
	if !twice || i.engine || first.engine {
		return
	}
	f := finding(CodeIDConflict, i.o.Position, fmt.Sprintf("%s is defined twice in the overlay %s, first in %s", i.content.Reference(), u.dir, placeOf(first.o)),
		"remove one of the two, or turn it into a patch of the other")
	f.Object = i.content.Reference()
	m.findings = append(m.findings, f)
}

func placeOf(o object.Object) string {
	return object.Position{File: o.Position.File, Line: o.Position.Line}.String()
}

// transform applies the fields of a unit in Kustomize's order.
func (m *simulation) transform(u *unit, items []*item) {
	for _, p := range u.patches {
		m.patch(p, items)
	}
	k := &u.kust
	if k.Namespace != "" {
		m.namespace(u, items)
	}
	if k.NamePrefix != "" || k.NameSuffix != "" {
		for _, i := range items {
			if !isBuiltIn(i.content) || !slices.Contains([]string{"Namespace", "CustomResourceDefinition", "APIService"}, i.id.kind) {
				i.rename(k.NamePrefix, k.NameSuffix)
			}
		}
	}
	for _, label := range k.Labels {
		setAll(items, "labels", label.Pairs)
	}
	setAll(items, "labels", k.CommonLabels)
	setAll(items, "annotations", k.CommonAnnotations)
}

func (m *simulation) namespace(u *unit, items []*item) {
	seen := make(map[identity]*item, len(items))
	for _, i := range items {
		if !isClusterScoped(i.content) {
			i.previous = append(i.previous, i.id)
			i.id.namespace = u.kust.Namespace
			i.set("namespace", u.kust.Namespace)
		}
		m.unique(u, seen, i)
	}
}

func (i *item) rename(prefix, suffix string) {
	i.previous = append(i.previous, i.id)
	i.id.name = prefix + i.id.name + suffix
	i.set("name", i.id.name)
}

// set gives a field of the metadata a value.
func (i *item) set(field, value string) {
	i.metadata()[field] = value
}

// metadata returns the item's metadata, which is its own from then on.
func (i *item) metadata() map[string]any {
	old, _ := i.content.Object["metadata"].(map[string]any)
	if i.owned.metadata && old != nil {
		return old
	}
	content, metadata := copyMap(i.content.Object), copyMap(old)
	content["metadata"] = metadata
	i.replace(content)
	i.owned.metadata = true
	return metadata
}

// replace gives the item another content.
func (i *item) replace(content map[string]any) {
	next := object.New(content)
	next.Position, next.Document = i.o.Position, i.o.Document
	i.content, i.owned = next, ownership{}
}

// setAll sets labels or annotations.
func setAll(items []*item, field string, pairs map[string]string) {
	if len(pairs) == 0 {
		return
	}
	for _, i := range items {
		if !i.engine {
			i.setTexts(field, pairs)
		}
	}
}

func (i *item) setTexts(field string, pairs map[string]string) {
	metadata := i.metadata()
	owned := &i.owned.labels
	if field == "annotations" {
		owned = &i.owned.annotations
	}
	texts, ok := metadata[field].(map[string]any)
	if !ok || !*owned {
		texts = copyMap(texts)
		metadata[field] = texts
		*owned = true
	}
	for key, value := range pairs {
		texts[key] = value
	}
}

func copyMap(m map[string]any) map[string]any {
	next := make(map[string]any, len(m)+1)
	for key, value := range m {
		next[key] = value
	}
	return next
}

// split returns the objects that are done, and whether others need the engine.
func (m *simulation) split(items []*item) (objects []object.Object, rest bool) {
	for _, i := range items {
		switch {
		case i.engine:
			rest = true
		case !isLocal(i.content):
			objects = append(objects, i.content)
		}
	}
	for _, a := range m.applied {
		if a.item == nil || a.item.engine {
			a.patch.forEngine[a.index] = true
			rest = true
		}
	}
	return objects, rest
}

// overrides returns the files that the engine sees instead of those of the
// source: resources without the objects that are done, and kustomizations
// without the patches that name such an object.
func (m *simulation) overrides(u *unit) map[string][]byte {
	files := map[string][]byte{}
	for file, origins := range m.origins {
		var b []byte
		for _, o := range origins {
			if !o.engine {
				continue
			}
			document, err := o.o.YAML()
			if err != nil {
				m.absorb(err)
				continue
			}
			b = append(append(b, "---\n"...), document...)
		}
		files[file] = b
	}
	rewriteUnits(u, files, (*patch).rest)
	return files
}
