// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/binaries"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/peers"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/controller"
)

// world is a plane with a Git server and a controller in this process.
type world struct {
	t      *testing.T
	plane  *testplane.Plane
	client client.Client
	git    *peers.GitServer
	gitDir string
	events *recorder
	stop   func()
}

func scheme(t *testing.T) *runtime.Scheme {
	t.Helper()
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientscheme.AddToScheme, controller.AddToScheme} {
		if err := add(s); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func newWorld(t *testing.T, change ...func(*controller.Options)) *world {
	t.Helper()
	sources, err := binaries.CRDs(binaries.SourceController)
	if err != nil {
		t.Fatal(err)
	}
	crds := filepath.Join("..", "..", "plugin", "flux", "config", "crd", "bases")
	w := &world{t: t, plane: testplane.New(t, testplane.Options{CRDs: []string{crds, sources}}), events: &recorder{}, gitDir: t.TempDir()}
	w.client, err = client.New(w.plane.RESTConfig(), client.Options{Scheme: scheme(t)})
	if err != nil {
		t.Fatal(err)
	}
	w.git, err = peers.ServeGit(t.Context(), w.gitDir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.git.Close() })
	w.stop = w.start(w.plane.RESTConfig(), change...)
	t.Cleanup(func() { w.stop() })
	return w
}

// start runs a controller with that client and returns what ends it.
func (w *world) start(config *rest.Config, change ...func(*controller.Options)) func() {
	w.t.Helper()
	ctrl.SetLogger(logr.Discard())
	mgr, err := ctrl.NewManager(config, ctrl.Options{Scheme: scheme(w.t), Metrics: metricsserver.Options{BindAddress: "0"}})
	if err != nil {
		w.t.Fatal(err)
	}
	o := controller.Options{
		Client: mgr.GetClient(), Secrets: mgr.GetAPIReader(), Config: config, Events: w.events,
		Timing: controller.Timing{Dependency: 200 * time.Millisecond, Kind: 200 * time.Millisecond, Health: 200 * time.Millisecond, Backoff: 200 * time.Millisecond},
	}
	for _, c := range change {
		c(&o)
	}
	r, err := controller.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := r.SetupWithManager(w.t.Context(), mgr, controller.SetupOptions{SkipNameValidation: true}); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- mgr.Start(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("the manager: %v", err)
		}
	})
}

// recorder keeps events.
type recorder struct {
	mutex  sync.Mutex
	events []string
}

func (r *recorder) AnnotatedEventf(o, _ runtime.Object, annotations map[string]string, kind, reason, _, format string, args ...any) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	name := o.(client.Object).GetName()
	r.events = append(r.events, fmt.Sprintf("%s %s %s %s %s", name, kind, reason, fmt.Sprintf(format, args...), annotations["dynamo-gitops.io/revision"]))
}

// of are the events of a PlatformSync that hold the text.
func (r *recorder) of(name, text string) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	n := 0
	for _, e := range r.events {
		if strings.HasPrefix(e, name+" ") && strings.Contains(e, text) {
			n++
		}
	}
	return n
}

// repository is a Git repository with a working copy.
type repository struct {
	t        *testing.T
	url, dir string
}

