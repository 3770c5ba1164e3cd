package pyroscope
