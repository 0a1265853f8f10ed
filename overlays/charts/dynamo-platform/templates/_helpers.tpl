{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- /* Labels of the objects that belong to no part. */ -}}
{{- define "dynamo-platform.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- /*
"true" when this release may write the cluster-wide queue .name: it does not exist, or this release made it. A queue that
someone else keeps is left alone. Without a cluster to ask (helm template) it is "true".
*/ -}}
{{- define "dynamo-platform.ownsQueue" -}}
{{- $queue := lookup "scheduling.run.ai/v2" "Queue" "" .name -}}
{{- if not $queue -}}
true
{{- else -}}
{{- $annotations := $queue.metadata.annotations | default dict -}}
{{- if and (eq (get $annotations "meta.helm.sh/release-name") .root.Release.Name) (eq (get $annotations "meta.helm.sh/release-namespace") .root.Release.Namespace) -}}
true
{{- end -}}
{{- end -}}
{{- end -}}
