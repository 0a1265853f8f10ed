// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/inventory"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/reconcile"
)

func configMap(namespace, name, value string) object.Object {
	return object.New(map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": name, "namespace": namespace},
		"data":     map[string]any{"key": value},
	})
}

func namespace(name string) object.Object {
	return object.New(map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}})
}

// world is a cluster and what was recorded about it.
type world struct {
	client   client.Client
	owner    reconcile.Owner
	recorded inventory.Set
	step     func(string) error
	force    bool
	safety   reconcile.Safety
}

func (w *world) run(t *testing.T, objects ...object.Object) (reconcile.Result, error) {
	t.Helper()
	return reconcile.Run(t.Context(), reconcile.Request{
		Manager: reconcile.NewManager(w.client), Owner: w.owner, Objects: objects, Before: w.recorded,
		Prune: true, Force: w.force, Safety: w.safety, Step: w.step,
		Record: func(_ context.Context, set inventory.Set) error { w.recorded = set; return nil },
	})
}

// value is the value of a ConfigMap, empty when there is none.
func (w *world) value(t *testing.T, namespace, name string) string {
	t.Helper()
	live := &unstructured.Unstructured{}
	live.SetAPIVersion("v1")
	live.SetKind("ConfigMap")
	err := w.client.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, live)
	if apierrors.IsNotFound(err) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	value, _, _ := unstructured.NestedString(live.Object, "data", "key")
	return value
}

func TestRun(t *testing.T) {
	plane := testplane.New(t, testplane.Options{CRDs: []string{"../../plugin/flux/config/crd/bases"}}) // the server accepts the definitions
	c, err := client.New(plane.RESTConfig(), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]func(*testing.T, *world){
		"changes": changes, "refusals": refusals, "crash": crash, "kept": kept,
	} {
		t.Run(name, func(t *testing.T) {
			test(t, &world{client: c, owner: reconcile.Owner{Name: name, Namespace: "default"}, recorded: inventory.Set{}})
		})
	}
}

func changes(t *testing.T, w *world) {
	if _, err := w.run(t, namespace("changes"), configMap("changes", "a", "1"), configMap("changes", "b", "1")); err != nil {
		t.Fatal(err)
	}
	result, err := w.run(t, namespace("changes"), configMap("changes", "a", "2"))
	if err != nil || len(result.Changes) != 2 {
		t.Errorf("%v, %v", result.Changes, err)
	}
	if a, b := w.value(t, "changes", "a"), w.value(t, "changes", "b"); a != "2" || b != "" {
		t.Errorf("a is %q, b is %q", a, b)
	}
	result, err = w.run(t, namespace("changes"), configMap("changes", "a", "2"))
	if err != nil || len(result.Changes) != 0 {
		t.Errorf("nothing changed, and yet: %v, %v", result.Changes, err)
	}
	_, err = w.run(t)
	if !errors.Is(err, reconcile.ErrPruneRefused) || w.value(t, "changes", "a") != "2" {
		t.Errorf("an empty plan: %v", err)
	}
}

func refusals(t *testing.T, w *world) {
	if _, err := w.run(t, configMap("default", "mine", "1")); err != nil {
		t.Fatal(err)
	}
	other := &world{client: w.client, owner: reconcile.Owner{Name: "other", Namespace: "default"}, recorded: inventory.Set{}}
	_, err := other.run(t, configMap("default", "before", "1"), configMap("default", "mine", "2"))
	var stalled *reconcile.StalledError
	if !errors.As(err, &stalled) || stalled.Reason != v1alpha1.ReasonForeignOwner || !errors.Is(err, reconcile.ErrForeign) {
		t.Errorf("an object of another owner: %v", err)
	}
	if w.value(t, "default", "mine") != "1" || w.value(t, "default", "before") != "" || len(other.recorded) != 0 {
		t.Error("a refused run changed the cluster")
	}
	other.force = true
	if _, err := other.run(t, configMap("default", "mine", "2")); err != nil || w.value(t, "default", "mine") != "2" {
		t.Errorf("taken over by force: %v", err)
	}
	if _, err := w.run(t, configMap("default", "own", "1")); err != nil || w.value(t, "default", "mine") != "2" {
		t.Errorf("an object that somebody took over was pruned: %v", err)
	}
}

// crash ends a run before each of its steps in turn; a fresh run converges, and
// nothing is left that no inventory knows.
func crash(t *testing.T, w *world) {
	crashed := errors.New("crashed")
	before := []object.Object{namespace("crash"), configMap("crash", "keep", "1"), configMap("crash", "old", "1")}
	after := []object.Object{namespace("crash"), configMap("crash", "keep", "2"), configMap("crash", "new", "1")}
	for at := 0; ; at++ {
		w.step = nil
		if _, err := w.run(t, before...); err != nil {
			t.Fatal(err)
		}
		count, name := 0, ""
		w.step = func(step string) error {
			if count++; count > at {
				name = step
				return crashed
			}
			return nil
		}
		_, err := w.run(t, after...)
		if err == nil && name == "" {
			if at < 7 {
				t.Errorf("only %d steps", at)
			}
			return
		}
		if !errors.Is(err, crashed) {
			t.Fatalf("step %d: %v", at, err)
		}
		for _, cm := range []string{"keep", "old", "new"} {
			id := inventory.ID{Kind: "ConfigMap", Namespace: "crash", Name: cm}
			if _, known := w.recorded[id]; !known && w.value(t, "crash", cm) != "" {
				t.Errorf("killed before %q, the inventory does not know %s", name, cm)
			}
		}
		w.step = nil
		if _, err := w.run(t, after...); err != nil {
			t.Fatalf("after a kill before %q: %v", name, err)
		}
		got := []string{w.value(t, "crash", "keep"), w.value(t, "crash", "old"), w.value(t, "crash", "new")}
		if diff := cmp.Diff([]string{"2", "", "1"}, got); diff != "" {
			t.Errorf("after a kill before %q: %s", name, diff)
		}
	}
}

func kept(t *testing.T, w *world) {
	many := []object.Object{namespace("kept")}
	for i := range 9 {
		many = append(many, configMap("kept", fmt.Sprint("m", i), "1"))
	}
	if _, err := w.run(t, many...); err != nil {
		t.Fatal(err)
	}
	if _, err := w.run(t, many[:3]...); !errors.Is(err, reconcile.ErrPruneRefused) || len(w.recorded) != 10 || w.value(t, "kept", "m8") != "1" {
		t.Errorf("most of the inventory at once: %v, %d recorded", err, len(w.recorded))
	}
	if _, err := w.run(t, many[1:]...); !errors.Is(err, reconcile.ErrPruneRefused) || len(w.recorded) != 10 {
		t.Errorf("a namespace: %v, %d recorded", err, len(w.recorded))
	}
	w.safety.Confirmed = true
	if _, err := w.run(t, many[:3]...); err != nil || len(w.recorded) != 3 || w.value(t, "kept", "m8") != "" {
		t.Errorf("confirmed: %v, %d recorded", err, len(w.recorded))
	}
}
