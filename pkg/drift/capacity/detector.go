// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/pager"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
)

// pageSize is how many objects one answer of the API server holds.
const pageSize = 500

// Options of a Detector or a Watcher.
type Options struct {
	// Client reads nodes, pods and ResourceSlices. Required.
	Client kubernetes.Interface
	// Dynamic reads graphs. Required.
	Dynamic dynamic.Interface
	// Want is what Git says.
	Want Want
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

func (o *Options) complete() error {
	if o.Client == nil || o.Dynamic == nil {
		return errors.New("capacity: Client and Dynamic are required")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}

// Detector reads everything and judges it once for each Detect. It needs the
// verb list on nodes, pods, dynamographdeployments.nvidia.com and
// resourceslices.resource.k8s.io. A cluster without the latter two has none.
type Detector struct{ options Options }

var _ drift.Detector = (*Detector)(nil)

// NewDetector returns a Detector. It reads nothing yet.
func NewDetector(o Options) (*Detector, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	return &Detector{options: o}, nil
}

// Name returns "capacity".
func (*Detector) Name() string { return "capacity" }

// Layer returns drift.LayerCapacity.
func (*Detector) Layer() drift.Layer { return drift.LayerCapacity }

// Detect implements drift.Detector. Without pools it reads nothing and finds nothing.
func (d *Detector) Detect(ctx context.Context) drift.Observation {
	if len(d.options.Want.Pools) == 0 {
		return drift.Observation{}
	}
	state := &State{}
	for _, r := range []Resource{Nodes, Pods, Slices, Graphs} {
		if err := d.read(ctx, r, state); err != nil {
			state.Lost(r, err.Error())
		}
	}
	return state.Judge(&d.options.Want, d.options.Now())
}

// read reads one resource in full into the state.
func (d *Detector) read(ctx context.Context, r Resource, state *State) error {
	switch r {
	case Nodes:
		return each(ctx, d.nodes, func(o runtime.Object) { state.SetNode(o.(*corev1.Node)) })
	case Pods:
		return each(ctx, d.pods, func(o runtime.Object) { state.SetPod(o.(*corev1.Pod)) })
	case Slices:
		return each(ctx, d.slices, func(o runtime.Object) { state.SetSlice(o.(*resourcev1.ResourceSlice)) })
	default:
		return each(ctx, d.graphs, func(o runtime.Object) { state.SetGraph(o.(*unstructured.Unstructured)) })
	}
}

// each pages through a list. A kind that the cluster does not have is an empty list.
func each(ctx context.Context, list pager.ListPageFunc, take func(runtime.Object)) error {
	p := pager.New(list)
	p.PageSize = pageSize
	err := p.EachListItem(ctx, metav1.ListOptions{}, func(o runtime.Object) error {
		take(o)
		return nil
	})
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return nil
	}
	return err
}

func (d *Detector) nodes(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	return d.options.Client.CoreV1().Nodes().List(ctx, o)
}

func (d *Detector) pods(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	return d.options.Client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, o)
}

func (d *Detector) slices(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	return d.options.Client.ResourceV1().ResourceSlices().List(ctx, o)
}

func (d *Detector) graphs(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	list, err := d.options.Dynamic.Resource(graphResource()).List(ctx, o)
	if err != nil {
		return nil, err
	}
	if list.GetKind() == "" {
		return nil, fmt.Errorf("the answer is no list of %s", Graphs)
	}
	return list, nil
}

// graphResource is read in the version that every chart version serves.
func graphResource() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: graph.Group, Version: graph.V1alpha1, Resource: "dynamographdeployments"}
}
