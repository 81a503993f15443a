"""The sidecar: SOP state, approvals and publication orders of any number of offices."""
