{{- /*
Copyright 2026 The dynamo-gitops Authors
SPDX-License-Identifier: Apache-2.0
*/ -}}

{{- /*
nats.conf. It is built as a map, laid over by config.merge and written as JSON, which NATS reads, less the quotes of
"<< 10Gi >>" (a number with a unit, or a variable) and with include directives for keys that end in $include.
*/ -}}
{{- define "nats.conf" -}}
{{- $config := include "nats.configMap" . | fromJson -}}
{{- if .Values.config.patch -}}
{{- fail "config.patch is not supported by this chart; say the same with config.merge" -}}
{{- end -}}
{{- $config = mergeOverwrite $config (deepCopy .Values.config.merge) -}}
{{- $json := toPrettyJson $config -}}
{{- $json = regexReplaceAll "\"\\\\u003c\\\\u003c\\s+(.*?)\\s+\\\\u003e\\\\u003e\"" $json "${1}" -}}
{{- $json = regexReplaceAll "\"[^\"\\n]*\\$include\":\\s*(\"[^\"\\n]*\"),?" $json "include ${1};" -}}
{{- $json -}}
{{- end -}}

{{- define "nats.configMap" -}}
{{- $config := .Values.config -}}
{{- $out := dict
    "server_name" "<< $SERVER_NAME >>"
    "port" $config.nats.port
    "pid_file" "/var/run/nats/nats.pid"
    "lame_duck_duration" "30s"
    "lame_duck_grace_period" "10s" -}}
{{- if $config.nats.tls.enabled -}}
{{- $_ := set $out "tls" (include "nats.tlsBlock" (dict "root" . "protocol" "nats") | fromJson) -}}
{{- end -}}
{{- if $config.monitor.enabled -}}
{{- $_ := set $out (ternary "https_port" "http_port" $config.monitor.tls.enabled) $config.monitor.port -}}
{{- if and $config.monitor.tls.enabled (not $config.nats.tls.enabled) -}}
{{- fail "config.monitor.tls.enabled needs config.nats.tls.enabled: the monitoring port uses its certificate" -}}
{{- end -}}
{{- end -}}
{{- if $config.profiling.enabled -}}
{{- $_ := set $out "prof_port" $config.profiling.port -}}
{{- end -}}
{{- if $config.jetstream.enabled -}}
{{- $_ := set $out "jetstream" (include "nats.jetStreamBlock" . | fromJson) -}}
{{- end -}}
{{- if $config.cluster.enabled -}}
{{- $_ := set $out "cluster" (include "nats.clusterBlock" . | fromJson) -}}
{{- end -}}
{{- range list "leafnodes" "websocket" "mqtt" "gateway" -}}
{{- if (get $config .).enabled -}}
{{- $_ := set $out . (include "nats.listenerBlock" (dict "root" $ "protocol" .) | fromJson) -}}
{{- end -}}
{{- end -}}
{{- if $config.resolver.enabled -}}
{{- $_ := set $out "resolver" (mergeOverwrite (dict "type" "full" "dir" $config.resolver.dir) (deepCopy $config.resolver.merge)) -}}
{{- end -}}
{{- $out | toJson -}}
{{- end -}}

{{- define "nats.tlsBlock" -}}
{{- $values := .root.Values -}}
{{- $tls := (get $values.config .protocol).tls -}}
{{- $out := dict "cert_file" (printf "%s/%s" $tls.dir $tls.cert) "key_file" (printf "%s/%s" $tls.dir $tls.key) -}}
{{- if $values.tlsCA.enabled -}}
{{- $_ := set $out "ca_file" (printf "%s/%s" $values.tlsCA.dir $values.tlsCA.key) -}}
{{- end -}}
{{- mergeOverwrite $out (deepCopy $tls.merge) | toJson -}}
{{- end -}}

