#!/usr/bin/env bash
# Copyright 2026 The dynamo-gitops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Writes argocd-cm.yaml, the patch of Argo CD's configuration, from the scripts in lua/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

health() {
  printf '  resource.customizations.health.%s: |\n' "$1"
  sed 's/^\(.\)/    \1/' "lua/$2.lua"
}

{
  cat <<'YAML'
# Written by gen.sh from lua/; do not edit.
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
data:
YAML
  health nvidia.com_DynamoModel model
  health nvidia.com_DynamoGraphDeployment graph
  health nvidia.com_DynamoComponentDeployment graph
  health dynamo-gitops.io_PlatformSync release
  health helm.toolkit.fluxcd.io_HelmRelease release
  health argoproj.io_Application application
  printf '  resource.customizations.actions.dynamo-gitops.io_PlatformSync: |\n    discovery.lua: |\n'
  sed 's/^\(.\)/      \1/' lua/discovery.lua
  cat <<'YAML'
    definitions:
    - name: reconcile
      action.lua: |
        local os = require("os")
        obj.metadata.annotations = obj.metadata.annotations or {}
        obj.metadata.annotations["reconcile.fluxcd.io/requestedAt"] = os.date("!%Y-%m-%dT%XZ")
        return obj
    - name: suspend
      action.lua: |
        obj.spec.suspend = true
        return obj
    - name: resume
      action.lua: |
        obj.spec.suspend = false
        return obj
  # Replicas that the scaling adapter and the planner write, and what certificate injectors fill in.
  resource.customizations.ignoreDifferences.nvidia.com_DynamoGraphDeployment: |
    jqPathExpressions:
    - .spec.services[]?.replicas
    - .spec.components[]?.replicas
  resource.customizations.ignoreDifferences.admissionregistration.k8s.io_MutatingWebhookConfiguration: |
    jqPathExpressions:
    - .webhooks[]?.clientConfig.caBundle
  resource.customizations.ignoreDifferences.admissionregistration.k8s.io_ValidatingWebhookConfiguration: |
    jqPathExpressions:
    - .webhooks[]?.clientConfig.caBundle
  resource.customizations.ignoreDifferences.apiextensions.k8s.io_CustomResourceDefinition: |
    jqPathExpressions:
    - .spec.conversion.webhook.clientConfig.caBundle
YAML
} >argocd-cm.yaml
