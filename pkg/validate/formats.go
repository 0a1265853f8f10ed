// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
)

// longestLabel is how long the value of a label may be.
const longestLabel = 63

// kustomizeHash is the length of the hash that Kustomize's generators add.
const kustomizeHash = 10

// formatRules judge texts of a Platform that are copied into objects: what the
// API server, Flux or Helm would refuse only after the commit is merged.
func formatRules() []Rule {
	return []Rule{
		failure("DG1360", "name that Kubernetes refuses",
			"Names of Secrets, ServiceAccounts and routes are DNS names, namespaces and components of routes DNS labels. The name of a Platform becomes that of a HelmRelease, which Flux writes into labels, so it has 63 characters at most.",
			eachPlatform(checkNames)),
		failure("DG1361", "duration below one second",
			"Flux refuses negative durations and those in microseconds, and an interval of nothing would never come or never end.",
			eachPlatform(checkDurations)),
		failure("DG1362", "malformed host in a route",
			"The host is a DNS name, or a wildcard such as *.llm.acme.io: without scheme, port and path.",
			eachPlatform(checkHosts)),
		failure("DG1363", "drift rule that Flux cannot read",
			"Paths are JSON pointers (RFC 6901), such as /spec/replicas; group, version, kind, name and namespace are regular expressions; selectors are those of kubectl.",
			eachPlatform(checkDriftRules)),
		failure("DG1364", "size that is not positive",
			"A claim, a store or a message needs a size above zero.",
			eachPlatform(checkSizes)),
		warning("DG1365", "values from a generated object under its short name",
			"Kustomize's generators add a hash to the name and rewrite references only in kinds that it knows, and Platform is none of them: the release would wait for an object that is never there.",
			checkGeneratedNames),
	}
}

// namedField is a field with a name in it; empty where the user gave none.
type namedField struct{ field, name string }

func checkNames(p *platform, r *Report) {
	spec := &p.Spec.Spec
	if len(p.Spec.Name) > longestLabel {
		r.Add(At(p.Source, "metadata.name"), fmt.Sprintf("the name has %d characters where %d are allowed", len(p.Spec.Name), longestLabel),
			"choose a shorter name; spec.releaseName can keep the name of a live release")
	}
	for _, n := range append(secretNames(spec), listedNames(spec)...) {
		if n.name != "" && len(validation.IsDNS1123Subdomain(n.name)) > 0 {
			r.Add(p.field(n.field), fmt.Sprintf("%q is no DNS name", n.name), "use lower-case letters, digits, '-' and '.'")
		}
	}
	namespaces := []namedField{{"fluxNamespace", spec.FluxNamespace}, {"components.operator.targetNamespace", spec.Components.Operator.TargetNamespace}}
	for i, route := range spec.Routes {
		namespaces = append(namespaces, namedField{item("routes", i) + ".component", strings.ToLower(route.Component)})
	}
	for _, n := range namespaces {
		if n.name != "" && len(validation.IsDNS1123Label(n.name)) > 0 {
			r.Add(p.field(n.field), fmt.Sprintf("%q is no DNS label", n.name), "use lower-case letters, digits and '-', at most 63 characters")
		}
	}
}

func secretNames(spec *v1alpha1.PlatformSpec) []namedField {
	names := []namedField{
		{"serviceAccountName", spec.ServiceAccountName},
		{"charts.secretName", spec.Charts.SecretName},
		{"charts.certSecretName", spec.Charts.CertSecretName},
		{"components.operator.mpiSecretName", spec.Components.Operator.MPISecretName},
	}
	if k := spec.KubeConfig; k != nil {
		names = append(names, namedField{"kubeConfig.name", k.Name})
	}
	if w := spec.Components.Operator.Webhook; w != nil {
		names = append(names, namedField{"components.operator.webhook.existingSecret", w.ExistingSecret})
	}
	if registry := spec.Components.Operator.Registry; registry != nil {
		names = append(names, namedField{"components.operator.registry.existingSecret", registry.ExistingSecret})
	}
	if ingress := spec.Components.Operator.Ingress; ingress != nil {
		names = append(names, namedField{"components.operator.ingress.tlsSecretName", ingress.TLSSecretName})
	}
	if tls := spec.Components.NATS.TLS; tls != nil {
		names = append(names, namedField{"components.nats.tls.secretName", tls.SecretName},
			namedField{"components.nats.tls.clusterSecretName", tls.ClusterSecretName},
			namedField{"components.nats.tls.caSecretName", tls.CASecretName})
	}
	return names
}

func listedNames(spec *v1alpha1.PlatformSpec) []namedField {
	var names []namedField
	for i, secret := range spec.Components.Operator.ImagePullSecrets {
		names = append(names, namedField{item("components.operator.imagePullSecrets", i), secret})
	}
	for i, from := range spec.ValuesFrom {
		names = append(names, namedField{item("valuesFrom", i) + ".name", from.Name})
	}
	for i, route := range spec.Routes {
		names = append(names, namedField{item("routes", i) + ".name", route.Name},
			namedField{item("routes", i) + ".tlsSecretName", route.TLSSecretName})
	}
	return names
}

