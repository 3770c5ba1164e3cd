package util

// SetupOtelFeatureGates sets none: the gates are those of OpenTelemetry components that this build lacks,
// and naming them takes a client of Kubernetes.
func SetupOtelFeatureGates() error { return nil }
