//! Errands: how this module runs code on data for clients, proves it, and checks what others ran (SPEC 5.K – 5.N,
//! F-07 – F-10).

pub mod sealing;
