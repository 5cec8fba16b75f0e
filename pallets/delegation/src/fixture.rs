//! A ticket with a proof that holds.
