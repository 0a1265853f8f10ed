// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package generate

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

const (
	defaultRouteTimeout = time.Hour
	defaultRoutePort    = 8000
	defaultComponent    = "Frontend"
)

// routes publishes frontends. What a route leaves out comes from the operator's
// own ingress and istio settings.
func routes(p *v1alpha1.Platform, merged map[string]any) []object.Object {
	var objects []object.Object
	for _, r := range p.Spec.Routes {
		namespace, graph, _ := strings.Cut(r.Graph, "/")
		target := routeTarget{
			platform: p.Name, name: r.Name, namespace: namespace,
			service: graph + "-" + strings.ToLower(cmp.Or(r.Component, defaultComponent)),
			port:    int64(cmp.Or(r.Port, defaultRoutePort)),
			timeout: defaultRouteTimeout,
		}
		if r.Timeout != nil {
			target.timeout = r.Timeout.Duration
		}
		if r.Type == v1alpha1.RouteIstio {
			objects = append(objects, virtualService(r, target, merged))
		} else {
			objects = append(objects, ingress(r, target, merged))
		}
	}
	return objects
}

type routeTarget struct {
	platform, name, namespace, service string
	port                               int64
	timeout                            time.Duration
}

func (t routeTarget) seconds() string {
	return strconv.FormatInt(int64(t.timeout/time.Second), 10)
}

func ingress(r v1alpha1.Route, t routeTarget, merged map[string]any) object.Object {
	class := cmp.Or(r.ClassName, stringAt(merged, "dynamo-operator", "dynamo", "ingress", "className"))
	secret := cmp.Or(r.TLSSecretName, stringAt(merged, "dynamo-operator", "dynamo", "ingress", "tlsSecretName"))
	spec := map[string]any{
		"rules": []any{map[string]any{
			"host": r.Host,
			"http": map[string]any{"paths": []any{map[string]any{
				"path": "/", "pathType": "Prefix",
				"backend": map[string]any{"service": map[string]any{
					"name": t.service, "port": map[string]any{"number": t.port},
				}},
			}}},
		}},
	}
	if class != "" {
		spec["ingressClassName"] = class
	}
	if secret != "" {
		spec["tls"] = []any{map[string]any{"hosts": []any{r.Host}, "secretName": secret}}
	}
	o := routeObject(t, "networking.k8s.io/v1", "Ingress", spec)
	o.SetAnnotations(map[string]string{
		"nginx.ingress.kubernetes.io/proxy-buffering":    "off",
		"nginx.ingress.kubernetes.io/proxy-read-timeout": t.seconds(),
		"nginx.ingress.kubernetes.io/proxy-send-timeout": t.seconds(),
	})
	return o
}

func virtualService(r v1alpha1.Route, t routeTarget, merged map[string]any) object.Object {
	gateway := cmp.Or(r.Gateway, stringAt(merged, "dynamo-operator", "dynamo", "istio", "gateway"))
	spec := map[string]any{
		"hosts": []any{r.Host},
		"http": []any{map[string]any{
			"timeout": t.seconds() + "s",
			"route": []any{map[string]any{"destination": map[string]any{
				"host": t.service, "port": map[string]any{"number": t.port},
			}}},
		}},
	}
	if gateway != "" {
		spec["gateways"] = []any{gateway}
	}
	return routeObject(t, "networking.istio.io/v1", "VirtualService", spec)
}

func routeObject(t routeTarget, apiVersion, kind string, spec map[string]any) object.Object {
	return object.New(map[string]any{
		"apiVersion": apiVersion, "kind": kind,
		"metadata": map[string]any{
			"name": t.name, "namespace": t.namespace,
			"labels": map[string]any{LabelPlatform: t.platform},
		},
		"spec": spec,
	})
}

func stringAt(m map[string]any, path ...string) string {
	value, _ := values.Get(m, path...)
	s, _ := value.(string)
	return s
}
