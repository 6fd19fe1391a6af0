module sidecarize.dev/webhook

go 1.24