func (w *world) repository(name string) *repository {
	w.t.Helper()
	url, err := w.git.Create(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	r := &repository{t: w.t, url: url, dir: w.t.TempDir()}
	r.run("init", "-q", "-b", "main")
	return r
}

func (r *repository) run(args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
	cmd.Dir, cmd.Env = r.dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "GIT_CONFIG_NOSYSTEM=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// push makes the branch main hold exactly these files and returns the revision.
func (r *repository) push(files map[string]string) string {
	r.t.Helper()
	if old, _ := filepath.Glob(filepath.Join(r.dir, "[^.]*")); len(old) > 0 {
		for _, f := range old {
			if err := os.RemoveAll(f); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(r.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[name]), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	r.run("add", "-A")
	r.run("commit", "-q", "--allow-empty", "-m", "change")
	r.run("push", "-q", r.url, "main")
	return "main@sha1:" + r.run("rev-parse", "HEAD")
}

func configMap(namespace, name, value string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, namespace: %s}\ndata: {key: %q}\n", name, namespace, value)
}

func (w *world) namespace(name string) {
	w.t.Helper()
	if err := w.client.Create(w.t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}); err != nil {
		w.t.Fatal(err)
	}
}

// sync makes a PlatformSync of a repository, in a namespace of its own.
func (w *world) sync(name, url string, change ...func(*v1alpha1.PlatformSync)) *v1alpha1.PlatformSync {
	w.t.Helper()
	s := &v1alpha1.PlatformSync{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec: v1alpha1.PlatformSyncSpec{
			Git: &v1alpha1.GitSource{URL: url}, Interval: metav1.Duration{Duration: time.Hour}, Prune: true,
			RetryInterval: &metav1.Duration{Duration: 300 * time.Millisecond},
		},
	}
	for _, c := range change {
		c(s)
	}
	if err := w.client.Create(w.t.Context(), s); err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) get(s *v1alpha1.PlatformSync) *v1alpha1.PlatformSync {
	w.t.Helper()
	found := &v1alpha1.PlatformSync{}
	if err := w.client.Get(w.t.Context(), client.ObjectKeyFromObject(s), found); err != nil {
		w.t.Fatal(err)
	}
	return found
}

// reconcile asks for a reconciliation by annotation, as flux reconcile does.
func (w *world) reconcile(s *v1alpha1.PlatformSync, more ...string) string {
	w.t.Helper()
	found := w.get(s)
	patch := client.MergeFrom(found.DeepCopy())
	if found.Annotations == nil {
		found.Annotations = map[string]string{}
	}
	at := time.Now().Format(time.RFC3339Nano)
	found.Annotations[meta.ReconcileRequestAnnotation] = at
	for _, annotation := range more {
		found.Annotations[annotation] = at
	}
	if err := w.client.Patch(w.t.Context(), found, patch); err != nil {
		w.t.Fatal(err)
	}
	return at
}

// edit changes the specification or the metadata.
func (w *world) edit(s *v1alpha1.PlatformSync, change func(*v1alpha1.PlatformSync)) {
	w.t.Helper()
	found := w.get(s)
	patch := client.MergeFrom(found.DeepCopy())
	change(found)
	if err := w.client.Patch(w.t.Context(), found, patch); err != nil {
		w.t.Fatal(err)
	}
}

// ready waits until Ready has this status and reason and a message with the text.
func (w *world) ready(s *v1alpha1.PlatformSync, status metav1.ConditionStatus, reason, text string) *v1alpha1.PlatformSync {
	w.t.Helper()
	var found *v1alpha1.PlatformSync
	testplane.Eventually(w.t, func(ctx context.Context) error {
		found = &v1alpha1.PlatformSync{}
		if err := w.client.Get(ctx, client.ObjectKeyFromObject(s), found); err != nil {
			return err
		}
		c := apimeta.FindStatusCondition(found.Status.Conditions, meta.ReadyCondition)
		if c == nil || c.Status != status || c.Reason != reason || !strings.Contains(c.Message, text) || found.Status.ObservedGeneration != found.Generation {
			return fmt.Errorf("%s: conditions %+v, generation %d, want %s %s %q", s.Name, found.Status.Conditions, found.Generation, status, reason, text)
		}
		return nil
	})
	return found
}

func (w *world) applied(s *v1alpha1.PlatformSync, revision string) *v1alpha1.PlatformSync {
	w.t.Helper()
	return w.ready(s, metav1.ConditionTrue, meta.ReconciliationSucceededReason, "Applied revision: "+revision)
}

// value is the value of a ConfigMap; "none" when there is none.
func (w *world) value(namespace, name string) string {
	w.t.Helper()
	found := &corev1.ConfigMap{}
	err := w.client.Get(w.t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, found)
	if client.IgnoreNotFound(err) != nil {
		w.t.Fatal(err)
	}
	if err != nil {
		return "none"
	}
	return found.Data["key"]
}

func (w *world) gone(o client.Object) {
	w.t.Helper()
	testplane.Eventually(w.t, func(ctx context.Context) error {
		err := w.client.Get(ctx, client.ObjectKeyFromObject(o), o)
		if client.IgnoreNotFound(err) != nil {
			return err
		}
		if err == nil {
			return fmt.Errorf("%s is still there: %+v", o.GetName(), o)
		}
		return nil
	})
}

func conditionIs(s *v1alpha1.PlatformSync, kind string) bool {
	return apimeta.IsStatusConditionTrue(s.Status.Conditions, kind)
}

func unstructuredOf(apiVersion, kind string) *unstructured.Unstructured {
	u := &unstructured.Unstructured{}
	u.SetAPIVersion(apiVersion)
	u.SetKind(kind)
	return u
}

func clientOf(t *testing.T, p *testplane.Plane) client.Client {
	t.Helper()
	c, err := client.New(p.RESTConfig(), client.Options{Scheme: scheme(t)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
