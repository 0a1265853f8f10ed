// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package charts_test

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

const operatorDeployment = "Deployment/dynamo-dynamo-operator-controller-manager"

func TestOperatorArguments(t *testing.T) {
	common := func(extra ...string) []string { return extra }
	tests := []struct {
		name    string
		v       string
		want    []string
		without []string
	}{
		{
			name: "defaults",
			v:    `{}`,
			want: []string{
				"--health-probe-bind-address=:8081", "--metrics-bind-address=127.0.0.1:8080",
				"--leader-elect", "--leader-election-id=dynamo.nvidia.com", "--leader-election-namespace=kube-system",
				"--natsAddr=nats://dynamo-nats.dynamo-system.svc.cluster.local:4222",
				"--etcdAddr=dynamo-etcd.dynamo-system.svc.cluster.local:2379",
				"--grove-termination-delay=4h",
				"--mpi-run-ssh-secret-name=mpi-run-ssh-secret", "--mpi-run-ssh-secret-namespace=dynamo-system",
				"--dgdr-profiling-cluster-role-name=dynamo-dynamo-operator-dgdr-profiling",
				"--planner-cluster-role-name=dynamo-dynamo-operator-planner",
				"--discovery-backend=kubernetes", "--operator-version=0.9.0", "--enable-webhooks=true",
			},
			without: common("--istio-virtual-service-gateway", "--ingress-", "--restrictedNamespace", "--prometheus-endpoint", "--model-express-url"),
		},
		{
			name: "routes and addresses",
			v: `{dynamo-operator: {natsAddr: "tls://nats:4222", etcdAddr: "https://etcd:2379", modelExpressURL: "http://mx:8001", discoveryBackend: etcd, webhook: {enabled: false},
  dynamo: {ingress: {enabled: true, className: nginx, tlsSecretName: tls}, istio: {enabled: true, gateway: a/b}, ingressHostSuffix: example.com, virtualServiceSupportsHTTPS: true, metrics: {prometheusEndpoint: "http://p:9090"}}}}`,
			want: []string{
				"--natsAddr=tls://nats:4222", "--etcdAddr=https://etcd:2379", "--model-express-url=http://mx:8001",
				"--ingress-controller-class-name=nginx", "--ingress-controller-tls-secret-name=tls", "--ingress-host-suffix=example.com",
				"--istio-virtual-service-gateway=a/b", "--virtual-service-supports-https=true", "--prometheus-endpoint=http://p:9090",
				"--discovery-backend=etcd",
			},
			without: common("--enable-webhooks"),
		},
		{
			name: "restricted",
			v:    `{dynamo-operator: {namespaceRestriction: {enabled: true, targetNamespace: team}, controllerManager: {leaderElection: {id: mine}}}}`,
			want: []string{
				"--restrictedNamespace=team", "--leader-election-id=mine", "--leader-election-namespace=team",
				"--namespace-scope-lease-duration=30s", "--namespace-scope-lease-renew-interval=10s",
			},
			without: common("--planner-cluster-role-name", "--dgdr-profiling-cluster-role-name"),
		},
		{
			name:    "leader election of the values is not doubled",
			v:       `{dynamo-operator: {controllerManager: {manager: {args: ["--leader-elect", "--leader-election-id=dynamo.nvidia.com", "--zap-devel"]}}}}`,
			want:    []string{"--zap-devel", "--leader-elect", "--leader-election-id=dynamo.nvidia.com"},
			without: common("--health-probe-bind-address"),
		},
		{
			name:    "no NATS",
			v:       `{nats: {enabled: false}, dynamo-operator: {nats: {enabled: false}}}`,
			want:    []string{"--etcdAddr=dynamo-etcd.dynamo-system.svc.cluster.local:2379"},
			without: common("--natsAddr"),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := objects(t, mustInstall(t, platformChart, parseValues(t, tt.v)))
			args := argsOf(container(t, all[operatorDeployment], "manager"))
			for _, want := range tt.want {
				if n := count(args, want); n != 1 {
					t.Errorf("%s is there %d times, want once, in %q", want, n, args)
				}
			}
			for _, prefix := range tt.without {
				for _, arg := range args {
					if strings.HasPrefix(arg, prefix) {
						t.Errorf("%s is there", arg)
					}
				}
			}
		})
	}
}