func checkDurations(p *platform, r *Report) {
	check := func(field string, d *metav1.Duration) {
		if d != nil && d.Duration < time.Second {
			r.Add(p.field(field), fmt.Sprintf("%s is less than a second", d.Duration), "write a duration such as 30s, 10m or 1h")
		}
	}
	spec := &p.Spec.Spec
	check("interval", spec.Interval)
	check("timeout", spec.Timeout)
	check("charts.interval", spec.Charts.Interval)
	for i, route := range spec.Routes {
		check(item("routes", i)+".timeout", route.Timeout)
	}
}

func checkHosts(p *platform, r *Report) {
	for i, route := range p.Spec.Spec.Routes {
		if len(validation.IsDNS1123Subdomain(route.Host)) > 0 && len(validation.IsWildcardDNS1123Subdomain(route.Host)) > 0 {
			r.Add(p.field(item("routes", i)+".host"), fmt.Sprintf("%q is no host name", route.Host),
				"write a DNS name without scheme, port and path, such as llm.acme.io")
		}
	}
}

func checkDriftRules(p *platform, r *Report) {
	for i, ignore := range p.Spec.Spec.Drift.Ignore {
		at := item("drift.ignore", i)
		for k, path := range ignore.Paths {
			if !isPointer(path) {
				r.Add(p.field(item(at+".paths", k)), fmt.Sprintf("%q is no JSON pointer", path),
					"start with a slash and put one between the keys: /spec/replicas")
			}
		}
		if ignore.Target != nil {
			checkDriftTarget(p, r, at+".target.", ignore.Target)
		}
	}
}

// isPointer says whether the text is a JSON pointer to something in a document.
func isPointer(text string) bool {
	escapes := strings.NewReplacer("~0", "", "~1", "").Replace(text)
	return strings.HasPrefix(text, "/") && !strings.Contains(escapes, "~")
}

func checkDriftTarget(p *platform, r *Report, at string, target *v1alpha1.DriftTarget) {
	for _, n := range []namedField{
		{"group", target.Group}, {"version", target.Version}, {"kind", target.Kind}, {"name", target.Name}, {"namespace", target.Namespace},
	} {
		if _, err := regexp.Compile("^(?:" + n.name + ")$"); err != nil {
			r.Add(p.field(at+n.field), fmt.Sprintf("%q is no regular expression", n.name), "mend it, or quote special characters with a backslash")
		}
	}
	for _, n := range []namedField{{"labelSelector", target.LabelSelector}, {"annotationSelector", target.AnnotationSelector}} {
		if _, err := labels.Parse(n.name); err != nil {
			r.Add(p.field(at+n.field), fmt.Sprintf("%q is no selector", n.name), "write it as for kubectl --selector: app=dynamo,tier!=test")
		}
	}
}

func checkSizes(p *platform, r *Report) {
	nats, etcd := &p.Spec.Spec.Components.NATS, &p.Spec.Spec.Components.Etcd
	check := func(field string, q *resource.Quantity) {
		if q != nil && q.Sign() <= 0 {
			r.Add(p.field(field), fmt.Sprintf("the size %s is not above zero", q), "write a size such as 50Gi, or remove the field")
		}
	}
	check("components.nats.maxPayload", nats.MaxPayload)
	check("components.etcd.storage", etcd.Storage)
	if js := nats.JetStream; js != nil {
		check("components.nats.jetStream.storage", js.Storage)
		check("components.nats.jetStream.maxFileStore", js.MaxFileStore)
		check("components.nats.jetStream.maxMemoryStore", js.MaxMemoryStore)
	}
}

// checkGeneratedNames looks for entries of valuesFrom whose object is not in the
// set, while one of that name with a hash of Kustomize's behind it is.
func checkGeneratedNames(f *Facts, r *Report) {
	hashed := map[string]string{}
	for _, o := range f.Objects {
		if o.Unstructured == nil || o.Group() != "" || o.GetKind() != "ConfigMap" && o.GetKind() != "Secret" {
			continue
		}
		key := o.GetKind() + "/" + o.GetNamespace() + "/"
		hashed[key+o.GetName()] = o.GetName()
		if at := strings.LastIndexByte(o.GetName(), '-'); at > 0 && len(o.GetName())-at-1 == kustomizeHash {
			if _, exact := hashed[key+o.GetName()[:at]]; !exact {
				hashed[key+o.GetName()[:at]] = o.GetName()
			}
		}
	}
	for _, p := range f.platforms {
		namespace := orElse(p.Spec.Spec.FluxNamespace, p.Spec.Namespace)
		for i, from := range p.Spec.Spec.ValuesFrom {
			if name := hashed[from.Kind+"/"+namespace+"/"+from.Name]; name != "" && name != from.Name {
				r.Add(p.field(item("valuesFrom", i)+".name"), fmt.Sprintf("the %s in the set is %s, not %s", from.Kind, name, from.Name),
					"set options.disableNameSuffixHash: true in its generator")
			}
		}
	}
}
