{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- define "kai-scheduler.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: kai-operator
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: kai-scheduler
{{- end -}}

{{- define "kai-scheduler.tag" -}}
{{- .Values.global.tag | default .Chart.AppVersion -}}
{{- end -}}

{{- /* Placement of every pod of the part. */ -}}
{{- define "kai-scheduler.placement" -}}
{{- with .Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.global.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.global.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.global.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /*
Annotations of objects of KAI's own kinds. Their definitions come with the Job crd-upgrader, so in a cluster without them
the objects are hooks that follow the Job. Later they are ordinary objects of the release, which Helm takes over by these
annotations.
*/ -}}
{{- define "kai-scheduler.ownKindAnnotations" -}}
meta.helm.sh/release-name: {{ .Release.Name }}
meta.helm.sh/release-namespace: {{ .Release.Namespace }}
{{- if not (.Capabilities.APIVersions.Has "kai.scheduler/v1") }}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: "3"
{{- end }}
{{- end -}}
