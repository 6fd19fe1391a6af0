# A static binary on nothing, for amd64 and arm64: docker build --platform linux/arm64 .
# It runs as nobody, without network, on a read-only root.
FROM --platform=$BUILDPLATFORM rust:1.95 AS build
ARG TARGETARCH
# Compiled on the machine that builds, whatever the target: Rust brings linker and C library for both.
ENV CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld
RUN case "$TARGETARCH" in \
      amd64) echo x86_64-unknown-linux-musl ;; \
      arm64) echo aarch64-unknown-linux-musl ;; \
      *) echo "no image for $TARGETARCH: amd64 or arm64" >&2; exit 1 ;; \
    esac > /target \
 && rustup target add "$(cat /target)" \
 && echo 'nobody:x:65534:65534:nobody:/:' > /passwd
WORKDIR /src
COPY Cargo.toml Cargo.lock build.rs ./
COPY benches benches
# Dependencies in a layer of their own: they change less often than the code. The default
# features want a C compiler for the target.
RUN mkdir src && echo 'fn main() {}' > src/main.rs && touch src/lib.rs \
 && cargo build --release --locked --no-default-features --features cli --bin sidecarize --target "$(cat /target)" && rm -r src
COPY src src
RUN touch src/main.rs src/lib.rs && cargo build --release --locked --no-default-features --features cli --bin sidecarize --target "$(cat /target)" \
 && cp "target/$(cat /target)/release/sidecarize" /sidecarize

# What renders applications of Argo CD.
FROM --platform=$BUILDPLATFORM golang:1.26 AS renderers
ARG TARGETARCH
RUN export CGO_ENABLED=0 GOARCH="$TARGETARCH" \
 && go install -ldflags="-s -w" sigs.k8s.io/kustomize/kustomize/v5@v5.7.1 \
 && go install -ldflags="-s -w" helm.sh/helm/v3/cmd/helm@v3.21.4 \
 && mkdir /renderers && find "$(go env GOPATH)/bin" -type f -exec mv -t /renderers {} + \
 && cp /etc/ssl/certs/ca-certificates.crt /

# The plugin's container in argocd-repo-server, as Argo CD's user: docker build --target argocd .
FROM scratch AS argocd
LABEL org.opencontainers.image.title="sidecarize-argocd" \
      org.opencontainers.image.description="sidecarize, kustomize and helm for a config management plugin of Argo CD" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=renderers /ca-certificates.crt /etc/ssl/certs/
COPY --from=renderers /renderers /usr/local/bin
COPY --from=build /sidecarize /usr/local/bin/sidecarize
ENV PATH=/usr/local/bin HOME=/tmp
USER 999:999
ENTRYPOINT ["/usr/local/bin/sidecarize"]

FROM scratch AS function
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="sidecarize" \
      org.opencontainers.image.description="Injects sidecars into Kubernetes manifests when they are rendered" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /passwd /etc/passwd
COPY --from=build /sidecarize /usr/local/bin/sidecarize
USER 65534:65534
ENTRYPOINT ["/usr/local/bin/sidecarize"]
