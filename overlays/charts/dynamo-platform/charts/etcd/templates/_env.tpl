{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- /* Environment of a member. ETCD_* is read by etcd itself, the rest by Bitnami's start script. */ -}}
{{- define "etcd.env" -}}
{{- $client := int .Values.containerPorts.client -}}
{{- $peer := int .Values.containerPorts.peer -}}
- name: BITNAMI_DEBUG
  value: {{ .Values.image.debug | toString | quote }}
- name: MY_POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: MY_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: MY_STS_NAME
  value: {{ include "etcd.fullname" . | quote }}
- name: ETCD_ON_K8S
  value: "yes"
- name: ETCD_START_FROM_SNAPSHOT
  value: "no"
- name: ETCD_DISASTER_RECOVERY
  value: "no"
- name: ETCD_NAME
  value: $(MY_POD_NAME)
- name: ETCD_DATA_DIR
  value: /bitnami/etcd/data
- name: ETCD_LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
- name: ALLOW_NONE_AUTHENTICATION
  value: {{ ternary "yes" "no" (and (not .Values.auth.rbac.create) .Values.auth.rbac.allowNoneAuthentication) | quote }}
{{- if .Values.auth.rbac.create }}
- name: ETCD_ROOT_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.auth.rbac.existingSecret }}
      key: {{ .Values.auth.rbac.existingSecretPasswordKey }}
{{- end }}
- name: ETCD_AUTH_TOKEN
  value: {{ include "etcd.tokenEnv" . | quote }}
- name: ETCD_ADVERTISE_CLIENT_URLS
  value: {{ printf "%s://$(MY_POD_NAME).%s:%d" (include "etcd.clientScheme" .) (include "etcd.domain" .) $client }}
  {{- if .Values.service.enabled }},{{ printf "%s://%s.%s.svc.%s:%d" (include "etcd.clientScheme" .) (include "etcd.fullname" .) (include "etcd.namespace" .) .Values.clusterDomain (int .Values.service.ports.client) }}{{ end }}
- name: ETCD_LISTEN_CLIENT_URLS
  value: {{ include "etcd.clientScheme" . }}://0.0.0.0:{{ $client }}
- name: ETCD_INITIAL_ADVERTISE_PEER_URLS
  value: {{ printf "%s://$(MY_POD_NAME).%s:%d" (include "etcd.peerScheme" .) (include "etcd.domain" .) $peer }}
- name: ETCD_LISTEN_PEER_URLS
  value: {{ include "etcd.peerScheme" . }}://0.0.0.0:{{ $peer }}
{{- if include "etcd.separateMetrics" . }}
- name: ETCD_LISTEN_METRICS_URLS
  value: http://0.0.0.0:{{ int .Values.containerPorts.metrics }}
{{- end }}
- name: ETCD_INITIAL_CLUSTER_TOKEN
  value: {{ .Values.initialClusterToken | quote }}
- name: ETCD_INITIAL_CLUSTER
  value: {{ include "etcd.initialCluster" . | quote }}
- name: ETCD_CLUSTER_DOMAIN
  value: {{ include "etcd.domain" . | quote }}
{{- include "etcd.tlsEnv" (dict "root" . "part" "client" "prefix" "ETCD") }}
{{- include "etcd.tlsEnv" (dict "root" . "part" "peer" "prefix" "ETCD_PEER") }}
{{- with .Values.autoCompactionMode }}
- name: ETCD_AUTO_COMPACTION_MODE
  value: {{ . | quote }}
{{- end }}
{{- with .Values.autoCompactionRetention }}
- name: ETCD_AUTO_COMPACTION_RETENTION
  value: {{ . | toString | quote }}
{{- end }}
{{- with .Values.extraEnvVars }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "etcd.tlsEnv" -}}
{{- $tls := get .root.Values.auth .part -}}
{{- if $tls.secureTransport }}
{{- $dir := printf "/opt/bitnami/etcd/certs/%s" .part }}
- name: {{ .prefix }}_CERT_FILE
  value: {{ $dir }}/{{ $tls.certFilename }}
- name: {{ .prefix }}_KEY_FILE
  value: {{ $dir }}/{{ $tls.certKeyFilename }}
{{- if $tls.enableAuthentication }}
- name: {{ .prefix }}_CLIENT_CERT_AUTH
  value: "true"
{{- end }}
{{- with $tls.caFilename }}
- name: {{ $.prefix }}_TRUSTED_CA_FILE
  value: {{ $dir }}/{{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* A probe .probe that asks etcd for .path. */ -}}
{{- define "etcd.probe" -}}
httpGet:
  path: {{ .path }}
  port: {{ ternary "metrics" "client" (eq (include "etcd.separateMetrics" .root) "true") }}
  scheme: {{ ternary "HTTP" (include "etcd.clientScheme" .root | upper) (eq (include "etcd.separateMetrics" .root) "true") }}
{{ omit .probe "enabled" | toYaml }}
{{- end -}}
