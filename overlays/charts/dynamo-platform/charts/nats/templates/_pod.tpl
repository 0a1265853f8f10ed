{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- /* The NATS server's container. */ -}}
{{- define "nats.container" -}}
{{- $config := .Values.config -}}
name: nats
image: {{ include "nats.image" (dict "root" . "image" .Values.container.image) }}
{{- with .Values.container.image.pullPolicy | default .Values.global.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
args:
- --config
- /etc/nats-config/nats.conf
env:
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: SERVER_NAME
  value: {{ printf "%s$(POD_NAME)" ($config.serverNamePrefix | default "") | quote }}
{{- include "nats.env" .Values.container.env }}
ports:
{{- range include "nats.protocols" . | fromJsonArray }}
- name: {{ . }}
  containerPort: {{ int (get $config .).port }}
  {{- with get $.Values.container.ports . }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
lifecycle:
  preStop:
    exec:
      # Lame duck: clients move to other servers before this one stops.
      command:
      - nats-server
      - -sl=ldm=/var/run/nats/nats.pid
{{- if $config.monitor.enabled }}
startupProbe:
  httpGet:
    path: /healthz
    port: monitor
    {{- include "nats.probeScheme" . | nindent 4 }}
  initialDelaySeconds: 10
  periodSeconds: 10
  timeoutSeconds: 5
  successThreshold: 1
  failureThreshold: 90
livenessProbe:
  httpGet:
    path: /healthz?js-enabled-only=true
    port: monitor
    {{- include "nats.probeScheme" . | nindent 4 }}
  initialDelaySeconds: 10
  periodSeconds: 30
  timeoutSeconds: 5
  successThreshold: 1
  failureThreshold: 3
readinessProbe:
  httpGet:
    path: /healthz?js-server-only=true
    port: monitor
    {{- include "nats.probeScheme" . | nindent 4 }}
  initialDelaySeconds: 10
  periodSeconds: 10
  timeoutSeconds: 5
  successThreshold: 1
  failureThreshold: 3
{{- end }}
volumeMounts:
{{- include "nats.volumeMounts" . }}
{{- end -}}

{{- define "nats.probeScheme" -}}
{{- if .Values.config.monitor.tls.enabled -}}
scheme: HTTPS
{{- else -}}
scheme: HTTP
{{- end -}}
{{- end -}}

{{- define "nats.volumeMounts" -}}
{{- $config := .Values.config }}
- name: config
  mountPath: /etc/nats-config
- name: pid
  mountPath: /var/run/nats
{{- if and $config.jetstream.enabled $config.jetstream.fileStore.enabled $config.jetstream.fileStore.pvc.enabled }}
- name: {{ include "nats.jetStreamClaim" . }}
  mountPath: {{ $config.jetstream.fileStore.dir }}
{{- end }}
{{- if and $config.resolver.enabled $config.resolver.pvc.enabled }}
- name: {{ include "nats.resolverClaim" . }}
  mountPath: {{ $config.resolver.dir }}
{{- end }}
{{- if .Values.tlsCA.enabled }}
- name: tls-ca
  mountPath: {{ .Values.tlsCA.dir }}
{{- end }}
{{- range include "nats.tlsProtocols" . | fromJsonArray }}
- name: {{ . }}-tls
  mountPath: {{ (get $config .).tls.dir }}
{{- end }}
{{- end -}}

{{- /* Reloads the server when nats.conf or a certificate changes. */ -}}
{{- define "nats.reloaderContainer" -}}
name: reloader
image: {{ include "nats.image" (dict "root" . "image" .Values.reloader.image) }}
{{- with .Values.reloader.image.pullPolicy | default .Values.global.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
args:
- -pid
- /var/run/nats/nats.pid
- -config
- /etc/nats-config/nats.conf
{{- if and .Values.tlsCA.enabled (include "nats.tlsProtocols" . | fromJsonArray) }}
- -config
- {{ .Values.tlsCA.dir }}/{{ .Values.tlsCA.key }}
{{- end }}
{{- range include "nats.tlsProtocols" . | fromJsonArray }}
{{- $tls := (get $.Values.config .).tls }}
- -config
- {{ $tls.dir }}/{{ $tls.cert }}
- -config
- {{ $tls.dir }}/{{ $tls.key }}
{{- end }}
{{- with .Values.reloader.env }}
env:
{{- include "nats.env" . }}
{{- end }}
volumeMounts:
- name: pid
  mountPath: /var/run/nats
{{- range include "nats.volumeMounts" . | fromYamlArray }}
{{- $mount := . }}
{{- range $.Values.reloader.natsVolumeMountPrefixes }}
{{- if hasPrefix . $mount.mountPath }}
- name: {{ $mount.name }}
  mountPath: {{ $mount.mountPath }}
{{- break }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "nats.exporterContainer" -}}
name: prom-exporter
image: {{ include "nats.image" (dict "root" . "image" .Values.promExporter.image) }}
{{- with .Values.promExporter.image.pullPolicy | default .Values.global.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
args:
- -port={{ int .Values.promExporter.port }}
- -connz
- -routez
- -subz
- -varz
- -prefix=nats
- -use_internal_server_id
{{- if .Values.config.jetstream.enabled }}
- -jsz=all
{{- end }}
{{- if .Values.config.leafnodes.enabled }}
- -leafz
{{- end }}
{{- if .Values.config.gateway.enabled }}
- -gatewayz
{{- end }}
- {{ ternary "https" "http" .Values.config.monitor.tls.enabled }}://localhost:{{ int .Values.config.monitor.port }}/
{{- with .Values.promExporter.env }}
env:
{{- include "nats.env" . }}
{{- end }}
ports:
- name: prom-metrics
  containerPort: {{ int .Values.promExporter.port }}
{{- end -}}

{{- /* metadata and spec of the pod, before podTemplate.merge. */ -}}
{{- define "nats.podTemplate" -}}
metadata:
  labels:
    {{- include "nats.labels" . | nindent 4 }}
  {{- if .Values.podTemplate.configChecksumAnnotation }}
  annotations:
    checksum/config: {{ include "nats.conf" . | sha256sum }}
  {{- end }}
spec:
  enableServiceLinks: false
  shareProcessNamespace: true
  {{- with .Values.global.image.pullSecretNames }}
  imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
  {{- end }}
  {{- if .Values.serviceAccount.enabled }}
  serviceAccountName: {{ include "nats.serviceAccountName" . }}
  {{- end }}
  containers:
  - {{- include "nats.merged" (dict "at" "container" "base" (include "nats.container" .) "with" .Values.container) | nindent 4 }}
  {{- if .Values.reloader.enabled }}
  - {{- include "nats.merged" (dict "at" "reloader" "base" (include "nats.reloaderContainer" .) "with" .Values.reloader) | nindent 4 }}
  {{- end }}
  {{- if .Values.promExporter.enabled }}
  - {{- include "nats.merged" (dict "at" "promExporter" "base" (include "nats.exporterContainer" .) "with" .Values.promExporter) | nindent 4 }}
  {{- end }}
  volumes:
  - name: config
    configMap:
      name: {{ include "nats.configMapName" . }}
  - name: pid
    emptyDir: {}
  {{- if .Values.tlsCA.enabled }}
  - name: tls-ca
    {{- if .Values.tlsCA.configMapName }}
    configMap:
      name: {{ .Values.tlsCA.configMapName }}
    {{- else }}
    secret:
      secretName: {{ .Values.tlsCA.secretName }}
    {{- end }}
  {{- end }}
  {{- range include "nats.tlsProtocols" . | fromJsonArray }}
  - name: {{ . }}-tls
    secret:
      secretName: {{ (get $.Values.config .).tls.secretName }}
  {{- end }}
  {{- with .Values.podTemplate.topologySpreadConstraints }}
  topologySpreadConstraints:
  {{- range $key, $constraint := . }}
  - topologyKey: {{ $key }}
    {{- toYaml $constraint | nindent 4 }}
    labelSelector:
      matchLabels:
        {{- include "nats.selectorLabels" $ | nindent 8 }}
  {{- end }}
  {{- end }}
{{- end -}}

{{- /* A volume claim template .name of the values .pvc. */ -}}
{{- define "nats.claim" -}}
metadata:
  name: {{ .name }}
spec:
  accessModes:
  - ReadWriteOnce
  resources:
    requests:
      storage: {{ .pvc.size }}
  {{- with .pvc.storageClassName }}
  storageClassName: {{ . }}
  {{- end }}
{{- end -}}
