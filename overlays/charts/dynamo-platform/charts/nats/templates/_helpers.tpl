{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- define "nats.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "nats.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "nats.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end -}}

{{- define "nats.selectorLabels" -}}
app.kubernetes.io/component: nats
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/name: {{ include "nats.name" . }}
{{- end -}}

{{- define "nats.commonLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/name: {{ include "nats.name" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.global.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "nats.labels" -}}
app.kubernetes.io/component: nats
{{ include "nats.commonLabels" . }}
{{- end -}}

{{- define "nats.boxLabels" -}}
app.kubernetes.io/component: nats-box
{{ include "nats.commonLabels" . }}
{{- end -}}

{{- define "nats.statefulSetName" -}}
{{- .Values.statefulSet.name | default (include "nats.fullname" .) -}}
{{- end -}}

{{- define "nats.headlessServiceName" -}}
{{- .Values.headlessService.name | default (printf "%s-headless" (include "nats.fullname" .)) -}}
{{- end -}}

{{- define "nats.serviceName" -}}
{{- .Values.service.name | default (include "nats.fullname" .) -}}
{{- end -}}

{{- define "nats.configMapName" -}}
{{- .Values.configMap.name | default (printf "%s-config" (include "nats.fullname" .)) -}}
{{- end -}}

{{- define "nats.serviceAccountName" -}}
{{- if .Values.serviceAccount.enabled -}}
{{- .Values.serviceAccount.name | default (include "nats.fullname" .) -}}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{- define "nats.jetStreamClaim" -}}
{{- .Values.config.jetstream.fileStore.pvc.name | default (printf "%s-js" (include "nats.fullname" .)) -}}
{{- end -}}

{{- define "nats.resolverClaim" -}}
{{- .Values.config.resolver.pvc.name | default (printf "%s-resolver" (include "nats.fullname" .)) -}}
{{- end -}}

{{- /* Number of servers: those of the cluster, or one. */ -}}
{{- define "nats.replicas" -}}
{{- ternary (int .Values.config.cluster.replicas) 1 .Values.config.cluster.enabled -}}
{{- end -}}

{{- /* Image of .image, with the global registry before it and a digest after it where they are set. */ -}}
{{- define "nats.image" -}}
{{- if .image.fullImageName -}}
{{- .image.fullImageName -}}
{{- else -}}
{{- with .image.registry | default .root.Values.global.image.registry }}{{ . }}/{{ end -}}
{{- .image.repository }}:{{ .image.tag -}}
{{- with .image.digest }}@{{ . }}{{ end -}}
{{- end -}}
{{- end -}}

{{- /* Environment from a map of name to value or to the rest of an entry. */ -}}
{{- define "nats.env" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  {{- if kindIs "map" $value }}
  {{- toYaml $value | nindent 2 }}
  {{- else }}
  value: {{ $value | toString | quote }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /*
Lays .with.merge over the YAML in .base and prints the result. .at names the place in an error.
*/ -}}
{{- define "nats.merged" -}}
{{- if .with.patch -}}
{{- fail (printf "%s.patch is not supported by this chart; say the same with %s.merge" .at .at) -}}
{{- end -}}
{{- $base := fromYaml .base -}}
{{- if hasKey $base "Error" -}}
{{- fail (printf "%s: %s" .at $base.Error) -}}
{{- end -}}
{{- mergeOverwrite $base (deepCopy (.with.merge | default dict)) | toYaml -}}
{{- end -}}

{{- /* The protocols that listen on a port of their own, in the order of nats.conf. */ -}}
{{- define "nats.protocols" -}}
{{- $on := list "nats" -}}
{{- range list "leafnodes" "websocket" "mqtt" "cluster" "gateway" "monitor" "profiling" -}}
{{- if (get $.Values.config .).enabled -}}
{{- $on = append $on . -}}
{{- end -}}
{{- end -}}
{{- $on | toJson -}}
{{- end -}}

{{- /* The protocols with a TLS Secret of their own, in the order of their names. */ -}}
{{- define "nats.tlsProtocols" -}}
{{- $on := list -}}
{{- range list "cluster" "gateway" "leafnodes" "mqtt" "nats" "websocket" -}}
{{- $protocol := get $.Values.config . -}}
{{- if and (or (eq . "nats") $protocol.enabled) $protocol.tls.enabled -}}
{{- $_ := required (printf "config.%s.tls.secretName is needed with config.%s.tls.enabled" . .) $protocol.tls.secretName -}}
{{- $on = append $on . -}}
{{- end -}}
{{- end -}}
{{- $on | toJson -}}
{{- end -}}

{{- /* What a Service says about the protocol on a port. */ -}}
{{- define "nats.appProtocol" -}}
{{- $config := .root.Values.config -}}
{{- if eq .protocol "monitor" -}}
{{- ternary "https" "http" $config.monitor.tls.enabled -}}
{{- else if eq .protocol "profiling" -}}
http
{{- else if eq .protocol "websocket" -}}
{{- ternary "https" "http" $config.websocket.tls.enabled -}}
{{- else -}}
{{- ternary "tls" "tcp" (get $config .protocol).tls.enabled -}}
{{- end -}}
{{- end -}}
