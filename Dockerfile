# A static binary on nothing. Runs as nobody, without network, on a read-only root.
FROM rust:1.95-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
# Dependencies in a layer of their own: they change less often than the code.
RUN mkdir src && echo 'fn main() {}' > src/main.rs && touch src/lib.rs \
 && mkdir benches && touch benches/yaml.rs benches/inject.rs \
 && cargo build --release --locked --bin sidecarize && rm -r src benches
COPY src src
COPY benches benches
RUN touch src/main.rs src/lib.rs && cargo build --release --locked --bin sidecarize \
 && echo 'nobody:x:65534:65534:nobody:/:' > /passwd

FROM scratch
LABEL org.opencontainers.image.title="sidecarize" \
      org.opencontainers.image.description="Injects sidecars into Kubernetes manifests when they are rendered" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /passwd /etc/passwd
COPY --from=build /src/target/release/sidecarize /usr/local/bin/sidecarize
USER 65534:65534
ENTRYPOINT ["/usr/local/bin/sidecarize"]
