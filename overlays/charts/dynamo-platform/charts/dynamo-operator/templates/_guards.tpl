{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- /* What must not be installed. Every message says what to change. */ -}}
{{- define "dynamo-operator.guards" -}}
{{- include "dynamo-operator.guardDiscoveryBackend" . -}}
{{- if not .Values.namespaceRestriction.enabled -}}
{{- include "dynamo-operator.guardLeaderElection" . -}}
{{- include "dynamo-operator.guardOtherOperator" . -}}
{{- end -}}
{{- end -}}

{{- define "dynamo-operator.guardDiscoveryBackend" -}}
{{- if not (has .Values.discoveryBackend (list "kubernetes" "etcd")) -}}
{{- fail (printf "discoveryBackend is %q; set it to kubernetes or etcd" (toString .Values.discoveryBackend)) -}}
{{- end -}}
{{- end -}}

{{- /* Cluster-wide operators exclude each other by one lease: another name or place of it makes two leaders. */ -}}
{{- define "dynamo-operator.guardLeaderElection" -}}
{{- $election := .Values.controllerManager.leaderElection -}}
{{- if not (has ($election.id | default "") (list "" "dynamo.nvidia.com")) -}}
{{- fail (printf "controllerManager.leaderElection.id is %q, but a cluster-wide operator must share the lease dynamo.nvidia.com with any other, or two would act at once; leave the id empty, or set namespaceRestriction.enabled" $election.id) -}}
{{- end -}}
{{- if and $election.namespace (eq $election.namespace .Release.Namespace) -}}
{{- fail (printf "controllerManager.leaderElection.namespace is the release namespace %q, where another cluster-wide operator would not look for the lease; leave it empty (kube-system), or set namespaceRestriction.enabled" .Release.Namespace) -}}
{{- end -}}
{{- end -}}

{{- /*
A cluster-wide operator is recognised by its ClusterRole. The check needs a cluster to look into: under helm template or
Argo CD it passes.
*/ -}}
{{- define "dynamo-operator.guardOtherOperator" -}}
{{- $own := printf "%s-manager-role" (include "dynamo-operator.fullname" .) -}}
{{- $roles := lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" "" -}}
{{- range (get ($roles | default dict) "items" | default list) -}}
{{- $name := .metadata.name -}}
{{- if and (regexMatch "(^|-)dynamo-operator-(.*-)?manager-role$" $name) (ne $name $own) -}}
{{- $annotations := .metadata.annotations | default dict -}}
{{- $release := get $annotations "meta.helm.sh/release-name" | default (get (.metadata.labels | default dict) "app.kubernetes.io/instance") | default "unknown" -}}
{{- $namespace := get $annotations "meta.helm.sh/release-namespace" | default "unknown" -}}
{{- fail (printf "another cluster-wide Dynamo operator is installed: release %s in namespace %s (ClusterRole %s). Uninstall it first (helm uninstall %s -n %s), or set namespaceRestriction.enabled" $release $namespace $name $release $namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}
