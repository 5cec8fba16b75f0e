//! The attested machine: boot, attestation, duties.
