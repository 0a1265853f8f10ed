# Copyright 2026 The dynamo-gitops Authors
# SPDX-License-Identifier: Apache-2.0
#
# One static binary in an image without shell and package manager.
#
# As a container of its own it runs as 65532. As an Argo CD config-management sidecar it must run as 999, the user
# of the repo-server whose sockets it shares; say so in the pod, nothing here has to change:
#
#   securityContext: {runAsNonRoot: true, runAsUser: 999, runAsGroup: 999, readOnlyRootFilesystem: true}
#
# Any other user works as well: the binary is readable and executable for all, and the only place that may be
# written to is /tmp, which a pod with a read-only root mounts as an emptyDir.
#
# Both base images are arguments, so that a mirror or a digest can take the place of the tag:
#   docker build --build-arg BUILDER_IMAGE=registry.example.com/golang@sha256:… .
ARG BUILDER_IMAGE=golang:1.26-bookworm
ARG RUNTIME_IMAGE=gcr.io/distroless/static-debian12:nonroot

FROM --platform=$BUILDPLATFORM ${BUILDER_IMAGE} AS build
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=devel
ARG COMMIT=
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X main.version=${VERSION} -X main.commit=${COMMIT}" \
      -o /out/ ./plugin/dynamo-gitops ./plugin/dynamo-gitops-charts && chmod 0555 /out/*

FROM ${RUNTIME_IMAGE}
ARG VERSION=devel
ARG COMMIT=
LABEL org.opencontainers.image.title="dynamo-gitops" \
      org.opencontainers.image.description="NVIDIA Dynamo on Kubernetes, from Git" \
      org.opencontainers.image.source="https://github.com/dynamo-gitops/dynamo-gitops" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}"
COPY --from=build /out/ /usr/local/bin/
COPY --from=build /src/LICENSE /LICENSE
ENV HOME=/tmp
WORKDIR /tmp
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/dynamo-gitops"]
