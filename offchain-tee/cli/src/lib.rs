//! The command line of TEA.
