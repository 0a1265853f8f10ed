{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- /*
Name of the Secret that workloads pull images with: the existing one, or the one that this chart makes.
*/ -}}
{{- define "dynamo-operator.registrySecretName" -}}
{{- .Values.dynamo.dockerRegistry.existingSecretName | default (printf "%s-regcred" (include "dynamo-operator.fullname" .)) -}}
{{- end -}}

{{- /* Host of a registry address: "https://nvcr.io/v2/" and "nvcr.io/nvidia" are both nvcr.io. */ -}}
{{- define "dynamo-operator.registryHost" -}}
{{- regexReplaceAll "^[a-z]+://" (lower .) "" | splitList "/" | first -}}
{{- end -}}

{{- /*
Checks the existing Secret in the cluster: it is there, it is a dockerconfigjson with auths, and one of them is for the
server. Helm shows no cluster to a template under "helm template", Argo CD or a dry run on the client: then the Secret
cannot be checked, and the chart refuses rather than promise a Secret that may not exist.
*/ -}}
{{- define "dynamo-operator.checkRegistrySecret" -}}
{{- $registry := .Values.dynamo.dockerRegistry -}}
{{- $at := printf "Secret %s/%s (dynamo.dockerRegistry.existingSecretName)" .Release.Namespace $registry.existingSecretName -}}
{{- $secret := lookup "v1" "Secret" .Release.Namespace $registry.existingSecretName -}}
{{- if not $secret -}}
{{- fail (printf "%s was not found; create it before this release. Rendered without a cluster (helm template, Argo CD) it cannot be found: set dynamo.dockerRegistry.useKubernetesSecret to false and name the Secret in imagePullSecrets of your workloads" $at) -}}
{{- end -}}
{{- if ne $secret.type "kubernetes.io/dockerconfigjson" -}}
{{- fail (printf "%s is of type %s; make it with: kubectl create secret docker-registry" $at $secret.type) -}}
{{- end -}}
{{- $config := get ($secret.data | default dict) ".dockerconfigjson" | b64dec | fromJson -}}
{{- $auths := get $config "auths" -}}
{{- if not (and (kindIs "map" $auths) $auths) -}}
{{- fail (printf "%s has no auths in its key .dockerconfigjson; make it with: kubectl create secret docker-registry" $at) -}}
{{- end -}}
{{- $server := required "dynamo.dockerRegistry.server is needed with existingSecretName: name the registry that the Secret is for" $registry.server -}}
{{- $hosts := list -}}
{{- range $address, $_ := $auths -}}
{{- $hosts = append $hosts (include "dynamo-operator.registryHost" $address) -}}
{{- end -}}
{{- if not (has (include "dynamo-operator.registryHost" $server) $hosts) -}}
{{- fail (printf "%s is for %s and not for %s (dynamo.dockerRegistry.server); add that registry to it, or correct the server" $at (join ", " (sortAlpha $hosts)) $server) -}}
{{- end -}}
{{- end -}}

{{- /* The dockerconfigjson of direct credentials. The password appears nowhere but in it. */ -}}
{{- define "dynamo-operator.dockerconfigjson" -}}
{{- $registry := .Values.dynamo.dockerRegistry -}}
{{- $hint := "is needed with dynamo.dockerRegistry.useKubernetesSecret; or name an existing Secret in existingSecretName" -}}
{{- $server := required (printf "dynamo.dockerRegistry.server %s" $hint) $registry.server -}}
{{- $username := required (printf "dynamo.dockerRegistry.username %s" $hint) $registry.username -}}
{{- $password := required (printf "dynamo.dockerRegistry.password %s" $hint) $registry.password -}}
{{- $auth := dict "username" $username "password" $password "auth" (printf "%s:%s" $username $password | b64enc) -}}
{{- dict "auths" (dict $server $auth) | toJson -}}
{{- end -}}