func count(list []string, want string) int {
	n := 0
	for _, s := range list {
		if s == want {
			n++
		}
	}
	return n
}

// TestNames: a release whose name contains that of a part names the part's objects after the release alone, and the
// operator finds NATS and etcd all the same.
func TestNames(t *testing.T) {
	for as, want := range map[string][]string{
		"dynamo":          {"Deployment/dynamo-dynamo-operator-controller-manager", "StatefulSet/dynamo-nats", "StatefulSet/dynamo-etcd", "nats://dynamo-nats.dynamo-system.svc"},
		"dynamo-operator": {"Deployment/dynamo-operator-controller-manager", "StatefulSet/dynamo-operator-nats", "StatefulSet/dynamo-operator-etcd", "nats://dynamo-operator-nats.dynamo-system.svc"},
		"my-nats":         {"Deployment/my-nats-dynamo-operator-controller-manager", "StatefulSet/my-nats", "StatefulSet/my-nats-etcd", "nats://my-nats.dynamo-system.svc"},
	} {
		t.Run(as, func(t *testing.T) {
			rel, err := installAs(t, platformChart, as, values{})
			if err != nil {
				t.Fatal(err)
			}
			all := objects(t, rel)
			for _, key := range want[:3] {
				if all[key] == nil {
					t.Fatalf("%s is missing", key)
				}
			}
			if args := strings.Join(argsOf(container(t, all[want[0]], "manager")), " "); !strings.Contains(args, "--natsAddr="+want[3]) {
				t.Errorf("the operator does not use %s: %s", want[3], args)
			}
		})
	}
}

const (
	otherRole = `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: %NAME%, annotations: {meta.helm.sh/release-name: other, meta.helm.sh/release-namespace: elsewhere}}}`
	dockerCfg = `{"auths":{"https://nvcr.io/v1/":{"auth":"eDp5"}}}`
)

func secret(kind, config string) string {
	return `{apiVersion: v1, kind: Secret, type: ` + kind + `, metadata: {name: pull, namespace: dynamo-system}, data: {.dockerconfigjson: ` +
		base64.StdEncoding.EncodeToString([]byte(config)) + `}}`
}

