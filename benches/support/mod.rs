//! Generated manifests for the benchmarks.

use std::fmt::Write as _;

/// 2,000 Deployments of about 1.3 KB each.
#[allow(dead_code, reason = "each benchmark takes what it needs")]
pub fn deployments() -> String {
    deployments_up_to(2000)
}

/// So many Deployments of about 1.3 KB each.
pub fn deployments_up_to(count: u32) -> String {
    let mut text = String::new();
    for i in 0..count {
        write!(
            text,
            r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{i}
  namespace: shop
  labels:
    app.kubernetes.io/name: web-{i}
    app.kubernetes.io/part-of: shop
  annotations:
    example.com/owner: "team {i}" # who to call
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web-{i}
  template:
    metadata:
      labels:
        app: web-{i}
        version: v1
    spec:
      serviceAccountName: web
      containers:
      # the application
      - name: web
        image: example.com/web:1.{i}
        args: ["--port=8080", "--log=info"]
        ports:
        - containerPort: 8080
          name: http
        env:
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        - name: SETTINGS
          value: "a=1,b=2"
        resources:
          requests:
            cpu: 100m
            memory: 128Mi
          limits:
            memory: 256Mi
        livenessProbe:
          httpGet:
            path: /healthz
            port: 8080
          initialDelaySeconds: 5
        volumeMounts:
        - name: config
          mountPath: /etc/web
      volumes:
      - name: config
        configMap:
          name: web-{i}
          defaultMode: 0644
---
"#
        )
        .unwrap();
    }
    text
}
