// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"cmp"
	"context"
	"fmt"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlcontroller "sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	ctrlreconcile "sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// SetupOptions say how a Reconciler runs in a manager.
type SetupOptions struct {
	// Concurrent is how many PlatformSyncs are reconciled at once. Default: 4.
	Concurrent int
	// RateLimiter spaces out what fails. Default: controller-runtime's.
	RateLimiter workqueue.TypedRateLimiter[ctrlreconcile.Request]
	// Predicate chooses PlatformSyncs, for sharding. Default: all.
	Predicate predicate.Predicate
	// SkipNameValidation allows several in one process, for tests. Default: false.
	SkipNameValidation bool
}

const defaultConcurrent = 4

// AddToScheme registers the kinds of the cluster that this package reads and
// writes: PlatformSync, DriftReport and Flux's sources.
func AddToScheme(scheme *runtime.Scheme) error {
	gv := v1alpha1.GroupVersion()
	scheme.AddKnownTypes(gv, &v1alpha1.PlatformSync{}, &v1alpha1.PlatformSyncList{}, &v1alpha1.DriftReport{}, &v1alpha1.DriftReportList{})
	metav1.AddToGroupVersion(scheme, gv)
	return sourcev1.AddToScheme(scheme)
}

// sourceIndex finds the PlatformSyncs of a source.
const sourceIndex = ".spec.sourceRef"

// SetupWithManager has the manager run the Reconciler: on changes of a
// PlatformSync's specification or annotations, and on new artifacts of the Flux
// sources whose kinds the cluster has now.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, o SetupOptions) error {
	if err := mgr.GetFieldIndexer().IndexField(ctx, &v1alpha1.PlatformSync{}, sourceIndex, sourceOf); err != nil {
		return fmt.Errorf("index PlatformSyncs: %w", err)
	}
	chosen := []predicate.Predicate{predicate.Or(predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{})}
	if o.Predicate != nil {
		chosen = append(chosen, o.Predicate)
	}
	b := ctrl.NewControllerManagedBy(mgr).Named("platformsync").For(&v1alpha1.PlatformSync{}, builder.WithPredicates(chosen...)).
		WithOptions(ctrlcontroller.Options{
			MaxConcurrentReconciles: cmp.Or(o.Concurrent, defaultConcurrent), RateLimiter: o.RateLimiter, SkipNameValidation: &o.SkipNameValidation,
		})
	for kind, object := range map[string]client.Object{
		sourcev1.GitRepositoryKind: &sourcev1.GitRepository{}, sourcev1.OCIRepositoryKind: &sourcev1.OCIRepository{}, sourcev1.BucketKind: &sourcev1.Bucket{},
	} {
		served, err := serves(mgr, kind)
		if err != nil {
			return err
		}
		if served {
			b = b.Watches(object, handler.EnqueueRequestsFromMapFunc(r.usersOf(kind)), builder.WithPredicates(newArtifact()))
		}
	}
	return b.Complete(r)
}

// serves says whether the cluster has a kind of Flux's sources.
func serves(mgr ctrl.Manager, kind string) (bool, error) {
	_, err := mgr.GetRESTMapper().RESTMapping(schema.GroupKind{Group: sourcev1.GroupVersion.Group, Kind: kind}, sourcev1.GroupVersion.Version)
	if meta.IsNoMatchError(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("ask the cluster for %s: %w", kind, err)
	}
	return true, nil
}

func sourceOf(o client.Object) []string {
	sync, ok := o.(*v1alpha1.PlatformSync)
	if !ok || sync.Spec.SourceRef == nil {
		return nil
	}
	ref := sync.Spec.SourceRef
	return []string{sourceKey(ref.Kind, cmp.Or(ref.Namespace, sync.Namespace), ref.Name)}
}

func sourceKey(kind, namespace, name string) string { return kind + "/" + namespace + "/" + name }

// usersOf finds whom a source concerns.
func (r *Reconciler) usersOf(kind string) handler.MapFunc {
	return func(ctx context.Context, o client.Object) []ctrlreconcile.Request {
		list := &v1alpha1.PlatformSyncList{}
		if err := r.Client.List(ctx, list, client.MatchingFields{sourceIndex: sourceKey(kind, o.GetNamespace(), o.GetName())}); err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "find the PlatformSyncs of a source", "kind", kind, "name", client.ObjectKeyFromObject(o))
			return nil
		}
		requests := make([]ctrlreconcile.Request, 0, len(list.Items))
		for i := range list.Items {
			requests = append(requests, ctrlreconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
		return requests
	}
}

// newArtifact passes on sources whose artifact is another one.
func newArtifact() predicate.Predicate {
	digest := func(o client.Object) string {
		if s, ok := o.(sourcev1.Source); ok && s.GetArtifact() != nil {
			return s.GetArtifact().Revision + " " + s.GetArtifact().Digest
		}
		return ""
	}
	return predicate.Funcs{
		UpdateFunc: func(e event.UpdateEvent) bool { return digest(e.ObjectNew) != digest(e.ObjectOld) },
		DeleteFunc: func(event.DeleteEvent) bool { return false },
	}
}
