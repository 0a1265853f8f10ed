// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"sync"

	runtimeclient "github.com/fluxcd/pkg/runtime/client"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// target is a cluster as one account sees it. Its client has no cache.
type target struct{ client client.Client }

// targets remembers clients: making one reads the cluster's kinds.
type targets struct {
	base     *rest.Config
	insecure bool

	mutex sync.Mutex
	known map[string]*target // by cluster and account
}

// maxTargets bounds the memory; beyond it all are forgotten at once.
const maxTargets = 256

func newTargets(o Options) *targets {
	return &targets{base: o.Config, insecure: o.Policy.InsecureKubeConfig, known: map[string]*target{}}
}

// chooseTarget finds the cluster, and the account with whose rights is applied.
func chooseTarget(ctx context.Context, a *attempt) error {
	spec := a.sync.Spec
	account := cmp.Or(spec.ServiceAccountName, a.Policy.DefaultServiceAccount)
	user := ""
	if account != "" {
		user = fmt.Sprintf("system:serviceaccount:%s:%s", a.sync.Namespace, account)
	}
	if spec.KubeConfig == nil {
		found, err := a.targets.get("\x00"+user, user, func() (*rest.Config, error) { return rest.CopyConfig(a.targets.base), nil })
		a.target = found
		return err
	}
	if spec.KubeConfig.SecretRef == nil {
		return stalledBy(v1alpha1.ReasonInvalidSpec, "spec.kubeConfig.configMapRef is not supported; use secretRef")
	}
	ref := spec.KubeConfig.SecretRef
	secret, err := a.secret(ctx, "spec.kubeConfig.secretRef", ref.Name)
	if err != nil {
		return err
	}
	data, key := secret.Data[ref.Key], ref.Key
	if ref.Key == "" {
		if data, key = secret.Data["value"], "value"; data == nil {
			data, key = secret.Data["value.yaml"], "value.yaml"
		}
	}
	where := fmt.Sprintf("spec.kubeConfig.secretRef: the key %s of the Secret %s/%s", strconv.Quote(key), a.sync.Namespace, ref.Name)
	if len(data) == 0 {
		return stalledBy(v1alpha1.ReasonInvalidSpec, "%s is empty; put a kubeconfig there", where)
	}
	name := secret.Namespace + "/" + secret.Name + "\x00" + key + "\x00" + secret.ResourceVersion + "\x00" + user
	a.target, err = a.targets.get(name, user, func() (*rest.Config, error) {
		config, err := runtimeclient.KubeConfigFromBytes(data)
		if err != nil {
			return nil, stalledBy(v1alpha1.ReasonInvalidSpec, "%s is no usable kubeconfig: %w", where, err)
		}
		return runtimeclient.KubeConfig(ctx, config, runtimeclient.KubeConfigOptions{InsecureTLS: a.targets.insecure}), nil
	})
	return err
}

func (t *targets) get(name, user string, config func() (*rest.Config, error)) (*target, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if known, ok := t.known[name]; ok {
		return known, nil
	}
	c, err := config()
	if err != nil {
		return nil, err
	}
	if user != "" {
		c.Impersonate = rest.ImpersonationConfig{UserName: user}
	}
	made, err := newTarget(c)
	if err != nil {
		return nil, err
	}
	if len(t.known) >= maxTargets {
		clear(t.known)
	}
	t.known[name] = made
	return made, nil
}

func newTarget(c *rest.Config) (*target, error) {
	http, err := rest.HTTPClientFor(c)
	if err != nil {
		return nil, err
	}
	mapper, err := apiutil.NewDynamicRESTMapper(c, http)
	if err != nil {
		return nil, err
	}
	made, err := client.New(c, client.Options{HTTPClient: http, Mapper: mapper})
	if err != nil {
		return nil, err
	}
	return &target{client: made}, nil
}
