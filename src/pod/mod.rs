//! What is Kubernetes', not Istio's: strategic merge, quantities, probes.
