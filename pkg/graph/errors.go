// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"errors"
	"fmt"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// ErrKind is the error of Parse for an object that is no graph: another group
// or kind, or a version of the API that is not known.
var ErrKind = errors.New("not a Dynamo graph")

// FieldError is one field of the wrong shape.
type FieldError struct {
	// Field is the path below the object: "spec.services.Decode.replicas".
	Field string
	// Problem in one line without a final stop. It never holds the value.
	Problem string
	// Fix in one line without a final stop.
	Fix string
	// GPUNumber says that the field is a GPU count written as a number where
	// v1alpha1 wants a string; the count was read all the same.
	GPUNumber bool
}

// Error implements error.
func (e *FieldError) Error() string {
	return fmt.Sprintf("%s: %s; %s", e.Field, e.Problem, e.Fix)
}

// ShapeError is the error of Parse for an object with fields of the wrong
// shape. The Graph beside it holds what could be read.
type ShapeError struct {
	// Object that was read.
	Object object.Reference
	// Fields of the wrong shape, in the order in which they were read; never
	// empty.
	Fields []*FieldError
}

// Error implements error: the first field and how many more there are.
func (e *ShapeError) Error() string {
	if len(e.Fields) == 0 {
		return e.Object.String() + ": wrong shape"
	}
	if more := len(e.Fields) - 1; more > 0 {
		return fmt.Sprintf("%s: %v (and %d more)", e.Object, e.Fields[0], more)
	}
	return fmt.Sprintf("%s: %v", e.Object, e.Fields[0])
}

// Unwrap returns the fields as errors.
func (e *ShapeError) Unwrap() []error {
	errs := make([]error, len(e.Fields))
	for i, field := range e.Fields {
		errs[i] = field
	}
	return errs
}