{{- define "nats.jetStreamBlock" -}}
{{- $jetstream := .Values.config.jetstream -}}
{{- $out := dict "max_memory_store" 0 "max_file_store" 0 -}}
{{- if $jetstream.memoryStore.enabled -}}
{{- $_ := set $out "max_memory_store" (printf "<< %s >>" (toString $jetstream.memoryStore.maxSize)) -}}
{{- end -}}
{{- if $jetstream.fileStore.enabled -}}
{{- $_ := set $out "store_dir" $jetstream.fileStore.dir -}}
{{- $size := $jetstream.fileStore.maxSize | default $jetstream.fileStore.pvc.size -}}
{{- $_ := set $out "max_file_store" (printf "<< %s >>" (toString $size)) -}}
{{- end -}}
{{- mergeOverwrite $out (deepCopy $jetstream.merge) | toJson -}}
{{- end -}}

{{- define "nats.clusterBlock" -}}
{{- $cluster := .Values.config.cluster -}}
{{- $out := dict "name" (include "nats.statefulSetName" .) "port" $cluster.port "no_advertise" true -}}
{{- $scheme := ternary "tls" "nats" $cluster.tls.enabled -}}
{{- $user := "" -}}
{{- if and $cluster.routeURLs.user $cluster.routeURLs.password -}}
{{- $user = printf "%s:%s@" (urlquery $cluster.routeURLs.user) (urlquery $cluster.routeURLs.password) -}}
{{- $_ := set $out "authorization" (dict "user" $cluster.routeURLs.user "password" $cluster.routeURLs.password) -}}
{{- end -}}
{{- $domain := include "nats.headlessServiceName" . -}}
{{- if $cluster.routeURLs.useFQDN -}}
{{- $domain = printf "%s.%s.svc.%s" $domain (include "nats.namespace" .) $cluster.routeURLs.k8sClusterDomain -}}
{{- end -}}
{{- $routes := list -}}
{{- range until (int $cluster.replicas) -}}
{{- $routes = append $routes (printf "%s://%s%s-%d.%s:%d" $scheme $user (include "nats.statefulSetName" $) . $domain (int $cluster.port)) -}}
{{- end -}}
{{- $_ := set $out "routes" $routes -}}
{{- if $cluster.tls.enabled -}}
{{- $_ := set $out "tls" (include "nats.tlsBlock" (dict "root" . "protocol" "cluster") | fromJson) -}}
{{- end -}}
{{- mergeOverwrite $out (deepCopy $cluster.merge) | toJson -}}
{{- end -}}

{{- /* leafnodes, websocket, mqtt and gateway: a port, perhaps with TLS. */ -}}
{{- define "nats.listenerBlock" -}}
{{- $values := get .root.Values.config .protocol -}}
{{- $out := dict "port" $values.port -}}
{{- if $values.tls.enabled -}}
{{- $_ := set $out "tls" (include "nats.tlsBlock" . | fromJson) -}}
{{- else if eq .protocol "websocket" -}}
{{- $_ := set $out "no_tls" true -}}
{{- end -}}
{{- if eq .protocol "leafnodes" -}}
{{- $_ := set $out "no_advertise" true -}}
{{- end -}}
{{- if eq .protocol "gateway" -}}
{{- $_ := set $out "name" (include "nats.statefulSetName" .root) -}}
{{- end -}}
{{- mergeOverwrite $out (deepCopy $values.merge) | toJson -}}
{{- end -}}

{{- /* What cannot work. */ -}}
{{- define "nats.guards" -}}
{{- $cluster := .Values.config.cluster -}}
{{- if and $cluster.enabled (lt (int $cluster.replicas) 2) -}}
{{- fail (printf "config.cluster.replicas is %d; a cluster has three or more servers: raise it, or set config.cluster.enabled to false" (int $cluster.replicas)) -}}
{{- end -}}
{{- if and .Values.tlsCA.enabled (not (or .Values.tlsCA.secretName .Values.tlsCA.configMapName)) -}}
{{- fail "tlsCA.enabled needs tlsCA.secretName or tlsCA.configMapName" -}}
{{- end -}}
{{- if and .Values.promExporter.enabled (not .Values.config.monitor.enabled) -}}
{{- fail "promExporter.enabled needs config.monitor.enabled: the exporter reads the monitoring port" -}}
{{- end -}}
{{- end -}}