func TestGuards(t *testing.T) {
	const registry = `{dynamo-operator: {dynamo: {dockerRegistry: {useKubernetesSecret: true, existingSecretName: pull, server: nvcr.io/nvidia}}}}`
	role := func(name string) []string { return []string{strings.ReplaceAll(otherRole, "%NAME%", name)} }
	const docker = "kubernetes.io/dockerconfigjson"
	tests := []struct {
		name    string
		v       string
		objects []string
		want    string // part of the error, or "" for none
	}{
		{"discovery backend", `{dynamo-operator: {discoveryBackend: consul}}`, nil, `discoveryBackend is "consul"; set it to kubernetes or etcd`},
		{"discovery backend empty", `{dynamo-operator: {discoveryBackend: ""}}`, nil, `set it to kubernetes or etcd`},
		{"leader election id", `{dynamo-operator: {controllerManager: {leaderElection: {id: mine}}}}`, nil, `leave the id empty`},
		{"the shared id", `{dynamo-operator: {controllerManager: {leaderElection: {id: dynamo.nvidia.com}}}}`, nil, ""},
		{"leader election namespace", `{dynamo-operator: {controllerManager: {leaderElection: {namespace: dynamo-system}}}}`, nil, `leave it empty (kube-system)`},
		{"another leader election namespace", `{dynamo-operator: {controllerManager: {leaderElection: {namespace: leases}}}}`, nil, ""},
		{"restricted operators choose both", `{dynamo-operator: {namespaceRestriction: {enabled: true}, controllerManager: {leaderElection: {id: mine, namespace: dynamo-system}}}}`, nil, ""},

		{"another operator", `{}`, role("other-dynamo-operator-manager-role"), `helm uninstall other -n elsewhere`},
		{"another operator of a release called dynamo-operator", `{}`, role("dynamo-operator-manager-role"), `another cluster-wide Dynamo operator`},
		{"another operator with its namespace in the name", `{}`, role("x-dynamo-operator-y-manager-role"), `another cluster-wide Dynamo operator`},
		{"a restricted operator beside another", `{dynamo-operator: {namespaceRestriction: {enabled: true}}}`, role("other-dynamo-operator-manager-role"), ""},
		{"our own role", `{}`, role("dynamo-dynamo-operator-manager-role"), ""},
		{"a role of something else", `{}`, role("other-operator-manager-role"), ""},

		{"the registry's Secret is missing", registry, nil, `Secret dynamo-system/pull (dynamo.dockerRegistry.existingSecretName) was not found`},
		{"the registry's Secret is of another type", registry, []string{secret("Opaque", dockerCfg)}, `is of type Opaque`},
		{"the registry's Secret has no auths", registry, []string{secret(docker, `{}`)}, `has no auths`},
		{"the registry's Secret is no JSON", registry, []string{secret(docker, `nonsense`)}, `has no auths`},
		{"the registry's Secret is for another server", registry, []string{secret(docker, `{"auths":{"ghcr.io":{}}}`)}, `is for ghcr.io and not for nvcr.io/nvidia`},
		{"the registry's Secret serves the server", registry, []string{secret(docker, dockerCfg)}, ""},
		{"the registry's server is missing", `{dynamo-operator: {dynamo: {dockerRegistry: {useKubernetesSecret: true, existingSecretName: pull}}}}`, []string{secret(docker, dockerCfg)}, `server is needed`},
		{"credentials without a server", `{dynamo-operator: {dynamo: {dockerRegistry: {useKubernetesSecret: true, username: u, password: p}}}}`, nil, `dockerRegistry.server is needed`},
		{"credentials without a user", `{dynamo-operator: {dynamo: {dockerRegistry: {useKubernetesSecret: true, server: s, password: p}}}}`, nil, `dockerRegistry.username is needed`},
		{"credentials without a password", `{dynamo-operator: {dynamo: {dockerRegistry: {useKubernetesSecret: true, server: s, username: u}}}}`, nil, `dockerRegistry.password is needed`},

		{"a cluster of one NATS", `{nats: {config: {cluster: {enabled: true, replicas: 1}}}}`, nil, `config.cluster.replicas is 1`},
		{"NATS TLS without a Secret", `{nats: {config: {nats: {tls: {enabled: true}}}}}`, nil, `config.nats.tls.secretName is needed`},
		{"NATS authority without a Secret", `{nats: {tlsCA: {enabled: true}}}`, nil, `tlsCA.enabled needs tlsCA.secretName`},
		{"exporter without monitoring", `{nats: {promExporter: {enabled: true}, config: {monitor: {enabled: false}}}}`, nil, `promExporter.enabled needs config.monitor.enabled`},
		{"monitoring TLS without TLS", `{nats: {config: {monitor: {tls: {enabled: true}}}}}`, nil, `config.monitor.tls.enabled needs config.nats.tls.enabled`},
		{"a JSON patch", `{nats: {statefulSet: {patch: [{op: remove, path: /spec}]}}}`, nil, `statefulSet.patch is not supported by this chart; say the same with statefulSet.merge`},
		{"a JSON patch of nats.conf", `{nats: {config: {patch: [{op: remove, path: /port}]}}}`, nil, `config.patch is not supported`},

		{"no etcd members", `{etcd: {replicaCount: 0}}`, nil, `replicaCount is 0`},
		{"etcd users without a Secret", `{etcd: {auth: {rbac: {create: true}}}}`, nil, `auth.rbac.create needs auth.rbac.existingSecret`},
		{"etcd TLS without a Secret", `{etcd: {auth: {client: {secureTransport: true}}}}`, nil, `auth.client.secureTransport needs auth.client.existingSecret`},
		{"etcd client certificates without an authority", `{etcd: {auth: {peer: {secureTransport: true, existingSecret: s, enableAuthentication: true}}}}`, nil, `auth.peer.enableAuthentication needs`},
		{"etcd budget both ways", `{etcd: {pdb: {create: true, minAvailable: 2, maxUnavailable: 1}}}`, nil, `exclude each other`},
		{"an etcd preset that is none", `{etcd: {resourcesPreset: huge}}`, nil, `resourcesPreset is "huge"; set it to one of large, medium, micro, nano, none, small`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := renderIn(t, parseValues(t, tt.v), tt.objects...)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && err == nil:
				t.Error("accepted")
			case tt.want != "" && !strings.Contains(err.Error(), tt.want):
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// TestSecretsStaySecret: no error shows what is in a Secret or in the credentials.
func TestSecretsStaySecret(t *testing.T) {
	const hidden = "hunter2"
	tests := map[string]struct {
		v       string
		objects []string
	}{
		"existing": {
			`{dynamo-operator: {dynamo: {dockerRegistry: {useKubernetesSecret: true, existingSecretName: pull, server: nvcr.io}}}}`,
			[]string{secret("kubernetes.io/dockerconfigjson", `{"auths": "`+hidden+`"}`)},
		},
		"broken": {
			`{dynamo-operator: {dynamo: {dockerRegistry: {useKubernetesSecret: true, existingSecretName: pull, server: nvcr.io}}}}`,
			[]string{secret("kubernetes.io/dockerconfigjson", hidden)},
		},
		"direct": {
			`{dynamo-operator: {dynamo: {dockerRegistry: {useKubernetesSecret: true, password: ` + hidden + `, server: nvcr.io}}}}`, nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := renderIn(t, parseValues(t, tt.v), tt.objects...)
			if err == nil {
				t.Fatal("accepted")
			}
			if strings.Contains(err.Error(), hidden) {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

func TestRegistryCredentials(t *testing.T) {
	v := `{dynamo-operator: {dynamo: {dockerRegistry: {useKubernetesSecret: true, server: nvcr.io, username: $oauthtoken, password: p}}}}`
	all := objects(t, mustInstall(t, platformChart, parseValues(t, v)))
	regcred := all["Secret/dynamo-dynamo-operator-regcred"]
	if regcred == nil {
		t.Fatal("no Secret was made")
	}
	encoded, _ := at(regcred, "data", ".dockerconfigjson").(string)
	config, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := yaml.Unmarshal(config, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"auths": map[string]any{"nvcr.io": map[string]any{
		"username": "$oauthtoken", "password": "p", "auth": base64.StdEncoding.EncodeToString([]byte("$oauthtoken:p")),
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf(".dockerconfigjson (-want +got):\n%s", diff)
	}
	account := all["ServiceAccount/dynamo-dynamo-operator-component"]
	if name := at(account, "imagePullSecrets", 0, "name"); name != "dynamo-dynamo-operator-regcred" {
		t.Errorf("workloads pull with %v", name)
	}
}

func TestWebhookCertificates(t *testing.T) {
	jobs := []string{"Job/dynamo-dynamo-operator-webhook-ca-inject", "Job/dynamo-dynamo-operator-webhook-cert-gen"}
	managed := []string{"Certificate/dynamo-dynamo-operator-root-ca", "Certificate/dynamo-dynamo-operator-serving-cert"}
	const configuration = "ValidatingWebhookConfiguration/dynamo-dynamo-operator-validating"
	tests := []struct {
		name   string
		v      string
		want   []string
		config bool
	}{
		{"jobs", `{}`, jobs, true},
		{"cert-manager", `{dynamo-operator: {webhook: {certManager: {enabled: true}}}}`, managed, true},
		{"external", `{dynamo-operator: {webhook: {certificateSecret: {external: true}, caBundle: Q0E=}}}`, nil, true},
		{"off", `{dynamo-operator: {webhook: {enabled: false, certManager: {enabled: true}}}}`, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := objects(t, mustInstall(t, platformChart, parseValues(t, tt.v)))
			var got []string
			for _, key := range slices.Sorted(maps.Keys(all)) {
				if strings.HasPrefix(key, "Certificate/") || strings.HasPrefix(key, "Job/") && strings.Contains(key, "webhook") {
					got = append(got, key)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("certificate makers (-want +got):\n%s", diff)
			}
			if has := all[configuration] != nil; has != tt.config {
				t.Errorf("webhook configuration is there: %t, want %t", has, tt.config)
			}
			bundle := at(all[configuration], "webhooks", 0, "clientConfig", "caBundle")
			if want := tt.name == "external"; (bundle == "Q0E=") != want {
				t.Errorf("caBundle is %v", bundle)
			}
			volumes, _ := at(all[operatorDeployment], "spec", "template", "spec", "volumes").([]any)
			if got := len(volumes) > 0; got != tt.config {
				t.Errorf("the operator mounts a certificate: %t, want %t", got, tt.config)
			}
		})
	}
}

// TestRestrictedOperator: no object that two such operators in two namespaces would share by name, and no right beyond
// the namespace but those that Kubernetes has cluster-wide only.
func TestRestrictedOperator(t *testing.T) {
	v := `{dynamo-operator: {namespaceRestriction: {enabled: true}}}`
	for key, obj := range objects(t, mustInstall(t, platformChart, parseValues(t, v))) {
		kind := obj.GetKind()
		if !strings.HasPrefix(kind, "Cluster") && kind != "ValidatingWebhookConfiguration" {
			continue
		}
		if !strings.Contains(obj.GetName(), namespace) {
			t.Errorf("%s is cluster-wide and does not carry the namespace", key)
		}
		rules, _ := at(obj, "rules").([]any)
		for _, rule := range rules {
			for _, resource := range at(rule, "resources").([]any) {
				if !slices.Contains([]any{"queues", "tokenreviews", "subjectaccessreviews", "validatingwebhookconfigurations"}, resource) {
					t.Errorf("%s reaches %v in every namespace", key, resource)
				}
			}
		}
	}
}

// TestOperatorHasWhatItGives: Kubernetes lets nobody bind a role with rights they lack, unless they may bind it by name.
func TestOperatorHasWhatItGives(t *testing.T) {
	all := objects(t, mustInstall(t, platformChart, values{}))
	rules, _ := at(all["ClusterRole/dynamo-dynamo-operator-manager-role"], "rules").([]any)
	var bindable []any
	for _, rule := range rules {
		if slices.Contains(at(rule, "verbs").([]any), any("bind")) {
			bindable, _ = at(rule, "resourceNames").([]any)
		}
		if slices.Contains(at(rule, "verbs").([]any), any("*")) || slices.Contains(at(rule, "resources").([]any), any("*")) {
			t.Errorf("the operator may do anything: %v", rule)
		}
	}
	args := strings.Join(argsOf(container(t, all[operatorDeployment], "manager")), "\n")
	for _, flag := range []string{"--planner-cluster-role-name=", "--dgdr-profiling-cluster-role-name="} {
		_, rest, ok := strings.Cut(args, flag)
		name, _, _ := strings.Cut(rest, "\n")
		if !ok || all["ClusterRole/"+name] == nil {
			t.Errorf("%s%s names no ClusterRole of the chart", flag, name)
		}
		if !slices.Contains(bindable, any(name)) {
			t.Errorf("the operator may not bind %s", name)
		}
	}
}

func TestMonitors(t *testing.T) {
	const api = "monitoring.coreos.com/v1"
	want := []string{
		"PodMonitor/dynamo-frontend", "PodMonitor/dynamo-planner", "PodMonitor/dynamo-worker", "ServiceMonitor/dynamo-dynamo-operator",
	}
	for _, apis := range [][]string{nil, {api}} {
		all := objects(t, mustInstall(t, platformChart, values{}, apis...))
		var got []string
		for _, key := range slices.Sorted(maps.Keys(all)) {
			if all[key].GetAPIVersion() == api {
				got = append(got, key)
			}
		}
		if apis == nil {
			if got != nil {
				t.Errorf("without the API there are %v", got)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("monitors (-want +got):\n%s", diff)
		}
	}
}
