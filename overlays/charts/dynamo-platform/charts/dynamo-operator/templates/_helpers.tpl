{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- /* Name of the chart in labels. */ -}}
{{- define "dynamo-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /*
Prefix of every object: <release>-dynamo-operator, or the release alone when its name contains dynamo-operator already.
*/ -}}
{{- define "dynamo-operator.fullname" -}}
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

{{- define "dynamo-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "dynamo-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "dynamo-operator.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "dynamo-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/created-by: dynamo-operator
app.kubernetes.io/part-of: dynamo-operator
{{- end -}}

{{- define "dynamo-operator.serviceAccountName" -}}
{{ include "dynamo-operator.fullname" . }}-controller-manager
{{- end -}}

{{- define "dynamo-operator.componentServiceAccountName" -}}
{{ include "dynamo-operator.fullname" . }}-component
{{- end -}}

{{- /* The namespace that the operator watches in restricted mode. */ -}}
{{- define "dynamo-operator.targetNamespace" -}}
{{- .Values.namespaceRestriction.targetNamespace | default .Release.Namespace -}}
{{- end -}}

{{- /* Role or ClusterRole, by what the operator watches. */ -}}
{{- define "dynamo-operator.roleKind" -}}
{{- ternary "Role" "ClusterRole" .Values.namespaceRestriction.enabled -}}
{{- end -}}

{{- define "dynamo-operator.leaderElectionID" -}}
{{- .Values.controllerManager.leaderElection.id | default "dynamo.nvidia.com" -}}
{{- end -}}

{{- define "dynamo-operator.leaderElectionNamespace" -}}
{{- if .Values.namespaceRestriction.enabled -}}
{{- include "dynamo-operator.targetNamespace" . -}}
{{- else -}}
{{- .Values.controllerManager.leaderElection.namespace | default "kube-system" -}}
{{- end -}}
{{- end -}}

{{- define "dynamo-operator.imageTag" -}}
{{- .Values.controllerManager.manager.image.tag | default .Chart.AppVersion -}}
{{- end -}}

{{- /* Name of an object of the bundled part .part ("nats", "etcd"), which names itself by the same rule as this chart. */ -}}
{{- define "dynamo-operator.siblingName" -}}
{{- if contains .part .root.Release.Name -}}
{{- .root.Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .root.Release.Name .part | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "dynamo-operator.natsAddr" -}}
{{- if .Values.natsAddr -}}
{{- .Values.natsAddr -}}
{{- else if .Values.nats.enabled -}}
nats://{{ include "dynamo-operator.siblingName" (dict "root" . "part" "nats") }}.{{ .Release.Namespace }}.svc.{{ .Values.kubernetesClusterDomain }}:4222
{{- end -}}
{{- end -}}

{{- define "dynamo-operator.etcdAddr" -}}
{{- if .Values.etcdAddr -}}
{{- .Values.etcdAddr -}}
{{- else -}}
{{ include "dynamo-operator.siblingName" (dict "root" . "part" "etcd") }}.{{ .Release.Namespace }}.svc.{{ .Values.kubernetesClusterDomain }}:2379
{{- end -}}
{{- end -}}

{{- /* Name of the webhook configuration, which is cluster-wide: restricted operators add their namespace. */ -}}
{{- define "dynamo-operator.webhookName" -}}
{{- if .Values.namespaceRestriction.enabled -}}
{{ include "dynamo-operator.fullname" . }}-validating-{{ .Release.Namespace }}
{{- else -}}
{{ include "dynamo-operator.fullname" . }}-validating
{{- end -}}
{{- end -}}

{{- define "dynamo-operator.webhookService" -}}
{{ include "dynamo-operator.fullname" . }}-webhook-service
{{- end -}}

{{- /* "true" when the chart's own Jobs make the webhook's certificate. */ -}}
{{- define "dynamo-operator.webhookJobs" -}}
{{- if and .Values.webhook.enabled (not .Values.webhook.certManager.enabled) (not .Values.webhook.certificateSecret.external) -}}
true
{{- end -}}
{{- end -}}

{{- /* Resources and path words of the validated kinds. */ -}}
{{- define "dynamo-operator.validatedKinds" -}}
dynamocomponentdeployments: dynamocomponentdeployment
dynamographdeployments: dynamographdeployment
dynamomodels: dynamomodel
{{- end -}}

{{- /* Node placement of the hook Jobs: that of the operator. */ -}}
{{- define "dynamo-operator.jobPlacement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.controllerManager.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.controllerManager.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* Security context of the hook Jobs' containers. */ -}}
{{- define "dynamo-operator.jobSecurityContext" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
  - ALL
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}
