// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/controller"
)

// counter counts the requests of a client that ask for something of ours.
type counter struct {
	mutex    sync.Mutex
	requests map[string]int
}

func (c *counter) wrap(config *rest.Config) {
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			c.mutex.Lock()
			c.requests[r.Method+" "+r.URL.Path+" watch="+r.URL.Query().Get("watch")]++
			c.mutex.Unlock()
			return next.RoundTrip(r)
		})
	})
}

func (c *counter) take() map[string]int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	taken := c.requests
	c.requests = map[string]int{}
	maps.DeleteFunc(taken, func(key string, _ int) bool { return strings.HasSuffix(key, "watch=true") })
	return taken
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestAtRest shows that reconciling what did not change writes nothing and asks
// as often for two hundred objects as for ten; and that what did change is seen.
func TestAtRest(t *testing.T) {
	w := newWorld(t)
	w.stop()
	requests := &counter{requests: map[string]int{}}
	config := w.plane.RESTConfig()
	requests.wrap(config)
	w.stop = w.start(config)
	sums := map[int]map[string]int{}
	for _, n := range []int{10, 200} {
		files := map[string]string{}
		for i := range n {
			files[fmt.Sprintf("%03d.yaml", i)] = configMap("default", fmt.Sprintf("rest-%d-%d", n, i), "1")
		}
		repo := w.repository(fmt.Sprintf("rest-%d", n))
		revision := repo.push(files)
		sync := w.sync(fmt.Sprintf("rest-%d", n), repo.url, func(s *v1alpha1.PlatformSync) { s.Spec.Interval.Duration = 500 * time.Millisecond })
		w.applied(sync, revision)
		sums[n] = w.quiet(requests)
		if err := w.client.Delete(t.Context(), w.get(sync)); err != nil {
			t.Fatal(err)
		}
		w.gone(sync)
	}
	for n, sum := range sums {
		for request, times := range sum {
			if !strings.HasPrefix(request, "GET ") {
				t.Errorf("%d objects at rest: %d times %s", n, times, request)
			}
		}
	}
	if len(sums[10]) != len(sums[200]) {
		t.Errorf("requests for 10 objects %v, for 200 %v", sums[10], sums[200])
	}

	repo := w.repository("mended")
	revision := repo.push(map[string]string{"a.yaml": configMap("default", "mended", "1"), "b.yaml": configMap("default", "removed", "1")})
	sync := w.sync("mended", repo.url, func(s *v1alpha1.PlatformSync) { s.Spec.Interval.Duration = 500 * time.Millisecond })
	w.applied(sync, revision)
	w.quiet(requests)
	changed := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "mended", Namespace: "default"}}
	if err := w.client.Patch(t.Context(), changed, client.RawPatch("application/merge-patch+json", []byte(`{"data":{"key":"by hand"}}`))); err != nil {
		t.Fatal(err)
	}
	if err := w.client.Delete(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "removed", Namespace: "default"}}); err != nil {
		t.Fatal(err)
	}
	testplane.Eventually(t, func(context.Context) error {
		if a, b := w.value("default", "mended"), w.value("default", "removed"); a != "1" || b != "1" {
			return fmt.Errorf("mended = %s, removed = %s", a, b)
		}
		return nil
	})
}

// quiet waits until two intervals of the requests are alike, and returns one.
func (w *world) quiet(c *counter) map[string]int {
	w.t.Helper()
	var sum map[string]int
	testplane.Eventually(w.t, func(ctx context.Context) error {
		c.take()
		select {
		case <-ctx.Done():
		case <-time.After(3 * time.Second):
		}
		sum = c.take()
		for request := range sum {
			if !strings.HasPrefix(request, "GET ") {
				return fmt.Errorf("not at rest: %v", sum)
			}
		}
		if len(sum) == 0 {
			return errors.New("no reconciliation in three seconds")
		}
		return nil
	})
	return sum
}

