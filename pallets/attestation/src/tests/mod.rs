//! Tests by concern.
