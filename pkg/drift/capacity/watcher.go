// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity

import (
	"context"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/informer"
)

// Watcher keeps a State up to date by watches. Make it with NewWatcher and run
// it with Start; its methods may be called from several goroutines.
type Watcher struct {
	options Options
	changed func()

	mutex  sync.Mutex
	state  State
	want   *Want
	synced map[Resource]func() bool // whether the resource was taken in full once
	absent map[Resource]bool        // the cluster does not have it
}

// NewWatcher returns a Watcher. Changed is called, possibly often and from
// several goroutines, when something that is judged may have changed; it must
// not block.
func NewWatcher(o Options, changed func()) (*Watcher, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	want := o.Want
	return &Watcher{options: o, changed: changed, want: &want, synced: map[Resource]func() bool{}, absent: map[Resource]bool{}}, nil
}

// SetWant replaces what Git says.
func (w *Watcher) SetWant(want Want) {
	w.mutex.Lock()
	w.want = &want
	w.mutex.Unlock()
	w.changed()
}

const notYet = "they were not read in full yet"

// Observe judges what is known now. A resource that was not read in full yet,
// or whose watch is broken, is Unknown.
func (w *Watcher) Observe() drift.Observation {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, r := range []Resource{Nodes, Pods, Slices, Graphs} {
		known := w.absent[r] || w.synced[r] != nil && w.synced[r]()
		switch {
		case !known && w.state.lost[r] == "":
			w.state.Lost(r, notYet)
		case known && w.state.lost[r] == notYet:
			w.state.Lost(r, "")
		}
	}
	return w.state.Judge(w.want, w.options.Now())
}

// Start watches until the context is done.
func (w *Watcher) Start(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, f := range w.followers() {
		informer, err := informer.New(informer.Options{
			List: f.list, Watch: f.watch, Example: f.example, Transform: trim, Seen: func(err error) { w.seen(f.resource, err) },
		})
		if err != nil {
			return fmt.Errorf("watch %s: %w", f.resource, err)
		}
		registration, err := informer.AddEventHandler(w.handler(f))
		if err != nil {
			return fmt.Errorf("watch %s: %w", f.resource, err)
		}
		w.mutex.Lock()
		w.synced[f.resource] = registration.HasSynced
		w.mutex.Unlock()
		running.Go(func() { informer.RunWithContext(ctx) })
		running.Go(func() {
			if cache.WaitForCacheSync(ctx.Done(), registration.HasSynced) {
				w.changed()
			}
		})
	}
	<-ctx.Done()
	return nil
}

// follower is how one resource is read, and what is done with it.
type follower struct {
	resource Resource
	example  runtime.Object
	list     func(context.Context, metav1.ListOptions) (runtime.Object, error)
	watch    func(context.Context, metav1.ListOptions) (watch.Interface, error)
	set      func(any) bool
	remove   func(metav1.Object) bool
}

func (w *Watcher) followers() []follower {
	d := Detector{options: w.options}
	core := w.options.Client.CoreV1()
	return []follower{
		{Nodes, &corev1.Node{}, d.nodes, core.Nodes().Watch,
			func(o any) bool { return w.state.SetNode(o.(*corev1.Node)) },
			func(o metav1.Object) bool { return w.state.DeleteNode(o.GetName()) }},
		{Pods, &corev1.Pod{}, d.pods, core.Pods(metav1.NamespaceAll).Watch,
			func(o any) bool { return w.state.SetPod(o.(*corev1.Pod)) },
			func(o metav1.Object) bool { return w.state.DeletePod(o.GetNamespace(), o.GetName()) }},
		{Slices, &resourcev1.ResourceSlice{}, d.slices, w.options.Client.ResourceV1().ResourceSlices().Watch,
			func(o any) bool { return w.state.SetSlice(o.(*resourcev1.ResourceSlice)) },
			func(o metav1.Object) bool { return w.state.DeleteSlice(o.GetName()) }},
		{Graphs, &unstructured.Unstructured{}, d.graphs, w.options.Dynamic.Resource(graphResource()).Watch,
			func(o any) bool { return w.state.SetGraph(o.(*unstructured.Unstructured)) },
			func(o metav1.Object) bool { return w.state.DeleteGraph(o.GetNamespace(), o.GetName()) }},
	}
}

func (w *Watcher) handler(f follower) cache.ResourceEventHandler {
	update := func(change func() bool) {
		w.mutex.Lock()
		changed := change()
		w.mutex.Unlock()
		if changed {
			w.changed()
		}
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { update(func() bool { return f.set(o) }) },
		UpdateFunc: func(_, o any) { update(func() bool { return f.set(o) }) },
		DeleteFunc: func(o any) {
			if tombstone, ok := o.(cache.DeletedFinalStateUnknown); ok {
				o = tombstone.Obj
			}
			if gone, ok := o.(metav1.Object); ok {
				update(func() bool { return f.remove(gone) })
			}
		},
	}
}

// seen is told of every list and every start of a watch. An expired version is
// part of a watch's life: a list follows at once.
func (w *Watcher) seen(r Resource, err error) {
	absent := apierrors.IsNotFound(err) && (r == Graphs || r == Slices)
	reason := ""
	if err != nil && !absent && !apierrors.IsResourceExpired(err) && !apierrors.IsGone(err) {
		reason = err.Error()
	}
	w.mutex.Lock()
	before := w.state.lost[r]
	changed := reason != before && (reason != "" || before != notYet) || w.absent[r] != absent
	if changed {
		w.state.Lost(r, reason)
	}
	w.absent[r] = absent
	w.mutex.Unlock()
	if changed {
		w.changed()
	}
}