// TestKilledAtEveryStep ends an attempt before each of its steps, and shows that
// the next controller brings everything to the end: nothing lost, nothing orphaned.
func TestKilledAtEveryStep(t *testing.T) {
	w := newWorld(t)
	w.stop()
	names := map[string]bool{}
	collect := func(o *controller.Options) {
		o.Step = func(name string) error { names[kindOfStep(name)] = true; return nil }
	}
	files := func(n int) map[string]string {
		return map[string]string{"a.yaml": configMap("default", "a", fmt.Sprint(n)), fmt.Sprintf("extra%d.yaml", n): configMap("default", fmt.Sprintf("extra-%d", n), "1")}
	}
	repo := w.repository("killed")
	w.stop = w.start(w.plane.RESTConfig(), collect)
	sync := w.sync("killed", repo.url)
	w.applied(sync, repo.push(files(0)))
	revision := repo.push(files(1))
	w.reconcile(sync)
	w.applied(sync, revision)
	w.stop()
	if len(names) < 8 {
		t.Fatalf("steps = %v", names)
	}
	n := 1
	for name := range maps.Clone(names) {
		n++
		revision := repo.push(files(n))
		ended := make(chan struct{})
		once := false
		stop := w.start(w.plane.RESTConfig(), func(o *controller.Options) {
			o.Step = func(at string) error {
				if kindOfStep(at) == name || once { // from there on this controller does nothing, like a dead one
					if !once {
						once = true
						close(ended)
					}
					return errors.New("killed")
				}
				return nil
			}
		})
		w.reconcile(sync)
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Errorf("the step %s was not reached", name)
		}
		stop()
		stop = w.start(w.plane.RESTConfig())
		got := w.applied(sync, revision)
		stop()
		if w.value("default", "a") != fmt.Sprint(n) || w.value("default", fmt.Sprintf("extra-%d", n)) != "1" || w.value("default", fmt.Sprintf("extra-%d", n-1)) != "none" || len(got.Status.Inventory.Entries) != 2 {
			t.Errorf("killed before %s: a = %s, before = %s, inventory %v", name, w.value("default", "a"), w.value("default", fmt.Sprintf("extra-%d", n-1)), got.Status.Inventory.Entries)
		}
	}
	w.stop = func() {}
}

// kindOfStep leaves out which object a step is about.
func kindOfStep(name string) string {
	if strings.HasPrefix(name, "delete ") {
		return "delete"
	}
	return name
}

// TestTwoControllers runs two at once, without election.
func TestTwoControllers(t *testing.T) {
	w := newWorld(t)
	second := w.start(w.plane.RESTConfig())
	defer second()
	repo := w.repository("both")
	sync := w.sync("both", repo.url)
	for n := range 5 {
		revision := repo.push(map[string]string{"a.yaml": configMap("default", "a", fmt.Sprint(n)), fmt.Sprintf("x%d.yaml", n): configMap("default", fmt.Sprintf("both-%d", n), "1")})
		w.reconcile(sync)
		w.applied(sync, revision)
		testplane.Eventually(t, func(context.Context) error {
			if got := w.value("default", "a"); got != fmt.Sprint(n) {
				return fmt.Errorf("a = %s", got)
			}
			if before := w.value("default", fmt.Sprintf("both-%d", n-1)); before != "none" {
				return fmt.Errorf("the object of the push before = %s", before)
			}
			return nil
		})
	}
}

// TestManagersAndSizes applies what another manager owns a field of, and an
// object of nearly the size that etcd takes.
func TestManagersAndSizes(t *testing.T) {
	w := newWorld(t)
	other := &corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, ObjectMeta: metav1.ObjectMeta{Name: "shared", Namespace: "default"}, Data: map[string]string{"key": "theirs", "other": "theirs"}}
	if err := w.client.Patch(t.Context(), other, client.Apply, client.FieldOwner("somebody"), client.ForceOwnership); err != nil { //nolint:staticcheck // an object, not a configuration
		t.Fatal(err)
	}
	big := strings.Repeat("0123456789abcdef", 60000) // 960 kB; a ConfigMap may hold 1 MiB
	repo := w.repository("sizes")
	revision := repo.push(map[string]string{"a.yaml": configMap("default", "shared", "ours"), "big.yaml": configMap("default", "big", big)})
	w.applied(w.sync("sizes", repo.url), revision)
	if w.value("default", "shared") != "ours" || w.value("default", "big") != big {
		t.Error("not applied")
	}
	if err := w.client.Get(t.Context(), client.ObjectKeyFromObject(other), other); err != nil || other.Data["other"] != "theirs" {
		t.Errorf("the other manager's field: %v, %v", other.Data["other"], err)
	}
	huge := w.repository("huge")
	huge.push(map[string]string{"a.yaml": configMap("default", "small", "1"), "big.yaml": configMap("default", "huge", strings.Repeat("0123456789abcdef", 100000))})
	got := w.ready(w.sync("huge", huge.url), metav1.ConditionFalse, v1alpha1.ReasonApplyFailed, "ConfigMap/default/huge")
	if len(apiMessage(got)) > 3000 {
		t.Errorf("the message has %d bytes", len(apiMessage(got)))
	}
}

func apiMessage(s *v1alpha1.PlatformSync) string {
	for _, c := range s.Status.Conditions {
		if c.Type == meta.ReadyCondition {
			return c.Message
		}
	}
	return ""
}
