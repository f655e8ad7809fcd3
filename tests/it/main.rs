//! The one test binary.

mod codegen;
