{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- /*
Arguments of the manager, as a YAML list: those of the values, less the ones about leader election, which follow from the
other settings, and then the settings.
*/ -}}
{{- define "dynamo-operator.managerArgs" -}}
{{- $dynamo := .Values.dynamo -}}
{{- range .Values.controllerManager.manager.args }}
{{- if not (hasPrefix "--leader-elect" .) }}
- {{ . }}
{{- end }}
{{- end }}
- --leader-elect
- --leader-election-id={{ include "dynamo-operator.leaderElectionID" . }}
- --leader-election-namespace={{ include "dynamo-operator.leaderElectionNamespace" . }}
{{- if .Values.namespaceRestriction.enabled }}
- --restrictedNamespace={{ include "dynamo-operator.targetNamespace" . }}
- --namespace-scope-lease-duration={{ .Values.namespaceRestriction.lease.duration }}
- --namespace-scope-lease-renew-interval={{ .Values.namespaceRestriction.lease.renewInterval }}
{{- end }}
{{- with include "dynamo-operator.natsAddr" . }}
- --natsAddr={{ . }}
{{- end }}
- --etcdAddr={{ include "dynamo-operator.etcdAddr" . }}
{{- include "dynamo-operator.routeArgs" . }}
{{- with $dynamo.groveTerminationDelay }}
- --grove-termination-delay={{ . }}
{{- end }}
{{- with .Values.modelExpressURL }}
- --model-express-url={{ . }}
{{- end }}
{{- with $dynamo.metrics.prometheusEndpoint }}
- --prometheus-endpoint={{ . }}
{{- end }}
{{- with $dynamo.mpiRun.secretName }}
- --mpi-run-ssh-secret-name={{ . }}
- --mpi-run-ssh-secret-namespace={{ $.Release.Namespace }}
{{- end }}
{{- if not .Values.namespaceRestriction.enabled }}
- --dgdr-profiling-cluster-role-name={{ include "dynamo-operator.fullname" . }}-dgdr-profiling
- --planner-cluster-role-name={{ include "dynamo-operator.fullname" . }}-planner
{{- end }}
- --discovery-backend={{ .Values.discoveryBackend }}
- --operator-version={{ include "dynamo-operator.imageTag" . }}
{{- if .Values.webhook.enabled }}
- --enable-webhooks=true
{{- end }}
{{- end -}}

{{- /* Arguments about the routes to graphs. */ -}}
{{- define "dynamo-operator.routeArgs" -}}
{{- $dynamo := .Values.dynamo -}}
{{- if and $dynamo.istio.enabled $dynamo.istio.gateway }}
- --istio-virtual-service-gateway={{ $dynamo.istio.gateway }}
{{- end }}
{{- if $dynamo.ingress.enabled }}
{{- with $dynamo.ingress.className }}
- --ingress-controller-class-name={{ . }}
{{- end }}
{{- with $dynamo.ingress.tlsSecretName }}
- --ingress-controller-tls-secret-name={{ . }}
{{- end }}
{{- end }}
{{- with $dynamo.ingressHostSuffix }}
- --ingress-host-suffix={{ . }}
{{- end }}
{{- if $dynamo.virtualServiceSupportsHTTPS }}
- --virtual-service-supports-https=true
{{- end }}
{{- end -}}
