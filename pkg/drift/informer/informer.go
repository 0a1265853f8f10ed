// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package informer makes informers that tell when they are blind. Client-go's
// own reflectors try again in silence while connections are refused, so that a
// cluster that cannot be reached looks like one in which nothing changes.
package informer

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

// Options of an informer.
type Options struct {
	// List and Watch read the objects. Required.
	List  func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error)
	Watch func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error)
	// Example is an empty object of the kind. Required.
	Example runtime.Object
	// Transform trims an object before it is kept. Default: none.
	Transform cache.TransformFunc
	// Seen is told of the result of every list and every start of a watch: nil
	// when the API server answered. It must not block. Required.
	Seen func(err error)
}

// New returns an informer without resync. Run it with RunWithContext.
func New(o Options) (cache.SharedIndexInformer, error) {
	source := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			list, err := o.List(ctx, options)
			o.tell(ctx, err)
			return list, err
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			w, err := o.Watch(ctx, options)
			o.tell(ctx, err)
			return w, err
		},
	}
	informer := cache.NewSharedIndexInformerWithOptions(source, o.Example, cache.SharedIndexInformerOptions{})
	if o.Transform != nil {
		if err := informer.SetTransform(o.Transform); err != nil {
			return nil, err
		}
	}
	// Errors are told by Seen; the default handler would log them.
	err := informer.SetWatchErrorHandlerWithContext(func(context.Context, *cache.Reflector, error) {})
	return informer, err
}

// tell leaves out what the end of the informer itself causes.
func (o Options) tell(ctx context.Context, err error) {
	if ctx.Err() == nil {
		o.Seen(err)
	}
}
