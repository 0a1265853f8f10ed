// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/nvidia/v1alpha1"
)

// fill sets every field of v, allocating each pointer, map and slice with one element.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case metav1.Time:
		v.Set(reflect.ValueOf(metav1.Unix(1_700_000_000, 0)))
		return
	case resource.Quantity:
		v.Set(reflect.ValueOf(resource.MustParse("2Gi")))
		return
	case runtime.RawExtension:
		v.Set(reflect.ValueOf(runtime.RawExtension{Raw: []byte(`{"a":[1]}`)}))
		return
	case intstr.IntOrString:
		v.Set(reflect.ValueOf(intstr.FromString("http")))
		return
	case metav1.FieldsV1:
		v.Set(reflect.ValueOf(metav1.FieldsV1{Raw: []byte(`{}`)}))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Map:
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(elem)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, elem)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(1)
	}
}

// objects returns an empty object and list of every kind of the package.
func objects() []runtime.Object {
	return []runtime.Object{
		&v1alpha1.DynamoModel{}, &v1alpha1.DynamoModelList{},
		&v1alpha1.DynamoGraphDeployment{}, &v1alpha1.DynamoGraphDeploymentList{},
		&v1alpha1.DynamoGraphDeploymentRequest{}, &v1alpha1.DynamoGraphDeploymentRequestList{},
		&v1alpha1.DynamoComponentDeployment{}, &v1alpha1.DynamoComponentDeploymentList{},
		&v1alpha1.DynamoGraphDeploymentScalingAdapter{}, &v1alpha1.DynamoGraphDeploymentScalingAdapterList{},
		&v1alpha1.DynamoWorkerMetadata{}, &v1alpha1.DynamoWorkerMetadataList{},
	}
}

func TestSchemeKnowsEveryKind(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	for _, object := range objects() {
		want := reflect.TypeOf(object).Elem().Name()
		kinds, _, err := scheme.ObjectKinds(object)
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if got := kinds[0]; got != v1alpha1.GroupVersion().WithKind(want) {
			t.Errorf("%s is registered as %v", want, got)
		}
	}
}

// TestCopyAndJSON holds for objects with every field set: a deep copy is equal and shares nothing, and JSON loses
// nothing on the way there and back.
func TestCopyAndJSON(t *testing.T) {
	for _, object := range objects() {
		typ := reflect.TypeOf(object).Elem()
		t.Run(typ.Name(), func(t *testing.T) {
			fill(reflect.ValueOf(object).Elem())
			before, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}

			copied := object.DeepCopyObject()
			if diff := cmp.Diff(object, copied); diff != "" {
				t.Errorf("the copy differs (-object +copy):\n%s", diff)
			}
			scrub(reflect.ValueOf(copied).Elem())
			after, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			if string(after) != string(before) {
				t.Error("changing the copy changed the object")
			}

			back := reflect.New(typ)
			if err := json.Unmarshal(before, back.Interface()); err != nil {
				t.Fatal(err)
			}
			again, err := json.Marshal(back.Interface())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(before), string(again)); diff != "" {
				t.Errorf("JSON there and back (-want +got):\n%s", diff)
			}
		})
	}
}

// scrub empties everything reachable from v, through pointers, maps and slices.
func scrub(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			scrub(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scrub(v.Field(i))
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if elem := v.MapIndex(key); elem.Kind() == reflect.Pointer {
				scrub(elem)
			}
		}
		v.Clear()
	case reflect.Slice:
		for i := range v.Len() {
			scrub(v.Index(i))
		}
	default:
		if v.CanSet() {
			v.SetZero()
		}
	}
}

// TestParts covers the copy functions of the types that objects only hold by value.
func TestParts(t *testing.T) {
	var graph v1alpha1.DynamoGraphDeployment
	fill(reflect.ValueOf(&graph).Elem())
	var component v1alpha1.DynamoComponentDeployment
	fill(reflect.ValueOf(&component).Elem())
	var model v1alpha1.DynamoModel
	fill(reflect.ValueOf(&model).Elem())
	var adapter v1alpha1.DynamoGraphDeploymentScalingAdapter
	fill(reflect.ValueOf(&adapter).Elem())
	var worker v1alpha1.DynamoWorkerMetadata
	fill(reflect.ValueOf(&worker).Elem())
	var request v1alpha1.DynamoGraphDeploymentRequest
	fill(reflect.ValueOf(&request).Elem())
	service := graph.Spec.Services["text"]

	for _, part := range []any{
		&graph.Spec, &graph.Status, &graph.Spec.PVCs[0], graph.Spec.Restart, graph.Spec.Restart.Strategy,
		graph.Status.Restart, component.Status.Service, &component.Spec, &component.Status,
		&component.Spec.DynamoComponentDeploymentSharedSpec, service.Resources, service.Resources.Limits,
		service.Autoscaling, &service.VolumeMounts[0], service.Ingress, service.Ingress.TLS, service.ModelRef,
		service.SharedMemory, service.ExtraPodMetadata, service.ExtraPodSpec, service.Multinode, service.ScalingAdapter,
		&model.Spec, &model.Status, model.Spec.Source, &model.Status.Endpoints[0],
		&adapter.Spec, &adapter.Status, &adapter.Spec.DGDRef, &worker.Spec,
		&request.Spec, &request.Status, &request.Spec.ProfilingConfig, request.Spec.ProfilingConfig.ConfigMapRef,
		request.Spec.DeploymentOverrides, request.Status.Deployment,
	} {
		t.Run(reflect.TypeOf(part).Elem().Name(), func(t *testing.T) {
			deepCopy := reflect.ValueOf(part).MethodByName("DeepCopy")
			copied := deepCopy.Call(nil)[0]
			if diff := cmp.Diff(part, copied.Interface()); diff != "" {
				t.Errorf("the copy differs (-part +copy):\n%s", diff)
			}
			if copied.Pointer() == reflect.ValueOf(part).Pointer() {
				t.Error("the copy is the part itself")
			}
			empty := reflect.Zero(reflect.TypeOf(part))
			if got := empty.MethodByName("DeepCopy").Call(nil)[0]; !got.IsNil() {
				t.Errorf("the copy of nil is %v", got)
			}
		})
	}
}
