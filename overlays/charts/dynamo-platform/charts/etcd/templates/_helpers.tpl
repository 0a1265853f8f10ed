{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- define "etcd.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "etcd.fullname" -}}
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

{{- define "etcd.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end -}}

{{- define "etcd.headlessServiceName" -}}
{{ include "etcd.fullname" . }}-headless
{{- end -}}

{{- /* Domain of the members' own names. */ -}}
{{- define "etcd.domain" -}}
{{ include "etcd.headlessServiceName" . }}.{{ include "etcd.namespace" . }}.svc.{{ .Values.clusterDomain }}
{{- end -}}

{{- define "etcd.selectorLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/name: {{ include "etcd.name" . }}
{{- end -}}

{{- define "etcd.memberLabels" -}}
{{ include "etcd.selectorLabels" . }}
app.kubernetes.io/component: etcd
{{- end -}}

{{- define "etcd.labels" -}}
{{ include "etcd.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* "annotations:" of an object: the common ones and .extra; nothing when there are none. */ -}}
{{- define "etcd.annotations" -}}
{{- $annotations := merge (dict) (.extra | default dict) .root.Values.commonAnnotations -}}
{{- if $annotations -}}
annotations:
  {{- toYaml $annotations | nindent 2 }}
{{- end -}}
{{- end -}}

{{- define "etcd.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "etcd.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{- define "etcd.image" -}}
{{- $image := .Values.image -}}
{{- with .Values.global.imageRegistry | default $image.registry }}{{ . }}/{{ end -}}
{{- $image.repository -}}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag }}{{ end -}}
{{- end -}}

{{- define "etcd.imagePullSecrets" -}}
{{- $names := list -}}
{{- range concat (.Values.global.imagePullSecrets | default list) (.Values.image.pullSecrets | default list) -}}
{{- if kindIs "map" . -}}
{{- $names = append $names .name -}}
{{- else -}}
{{- $names = append $names . -}}
{{- end -}}
{{- end -}}
{{- with uniq $names }}
imagePullSecrets:
{{- range . }}
- name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "etcd.clientScheme" -}}
{{- ternary "https" "http" .Values.auth.client.secureTransport -}}
{{- end -}}

{{- define "etcd.peerScheme" -}}
{{- ternary "https" "http" .Values.auth.peer.secureTransport -}}
{{- end -}}

{{- /*
"true" when metrics and health have a port of their own: it was asked for, or the client port wants certificates that
probes do not have.
*/ -}}
{{- define "etcd.separateMetrics" -}}
{{- if or .Values.metrics.useSeparateEndpoint .Values.auth.client.enableAuthentication -}}
true
{{- end -}}
{{- end -}}

{{- /* name=url of every member. */ -}}
{{- define "etcd.initialCluster" -}}
{{- $members := list -}}
{{- range until (int .Values.replicaCount) -}}
{{- $name := printf "%s-%d" (include "etcd.fullname" $) . -}}
{{- $members = append $members (printf "%s=%s://%s.%s:%d" $name (include "etcd.peerScheme" $) $name (include "etcd.domain" $) (int $.Values.containerPorts.peer)) -}}
{{- end -}}
{{- join "," $members -}}
{{- end -}}

{{- /*
"true" when users log in with signed tokens: it is enabled, and there are users, or a key is given.
*/ -}}
{{- define "etcd.signedTokens" -}}
{{- $token := .Values.auth.token -}}
{{- if and $token.enabled (eq $token.type "jwt") (or .Values.auth.rbac.create $token.privateKey.existingSecret) -}}
true
{{- end -}}
{{- end -}}

{{- define "etcd.tokenSecretName" -}}
{{- .Values.auth.token.privateKey.existingSecret | default (printf "%s-jwt-token" (include "etcd.fullname" .)) -}}
{{- end -}}

{{- define "etcd.tokenEnv" -}}
{{- $token := .Values.auth.token -}}
{{- if include "etcd.signedTokens" . -}}
jwt,priv-key=/opt/bitnami/etcd/certs/token/{{ $token.privateKey.filename }},sign-method={{ $token.signMethod }},ttl={{ $token.ttl }}
{{- else -}}
simple
{{- end -}}
{{- end -}}

{{- /* Sizes to start from; measure and set resources. */ -}}
{{- define "etcd.presetResources" -}}
{{- $presets := dict
    "none" (list)
    "nano" (list "100m" "128Mi" "150m" "192Mi")
    "micro" (list "250m" "256Mi" "375m" "384Mi")
    "small" (list "500m" "512Mi" "750m" "768Mi")
    "medium" (list "500m" "1024Mi" "750m" "1536Mi")
    "large" (list "1" "2048Mi" "1500m" "3072Mi") -}}
{{- if not (hasKey $presets .Values.resourcesPreset) -}}
{{- fail (printf "resourcesPreset is %q; set it to one of %s, or set resources" .Values.resourcesPreset (keys $presets | sortAlpha | join ", ")) -}}
{{- end -}}
{{- with get $presets .Values.resourcesPreset -}}
requests:
  cpu: {{ index . 0 }}
  memory: {{ index . 1 }}
  ephemeral-storage: 50Mi
limits:
  cpu: {{ index . 2 }}
  memory: {{ index . 3 }}
  ephemeral-storage: 2Gi
{{- end -}}
{{- end -}}

{{- define "etcd.resources" -}}
{{- if .Values.resources -}}
{{- toYaml .Values.resources -}}
{{- else -}}
{{- include "etcd.presetResources" . -}}
{{- end -}}
{{- end -}}

{{- define "etcd.affinity" -}}
{{- if .Values.affinity -}}
{{- toYaml .Values.affinity -}}
{{- else if eq .Values.podAntiAffinityPreset "soft" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
  - weight: 1
    podAffinityTerm:
      topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          {{- include "etcd.memberLabels" . | nindent 10 }}
{{- else if eq .Values.podAntiAffinityPreset "hard" -}}
podAntiAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
  - topologyKey: kubernetes.io/hostname
    labelSelector:
      matchLabels:
        {{- include "etcd.memberLabels" . | nindent 8 }}
{{- end -}}
{{- end -}}

{{- /* What cannot work. */ -}}
{{- define "etcd.guards" -}}
{{- if lt (int .Values.replicaCount) 1 -}}
{{- fail (printf "replicaCount is %d; set it to 1, 3 or 5, or set etcd.enabled to false" (int .Values.replicaCount)) -}}
{{- end -}}
{{- if and .Values.auth.rbac.create (not .Values.auth.rbac.existingSecret) -}}
{{- fail "auth.rbac.create needs auth.rbac.existingSecret, a Secret with the root user's password: this chart makes none, so that a render is the same every time" -}}
{{- end -}}
{{- range list "client" "peer" -}}
{{- $tls := get $.Values.auth . -}}
{{- if and $tls.secureTransport (not $tls.existingSecret) -}}
{{- fail (printf "auth.%s.secureTransport needs auth.%s.existingSecret, a Secret with %s and %s" . . $tls.certFilename $tls.certKeyFilename) -}}
{{- end -}}
{{- if and $tls.enableAuthentication (not (and $tls.secureTransport $tls.caFilename)) -}}
{{- fail (printf "auth.%s.enableAuthentication needs auth.%s.secureTransport and auth.%s.caFilename" . . .) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.pdb.create .Values.pdb.minAvailable .Values.pdb.maxUnavailable -}}
{{- fail "pdb.minAvailable and pdb.maxUnavailable exclude each other; set one of them" -}}
{{- end -}}
{{- end -}}
