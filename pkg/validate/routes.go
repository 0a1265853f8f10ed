// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

const (
	hostSuffix   = "dynamo-operator.dynamo.ingressHostSuffix"
	ingressPath  = "dynamo-operator.dynamo.ingress."
	istioPath    = "dynamo-operator.dynamo.istio."
	chartTLSName = "my-tls-secret"
)

func routeRules() []Rule {
	return []Rule{
		failure("DG1350", "placeholder host in a route",
			"The host is under a name that is reserved for examples, so nobody can reach it.",
			eachPlatform(checkRouteHosts)),
		failure("DG1351", "placeholder host suffix",
			"The operator publishes frontends under a suffix that is reserved for examples; the prod profile leaves it for you to set.",
			eachPlatform(checkHostSuffix)),
		warning("DG1352", "Ingress without class or certificate",
			"Without a class the cluster's default takes the Ingress, if there is one; without a Secret there is no TLS.",
			eachPlatform(checkIngress)),
		failure("DG1353", "Istio without a gateway",
			"A VirtualService needs the Gateway that it is bound to.",
			eachPlatform(checkIstio)),
		warning("DG1354", "Ingress and Istio together",
			"The operator publishes each frontend twice.",
			eachPlatform(checkBothWays)),
		warning("DG1355", "route to a graph or component that is not there",
			"The route's backend is the Service of a component; without it the route answers 503. A graph may live in another directory, a component of a graph in the set may not.",
			checkRouteTargets),
		failure("DG1356", "two routes of one name",
			"Both make the same object.",
			checkRouteNames),
	}
}

// isPlaceholder says whether the host is under a name that RFC 2606 reserves.
func isPlaceholder(host string) bool {
	host = "." + strings.TrimSuffix(strings.ToLower(host), ".")
	for _, reserved := range []string{".example.com", ".example.org", ".example.net", ".example", ".invalid"} {
		if strings.HasSuffix(host, reserved) {
			return true
		}
	}
	return false
}

func checkRouteHosts(p *platform, r *Report) {
	for i, route := range p.Spec.Spec.Routes {
		if isPlaceholder(route.Host) {
			r.Add(p.field(item("routes", i)+".host"), fmt.Sprintf("the host %s is a placeholder", route.Host), "write the host's real name")
		}
	}
}

func checkHostSuffix(p *platform, r *Report) {
	suffix := p.text(hostSuffix)
	if !p.installs(partOperator) || !p.flag(ingressPath+"enabled") && !p.flag(istioPath+"enabled") || !isPlaceholder(suffix) {
		return
	}
	r.Add(p.blame("components.operator.ingress.hostSuffix", hostSuffix),
		fmt.Sprintf("the host suffix %s is a placeholder", suffix), "set spec.components.operator.ingress.hostSuffix")
}

func checkIngress(p *platform, r *Report) {
	ingress := p.installs(partOperator) && p.flag(ingressPath+"enabled")
	secret := p.text(ingressPath + "tlsSecretName")
	if ingress && p.text(ingressPath+"className") == "" {
		r.Add(p.blame("components.operator.ingress", ingressPath+"className", ingressPath+"enabled"),
			"the operator's Ingress has no class", "set spec.components.operator.ingress.className")
	}
	if ingress && (secret == "" || secret == chartTLSName) {
		r.Add(p.blame("components.operator.ingress", ingressPath+"tlsSecretName", ingressPath+"enabled"),
			"the operator's Ingress has no certificate of yours", "set spec.components.operator.ingress.tlsSecretName")
	}
	for i, route := range p.Spec.Spec.Routes {
		if route.Type == v1alpha1.RouteIstio {
			continue
		}
		if route.TLSSecretName == "" && (secret == "" || secret == chartTLSName) {
			r.Add(p.field(item("routes", i)), fmt.Sprintf("the route %s has no certificate", route.Name),
				"set tlsSecretName of the route, or spec.components.operator.ingress.tlsSecretName")
		}
	}
}

func checkIstio(p *platform, r *Report) {
	gateway := p.text(istioPath + "gateway")
	if p.installs(partOperator) && p.flag(istioPath+"enabled") && gateway == "" {
		r.AddAs(p.absent(r.code.Severity), p.blame("components.operator.istio", istioPath+"enabled"),
			"Istio is on without a gateway", "set spec.components.operator.istio.gateway")
	}
	for i, route := range p.Spec.Spec.Routes {
		if route.Type == v1alpha1.RouteIstio && route.Gateway == "" && gateway == "" {
			r.Add(p.field(item("routes", i)), fmt.Sprintf("the route %s has no gateway", route.Name),
				"set gateway of the route, or spec.components.operator.istio.gateway")
		}
	}
}

func checkBothWays(p *platform, r *Report) {
	if p.installs(partOperator) && p.flag(ingressPath+"enabled") && p.flag(istioPath+"enabled") {
		r.Add(p.blame("components.operator.istio", istioPath+"enabled", ingressPath+"enabled"),
			"the operator publishes frontends by Ingress and by Istio", "turn one of them off")
	}
}

func checkRouteTargets(f *Facts, r *Report) {
	for _, p := range f.platforms {
		for i, route := range p.Spec.Spec.Routes {
			d, ok := f.byName[route.Graph]
			if !ok {
				r.Add(p.field(item("routes", i)+".graph"), fmt.Sprintf("the graph %s is not in the set", route.Graph),
					"check the name, or ignore this where the graph lives elsewhere")
				continue
			}
			component := orElse(route.Component, "Frontend")
			// The Service has the component's name in lower case, so case does
			// not count here.
			named := func(c graph.Component) bool { return strings.EqualFold(c.Name, component) }
			if !slices.ContainsFunc(d.Components, named) {
				r.AddAs(object.SeverityError, p.field(item("routes", i)), fmt.Sprintf("the graph %s has no component %s", route.Graph, component),
					"set component of the route to the one that serves HTTP")
			}
		}
	}
}

func checkRouteNames(f *Facts, r *Report) {
	first := map[string]string{}
	for _, p := range f.platforms {
		for i, route := range p.Spec.Spec.Routes {
			namespace, _, _ := strings.Cut(route.Graph, "/")
			kind := string(route.Type)
			if route.Type == "" {
				kind = string(v1alpha1.RouteIngress)
			}
			key := strings.Join([]string{p.cluster(), kind, namespace, route.Name}, "\x00")
			if earlier, found := first[key]; found {
				r.Add(p.field(item("routes", i)+".name"), fmt.Sprintf("%s also has a route %s in namespace %s", earlier, route.Name, namespace),
					"give each route a name of its own")
				continue
			}
			first[key] = p.Source.Reference().String()
		}
	}
}
