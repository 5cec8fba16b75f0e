//! The chain as programs beside it see it: light client, typed reads, submitted calls.
