// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package reconcile

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/inventory"
)

// pageSize is how many objects one answer of the API server holds.
const pageSize = 500

// Survey returns the metadata of those objects of the set that exist and carry
// the owner's labels. It asks once for each kind and namespace, however many
// objects there are. A kind that the cluster does not have has no objects.
func Survey(ctx context.Context, c client.Client, owner Owner, set inventory.Set) (map[inventory.ID]metav1.PartialObjectMetadata, error) {
	found := make(map[inventory.ID]metav1.PartialObjectMetadata, len(set))
	for place := range placesOf(set) {
		if err := survey(ctx, c, owner, set, place, found); err != nil {
			return nil, fmt.Errorf("list %s in %s: %w", place.kind.GroupKind(), orAll(place.namespace), err)
		}
	}
	return found, nil
}

// place is a kind in a namespace; the namespace is empty for kinds of the cluster.
type place struct {
	kind      schema.GroupVersionKind
	namespace string
}

func placesOf(set inventory.Set) map[place]bool {
	places := map[place]bool{}
	for id, version := range set {
		places[place{schema.GroupVersionKind{Group: id.Group, Version: version, Kind: id.Kind}, id.Namespace}] = true
	}
	return places
}

func survey(ctx context.Context, c client.Client, owner Owner, set inventory.Set, p place, found map[inventory.ID]metav1.PartialObjectMetadata) error {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(p.kind.GroupVersion().WithKind(p.kind.Kind + "List"))
	for {
		err := c.List(ctx, list, client.InNamespace(p.namespace), client.Limit(pageSize), client.Continue(list.Continue),
			client.MatchingLabels{LabelName: owner.Name, LabelNamespace: owner.Namespace})
		if meta.IsNoMatchError(err) || apierrors.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, item := range list.Items {
			id := inventory.ID{Group: p.kind.Group, Kind: p.kind.Kind, Namespace: item.Namespace, Name: item.Name}
			if _, wanted := set[id]; wanted {
				found[id] = item
			}
		}
		if list.Continue == "" {
			return nil
		}
	}
}

func orAll(namespace string) string {
	if namespace == "" {
		return "the cluster"
	}
	return "namespace " + namespace
}
