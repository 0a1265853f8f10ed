{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- define "grove.selectorLabels" -}}
app.kubernetes.io/name: grove-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "grove.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "grove.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: grove
{{- end -}}

{{- define "grove.config" -}}
apiVersion: operator.config.grove.io/v1alpha1
kind: OperatorConfiguration
runtimeClientConnection:
  qps: 100
  burst: 150
leaderElection:
  enabled: true
  leaseDuration: 15s
  renewDeadline: 10s
  retryPeriod: 2s
  resourceLock: leases
  resourceName: grove-operator-leader-election
  resourceNamespace: {{ .Release.Namespace }}
server:
  webhooks:
    port: {{ int .Values.config.webhooks.port }}
    serverCertDir: /etc/grove-operator/webhook-certs
  healthProbes:
    port: {{ int .Values.config.healthProbes.port }}
  metrics:
    port: {{ int .Values.config.metrics.port }}
controllers:
  podCliqueSet:
    concurrentSyncs: {{ int .Values.config.concurrentSyncs }}
  podClique:
    concurrentSyncs: {{ int .Values.config.concurrentSyncs }}
  podCliqueScalingGroup:
    concurrentSyncs: {{ int .Values.config.concurrentSyncs }}
logLevel: {{ .Values.config.logLevel }}
logFormat: json
{{- end -}}
